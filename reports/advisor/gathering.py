"""Everything that the advisor's page shows, put together from where `spoonbench advise` looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.advise.lookups.assertions import find_claims
from spoonbench.harness.advise.lookups.crossovers import SAME_SIZE
from spoonbench.harness.frameworks.reading import shipped, shipped_ids
from spoonbench.harness.predict.published import PUBLISHED
from spoonbench.reports.advisor.contestants import contestant_table
from spoonbench.reports.advisor.crossings import crossing_rows
from spoonbench.reports.advisor.figures import MeasuredFigure
from spoonbench.reports.advisor.part import advisor_part
from spoonbench.reports.advisor.settings import setting_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.harness.advise.lookups.figures import Crossing, Figures
    from spoonbench.harness.advise.sources import Sources
    from spoonbench.harness.frameworks.graph import Framework
    from spoonbench.reports.advisor.crossings import CrossingRow
    from spoonbench.reports.advisor.part import AdvisorPart

_CROSSOVER = "crossover.batch."


def gather_advisor(
    sources: Sources,
    *,
    claims: Mapping[str, str] | None = None,
) -> AdvisorPart:
    """The advisor with all shipped frameworks and what these sources measured.

    Args:
        sources: of evidence.
        claims: id to a sentence; None: as these sources let the ledger find.

    Raises:
        StoreError: the store is damaged.
    """
    frameworks = tuple(shipped(one) for one in shipped_ids())
    return advisor_part(
        frameworks,
        {one.framework_id: _thresholds(one, sources.matrices) for one in frameworks},
        tuple(PUBLISHED.values()),
        tuple(_rows(sources.matrices)),
        settings=tuple(setting_tables(sources)),
        contestants=tuple(map(contestant_table, sources.duels)),
        claims=_claims(frameworks, sources) if claims is None else claims,
    )


def _thresholds(
    framework: Framework, matrices: Sequence[Figures]
) -> dict[str, tuple[MeasuredFigure, ...]]:
    """Measured batches at which a device overtakes the processor: what `advise` looks up.

    Each speaks for models of about the size of the one that was measured.
    """
    found = {}
    for threshold in framework.thresholds.values():
        evidence = threshold.evidence or ""
        if evidence.startswith(_CROSSOVER):
            device = evidence.removeprefix(_CROSSOVER)
            found[threshold.name] = tuple(_figures(matrices, device))
    return found


def _figures(matrices: Sequence[Figures], device: str) -> Iterator[MeasuredFigure]:
    for figures in matrices:
        for one in figures.crossings:
            is_pair = one.axis == "device" and (one.first, one.second) == ("cpu", device)
            if is_pair and one.batch is not None and figures.parameters is not None:
                size = figures.parameters
                yield MeasuredFigure(
                    evidence=_evidence(figures, one),
                    within={"parameters": (size / SAME_SIZE, size * SAME_SIZE)},
                )


def _evidence(figures: Figures, one: Crossing) -> Evidence:
    return Evidence(
        what=f"{one.text} Model {figures.model}, task {figures.task}.",
        source=figures.source,
        machine=figures.machine,
        value=one.batch,
        low=one.low,
        high=one.high,
        unit="items",
    )


def _rows(matrices: Sequence[Figures]) -> Iterator[CrossingRow]:
    for one in matrices:
        yield from crossing_rows(
            one.crossings, source=one.source, machine=one.machine, model=one.model
        )


def _claims(frameworks: Sequence[Framework], sources: Sources) -> Mapping[str, str]:
    """Claims that a framework rests on, each with its verdict in words."""
    ids = {claim for one in frameworks for claim in _cited(one)}
    found = find_claims(sorted(ids), sources)
    return {one.evidence.claims[0]: one.evidence.what for one in found}


def _cited(framework: Framework) -> Iterator[str]:
    for node in framework.nodes.values():
        yield from node.claims
    for threshold in framework.thresholds.values():
        yield from threshold.claims
    for verdict in framework.verdicts.values():
        yield from verdict.claims
