"""Level 2: arithmetic, computed exactly or refused.

Reads decimals, fractions, percentages, powers, signs and parentheses of any depth, in time linear
in the text. Nothing is evaluated by Python itself. What conventions read differently is refused.

Not covered: unknowns, roots and functions; see `expression_reader` for what is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.expression_reader import evaluate_text
from spoonbench.solvers.algorithms.expression_value import MAX_DIGITS, NoValue
from spoonbench.solvers.api import Answer, Guarantee, SolverInfo
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.learning import abstained, check_settings
from spoonbench.solvers.numerals import write_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem, Settings, Size

_PACKAGE = "spoonbench.solvers.algorithms"
_SPLITS = (
    "test",
    "nested",
    "large-integers",
    "fractions",
    "decimals",
    "percentages",
    "signs",
    "malformed",
)


class CalculatorSolver:
    """Computes an expression with fractions, or says why it has no value."""

    info = SolverInfo(
        name="calculator",
        version="2",
        level=2,
        summary="Operator precedence over exact fractions.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain="expressions of + - * / and whole powers, with fractions, decimals, percentages",
            covers=tuple(f"expressions@2/{split}" for split in _SPLITS),
            source="tests/solvers/algorithms/test_calculator.py",
        ),
        source="Dijkstra 1961, Algol 60 translation",
        modules=(
            "spoonbench.solvers.numerals",
            f"{_PACKAGE}.calculator",
            f"{_PACKAGE}.expression_reader",
            f"{_PACKAGE}.expression_value",
        ),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready but to check the settings."""
        check_settings(self.info, settings, {})

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Compute every expression that has one value; abstain with a reason otherwise."""
        return [_answer(problem) for problem in problems]

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


def _answer(problem: Problem) -> Answer:
    if problem.kind != "number" or problem.payload is not None:
        return abstained(f"computes numbers from text, not a {problem.kind}")
    try:
        value = evaluate_text(problem.text)
    except NoValue as reason:
        return abstained(str(reason))
    text = str(value) if isinstance(value, int) else write_number(value)
    if len(text) > MAX_DIGITS:
        return abstained(f"the answer takes more than {MAX_DIGITS} characters")
    return Answer(status="answered", value=text, confidence=1.0)
