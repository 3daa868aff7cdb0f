"""What a wrong number may have come from: the numbers of the text, joined otherwise than asked.

Not covered: numbers written as words, and how the answer really came about.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, permutations
from typing import TYPE_CHECKING, TypeVar

from spoonbench.harness.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_Number = TypeVar("_Number", Fraction, float)

SIGN_OR_SCALE = "right but for its sign or scale"
OF_THE_TEXT = "a number of the text itself"
SUM = "sum of two numbers of the text"
DIFFERENCE = "difference of two numbers of the text"
PRODUCT = "product of two numbers of the text"
QUOTIENT = "quotient of two numbers of the text"
ALL_ADDED = "all numbers of the text added"
OTHER = "none of these"

KINDS = (SIGN_OR_SCALE, OF_THE_TEXT, SUM, DIFFERENCE, PRODUCT, QUOTIENT, ALL_ADDED, OTHER)
"""Of several that fit, the first counts."""

_NUMBER = re.compile(r"[0-9]{1,15}/[0-9]{1,15}|[0-9]{1,15}(?:,[0-9]{3}){0,5}(?:\.[0-9]{1,15})?")
_MOST_NUMBERS = 12
_FEWEST_TO_ADD = 3
_TOLERANCE = Fraction(1, 1000)
_NEARLY, _NEAR = 0.0011, 1e-12
"""More than the tolerance, and more than sums of binary numbers lose of the largest."""
_SCALES = frozenset(Fraction(10) ** power for power in range(-9, 10))


def wrong_number(text: str, value: str | None, target: str | None) -> str | None:
    """What a wrong value has to do with the numbers of the text.

    >>> wrong_number("Ann has 5 cups. She buys 3 more. How many now?", "2", "8")
    'difference of two numbers of the text'

    Args:
        text: the question.
        value: what was answered.
        target: the right answer.

    Returns:
        One of `KINDS`; None where value or target is no number.
    """
    said = read_number(value) if value is not None else None
    right = read_number(target) if target is not None else None
    if said is None or right is None:
        return None
    if right and said != right and abs(said / right) in _SCALES:
        return SIGN_OR_SCALE
    numbers = _numbers(text)
    if not _may_fit(said, [float(number) for number in numbers]):
        return OTHER
    fitting = (kind for kind, figure in _candidates(numbers) if _is_same(said, figure))
    return next(fitting, OTHER)


def _may_fit(said: Fraction, numbers: Sequence[float]) -> bool:
    """Whether any candidate is near, in binary numbers: rules out most, many times as fast.

    What is lost by rounding is far smaller than what is allowed here; what is near is then looked
    at exactly.
    """
    try:
        value = float(said)
    except OverflowError:
        return False  # the numbers of a text are far smaller
    slack = _NEAR * max(numbers, default=0.0)
    return any(abs(value - one) <= _NEARLY * abs(one) + slack for _, one in _candidates(numbers))


def _candidates(numbers: Sequence[_Number]) -> Iterator[tuple[str, _Number]]:
    """What could have been answered by mistake, with its kind, in the order of `KINDS`."""
    for one in numbers:
        yield OF_THE_TEXT, one
    for one, other in combinations(numbers, 2):
        yield SUM, one + other
    for one, other in permutations(numbers, 2):
        yield DIFFERENCE, one - other
    for one, other in combinations(numbers, 2):
        yield PRODUCT, one * other
    for one, other in permutations(numbers, 2):
        if other:
            yield QUOTIENT, one / other
    if len(numbers) >= _FEWEST_TO_ADD:
        yield ALL_ADDED, sum(numbers[1:], numbers[0])


@lru_cache(maxsize=1 << 13)
def _numbers(text: str) -> Sequence[Fraction]:
    """Kept for the next contestant that was asked the same."""
    found = (read_number(match.group()) for match in _NUMBER.finditer(text))
    return [number for number in found if number is not None][:_MOST_NUMBERS]


def _is_same(said: Fraction, figure: Fraction) -> bool:
    """Equal, or for figures that are not whole nearly so, as answers are scored."""
    if figure.denominator == 1:
        return said == figure
    return abs(said - figure) <= _TOLERANCE * abs(figure)
