"""Named option strategies as data: which legs each has, and in which order their strikes stand.

A name says the direction too, so that nobody has to remember whether a butterfly is bought: names
begin with "long" or "short" where both directions are in use.

Source: Hull 2022, Options, Futures, and Other Derivatives, 11th edition, chapters 10 and 12; the
names are those of the Options Industry Council's strategy guide.

The deltas are what the desk takes, and says so, where nothing is said: a choice, not a finding.

Not covered: calendars and diagonals, whose legs end on different days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

View = Literal["bullish", "bearish", "neutral", "volatile"]

AT_THE_MONEY = None
"""In place of a delta: the strike nearest to the forward price."""


class Slot(NamedTuple):
    """A leg that has no strike yet.

    Attributes:
        role: the word for its strike within its strategy, such as "short put"; unique there.
        kind: "call", "put" or "share".
        quantity: of each unit of the strategy: contracts (shares: times what a contract is for),
            below zero where sold.
        rank: strikes rise with the rank; legs of one rank share a strike. None for shares.
    """

    role: str
    kind: Literal["call", "put", "share"]
    quantity: int
    rank: int | None = None


class Strategy(NamedTuple):
    """What a name stands for.

    Attributes:
        name: in the field's words.
        slots: legs, by rising strike.
        view: on the underlying, that it is opened with.
        anchors: by rank, the delta (its size) of strikes that stand by themselves, where nothing
            else is said, or `AT_THE_MONEY`.
        wings: by rank, the rank of the anchor that a wing's strike lies beyond; all of a
            strategy's wings are equally wide, where nothing else is said.
        is_even: wings of one width belong to the name: others would be another strategy.
    """

    name: str
    slots: tuple[Slot, ...]
    view: View
    anchors: Mapping[int, float | None]
    wings: Mapping[int, int] = {}
    is_even: bool = False


def _call(role: str, quantity: int, rank: int) -> Slot:
    return Slot(role, "call", quantity, rank)


def _put(role: str, quantity: int, rank: int) -> Slot:
    return Slot(role, "put", quantity, rank)


def _shares(quantity: int) -> Slot:
    return Slot("shares", "share", quantity)


_ALL = (
    Strategy("long call", (_call("call", 1, 0),), "bullish", {0: AT_THE_MONEY}),
    Strategy("short call", (_call("call", -1, 0),), "bearish", {0: 0.3}),
    Strategy("long put", (_put("put", 1, 0),), "bearish", {0: AT_THE_MONEY}),
    Strategy("short put", (_put("put", -1, 0),), "bullish", {0: 0.3}),
    Strategy("covered call", (_shares(1), _call("call", -1, 0)), "bullish", {0: 0.3}),
    Strategy("protective put", (_shares(1), _put("put", 1, 0)), "bullish", {0: 0.3}),
    Strategy(
        "collar",
        (_shares(1), _put("put", 1, 0), _call("call", -1, 1)),
        "bullish",
        {0: 0.25, 1: 0.25},
    ),
    Strategy(
        "bull call spread",
        (_call("long call", 1, 0), _call("short call", -1, 1)),
        "bullish",
        {0: AT_THE_MONEY},
        {1: 0},
    ),
    Strategy(
        "bear call spread",
        (_call("short call", -1, 0), _call("long call", 1, 1)),
        "bearish",
        {0: 0.3},
        {1: 0},
    ),
    Strategy(
        "bull put spread",
        (_put("long put", 1, 0), _put("short put", -1, 1)),
        "bullish",
        {1: 0.3},
        {0: 1},
    ),
    Strategy(
        "bear put spread",
        (_put("short put", -1, 0), _put("long put", 1, 1)),
        "bearish",
        {1: AT_THE_MONEY},
        {0: 1},
    ),
    Strategy(
        "long straddle", (_put("put", 1, 0), _call("call", 1, 0)), "volatile", {0: AT_THE_MONEY}
    ),
    Strategy(
        "short straddle", (_put("put", -1, 0), _call("call", -1, 0)), "neutral", {0: AT_THE_MONEY}
    ),
    Strategy(
        "long strangle", (_put("put", 1, 0), _call("call", 1, 1)), "volatile", {0: 0.25, 1: 0.25}
    ),
    Strategy(
        "short strangle", (_put("put", -1, 0), _call("call", -1, 1)), "neutral", {0: 0.16, 1: 0.16}
    ),
    Strategy(
        "short iron condor",
        (
            _put("long put", 1, 0),
            _put("short put", -1, 1),
            _call("short call", -1, 2),
            _call("long call", 1, 3),
        ),
        "neutral",
        {1: 0.16, 2: 0.16},
        {0: 1, 3: 2},
    ),
    Strategy(
        "long iron condor",
        (
            _put("short put", -1, 0),
            _put("long put", 1, 1),
            _call("long call", 1, 2),
            _call("short call", -1, 3),
        ),
        "volatile",
        {1: 0.3, 2: 0.3},
        {0: 1, 3: 2},
    ),
    Strategy(
        "short iron butterfly",
        (
            _put("long put", 1, 0),
            _put("short put", -1, 1),
            _call("short call", -1, 1),
            _call("long call", 1, 2),
        ),
        "neutral",
        {1: AT_THE_MONEY},
        {0: 1, 2: 1},
    ),
    Strategy(
        "long iron butterfly",
        (
            _put("short put", -1, 0),
            _put("long put", 1, 1),
            _call("long call", 1, 1),
            _call("short call", -1, 2),
        ),
        "volatile",
        {1: AT_THE_MONEY},
        {0: 1, 2: 1},
    ),
    Strategy(
        "long call butterfly",
        (_call("lower call", 1, 0), _call("middle call", -2, 1), _call("upper call", 1, 2)),
        "neutral",
        {1: AT_THE_MONEY},
        {0: 1, 2: 1},
        is_even=True,
    ),
    Strategy(
        "short call butterfly",
        (_call("lower call", -1, 0), _call("middle call", 2, 1), _call("upper call", -1, 2)),
        "volatile",
        {1: AT_THE_MONEY},
        {0: 1, 2: 1},
        is_even=True,
    ),
    Strategy(
        "long put butterfly",
        (_put("lower put", 1, 0), _put("middle put", -2, 1), _put("upper put", 1, 2)),
        "neutral",
        {1: AT_THE_MONEY},
        {0: 1, 2: 1},
        is_even=True,
    ),
    Strategy(
        "short put butterfly",
        (_put("lower put", -1, 0), _put("middle put", 2, 1), _put("upper put", -1, 2)),
        "volatile",
        {1: AT_THE_MONEY},
        {0: 1, 2: 1},
        is_even=True,
    ),
    Strategy(
        "long call condor",
        (
            _call("lowest call", 1, 0),
            _call("lower call", -1, 1),
            _call("upper call", -1, 2),
            _call("highest call", 1, 3),
        ),
        "neutral",
        {1: 0.6, 2: 0.4},
        {0: 1, 3: 2},
    ),
    Strategy(
        "long put condor",
        (
            _put("lowest put", 1, 0),
            _put("lower put", -1, 1),
            _put("upper put", -1, 2),
            _put("highest put", 1, 3),
        ),
        "neutral",
        {1: 0.4, 2: 0.6},
        {0: 1, 3: 2},
    ),
    Strategy(
        "call ratio spread",
        (_call("long call", 1, 0), _call("short call", -2, 1)),
        "neutral",
        {0: AT_THE_MONEY, 1: 0.25},
    ),
    Strategy(
        "put ratio spread",
        (_put("short put", -2, 0), _put("long put", 1, 1)),
        "neutral",
        {0: 0.25, 1: AT_THE_MONEY},
    ),
    Strategy(
        "call backspread",
        (_call("short call", -1, 0), _call("long call", 2, 1)),
        "volatile",
        {0: AT_THE_MONEY, 1: 0.25},
    ),
    Strategy(
        "put backspread",
        (_put("long put", 2, 0), _put("short put", -1, 1)),
        "volatile",
        {0: 0.25, 1: AT_THE_MONEY},
    ),
    Strategy(
        "jade lizard",
        (_put("short put", -1, 0), _call("short call", -1, 1), _call("long call", 1, 2)),
        "bullish",
        {0: 0.25, 1: 0.25},
        {2: 1},
    ),
    Strategy(
        "risk reversal",
        (_put("short put", -1, 0), _call("long call", 1, 1)),
        "bullish",
        {0: 0.25, 1: 0.25},
    ),
)
STRATEGIES: Mapping[str, Strategy] = {each.name: each for each in _ALL}
"""By name."""

OF_VIEWS: Mapping[View, str] = {
    "bullish": "bull put spread",
    "bearish": "bear call spread",
    "neutral": "short iron condor",
    "volatile": "long strangle",
}
"""The strategy for who has a view and names none: losses are limited."""
