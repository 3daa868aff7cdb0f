"""The right answers, from numbers of 40 digits (mpmath), apart from any contestant.

The formula is that of Black 1976 on the forward price, which for a spot is that of Merton 1973:
discount x (forward N(d1) - strike N(d2)), with d1,2 = ln(forward / strike) / s +- s / 2, where s is
the volatility times the root of the expiry, and the mirror image for a put.

References:
    Black 1976, "The pricing of commodity contracts"; Merton 1973, "Theory of rational option
    pricing"; mpmath, for the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoonbench.harness.tasks.option_pricing.contracts import Contract

_DIGITS = 40
_MOST_STEPS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a contract is worth, as numbers of mpmath.

    Attributes:
        price: of the option.
        time_value: what is above its worth if the underlying stood still at the forward price.
    """

    price: Any
    time_value: Any


def worth(contract: Contract) -> Worth:
    """Price and time value at the contract's own volatility."""
    from mpmath import mp, mpf  # noqa: PLC0415  # only this task needs it

    with mp.workdps(_DIGITS):
        sign, forward, strike, expiry, discount = _terms(contract)
        price = discount * _undiscounted(
            sign, forward, strike, mpf(contract.volatility) * mp.sqrt(expiry)
        )
        return Worth(
            price=price, time_value=price - discount * max(mpf(0), sign * (forward - strike))
        )


def implied_volatility(contract: Contract, price: str) -> Any:
    """The volatility at which the contract has this price, as a number of mpmath.

    Newton's method from the contract's own volatility, to which the price is near.

    Raises:
        ArithmeticError: no volatility near the contract's own gives this price.
    """
    from mpmath import mp, mpf  # noqa: PLC0415  # only this task needs it

    with mp.workdps(_DIGITS):
        sign, forward, strike, expiry, discount = _terms(contract)
        wanted, root = mpf(price) / discount, mp.sqrt(expiry)
        spread = mpf(contract.volatility) * root
        for _ in range(_MOST_STEPS):
            upper = mp.log(forward / strike) / spread + spread / 2
            step = (wanted - _undiscounted(sign, forward, strike, spread)) / (
                forward * mp.npdf(upper)
            )
            spread += step
            if abs(step) < spread * mpf(10) ** (10 - _DIGITS):
                return spread / root
        raise ArithmeticError(f"no volatility near {contract.volatility} gives the price {price}")


def written(value: Any, digits: int) -> str:
    """A number of mpmath to so many significant digits, without exponent."""
    from mpmath import mp  # noqa: PLC0415  # only this task needs it

    return str(mp.nstr(value, digits, min_fixed=-mp.inf, max_fixed=mp.inf))


def _terms(contract: Contract) -> tuple[Any, Any, Any, Any, Any]:
    """Sign, forward price, strike, expiry and discount factor."""
    from mpmath import mp, mpf  # noqa: PLC0415  # only this task needs it

    expiry, rate = mpf(contract.expiry), mpf(contract.rate)
    forward = mpf(contract.underlying_price)
    if contract.underlying == "spot":
        forward *= mp.exp((rate - mpf(contract.dividend_yield)) * expiry)
    sign = 1 if contract.option == "call" else -1
    return sign, forward, mpf(contract.strike), expiry, mp.exp(-rate * expiry)


def _undiscounted(sign: int, forward: Any, strike: Any, spread: Any) -> Any:
    from mpmath import mp  # noqa: PLC0415  # only this task needs it

    upper = mp.log(forward / strike) / spread + spread / 2
    lower = upper - spread
    return sign * (forward * mp.ncdf(sign * upper) - strike * mp.ncdf(sign * lower))
