"""`spoonbench options price|greeks|iv`: one contract given as options, or the rows of a file."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import pricing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from spoonbench.solvers.hybrid.options_desk.pricing import Asked

_DIGITS = 10


def run_command(asked: Asked, **options: Any) -> None:
    """Answer for one contract or for a file."""
    figures = (options.pop("figures") or "").split(",")
    further = tuple(filter(None, map(str.strip, figures)))
    settings = {"further": further, "mode": options.pop("mode")}
    settings["units"] = options.pop("units", "raw")
    file, out, prefix = options.pop("file"), options.pop("out"), options.pop("prefix")
    as_json = options.pop("as_json")
    given = {name: value for name, value in options.items() if value is not None}
    if {"days", "expiry"} <= given.keys():
        raise BadInput("give --days or --expiry, not both")
    if file is None:
        if out is not None or prefix:
            raise BadInput("--out and --prefix are for the rows of a file")
        _answer_one(asked, given, settings, as_json=as_json)
    else:
        if as_json:
            raise BadInput("rows are written as a table: leave --json out")
        _answer_rows(asked, given, settings, (file, out), prefix)


def _answer_one(
    asked: Asked, given: Mapping[str, Any], settings: Mapping[str, Any], *, as_json: bool
) -> None:
    found, status = pricing.answer(asked, given, **settings)
    (word,) = pricing.words(status)
    values = {name: float(value) for name, value in found.items()}
    if as_json:
        told = {name: None if np.isnan(value) else value for name, value in values.items()}
        click.echo(json.dumps({**told, "status": word}, indent=2))
    else:
        width = max(map(len, (*values, "status")))
        for name, value in values.items():
            text = "-" if np.isnan(value) else f"{value:.{_DIGITS}g}"
            click.echo(f"{name:<{width}}  {text}")
        click.echo(f"{'status':<{width}}  {word}")
    if word not in ("ok", "expired"):
        raise BadInput(f"the contract has no such figure: {word}")


def _answer_rows(
    asked: Asked,
    given: Mapping[str, Any],
    settings: Mapping[str, Any],
    files: tuple[Path, Path | None],
    prefix: str,
) -> None:
    from spoonbench.solvers.hybrid.options_desk import tables

    file, out = files
    table = tables.read_table(file)
    columns = _columns(asked, table, given)
    found, status = pricing.answer(asked, columns, **settings)
    n = len(table)
    rows = {name: np.broadcast_to(value, n) for name, value in found.items()}
    told = pricing.words(np.broadcast_to(status, n))
    written = tables.with_columns(table, {**rows, "status": told}, prefix)
    if out is None:
        click.echo(written.to_csv(index=False), nl=False)
    else:
        tables.write_table(written, out)
    counts = ", ".join(f"{count:,} {word}" for word, count in Counter(told).most_common())
    place = "" if out is None else f" Wrote {out}."
    rows_word = "row" if n == 1 else "rows"
    click.echo(f"{n:,} {rows_word}: {counts or 'none'}.{place}", err=True)


def _columns(asked: Asked, table: pd.DataFrame, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the contracts are given by: columns of the file, and options for all of its rows."""
    from spoonbench.solvers.hybrid.options_desk import tables

    known = [name for name in pricing.INPUTS if name in table.columns]
    # The answer of one question may stand in the file beside the inputs of the other.
    known = [name for name in known if name != pricing.unused(asked)]
    twice = [name for name in known if name in given]
    if twice:
        raise BadInput(f"{twice[0]} is a column of the file and an option; give one of both")
    if {"days", "expiry"} <= {*known, *given}:
        raise BadInput("give days or expiry, not both")
    found = {name: tables.numbers(table[name]) for name in known if name != "option"}
    if "option" in known:
        found["option"] = table["option"].astype(str).str.strip().to_numpy(dtype=object)
    return {**found, **given}
