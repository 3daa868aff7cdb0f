"""Level 1: formats by regular expressions, if/else and check digits.

Every family has a module, written from the published standard that it names. All regular
expressions take linear time.

Not covered, and abstained from: dates in English in other patterns than CLDR's ("3rd of March
2021"), amounts in words ("USD 3.2 million"), numbers dialled with an international prefix, phone
numbers of other countries, currencies outside the table, e-mail addresses with quotes, comments or
other scripts, IBANs of other countries, identifiers in unusual writing. Not known: which area codes
and blocks of numbers are assigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Guarantee, SolverInfo
from spoonbench.solvers.formats import answer_question
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.rules.formats import (
    check_digits,
    dates,
    emails,
    english_dates,
    money,
    phones,
    versions,
)
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import Answer, Problem, Settings, Size
    from spoonbench.solvers.formats import Reader

READERS: Mapping[str, Reader] = {
    **dates.READERS,
    **english_dates.READERS,
    **emails.READERS,
    **phones.READERS,
    **money.READERS,
    **versions.READERS,
    **check_digits.READERS,
}
"""Name of the format, in lower case, to its reader."""

_PACKAGE = "spoonbench.solvers.rules.formats"


class FormatRuleSolver:
    """Judges and reads dates, addresses, numbers and identifiers by rules."""

    info = SolverInfo(
        name="format-rules",
        version="2",
        level=1,
        summary="Regular expressions, if/else and check digits, one module for each format.",
        kinds=("label", "text"),
        guarantee=Guarantee(
            kind="tested",
            domain=(
                "ISO 8601 calendar, week and ordinal dates of a whole cycle of 400 years; "
                "identifiers with check digits in which one digit or letter is another one"
            ),
            source="tests/solvers/rules/test_formats.py",
        ),
        source="the standards that each module names",
        modules=(
            "spoonbench.solvers.formats",
            *(
                f"{_PACKAGE}.{name}"
                for name in (
                    "contestant",
                    "check_digits",
                    "dates",
                    "emails",
                    "english_dates",
                    "money",
                    "phones",
                    "versions",
                )
            ),
        ),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready."""
        check_settings(self.info, settings)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer the questions that name a format, and abstain from the others."""
        return [answer_question(problem, READERS) for problem in problems]

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""
