"""Measured quality of the advice, from a file that `bench/advice_quality.py --json` wrote.

The file is a JSON object. Its numbers and words become one table, and each list of objects in it
another, with the names of the fields as headers: whatever else the file comes to hold is shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.reports import quantities
from spoonbench.reports.overview.blocks import Heading, Numbers, Part, Words
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from spoonbench.reports.overview.blocks import Block
    from spoonbench.reports.overview.content import Overview


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceQuality:
    """How good the advice was on pairs of task and requirement that were held back.

    Attributes:
        facts: what is said of all pairs together.
        tables: name of a list to its rows, for example one for each way to choose.
    """

    facts: Table
    tables: tuple[Table, ...]


def advice_quality(found: dict[str, Any]) -> AdviceQuality:
    """Tables of what `harness.advise.quality.read_quality` read."""
    lists = {name: rows for name, rows in found.items() if _is_table(rows)}
    facts = {name: value for name, value in found.items() if name not in lists}
    return AdviceQuality(
        facts=_facts(facts), tables=tuple(_table(name, rows) for name, rows in lists.items())
    )


def advice_part(overview: Overview) -> Part:
    """The tables, where a file was given."""
    blocks: list[Block] = []
    if overview.advice is not None:
        blocks.append(
            Words(
                text=(
                    "On tasks and settings that were held back from fitting: how often the choice "
                    "met the requirements, and what it cost over the cheapest that did, beside "
                    "other ways to choose."
                )
            )
        )
        for number, table in enumerate(overview.advice.tables, 1):
            blocks += [Heading(text=table.title), Numbers(name=f"advice-{number}", table=table)]
        if overview.advice.facts.rows:
            blocks.append(Numbers(name="advice", table=overview.advice.facts))
    return Part(
        part_id="advice", title="How good the advice is", chapter="evidence", blocks=tuple(blocks)
    )


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _facts(values: dict[str, Any]) -> Table:
    columns = (Column(header="What", is_figure=False), Column(header="Value", is_figure=False))
    rows = tuple((_words(name), _shown(value)) for name, value in values.items())
    return Table(title="All pairs", columns=columns, rows=rows)


def _table(name: str, rows: list[dict[str, Any]]) -> Table:
    fields = list(dict.fromkeys(field for row in rows for field in row))
    columns = tuple(
        Column(
            header=_words(field),
            is_figure=all(isinstance(row.get(field), int | float | None) for row in rows),
        )
        for field in fields
    )
    shown = tuple(tuple(_shown(row.get(field)) for field in fields) for row in rows)
    return Table(title=_words(name).capitalize(), columns=columns, rows=shown)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Any) -> str:
    match value:
        case None:
            return DASH
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return quantities.significant(value)
        case str():
            return value
        case _:
            return json.dumps(value)
