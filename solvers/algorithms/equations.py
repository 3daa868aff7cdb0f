"""Reads arithmetic and linear equations, in signs and in words, and solves them.

The grammar stands in `algebra.lark`; each of its rules is a method of `_Reader`, which the parser
calls as it goes, so that no tree is kept and nothing here is recursive. The work is bounded by
construction: a text has at most `MAX_CHARACTERS` characters and `MAX_TOKENS` words and signs,
reading is linear in them (LALR), each step makes one linear form with numbers of bounded length,
and at most `MAX_UNKNOWNS` unknowns are eliminated.

Not covered: anything that is not linear, and texts with two readings: `1/2x`, `6/2(1+2)`, "the
sum of 5 and 3 times 2", "the difference between 3 and 8", "80 + 15%", "3 of 5".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput

from spoonbench.solvers.algorithms import linear
from spoonbench.solvers.algorithms.linear import Expression, Unsolvable
from spoonbench.solvers.numerals import find_numbers, read_number, write_number

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARACTERS = 2_000
MAX_TOKENS = 400
MAX_DIGITS = 100
MAX_DEPTH = 40
MAX_UNKNOWNS = 8

_TOKEN = re.compile(r"\w+|[^\w\s]")
_DIGITS = re.compile(rf"[\d,.]{{{MAX_DIGITS + 1}}}")
_BLANK = "?"
_NUMBER_NOUN = "the number"
_FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}


class Unread(Exception):
    """The text is no equation of this grammar; the message says where it stops being one."""


@dataclass(frozen=True, slots=True)
class _Term:
    """A part of an expression: its value, and how it was written where that can mislead."""

    value: Expression
    # "closed", "sum" (an open a + b), "product" (an open a * b or a / b), "implicit" (2x), or
    # "percent".
    form: str = "closed"


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a sentence says: something equals 0, something is asked, or something stands there."""

    equation: Expression | None = None
    asked: Expression | None = None
    bare: Expression | None = None


def solve_text(text: str) -> Fraction:
    """The number that a text of arithmetic or linear equations asks for.

    Raises:
        Unread: the text is not in the grammar.
        Unsolvable: it is, but has no single answer; the message is the reason.
    """
    _check_bounds(text)
    plain = _write_words_as_digits(" ".join(text.split()))
    try:
        # With a transformer of its own, the parser returns what `_Reader.start` makes.
        statements = cast("list[_Statement]", _parser().parse(plain))
    except UnexpectedInput as exc:
        raise Unread(_where(exc, plain)) from None
    return _solve_statements(statements)


def _check_bounds(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise Unread(f"longer than {MAX_CHARACTERS} characters")
    if len(_TOKEN.findall(text)) > MAX_TOKENS:
        raise Unread(f"more than {MAX_TOKENS} words and signs")
    if _DIGITS.search(text):
        raise Unsolvable(f"a number has more than {MAX_DIGITS} digits")
    depth = deepest = 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise Unsolvable(f"parentheses more than {MAX_DEPTH} deep")


def _write_words_as_digits(text: str) -> str:
    """Replace numbers in words ("twenty-five", "2 dozen", "3 1/2") by digits."""
    pieces, end = [], 0
    for found in find_numbers(text):
        written = text[found.start : found.end]
        if any(character.isalpha() or character == " " for character in written):
            number = write_number(found.value)
            pieces += [text[end : found.start], f"({number})" if "/" in number else number]
            end = found.end
    return "".join([*pieces, text[end:]])


def _where(exc: UnexpectedInput, text: str) -> str:
    position = getattr(exc, "pos_in_stream", None)
    if position is None or not 0 <= position < len(text):
        return "no equation: the text ends too early"
    return f"no equation: stuck at {text[position : position + 20]!r}"


def _solve_statements(statements: Sequence[_Statement]) -> Fraction:
    equations = [s.equation for s in statements if s.equation is not None]
    asked = [s.asked for s in statements if s.asked is not None]
    bare = [s.bare for s in statements if s.bare is not None]
    names = {
        symbol.name
        for expression in (*equations, *asked, *bare)
        for symbol in expression.free_symbols
    }
    if len(names) > MAX_UNKNOWNS:
        raise Unsolvable(f"more than {MAX_UNKNOWNS} unknowns")
    if len({name.lower() for name in names}) < len(names):
        raise Unsolvable("two unknowns differ in case only")
    if len(asked) + len(bare) > 1:
        raise Unsolvable("several things are asked, or stand without being asked")
    if bare and equations:
        raise Unsolvable("it is not said what is asked")
    wanted = (asked + bare)[0] if asked or bare else _only_unknown(names)
    value = linear.Solution.of(equations).value(wanted)
    if value is None:
        raise Unsolvable("the equations leave open what is asked")
    return value


def _only_unknown(names: set[str]) -> Expression:
    blanks = {name for name in names if name.startswith(_BLANK)}
    if not names:
        raise Unsolvable("nothing is asked: no unknown is left")
    if len(blanks or names) > 1:
        raise Unsolvable(f"which of {len(blanks or names)} unknowns is asked is not said")
    return linear.unknown(min(blanks or names))


@cache
def _parser() -> Lark:
    grammar = files("spoonbench.solvers.algorithms").joinpath("algebra.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Reader())


def _closed_operand(term: _Term) -> Expression:
    """The last operand of "the sum of a and b": b * 2 without an unknown has two readings."""
    if term.form == "product" and not term.value.free_symbols:
        raise Unsolvable("two readings: where the operand after 'and' ends is not clear")
    return term.value


def _added(left: _Term, sign: str, right: _Term) -> Expression:
    """What is added or taken away: "80 increased by 15%" adds 15% of 80."""
    if right.form != "percent":
        return right.value
    if _is_change(sign):
        if left.form == "sum":
            raise Unsolvable("two readings: of what a percentage is meant is not clear")
        return linear.multiply(right.value, left.value)
    if left.form != "percent":
        raise Unsolvable("two readings: a percentage is added to what is none")
    return right.value


def _is_change(sign: str) -> bool:
    return sign.rpartition(" ")[2].lower() == "by"


def _sum_form(left: _Term, sign: str, right: _Term) -> str:
    if left.form == right.form == "percent":
        return "percent"
    return "closed" if _is_change(sign) else "sum"


@v_args(inline=True)
class _Reader(Transformer[Any, Any]):
    """One method for each rule of the grammar."""

    def start(self, *parts: object) -> list[_Statement]:
        return [part for part in parts if isinstance(part, _Statement)]

    # Statements.

    def equation(self, left: _Term, _sign: str, right: _Term) -> _Statement:
        return _Statement(equation=linear.subtract(left.value, right.value))

    def equation_for(
        self, left: _Term, _sign: str, right: _Term, _for: str, asked: _Term
    ) -> _Statement:
        return _Statement(equation=linear.subtract(left.value, right.value), asked=asked.value)

    def asked_value(self, term: _Term, _sign: str) -> _Statement:
        return _Statement(asked=term.value)

    def asked(self, _ask: str, term: _Term, *_rest: object) -> _Statement:
        return _Statement(asked=term.value)

    asked_hole = asked
    asked_unknown = asked

    def bare(self, term: _Term) -> _Statement:
        return _Statement(bare=term.value)

    def add_command(self, _verb: str, left: _Term, _to: str, right: _Term) -> _Statement:
        return _Statement(asked=linear.add(left.value, _closed_operand(right)))

    def subtract_command(self, _verb: str, left: _Term, _from: str, right: _Term) -> _Statement:
        return _Statement(asked=linear.subtract(_closed_operand(right), left.value))

    def multiply_command(self, _verb: str, left: _Term, _by: str, right: _Term) -> _Statement:
        return _Statement(asked=linear.multiply(left.value, _closed_operand(right)))

    def divide_command(self, _verb: str, left: _Term, _by: str, right: _Term) -> _Statement:
        return _Statement(asked=linear.divide(left.value, _closed_operand(right)))

    # Sums, products, powers.

    def plus(self, left: _Term, sign: str, right: _Term) -> _Term:
        value = linear.add(left.value, _added(left, sign, right))
        return _Term(value, _sum_form(left, sign, right))

    def minus(self, left: _Term, sign: str, right: _Term) -> _Term:
        value = linear.subtract(left.value, _added(left, sign, right))
        return _Term(value, _sum_form(left, sign, right))

    def more_than(self, left: _Term, _sign: str, right: _Term) -> _Term:
        return _Term(linear.add(right.value, left.value))

    def subtracted_from(self, left: _Term, _sign: str, right: _Term) -> _Term:
        return _Term(linear.subtract(right.value, left.value))

    less_than = subtracted_from

    def times(self, left: _Term, sign: str, right: _Term) -> _Term:
        if sign.lower() == "of" and left.form != "percent" and left.value.is_Integer:
            raise Unsolvable("two readings: 'of' stands behind neither fraction nor percentage")
        return _Term(linear.multiply(left.value, right.value), "product")

    def over(self, left: _Term, _sign: str, right: _Term) -> _Term:
        if right.form == "implicit":
            raise Unsolvable("two readings: a / bc may be (a / b) * c or a / (b * c)")
        return _Term(linear.divide(left.value, right.value), "product")

    def implicit_times(self, left: _Term, right: _Term) -> _Term:
        return _Term(linear.multiply(left.value, right.value), "implicit")

    def implicit_power(self, left: _Term, right: _Term, sign: str, exponent: _Term) -> _Term:
        return self.implicit_times(left, self.power(right, sign, exponent))

    def power(self, base: _Term, _sign: str, exponent: _Term) -> _Term:
        return _Term(linear.raise_to(base.value, exponent.value), "product")

    def exponent(self, *parts: Any) -> _Term:
        term: _Term = parts[-1]
        return term

    def negative_exponent(self, sign: str, term: _Term) -> _Term:
        return self.negative(sign, term)

    def negative(self, _sign: str, term: _Term) -> _Term:
        return _Term(linear.multiply(linear.constant(Fraction(-1)), term.value), term.form)

    def positive(self, _sign: str, term: _Term) -> _Term:
        return term

    def double(self, _word: str, term: _Term) -> _Term:
        return _Term(linear.multiply(linear.constant(Fraction(2)), term.value), "product")

    def triple(self, _word: str, term: _Term) -> _Term:
        return _Term(linear.multiply(linear.constant(Fraction(3)), term.value), "product")

    def percent(self, term: _Term, _sign: str) -> _Term:
        return _Term(linear.divide(term.value, linear.constant(Fraction(100))), "percent")

    def squared(self, term: _Term, _sign: str) -> _Term:
        return _Term(linear.raise_to(term.value, linear.constant(Fraction(2))), "product")

    def cubed(self, term: _Term, _sign: str) -> _Term:
        return _Term(linear.raise_to(term.value, linear.constant(Fraction(3))), "product")

    # Word functions: a token, operands with separators between them, the last operand.

    def sum_of(self, _words: str, *parts: Any) -> _Term:
        terms: list[_Term] = [part for part in parts if isinstance(part, _Term)]
        total = _closed_operand(terms[-1])
        for term in terms[:-1]:
            total = linear.add(total, term.value)
        return _Term(total)

    def difference_of(self, _words: str, left: _Term, _and: str, right: _Term) -> _Term:
        difference = linear.subtract(left.value, _closed_operand(right))
        value = linear.value_of(difference)
        if value is not None and value < 0:
            raise Unsolvable("two readings: a difference may be meant with or without its sign")
        return _Term(difference)

    def product_of(self, _words: str, left: _Term, _and: str, right: _Term) -> _Term:
        return _Term(linear.multiply(left.value, _closed_operand(right)))

    def quotient_of(self, _words: str, left: _Term, _and: str, right: _Term) -> _Term:
        return _Term(linear.divide(left.value, _closed_operand(right)))

    def square_of(self, word: str, term: _Term) -> _Term:
        return self.squared(_Term(_closed_operand(term)), word)

    # Atoms.

    def number(self, digits: str) -> _Term:
        value = read_number(f"0{digits}" if digits.startswith(".") else str(digits))
        if value is None:
            raise Unsolvable(f"{str(digits)[:20]!r} is no number")
        return _Term(linear.constant(value))

    def fraction_word(self, words: str) -> _Term:
        return _Term(linear.constant(Fraction(1, _FRACTIONS[words.rsplit(maxsplit=1)[-1].lower()])))

    def group(self, *parts: Any) -> _Term:
        inner: _Term = next(part for part in parts if isinstance(part, _Term))
        return _Term(inner.value, "percent" if inner.form == "percent" else "closed")

    def hole(self, sign: Token) -> _Term:
        # Two blanks need not stand for one number: each is an unknown of its own.
        return _Term(linear.unknown(f"{_BLANK}{sign.start_pos}"))

    def unknown(self, name: str) -> _Term:
        return _Term(linear.unknown(name if len(name) == 1 else _NUMBER_NOUN))
