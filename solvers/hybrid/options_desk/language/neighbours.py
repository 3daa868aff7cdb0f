"""Second look at the words of a text: what each is follows from the ones beside it.

A word that goes with a figure stands before it ("vol 20%") or behind ("20% vol"); a comma or an
"and" joins two figures of a list or parts two phrases. The grammar looks one word ahead, so both
are settled here.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.hybrid.options_desk.language.words import Word

FIGURES = frozenset({"NUMBER", "MONEY", "PERCENT", "NEGATIVE", "RUN"})
_LISTED = frozenset({"NUMBER", "MONEY"})
_EITHER = frozenset(
    {"SPOT", "VOLATILITY", "RATE", "DIVIDEND_YIELD", "RISK", "ACCOUNT", "DELTA", "STRIKE"}
    | {"SHORTS", "LONGS", "BODY", "WINGS"}
)
_CLAIMING = frozenset({"UNIT", "CONTRACTS", "SHARES", "DAYS_OR_DELTA", "WIDE", "POINTS"})
_OF_WINGS = frozenset({"WIDE", "POINTS"})
_BETWEEN = frozenset({"AT", "SYMBOL", "LIMIT", "RISK"})
_SCALES = {"MILLION": 10**6, "THOUSAND": 10**3}


def settle(words: Sequence[Word]) -> list[Word]:
    """The words as the grammar takes them."""
    words = _merged(words)
    words = [_sided(words, index) for index in range(len(words))]
    return [_joined(words, index) for index in range(len(words))]


def _merged(words: Sequence[Word]) -> list[Word]:
    """Figures with the scale or the unit that is written out behind them."""
    found: list[Word] = []
    for word in words:
        before = found[-1] if found else None
        if before is None or before.kind not in FIGURES or before.kind == "RUN":
            found += _alone(word)
        elif word.kind in _SCALES and before.kind in ("NUMBER", "MONEY", "NEGATIVE"):
            kind = "NEGATIVE" if before.kind == "NEGATIVE" else "MONEY"
            found[-1] = _grown(before, word, kind, before.value * _SCALES[word.kind])
        elif word.kind == "DOLLARS" and before.kind != "PERCENT":
            kind = "NEGATIVE" if before.kind == "NEGATIVE" else "MONEY"
            found[-1] = _grown(before, word, kind, before.value)
        elif word.kind == "PERCENT_WORD" and before.kind == "NUMBER":
            found[-1] = _grown(before, word, "PERCENT", before.value / 100)
        else:
            found.append(word)
    return found


def _alone(word: Word) -> list[Word]:
    """A unit without a figure counts one where it has an article: "in a month"."""
    if word.kind == "UNIT" and word.article in ("a", "an"):
        return [replace(word, kind="NUMBER", value=Decimal(1), text=word.article), word]
    return [word]


def _grown(before: Word, word: Word, kind: str, value: Decimal) -> Word:
    return replace(before, kind=kind, value=value, text=f"{before.text} {word.text}")


def _sided(words: Sequence[Word], index: int) -> Word:
    """A word that may stand on either side of its figure."""
    word = words[index]
    if word.kind == "DAYS_OR_DELTA":
        return replace(word, kind="UNIT", value="d")
    if word.kind not in _EITHER or _leads(words, index):
        return word
    return replace(word, kind=f"{word.kind}_AFTER")


def _leads(words: Sequence[Word], index: int) -> bool:
    kind = words[index].kind
    following = index + 1
    while following < len(words) and words[following].kind in _BETWEEN:
        following += 1
    if following == len(words) or words[following].kind not in FIGURES:
        return False
    if following + 1 == len(words) or words[following].kind in ("RUN", "PERCENT"):
        return not _is_delta(words, following) or kind == "DELTA"
    claim = words[following + 1].kind
    if kind in ("SHORTS", "LONGS", "WINGS", "BODY") and claim == "DELTA":
        return False
    return claim not in _CLAIMING or (kind == "WINGS" and claim in _OF_WINGS)


def _is_delta(words: Sequence[Word], index: int) -> bool:
    return index + 1 < len(words) and words[index + 1].kind == "DELTA"


def _joined(words: Sequence[Word], index: int) -> Word:
    """An "and" or a comma between two figures of one list."""
    word = words[index]
    if word.kind not in ("AND", "SEPARATOR") or word.text not in ("and", "AND", "And", "&", ","):
        return word
    if not 0 < index < len(words) - 1:
        return word
    pair = {words[index - 1].kind, words[index + 1].kind}
    is_list = pair <= _LISTED or pair == {"RUN"}
    follower = words[index + 2].kind if index + 2 < len(words) else "SEPARATOR"
    is_claimed = follower in _CLAIMING or follower.removesuffix("_AFTER") in _EITHER
    is_claimed |= follower in ("KIND", "SYMBOL", "SPREAD", "DATE", "OF", "LIMIT")
    # "strike 200, 190 spot" has one strike; a list goes on or ends.
    if not is_list or (is_claimed and follower != "STRIKE_AFTER"):
        return word
    return replace(word, kind="JOIN")
