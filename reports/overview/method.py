"""How it was measured, on what, and which runs the report holds: the last part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import facts, quantities
from spoonbench.reports.matrix_method import method_terms as matrix_terms
from spoonbench.reports.method import method_terms as duel_terms
from spoonbench.reports.overview.blocks import Bullets, Heading, Numbers, Part, Terms, Words
from spoonbench.reports.overview.duel_parts import task_table
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.records import Environment
    from spoonbench.harness.store.plans import StoredPlan
    from spoonbench.reports.overview.blocks import Block
    from spoonbench.reports.overview.content import Overview


def method_part(overview: Overview) -> Part:
    """What the figures mean."""
    terms: dict[str, str] = {}
    several = len(overview.shown) > 1
    # Numbers of rounds stand in the sentences: of several runs those of the newest of each kind.
    if overview.duels:
        terms |= duel_terms(overview.duels[0].report)
    if overview.matrices:
        terms |= matrix_terms(overview.matrices[0].report)
    blocks: list[Block] = [Terms(pairs=tuple(terms.items()))]
    if several:
        blocks.insert(
            0,
            Words(
                text=(
                    "Numbers of rounds and items in these sentences are those of the newest duel "
                    "and the newest matrix; every run's own report (spoonbench report ID) has its "
                    "own."
                ),
                is_quiet=True,
            ),
        )
    return Part(
        part_id="method", title="How it was measured", chapter="method", blocks=tuple(blocks)
    )


def environment_part(overview: Overview) -> Part:
    """The machines, each with what was measured on it."""
    machines: dict[str, Environment | None] = {}
    users: dict[str, list[str]] = {}
    for one in overview.shown:
        machines[one.plan.environment_id] = one.report.environment
        users.setdefault(one.plan.environment_id, []).append(one.plan.title)
    blocks: list[Block] = []
    if len(machines) > 1:
        blocks.append(
            Words(
                text=(
                    f"{len(machines):,} machines, or sets of library versions: figures of one are "
                    "never compared with those of another."
                )
            )
        )
    for number, (environment_id, machine) in enumerate(machines.items(), 1):
        table = facts.machine_table(machine, environment_id)
        blocks.append(Heading(text=f"Machine {environment_id}"))
        blocks.append(Words(text=f"Measured on it: {quantities.listed(users[environment_id])}."))
        if table.rows:
            blocks.append(Numbers(name=f"machine-{number}", table=table))
        else:
            blocks.append(Words(text="The store does not know this machine."))
    return Part(part_id="environment", title="The machine", chapter="method", blocks=tuple(blocks))


def run_part(overview: Overview) -> Part:
    """Which duels and matrices the report holds, which it does not, and the store."""
    selection, store = overview.selection, overview.store
    blocks: list[Block] = [
        Words(text=selection.wanted.words),
        Numbers(name="runs", table=_run_table(selection.shown), label_column=1),
    ]
    told = []
    if selection.listed:
        told.append(
            f"{len(selection.listed):,} more are selected and not shown in full, for a report "
            f"shows {selection.wanted.most:,} unless --most says otherwise; the table below has "
            "them."
        )
    if selection.older:
        told.append(
            f"{len(selection.older):,} older ones of the same tasks and models are left aside; "
            "--all takes them in."
        )
    told.append(
        f"The store {store.path} holds {selection.n_stored:,} duels and matrices, "
        f"{store.n_runs:,} runs and {store.n_answers:,} answers, "
        f"{quantities.size(store.n_bytes)} in all."
    )
    blocks.append(Bullets(sentences=tuple(told)))
    if selection.listed:
        listed = _run_table(selection.listed)
        blocks.append(
            Numbers(name="runs-listed", table=listed, label_column=1, folded="Selected, not shown")
        )
    blocks += [
        Heading(text="Tasks"),
        Numbers(name="tasks", table=task_table(overview)),
    ]
    return Part(
        part_id="runs", title="What this report holds", chapter="method", blocks=tuple(blocks)
    )


def _run_table(plans: Sequence[StoredPlan]) -> Table:
    headers = ("Kind", "What", "Begun", "Machine", "Shows everything about it")
    columns = tuple(
        Column(header=header, is_figure=False, is_whole=header in ("Kind", "Begun"))
        for header in headers
    )
    rows = tuple(
        (
            plan.kind,
            plan.title,
            plan.created_at,
            plan.environment_id,
            f"spoonbench report {plan.plan_id}",
        )
        for plan in plans
    )
    return Table(title="Runs in this report", columns=columns, rows=rows)
