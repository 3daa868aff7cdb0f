"""The task `equations`: linear equations and small systems, in symbols and in words.

"Solve for x: 3x + 5 = 20" is 5; "2x + 1 = 2x + 4. What is x?" has no answer, and abstaining is
right. Every text is drawn by a seeded generator, solution first, and stands in one split only.

Not covered: anything that is not linear, inequalities, equations whose answer is a set.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import Split, Task
from spoonbench.harness.tasks.drawing import chance as chance_of
from spoonbench.harness.tasks.drawing import draw_distinct, number_split
from spoonbench.harness.tasks.equations import forms
from spoonbench.harness.tasks.options import generated_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

NAME = "equations"
VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the task is made.

    Attributes:
        n_training: training problems.
        n_validation: validation problems.
        n_items: problems of each held-out split.
        largest: coefficient; solutions lie between its negative and itself.
        seed: of everything that is drawn.
    """

    n_training: int = 10_000
    n_validation: int = 500
    n_items: int = 1_000
    largest: int = 20
    seed: int = 0


_UNANSWERABLE = (forms.contradiction, forms.identity, forms.one_for_two, forms.not_mentioned)
_COMMON = (forms.one_side, forms.one_side, forms.in_words, forms.in_words, forms.system_of_two)
_MIXTURE = (*_COMMON * 4, forms.two_numbers, forms.two_numbers, *_UNANSWERABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One split to draw: from which forms, and with coefficients how many times larger."""

    name: str
    summary: str
    forms: Sequence[Callable[[forms.Chance], forms.Asked]] = _MIXTURE
    times: int = 1


_HELD_OUT = (
    _Plan(name="test", summary="New problems like those of the training part."),
    _Plan(
        name="both-sides",
        forms=(forms.both_sides,),
        summary="The unknown stands on both sides; in training only where there is no answer.",
    ),
    _Plan(
        name="fractions",
        forms=(forms.fractions,),
        summary="Mostly fractions as solutions or coefficients; training has only x/n.",
    ),
    _Plan(
        name="three-unknowns",
        forms=(forms.system_of_three,),
        summary="Three equations in three unknowns; training has two at most.",
    ),
    _Plan(
        name="larger-1000x",
        forms=_COMMON,
        times=1_000,
        summary="Coefficients and solutions 1,000 times larger than in training.",
    ),
    _Plan(
        name="unseen-wordings",
        forms=(forms.in_other_words,),
        summary="One number in sentences that the training part does not have.",
    ),
    _Plan(
        name="unanswerable",
        forms=_UNANSWERABLE,
        summary="No solution, many, or an unknown that no equation holds: abstain.",
    ),
)
_VALIDATION = _Plan(name="validation", summary="To choose by.")
_TRAINING = _Plan(name="train", summary="To learn from.")


def make(options: Mapping[str, object]) -> Task:
    """Generate the task; the same options give the same items on every platform.

    Args:
        options: any of `n_training` (10000), `n_validation` (500), `n_items` (1000), `largest`
            (20) and `seed` (0), as numbers or as text.

    Raises:
        BadTask: an option is unknown or wrong, or the options leave too few different problems.
    """
    chosen = _read_options(options)
    taken: set[str] = set()
    held_out = [_draw_split(plan, chosen.n_items, chosen, taken) for plan in _HELD_OUT]
    validation = _draw_split(_VALIDATION, chosen.n_validation, chosen, taken)
    training = _draw_split(_TRAINING, chosen.n_training, chosen, taken)
    return Task(
        name=NAME,
        version=VERSION,
        kind="number",
        training=training,
        validation=validation,
        splits=tuple(held_out),
        source=f"generated with seed {chosen.seed}: coefficients up to {chosen.largest}",
        options=asdict(chosen),
    )


def _read_options(options: Mapping[str, object]) -> Options:
    known = [field.name for field in fields(Options)]
    return Options(**generated_numbers(NAME, options, known, largest=(3, 10**9)))


def _draw_split(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> Split:
    chance = forms.Chance(
        chance_of(NAME, VERSION, plan.name, options.seed), options.largest * plan.times
    )
    advice = "ask for fewer, or raise largest"
    drawn = draw_distinct(
        plan.name, _endless(plan, chance), n_items, taken, key=_text_key, advice=advice
    )
    return number_split(NAME, plan.name, plan.summary, drawn)


def _endless(plan: _Plan, chance: forms.Chance) -> Iterator[forms.Asked]:
    while True:
        yield chance.rng.choice(plan.forms)(chance)


def _text_key(text: str) -> str:
    """What makes two texts the same: their signs, whatever the case and the spaces."""
    return "".join(text.lower().split())
