"""Arithmetic word problems by rules: sentences to amounts, amounts to derivations, exact sums.

The answer is given where one reading takes next to nothing for granted and no other one comes
near it; everything else is abstained from, with the reason. Numbers are fractions throughout.

Not covered: geometry, averages, several questions in one text (the last one is read).
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, Guarantee, SolverInfo, Unsupported
from spoonbench.solvers.explanations import Explanation
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.settings import check_settings
from spoonbench.solvers.rules.word_problems.derivation import find_readings
from spoonbench.solvers.rules.word_problems.explaining import explain_reading
from spoonbench.solvers.rules.word_problems.grading import grade
from spoonbench.solvers.rules.word_problems.stories import read_story
from spoonbench.solvers.rules.word_problems.tokens import Unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem, Settings, Size
    from spoonbench.solvers.rules.word_problems.amounts import Story
    from spoonbench.solvers.rules.word_problems.terms import Reading

MAX_CHARACTERS = 5_000
"""A longer text is abstained from: no word problem is that long, and time stays bounded."""

_PACKAGE = "spoonbench.solvers.rules.word_problems"


def _names_of(suffix: str) -> list[str]:
    """Files of this package with an ending, in order."""
    names = (path.name for path in files(_PACKAGE).iterdir())
    return sorted(name for name in names if name.endswith(suffix))


_MODULES = tuple(f"{_PACKAGE}.{name.removesuffix('.py')}" for name in _names_of(".py"))
_WORD_LISTS = tuple(f"{_PACKAGE}:{name}" for name in _names_of(".toml"))
_EXACT_ON = (
    "test",
    "larger-10x",
    "larger-1000x",
    "distracting-number",
    "two-steps",
    "unseen-frames",
    "unanswerable",
)


class RuleSolver:
    """Reads a word problem and computes its answer exactly, or abstains."""

    info = SolverInfo(
        name="rules",
        version="2",
        level=1,
        summary="Sentences to amounts, amounts to derivations, exact fractions; or it abstains.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain="the frames of the task word-problems, whatever the numbers",
            covers=tuple(f"word-problems@1/{split}" for split in _EXACT_ON),
            source="tests/solvers/rules/word_problems/test_frames.py",
        ),
        source=(
            "state containers: Hosseini et al. 2014, EMNLP; schemas: Mitra and Baral 2016, ACL; "
            "declarative rules: Roy and Roth 2018, TACL"
        ),
        modules=("spoonbench.solvers.numerals", *_MODULES),
        data_files=_WORD_LISTS,
    )

    def __init__(self) -> None:
        self._is_forced = False

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings.

        Raises:
            Unsupported: a parameter is not known, or `forced` is neither true nor false.
        """
        check_settings(self.info, settings, ("forced",))
        forced = settings.params.get("forced", False)
        if not isinstance(forced, bool):
            msg = f"rules.forced is true or false, not {forced!r}"
            raise Unsupported(msg)
        self._is_forced = forced

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every text that has one reading; with `forced`, every text that has any."""
        return [self._answer(problem)[0] for problem in problems]

    def explain(self, problem: Problem, /) -> Explanation:
        """Answer one problem, and tell how."""
        answer, story, readings = self._answer(problem)
        if story is None:
            return Explanation(answer=answer)
        return explain_reading(story, readings, answer, problem.text)

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""

    def _answer(self, problem: Problem) -> tuple[Answer, Story | None, list[Reading]]:
        if problem.kind != "number":
            reason = f"rules gives numbers, not a {problem.kind}"
            return Answer(status="failed", reason=reason), None, []
        if len(problem.text) > MAX_CHARACTERS:
            reason = f"too long: more than {MAX_CHARACTERS:,} characters"
            return Answer(status="abstained", reason=reason), None, []
        try:
            story = read_story(problem.text)
        except Unread as unread:
            return Answer(status="abstained", reason=str(unread)), None, []
        readings = find_readings(story, is_forced=self._is_forced)
        verdict = grade(story, readings)
        if readings and (self._is_forced or not verdict.reason):
            value = write_number(readings[0].value)
            answer = Answer(status="answered", value=value, confidence=verdict.confidence)
        else:
            answer = Answer(status="abstained", reason=verdict.reason)
        return answer, story, readings
