"""The pairing of legs that asks for the least margin, by an integer program.

Each contract and each share goes into exactly one group: alone, two short options as a straddle or
strangle, shares with the options that they cover or that protect them, or a universal spread. How
many contracts go where is an integer program; its size depends on the number of legs, not on their
quantities. HiGHS proves its answer least by branch and bound, and the answer is then held against
the exact fractions: that nothing is used twice or left over, what it asks for, and that the proven
bound leaves no room for half a cent.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.hybrid.options_desk.margin import spreads
from spoonbench.solvers.hybrid.options_desk.margin.columns import columns_of
from spoonbench.solvers.hybrid.options_desk.margin.integer_program import minimise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.solvers.hybrid.options_desk.margin.books import Book, OptionLeg
    from spoonbench.solvers.hybrid.options_desk.margin.columns import Column, SpreadKey
    from spoonbench.solvers.hybrid.options_desk.margin.integer_program import Least
    from spoonbench.solvers.hybrid.options_desk.margin.requirements import Market

_ROOM = Fraction(1, 200)
"""Half a cent: what a pairing may be above its proven bound."""
_ROUNDING = Fraction(1, 10**9)
"""Of the amount: what doubles lose."""


class Chosen(NamedTuple):
    """Legs that are margined together.

    Attributes:
        name: of the strategy.
        taken: contracts of each leg.
        shares: held or owed shares among them.
        requirement: of all, in dollars.
        reason: in words.
    """

    name: str
    taken: Mapping[OptionLeg, int]
    shares: int
    requirement: Fraction
    reason: str


class Pairing(NamedTuple):
    """Groups that hold everything once.

    Attributes:
        groups: see there.
        requirement: of all groups, in dollars.
        is_least: proven.
    """

    groups: tuple[Chosen, ...]
    requirement: Fraction
    is_least: bool


def pair_legs(book: Book, market: Market) -> Pairing:
    """The pairing of least requirement.

    Args:
        book: what is held on one underlying; nothing in it has expired.
        market: its price, class, and figures.
    """
    columns = list(columns_of(book, market))
    alone = [_alone(book, column) for column in columns]
    if _is_settled(book):
        return _pairing(columns, alone)._replace(is_least=True)
    found = _solve(book, columns)
    if found is None or not _uses_all(book, columns, found.counts):
        return _pairing(columns, alone)
    pairing = _pairing(columns, found.counts)
    if found.bound is None:
        return pairing
    room = max(_ROOM, abs(pairing.requirement) * _ROUNDING)
    return pairing._replace(is_least=pairing.requirement - found.bound <= room)


def _pairing(columns: Sequence[Column], counts: Sequence[int]) -> Pairing:
    """Groups of what the program chose; not proven to be least."""
    groups = tuple(_groups(columns, _tidied(columns, counts)))
    total = sum((group.requirement for group in groups), Fraction(0))
    return Pairing(groups=groups, requirement=total, is_least=False)


def _is_settled(book: Book) -> bool:
    """Nothing can be put together with anything, and nothing be secured by cash."""
    sides = {leg.side for leg in book.legs}
    if not book.legs:
        return True
    return sides == {"long"} and not book.shares


def _alone(book: Book, column: Column) -> int:
    """How often a column is used where everything stands alone."""
    if column.spread is not None or column.name == "cash-secured put":
        return 0
    if not column.legs:
        return abs(book.shares)
    return column.legs[0].quantity if len(column.legs) == 1 and not column.shares else 0


def _solve(book: Book, columns: Sequence[Column]) -> Least | None:
    """How often each column is used, and the proven bound of the cost."""
    keys = sorted({column.spread for column in columns if column.spread is not None})
    equal: list[tuple[dict[int, Fraction], int]] = []
    for leg in book.legs:
        used = {i: Fraction(1) for i, column in enumerate(columns) if leg in column.legs}
        equal.append((used, leg.quantity))
    if book.shares:
        used = {i: Fraction(column.shares) for i, column in enumerate(columns) if column.shares}
        equal.append((used, abs(book.shares)))
    below: list[dict[int, Fraction]] = []
    for loss, key in enumerate(keys, start=len(columns)):
        below += _limits([(i, c.legs[0]) for i, c in enumerate(columns) if c.spread == key], loss)
    costs = [column.cost for column in columns] + [Fraction(1)] * len(keys)
    return minimise(costs, equal, below, len(columns))


def _limits(members: Sequence[tuple[int, OptionLeg]], loss: int) -> list[dict[int, Fraction]]:
    """What has to be zero or less: losses less the greatest, short less long contracts."""
    signs = {i: 1 if leg.side == "short" else -1 for i, leg in members}
    rows = [{i: Fraction(signs[i]) for i, _ in members}]
    calls = {i: Fraction(signs[i]) for i, leg in members if leg.kind == "call"}
    rows += [calls] if calls else []
    for spot in spreads.corners([leg for _, leg in members]):
        row = {i: signs[i] * leg.size * leg.intrinsic(spot) for i, leg in members}
        rows.append({**row, loss: Fraction(-1)})
    return rows


def _uses_all(book: Book, columns: Sequence[Column], counts: Sequence[int]) -> bool:
    """Nothing is used twice, left over, or used less than never; spreads have a limit."""
    if min(counts, default=0) < 0:
        return False
    used = dict.fromkeys(book.legs, 0)
    shares = 0
    for column, count in zip(columns, counts, strict=True):
        shares += column.shares * count
        for leg in column.legs:
            used[leg] += count
    is_all = all(count == leg.quantity for leg, count in used.items())
    spread_legs = _spread_legs(columns, counts).values()
    return is_all and shares == abs(book.shares) and all(map(_is_spread, spread_legs))


def _is_spread(taken: Mapping[OptionLeg, int]) -> bool:
    short = sum(count for leg, count in taken.items() if leg.side == "short")
    return 2 * short <= sum(taken.values()) and spreads.worst_intrinsic_loss(taken) is not None


def _spread_legs(
    columns: Sequence[Column], counts: Sequence[int]
) -> dict[SpreadKey, dict[OptionLeg, int]]:
    """Contracts of each universal spread."""
    found: dict[SpreadKey, dict[OptionLeg, int]] = {}
    for column, count in zip(columns, counts, strict=True):
        if column.spread is not None and count:
            found.setdefault(column.spread, {})[column.legs[0]] = count
    return found


def _tidied(columns: Sequence[Column], counts: Sequence[int]) -> list[int]:
    """The same, long options alone of which their spread has no need: that costs no more."""
    found = list(counts)
    places = {(column.spread, column.legs): i for i, column in enumerate(columns)}
    alone = {c.legs: i for i, c in reversed(list(enumerate(columns))) if c.spread is None}
    for key, taken in _spread_legs(columns, counts).items():
        for leg in [leg for leg in taken if leg.side == "long"]:
            idle = _idle(taken, leg)
            taken[leg] -= idle
            found[places[key, (leg,)]] -= idle
            found[alone[leg,]] += idle
    return found


def _idle(taken: Mapping[OptionLeg, int], leg: OptionLeg) -> int:
    """Contracts of a long leg without which a spread asks for no more, by bisection."""
    loss = spreads.worst_intrinsic_loss(taken)
    low, high = 0, taken[leg]
    while low < high:
        middle = (low + high + 1) // 2
        rest = {**taken, leg: taken[leg] - middle}
        if _is_spread(rest) and spreads.worst_intrinsic_loss(rest) == loss:
            low = middle
        else:
            high = middle - 1
    return low


def _groups(columns: Sequence[Column], counts: Sequence[int]) -> Iterator[Chosen]:
    for taken in _spread_legs(columns, counts).values():
        loss = spreads.worst_intrinsic_loss(taken) or Fraction(0)
        longs = [leg.price * leg.size * n for leg, n in taken.items() if leg.side == "long"]
        yield Chosen(
            name=spreads.spread_name(taken),
            taken=taken,
            shares=0,
            requirement=loss + sum(longs, Fraction(0)),
            reason="worst intrinsic loss, and long options paid in full",
        )
    for column, count in zip(columns, counts, strict=True):
        if count and column.spread is None:
            yield Chosen(
                name=column.name,
                taken=dict.fromkeys(column.legs, count),
                shares=column.shares * count,
                requirement=column.cost * count,
                reason=column.reason,
            )
