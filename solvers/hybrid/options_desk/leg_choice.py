"""Which strikes a strategy's legs get: those that were said, and by stated rules the others.

Strikes that stand by themselves (anchors) go by a delta. Wings lie beyond an anchor: as wide as was
said, else as wide as the budget allows, else as far out as the 5-delta strike, all equally.
"""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING, Literal, NamedTuple

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import strikes
from spoonbench.solvers.hybrid.options_desk.holdings import CONTRACT_SIZE, size_of
from spoonbench.solvers.hybrid.options_desk.proposals import ProposedLeg
from spoonbench.solvers.hybrid.options_desk.sizing import most_lost
from spoonbench.solvers.hybrid.options_desk.strategies import AT_THE_MONEY, STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.market import Market
    from spoonbench.solvers.hybrid.options_desk.requests import Request
    from spoonbench.solvers.hybrid.options_desk.strategies import Slot, Strategy

ALL_WINGS = "wings"
"""The role that a width of all wings is given for."""
_USUAL_WING = 0.05
_FURTHEST_WING = 0.01


class Choice(NamedTuple):
    """One unit of a strategy.

    Attributes:
        legs: with their strikes.
        assumptions: what was not said, in sentences.
        uses_ladder: a strike was rounded to the ladder.
    """

    legs: tuple[ProposedLeg, ...]
    assumptions: tuple[str, ...]
    uses_ladder: bool


def choose(request: Request, market: Market, name: str, step: Decimal) -> Choice:
    """One unit of a named strategy.

    Args:
        request: says strikes, deltas, widths and the budget, as far as it says them.
        market: to price with.
        name: of `STRATEGIES`.
        step: of the ladder of strikes.

    Raises:
        BadInput: the strikes are not in order, or nothing fits into the budget.
    """
    if name not in STRATEGIES:
        raise BadInput(f"there is no strategy {name!r}; there are {', '.join(STRATEGIES)}")
    work = _Placing(request, market, STRATEGIES[name], step)
    work.place_said()
    work.place_anchors()
    work.place_wings()
    work.check_order()
    return Choice(work.legs(), tuple(work.assumptions), work.uses_ladder)


def stated_legs(request: Request, market: Market, step: Decimal) -> Choice:
    """The legs that were spelled out.

    Raises:
        BadInput: they end on different days, or one has neither strike nor delta.
    """
    legs = []
    for place, leg in enumerate(request.legs, 1):
        if leg.expiry not in (None, market.expiry):
            raise BadInput(
                f"leg {place} ends on {leg.expiry}, others on {market.expiry}: strategies whose "
                "legs end on different days are not covered"
            )
        strike = leg.strike
        if leg.kind != "share" and strike is None:
            if leg.delta is None:
                raise BadInput(f"leg {place} has neither a strike nor a delta")
            strike = strikes.strike_at_delta(market, leg.kind, float(leg.delta), step)
        legs.append(
            ProposedLeg(
                role=f"leg {place}",
                kind=leg.kind,
                quantity=leg.quantity,
                size=size_of(leg.kind),
                strike=strike,
                price=leg.price,
            )
        )
    uses_ladder = any(leg.delta is not None and leg.strike is None for leg in request.legs)
    return Choice(tuple(legs), (), uses_ladder)


class _Placing:
    """Strikes by rank, as they are found one after the other."""

    def __init__(self, request: Request, market: Market, strategy: Strategy, step: Decimal) -> None:
        self._request = request
        self._market = market
        self._strategy = strategy
        self._step = step
        self._placed: dict[int, Decimal] = {}
        self.assumptions: list[str] = []
        self.uses_ladder = False
        roles = {slot.role for slot in strategy.slots if slot.rank is not None}
        said = {*request.strikes, *request.deltas, *request.widths} - {ALL_WINGS}
        if said - roles:
            unknown = ", ".join(sorted(said - roles))
            known = ", ".join(sorted(roles))
            raise BadInput(f"a {strategy.name} has no {unknown}; its strikes are: {known}")

    def place_said(self) -> None:
        """Strikes and deltas of the request."""
        for slot in self._strategy.slots:
            if slot.rank is None:
                continue
            if slot.role in self._request.strikes:
                strike = self._request.strikes[slot.role]
            elif slot.role in self._request.deltas:
                strike = self._at_delta(slot, float(self._request.deltas[slot.role]))
            else:
                continue
            if self._placed.setdefault(slot.rank, strike) != strike:
                raise BadInput(
                    f"the legs of a {self._strategy.name} share a strike, and {strike:f} is not "
                    f"{self._placed[slot.rank]:f}"
                )

    def place_anchors(self) -> None:
        """The others that stand by themselves, by the strategy's usual deltas."""
        for rank, delta in self._strategy.anchors.items():
            if rank in self._placed:
                continue
            slot = self._slot(rank)
            wing = next((w for w, anchor in self._strategy.wings.items() if anchor == rank), None)
            width = None if wing is None else self._said_width(wing)
            if wing is not None and wing in self._placed and width is not None:
                self._placed[rank] = self._placed[wing] - self._away(wing) * width
                continue
            if delta is AT_THE_MONEY:
                self.uses_ladder = True
                self._placed[rank] = strikes.strike_at_forward(self._market, self._step)
                where = "at the strike nearest to the forward price"
            else:
                self._placed[rank] = self._at_delta(slot, delta)
                where = f"at a delta of {100 * delta:g}"
            self.assumptions.append(f"The {slot.role} stands {where}.")

    def place_wings(self) -> None:
        """Those beyond an anchor."""
        left = [rank for rank in self._strategy.wings if rank not in self._placed]
        for rank in list(left):
            width = self._said_width(rank)
            if width is not None:
                self._placed[rank] = self._beyond(rank, width)
                left.remove(rank)
        if not left:
            return
        others = {self._width(rank) for rank in self._strategy.wings if rank in self._placed}
        if len(others) == 1:
            (width,) = others
            sentence = f"All wings are {width:f} wide, as the one that was given."
        elif self._request.budget is not None:
            width = self._widest(left, self._request.budget)
            sentence = f"Wings are {width:f} wide, the widest that the budget allows."
        else:
            width = self._usual_width(left[0])
            sentence = f"Wings are {width:f} wide: as far out as the strike with a delta of 5."
        self.uses_ladder = True
        self.assumptions.append(sentence)
        self._placed.update({rank: self._beyond(rank, width) for rank in left})

    def check_order(self) -> None:
        """Strikes rise with the rank.

        Raises:
            BadInput: they do not.
        """
        ranks = sorted(self._placed)
        for rank, following in itertools.pairwise(ranks):
            low, high = self._placed[rank], self._placed[following]
            if low >= high:
                raise BadInput(
                    f"the strikes of a {self._strategy.name} rise from {self._slot(rank).role} to "
                    f"{self._slot(following).role}, and {low:f} is not below {high:f}"
                    + (f"; strikes lie {self._step:f} apart here" if self.uses_ladder else "")
                )

    def legs(self, placed: Mapping[int, Decimal] | None = None) -> tuple[ProposedLeg, ...]:
        """One unit."""
        at = self._placed if placed is None else placed
        return tuple(
            ProposedLeg(
                role=slot.role,
                kind=slot.kind,
                quantity=slot.quantity * (CONTRACT_SIZE if slot.kind == "share" else 1),
                size=size_of(slot.kind),
                strike=None if slot.rank is None else at[slot.rank],
            )
            for slot in self._strategy.slots
            if slot.rank is None or slot.rank in at
        )

    def _slot(self, rank: int) -> Slot:
        return next(slot for slot in self._strategy.slots if slot.rank == rank)

    def _at_delta(self, slot: Slot, delta: float) -> Decimal:
        assert slot.kind != "share"  # for the type checker: shares have no rank
        self.uses_ladder = True
        return strikes.strike_at_delta(self._market, slot.kind, delta, self._step)

    def _said_width(self, rank: int) -> Decimal | None:
        widths = self._request.widths
        return widths.get(self._slot(rank).role, widths.get(ALL_WINGS))

    def _away(self, rank: int) -> int:
        """1 where a wing lies above its anchor, else -1."""
        return 1 if rank > self._strategy.wings[rank] else -1

    def _beyond(self, rank: int, width: Decimal) -> Decimal:
        strike = self._placed[self._strategy.wings[rank]] + self._away(rank) * width
        if strike <= 0:
            raise BadInput(f"a wing {width:f} wide would have its strike at {strike:f}")
        return strike

    def _width(self, rank: int) -> Decimal:
        return abs(self._placed[rank] - self._placed[self._strategy.wings[rank]])

    def _furthest_width(self, rank: int, delta: float) -> Decimal:
        """Up to the strike of a delta, in steps of the ladder, at least one."""
        # Of the kind that is out of the money there, whichever the wing is made of.
        kind: Literal["call", "put"] = "call" if self._away(rank) > 0 else "put"
        # Below the ladder's first step there is no strike: there the first one is meant.
        try:
            strike = strikes.strike_at_delta(self._market, kind, delta, self._step)
        except BadInput:
            strike = self._step
        anchor = self._placed[self._strategy.wings[rank]]
        n_steps = (strike - anchor) * self._away(rank) / self._step
        return max(int(n_steps), 1) * self._step

    def _usual_width(self, rank: int) -> Decimal:
        return self._furthest_width(rank, _USUAL_WING)

    def _widest(self, left: list[int], budget: Decimal) -> Decimal:
        """The widest wings with which one unit, or what was asked for, loses at most the budget.

        The loss grows with the width, as a strike's price never moves by more than the strike.
        """
        furthest = min(self._furthest_width(rank, _FURTHEST_WING) for rank in left)
        n_steps = bisect.bisect_left(
            range(1, int(furthest / self._step) + 1),
            True,  # the first width that is too wide
            key=lambda n: self._is_too_wide(left, n * self._step, budget),
        )
        if n_steps == 0:
            raise BadInput(
                f"even with wings of {self._step:f} a {self._strategy.name} can lose more than "
                f"the budget of ${budget:,.2f}"
            )
        return n_steps * self._step

    def _is_too_wide(self, left: list[int], width: Decimal, budget: Decimal) -> bool:
        placed = {**self._placed, **{rank: self._beyond(rank, width) for rank in left}}
        lost = most_lost(self.legs(placed), self._market)
        return lost is None or lost * (self._request.quantity or 1) > budget
