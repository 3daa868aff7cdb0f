"""Earlier closes of an underlying from a file: CSV or Parquet with the columns date and close."""

from __future__ import annotations

import math
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("date", "close")
_FIRST_LINE = 2


def read_closes(path: Path) -> tuple[tuple[date, float], ...]:
    """Closes by day, in the order of the file.

    Raises:
        BadInput: the file cannot be read, lacks a column, or a cell is no day or no price, or the
            days do not rise: which, and where.
    """
    from spoonbench.solvers.hybrid.options_desk import tables

    table = tables.read_table(path)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise BadInput(f"{path} has no column {missing[0]!r}")
    rows = table[list(COLUMNS)].itertuples(index=False, name=None)
    found = [_close(path, line, *row) for line, row in enumerate(rows, start=_FIRST_LINE)]
    for line, (before, after) in enumerate(pairwise(found), _FIRST_LINE + 1):
        if after[0] <= before[0]:
            raise BadInput(f"{path}, row {line}: {after[0]} does not come after {before[0]}")
    return tuple(found)


def _close(path: Path, line: int, day: Any, price: Any) -> tuple[date, float]:
    try:
        read_day = day.date() if isinstance(day, datetime) else date.fromisoformat(str(day).strip())
    except ValueError:
        raise BadInput(f"{path}, row {line}: {day!r} is no day such as 2026-11-20") from None
    try:
        close = float(price)
    except ValueError:
        close = math.nan
    if not 0 < close < math.inf:
        raise BadInput(f"{path}, row {line}: {price!r} is no price above zero")
    return read_day, close
