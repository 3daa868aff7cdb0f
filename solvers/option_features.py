"""What a learner is given of an option contract, and in which form it learns the answer.

Two ways. "raw" gives the columns as they are and asks for the answer as it is. "normalised" gives
what practitioners give: the logarithm of the forward price over the strike, the volatility times
the root of the expiry, and prices in units of the discounted strike (R. C. Merton 1973: the price
scales with spot and strike together); what is learned is a logarithm, since errors are judged
relatively. All but the formula itself is then known to the learner: carry, discounting, scale.

Imported by implementation modules only, because it needs NumPy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from spoonbench.solvers.learning import abstained, failed, number_targets
from spoonbench.solvers.option_rows import NUMBERS, NoOption, read_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.api import Answer, Example, Problem
    from spoonbench.solvers.option_rows import Asked, OptionRow

    Array = NDArray[np.float64]

Form = Literal["raw", "normalised"]

SIGNIFICANT_DIGITS = 6
"""Of a learned answer."""

_MOST_LOG = 300.0
"""Of moneyness, discount and learned logarithms: beyond e to this, products are no doubles."""
_MOST_SPREAD = 1e100
_LEAST_TIME_VALUE = 1e-12
"""Of the strike."""


class OptionFeatures:
    """Features of contracts that all ask for the same quantity.

    Attributes:
        form: "raw" or "normalised".
        asked: "price" or "volatility".
    """

    def __init__(self, form: Form, asked: Asked) -> None:
        self.form = form
        self.asked = asked

    def refuse(self, problem: Problem) -> Answer | None:
        """The answer to a problem that is no contract of this kind, else None."""
        try:
            option = read_option(problem)
        except NoOption as reason:
            return failed(str(reason))
        if option.asked != self.asked:
            return abstained(f"learned to find the {self.asked}, not the {option.asked}")
        return None if self.form == "raw" else _refuse_unreadable(option)

    def features(self, problems: Sequence[Problem]) -> Array:
        """Shape (n, n_features); none of the problems refused."""
        options = [read_option(problem) for problem in problems]
        return _raw(options) if self.form == "raw" else self._normalised(options)

    def targets(self, problems: Sequence[Problem], answers: Array) -> Array:
        """What is learned, shape (n,), from the answers, shape (n,), all above zero."""
        return answers if self.form == "raw" else np.log(answers / self._units(problems))

    def answers(self, problems: Sequence[Problem], learned: Array) -> Array:
        """The answers, shape (n,), from what a model says of them, shape (n,)."""
        if self.form == "raw":
            return learned
        return np.exp(np.clip(learned, -_MOST_LOG, _MOST_LOG)) * self._units(problems)

    def _units(self, problems: Sequence[Problem]) -> Array:
        options = [read_option(problem) for problem in problems]
        if self.asked == "volatility":
            return 1 / np.sqrt(_column(options, "expiry"))
        return _column(options, "strike") * _discounts(options)

    def _normalised(self, options: Sequence[OptionRow]) -> Array:
        sign, moneyness = _signs(options), _moneyness(options)
        if self.asked == "price":
            spread = _column(options, "given") * np.sqrt(_column(options, "expiry"))
            last = [spread, np.log(spread), moneyness / spread]
        else:
            price = _column(options, "given") / _column(options, "strike") / _discounts(options)
            time_value = price - np.maximum(sign * np.expm1(moneyness), 0)
            last = [np.log(price), np.log(time_value), np.abs(moneyness)]
        return np.column_stack([sign, moneyness, sign * moneyness, *last])


def _refuse_unreadable(option: OptionRow) -> Answer | None:
    """Refuse what has no normalised features: beyond doubles, or without time value."""
    growth = option.rate - option.dividend_yield if option.underlying == "spot" else 0.0
    carried, discounted = growth * option.expiry, option.rate * option.expiry
    moneyness = math.log(option.underlying_price) - math.log(option.strike) + carried
    if not max(abs(moneyness), abs(discounted)) < _MOST_LOG:
        return abstained("its forward price or its discount is beyond all that was learned from")
    if option.asked == "price":
        spread = option.given * math.sqrt(option.expiry)
        if not 1 / _MOST_SPREAD < spread < _MOST_SPREAD:
            return abstained("its volatility or time is beyond all that was learned from")
        return None
    price = option.given / option.strike * math.exp(discounted)
    sign = 1.0 if option.option == "call" else -1.0
    # Above what rounding leaves of no time value.
    least = max(sign * math.expm1(moneyness), 0.0) + _LEAST_TIME_VALUE * (1 + abs(moneyness))
    if not least < price < math.inf:
        return abstained("a price without time value has no volatility to be found")
    return None


def priced_examples(
    features: OptionFeatures, examples: Sequence[Example]
) -> tuple[list[Problem], Array]:
    """The contracts that can be learned from, and their answers, shape (n,).

    Raises:
        ValueError: an answer is no number or not above zero, or none is left.
    """
    kept = [e for e in examples if e.target is not None and features.refuse(e.problem) is None]
    targets = number_targets(kept)
    answers = np.array([float(target) for target in targets if target is not None])
    if not kept or not (answers > 0).all():
        raise ValueError("options are learned from answers above zero, of which there are too few")
    return [example.problem for example in kept], answers


def asked_by(examples: Sequence[Example]) -> Asked:
    """What all examples ask for.

    Raises:
        ValueError: one of them is no contract, or they ask for different things.
    """
    asked: set[Asked] = set()
    for example in examples:
        try:
            asked.add(read_option(example.problem).asked)
        except NoOption as reason:
            raise ValueError(f"problem {example.problem.problem_id!r}: {reason}") from reason
    if len(asked) > 1:
        raise ValueError("some examples ask for a price, others for a volatility")
    return asked.pop()


def _raw(options: Sequence[OptionRow]) -> Array:
    is_forward = np.array([option.underlying == "forward" for option in options], dtype=float)
    columns = [_column(options, name) for name in (*NUMBERS, "given")]
    return np.column_stack([_signs(options), is_forward, *columns])


def _column(options: Sequence[OptionRow], name: str) -> Array:
    return np.array([getattr(option, name) for option in options], dtype=np.float64)


def _signs(options: Sequence[OptionRow]) -> Array:
    return np.array([1.0 if option.option == "call" else -1.0 for option in options])


def _discounts(options: Sequence[OptionRow]) -> Array:
    return np.exp(-_column(options, "rate") * _column(options, "expiry"))


def _moneyness(options: Sequence[OptionRow]) -> Array:
    """Logarithm of the forward price over the strike."""
    is_spot = np.array([option.underlying == "spot" for option in options])
    growth = _column(options, "rate") - _column(options, "dividend_yield")
    carried = np.where(is_spot, growth * _column(options, "expiry"), 0.0)
    return np.log(_column(options, "underlying_price") / _column(options, "strike")) + carried
