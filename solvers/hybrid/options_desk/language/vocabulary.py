"""The words that the grammar knows, read once from `vocabulary.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FILLER = "FILLER"
_VALUES: dict[str, tuple[str, Any]] = {
    "CALL": ("KIND", "call"),
    "CALLS": ("KIND", "calls"),
    "PUT": ("KIND", "put"),
    "PUTS": ("KIND", "puts"),
    "DAYS": ("UNIT", "days"),
    "WEEKS": ("UNIT", "weeks"),
    "MONTHS": ("UNIT", "months"),
    "YEARS": ("UNIT", "years"),
    "BULLISH": ("VIEW", "bullish"),
    "BEARISH": ("VIEW", "bearish"),
    "NEUTRAL": ("VIEW", "neutral"),
    "VOLATILE": ("VIEW", "volatile"),
}
_SHORTEST = 4
"""Letters of a word that may be a misspelling."""


class Phrase(NamedTuple):
    """Words that belong together.

    Attributes:
        pattern: matches them in a running text.
        kind: of the token that they become.
        value: what they mean; None where the kind says all.
    """

    pattern: re.Pattern[str]
    kind: str
    value: Any


class Vocabulary(NamedTuple):
    """All words.

    Attributes:
        phrases: by first word, longest first.
        symbols: roots known in small letters.
        words: each single one.
    """

    phrases: Mapping[str, tuple[Phrase, ...]]
    symbols: frozenset[str]
    words: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Read the words."""
    package = files("spoonbench.solvers.hybrid.options_desk.language")
    found = tomllib.loads(package.joinpath("vocabulary.toml").read_text("utf-8"))
    vague, symbols = found.pop("vague"), found.pop("symbols")
    entries: list[tuple[str, str, Any]] = [(text, FILLER, None) for text in found.pop("filler")]
    entries += [(text, *_VALUES.get(kind, (kind, None))) for kind in found for text in found[kind]]
    entries += [(text, "VAGUE", tuple(note)) for text, note in vague.items()]
    entries += [(text, "NAME", symbol) for text, symbol in symbols["names"].items()]
    phrases: dict[str, list[tuple[str, Phrase]]] = {}
    for text, kind, value in entries:
        phrases.setdefault(_first(text), []).append((text, Phrase(_pattern(text), kind, value)))
    return Vocabulary(
        phrases={
            first: tuple(phrase for _, phrase in sorted(every, key=lambda one: -len(one[0])))
            for first, every in phrases.items()
        },
        symbols=frozenset(symbols["known"]),
        words=frozenset(word for text, _, _ in entries for word in text.split()),
    )


def is_near_word(text: str) -> bool:
    """One letter away from a word, or two neighbours the other way round.

    >>> is_near_word("iorn"), is_near_word("roku")
    (True, False)
    """
    if len(text) < _SHORTEST:
        return False
    return not _near(text.lower()).isdisjoint(vocabulary().words)


def _near(text: str) -> set[str]:
    halves = [(text[:i], text[i:]) for i in range(len(text) + 1)]
    found = {a + b[1:] for a, b in halves if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    found |= {a + c + b[1:] for a, b in halves if b for c in ascii_lowercase}
    return found | {a + c + b for a, b in halves for c in ascii_lowercase}


def _first(text: str) -> str:
    found = re.match(r"[a-z0-9']+|\S", text)
    assert found is not None
    return found.group()


def _pattern(text: str) -> re.Pattern[str]:
    body = r"(?:\s+|\s*-\s*)".join(re.escape(word) for word in text.split())
    return re.compile(rf"{body}(?![\w']|\.\w)", re.IGNORECASE)
