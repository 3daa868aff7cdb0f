"""A small space of exact programs over the numbers of a text, and the search for the right one.

A program says which numbers of a text are combined, and how: "n0+n1" adds the first two. Learning
contestants classify the text into a program and leave the arithmetic to `evaluate`: it is exact.

Not covered: constants that are not in the text, numbers after the first four (but for "sum"),
more than one operation of each kind in a program beyond the listed forms.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.numerals import find_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ABSTAIN = "abstain"
"""The program of a problem that cannot be answered."""

INEXPRESSIBLE = "inexpressible"
"""Stands for the problems of a training part whose answer no program gives."""

SUM = "sum"
"""The program that adds all numbers of a text."""

MAX_OPERANDS = 4
"""Programs name the first four numbers of a text."""

MAX_SUMMANDS = 16
"""The program "sum" adds at most so many numbers: unlike denominators make long sums slow."""

DECIMAL_TOLERANCE = Fraction(1, 1000)
"""Relative tolerance for a training target that is not whole: such targets are often rounded."""

_FLOATS_UP_TO = 10**6
"""Numbers up to here are searched in floating point first, which is about ten times quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedText:
    """A text with its numbers taken out.

    Attributes:
        masked: the text, each number replaced by "num0", "num1", ... and from "numx" on after the
            first four.
        numbers: their exact values, in order.
    """

    masked: str
    numbers: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A shape of programs: how many operands, which of them may change places, and what it does.

    Attributes:
        template: the name, with {0}, {1}, ... for operands.
        alike: so many first operands may change places without changing the result.
        apply: the operation; exact on fractions, quick on floats.
    """

    template: str
    arity: int
    apply: Callable[..., Any]
    alike: int = 1


_FORMS = (
    _Form(template="{0}", arity=1, apply=lambda a: a),
    _Form(template="{0}+{1}", arity=2, alike=2, apply=lambda a, b: a + b),
    _Form(template="{0}-{1}", arity=2, apply=lambda a, b: a - b),
    _Form(template="{0}*{1}", arity=2, alike=2, apply=lambda a, b: a * b),
    _Form(template="{0}/{1}", arity=2, apply=lambda a, b: a / b),
    _Form(template=SUM, arity=0, apply=lambda *numbers: sum(numbers)),
    _Form(template="{0}+{1}+{2}", arity=3, alike=3, apply=lambda a, b, c: a + b + c),
    _Form(template="{0}+{1}-{2}", arity=3, alike=2, apply=lambda a, b, c: a + b - c),
    _Form(template="{2}-{0}-{1}", arity=3, alike=2, apply=lambda a, b, c: c - a - b),
    _Form(template="{0}*{1}+{2}", arity=3, alike=2, apply=lambda a, b, c: a * b + c),
    _Form(template="{0}*{1}-{2}", arity=3, alike=2, apply=lambda a, b, c: a * b - c),
    _Form(template="{2}-{0}*{1}", arity=3, alike=2, apply=lambda a, b, c: c - a * b),
    _Form(template="({0}+{1})*{2}", arity=3, alike=2, apply=lambda a, b, c: (a + b) * c),
    _Form(template="({0}-{1})*{2}", arity=3, apply=lambda a, b, c: (a - b) * c),
    _Form(template="({0}+{1})/{2}", arity=3, alike=2, apply=lambda a, b, c: (a + b) / c),
    _Form(template="({0}-{1})/{2}", arity=3, apply=lambda a, b, c: (a - b) / c),
    _Form(template="{0}*{1}*{2}", arity=3, alike=3, apply=lambda a, b, c: a * b * c),
    _Form(template="{0}*{1}/{2}", arity=3, alike=2, apply=lambda a, b, c: a * b / c),
    _Form(template="{0}/{1}+{2}", arity=3, apply=lambda a, b, c: a / b + c),
    _Form(template="{0}/{1}-{2}", arity=3, apply=lambda a, b, c: a / b - c),
    _Form(template="{2}-{0}/{1}", arity=3, apply=lambda a, b, c: c - a / b),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """A form with its operands: indices of numbers in the text, none for all of them."""

    name: str
    operands: tuple[int, ...]
    apply: Callable[..., Any]

    def run(self, numbers: Sequence[Any]) -> Any:
        return self.apply(*([numbers[index] for index in self.operands] or numbers))


def masked_text(text: str) -> NumberedText:
    """Take the numbers out of a text, in time linear in its length.

    >>> masked_text("Ann had 5 pears and ate two").masked
    'Ann had  num0  pears and ate  num1 '
    """
    found = find_numbers(text)
    pieces, end = [], 0
    for index, number in enumerate(found):
        name = f"num{index}" if index < MAX_OPERANDS else "numx"
        pieces += [text[end : number.start], f" {name} "]
        end = number.end
    return NumberedText(
        masked="".join([*pieces, text[end:]]), numbers=tuple(number.value for number in found)
    )


def evaluate(name: str, numbers: Sequence[Fraction]) -> Fraction | None:
    """Run a program.

    Args:
        name: of the program.
        numbers: of the text, in order.

    Returns:
        The exact result; None for "abstain" and "inexpressible", and where the program needs a
        number that is not there, divides by zero or would add too many numbers.

    Raises:
        KeyError: there is no such program.

    >>> evaluate("n0-n1", [Fraction(5), Fraction(2)])
    Fraction(3, 1)
    """
    if name in (ABSTAIN, INEXPRESSIBLE):
        return None
    program = _programs()[name]
    if max(program.operands, default=1) >= len(numbers):
        return None
    if name == SUM and len(numbers) > MAX_SUMMANDS:
        return None
    try:
        result: Fraction = program.run(numbers)
    except ZeroDivisionError:
        return None
    return result


def program_names() -> tuple[str, ...]:
    """All programs, the simplest first."""
    return (ABSTAIN, *_programs())


def programs_giving(target: Fraction | None, numbers: Sequence[Fraction]) -> tuple[str, ...]:
    """The programs that give this answer, the simplest first.

    Args:
        target: the answer; None for a problem that cannot be answered.
        numbers: of the text, in order.

    Returns:
        Names; empty where no program gives the answer. A whole target must be met exactly, any
        other within `DECIMAL_TOLERANCE`.
    """
    if target is None:
        return (ABSTAIN,)
    return tuple(
        name for name in _likely(target, numbers) if _is_met(evaluate(name, numbers), target)
    )


def label_of(
    numbers: Sequence[Fraction], target: Fraction | None, frequency: Mapping[str, float]
) -> str | None:
    """The program for one training problem.

    Args:
        numbers: of the text, in order.
        target: the answer; None for a problem that cannot be answered.
        frequency: how often each program explains a problem of the training part.

    Returns:
        Of the programs that give the answer, the most frequent one, the simplest among equals;
        None where no program gives it.
    """
    return _most_frequent(programs_giving(target, numbers), frequency)


def label_programs(
    numbers: Sequence[Sequence[Fraction]], targets: Sequence[Fraction | None]
) -> list[str | None]:
    """The programs of a training part.

    "5 and 3 give 8" is met by "n0+n1" as well as by "sum". The first pass counts every program that
    explains a problem, problems with few explanations counting more; the second takes for each
    problem the program that explains most.

    Args:
        numbers: shape (n,), of each text, in order.
        targets: shape (n,).

    Returns:
        shape (n,), names; None where no program gives the answer.
    """
    choices = [programs_giving(t, n) for n, t in zip(numbers, targets, strict=True)]
    frequency: Counter[str] = Counter()
    for names in choices:
        frequency.update(dict.fromkeys(names, 1 / len(names)) if names else {})
    return [_most_frequent(names, frequency) for names in choices]


def _most_frequent(names: Sequence[str], frequency: Mapping[str, float]) -> str | None:
    # max keeps the first of equals, and the names come simplest first.
    return max(names, key=lambda name: frequency.get(name, 0.0), default=None)


def _likely(target: Fraction, numbers: Sequence[Fraction]) -> list[str]:
    """All programs that may give the answer, found in floating point where that is safe."""
    programs = _programs_over(min(len(numbers), MAX_OPERANDS))
    if any(abs(value) > _FLOATS_UP_TO for value in (target, *numbers)):
        return [program.name for program in programs]
    wanted, values = float(target), [float(value) for value in numbers]
    # Twice what `_is_met` allows, and room for rounding: too many are no harm here.
    allowed = 2 * float(DECIMAL_TOLERANCE) * (abs(wanted) if target.denominator > 1 else 1)
    return [p.name for p in programs if _float_distance(p, values, wanted) <= allowed]


def _float_distance(program: _Program, values: Sequence[float], wanted: float) -> float:
    try:
        return abs(float(program.run(values)) - wanted)
    except ZeroDivisionError:
        return math.inf


def _is_met(value: Fraction | None, target: Fraction) -> bool:
    if value is None:
        return False
    allowed = 0 if target.denominator == 1 else DECIMAL_TOLERANCE * abs(target)
    return abs(value - target) <= allowed


@cache
def _programs() -> dict[str, _Program]:
    named = [_program(form, operands) for form in _FORMS for operands in _choices(form)]
    return {program.name: program for program in named}


def _program(form: _Form, operands: tuple[int, ...]) -> _Program:
    name = form.template.format(*(f"n{index}" for index in operands))
    return _Program(name=name, operands=operands, apply=form.apply)


def _choices(form: _Form) -> Iterator[tuple[int, ...]]:
    """Operands in every order that makes a difference."""
    for operands in permutations(range(MAX_OPERANDS), form.arity):
        alike = operands[: form.alike]
        if alike == tuple(sorted(alike)):
            yield operands


@cache
def _programs_over(n_numbers: int) -> tuple[_Program, ...]:
    """The programs that need no more than the first `n_numbers` numbers."""
    return tuple(p for p in _programs().values() if max(p.operands, default=1) < n_numbers)
