"""Stories: a frame filled with words and numbers, and its exact answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.word_problems.words import draw_words, load_words, pick, whole

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.harness.tasks.word_problems.frames import Frame

# Shares of the styles; the rest is in lower case with commas between the sentences.
AS_WRITTEN = 0.5
LOWER_CASE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Which numbers stories may hold.

    Attributes:
        smallest: smallest operand.
        largest: largest operand.
        smallest_result: smallest answer. Before the last change a story never goes below this or
            below 0, whichever is less.
    """

    smallest: int
    largest: int
    smallest_result: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One problem, with everything that it was made from.

    Attributes:
        frame: the frame it was told with.
        numbers: all numbers of the text, by label.
        text: the problem as it is asked.
        answer: the exact answer; None where there is none.
    """

    frame: Frame
    numbers: Mapping[str, int]
    text: str
    answer: int | None


def draw_stories(rng: random.Random, frames: Sequence[Frame], numbers: Numbers) -> Iterator[Story]:
    """Draw stories without end: every frame is equally likely, and so is each question form."""
    while True:
        yield draw_story(rng, pick(rng, frames), numbers)


def draw_story(rng: random.Random, frame: Frame, numbers: Numbers) -> Story:
    """Draw one story told with this frame, which must be feasible."""
    variant = pick(rng, frame.variants)
    words = draw_words(rng, frame.noun)
    drawn = _draw_numbers(rng, frame, numbers)
    values = {**words, **drawn}
    text = "".join(
        (part.one if part.label and drawn[part.label] == 1 else part.many).format_map(values)
        for part in variant
    )
    answer = sum(sign * drawn[label] for label, sign in frame.terms) if frame.terms else None
    return Story(frame=frame, numbers=drawn, text=_styled(rng, text), answer=answer)


def is_feasible(frame: Frame, numbers: Numbers) -> bool:
    """Whether operands exist that give this frame a result as wanted."""
    bounds = _bounds(frame, numbers)
    if any(least > most for least, most in bounds.values()):
        return False
    if not frame.terms:
        return True
    least, most = _interval(0, 0, frame, bounds, numbers)
    return least <= most


def _draw_numbers(rng: random.Random, frame: Frame, numbers: Numbers) -> dict[str, int]:
    """Draw term by term, each from those values that leave a wanted result within reach."""
    bounds = _bounds(frame, numbers)
    drawn: dict[str, int] = {}
    total = 0
    for place, (label, sign) in enumerate(frame.terms):
        drawn[label] = whole(rng, *_interval(place, total, frame, bounds, numbers))
        total += sign * drawn[label]
    for label in frame.numbers:
        if label not in drawn:
            drawn[label] = whole(rng, *bounds[label])
    return drawn


def _bounds(frame: Frame, numbers: Numbers) -> dict[str, tuple[int, int]]:
    """Least and most of each number, before results are looked at."""
    ranges = load_words().ranges
    operands = (numbers.smallest, numbers.largest)
    bounds = {label: ranges.get(label, operands) for label in frame.numbers}
    return {
        label: (max(least, 2) if label in frame.plural else least, most)
        for label, (least, most) in bounds.items()
    }


def _interval(
    place: int,
    total: int,
    frame: Frame,
    bounds: Mapping[str, tuple[int, int]],
    numbers: Numbers,
) -> tuple[int, int]:
    """Values of the term at `place`, after `total`, from which the later terms can succeed."""
    label, sign = frame.terms[place]
    least, most = bounds[label]
    needed = _needed(place, frame, bounds, numbers)
    if sign > 0:
        return max(least, needed - total), most
    return least, min(most, total - needed)


def _needed(
    place: int, frame: Frame, bounds: Mapping[str, tuple[int, int]], numbers: Numbers
) -> int:
    """The smallest running total after the term at `place` that is not too small."""
    wanted = max(numbers.smallest_result, 1) if frame.is_positive else numbers.smallest_result
    on_the_way = min(numbers.smallest_result, 0)
    needed = wanted
    for label, sign in reversed(frame.terms[place + 1 :]):
        least, most = bounds[label]
        needed = max(on_the_way, needed - most if sign > 0 else needed + least)
    return needed


def _styled(rng: random.Random, text: str) -> str:
    """As written, in lower case, or in lower case with commas between the sentences."""
    chance = rng.random()
    if chance < AS_WRITTEN:
        return text
    if chance >= AS_WRITTEN + LOWER_CASE:
        text = text.replace(". ", ", ")
    return text.lower().removesuffix(".")
