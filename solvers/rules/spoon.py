"""The case study's claim taken at its word: about fifty lines of regex and arithmetic.

It reads one family: "john had 100 candies, he got 45 more from his mom", gains and losses, with or
without a question about what the first owner has in the end. Anything else is abstained from, and
the module is to stay this small.

Not covered: numbers in words, decimals, fractions, separators, two steps, other questions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, Guarantee, SolverInfo
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem, Settings, Size

_GAIN = "got|gets|received|found|bought|collected|earned|won|picked|gathered|made|borrowed"
_LOSS = "gave|gave away|lost|ate|sold|spent|used|broke|dropped|threw away|donated|lent|shared"
_PROBLEM = re.compile(
    r"(?P<owner>(?:the )?[^\W\d_]+) (?:had|has) (?P<first>[0-9]{1,400}) "
    r"(?P<thing>[^\W\d_]+(?: [^\W\d_]+)?)(?:,|\.|,? and|,? but|,? then)(?: then)? "
    rf"(?:(?:he|she|they|(?P=owner)) )?(?:(?P<gain>{_GAIN})|{_LOSS}) "
    r"(?:(?:his|her|their) [^\W\d_]+ )?(?P<second>[0-9]{1,400})(?: more| extra)?"
    r"(?: of them| (?P=thing))?(?: (?:from|to|at|in|on|with|for) "
    r"(?:(?:his|her|their|the|a|an) )?[^\W\d_]+)?(?: (?:yesterday|today|later))?[.!]?"
    r"(?: how many(?: (?P=thing))? (?:(?:does|did|do|will) (?:he|she|they|(?P=owner)) have"
    r"(?: now| left| in all| in total| altogether| at the end)?|are(?: there)? left)\s?\?)?",
    re.IGNORECASE,
)


class SpoonSolver:
    """One regular expression, one addition or subtraction."""

    info = SolverInfo(
        name="spoon",
        version="1",
        level=1,
        summary="One regular expression and one addition or subtraction.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain='texts of the shape "X had A things, he got (or gave away ...) B more"',
            source="tests/solvers/rules/test_spoon.py",
        ),
        source="the case study",
        modules=("spoonbench.solvers.rules.spoon",),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready."""
        check_settings(self.info, settings)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer the texts of the one shape and abstain from the others."""
        return [_answer(problem) for problem in problems]

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


def _answer(problem: Problem) -> Answer:
    match = _PROBLEM.fullmatch(problem.text) if problem.kind == "number" else None
    if match is None:
        return Answer(status="abstained", reason="the text is not of the one shape that is read")
    second = int(match["second"])
    value = int(match["first"]) + (second if match["gain"] else -second)
    if value < 0:
        return Answer(status="abstained", reason="more is lost than was there")
    return Answer(status="answered", value=str(value), confidence=1.0)
