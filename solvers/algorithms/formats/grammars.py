"""Readers of formats that no library at hand reads: grammars, parsed by lark (LALR).

`semver.lark` follows the grammar that semver.org publishes; `money.lark` the number formats of
Unicode CLDR. Which digits an amount needs after its decimal sign stands in ISO 4217.

Not covered: currencies outside the table, signs, and fewer decimals than the currency has: these
are abstained from. Anything else that the grammar of a writing lacks is called invalid.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

from lark import Lark, Token
from lark.exceptions import UnexpectedInput

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from lark import ParseTree

    from spoonbench.solvers.formats import Reader

_WRITINGS = ("us", "german", "french", "swiss", "words")
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
_MINOR_UNITS = {
    **dict.fromkeys(("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK"), 2),
    **dict.fromkeys(("PLN", "CZK", "HUF", "CNY", "INR", "BRL", "MXN", "ZAR", "TRY", "SGD"), 2),
    **dict.fromkeys(("JPY", "KRW", "ISK", "CLP", "VND"), 0),
    **dict.fromkeys(("KWD", "BHD", "TND", "JOD", "OMR"), 3),
}
_SIGNS = ("-", "+", "\N{MINUS SIGN}", "(")
_SCALES = {"thousand": 3, "million": 6, "billion": 9}


def make_readers() -> dict[str, Reader]:
    """Build the parsers.

    Returns:
        Name of the format, in lower case, to its reader.
    """
    package = files("spoonbench.solvers.algorithms.formats")
    money = package.joinpath("money.lark").read_text("utf-8")
    semver = package.joinpath("semver.lark").read_text("utf-8")
    readers: dict[str, Reader] = {
        "semver 2.0.0 version": partial(_read_semver, Lark(semver, parser="lalr")),
    }
    parser = Lark(money, parser="lalr", start=list(_WRITINGS))
    for writing in _WRITINGS:
        name = "US writing, in words" if writing == "words" else f"{writing} writing"
        readers[f"amount of money ({name.lower()})"] = partial(_read_money, parser, writing)
    return readers


def _parse(parser: Lark, text: str, start: str) -> ParseTree | Fault:
    try:
        return parser.parse(text, start=start)
    except UnexpectedInput as exc:
        column = getattr(exc, "column", None)
        return Fault(f"not expected at character {column}")


def _read_semver(parser: Lark, text: str) -> Reading:
    tree = _parse(parser, text, "start")
    return tree if isinstance(tree, Fault) else Value(text)


def _read_money(parser: Lark, writing: str, text: str) -> Reading:
    tree = _parse(parser, text, writing)
    if isinstance(tree, Fault):
        is_other = text.startswith(_SIGNS) or any(map(_is_unknown_symbol, text))
        return NotCovered("a sign, or the symbol of another currency") if is_other else tree
    parts = {token.type: str(token) for token in tree.scan_values(_is_token)}
    code = _SYMBOLS.get(parts.get("SYMBOL", "")) or parts["CODE"]
    units = next(text for name, text in parts.items() if name.startswith("UNITS"))
    fraction = next((text for name, text in parts.items() if name.startswith("FRACTION")), "")
    if code not in _MINOR_UNITS:
        return NotCovered(f"the currency {code} is not known here")
    digits, decimals = "".join(filter(str.isdigit, units)), fraction[1:]
    scale = _SCALES.get(parts.get("SCALE", ""), 0)
    return _amount(Decimal(f"{digits}.{decimals or 0}"), len(decimals), scale, code)


def _is_unknown_symbol(character: str) -> bool:
    return unicodedata.category(character) == "Sc" and character not in _SYMBOLS


def _is_token(value: object) -> bool:
    return isinstance(value, Token)


def _amount(number: Decimal, n_decimals: int, scale: int, code: str) -> Reading:
    """The canonical form, if the currency has such decimals."""
    minor = _MINOR_UNITS[code]
    if n_decimals > scale + minor:
        return Fault(f"{code} has {minor} decimals, not {n_decimals}")
    if not scale and 0 < n_decimals < minor:
        return NotCovered(f"fewer decimals than the {minor} of {code}")
    return Value(f"{number.scaleb(scale):.{minor}f} {code}")
