"""Measured quality of the advice, from a file that `bench/advice_quality.py --json` wrote.

The file is a JSON object. Each list of objects in it becomes a table, also one level further down,
with the names of the fields as headers; sentences stand above, and numbers in a table of their own.
Whatever else the file comes to hold is shown.
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


_MOST_ROWS = 20
"""Longer tables are folded away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceQuality:
    """How good the advice was on pairs of task and requirement that were held back.

    Attributes:
        sentences: what follows, in words.
        facts: what is said of all pairs together.
        tables: name of a list to its rows, for example one for each way to choose.
    """

    sentences: tuple[str, ...]
    facts: Table
    tables: tuple[Table, ...]


def advice_quality(found: dict[str, Any]) -> AdviceQuality:
    """Tables of what `harness.advise.quality.read_quality` read."""
    lists: dict[str, list[dict[str, Any]]] = {}
    facts: dict[str, Any] = {}
    for name, value in found.items():
        if _is_table(value):
            lists[name] = value
        elif isinstance(value, dict) and value and all(map(_is_table, value.values())):
            lists |= value
        else:
            facts[name] = value
    said = [value for value in facts.values() if isinstance(value, str)]
    return AdviceQuality(
        sentences=tuple(said),
        facts=_facts({name: value for name, value in facts.items() if not isinstance(value, str)}),
        tables=tuple(_table(name, rows) for name, rows in lists.items()),
    )


def advice_part(overview: Overview) -> Part:
    """The tables, where a file was given."""
    blocks: list[Block] = []
    if overview.advice is not None:
        blocks.append(
            Words(
                text=(
                    "On tasks and settings that were held back from fitting: how often the choice "
                    "met the requirements, and, where it did, what it cost over the cheapest that "
                    "does, beside other ways to choose."
                )
            )
        )
        blocks += [Words(text=sentence) for sentence in overview.advice.sentences]
        for number, table in enumerate(overview.advice.tables, 1):
            folded = table.title if len(table.rows) > _MOST_ROWS else ""
            blocks += [] if folded else [Heading(text=table.title)]
            blocks.append(Numbers(name=f"advice-{number}", table=table, folded=folded))
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
