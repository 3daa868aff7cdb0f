"""The task `option-pricing`: European options to be priced, or their volatility to be found.

Contracts are drawn at random, half of them puts, a quarter on a forward price instead of a spot.
Each is a row of a table, and one line of text that says the same. Only contracts are drawn whose
time value is at least a tenth of a percent of the strike: a percent of nothing says nothing, and no
volatility can be read from what has no time value.

The first held-out split is like the training part. Each of the others leaves its ranges in one
direction, and keeps to them in all others.

Targets come from numbers of 40 digits. Held-out ones have 15 digits. Those to learn from have 5,
because a model that writes its answer must write each digit, and more say nothing within 1%.
An answer is right within `tolerance`, relative to the target, 1% unless asked otherwise: of an
option worth 8, that is eight cents, and of a volatility of 24%, a quarter of a point.

With `quantity=implied-volatility` the price is given, to 6 digits, and the volatility asked for:
the one that gives this very price in held-out splits, the one that was drawn in the training part.

Not covered: American exercise, dividends on dates, prices of a market.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, get_args

from spoonbench.harness.tasks.api import BadTask, Split, Task
from spoonbench.harness.tasks.drawing import chance, draw_distinct, number_split
from spoonbench.harness.tasks.option_pricing.contracts import (
    Contract,
    Quantity,
    Ranges,
    draw_contract,
    row_of,
    text_of,
)
from spoonbench.harness.tasks.option_pricing.oracle import implied_volatility, worth, written
from spoonbench.harness.tasks.options import generated_numbers, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.solvers.api import Row

NAME = "option-pricing"
VERSION = "1"

LEAST_TIME_VALUE = 0.001
"""Of the strike."""

_LEARNED_DIGITS, _GIVEN_DIGITS, _HELD_OUT_DIGITS = 5, 6, 15
_QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the task is made.

    Attributes:
        n_training: training problems.
        n_validation: validation problems.
        n_items: problems of each held-out split.
        quantity: what is asked for: "price" or "implied-volatility".
        tolerance: of a right answer, relative.
        seed: of everything that is drawn.
    """

    n_training: int = 10_000
    n_validation: int = 500
    n_items: int = 500
    quantity: Quantity = "price"
    tolerance: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One split to draw."""

    name: str
    summary: str
    ranges: Ranges = field(default_factory=Ranges)
    digits: int = _HELD_OUT_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A contract with what is asked of it."""

    text: str
    answer: str
    row: Row


_HELD_OUT = (
    _Plan(
        name="test",
        summary="New contracts like those of the training part: underlying 50 to 150, strike up to "
        "a quarter away, 0.05 to 1.5 years, rate 0% to 6%, volatility 10% to 45%.",
    ),
    _Plan(
        name="out-of-the-money",
        summary="Strikes 25% to 60% out of the money.",
        ranges=Ranges(outward=(1.25, 1.6)),
    ),
    _Plan(
        name="higher-volatility",
        summary="Volatility 50% to 120%.",
        ranges=Ranges(volatility=(500, 1_200)),
    ),
    _Plan(
        name="lower-volatility",
        summary="Volatility 3% to 9%.",
        ranges=Ranges(volatility=(30, 90)),
    ),
    _Plan(
        name="longer",
        summary="2 to 10 years to expiry.",
        ranges=Ranges(expiry=(2_000, 10_000)),
    ),
    _Plan(
        name="shorter",
        summary="A day and a half to two weeks to expiry.",
        ranges=Ranges(expiry=(4, 40), expiry_step=1),
    ),
    _Plan(
        name="larger-prices",
        summary="Underlying 2,000 to 8,000: prices scale with it, and nothing else changes.",
        ranges=Ranges(cents=(200_000, 800_000), strike_steps=0.2),
    ),
    _Plan(
        name="negative-rates",
        summary="Rate -3% to -0.1%.",
        ranges=Ranges(rate=(-30, -1)),
    ),
)
_VALIDATION = _Plan(name="validation", summary="To choose by.", digits=_LEARNED_DIGITS)
_TRAINING = _Plan(name="train", summary="To learn from.", digits=_LEARNED_DIGITS)


def make(options: Mapping[str, object]) -> Task:
    """Generate the task; the same options give the same items on every platform.

    Args:
        options: `quantity` ("price" or "implied-volatility"), `n_training` (10,000),
            `n_validation` (500), `n_items` (500, of each held-out split), `tolerance` (0.01,
            relative) and `seed` (0), as numbers or as text.

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
        payload="row",
        training=training,
        validation=validation,
        splits=tuple(held_out),
        tolerance=chosen.tolerance,
        source=(
            f"European contracts generated with seed {chosen.seed}, the {chosen.quantity} asked "
            f"for, right within {chosen.tolerance:.3g} of it; Black 1976 in 40 digits"
        ),
        options=asdict(chosen),
    )


def read_options(options: Mapping[str, object]) -> Options:
    """Check the options and fill in the defaults.

    Raises:
        BadTask: an option is unknown, no number, or out of range.
    """
    default = asdict(Options())
    whole = generated_numbers(NAME, options, list(default))
    asked = options.get("quantity", default["quantity"])
    if asked not in _QUANTITIES:
        raise BadTask(f"quantity must be {' or '.join(_QUANTITIES)}, got {ascii(asked)[:60]}")
    quantity = next(known for known in _QUANTITIES if known == asked)
    tolerance = share("tolerance", options.get("tolerance", default["tolerance"]))
    return Options(**whole, quantity=quantity, tolerance=tolerance)


def _draw_split(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> Split:
    """Draw items whose text is not in `taken`, and put it there."""
    drawn = draw_distinct(
        plan.name,
        _questions(plan, options),
        n_items,
        taken,
        key=lambda text: text,
        advice="ask for fewer",
    )
    return number_split(NAME, plan.name, plan.summary, drawn, lambda one: one.row)


def _questions(plan: _Plan, options: Options) -> Iterator[_Question]:
    """Questions without end, some of them twice."""
    rng = chance(NAME, VERSION, plan.name, options.seed)
    while True:
        contract = draw_contract(rng, plan.ranges)
        value = worth(contract)
        if value.time_value < LEAST_TIME_VALUE * contract.strike:
            continue
        question = _question(plan, options, contract, value.price)
        # Whole targets would have to be met exactly, whatever the tolerance.
        if plan.digits < _HELD_OUT_DIGITS or float(question.answer) % 1:
            yield question


def _question(plan: _Plan, options: Options, contract: Contract, price: object) -> _Question:
    if options.quantity == "price":
        given, answer = None, written(price, plan.digits)
    else:
        given = written(price, _GIVEN_DIGITS)
        is_held_out = plan.digits == _HELD_OUT_DIGITS
        answer = (
            written(implied_volatility(contract, given), plan.digits)
            if is_held_out
            else f"{contract.volatility:g}"
        )
    return _Question(text=text_of(contract, given), answer=answer, row=row_of(contract, given))
