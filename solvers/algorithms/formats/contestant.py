"""Level 2: formats by well-kept libraries, called as their documentation shows.

Dates by dateutil, phone numbers by phonenumbers, check digits by python-stdnum, versions by
packaging, e-mail addresses by email-validator. No library of ours reads Semantic Versioning or
amounts of money: both are read by grammars (lark), that of the first as semver.org publishes it.
The libraries are imported when the contestant is prepared.

Not covered, where the libraries are more lenient than the formats: dateutil takes the wrong weekday
and the wrong ordinal suffix, fills what is missing, takes mixed separators, a colon as that of a
time, and day and month the other way round where only that is a date, and counts week 53 in every
year; phonenumbers takes a trunk prefix that is missing or too much, international prefixes and
extensions; stdnum takes separators anywhere, small letters, and 979-0 as an ISBN; email-validator
takes other scripts, and calls quoted local parts and domain literals invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.formats import answer_question
from spoonbench.solvers.learning import check_settings, failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import Answer, Problem, Settings
    from spoonbench.solvers.formats import Reader

_PACKAGE = "spoonbench.solvers.algorithms.formats"


class FormatLibrarySolver:
    """Judges and reads dates, addresses, numbers and identifiers by libraries."""

    info = SolverInfo(
        name="format-libraries",
        version="2",
        level=2,
        summary="A well-kept library for each format, grammars for money and SemVer.",
        kinds=("label", "text"),
        requires=(
            "python-dateutil",
            "phonenumbers",
            "python-stdnum",
            "packaging",
            "email-validator",
            "lark",
        ),
        source="the documentation of the libraries",
        modules=(
            "spoonbench.solvers.formats",
            *(f"{_PACKAGE}.{name}" for name in ("contestant", "libraries", "grammars")),
        ),
    )

    def __init__(self) -> None:
        self._readers: Mapping[str, Reader] | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings, import the libraries and build the parsers.

        Raises:
            Unsupported: a setting or parameter that it does not have.
        """
        check_settings(self.info, settings, {})
        from spoonbench.solvers.algorithms.formats import grammars, libraries

        self._readers = {**libraries.READERS, **grammars.make_readers()}

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer the questions that name a format, and abstain from the others."""
        readers = self._readers
        if readers is None:
            return [failed("not prepared: prepare must be called before solve") for _ in problems]
        return [answer_question(problem, readers) for problem in problems]

    def close(self) -> None:
        """Nothing is held but imported modules."""
        self._readers = None
