"""Version numbers of two standards, and near misses of them.

Sources: PEP 440, "Public version identifiers", "Local version identifiers" and "Normalization";
Semantic Versioning 2.0.0, points 2, 9 and 10. The canonical form of the first is its normal form.
The second has no other spelling of a version than its own.

Not covered: white space around a version; a separator of PEP 440 that separates nothing ("1.0a."),
which its text does not allow and its regular expression does.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats.cases import Form, is_digits
from spoonbench.harness.tasks.formats.edits import drop, exchange_alphanumeric, insert, replace
from spoonbench.harness.tasks.formats.python_versions import judge_pep440

if TYPE_CHECKING:
    from random import Random

_IDENTIFIER = frozenset(ascii_letters + digits + "-")
_PRE = {"a": "a", "alpha": "a", "b": "b", "beta": "b", "rc": "rc", "c": "rc", "pre": "rc",
        "preview": "rc"}  # fmt: skip
_POST = ("post", "rev", "r")


def judge_semver(text: str) -> str | None:
    """The version as it stands."""
    rest, plus, build = text.partition("+")
    core, hyphen, pre = rest.partition("-")
    numbers = core.split(".")
    is_valid = (
        len(numbers) == 3
        and all(_is_number(number) for number in numbers)
        and (not hyphen or all(map(_is_pre, pre.split("."))))
        and (not plus or all(map(_is_identifier, build.split("."))))
    )
    return text if is_valid else None


def _is_number(piece: str) -> bool:
    return is_digits(piece) and (piece == "0" or piece[0] != "0")


def _is_identifier(piece: str) -> bool:
    return piece != "" and set(piece) <= _IDENTIFIER


def _is_pre(piece: str) -> bool:
    return _is_identifier(piece) and (not piece.isdigit() or _is_number(piece))


def _make_semver(rng: Random) -> tuple[str, str]:
    text = ".".join(str(_draw_number(rng)) for _ in range(3))
    if rng.random() < 0.6:
        text += "-" + ".".join(_draw_identifier(rng) for _ in range(rng.randint(1, 3)))
    if rng.random() < 0.4:
        text += "+" + ".".join(_draw_identifier(rng) for _ in range(rng.randint(1, 2)))
    return text, text


def _draw_number(rng: Random) -> int:
    return rng.choice((0, rng.randint(0, 9), rng.randint(0, 9), rng.randint(10, 120)))


def _draw_identifier(rng: Random) -> str:
    word = rng.choice(("alpha", "beta", "rc", "x", "nightly", "build", "sha"))
    number = _draw_number(rng)
    return rng.choice((word, str(number), str(number), f"{word}{number}", f"{word}-{number}"))


def _make_pep440(rng: Random) -> tuple[str, str]:
    """Written in one of the ways that the standard reads, and its normal form."""
    written, normal = rng.choice(("", "", "", "v")), ""
    if rng.random() < 0.1:
        epoch = rng.randint(1, 9)
        written, normal = f"{written}{epoch}!", f"{epoch}!"
    release = ".".join(str(_draw_number(rng)) for _ in range(rng.randint(1, 4)))
    written, normal = written + release, normal + release
    if rng.random() < 0.45:
        spelling, number = rng.choice(tuple(_PRE)), rng.randint(0, 20)
        written += f"{_separator(rng)}{spelling}{_separator(rng)}{number}"
        normal += f"{_PRE[spelling]}{number}"
    if rng.random() < 0.25:
        number = rng.randint(0, 20)
        written += f"{_separator(rng)}{rng.choice(_POST)}{_separator(rng)}{number}"
        normal += f".post{number}"
    if rng.random() < 0.25:
        number = rng.randint(0, 20)
        written += f"{_separator(rng)}dev{_separator(rng)}{number}"
        normal += f".dev{number}"
    local = _draw_local(rng)
    return written + local, normal + local.lower().replace("-", ".").replace("_", ".")


def _separator(rng: Random) -> str:
    return rng.choice(("", "", ".", "-", "_"))


def _draw_local(rng: Random) -> str:
    if rng.random() >= 0.25:
        return ""
    pieces = [rng.choice(("ubuntu", "cu", "g")), str(rng.randint(0, 99)), rng.choice("abcdef")]
    return "+" + rng.choice(".-_").join(pieces[: rng.randint(1, 3)])


_SIGNS = ".-_+!"
_EDITS = (
    insert(_SIGNS),
    insert(_SIGNS, beside=_SIGNS),
    insert("0", beside="0123456789"),
    insert("0123456789abcrv"),
    exchange_alphanumeric,
    drop(ascii_letters),
    drop(digits),
    drop(_SIGNS),
    replace(_SIGNS, _SIGNS),
)

FORMS = (
    Form(
        name="PEP 440 version",
        make=_make_pep440,
        judge=judge_pep440,
        edits=_EDITS,
        edited_share=0.7,
    ),
    Form(
        name="SemVer 2.0.0 version",
        make=_make_semver,
        judge=judge_semver,
        edits=_EDITS,
        edited_share=0.7,
    ),
)
