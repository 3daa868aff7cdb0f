"""European option contracts, drawn at random, as a row of a table and as a line of text.

All numbers are short decimals, so that the row and the text say the same. Nothing is drawn but by
whole numbers and quotients, which are alike on every platform.

Not covered: American exercise, dividends on dates, other pay-offs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spoonbench.solvers.api import Row

if TYPE_CHECKING:
    import random

Quantity = Literal["price", "implied-volatility"]

THOUSAND = 1_000
_SPOT_SHARE = 0.75
_MOST_EXACT = 15
"""Digits of a double that a decimal survives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One contract, with the volatility that it is priced at.

    Attributes:
        option: "call" or "put".
        underlying: what its price is: "spot" or "forward".
        underlying_price: in any currency.
        strike: in the same.
        expiry: years.
        rate: per year, continuously compounded; so with the next.
        dividend_yield: of a spot; 0 beside a forward price, which has it in itself.
        volatility: per root of a year.
    """

    option: str
    underlying: str
    underlying_price: float
    strike: float
    expiry: float
    rate: float
    dividend_yield: float
    volatility: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """From where contracts are drawn, each number evenly between two ends.

    Attributes:
        cents: of the price of the underlying.
        strike_steps: in how many steps of a currency unit strikes stand: 2 for halves.
        outward: how far the strike lies out of the money: strike over underlying for a call, the
            other way round for a put; below 1 it lies in the money.
        expiry: thousandths of a year, in steps of `expiry_step`.
        expiry_step: see above.
        rate: thousandths; so with the next two.
        dividend_yield: of a spot.
        volatility: per root of a year.
    """

    cents: tuple[int, int] = (5_000, 15_000)
    strike_steps: float = 2
    outward: tuple[float, float] = (0.8, 1.25)
    expiry: tuple[int, int] = (50, 1_500)
    expiry_step: int = 10
    rate: tuple[int, int] = (0, 60)
    dividend_yield: tuple[int, int] = (0, 40)
    volatility: tuple[int, int] = (100, 450)


def draw_contract(rng: random.Random, ranges: Ranges) -> Contract:
    """One contract from these ranges."""
    option = rng.choice(("call", "put"))
    underlying = "spot" if rng.random() < _SPOT_SHARE else "forward"
    price = rng.randint(*ranges.cents) / 100
    outward = rng.uniform(*ranges.outward)
    wished = price * outward if option == "call" else price / outward
    first, last = ranges.expiry
    yield_ = rng.randint(*ranges.dividend_yield)
    return Contract(
        option=option,
        underlying=underlying,
        underlying_price=price,
        strike=max(1, round(wished * ranges.strike_steps)) / ranges.strike_steps,
        expiry=rng.randrange(first, last + 1, ranges.expiry_step) / THOUSAND,
        rate=rng.randint(*ranges.rate) / THOUSAND,
        dividend_yield=yield_ / THOUSAND if underlying == "spot" else 0.0,
        volatility=rng.randint(*ranges.volatility) / THOUSAND,
    )


def row_of(contract: Contract, price: str | None) -> Row:
    """The contract as a row; a price takes the place of the volatility."""
    last: tuple[str, float] = (
        ("volatility", contract.volatility) if price is None else ("price", float(price))
    )
    return Row(
        values=(
            ("option", contract.option),
            ("underlying", contract.underlying),
            ("underlying_price", contract.underlying_price),
            ("strike", contract.strike),
            ("expiry", contract.expiry),
            ("rate", contract.rate),
            ("dividend_yield", contract.dividend_yield),
            last,
        )
    )


def text_of(contract: Contract, price: str | None) -> str:
    """The contract as a question; a price takes the place of the volatility.

    >>> contract = Contract(option="call", underlying="spot", underlying_price=101.35, strike=95.0,
    ...     expiry=0.42, rate=0.031, dividend_yield=0.005, volatility=0.241)
    >>> print(text_of(contract, None))
    European call, spot 101.35, strike 95, 0.42 years, rate 3.1%, dividend yield 0.5%, \
volatility 24.1%: what is its price?
    """
    yielding = f", dividend yield {_percent(contract.dividend_yield)}"
    known, asked = f"price {price}", "implied volatility"
    if price is None:
        known, asked = f"volatility {_percent(contract.volatility)}", "price"
    return (
        f"European {contract.option}, {contract.underlying} {_plain(contract.underlying_price)}, "
        f"strike {_plain(contract.strike)}, {_plain(contract.expiry)} years, "
        f"rate {_percent(contract.rate)}{yielding if contract.underlying == 'spot' else ''}, "
        f"{known}: what is its {asked}?"
    )


def _plain(value: float) -> str:
    return f"{value:.{_MOST_EXACT}g}"


def _percent(value: float) -> str:
    return f"{100 * value:.{_MOST_EXACT - 3}g}%"
