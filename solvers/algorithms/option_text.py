"""A line of text that names an option contract, read by a strict grammar.

    European call, spot 101.35, strike 95, 0.42 years, rate 3.1%, dividend yield 0.5%,
    volatility 24.1%: what is its price?

The clauses may stand in any order. Each of them is needed, but the dividend yield beside a forward
price, and what is no clause is refused: a number that was not read would be a wrong answer.

Not covered: dates, other words for the same, strategies; see `hybrid.options_desk`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.option_rows import Asked, NoOption, OptionRow

if TYPE_CHECKING:
    from spoonbench.solvers.api import Problem

_MOST_CHARACTERS = 1_000
_N = r"(-?[0-9]{1,15}(?:\.[0-9]{1,20})?)"
_CLAUSES = {
    "spot": re.compile(rf"spot {_N}"),
    "forward": re.compile(rf"forward {_N}"),
    "strike": re.compile(rf"strike {_N}"),
    "expiry": re.compile(rf"{_N} years?"),
    "rate": re.compile(rf"rate {_N}%"),
    "dividend yield": re.compile(rf"dividend yield {_N}%"),
    "volatility": re.compile(rf"volatility {_N}%"),
    "price": re.compile(rf"price {_N}"),
}
_OPTION = re.compile(r"(?:european )?(call|put)(?: option)?")
_IN_PERCENT = ("rate", "dividend yield", "volatility")
_QUESTIONS: dict[str, Asked] = {
    "what is its price?": "price",
    "what is its implied volatility?": "volatility",
}
_ABOVE_ZERO = ("spot", "forward", "strike", "expiry", "volatility", "price")


def read_option_text(problem: Problem) -> OptionRow:
    """The contract that a text names.

    Raises:
        NoOption: the text is of another form, names something twice or leaves something out.
    """
    if problem.kind != "number":
        raise NoOption(f"options are answered with a number, not a {problem.kind}")
    if len(problem.text) > _MOST_CHARACTERS:
        raise NoOption(f"more than {_MOST_CHARACTERS:,} characters are not read")
    told, _, question = problem.text.strip().lower().partition(":")
    asked = _QUESTIONS.get(question.strip())
    if asked is None:
        raise NoOption(f"the question must be one of: {', '.join(_QUESTIONS)}")
    first, *clauses = (clause.strip() for clause in told.split(","))
    match = _OPTION.fullmatch(first)
    if match is None:
        raise NoOption(f"{first!a:.40} names neither a call nor a put")
    return _assembled(match[1], _read_clauses(clauses), asked)


def _read_clauses(clauses: list[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    for clause in clauses:
        name, value = _read_clause(clause)
        if name in values:
            raise NoOption(f"{name} is named twice")
        values[name] = value
    return values


def _read_clause(clause: str) -> tuple[str, float]:
    for name, pattern in _CLAUSES.items():
        if match := pattern.fullmatch(clause):
            # Shifted as text: 24.1 / 100 is another double than 0.241 for some numbers.
            value = float(f"{match[1]}e-2" if name in _IN_PERCENT else match[1])
            if name in _ABOVE_ZERO and value <= 0:
                raise NoOption(f"{name} must be above zero")
            return name, value
    raise NoOption(f"{clause!a:.40} cannot be read")


def _assembled(option: str, values: dict[str, float], asked: Asked) -> OptionRow:
    given = "volatility" if asked == "price" else "price"
    underlying = "forward" if "forward" in values else "spot"
    needed = {underlying, "strike", "expiry", "rate", given}
    if underlying == "spot":
        needed.add("dividend yield")
    if missing := sorted(needed - set(values)):
        raise NoOption(f"the text does not say: {', '.join(missing)}")
    if further := sorted(set(values) - needed):
        raise NoOption(f"the text says too much: {', '.join(further)}")
    return OptionRow(
        option=option,
        underlying=underlying,
        underlying_price=values[underlying],
        strike=values["strike"],
        expiry=values["expiry"],
        rate=values["rate"],
        dividend_yield=values.get("dividend yield", 0.0),
        asked=asked,
        given=values[given],
    )
