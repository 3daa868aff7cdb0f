"""Everything that a report of many runs shows, as plain data, and how it is read from the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.reports import duel as duels
from spoonbench.reports import matrix as matrices
from spoonbench.reports.overview.claims import check_ledger
from spoonbench.reports.overview.selection import select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.claims.claim import Finding
    from spoonbench.harness.store.plans import StoredPlan
    from spoonbench.harness.store.reader import StoreReader
    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.overview.advice_quality import AdviceQuality
    from spoonbench.reports.overview.selection import Selection, Wanted

_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDuel:
    """A duel of the report.

    Attributes:
        slug: begins the names of its tables and figures; unique in the report.
        plan: as it was selected.
        report: what its own report shows.
    """

    slug: str
    plan: StoredPlan
    report: DuelReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMatrix:
    """A matrix of the report; see `ShownDuel`."""

    slug: str
    plan: StoredPlan
    report: MatrixReport


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """The store that all of it was read from.

    Attributes:
        path: as it was given.
        n_bytes: of the file.
        n_runs: records in it.
        n_answers: kept answers.
    """

    path: str
    n_bytes: int
    n_runs: int
    n_answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a report shows.

    Attributes:
        store: that it was read from.
        selection: what was asked for, and what that found.
        duels: newest first.
        matrices: newest first.
        findings: of the claims ledger.
        advice: measured quality of the advice; None where no file of it was given.
        command: words of the command that writes the report again.
    """

    store: StoreFacts
    selection: Selection
    duels: tuple[ShownDuel, ...]
    matrices: tuple[ShownMatrix, ...]
    findings: tuple[Finding, ...] = ()
    advice: AdviceQuality | None = None
    command: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[ShownDuel | ShownMatrix, ...]:
        """Duels, then matrices."""
        return (*self.duels, *self.matrices)


def gather(
    reader: StoreReader,
    wanted: Wanted,
    advice: AdviceQuality | None = None,
    command: tuple[str, ...] = (),
) -> Overview:
    """Everything that the report shows.

    Args:
        reader: of the store; answers that it read are given back run by run.
        wanted: which duels and matrices.
        advice: measured quality of the advice, where it is known.
        command: words of the command that writes the report again.

    Raises:
        StoreError: nothing fits, or what fits is damaged.
    """
    selection = select(reader.plans(), wanted, str(reader.path))
    found: dict[str, list[Any]] = {"duel": [], "matrix": []}
    slugs = _Slugs()
    for plan in selection.shown:
        gather_one: Any = duels.gather if plan.kind == "duel" else matrices.gather
        kind: Any = ShownDuel if plan.kind == "duel" else ShownMatrix
        report = gather_one(reader, plan.plan_id)
        found[plan.kind].append(kind(slug=slugs.of(plan), plan=plan, report=report))
        # The answers of one run are enough in memory at a time.
        reader.forget_answers()
    findings = check_ledger(reader, found["duel"], found["matrix"])
    reader.forget_answers()
    n_runs, n_answers = reader.counts()
    return Overview(
        store=StoreFacts(
            path=str(reader.path),
            n_bytes=reader.path.stat().st_size,
            n_runs=n_runs,
            n_answers=n_answers,
        ),
        selection=selection,
        duels=tuple(found["duel"]),
        matrices=tuple(found["matrix"]),
        findings=findings,
        advice=advice,
        command=command,
    )


class _Slugs:
    """Names for files, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, plan: StoredPlan) -> str:
        words = [plan.task] if plan.kind == "duel" else ["matrix", plan.model, plan.task]
        slug = first = _slug(words)
        number = 2
        while slug in self._given:
            slug, number = f"{first}-{number}", number + 1
        self._given.add(slug)
        return slug


def _slug(words: Iterable[str]) -> str:
    """Lower-case letters, digits and single hyphens: safe in a path, an id and a link."""
    plain = re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower())[:_LONGEST_SLUG].strip("-")
    return plain if plain and plain[0].isalpha() else f"run-{plain}".strip("-")
