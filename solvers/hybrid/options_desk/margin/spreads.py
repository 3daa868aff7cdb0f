"""The universal spread: options whose loss has a limit are margined by what they can lose at worst.

The worst intrinsic loss is the greatest one over all strikes and zero, premiums left out. A long
option counts where it does not expire before the short ones; the short ones of a spread expire on
one day here (the rule would let them differ; a loss could then come twice). There are at least as
many long contracts as short ones, and as many long calls as short calls.

Whatever can be margined as two spreads asks for no more as one: the greatest value of a sum is
never above the sum of the greatest values. So one spread for each day on which short options
expire is enough.

Source: SEC release 34-67752 (77 FR 54626), SR-CBOE-2012-043.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.hybrid.options_desk.margin.books import OptionLeg

_PAIR, _BUTTERFLY, _CONDOR = 2, 3, 4


def corners(legs: Sequence[OptionLeg]) -> list[Fraction]:
    """Prices of the underlying at which the worst loss can lie."""
    return sorted({Fraction(0), *(leg.strike for leg in legs)})


def worst_intrinsic_loss(taken: Mapping[OptionLeg, int]) -> Fraction | None:
    """In dollars, zero or more; None without a limit.

    Args:
        taken: contracts of each leg.
    """
    calls = sum(_signed(leg, n) * leg.size for leg, n in taken.items() if leg.kind == "call")
    if calls < 0:
        return None
    return max(
        Fraction(0),
        *(
            -sum(
                (_signed(leg, n) * leg.size * leg.intrinsic(spot) for leg, n in taken.items()),
                Fraction(0),
            )
            for spot in corners(list(taken))
        ),
    )


def spread_name(taken: Mapping[OptionLeg, int]) -> str:
    """What the field calls these legs."""
    legs = sorted(taken, key=lambda leg: (leg.strike, leg.kind))
    if len({leg.expiry for leg in legs}) > 1:
        same = len(legs) == _PAIR and legs[0].strike == legs[1].strike
        return "calendar spread" if same else "spread over several expiries"
    shape = [_signed(leg, taken[leg]) for leg in legs]
    kinds = Counter(leg.kind for leg in legs)
    if len(legs) == _PAIR and sum(shape) == 0:
        return f"{legs[0].kind} vertical spread" if len(kinds) == 1 else "two-legged spread"
    if len(legs) == _BUTTERFLY and len(kinds) == 1 and shape[0] == shape[2] == -shape[1] / 2:
        return f"{legs[0].kind} butterfly"
    if len(legs) == _CONDOR and len(set(map(abs, shape))) == 1 and sum(shape) == 0:
        return _name_of_four(legs, kinds)
    return "universal spread"


def _name_of_four(legs: Sequence[OptionLeg], kinds: Mapping[Any, int]) -> str:
    if len(kinds) == 1:
        return f"{legs[0].kind} condor"
    puts = [leg for leg in legs if leg.kind == "put"]
    calls = [leg for leg in legs if leg.kind == "call"]
    if len(puts) != len(calls) or {leg.side for leg in puts} != {"long", "short"}:
        return "universal spread"
    if [leg.strike for leg in puts] == [leg.strike for leg in calls]:
        return "box spread"
    if puts[1].strike == calls[0].strike:
        return "iron butterfly"
    return "iron condor" if puts[1].strike < calls[0].strike else "universal spread"


def _signed(leg: OptionLeg, quantity: int) -> int:
    return quantity if leg.side == "long" else -quantity
