"""Everything that is held on one underlying, in fractions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import underlying_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding

Side = Literal["long", "short"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLeg:
    """Contracts of one option.

    Attributes:
        kind: "call" or "put".
        side: bought or sold.
        quantity: contracts, above zero.
        strike: for each share.
        price: likewise, of the option.
        expiry: the day.
        size: shares that a contract is for.
    """

    kind: Literal["call", "put"]
    side: Side
    quantity: int
    strike: Fraction
    price: Fraction
    expiry: date
    size: int

    def intrinsic(self, spot: Fraction) -> Fraction:
        """What exercise brings, for each share."""
        inside = spot - self.strike if self.kind == "call" else self.strike - spot
        return max(inside, Fraction(0))

    def out_of_the_money(self, spot: Fraction) -> Fraction:
        """How far the underlying is from where exercise would bring something."""
        outside = self.strike - spot if self.kind == "call" else spot - self.strike
        return max(outside, Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything that is held on one underlying.

    Attributes:
        underlying: its root.
        spot: its price.
        legs: options, in the order in which they are held; what is alike but for the quantity is
            one leg.
        shares: below zero where owed.
    """

    underlying: str
    spot: Fraction
    legs: tuple[OptionLeg, ...]
    shares: int

    @property
    def proceeds(self) -> Fraction:
        """Market value of all that is short, in dollars."""
        short = [leg.price * leg.size * leg.quantity for leg in self.legs if leg.side == "short"]
        return sum(short, Fraction(0)) + max(-self.shares, 0) * self.spot


def books_of(holdings: Sequence[Holding]) -> tuple[Book, ...]:
    """Holdings by underlying, in the order of its first one.

    Raises:
        BadInput: holdings of one underlying differ in its price, or an option lacks its strike.
    """
    by_root: dict[str, list[Holding]] = {}
    for holding in holdings:
        by_root.setdefault(underlying_root(holding.underlying), []).append(holding)
    return tuple(_book(root, held) for root, held in by_root.items())


def _book(root: str, held: Sequence[Holding]) -> Book:
    prices = {holding.underlying_price for holding in held}
    if len(prices) > 1:
        listed = " and ".join(map(str, sorted(prices)[:2]))
        raise BadInput(f"{root} has two prices: {listed}")
    (price,) = prices
    return Book(
        underlying=root,
        spot=Fraction(price),
        legs=_merged(_leg(each) for each in held if each.kind != "share" and each.quantity),
        shares=sum(each.quantity * each.size for each in held if each.kind == "share"),
    )


def _merged(legs: Iterable[OptionLeg]) -> tuple[OptionLeg, ...]:
    """Legs that are alike as one."""
    counted: dict[OptionLeg, int] = {}
    for leg in legs:
        alike = replace(leg, quantity=1)
        counted[alike] = counted.get(alike, 0) + leg.quantity
    return tuple(replace(leg, quantity=quantity) for leg, quantity in counted.items())


def _leg(holding: Holding) -> OptionLeg:
    if holding.strike is None or holding.expiry is None or holding.kind == "share":
        raise BadInput(f"an option on {holding.underlying} has no strike or no expiry")
    return OptionLeg(
        kind=holding.kind,
        side="long" if holding.quantity > 0 else "short",
        quantity=abs(holding.quantity),
        strike=Fraction(holding.strike),
        price=Fraction(holding.price),
        expiry=holding.expiry,
        size=holding.size,
    )
