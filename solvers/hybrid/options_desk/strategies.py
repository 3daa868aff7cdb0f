"""Named option strategies as data: which legs each has, and in which order their strikes stand.

A name says the direction too, so that nobody has to remember whether a butterfly is bought: names
begin with "long" or "short" where both directions are in use.

Source: Hull 2022, Options, Futures, and Other Derivatives, 11th edition, chapters 10 and 12; the
names are those of the Options Industry Council's strategy guide.

Not covered: calendars and diagonals, whose legs end on different days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

View = Literal["bullish", "bearish", "neutral", "volatile"]


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
        is_even: neighbouring strikes lie equally far apart (butterflies, condors' halves not).
    """

    name: str
    slots: tuple[Slot, ...]
    view: View
    is_even: bool = False


def _call(role: str, quantity: int, rank: int) -> Slot:
    return Slot(role, "call", quantity, rank)


def _put(role: str, quantity: int, rank: int) -> Slot:
    return Slot(role, "put", quantity, rank)


def _shares(quantity: int) -> Slot:
    return Slot("shares", "share", quantity)


_ALL = (
    Strategy("long call", (_call("call", 1, 0),), "bullish"),
    Strategy("short call", (_call("call", -1, 0),), "bearish"),
    Strategy("long put", (_put("put", 1, 0),), "bearish"),
    Strategy("short put", (_put("put", -1, 0),), "bullish"),
    Strategy("covered call", (_shares(1), _call("call", -1, 0)), "bullish"),
    Strategy("protective put", (_shares(1), _put("put", 1, 0)), "bullish"),
    Strategy("collar", (_shares(1), _put("put", 1, 0), _call("call", -1, 1)), "bullish"),
    Strategy("bull call spread", (_call("long call", 1, 0), _call("short call", -1, 1)), "bullish"),
    Strategy("bear call spread", (_call("short call", -1, 0), _call("long call", 1, 1)), "bearish"),
    Strategy("bull put spread", (_put("long put", 1, 0), _put("short put", -1, 1)), "bullish"),
    Strategy("bear put spread", (_put("short put", -1, 0), _put("long put", 1, 1)), "bearish"),
    Strategy("long straddle", (_put("put", 1, 0), _call("call", 1, 0)), "volatile"),
    Strategy("short straddle", (_put("put", -1, 0), _call("call", -1, 0)), "neutral"),
    Strategy("long strangle", (_put("put", 1, 0), _call("call", 1, 1)), "volatile"),
    Strategy("short strangle", (_put("put", -1, 0), _call("call", -1, 1)), "neutral"),
    Strategy(
        "short iron condor",
        (
            _put("long put", 1, 0),
            _put("short put", -1, 1),
            _call("short call", -1, 2),
            _call("long call", 1, 3),
        ),
        "neutral",
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
    ),
    Strategy(
        "long call butterfly",
        (_call("lower call", 1, 0), _call("middle call", -2, 1), _call("upper call", 1, 2)),
        "neutral",
        is_even=True,
    ),
    Strategy(
        "short call butterfly",
        (_call("lower call", -1, 0), _call("middle call", 2, 1), _call("upper call", -1, 2)),
        "volatile",
        is_even=True,
    ),
    Strategy(
        "long put butterfly",
        (_put("lower put", 1, 0), _put("middle put", -2, 1), _put("upper put", 1, 2)),
        "neutral",
        is_even=True,
    ),
    Strategy(
        "short put butterfly",
        (_put("lower put", -1, 0), _put("middle put", 2, 1), _put("upper put", -1, 2)),
        "volatile",
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
    ),
    Strategy(
        "call ratio spread", (_call("long call", 1, 0), _call("short call", -2, 1)), "neutral"
    ),
    Strategy("put ratio spread", (_put("short put", -2, 0), _put("long put", 1, 1)), "neutral"),
    Strategy("call backspread", (_call("short call", -1, 0), _call("long call", 2, 1)), "volatile"),
    Strategy("put backspread", (_put("long put", 2, 0), _put("short put", -1, 1)), "volatile"),
    Strategy(
        "jade lizard",
        (_put("short put", -1, 0), _call("short call", -1, 1), _call("long call", 1, 2)),
        "bullish",
    ),
    Strategy("risk reversal", (_put("short put", -1, 0), _call("long call", 1, 1)), "bullish"),
)
STRATEGIES: Mapping[str, Strategy] = {each.name: each for each in _ALL}
"""By name."""
