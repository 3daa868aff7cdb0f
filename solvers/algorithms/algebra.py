"""Level 2: arithmetic, linear equations and short stories, solved exactly by linear algebra.

The text is read by grammars of its own, first as an equation and then as a story, and never
evaluated. Both readers and what solves (lark, sympy) are imported late.

Not covered: anything that is not linear; see `equations` and `story` for what is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Guarantee, SolverInfo
from spoonbench.solvers.learning import abstained, answered, check_settings, failed
from spoonbench.solvers.numerals import write_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from spoonbench.solvers.api import Answer, Problem, Settings

_PACKAGE = "spoonbench.solvers.algorithms"
_EXACT_ON = (
    "test",
    "both-sides",
    "fractions",
    "three-unknowns",
    "larger-1000x",
    "unanswerable",
)
"""Splits of the task equations on which every answer is right."""


class AlgebraSolver:
    """Equations by a grammar, then linear algebra on exact rationals.

    Abstains where a text is not read, has two readings, or leaves open what is asked.

    References:
        Mitra and Baral 2016, "Learning To Use Formulas To Solve Simple Arithmetic Problems";
        Hosseini et al. 2014, "Learning to Solve Arithmetic Word Problems with Verb
        Categorization" (states of owners, changed by verbs).
    """

    info = SolverInfo(
        name="algebra",
        version="3",
        level=2,
        summary="Reads arithmetic, linear equations and short stories by a grammar, and solves.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain="arithmetic expressions of +, -, *, / and powers, and the forms of the task "
            "equations but its unseen wordings, with exact rational results",
            covers=tuple(f"equations@1/{split}" for split in _EXACT_ON),
            source="tests/solvers/algorithms/test_equations.py, against exact fractions; "
            "tests/solvers/algorithms/test_algebra.py, over seeds of the task",
        ),
        requires=("lark", "sympy"),
        source="Hosseini et al. 2014, Learning to Solve Arithmetic Word Problems",
        modules=tuple(
            f"{_PACKAGE}.{name}"
            for name in (
                "algebra",
                "equations",
                "linear",
                "number_pairs",
                "readings",
                "story",
                "story_accounts",
                "story_owners",
                "story_questions",
                "story_clauses",
                "story_words",
            )
        ),
    )

    def __init__(self) -> None:
        self._solve_text: Callable[[str], Fraction | str] | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings, import the readers and build their parsers.

        Raises:
            Unsupported: a setting or parameter that it does not have.
        """
        check_settings(self.info, settings, {})
        from spoonbench.solvers.algorithms.readings import solve_or_explain

        solve_or_explain("1 + 1")
        solve_or_explain("Ann had 1 pen.")
        self._solve_text = solve_or_explain

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem that is read and has one answer; abstain with a reason otherwise."""
        return [self._solve_one(problem) for problem in problems]

    def close(self) -> None:
        """Nothing is held but imported modules."""
        self._solve_text = None

    def _solve_one(self, problem: Problem) -> Answer:
        if self._solve_text is None:
            return failed("not prepared: prepare must be called before solve")
        if problem.payload is not None:
            return abstained("reads text, not images")
        if problem.kind != "number":
            return abstained(f"answers with a number, not a {problem.kind}")
        found = self._solve_text(problem.text)
        return abstained(found) if isinstance(found, str) else answered(write_number(found))
