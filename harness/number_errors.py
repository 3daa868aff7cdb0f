"""How far numbers were off, where near is good enough. Pure functions.

Not covered: whole targets, which are met or missed, and answers that are no numbers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.harness.evidence import NumberErrors
from spoonbench.harness.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spoonbench.harness.records import ScoredAnswer

MOST = Fraction(10**300)
"""Errors beyond count as this."""


def number_errors(
    answers: Iterable[ScoredAnswer], targets: Mapping[str, str | None]
) -> NumberErrors | None:
    """Mean and largest errors of the numbers that were answered.

    Args:
        answers: of one run.
        targets: problem to its target.

    Returns:
        None where no answer is a number whose target is one that is not whole.
    """
    pairs = [_pair(answer, targets.get(answer.problem_id)) for answer in answers]
    known = [pair for pair in pairs if pair is not None]
    if not known:
        return None
    errors = [abs(value - target) for value, target in known]
    absolute = [_float(error) for error in errors]
    relative = [
        _float(error / abs(target)) for error, (_, target) in zip(errors, known, strict=True)
    ]
    return NumberErrors(
        n=len(known),
        mean_absolute=sum(absolute) / len(known),
        largest_absolute=max(absolute),
        mean_relative=sum(relative) / len(known),
        largest_relative=max(relative),
    )


def _pair(answer: ScoredAnswer, target: str | None) -> tuple[Fraction, Fraction] | None:
    if target is None or answer.status != "answered" or answer.value is None:
        return None
    value, expected = read_number(answer.value), read_number(target)
    if value is None or expected is None or expected.denominator == 1:
        return None
    return value, expected


def _float(value: Fraction) -> float:
    """At most `MOST`: JSON has no infinity, and a sum of such errors must be a float, too."""
    return float(min(value, MOST))
