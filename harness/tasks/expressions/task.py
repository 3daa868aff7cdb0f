r"""The task `expressions`: arithmetic that is to be computed exactly, or refused.

From "5 + 3 = " up to nested expressions, fractions, decimals, percentages, large whole numbers and
signs. Each is drawn as a tree by a seeded generator, worth an exact fraction, and written down. A
share of them is then made malformed (see `faults`): those have no target, and abstaining is right.
The held-out splits are drawn first, each from chance of its own; no expression stands in two
splits, whatever its spaces, signs and sentence.

How an expression is read:

- Powers ("^") before products and quotients, those before sums and differences, each of the two
  from left to right: 8 / 2 * 4 is 16, and 1/2/3 is 1/6.
- A sign belongs to the operand behind it: 3 - -4 is 7, -3 + 8 is 5. Two signs never stand side by
  side. A power with a sign before its base has the base in parentheses, (-2)^2, or the whole power,
  and a signed exponent stands in parentheses too: 2^(-3) is 1/8.
- "3/4" is three divided by four. To divide by it, or to raise it to a power, it stands in
  parentheses.
- 15% is 15/100. "15% of X" is the product; it stands alone, in parentheses, or behind another
  "of". "80 increased by 15%" is 80 * (1 + 15/100). "15%" is otherwise a factor only.
- Commas separate thousands; the point is the decimal point, with digits on both sides.
- Targets are exact: "8", "0.25" where the decimals end, and "2/3" where they do not.

What conventions read differently is never written: 80 + 15%, 2^3^2, -2^2, 6/2(1+2), 5 3, 3 1/2.

Not covered: roots, functions, units, numbers in words, mixed numbers, implicit multiplication.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import Split, Task
from spoonbench.harness.tasks.drawing import Question, chance, draw_distinct, number_split
from spoonbench.harness.tasks.expressions.choices import choose, happens
from spoonbench.harness.tasks.expressions.families import (
    draw_decimals,
    draw_fractions,
    draw_large,
    draw_nested,
    draw_one,
    draw_percentages,
    draw_powers,
    draw_several,
    draw_shallow,
    draw_signs,
)
from spoonbench.harness.tasks.expressions.faults import FAULTS
from spoonbench.harness.tasks.expressions.writing import (
    draw_notation,
    exact_text,
    text_key,
    write,
)
from spoonbench.harness.tasks.options import generated_numbers, share

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.tasks.expressions.families import Draw

NAME = "expressions"
VERSION = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the task is made.

    Attributes:
        n_training: training problems.
        n_validation: validation problems.
        n_items: problems of each held-out split.
        largest: largest operand where numbers are not of a size of their own.
        malformed_share: share of malformed ones in training, validation and test.
        seed: of everything that is drawn.
    """

    n_training: int = 10_000
    n_validation: int = 500
    n_items: int = 1_000
    largest: int = 100
    malformed_share: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One split to draw.

    Attributes:
        name: of the split.
        summary: what it tests.
        families: what is drawn, with weights.
        malformed_share: None stands for the option of that name.
    """

    name: str
    summary: str
    families: Mapping[Draw, int]
    malformed_share: float | None = 0.0


_MIXTURE: dict[Draw, int] = {
    draw_one: 25,
    draw_several: 20,
    draw_shallow: 15,
    draw_signs: 8,
    draw_powers: 5,
    draw_fractions: 9,
    draw_decimals: 9,
    draw_percentages: 9,
}
_HELD_OUT = (
    _Plan(
        name="test",
        summary="New expressions like those of the training part, malformed ones among them.",
        families=_MIXTURE,
        malformed_share=None,
    ),
    _Plan(
        name="nested",
        summary="Parentheses 4 to 8 deep; in training, what has a value is at most 2 deep.",
        families={draw_nested: 1},
    ),
    _Plan(
        name="large-integers",
        summary="Whole numbers of 20 to 60 digits, which the training part does not have.",
        families={draw_large: 1},
    ),
    _Plan(name="fractions", summary="Fractions only.", families={draw_fractions: 1}),
    _Plan(name="decimals", summary="Decimals only.", families={draw_decimals: 1}),
    _Plan(name="percentages", summary="Percentages only.", families={draw_percentages: 1}),
    _Plan(
        name="signs",
        summary="Operands and parentheses with signs of their own only.",
        families={draw_signs: 1},
    ),
    _Plan(
        name="malformed",
        summary="Expressions spoiled so that they have no value: abstain.",
        families=_MIXTURE,
        malformed_share=1.0,
    ),
)
_VALIDATION = _Plan(
    name="validation", summary="To choose by.", families=_MIXTURE, malformed_share=None
)
_TRAINING = _Plan(name="train", summary="To learn from.", families=_MIXTURE, malformed_share=None)


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
            f"generated with seed {chosen.seed}: operands up to {chosen.largest}, "
            f"{chosen.malformed_share:.0%} malformed"
        ),
        options=asdict(chosen),
    )


def read_options(options: Mapping[str, object]) -> Options:
    """Check the options and fill in the defaults.

    Raises:
        BadTask: an option is unknown, no number, or out of range.
    """
    default = asdict(Options())
    whole = generated_numbers(NAME, options, list(default), largest=(10, 10**9))
    malformed = options.get("malformed_share", default["malformed_share"])
    return Options(**whole, malformed_share=share("malformed_share", malformed))


def _draw_split(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> Split:
    """Draw items whose expression is not in `taken`, and put them there."""
    drawn = draw_distinct(
        plan.name,
        _questions(plan, options),
        n_items,
        taken,
        key=text_key,
        advice="ask for fewer, or raise largest",
    )
    return number_split(NAME, plan.name, plan.summary, drawn)


def _questions(plan: _Plan, options: Options) -> Iterator[Question]:
    """Questions without end, some of them twice."""
    rng = chance(NAME, VERSION, plan.name, options.seed)
    malformed = options.malformed_share if plan.malformed_share is None else plan.malformed_share
    while True:
        if happens(rng, malformed):
            text = write(_spoiled(rng, plan, options), draw_notation(rng))
            yield Question(text=text, answer=None)
        else:
            tree = choose(rng, plan.families)(rng, options.largest)
            text = write(tree.tokens(), draw_notation(rng))
            yield Question(text=text, answer=exact_text(tree.value()))


def _spoiled(rng: random.Random, plan: _Plan, options: Options) -> list[str]:
    """Choose a fault, then draw expressions until it applies to one."""
    fault = rng.choice(FAULTS)
    while True:
        tokens = fault(rng, choose(rng, plan.families)(rng, options.largest))
        if tokens is not None:
            return tokens
