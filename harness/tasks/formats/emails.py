"""E-mail addresses in the everyday form, and near misses of them.

Sources: RFC 5322, 3.4.1 (addr-spec) with a dot-atom before the "@"; RFC 5321, 4.5.3.1 (a local part
of at most 64 octets); RFC 1035, 2.3.1 and 2.3.4, and RFC 1123, 2.1 (host names: letters, digits and
hyphens, no hyphen at either end of a label, 63 octets a label); RFC 3696, 2 (the top-level domain
is not all digits). Addresses are drawn in example.com, example.net and example.org (RFC 2606).

Not covered: quoted local parts, comments, white space, addresses in brackets, other scripts.
"""

from __future__ import annotations

from string import ascii_letters, ascii_lowercase, digits
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats.cases import Form, LeftOut
from spoonbench.harness.tasks.formats.edits import drop, exchange_alphanumeric, insert, replace

if TYPE_CHECKING:
    from random import Random

MOST_LOCAL, MOST_LABEL, MOST_DOMAIN = 64, 63, 253

_SYMBOLS = "!#$%&'*+/=?^_`{|}~-"
_ATEXT = frozenset(ascii_letters + digits + _SYMBOLS)
_LDH = frozenset(ascii_letters + digits + "-")
_VOWELS, _CONSONANTS = "aeiou", "bcdfghklmnprstvw"


def judge(text: str) -> str | None:
    """The address with its domain in lower case, since only that part ignores case."""
    local, at, domain = text.partition("@")
    if not at or not _is_dot_atom(local) or not _is_host(domain):
        return None
    return f"{local}@{domain.lower()}"


def _is_dot_atom(local: str) -> bool:
    atoms = local.split(".")
    return len(local) <= MOST_LOCAL and all(atom and set(atom) <= _ATEXT for atom in atoms)


def _is_host(domain: str) -> bool:
    labels = domain.split(".")
    if not all(_is_label(label) for label in labels) or len(domain) > MOST_DOMAIN:
        return False
    if len(labels) < 2:
        raise LeftOut("a host name without a dot")
    if any(label[2:4] == "--" for label in labels):
        raise LeftOut("hyphens that RFC 5890 reserves")
    if not set(labels[-1]) <= set(ascii_letters):
        raise LeftOut("a top-level domain that is not all letters")
    return True


def _is_label(label: str) -> bool:
    is_hyphened = label.startswith("-") or label.endswith("-")
    return 0 < len(label) <= MOST_LABEL and set(label) <= _LDH and not is_hyphened


def _make(rng: Random) -> tuple[str, str]:
    local = _word(rng)
    for _ in range(rng.choice((0, 1, 1, 2))):
        local += rng.choice(("." * 4) + "__--+" + _SYMBOLS) + _word(rng)
    labels = [_label(rng) for _ in range(rng.choice((0, 1, 1, 2)))]
    if rng.random() < 0.08:
        # At the limit of length, where one character more is one too many.
        local = (local + "".join(_word(rng) for _ in range(16)))[:MOST_LOCAL]
        local = local[:-1] + rng.choice(ascii_lowercase)
    domain = ".".join([*labels, "example", rng.choice(("com", "net", "org"))])
    if rng.random() < 0.1:
        domain = domain.capitalize()
    return f"{local}@{domain}", f"{local}@{domain.lower()}"


def _label(rng: Random) -> str:
    label = _word(rng)
    shape = rng.random()
    if shape < 0.35:
        return f"{label}-{_word(rng)}"
    return f"{label}{rng.randint(1, 99)}" if shape < 0.55 else label


def _word(rng: Random) -> str:
    pairs = rng.randint(1, 3)
    word = "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(pairs))
    if rng.random() < 0.4:
        word += rng.choice(_CONSONANTS)
    return word + str(rng.randint(0, 99)) if rng.random() < 0.2 else word


FORMS = (
    Form(
        name="e-mail address",
        make=_make,
        judge=judge,
        edits=(
            insert("._-+" + _SYMBOLS),
            insert(".-", beside=".-@_+"),
            insert("@,;:<>()[]"),
            replace(".", "-_,"),
            replace("-_+", ".@" + _SYMBOLS),
            replace(ascii_lowercase, ".-_@"),
            insert(ascii_lowercase + digits),
            exchange_alphanumeric,
            drop("@."),
            drop(ascii_lowercase),
        ),
        edited_share=0.7,
    ),
)
