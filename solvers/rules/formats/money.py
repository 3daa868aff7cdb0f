"""Amounts of money in the writing of the United States, Germany, France and Switzerland.

Sources: ISO 4217 (codes and decimals), Unicode CLDR (signs for grouping and decimals, place of the
currency). An amount has all the decimals of its currency or none.

Not covered: other currencies; amounts in words; negative amounts; fewer decimals ("$1.5" is called
invalid).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.formats import Reader

_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
_TWO = ("AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS",
        "INR", "MXN", "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "UAH", "USD",
        "ZAR")  # fmt: skip
_NONE = ("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF")
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DECIMALS = {**dict.fromkeys(_TWO, 2), **dict.fromkeys(_NONE, 0), **dict.fromkeys(_THREE, 3)}

_BEFORE = re.compile(r"(?:([$€£])|([A-Z]{3})[ \u00a0])(.+)", re.DOTALL)
_AFTER = re.compile(r"(.+)[ \u00a0](?:([$€£])|([A-Z]{3}))", re.DOTALL)


def _reader(group: str, decimal: str, *, is_before: bool) -> Callable[[str], Reading]:
    """A reader of one writing.

    Args:
        group: signs between groups of three digits.
        decimal: sign before the decimals.
        is_before: the currency stands before the number.
    """
    number = re.compile(
        rf"((?:0|[1-9][0-9]{{0,2}}(?:([{group}])[0-9]{{3}}(?:\2[0-9]{{3}})*+)?+|[1-9][0-9]*+))"
        rf"(?:{re.escape(decimal)}([0-9]++))?+"
    )

    def read(text: str) -> Reading:
        parts = _split(text, is_before=is_before)
        if parts is None:
            return Fault("not a currency and a number in the order of this writing")
        code, digits = parts
        if code not in _DECIMALS:
            return NotCovered(f"the currency {code} is not known here")
        match = number.fullmatch(digits)
        if match is None:
            return Fault("not a number in this writing")
        return _amount(re.sub(r"[^0-9]++", "", match[1]), match[3] or "", code)

    return read


def _split(text: str, *, is_before: bool) -> tuple[str, str] | None:
    """The code of the currency, and the text of the number."""
    match = (_BEFORE if is_before else _AFTER).fullmatch(text)
    if match is None:
        return None
    symbol, code, digits = match.groups() if is_before else (match[2], match[3], match[1])
    return _SYMBOLS[symbol] if symbol else code, digits


def _amount(units: str, decimals: str, code: str) -> Reading:
    n_decimals = _DECIMALS[code]
    if decimals and len(decimals) != n_decimals:
        return Fault(f"{code} has {n_decimals} decimals, not {len(decimals)}")
    if not n_decimals:
        return Value(f"{units} {code}")
    return Value(f"{units}.{decimals or '0' * n_decimals} {code}")


READERS: Mapping[str, Reader] = {
    "amount of money (us writing)": _reader(",", ".", is_before=True),
    "amount of money (german writing)": _reader(".", ",", is_before=False),
    "amount of money (french writing)": _reader(" \u00a0\u202f", ",", is_before=False),
    "amount of money (swiss writing)": _reader("\u2019'", ".", is_before=True),
}
