"""Level 2: European options by the formula, from a row of a table or from a line of text.

The formula is `spoonbench.solvers.algorithms.black_scholes`, in its fast mode. A problem that is
asked alone is answered without arrays; the digits in which the two ways differ are not written.

Not covered: American exercise, dividends on dates; texts of other forms than `option_text` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Answer, Guarantee, SolverInfo
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.learning import abstained, check_settings, failed
from spoonbench.solvers.option_rows import NoOption, OptionRow, read_option, write_float

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.api import Problem, Settings, Size

_PACKAGE = "spoonbench.solvers.algorithms"
_FORMULA = tuple(
    f"{_PACKAGE}.black_scholes.{name}"
    for name in (
        "contracts",
        "fast",
        "fast_implied",
        "formula",
        "implied",
        "kernel",
        "normalised",
        "results",
        "root_finding",
        "scalar",
        "series",
        "tails",
    )
)
_SPLITS = (
    "test",
    "out-of-the-money",
    "higher-volatility",
    "lower-volatility",
    "longer",
    "shorter",
    "larger-prices",
    "negative-rates",
)
_COVERS = tuple(f"option-pricing@1/{split}" for split in _SPLITS)
_SOURCE = "tests/solvers/algorithms/test_option_formula.py"
_PAPERS = "Black and Scholes 1973, Merton 1973, Black 1976; Jäckel 2015, Let's Be Rational"

_DIGITS = 10
"""Written ones: fewer than a double has, so that an answer does not hang on the batch."""


class BlackScholesSolver:
    """Computes the price or the implied volatility of the contract in a row."""

    info = SolverInfo(
        name="black-scholes",
        version="1",
        level=2,
        summary="The closed formula for European options, and its inverse.",
        kinds=("number",),
        payload="row",
        guarantee=Guarantee(
            kind="tested",
            domain="rows with a European call or put on a spot or a forward price, whose price a "
            "double can hold",
            covers=_COVERS,
            source=_SOURCE,
        ),
        requires=("numpy", "scipy"),
        source=_PAPERS,
        modules=(f"{_PACKAGE}.option_formula", "spoonbench.solvers.option_rows", *_FORMULA),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings and import the formula."""
        check_settings(self.info, settings, {})
        _import_formula()

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every contract; what is none fails, what has no price is abstained from."""
        return _solve(problems, read_option)

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


class BlackScholesTextSolver:
    """Reads the contract from a line of text, then computes as `BlackScholesSolver` does."""

    info = SolverInfo(
        name="black-scholes-text",
        version="1",
        level=2,
        summary="Reads the contract from the text by a strict grammar, then uses the formula.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain="sentences that name option, underlying, strike, years, rate, dividend yield "
            "of a spot, and volatility or price, each once and nothing else",
            covers=_COVERS,
            source=_SOURCE,
        ),
        requires=("numpy", "scipy"),
        source=_PAPERS,
        modules=(
            f"{_PACKAGE}.option_formula",
            f"{_PACKAGE}.option_text",
            "spoonbench.solvers.option_rows",
            *_FORMULA,
        ),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings and import the formula."""
        check_settings(self.info, settings, {})
        _import_formula()

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every contract that can be read whole; abstain from the others, with a reason."""
        from spoonbench.solvers.algorithms.option_text import read_option_text

        return _solve(problems, read_option_text)

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


def _import_formula() -> None:
    """One answer from arrays, so that SciPy is there before the first one that counts."""
    from spoonbench.solvers.algorithms.black_scholes import implied_volatility, price

    contract: dict[str, Any] = {"strike": [90.0, 110.0], "forward": 100.0, "expiry": 0.5, "rate": 0}
    value = price(option="call", volatility=0.2, **contract).price
    implied_volatility(option="call", price=value, **contract)


def _solve(problems: Sequence[Problem], read: Callable[[Problem], OptionRow]) -> list[Answer]:
    answers: dict[int, Answer] = {}
    groups: dict[tuple[str, str], dict[int, OptionRow]] = {}
    for place, problem in enumerate(problems):
        try:
            option = read(problem)
        except NoOption as reason:
            is_row = problem.row is not None and read is read_option
            answers[place] = (failed if is_row else abstained)(str(reason))
        else:
            groups.setdefault((option.underlying, option.asked), {})[place] = option
    for (underlying, asked), options in groups.items():
        values = _compute(underlying, asked, list(options.values()))
        answers |= dict(zip(options, map(_answer, *values), strict=True))
    return [answers[place] for place in range(len(problems))]


def _compute(underlying: str, asked: str, options: Sequence[OptionRow]) -> tuple[Any, Any]:
    """Values and statuses of contracts of one kind."""
    import numpy as np

    from spoonbench.solvers.algorithms.black_scholes import implied_volatility, price

    inputs: dict[str, Any] = {
        "option": [option.option for option in options],
        underlying: [option.underlying_price for option in options],
        **{
            name: [getattr(option, name) for option in options]
            for name in ("strike", "expiry", "rate")
        },
    }
    if underlying == "spot":
        inputs["dividend_yield"] = [option.dividend_yield for option in options]
    inputs["volatility" if asked == "price" else "price"] = [option.given for option in options]
    if len(options) == 1:
        inputs = {name: values[0] for name, values in inputs.items()}
    if asked == "price":
        priced = price(**inputs)
        return np.atleast_1d(priced.price), np.atleast_1d(priced.status)
    implied = implied_volatility(**inputs)
    return np.atleast_1d(implied.volatility), np.atleast_1d(implied.status)


def _answer(value: float, status: int) -> Answer:
    from spoonbench.solvers.algorithms.black_scholes import Status

    if status != Status.OK:
        reason = Status(int(status)).name.lower().replace("_", " ")
        return abstained(f"the formula has no answer: {reason}")
    return Answer(status="answered", value=write_float(float(value), _DIGITS), confidence=1.0)
