"""Arithmetic and linear equations, as texts."""

import json
import operator
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.algorithms import equations
from spoonbench.solvers.algorithms.equations import Unread, solve_text
from spoonbench.solvers.algorithms.linear import MAX_BITS, Unsolvable
from spoonbench.solvers.numerals import write_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 + 3 =", "8"),
        ("5 + 3 = ?", "8"),
        ("What is 12 * (3 - 4/5)?", "26.4"),
        ("2 + 3 * 4", "14"),
        ("10 - 4 - 3", "3"),
        ("24 / 4 / 2", "3"),
        ("-2^2", "-4"),
        ("2^-2", "0.25"),
        ("[1 + (2 - 3)] * 5", "0"),
        ("1,234.5 + .5", "1235"),
        ("0.1 + 0.2", "0.3"),
        ("20% of 50", "10"),
        ("80 increased by 15%", "92"),
        ("80 decreased by 15%", "68"),
        ("80 increased by 15", "95"),
        ("80 increased by 10% decreased by 10%", "79.2"),
        ("(100 + 20) increased by (10%)", "132"),
        ("80 Increased By 15%", "92"),
        ("10% + 5%", "0.15"),
        ("100 + 10% of 50", "105"),
        ("2% of 50", "1"),
        ("3/4 of 8", "6"),
        ("10x3", "30"),
        ("half of 12", "6"),
        ("5 \u00d7 6 \u2212 2", "28"),
        ("What is 12 x 4?", "48"),
        ("the sum of 5 and 3", "8"),
        ("sum of 3, 4 and 5", "12"),
        ("12 minus 4", "8"),
        ("5 more than 7", "12"),
        ("5 less than 7", "2"),
        ("subtract 3 from 10", "7"),
        ("Divide 10 by 4.", "2.5"),
        ("What is twenty-five times four?", "100"),
        ("3 1/2 + 1/2", "4"),
        ("twice the sum of 4 and 1", "10"),
        ("What does 5 + 3 equal?", "8"),
        ("\u0663 + \u0664", "7"),
    ],
)
def test_evaluates_arithmetic(text, value):
    assert write_number(solve_text(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3x + 5 = 20", "5"),
        ("20 = 3x + 5", "5"),
        ("solve 2x - 3 = 7 for x", "5"),
        ("solve for x: 2x + 3 = 7", "2"),
        ("x + y = 10, x - y = 2, what is x?", "6"),
        ("x + y = 10 and x - y = 2. Find y.", "4"),
        ("If x = 3, what is 2x + 1?", "7"),
        ("3(x + 1) = 12", "3"),
        ("5 + ? = 12", "7"),
        ("x + 1 = y, y = 4, x = ?", "3"),
        ("x/3 = 1/7", "3/7"),
        ("a number plus 5 is 12, what is the number", "7"),
        ("What number plus 5 is 12?", "7"),
        ("If 3 is subtracted from twice a number, the result is 7. What is the number?", "5"),
        (
            "7 times a number added to 4 amounts to 20 less than the product of 3 and the number.",
            "-6",
        ),
    ],
)
def test_solves_linear_equations(text, value):
    assert write_number(solve_text(text)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0", "division by zero"),
        ("1 / (3 - 3)", "division by zero"),
        ("0^0", "0 to a power"),
        ("x / 0 = 1", "division by zero"),
        ("x * x = 4", "not linear"),
        ("x^2 = 4", "not linear"),
        ("(x + 1)(x - 1) = 3", "not linear"),
        ("6 / x = 2", "divided by an unknown"),
        ("2^65", "exponent"),
        ("2^(1/2)", "exponent"),
        ("x + y = 3 and what is x", "leave open"),
        ("x + y = 3", "which of 2 unknowns"),
        ("? + ? = 10", "which of 2 unknowns"),
        ("x = 1, x = 2", "contradict"),
        ("1 = 2, x = 3", "contradict"),
        ("3 + 5 = 8", "nothing is asked"),
        ("x = x", "nothing is asked"),
        ("1 + 1, 2 + 2", "several things"),
        ("x + X = 4", "differ in case"),
        ("1/2x = 3", "two readings"),
        ("6/2(1+2)", "two readings"),
        ("the sum of 5 and 3 times 2", "two readings"),
        ("the difference between 3 and 8", "two readings"),
        ("80 + 15%", "two readings"),
        ("80 - (15%)", "two readings"),
        ("5 + -3%", "two readings"),
        ("x + 10% = 22", "two readings"),
        ("100 + 20 increased by 10%", "two readings"),
        ("3 of 5", "two readings"),
        ("", "nothing is asked"),
    ],
)
def test_refuses_what_has_no_single_answer(text, reason):
    with pytest.raises(Unsolvable, match=reason):
        solve_text(text)


@pytest.mark.parametrize(
    "text", ["2 + 3 4", "2 +", "((1)", "5!", "0x10", "0x1F", "sin(3)", "__import__('os')", "xy = 3"]
)
def test_does_not_read_what_the_grammar_lacks(text):
    with pytest.raises(Unread):
        solve_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "1" + "0" * 100 + " + 1",
        "(((2^64)^64)^64)^64",
        "*".join(["9" * 90] * 20),
        "+".join(f"1/{10**30 + i}" for i in range(50)),
        "(" * 41 + "1" + ")" * 41,
        ", ".join(f"{a} + {b} = 3" for a in "abcdefgh" for b in "ijkl"),
    ],
    ids=["digits", "powers", "product", "denominators", "parentheses", "unknowns"],
)
def test_refuses_what_would_grow(text):
    with pytest.raises(Unsolvable):
        solve_text(text)


@pytest.mark.parametrize("text", ["1+" * 201 + "1", "x" * (equations.MAX_CHARACTERS + 1)])
def test_refuses_long_texts(text):
    with pytest.raises(Unread, match=r"more than|longer than"):
        solve_text(text)


@pytest.mark.parametrize("text", ["-" * 390 + "1", "(" * 40 + "1" + ")" * 40, "1" + "+1" * 190])
def test_reads_up_to_its_bounds(text):
    assert solve_text(text) in {1, 191}


OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else None,
}


def _numbers():
    whole = st.integers(0, 10**6).map(lambda n: (str(n), Fraction(n), 3))
    decimal = st.decimals(0, 1000, places=2).map(lambda d: (f"{d:f}", Fraction(d), 3))
    return whole | decimal


@st.composite
def _combined(draw, parts):
    """Text, value and binding strength of an operation; None stands for no value."""
    sign = draw(st.sampled_from(sorted(OPERATORS)))
    strength = 1 if sign in "+-" else 2
    (left, a, left_strength), (right, b, right_strength) = draw(parts), draw(parts)
    # Parentheses only where they are needed: precedence and left association are under test.
    left = left if left_strength >= strength else f"({left})"
    right = right if right_strength > strength else f"({right})"
    space = draw(st.sampled_from(["", " "]))
    value = None if a is None or b is None else OPERATORS[sign](a, b)
    return f"{left}{space}{sign}{space}{right}", value, strength


EXPRESSIONS = st.recursive(_numbers(), _combined, max_leaves=12)


@given(EXPRESSIONS)
@settings(max_examples=300, deadline=None)
def test_agrees_with_exact_fractions(expression):
    text, value, _ = expression
    if value is None:
        with pytest.raises(Unsolvable, match="division by zero"):
            solve_text(text)
    elif max(value.numerator.bit_length(), value.denominator.bit_length()) <= MAX_BITS:
        assert solve_text(text) == value


@given(st.integers(-50, 50).filter(bool), st.integers(-50, 50), st.fractions(max_denominator=9))
@settings(max_examples=100, deadline=None)
def test_solution_satisfies_its_equation(slope, offset, solution):
    right = slope * solution + offset
    text = f"{slope}x + ({offset}) = {right.numerator}/{right.denominator}"
    assert solve_text(text) == solution


@given(st.lists(st.integers(-9, 9), min_size=6, max_size=6))
@settings(max_examples=100, deadline=None)
def test_solution_satisfies_its_system(numbers):
    a, b, c, d, x, y = numbers
    text = f"{a}x + {b}*y = {a * x + b * y}, {c}*x + ({d}y) = {c * x + d * y}, what is x?"
    text = text.replace("+ -", "+ 0-")
    if a * d - b * c:
        assert solve_text(text) == x
    elif a == b == c == d == 0:
        with pytest.raises(Unsolvable):
            solve_text(text)


VOCABULARY = """1 2.5 x y + - * / ^ ( ) = ? , . and of the sum what is a number half % twice minus
if"""
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.text(max_size=80) | st.lists(WORDS, max_size=25).map(" ".join))
@settings(max_examples=500, deadline=None)
def test_any_text_is_solved_or_refused(text):
    with suppress(Unread, Unsolvable):
        assert isinstance(solve_text(text), Fraction)


def test_never_evaluates_text():
    """Reading hostile texts starts no evaluation: audited by the interpreter itself."""
    script = """
import json, sys
from spoonbench.solvers.algorithms.readings import solve_or_explain
solve_or_explain("1 + 1"), solve_or_explain("Ann had 1 pen. She got 2 pens.")
seen = []
watched = ("exec", "compile", "open", "import", "subprocess.Popen", "os.system")
sys.addaudithook(lambda event, args: seen.append(event) if event in watched else None)
for text in ("__import__('os').system('id')", "x = open('f')", "exec('1')", "2 + 2", "lambda: 1",
             "Ann had __import__ pens. She got 2 pens. How many pens does Ann have?"):
    solve_or_explain(text)
print(json.dumps(seen))
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
