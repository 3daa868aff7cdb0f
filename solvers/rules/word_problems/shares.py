"""Shares and factors in words: "half", "two thirds", "a quarter of", "twice", "double the"."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.number_words import (
    ARTICLES,
    LISTS,
    MULTIPLIERS,
    ONES,
    PARTS,
    PLURAL_PARTS,
    QUARTERS,
    past_hyphen,
)

if TYPE_CHECKING:
    from spoonbench.solvers.rules.word_problems.pieces import Token

_HALF = Fraction(1, 2)
_QUARTER = 4
_SINGLE = {**PARTS, "half": 2, "quarter": _QUARTER}
_PLURAL = {**PLURAL_PARTS, "quarters": _QUARTER}


def denominator_at(tokens: list[Token], index: int, *, is_single: bool) -> int:
    """What the word after a numerator divides by.

    Args:
        tokens: of the text.
        index: after the numerator.
        is_single: the numerator is 1.

    Returns:
        The denominator; 0 where the word names no part.
    """
    word = past_hyphen(tokens, index)
    text, after = tokens[word].text, tokens[word + 1].text
    if text in QUARTERS:
        is_share = word > index or after in LISTS["share_before"]
        return _QUARTER if is_share and (text == "quarter") == is_single else 0
    if not is_single:
        return PLURAL_PARTS.get(text, 0)
    if text == "half":
        return 0 if after in LISTS["half_before"] else 2
    return 0 if after in LISTS["rank_before"] else PARTS.get(text, 0)


def fraction_at(tokens: list[Token], index: int) -> tuple[Fraction, int]:
    """Read the part of a mixed number: "a half", "1/2", "one-fourth", "three quarters".

    Returns:
        Its value and the index after it, which is `index` where there is none.
    """
    token = tokens[index]
    if token.form == "fraction" and token.value is not None and token.value < 1:
        return token.value, index + 1
    if token.text == "half":
        return _HALF, index + 1
    numerator = 1 if token.text in ARTICLES else ONES.get(token.text, 0)
    word = past_hyphen(tokens, index + 1)
    parts = (_SINGLE if numerator == 1 else _PLURAL).get(tokens[word].text, 0)
    if not 0 < numerator < parts:
        return Fraction(0), index
    return Fraction(numerator, parts), word + 1


def half_at(tokens: list[Token], index: int) -> tuple[Fraction, int, str] | None:
    """Read "half" or "half a dozen"; None for the half of a game and for "cut in half".

    Returns:
        The value, the index after the last token, and the form: "share" or "number".
    """
    if tokens[index - 1].text in LISTS["half_after"]:
        return None
    if tokens[index + 1].text in LISTS["half_before"]:
        return None
    word = past_hyphen(tokens, index + 1)
    word += tokens[word].text in ARTICLES
    scale = MULTIPLIERS.get(tokens[word].text, 0)
    if scale:
        return _HALF * scale, word + 1, "number"
    return _HALF, index + 1, "share"


def part_at(tokens: list[Token], index: int) -> Fraction | None:
    """Read the part of "a third of", "a quarter as many", "quarter of a"; None where it is none."""
    text, after = tokens[index].text, tokens[index + 1].text
    if text == "quarter" and after == "of" and tokens[index + 2].text in ARTICLES:
        return Fraction(1, _QUARTER)
    if tokens[index - 1].text not in ARTICLES or text not in _SINGLE:
        return None
    if after in LISTS["share_before"]:
        return Fraction(1, _SINGLE[text])
    if text == "quarter" and after in LISTS["quarter_before"]:
        return Fraction(1, _QUARTER)
    return None


def is_factor(tokens: list[Token], index: int) -> bool:
    """Whether "double" says how much of something else, as against a double bed.

    "twice" and its like always do.
    """
    after = tokens[index + 1]
    return (
        tokens[index].text not in LISTS["kinds"]
        or after.form != "word"
        or after.name
        or after.text in LISTS["factor_before"]
        or after.text in LISTS["free_word"]
        or tokens[index + 2].text == "'s"
    )
