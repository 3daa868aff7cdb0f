"""A portfolio from a file: CSV or Parquet with symbol, quantity, price and underlying_price.

A symbol is an OCC option symbol, or the root alone for shares. Every letter of a CSV file counts:
numbers become decimals, never binary fractions. A row that cannot be read is told in a sentence.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.holdings import CONTRACT_SIZE, Holding
from spoonbench.solvers.hybrid.options_desk.symbols import read_symbol

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("symbol", "quantity", "price", "underlying_price")
_SHARES = re.compile(r"[A-Z]{1,6}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)
_LONGEST_SHOWN = 40
_FIRST_LINE = 2


class Portfolio(NamedTuple):
    """Rows of a file.

    Attributes:
        holdings: those that could be read, in order.
        unread: those that could not, in sentences without a full stop.
    """

    holdings: tuple[Holding, ...]
    unread: tuple[str, ...]


def read_portfolio(path: Path) -> Portfolio:
    """All rows of a file.

    Raises:
        BadInput: it is no table, holds no rows, or lacks a column.
    """
    from spoonbench.solvers.hybrid.options_desk import tables

    table = tables.read_table(path)
    # Spreadsheets put a mark before the first name.
    names = [str(name).removeprefix("\ufeff").strip() for name in table.columns]
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        raise BadInput(f"{path} needs one column {missing[0]}; its columns are {', '.join(names)}")
    if table.empty:
        raise BadInput(f"{path} holds no rows")
    table.columns = names
    rows = table[list(COLUMNS)].itertuples(index=False, name=None)
    holdings, unread = [], []
    for line, row in enumerate(rows, start=_FIRST_LINE):
        symbol, *numbers = (str(value).strip() for value in row)
        try:
            holdings.append(read_holding(symbol, *numbers))
        except BadInput as exc:
            unread.append(f"row {line}: {exc}")
    return Portfolio(holdings=tuple(holdings), unread=tuple(unread))


def read_holding(symbol: str, quantity: str, price: str, underlying_price: str) -> Holding:
    """One row.

    Raises:
        BadInput: a cell is no symbol or no number, or a quantity is no whole one.
    """
    count = _number("quantity", quantity)
    if count != count.to_integral_value():
        raise BadInput(f"a quantity of {_shown(quantity)} is no whole number")
    figures = {
        "quantity": int(count),
        "price": _number("price", price),
        "underlying_price": _number("underlying_price", underlying_price),
    }
    if _SHARES.fullmatch(symbol.upper()):
        return Holding(underlying=symbol.upper(), kind="share", size=1, **figures)  # type: ignore[arg-type]
    option = read_symbol(symbol)
    return Holding(
        underlying=option.root,
        kind=option.kind,
        strike=option.strike,
        expiry=option.expiry,
        size=CONTRACT_SIZE,
        **figures,  # type: ignore[arg-type]
    )


def _number(name: str, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise BadInput(f"{name} {_shown(text)} is no finite number")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{name} {_shown(text)} is no finite number") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")
