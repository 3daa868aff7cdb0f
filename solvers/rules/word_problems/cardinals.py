"""Whole numbers in words, up to billions: "a hundred and twenty", "twenty-five".

Not covered: years in words ("nineteen ninety"), one digit after another ("five five").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.number_words import (
    ONES,
    SCALES,
    TENS,
    THOUSANDS,
    past_hyphen,
)

if TYPE_CHECKING:
    from spoonbench.solvers.rules.word_problems.pieces import Token

_TEN = 10
_CEILING = 10**12
_NUMBER_WORDS = frozenset({*ONES, *TENS, *SCALES})


def read_cardinal(tokens: list[Token], index: int) -> tuple[int, int]:
    """Read the longest whole number in words that begins at a token.

    Returns:
        Its value and the index after its last token, which is `index` where none begins.
    """
    total, ceiling, position = 0, _CEILING, index
    while True:
        part, end = _below_thousand(tokens, position)
        if end == position:
            if position > index or tokens[index].text not in THOUSANDS:
                break
            part = 1
        after = past_hyphen(tokens, end)
        scale = THOUSANDS.get(tokens[after].text, 0)
        if scale >= ceiling:
            break
        total, position = total + part * (scale or 1), after + 1 if scale else end
        if not scale:
            break
        ceiling = scale
        following = past_hyphen(tokens, position) + (tokens[position].text == "and")
        if not _goes_on(tokens, following, ceiling):
            break
        position = following
    return total, position


def _goes_on(tokens: list[Token], index: int, ceiling: int) -> bool:
    """Whether the same number goes on here: "thousand" and "six", not "six thousand" again."""
    _, end = _below_thousand(tokens, index)
    if end == index:
        return False
    return THOUSANDS.get(tokens[past_hyphen(tokens, end)].text, 0) < ceiling


def _below_thousand(tokens: list[Token], index: int) -> tuple[int, int]:
    """Value and end of "six", "forty-two", "hundred", "three hundred and six"."""
    value, end = _below_hundred(tokens, index)
    hundred = past_hyphen(tokens, end) if end > index else index
    if tokens[hundred].text != "hundred":
        return value, end
    value, end = (value if end > index else 1) * SCALES["hundred"], hundred + 1
    following = past_hyphen(tokens, end) + (tokens[end].text == "and")
    rest, after = _below_hundred(tokens, following)
    is_next_number = tokens[past_hyphen(tokens, after)].text == "hundred" or (
        following == end and _is_compound(tokens, after)
    )
    if after == following or is_next_number:
        return value, end
    return value + rest, after


def _below_hundred(tokens: list[Token], index: int) -> tuple[int, int]:
    """Value and end of "six" or "forty-two"."""
    text = tokens[index].text
    if text in ONES:
        return ONES[text], index + 1
    if text not in TENS:
        return 0, index
    unit = past_hyphen(tokens, index + 1)
    value = ONES.get(tokens[unit].text, 0)
    is_apart = unit == index + 1 and _is_compound(tokens, unit + 1)
    if 0 < value < _TEN and not is_apart:
        return TENS[text] + value, unit + 1
    return TENS[text], index + 1


def _is_compound(tokens: list[Token], end: int) -> bool:
    """Whether a hyphen binds what ends here to a noun: "five-dollar" of "twenty five-dollar"."""
    after = past_hyphen(tokens, end)
    return after > end and tokens[after].text not in _NUMBER_WORDS
