"""Option symbols of the Options Clearing Corporation: root, expiry, kind and strike in one word.

The last 15 characters are fixed: six digits of the date (YYMMDD), C or P, and the strike in
thousandths, eight digits. What stands before them is the root, at most six characters, padded with
spaces or not; adjusted roots end in a digit (BABA2), so that a symbol is read from the right.

Source: OCC, "Symbology Initiative" (2010), the 21-character key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from spoonbench.solvers.api import BadInput

Kind = Literal["call", "put"]

_SYMBOL = re.compile(r"([A-Z][A-Z0-9]{0,5}) *([0-9]{6})([CP])([0-9]{8})", re.ASCII)
_KINDS: dict[str, Kind] = {"C": "call", "P": "put"}
_LONGEST_ROOT = 6
_CENTURY = 2000
_THOUSANDTHS = 1000
_MOST = 10**8


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSymbol:
    """What a symbol says.

    Attributes:
        root: of the underlying, adjusted ones with their digit.
        expiry: the day.
        kind: "call" or "put".
        strike: exact, in thousandths at most.
    """

    root: str
    expiry: date
    kind: Kind
    strike: Decimal


def read_symbol(text: str) -> OptionSymbol:
    """What a symbol says, padded or compact, in capitals or not.

    >>> read_symbol("BABA2 251219C00095500").strike
    Decimal('95.5')

    Raises:
        BadInput: it is no such symbol, or of a day that there is not.
    """
    found = _SYMBOL.fullmatch(text.strip().upper())
    if found is None:
        raise BadInput(
            f"{text!r} is no option symbol: a root of up to six characters, YYMMDD, C or P, and "
            "the strike in thousandths as eight digits"
        )
    root, day, kind, strike = found.groups()
    if int(strike) == 0:
        raise BadInput(f"{text!r} has a strike of zero")
    try:
        expiry = date(_CENTURY + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError:
        raise BadInput(f"{text!r} expires on a day that there is not: {day}") from None
    return OptionSymbol(
        root=root,
        expiry=expiry,
        kind=_KINDS[kind],
        strike=Decimal(int(strike)) / _THOUSANDTHS,
    )


def can_be_listed(strike: Decimal) -> bool:
    """A symbol has room for it: thousandths, and at most eight digits of them."""
    thousandths = strike * _THOUSANDTHS
    return 0 < thousandths < _MOST and thousandths == thousandths.to_integral_value()


def write_symbol(symbol: OptionSymbol, *, padded: bool = True) -> str:
    """The symbol, its root padded to six characters unless it is to be compact.

    Raises:
        BadInput: the root, the strike or the day does not fit into one.
    """
    if not can_be_listed(symbol.strike):
        raise BadInput(f"a strike of {symbol.strike} does not fit into a symbol")
    root = symbol.root.ljust(_LONGEST_ROOT) if padded else symbol.root
    day = symbol.expiry.strftime("%y%m%d")
    text = f"{root}{day}{symbol.kind[0].upper()}{int(symbol.strike * _THOUSANDTHS):08d}"
    if read_symbol(text) != symbol:
        raise BadInput(f"{symbol.root} of {symbol.expiry} does not fit into a symbol")
    return text
