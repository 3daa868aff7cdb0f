"""Level 1: the simplest expressions by two regular expressions and a few comparisons.

"5 + 3 = " and "What is 2 * 3 - 4?": one or two operations on whole numbers or decimals without
signs, and "15% of 80". Anything else is abstained from, and the module is to stay this small.

Not covered: parentheses, fractions, powers, signs of an operand, three operations and more.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, Guarantee, SolverInfo
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem, Settings, Size

_NUMBER = r"([0-9]{1,60}(?:\.[0-9]{1,60})?|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,20}(?:\.[0-9]{1,60})?)"
_SIGN = r" {0,2}([-+*/\u2212\u00d7\u00f7]) {0,2}"
_BEFORE, _AFTER = r"(?:(?:what is|calculate) )?", r" {0,2}=? {0,2}\?? {0,2}"
_OPERATIONS = re.compile(
    rf"{_BEFORE}{_NUMBER}{_SIGN}{_NUMBER}(?:{_SIGN}{_NUMBER})?{_AFTER}", re.IGNORECASE
)
_PERCENTAGE = re.compile(rf"{_BEFORE}{_NUMBER}(?:%| percent) of {_NUMBER}{_AFTER}", re.IGNORECASE)


class ExpressionRuleSolver:
    """One or two operations, or one percentage."""

    info = SolverInfo(
        name="expression-rules",
        version="1",
        level=1,
        summary="Two regular expressions and at most two operations.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain="one or two operations on numbers without signs, and percentages of them",
            covers=tuple(
                f"expressions@2/{split}" for split in ("large-integers", "decimals", "malformed")
            ),
            source="tests/solvers/rules/test_expressions.py",
        ),
        source="the case study",
        modules=("spoonbench.solvers.numerals", "spoonbench.solvers.rules.expressions"),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready."""
        check_settings(self.info, settings)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer the simplest expressions and abstain from the others."""
        return [_answer(problem) for problem in problems]

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


def _answer(problem: Problem) -> Answer:
    text = problem.text if problem.kind == "number" else ""
    if match := _OPERATIONS.fullmatch(text):
        value = _compute(*match.groups())
    elif match := _PERCENTAGE.fullmatch(text):
        value = _number(match[1]) * _number(match[2]) / 100
    else:
        return Answer(status="abstained", reason="the text is not of the two shapes that are read")
    if value is None:
        return Answer(status="abstained", reason="a division by zero")
    return Answer(status="answered", value=write_number(value), confidence=1.0)


def _compute(
    first: str, sign: str, second: str, next_sign: str | None, third: str | None
) -> Fraction | None:
    if next_sign is None or third is None:
        return _operate(_number(first), sign, _number(second))
    if sign in "+-\u2212" and next_sign not in "+-\u2212":
        return _operate(_number(first), sign, _operate(_number(second), next_sign, _number(third)))
    return _operate(_operate(_number(first), sign, _number(second)), next_sign, _number(third))


def _operate(left: Fraction | None, sign: str, right: Fraction | None) -> Fraction | None:
    if left is None or right is None:
        return None
    if sign == "+":
        return left + right
    if sign in "-\u2212":
        return left - right
    if sign in "*\u00d7":
        return left * right
    return left / right if right else None


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))
