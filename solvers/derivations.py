"""Checks that an explanation derives its answer: every step recomputed with exact fractions.

A formula is made of names, whole or decimal constants, + - * / and parentheses. It is computed by
a stack machine of its own, so a text that is no formula is refused and nothing is ever executed.

Not covered: whether the facts were read rightly, and whether the rules are the right ones. That an
explanation holds says that its answer follows from its facts, not that the facts are true.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from spoonbench.solvers.explanations import DerivationStep, Explanation, Fact

USED = "used"
"""What `Fact.use` says of a fact that plays a part."""

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
_OPERATORS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
# Possessive quantifiers never give characters back, which keeps each match linear.
_NAME = r"[A-Za-z_][A-Za-z_0-9]*+"
_PIECE = re.compile(
    rf" *+(?:(?P<name>{_NAME})|(?P<number>[0-9]++(?:\.[0-9]++)?+)|(?P<mark>[-+*/()]))"
)
_VALUE = re.compile(r"-?[0-9]++(?:\.[0-9]++|/[0-9]++)?+")
_NAME_ONLY = re.compile(_NAME)
_SPACES_AND_PARENTHESES = str.maketrans("", "", " ()")
_LETTERS_OR_DIGITS = re.compile(r"[^\W_]++")


class Underived(ValueError):
    """An explanation does not derive its answer; the message says where it breaks."""


def check(explanation: Explanation) -> None:
    """Confirm that an answer follows from the facts that its explanation says it used.

    Every step must come to the value it states, from facts that have a value and from earlier
    steps; every step must lead to the last one; the last one must be the answer; and the facts
    that the last step rests on must be those marked as used, at least one.

    An explanation of no answer may hold steps, for example of a reading that was turned down:
    they must compute, and that is all.

    Raises:
        Underived: it does not follow; the message says where.
    """
    facts = {fact.name: fact for fact in explanation.facts}
    if len(facts) != len(explanation.facts):
        raise Underived("two facts have the same name")
    behind = _check_steps(explanation.steps, facts)
    answer = explanation.answer
    if answer.status != "answered":
        if answer.value is not None:
            raise Underived(f"{answer.status}, and yet with the value {answer.value}")
        return
    if not explanation.steps:
        raise Underived("answered without a step")
    last = explanation.steps[-1]
    if answer.value is None or read_value(answer.value) != read_value(last.value):
        raise Underived(f"the answer {answer.value} is not what {last.name} comes to: {last.value}")
    reached = _reached(last.name, behind)
    if idle := [step.name for step in explanation.steps if step.name not in reached]:
        raise Underived(f"step {idle[0]} leads nowhere")
    _check_uses(explanation.facts, reached)


def check_words(explanation: Explanation, text: str) -> None:
    """Confirm that the words of every fact stand in the text it is said to be read from.

    Letters and digits are compared whatever their case and width; marks are left aside.

    Raises:
        Underived: a word of a fact is not in the text.
    """
    plain = _plain(text)
    for fact in explanation.facts:
        for word in _LETTERS_OR_DIGITS.findall(_plain(fact.text)):
            if word not in plain:
                raise Underived(f"{word!r} of fact {fact.name} is not in the text")


def compute(formula: str, values: Mapping[str, Fraction]) -> Fraction:
    """The exact value of a formula.

    >>> compute("(a + b) / 4", {"a": Fraction(5), "b": Fraction(2)})
    Fraction(7, 4)

    Args:
        formula: names, constants, + - * / and parentheses; no sign before a number.
        values: name to value.

    Raises:
        Underived: it is no formula, a name has no value, or it divides by zero.
    """
    machine = _Machine(formula)
    for piece, kind in _pieces(formula):
        if kind == "name":
            if piece not in values:
                raise Underived(f"{piece!r} in {formula!r} is no fact with a value or earlier step")
            machine.put(values[piece])
        elif kind == "number":
            machine.put(read_value(piece))
        else:
            machine.mark(piece)
    return machine.finish()


def names_in(formula: str) -> list[str]:
    """The names in a formula, in order, each as often as it stands there.

    Raises:
        Underived: it is no formula.
    """
    return [piece for piece, kind in _pieces(formula) if kind == "name"]


def whole_formula(explanation: Explanation) -> str:
    """The way to the answer as one formula of facts alone; empty where there are no steps.

    Two explanations with the same one found the same relation between the numbers of their texts.

    Raises:
        Underived: a step is no formula.
    """
    written: dict[str, str] = {}
    formula = ""
    for step in explanation.steps:
        formula = _put_in(step.formula, written)
        written[step.name] = f"({formula})"
    return formula


def read_value(text: str) -> Fraction:
    """Read a value as it stands in answers, facts and steps: "145", "-2", "0.25", "5/6".

    Raises:
        Underived: it is written otherwise, divides by zero, or has more digits than Python reads.
    """
    if _VALUE.fullmatch(text) is None:
        raise Underived(f"{text!r} is not written as a value")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise Underived(f"{text!r} divides by zero") from None
    except ValueError:
        raise Underived(f"a value of {len(text):,} characters is too long to be read") from None


class _Machine:
    """Operator precedence on two stacks: no recursion, so nothing is too deep."""

    def __init__(self, formula: str) -> None:
        self._formula = formula
        self._operands: list[Fraction] = []
        self._marks: list[str] = []
        self._wants_operand = True

    def put(self, value: Fraction) -> None:
        """Take in an operand."""
        self._expect(operand=True)
        self._operands.append(value)
        self._wants_operand = False

    def mark(self, mark: str) -> None:
        """Take in an operator or a parenthesis."""
        self._expect(operand=mark == "(")
        if mark == ")":
            self._close()
            return
        if mark != "(":
            while self._marks and _PRECEDENCE.get(self._marks[-1], 0) >= _PRECEDENCE[mark]:
                self._work_off()
        self._marks.append(mark)
        self._wants_operand = True

    def finish(self) -> Fraction:
        """Work off the rest."""
        self._expect(operand=False)
        while self._marks:
            if self._marks[-1] == "(":
                raise Underived(f"a parenthesis is left open in {self._formula!r}")
            self._work_off()
        return self._operands.pop()

    def _expect(self, *, operand: bool) -> None:
        if operand != self._wants_operand:
            raise Underived(f"{self._formula!r} is no formula")

    def _close(self) -> None:
        while self._marks and self._marks[-1] != "(":
            self._work_off()
        if not self._marks:
            raise Underived(f"a parenthesis too many in {self._formula!r}")
        self._marks.pop()

    def _work_off(self) -> None:
        mark, right, left = self._marks.pop(), self._operands.pop(), self._operands.pop()
        if mark == "/" and not right:
            raise Underived(f"{self._formula!r} divides by zero")
        self._operands.append(_OPERATORS[mark](left, right))


def _check_steps(
    steps: tuple[DerivationStep, ...], facts: Mapping[str, Fact]
) -> dict[str, list[str]]:
    """Recompute every step; return its name with the names that its formula rests on."""
    values = {
        name: read_value(fact.value) for name, fact in facts.items() if fact.value is not None
    }
    texts = {name: fact.value for name, fact in facts.items() if fact.value is not None}
    behind: dict[str, list[str]] = {}
    for step in steps:
        if step.name in facts or step.name in behind or not _NAME_ONLY.fullmatch(step.name):
            raise Underived(f"a step cannot be named {step.name!r}")
        value = compute(step.formula, values)
        if value != read_value(step.value):
            raise Underived(f"{step.name}: {step.formula} does not come to {step.value}")
        _check_numbers(step, texts)
        behind[step.name] = names_in(step.formula)
        values[step.name], texts[step.name] = value, step.value
    return behind


def _check_numbers(step: DerivationStep, texts: Mapping[str, str]) -> None:
    """Spaces and parentheses aside, `numbers` is the formula with values in place of names."""
    expected = _put_in(step.formula, texts).translate(_SPACES_AND_PARENTHESES)
    if step.numbers.translate(_SPACES_AND_PARENTHESES) != expected:
        raise Underived(f"{step.name}: {step.formula!r} with its values is not {step.numbers!r}")


def _check_uses(facts: tuple[Fact, ...], reached: set[str]) -> None:
    if not any(fact.name in reached for fact in facts):
        raise Underived("the answer rests on no fact")
    for fact in facts:
        if fact.use == USED and fact.name not in reached:
            raise Underived(f"fact {fact.name} is marked as used, and no step uses it")
        if fact.use != USED and fact.name in reached:
            raise Underived(f"fact {fact.name} is used, and marked as {fact.use!r}")


def _reached(name: str, behind: Mapping[str, list[str]]) -> set[str]:
    """The names that a step rests on, directly or through other steps, and its own."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(behind.get(name, ()))
    return reached


def _put_in(formula: str, texts: Mapping[str, str]) -> str:
    """The formula with texts in place of names, where there is one for a name."""
    return re.sub(_NAME, lambda match: texts.get(match[0], match[0]), formula)


def _pieces(formula: str) -> Iterator[tuple[str, str]]:
    """The pieces of a formula with their kinds: "name", "number" or "mark"."""
    position, end = 0, len(formula.rstrip(" "))
    while position < end:
        match = _PIECE.match(formula, position, end)
        if match is None or match.lastgroup is None:
            raise Underived(f"{formula!r} is no formula")
        yield match[match.lastgroup], match.lastgroup
        position = match.end()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
