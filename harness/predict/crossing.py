"""Where two predicted times cross as batches grow, told from draws of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.harness.stats import quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

Faster = Literal["first", "second", "neither"]
_SHOWN = 0.975
"""Share of draws that have to agree before a difference counts as shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The batch from which one setting is faster than another.

    Attributes:
        batch: at which both are equally fast; None where that is not within the range measured, or
            no difference can be told.
        low: lower end of the 95% interval, cut off at the ends of the range; None with `batch`.
        high: upper end.
        text: one sentence.
        faster_below: which is faster at the smallest batch of the range, where that is shown.
        faster_above: the same at the largest.
    """

    batch: float | None
    low: float | None
    high: float | None
    text: str
    faster_below: Faster = "neither"
    faster_above: Faster = "neither"


def no_crossing(why: str) -> Crossing:
    """Nothing can be told."""
    return Crossing(batch=None, low=None, high=None, text=f"No crossing can be told: {why}.")


def crossing_of(ratios: Any, sizes: Sequence[float], names: tuple[str, str]) -> Crossing:
    """A crossing from the logarithms of the second's time over the first's.

    Args:
        ratios: shape (1 + draws, sizes), the fit itself before the draws.
        sizes: batch sizes, growing.
        names: of the two, as they stand in the sentence.
    """
    fitted, draws = ratios[0], ratios[1:]
    below, above = (_faster(draws[:, end]) for end in (0, -1))
    span = f"batches of {_size(sizes[0])} to {_size(sizes[-1])}"

    def found(text: str, place: float | None = None, ends: Any = (None, None)) -> Crossing:
        return Crossing(
            batch=place,
            low=ends[0],
            high=ends[1],
            text=text,
            faster_below=below,
            faster_above=above,
        )

    changes = _changes(fitted)
    if len(changes) > 1:
        return found(f"{names[0]} and {names[1]}: each is faster in turn within {span}.")
    if not changes:
        if below == above == "neither":
            return found(f"{names[0]} and {names[1]}: no difference is told within {span}.")
        faster = names[0] if fitted.sum() > 0 else names[1]
        return found(f"{faster} is faster at all {span}.")
    if below == above == "neither":
        return found(f"{names[0]} and {names[1]}: no difference is told within {span}.")
    place = _zero(fitted, sizes, changes[0])
    rising = fitted[-1] > fitted[0]
    each = [_place(draw, sizes, rising=bool(rising)) for draw in draws]
    ends = (quantile(each, 0.025), quantile(each, 0.975))
    # Whoever is faster at small batches is overtaken by the other.
    before, after = names[::-1] if rising else names
    place_text = f"{_size(place)} ({_size(ends[0])} to {_size(ends[1])})"
    return found(f"{after} overtakes {before} at a batch of about {place_text}.", place, ends)


def _faster(of_draws: Any) -> Faster:
    share = float((of_draws > 0).mean())
    if share >= _SHOWN:
        return "first"
    return "second" if share <= 1 - _SHOWN else "neither"


def _changes(ratio: Any) -> list[int]:
    """Numbers of the sizes after which the sign is another one."""
    signs = ratio > 0
    found: list[int] = (signs[:-1] != signs[1:]).nonzero()[0].tolist()
    return found


def _zero(ratio: Any, sizes: Sequence[float], number: int) -> float:
    """The size at which a straight line between two neighbours, over the logarithm, is zero."""
    share = ratio[number] / (ratio[number] - ratio[number + 1])
    return float(sizes[number] * (sizes[number + 1] / sizes[number]) ** share)


def _place(ratio: Any, sizes: Sequence[float], *, rising: bool) -> float:
    """Where one draw crosses; the end of the range beyond which it would, where it does not."""
    changes = _changes(ratio)
    if changes:
        return _zero(ratio, sizes, changes[-1])
    return float(sizes[0] if (ratio[0] > 0) == rising else sizes[-1])


def _size(size: float) -> str:
    """Small sizes with a digit behind the point, whole ones without."""
    if float(size).is_integer():
        return f"{size:.0f}"
    return f"{size:.1f}" if size < 10 else f"{size:.0f}"  # noqa: PLR2004 - two digits in any case
