"""Drawing texts of which none stands twice, each split from chance of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from spoonbench.harness.tasks.api import BadTask, Item, Split
from spoonbench.solvers.api import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spoonbench.solvers.api import Row

MOST_REPEATS = 2_000
"""After so many texts in a row that all stand somewhere already, there are too few of them."""


class Drawn(Protocol):
    """A question with its answer; None: abstaining is right."""

    @property
    def text(self) -> str:
        """The question."""
        ...

    @property
    def answer(self) -> object:
        """Its answer, whose text is the target; None where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text and its target; None: it has none, and abstaining is right."""

    text: str
    answer: str | None


_D = TypeVar("_D", bound=Drawn)


def chance(task: str, version: str, split: str, seed: int) -> random.Random:
    """Chance of one split: how many items the others have never changes it."""
    return random.Random(f"{task} {version} {split} {seed}")  # noqa: S311  # no secret


def draw_distinct(
    name: str,
    drawn: Iterator[_D],
    n_items: int,
    taken: set[str],
    *,
    key: Callable[[str], str],
    advice: str,
) -> list[_D]:
    """The first so many whose text is not in `taken`; their texts are put there.

    Args:
        name: of the split.
        drawn: endless.
        n_items: to draw.
        taken: keys of texts that stand somewhere already.
        key: what makes two texts the same.
        advice: what to do where there are too few, as the end of a sentence.

    Raises:
        BadTask: no new text is found any more.
    """
    found: list[_D] = []
    repeats = 0
    for one in drawn:
        if len(found) == n_items:
            break
        mark = key(one.text)
        repeats = repeats + 1 if mark in taken else 0
        if repeats > MOST_REPEATS:
            raise BadTask(
                f"too few different problems: {name} has {len(found)} of {n_items}, and no new "
                f"one is found; {advice}"
            )
        if not repeats:
            taken.add(mark)
            found.append(one)
    return found


def number_split(
    task: str,
    name: str,
    summary: str,
    drawn: list[_D],
    row_of: Callable[[_D], Row] | None = None,
) -> Split:
    """A split of number problems, numbered from 1; `row_of` gives their payload, if any."""
    items = tuple(
        Item(
            problem=Problem(
                problem_id=f"{task}-{name}-{place}",
                text=one.text,
                kind="number",
                payload=None if row_of is None else row_of(one),
            ),
            target=None if one.answer is None else str(one.answer),
        )
        for place, one in enumerate(drawn, 1)
    )
    return Split(name=name, items=items, summary=summary)
