"""Level 1: one linear equation in one unknown, by regular expressions and a rearrangement.

It reads ax + b = c, a(x + b) = c, x/a + b = c and b - ax = c, either way round, and sentences of
the kind "3 times a number plus 5 is 20". Anything else is abstained from.

Not covered: the unknown on both sides, several unknowns, fractions and decimals as coefficients,
numbers in words.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, SolverInfo
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem, Settings, Size

_N = r"[0-9]{1,200}"
_QUESTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"solve for (?P<name>[a-z]): (?P<equation>[^.?,]+)",
        r"find (?P<name>[a-z]): (?P<equation>[^.?,]+)\.",
        r"(?P<equation>[^.?,]+)\. what is (?P<name>[a-z])\?",
        r"if (?P<equation>[^.?,]+), what is (?P<name>[a-z])\?",
        r"(?P<equation>[^.?,]+), (?P<name>[a-z]) = \?",
    )
)
_MULTIPLE = re.compile(rf"(?P<a>-?(?:{_N})?)(?P<name>[a-z])(?: (?P<b>[+-] {_N}))?")
_QUOTIENT = re.compile(rf"(?P<name>[a-z])/(?P<n>{_N})(?: (?P<b>[+-] {_N}))?")
_GROUP = re.compile(rf"(?P<a>-?(?:{_N})?)\((?P<name>[a-z]) (?P<b>[+-] {_N})\)")
_TAKEN = re.compile(rf"(?P<b>-?{_N}) - (?P<a>(?:{_N})?)(?P<name>[a-z])")
_SENTENCE = re.compile(
    rf"(?:(?P<first>{_N}) (?P<how>more than|less than|plus) )?(?P<a>{_N} times |twice |)a number"
    rf"(?: (?P<change>plus|increased by|minus|decreased by) (?P<b>{_N}))?"
    rf" (?:is|equals) (?P<value>{_N})\. (?:what is|find) the number[.?]",
    re.IGNORECASE,
)


class EquationRuleSolver:
    """Regular expressions and one rearrangement."""

    info = SolverInfo(
        name="equation-rules",
        version="1",
        level=1,
        summary="Regular expressions for one linear equation in one unknown, and a rearrangement.",
        kinds=("number",),
        source="school algebra",
        modules=("spoonbench.solvers.rules.equations",),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready."""
        check_settings(self.info, settings)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer what is read, and abstain from the rest."""
        return [_answer(problem) for problem in problems]

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


def _answer(problem: Problem) -> Answer:
    if problem.kind != "number" or problem.payload is not None:
        return Answer(status="abstained", reason="answers texts with a number")
    text = " ".join(problem.text.split())
    found = _of_sentence(text)
    if found is None:
        found = _of_equation(text)
    if found is None:
        return Answer(status="abstained", reason="no equation of the few kinds that are read")
    return Answer(status="answered", value=write_number(found))


def _of_sentence(text: str) -> Fraction | None:
    match = _SENTENCE.fullmatch(text)
    if match is None or (match["first"] and match["change"]):
        return None
    factor = _factor("2" if match["a"].casefold() == "twice " else match["a"].partition(" ")[0])
    is_less = match["how"] == "less than" or match["change"] in {"minus", "decreased by"}
    rest = int(match["first"] or match["b"] or 0)
    value = int(match["value"]) + (rest if is_less else -rest)
    return Fraction(value, factor) if factor else None


def _of_equation(text: str) -> Fraction | None:
    for question in _QUESTIONS:
        match = question.fullmatch(text)
        if match is not None:
            return _solve(match["equation"], match["name"].casefold())
    return None


def _solve(equation: str, name: str) -> Fraction | None:
    """Rearrange; None where the unknown is another one or the equation of another kind."""
    left, _, right = equation.casefold().partition(" = ")
    if not re.fullmatch(rf"-?{_N}", right):
        left, right = right, left
    if not re.fullmatch(rf"-?{_N}", right):
        return None
    value = int(right)
    if (match := _GROUP.fullmatch(left)) and (a := _factor(match["a"])):
        solution = Fraction(value, a) - _signed(match["b"])
    elif (match := _MULTIPLE.fullmatch(left)) and (a := _factor(match["a"])):
        solution = Fraction(value - _signed(match["b"]), a)
    elif (match := _QUOTIENT.fullmatch(left)) and int(match["n"]):
        solution = Fraction((value - _signed(match["b"])) * int(match["n"]))
    elif (match := _TAKEN.fullmatch(left)) and (a := _factor(match["a"])):
        solution = Fraction(int(match["b"]) - value, a)
    else:
        return None
    return solution if match["name"] == name else None


def _factor(written: str) -> int:
    """Of "3x", "x" and "-x"."""
    return {"": 1, "-": -1}.get(written) or int(written)


def _signed(written: str | None) -> int:
    """Of "+ 3", "- 3" and nothing."""
    return int((written or "0").replace(" ", ""))
