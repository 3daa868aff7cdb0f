"""Equations drawn by chance: the solution first, then coefficients that lead to it.

So every answer is right by construction. What has no single answer is made so by construction
too: a multiple of one equation stands beside it, or contradicts it, or an unknown is asked for
that no equation holds.

Not covered: anything that is not linear, more than three unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.equations.writing import write_group, write_sum

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its answer; None: there is no single one."""

    text: str
    answer: Fraction | int | None


@dataclass(frozen=True, slots=True)
class Chance:
    """What is drawn from.

    Attributes:
        rng: seeded.
        largest: of coefficients; solutions lie between its negative and itself.
    """

    rng: random.Random
    largest: int

    def factor(self, least: int = 2) -> int:
        """A positive coefficient."""
        return self.rng.randint(least, max(self.largest, least + 1))

    def signed(self) -> int:
        """A coefficient other than 0."""
        return self.factor(1) * self.rng.choice((1, 1, -1))

    def solution(self) -> int:
        """A whole number."""
        return self.rng.randint(-self.largest, self.largest)

    def name(self) -> str:
        """Of an unknown."""
        return self.rng.choice("xxxyznamtw")


_ONE = (
    "Solve for {name}: {equation}",
    "{equation}. What is {name}?",
    "If {equation}, what is {name}?",
    "Find {name}: {equation}.",
    "{equation}, {name} = ?",
)
_SEVERAL = (
    "{equations}. What is {name}?",
    "If {equations}, what is {name}?",
    "Solve the system {equations} for {name}.",
    "Given that {equations}, find {name}.",
)


def one_side(chance: Chance) -> Asked:
    """One unknown, once."""
    name, x = chance.name(), chance.solution()
    a, b = chance.signed(), chance.signed()
    shape = chance.rng.choice(("plain", "turned", "group", "quotient", "taken away"))
    if shape == "plain":
        equation = f"{write_sum([a], [name], b)} = {a * x + b}"
    elif shape == "turned":
        equation = f"{a * x + b} = {write_sum([a], [name], b)}"
    elif shape == "group":
        equation = f"{write_group(a, name, b)} = {a * (x + b)}"
    elif shape == "quotient":
        n = abs(a) + 1
        equation = f"{write_sum([Fraction(1, n)], [name], b)} = {x + b}"
        x *= n
    else:
        equation = f"{b} - {write_sum([abs(a)], [name])} = {b - abs(a) * x}"
    return _ask_one(chance, name, equation, x)


def both_sides(chance: Chance) -> Asked:
    """One unknown on both sides, with parentheses."""
    name, x = chance.name(), chance.solution()
    a, c = _different(chance)
    b, d = chance.signed(), chance.signed()
    shape = chance.rng.choice(("sums", "groups", "both"))
    if shape == "sums":
        rest = a * x + b - c * x
        equation = f"{write_sum([a], [name], b)} = {write_sum([c], [name], rest)}"
    elif shape == "groups":
        rest = a * (x + b) - c * (x + d)
        equation = f"{write_group(a, name, b)} = {write_group(c, name, d)}{_tail(rest)}"
    else:
        rest = a * (x + b) - d - c * x
        left = f"{write_group(a, name, b)}{_tail(-d)}"
        equation = f"{left} = {write_sum([c], [name], rest)}"
    return _ask_one(chance, name, equation, x)


def fractions(chance: Chance) -> Asked:
    """One unknown whose value, or whose coefficient, is a fraction."""
    name, a, b = chance.name(), chance.factor(2), chance.signed()
    if chance.rng.random() < 0.5:
        c = chance.solution()
        equation = f"{write_sum([a], [name], b)} = {c}"
        return _ask_one(chance, name, equation, Fraction(c - b, a))
    x = chance.solution() * a
    coefficient = Fraction(chance.factor(1), a)
    value = coefficient * x + b
    return _ask_one(chance, name, f"{write_sum([coefficient], [name], b)} = {value}", x)


def system_of_two(chance: Chance) -> Asked:
    """Two equations in two unknowns."""
    return _system(chance, chance.rng.choice((("x", "y"), ("a", "b"), ("p", "q"), ("m", "n"))))


def system_of_three(chance: Chance) -> Asked:
    """Three equations in three unknowns."""
    return _system(chance, chance.rng.choice((("x", "y", "z"), ("a", "b", "c"), ("p", "q", "r"))))


def contradiction(chance: Chance) -> Asked:
    """The same multiple of the unknown on both sides, with different numbers: no solution."""
    name, a, b = chance.name(), chance.factor(1), chance.solution()
    other = b + chance.signed()
    equation = f"{write_sum([a], [name], b)} = {write_sum([a], [name], other)}"
    return _ask_one(chance, name, equation, None)


def identity(chance: Chance) -> Asked:
    """Both sides are the same: every number is a solution."""
    name, a, b = chance.name(), chance.factor(2), chance.signed()
    equation = f"{write_group(a, name, b)} = {write_sum([a], [name], a * b)}"
    return _ask_one(chance, name, equation, None)


def one_for_two(chance: Chance) -> Asked:
    """One equation, or one and its multiple, for two unknowns."""
    x, y = chance.solution(), chance.solution()
    a, b, times = chance.signed(), chance.signed(), chance.factor(2)
    first = f"{write_sum([a, b], ['x', 'y'])} = {a * x + b * y}"
    again = f"{write_sum([times * a, times * b], ['x', 'y'])} = {times * (a * x + b * y)}"
    equations = chance.rng.choice((first, f"{first} and {again}"))
    return _ask_several(chance, equations, chance.rng.choice("xy"), None)


def not_mentioned(chance: Chance) -> Asked:
    """An unknown is asked for that no equation holds."""
    x, a, b = chance.solution(), chance.factor(2), chance.signed()
    equation = f"{write_sum([a], ['x'], b)} = {a * x + b}"
    return _ask_several(chance, equation, chance.rng.choice("yzk"), None)


def _system(chance: Chance, names: Sequence[str]) -> Asked:
    values = [chance.solution() for _ in names]
    while True:
        rows = [[chance.signed() for _ in names] for _ in names]
        if _determinant(rows):
            break
    equations = [
        f"{write_sum(row, names)} = {sum(c * v for c, v in zip(row, values, strict=True))}"
        for row in rows
    ]
    place = chance.rng.randrange(len(names))
    listed = f"{', '.join(equations[:-1])} and {equations[-1]}"
    return _ask_several(chance, listed, names[place], values[place])


def _determinant(rows: Sequence[Sequence[int]]) -> int:
    if len(rows) == 1:
        return rows[0][0]
    minors = ([[*row[:i], *row[i + 1 :]] for row in rows[1:]] for i in range(len(rows)))
    signed = ((-1) ** i * rows[0][i] * _determinant(minor) for i, minor in enumerate(minors))
    return sum(signed)


def _different(chance: Chance) -> tuple[int, int]:
    """Two coefficients; equal ones would leave nothing, or everything, as a solution."""
    while True:
        one, other = chance.signed(), chance.signed()
        if one != other:
            return one, other


def _tail(rest: int) -> str:
    return "" if not rest else f" {'-' if rest < 0 else '+'} {abs(rest)}"


def _ask_one(chance: Chance, name: str, equation: str, answer: Fraction | int | None) -> Asked:
    text = chance.rng.choice(_ONE).format(name=name, equation=equation)
    return Asked(text=text, answer=answer)


def _ask_several(chance: Chance, equations: str, name: str, answer: int | None) -> Asked:
    text = chance.rng.choice(_SEVERAL).format(name=name, equations=equations)
    return Asked(text=text, answer=answer)


_IN_WORDS: Mapping[str, Callable[[int, int, int], int]] = {
    "A number plus {b} is {c}.": lambda x, a, b: x + b,
    "A number increased by {b} is {c}.": lambda x, a, b: x + b,
    "{b} more than a number is {c}.": lambda x, a, b: x + b,
    "The sum of a number and {b} is {c}.": lambda x, a, b: x + b,
    "A number minus {b} is {c}.": lambda x, a, b: x - b,
    "A number decreased by {b} is {c}.": lambda x, a, b: x - b,
    "{b} less than a number is {c}.": lambda x, a, b: x - b,
    "{a} times a number is {c}.": lambda x, a, b: a * x,
    "{a} times a number plus {b} is {c}.": lambda x, a, b: a * x + b,
    "{a} times a number minus {b} equals {c}.": lambda x, a, b: a * x - b,
    "{b} more than {a} times a number is {c}.": lambda x, a, b: a * x + b,
    "{b} less than {a} times a number is {c}.": lambda x, a, b: a * x - b,
    "Twice a number increased by {b} is {c}.": lambda x, a, b: 2 * x + b,
    "{b} plus twice a number equals {c}.": lambda x, a, b: 2 * x + b,
    "{a} times the sum of a number and {b} is {c}.": lambda x, a, b: a * (x + b),
    "If {b} is added to {a} times a number, the result is {c}.": lambda x, a, b: a * x + b,
    "If {b} is subtracted from a number, the result is {c}.": lambda x, a, b: x - b,
}
"""Sentence about one number x: what c is."""

_IN_OTHER_WORDS: Mapping[str, Callable[[int, int, int], int]] = {
    "I think of a number, add {b} and get {c}.": lambda x, a, b: x + b,
    "I think of a number, multiply it by {a} and add {b}. I get {c}.": lambda x, a, b: a * x + b,
    "When {a} times a number is reduced by {b}, {c} is left.": lambda x, a, b: a * x - b,
    "{c} is {b} greater than {a} times a number.": lambda x, a, b: a * x + b,
    "{c} is the result when a number is multiplied by {a}.": lambda x, a, b: a * x,
    "Adding {b} to the double of a number gives {c}.": lambda x, a, b: 2 * x + b,
    "Take away {b} from {a} times a number and {c} remains.": lambda x, a, b: a * x - b,
}

_ASK_NUMBER = ("What is the number?", "Find the number.")
_TWO_NUMBERS = (
    "The sum of two numbers is {total} and their difference is {difference}.",
    "Two numbers add up to {total}, and one is {difference} more than the other.",
    "Two numbers have the sum {total} and the difference {difference}.",
)
_MULTIPLE = "One number is {times} times another, and their sum is {total}."
_ASK_LARGER = ("What is the larger number?", "Find the larger number.")
_ASK_SMALLER = ("What is the smaller number?", "Find the smaller number.")


def in_words(chance: Chance) -> Asked:
    """One number, told in a sentence."""
    return _told(chance, _IN_WORDS)


def in_other_words(chance: Chance) -> Asked:
    """The same in sentences that the training part does not have."""
    return _told(chance, _IN_OTHER_WORDS)


def two_numbers(chance: Chance) -> Asked:
    """Two numbers told in a sentence, of which the larger or the smaller is asked for."""
    smaller = chance.factor(1)
    ask_larger = chance.rng.random() < 0.5
    if chance.rng.random() < 0.25:
        times = chance.factor(2)
        larger = times * smaller
        text = _MULTIPLE.format(times=times, total=smaller + larger)
    else:
        larger = smaller + chance.factor(1)
        sentence = chance.rng.choice(_TWO_NUMBERS)
        text = sentence.format(total=smaller + larger, difference=larger - smaller)
    question = chance.rng.choice(_ASK_LARGER if ask_larger else _ASK_SMALLER)
    return Asked(text=f"{text} {question}", answer=larger if ask_larger else smaller)


def _told(chance: Chance, sentences: Mapping[str, Callable[[int, int, int], int]]) -> Asked:
    sentence = chance.rng.choice(list(sentences))
    x, a, b = chance.factor(1), chance.factor(2), chance.factor(1)
    text = sentence.format(a=a, b=b, c=sentences[sentence](x, a, b))
    return Asked(text=f"{text} {chance.rng.choice(_ASK_NUMBER)}", answer=x)
