"""The ladder with what each level is for and not for, beside what was measured of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.records import LEVELS
from spoonbench.reports import quantities
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from spoonbench.harness.evidence import Measurement
    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.overview.content import Overview

FRAMING: dict[int, tuple[str, str]] = {
    1: (
        "clear rules and few forms of input: simple arithmetic, checking a format, parsing",
        "input of which no list of forms can be made",
    ),
    2: (
        "a formula or a procedure that is known: prices of options, equations, greeks",
        "patterns for which there is no formula",
    ),
    3: (
        "patterns in rows and short texts, a moderate number of examples, approximate answers",
        "what rules or a formula give exactly; numbers far outside those it learned from",
    ),
    4: (
        "images, speech and patterns without rules, very many examples, approximate answers",
        "few examples; answers that must be exact",
    ),
    5: (
        "language in any form: understanding a request, explaining, drafting",
        "arithmetic, known formulas, checking formats, anything that must always be right",
    ),
}
"""Level: what the case study says to use it for, and what not, in our words."""

HYBRID = (
    "each part for what it is good at: rules first, a model for what they leave open",
    "a task that one level does alone",
)
NOTE = (
    "Do and don't are the case study's rules of thumb; the last column was measured here: of each "
    "level the contestant with the most right answers among all items, and its time of one answer."
)


def framing_table(overview: Overview) -> Table:
    """One row for each level."""
    columns = (
        Column(header="Lvl"),
        Column(header="Tool", is_figure=False, is_whole=True),
        Column(header="Do use it for", is_figure=False),
        Column(header="Don't use it for", is_figure=False),
        Column(header="Measured here", is_figure=False),
    )
    rows = [
        (str(level), f"{name} ({image})", *FRAMING[level], _measured(overview, level))
        for level, (name, image) in LEVELS.items()
    ]
    rows.append((DASH, "hybrids", *HYBRID, _measured(overview, None)))
    return Table(title="What each level is for", columns=columns, rows=tuple(rows), notes=(NOTE,))


def _measured(overview: Overview, level: int | None) -> str:
    """The best of a level in each duel; None: of the hybrids."""
    found = [
        f"{one.plan.task}: {text}"
        for one in overview.duels
        if (text := _best(one.report, level)) is not None
    ]
    return "; ".join(found) or DASH


def _best(report: DuelReport, level: int | None) -> str | None:
    mine = [
        (share, m)
        for m in report.measurements
        if _belongs(m, level) and (share := _right(report, m)) is not None
    ]
    if not mine:
        return None
    share, best = max(mine, key=lambda pair: pair[0])
    seconds = quantities.estimate(best.latency_p50_s)
    time = "" if seconds is None else f" in {quantities.duration(seconds)}"
    return f"{best.entry.label} {quantities.share(share)}{time}"


def _belongs(measurement: Measurement, level: int | None) -> bool:
    entry = measurement.entry
    return entry.is_hybrid if level is None else not entry.is_hybrid and entry.level == level


def _right(report: DuelReport, measurement: Measurement) -> float | None:
    score = report.score(measurement)
    return None if score is None else score.accuracy.value
