"""The advisor inside a report: the frameworks, with figures of the runs that the report shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import machine_words
from spoonbench.harness.advise.lookups.matrix_rows import figures_of
from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.canonical import to_json
from spoonbench.reports.advisor.gathering import gather_advisor
from spoonbench.reports.overview.blocks import Embedded, Part, Words
from spoonbench.reports.overview.claims import claim_sentences

if TYPE_CHECKING:
    from spoonbench.harness.records import Environment
    from spoonbench.reports.overview.content import Overview

INSTEAD = (
    "The interactive advisor is in the HTML page; at a terminal `spoonbench advise` gives the same "
    "answers."
)


def advise_part(overview: Overview) -> Part:
    """The interactive advisor."""
    machine = _machine(overview)
    claims = claim_sentences(overview.findings)
    made = gather_advisor(_sources(overview, machine), claims=claims)
    whose = (
        "no machine of this report is known" if machine is None else machine_words(to_json(machine))
    )
    said = (
        f"Figures measured in this report take the place of rules of thumb ({whose}); what was not "
        "measured here is a reference or a rule of thumb, and says so."
    )
    return Part(
        part_id="ask",
        title="Ask",
        chapter="evidence",
        blocks=(
            Words(text=said, is_quiet=True),
            Embedded(html=made.html, style=made.style, script=made.script, instead=INSTEAD),
        ),
    )


def _machine(overview: Overview) -> Environment | None:
    """The machine of the newest run of the report that the store describes."""
    shown = sorted(overview.shown, key=lambda one: one.plan.created_at, reverse=True)
    known = (one.report.environment for one in shown)
    return next((one for one in known if one is not None), None)


def _sources(overview: Overview, machine: Environment | None) -> Sources:
    """Matrices of the report that were measured on a machine, then the references."""
    sources = Sources(None, machine=machine)
    # What is there already is not looked up in a store: the report has added it up.
    sources.__dict__["works"] = tuple(
        part
        for one in overview.matrices
        if machine is not None and one.report.environment == machine
        for part in figures_of(one.report.evidence, machine_words(to_json(machine)))
    )
    duels: dict[str, StoredDuel] = {}
    for shown in overview.duels:  # Newest first.
        report = shown.report
        if machine is not None and report.environment == machine:
            one = StoredDuel(
                duel=report.duel,
                measurements=report.measurements,
                machine=machine_words(to_json(machine)),
            )
            duels.setdefault(report.duel.task.name, one)
    sources.__dict__["duels"] = tuple(duels.values())
    return sources
