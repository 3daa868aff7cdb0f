"""Data sanity: what a portfolio cannot be, row by row, each fault in a sentence.

A row that cannot be read, is there twice, has expired, or contradicts another makes everything
about its underlying unknown; a price that no volatility gives, what depends on volatility.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.algorithms.black_scholes import Status
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import underlying_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding
    from spoonbench.solvers.hybrid.options_desk.margin.repricing import Priced
    from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import DataCheck

MOST_CONTRACTS = 10**7
MOST_SHARES = 10**9
MOST_DOLLARS = Decimal(10) ** 8
MOST_PLACES = 6
MOST_SIZE = 10**6
LONGEST = timedelta(days=30 * 366)


class Fault(NamedTuple):
    """What is wrong with a row.

    Attributes:
        check: that found it.
        root: of its underlying; None where that is not known.
        sentence: for a person.
    """

    check: DataCheck
    root: str | None
    sentence: str


def faults_of_rows(holdings: Sequence[Holding], today: date) -> tuple[Fault, ...]:
    """Faults that leave everything about an underlying unknown.

    Args:
        holdings: of any values.
        today: the day of the check.
    """
    wrong = [(holding, wrong_value(holding, today)) for holding in holdings]
    found = [_fault("values", holding, said) for holding, said in wrong if said]
    # Rows of which a value makes no sense are not compared with others.
    sound = [holding for holding, said in wrong if not said]
    return (
        *found,
        *_duplicates(sound),
        *_spots(sound),
        *(_fault("size", each, said) for each in sound if (said := _size(each))),
        *(_fault("expired", each, said) for each in sound if (said := _expired(each, today))),
    )


def faults_of_prices(priced: Sequence[Priced]) -> Iterator[Fault]:
    """Options whose price no volatility gives."""
    for each in priced:
        if each.status is Status.BELOW_INTRINSIC:
            said = f"{each.holding.price} is below what exercise is worth"
            yield _fault("intrinsic", each.holding, said)
        elif each.status is Status.ABOVE_MAXIMUM:
            said = f"{each.holding.price} is more than any volatility gives"
            yield _fault("maximum", each.holding, said)


def name_of(holding: Holding) -> str:
    """A holding in words."""
    if holding.kind == "share":
        return f"{holding.underlying} shares"
    return f"{holding.underlying} {holding.expiry} {holding.strike} {holding.kind}"


def wrong_value(holding: Holding, today: date) -> str | None:
    """What makes no sense about a holding alone, in words."""
    most = MOST_SHARES if holding.kind == "share" else MOST_CONTRACTS
    if not _is_whole(holding.quantity) or not 0 < abs(holding.quantity) <= most:
        return f"a quantity is a whole number up to {most:,}, not zero"
    if not _is_whole(holding.size) or not 0 < holding.size <= MOST_SIZE:
        return f"a size is a whole number above zero, up to {MOST_SIZE:,}"
    if not _is_price(holding.price, Decimal(0)):
        return f"a price is a number from zero to {MOST_DOLLARS:,} of up to {MOST_PLACES} decimals"
    if not _is_price(holding.underlying_price, None):
        return (
            f"an underlying price is above zero, up to {MOST_DOLLARS:,} and of up to "
            f"{MOST_PLACES} decimals"
        )
    return _wrong_contract(holding, today)


def _wrong_contract(holding: Holding, today: date) -> str | None:
    root: object = holding.underlying
    if not isinstance(root, str) or not root.isalnum():
        return "a root symbol is made of letters and digits alone"
    if holding.kind == "share":
        is_share = holding.strike is None and holding.expiry is None
        return None if is_share else "shares have neither a strike nor an expiry"
    if holding.kind not in ("call", "put"):
        return "what is held is a call, a put or a share"
    if holding.strike is None or not _is_price(holding.strike, None):
        return "a strike is above zero"
    if not isinstance(holding.expiry, date) or holding.expiry > today + LONGEST:
        return "an option expires on a day within 30 years"
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_price(value: object, low: Decimal | None) -> bool:
    if not isinstance(value, Decimal) or not value.is_finite() or value > MOST_DOLLARS:
        return False
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_PLACES:
        return False
    return value > 0 if low is None else value >= low


def _fault(check: DataCheck, holding: Holding, said: str) -> Fault:
    root = underlying_root(str(holding.underlying))
    return Fault(check, root, f"{name_of(holding)}: {said}")


def _duplicates(holdings: Sequence[Holding]) -> Iterator[Fault]:
    keys = [(each.underlying, each.kind, each.strike, each.expiry) for each in holdings]
    counted: Mapping[object, int] = Counter(keys)
    told = set()
    for key, holding in zip(keys, holdings, strict=True):
        if counted[key] > 1 and key not in told:
            told.add(key)
            yield _fault("duplicates", holding, f"stands {counted[key]} times; make it one row")


def _spots(holdings: Sequence[Holding]) -> Iterator[Fault]:
    first: dict[str, Holding] = {}
    told = set()
    for holding in holdings:
        root = underlying_root(holding.underlying)
        before = first.setdefault(root, holding).underlying_price
        if holding.underlying_price != before and root not in told:
            told.add(root)
            said = f"the underlying costs {holding.underlying_price} here and {before} elsewhere"
            yield _fault("spot", holding, said)


def _size(holding: Holding) -> str | None:
    if holding.kind == "share":
        return None if holding.size == 1 else "a share is for one share"
    if holding.underlying[-1].isdigit():
        return "an adjusted root: what one contract is for is not known"
    return None


def _expired(holding: Holding, today: date) -> str | None:
    if holding.expiry is not None and holding.expiry < today:
        return f"expired before {today}"
    return None
