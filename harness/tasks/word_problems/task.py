"""The task `word-problems`: addition and subtraction told as short stories.

"john had 100 candies, he got 45 more from his mom" is 145. Stories are drawn from sentence frames
by a seeded generator, with exact answers, and no text stands in two splits. The held-out splits
are drawn first, each from chance of its own: the number of training problems never changes them.

Not covered: multiplication and division, numbers written as words, numbers that are not whole.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask, Split, Task
from spoonbench.harness.tasks.drawing import chance, draw_distinct, number_split
from spoonbench.harness.tasks.options import generated_numbers
from spoonbench.harness.tasks.word_problems.frames import Section, load_frames
from spoonbench.harness.tasks.word_problems.stories import (
    Numbers,
    draw_stories,
    is_feasible,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "word-problems"
VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the task is made.

    Attributes:
        n_training: training problems.
        n_validation: validation problems.
        n_items: problems of each held-out split.
        smallest: smallest operand.
        largest: largest operand.
        smallest_result: smallest answer.
        seed: of everything that is drawn.
    """

    n_training: int = 10_000
    n_validation: int = 500
    n_items: int = 1_000
    smallest: int = 1
    largest: int = 100
    smallest_result: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One split to draw: from which frames, and with operands how many times larger."""

    name: str
    section: Section
    summary: str
    times: int = 1


_HELD_OUT = (
    _Plan(name="test", section="training", summary="New problems like those of the training part."),
    _Plan(
        name="larger-10x",
        section="training",
        times=10,
        summary="Operands from a range 10 times larger than in training.",
    ),
    _Plan(
        name="larger-1000x",
        section="training",
        times=1_000,
        summary="Operands from a range 1,000 times larger than in training.",
    ),
    _Plan(
        name="unseen-frames",
        section="unseen_frames",
        summary="Sentence frames that the training part does not have.",
    ),
    _Plan(
        name="distracting-number",
        section="distracting_number",
        summary="One number of the text does not belong to the answer.",
    ),
    _Plan(name="two-steps", section="two_steps", summary="Two changes instead of one."),
    _Plan(
        name="unanswerable",
        section="unanswerable",
        summary="A needed number is missing, or what is asked about is never mentioned: abstain.",
    ),
)
_VALIDATION = _Plan(name="validation", section="training", summary="To choose by.")
_TRAINING = _Plan(name="train", section="training", summary="To learn from.")


def make(options: Mapping[str, object]) -> Task:
    """Generate the task; the same options give the same items on every platform.

    Args:
        options: any of the fields of `Options`, as numbers or as text.

    Raises:
        BadTask: an option is unknown or wrong, or the options leave too few different problems.
    """
    chosen = read_options(options)
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
        source=(
            f"generated with seed {chosen.seed}: operands {chosen.smallest} to {chosen.largest}, "
            f"results of at least {chosen.smallest_result}"
        ),
        options=asdict(chosen),
    )


def read_options(options: Mapping[str, object]) -> Options:
    """Check the options and fill in the defaults.

    Raises:
        BadTask: an option is unknown, no whole number, out of range, or at odds with another.
    """
    given = generated_numbers(
        NAME,
        options,
        [field.name for field in fields(Options)],
        smallest=(0, 10**9),
        largest=(0, 10**9),
        smallest_result=(-(10**9), 10**9),
    )
    chosen = Options(**given)
    if chosen.largest <= chosen.smallest:
        raise BadTask(
            "too few different problems: largest must be above smallest, "
            f"got smallest={chosen.smallest} and largest={chosen.largest}"
        )
    return chosen


def _draw_split(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> Split:
    """Draw items whose text is not in `taken`, and put them there."""
    rng = chance(NAME, VERSION, plan.name, options.seed)
    stories = draw_stories(rng, load_frames(plan.section), _numbers(plan, options))
    advice = "ask for fewer, or widen smallest and largest"
    drawn = draw_distinct(plan.name, stories, n_items, taken, key=text_key, advice=advice)
    return number_split(NAME, plan.name, plan.summary, drawn)


def _numbers(plan: _Plan, options: Options) -> Numbers:
    numbers = Numbers(
        smallest=options.smallest * plan.times,
        largest=options.largest * plan.times,
        smallest_result=options.smallest_result,
    )
    for frame in load_frames(plan.section):
        if not is_feasible(frame, numbers):
            raise BadTask(
                f"no operands from {numbers.smallest} to {numbers.largest} give every kind of "
                f"problem a result of at least {options.smallest_result}; lower smallest_result "
                "or widen smallest and largest"
            )
    return numbers


def text_key(text: str) -> str:
    """What makes two texts the same: letters and digits, whatever the case."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
