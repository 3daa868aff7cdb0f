"""A user's own trades, from a CSV or Parquet file with a row for each trade that is over.

Columns of every file: `opened` and `closed`, days as 2025-01-31; `strategy`, a name; `volatility`,
implied at opening, as a fraction; and `profit`, of which the sign counts, or `outcome`, "win" or
"loss". What else was known at opening is given in one of two ways:

- `legs`, `spot` and `expiry`, and `forward` where it is not the spot price. Legs are written as
  "-1 put 95 @ 1.20; +1 put 90 @ 0.55": quantity, kind, strike (none for "share") and the price of
  one. Then `profit` is in the same unit, and tells severe losses.
- features by name (`features.TradeFeatures`): `days`, `probability`, `severe_probability`,
  `premium` and, where they are known, the others; and `severe`, 0 or 1, where it is known.

Features of earlier closes (`realised_21` and so on) may be given both ways. Rows are sorted by day
of opening; no row is left out: a fault anywhere refuses the file, named by line and column.
"""

from __future__ import annotations

import csv
import math
import re
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.books import book_of
from spoonbench.solvers.hybrid.options_desk.outcomes.features import (
    NAMES,
    PAST,
    Opening,
    features_from,
    features_of,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.history import is_severe, join_rows
from spoonbench.solvers.hybrid.options_desk.payoffs import Leg, check_legs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spoonbench.solvers.hybrid.options_desk.outcomes.features import TradeFeatures
    from spoonbench.solvers.hybrid.options_desk.outcomes.history import History

_ALWAYS = ("opened", "closed", "strategy", "volatility")
_WITH_LEGS = ("legs", "spot", "expiry")
_LEG = re.compile(
    r"\s*(?P<quantity>[+-]?\d+(\.\d+)?)\s+(?P<kind>call|put|share)s?"
    r"(\s+(?P<strike>\d+(\.\d+)?))?\s*@\s*(?P<price>\d+(\.\d+)?)\s*",
    flags=re.IGNORECASE,
)


class _Fault(Exception):
    """What is wrong with one cell."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def read_history(path: Path) -> History:
    """Trades of a file, by day of opening.

    Raises:
        BadInput: the file cannot be read, lacks a column, or a cell is wrong: which, and why.
    """
    from spoonbench.solvers.hybrid.options_desk import tables

    table = tables.read_table(path)
    if not len(table):
        raise BadInput(f"{path} has no trades")
    _check_columns(path, [str(name) for name in table.columns])
    rows = [
        {str(name): _text(value) for name, value in row.items()} for row in table.to_dict("records")
    ]
    trades, faults = [], []
    for at, row in enumerate(rows):
        try:
            trades.append(_read_trade(row))
        except _Fault as fault:
            faults.append((at, fault))
    if faults:
        raise _refusal(path, faults, len(rows))
    days, features, outcomes = zip(*trades, strict=True)
    return join_rows(path.name, days, features, outcomes)


def read_legs(text: str) -> tuple[Leg, ...]:
    """Legs as they are written in a file.

    >>> [leg.kind for leg in read_legs("+1 share @ 100; -1 call 105 @ 1.5")]
    ['share', 'call']

    Raises:
        BadInput: one of them cannot be read, or together they are no strategy.
    """
    legs = []
    for piece in text.split(";"):
        found = _LEG.fullmatch(piece)
        if found is None:
            raise BadInput(f"{piece.strip()!r} is no leg such as '-1 put 95 @ 1.20'")
        strike = found["strike"]
        legs.append(
            Leg(
                kind=found["kind"].lower(),  # type: ignore[arg-type]  # the expression has these
                quantity=Fraction(found["quantity"]),
                price=Fraction(found["price"]),
                strike=None if strike is None else Fraction(strike),
            )
        )
    check_legs(legs)
    return tuple(legs)


def _check_columns(path: Path, columns: list[str]) -> None:
    wanted = list(_ALWAYS)
    if "legs" in columns:
        wanted += _WITH_LEGS
    else:
        wanted += ["days", "probability", "severe_probability", "premium"]
    missing = [name for name in wanted if name not in columns]
    if missing:
        other = "" if "legs" in columns else ", nor legs that it would follow from"
        hint = other if missing[0] not in _ALWAYS else ""
        raise BadInput(f"{path} has no column {missing[0]}{hint}")
    if not {"profit", "outcome"} & set(columns):
        raise BadInput(f"{path} has neither a column profit nor a column outcome")


def _read_trade(
    row: Mapping[str, str],
) -> tuple[tuple[np.datetime64, np.datetime64], TradeFeatures, tuple[bool, float]]:
    opened, closed = _day(row, "opened"), _day(row, "closed")
    if closed < opened:
        raise _Fault("closed", f"{row['closed']} is before {row['opened']}, when it was opened")
    if not row["strategy"]:
        raise _Fault("strategy", "the cell is empty")
    won = _outcome(row)
    if "legs" not in row:
        return (opened, closed), _given_features(row), (won, _given_severe(row))
    opening = _opening(row, opened)
    features = _with_past(row, opening)
    return (opened, closed), features, (won, _severe_of(row, opening))


def _opening(row: Mapping[str, str], opened: np.datetime64) -> Opening:
    try:
        legs = read_legs(row["legs"])
    except BadInput as exc:
        raise _Fault("legs", str(exc)) from None
    days = float((_day(row, "expiry") - opened).astype(int))
    if days <= 0:
        raise _Fault("expiry", f"{row['expiry']} is not after {row['opened']}, when it was opened")
    spot = _positive(row, "spot")
    return Opening(
        strategy=row["strategy"],
        legs=legs,
        spot=spot,
        forward=_positive(row, "forward") if row.get("forward") else spot,
        volatility=_positive(row, "volatility"),
        days=days,
    )


def _with_past(row: Mapping[str, str], opening: Opening) -> TradeFeatures:
    features = features_of(opening)
    known = {name: getattr(features, name) for name in NAMES}
    past = {name: _number(row, name) for name in PAST if row.get(name)}
    return _features({**known, **past})


def _given_features(row: Mapping[str, str]) -> TradeFeatures:
    numbers = {name: _number(row, name) for name in NAMES if name != "strategy" and row.get(name)}
    return _features({"strategy": row["strategy"], **numbers})


def _features(values: Mapping[str, Any]) -> TradeFeatures:
    try:
        return features_from(values)
    except BadInput as exc:
        named = [name for name in NAMES if name in str(exc).split()]
        raise _Fault(named[0] if named else "strategy", str(exc)) from None


def _outcome(row: Mapping[str, str]) -> bool:
    if row.get("outcome"):
        word = row["outcome"].lower()
        if word not in ("win", "loss"):
            raise _Fault("outcome", f"{row['outcome']!r} is neither win nor loss")
        if row.get("profit") and (_number(row, "profit") > 0) != (word == "win"):
            raise _Fault("outcome", f"{word} does not fit a profit of {row['profit']}")
        return word == "win"
    if not row.get("profit"):
        name = "profit" if "profit" in row else "outcome"
        raise _Fault(name, "the cell is empty")
    return _number(row, "profit") > 0


def _severe_of(row: Mapping[str, str], opening: Opening) -> float:
    if not row.get("profit"):
        return math.nan
    deviation = opening.volatility * math.sqrt(opening.days / DAYS_PER_YEAR)
    found = is_severe(
        book_of([opening.legs]),
        np.array([_number(row, "profit")]),
        np.array([opening.forward]),
        np.array([deviation]),
    )
    return float(found[0])


def _given_severe(row: Mapping[str, str]) -> float:
    if not row.get("severe"):
        return math.nan
    if row["severe"] not in ("0", "1", "0.0", "1.0"):
        raise _Fault("severe", f"{row['severe']!r} is neither 0 nor 1")
    return float(row["severe"])


def _day(row: Mapping[str, str], name: str) -> np.datetime64:
    try:
        return np.datetime64(datetime.fromisoformat(row[name]).date())
    except ValueError:
        raise _Fault(name, f"{row[name]!r} is no day such as 2025-01-31") from None


def _number(row: Mapping[str, str], name: str) -> float:
    try:
        value = float(row[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _Fault(name, f"{row[name]!r} is no number")
    return value


def _positive(row: Mapping[str, str], name: str) -> float:
    value = _number(row, name)
    if value <= 0:
        raise _Fault(name, f"{row[name]} is not above zero")
    return value


def _text(value: Any) -> str:
    """A cell as text; "" for none, which Parquet has in several kinds."""
    is_none = value is None or value != value  # noqa: PLR0124  # NaN and NaT alone differ
    return "" if is_none else str(value).strip()


def _refusal(path: Path, faults: list[tuple[int, _Fault]], n_rows: int) -> BadInput:
    at, fault = faults[0]
    more = "" if len(faults) == 1 else f" ({len(faults) - 1} more rows are wrong, too)"
    place = _place(path, at, n_rows)
    return BadInput(f"{path}, {place}, column {fault.column}: {fault.reason}{more}")


def _place(path: Path, at: int, n_rows: int) -> str:
    """The line of a row; its number where the file has no lines."""
    if path.suffix.lower() != ".csv":
        return f"row {at + 1}"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        lines = [reader.line_num for record in reader if "".join(record[:1]) or len(record) > 1]
    return f"line {lines[at + 1]}" if len(lines) == n_rows + 1 else f"row {at + 1}"
