"""The calculator: exact on every split of its guarantee, and Python's grammar agrees with it."""

import random
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.scoring import score
from spoonbench.harness.tasks.expressions.task import make
from spoonbench.solvers.algorithms.calculator import CalculatorSolver
from spoonbench.solvers.algorithms.expression_value import MAX_BITS, NoValue, evaluate
from spoonbench.solvers.api import Image, Measures, Problem, Settings, Solves, Unsupported
from spoonbench.solvers.numerals import read_number, write_number

NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)")


@pytest.fixture(scope="module")
def calculator():
    solver = CalculatorSolver()
    solver.prepare(Settings())
    return solver


@pytest.fixture(scope="module")
def compute(calculator):
    """The one answer to a text."""

    def compute(text):
        [answer] = calculator.solve([Problem(problem_id="1", text=text, kind="number")])
        return answer

    return compute


def python_value(text):
    """What Python's own grammar makes of an expression; None where it makes nothing of it."""
    code = NUMBER.sub(r"F('\1')", text).replace("^", "**")
    try:
        return eval(code, {"__builtins__": {}, "F": Fraction})
    except (SyntaxError, TypeError, ZeroDivisionError, NameError, AttributeError):
        return None


@pytest.mark.parametrize("seed", range(3))
def test_it_is_exact_on_every_split_that_it_promises(calculator, seed):
    task = make({"n_training": 1500, "n_items": 400, "largest": 10 ** (2 + seed), "seed": seed})
    promised = {covered.partition("/")[2] for covered in calculator.info.guarantee.covers}
    assert promised == {split.name for split in task.splits}
    assert all(
        c.startswith(f"{task.name}@{task.version}/") for c in calculator.info.guarantee.covers
    )
    for split in (*task.splits, task.training):
        answers = calculator.solve([item.problem for item in split.items])
        wrong = [
            (item.problem.text, item.target, answer)
            for item, answer in zip(split.items, answers, strict=True)
            if not score("number", answer, item.target).is_correct
        ]
        assert wrong == []


NUMBERS = st.one_of(
    st.integers(0, 10**30).map(str),
    st.decimals(0, 1000, places=3).map(str),
    st.integers(0, 10**9).map(lambda value: f"{value:,}"),
)
GAPS = st.sampled_from(["", " ", "  "])


def combine(inner):
    return st.one_of(
        st.builds(
            lambda left, gap, operator, right: f"{left}{gap}{operator}{gap}{right}",
            inner,
            GAPS,
            st.sampled_from("+-*/"),
            inner,
        ),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"(-{text})"),
        st.builds(lambda text, power: f"(({text})^{power})", inner, st.integers(-2, 3)),
    )


EXPRESSIONS = st.recursive(NUMBERS, combine, max_leaves=12)


@given(text=EXPRESSIONS)
@settings(max_examples=500, deadline=None)
def test_random_expressions_are_worth_what_python_says(compute, text):
    value, answer = python_value(text.replace(",", "")), compute(text)
    if answer.status == "answered":
        assert read_number(answer.value) == value
        assert answer.value == write_number(value)
    elif value is None:
        assert "zero" in answer.reason
    else:
        assert re.search(rf"zero to the power|{MAX_BITS:,} bits|400 characters", answer.reason)


@given(text=st.text(alphabet="0123456789+-*/^(). ", max_size=12))
@settings(max_examples=2000, deadline=None)
def test_whatever_it_answers_python_agrees_with(compute, text):
    answer = compute(text)
    if answer.status == "answered":
        assert read_number(answer.value) == python_value(text.strip())


@given(text=st.integers(), places=st.lists(st.integers(0, 200), min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_a_changed_character_is_refused_or_read_as_python_reads_it(compute, text, places):
    rng = random.Random(text)
    written = f"({rng.randint(0, 99)} + {rng.randint(0, 99)}) * {rng.randint(0, 9)}.5 - 6 / 4"
    characters = list(written)
    for place in places:
        characters[place % len(characters)] = rng.choice("0.()+-*/ 7")
    answer = compute("".join(characters))
    if answer.status == "answered":
        assert read_number(answer.value) == python_value("".join(characters).strip())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 + 3 = ", "8"),
        ("What is 15% of 80?", "12"),
        ("15 percent of (30 + 50) =", "12"),
        ("50% of 20% of 80", "8"),
        ("80 * 15%", "12"),
        ("15%", "0.15"),
        ("3 + (15% of 80)", "15"),
        ("80 increased by 15%", "92"),
        ("What is 80 decreased by 2.5 percent?", "78"),
        ("-3 - -4", "1"),
        ("2 * (-5)", "-10"),
        ("2 \u00d7 \u22125 \u00f7 4", "-2.5"),
        ("1/2/3", "1/6"),
        ("8 / 2 * 4", "16"),
        ("2^-3", "0.125"),
        ("(-2)^2", "4"),
        ("(-1)^99999999999999999999", "-1"),
        ("2 ** 10", "1024"),
        ("1,000,000.5 + 1", "1000001.5"),
        (".5 + .5", "1"),
        ("what's the value of 2 x 3?", "6"),
        ("10x3", "30"),
        ("0 x 3", "0"),
        ("1.0x3", "3"),
        ("Compute: 7 divided by 2.", "3.5"),
        ("how much is 7 PLUS 2 times 3 minus 1?", "12"),
        ("  4  =?", "4"),
    ],
)
def test_reads(compute, text, value):
    answer = compute(text)
    assert (answer.status, answer.value, answer.confidence) == ("answered", value, 1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no number"),
        ("5 +", "missing at the end"),
        ("5 + * 3", "missing before '\\*'"),
        ("(5 + 3", "never closed"),
        ("5 + 3)", "never opened"),
        ("()", "missing before"),
        ("5 + 3]", "missing before '\\]'"),
        ("5 3", "operator is missing"),
        ("2(3)", "operator is missing"),
        ("3 1/2", "operator is missing"),
        ("5. + 3", "no number"),
        ("5 + 3.", "no number"),
        ("1.2.3", "no number"),
        ("1,00 + 2", "no number"),
        ("5 + x", "missing"),
        ("4q + 1", "operator is missing before 'q'"),
        ("1e5", "operator is missing"),
        ("0x10 + 1", "two readings"),
        ("7 + 0X1F", "two readings"),
        ("5 / 0", "division by zero"),
        ("1 / (2 - 2)", "division by zero"),
        ("0^-1", "division by zero"),
        ("0^0", "zero to the power of zero"),
        ("4^0.5", "not whole"),
        ("-2^2", "two readings"),
        ("2^3^2", "two readings"),
        ("2^-3^2", "two readings"),
        ("--3", "two signs"),
        ("80 + 15%", "two readings"),
        ("80 + (15%)", "two readings"),
        ("1/2%", "two readings"),
        ("17 % 5", "two readings"),
        ("15% of 80 + 4", "two readings"),
        ("4 + 15% of 80", "two readings"),
        ("of 80", "behind no percentage"),
        ("% of 80", "behind no number"),
        ("15%% of 80", "two readings|no number"),
        ("15% of", "missing at the end"),
        ("2^1401", "bits"),
        ("2^99999999999999999999", "bits"),
        ("9" * 400 + "*" + "9" * 400, "bits"),
        ("2^(-1300)", "more than 400 characters"),
        ("7" * 401, "more than 400 digits"),
        ("john had 3 apples", "missing"),
    ],
)
def test_refuses(compute, text, reason):
    answer = compute(text)
    assert answer.status == "abstained"
    assert re.search(reason, answer.reason)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        ")" * 100_000,
        "-" * 100_000,
        "1+" * 50_000,
        "2^" * 50_000,
        "(-" * 50_000,
        "50% of " * 14_000,
        "1," * 50_000,
        "." * 100_000,
        "divided " + " " * 99_000,
        "1" + "+1/3" * 20_000 + "+",
        "9" * 400 + "/7" + "+1" * 49_000 + "+",
        "(" * 10**6,
    ],
)
def test_hostile_text_is_abstained_from(compute, text):
    assert compute(text).status == "abstained"


def test_depth_has_no_limit_but_length(compute):
    assert compute("(" * 40_000 + "7" + ")" * 40_000).value == "7"
    assert compute("(-" * 30_000 + "7" + ")" * 30_000).value == "7"


@given(text=st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_answered_or_refused_with_a_reason(compute, text):
    answer = compute(text)
    assert answer.value if answer.status == "answered" else answer.reason


def test_tokens_may_hold_fractions():
    assert evaluate([Fraction(1, 2), "*", "3"]) == Fraction(3, 2)
    with pytest.raises(NoValue, match="operator is missing"):
        evaluate(["3", Fraction(1, 2)])


def test_other_kinds_are_abstained_from(calculator):
    image = Image(pixels=((1.0,),), maximum=1.0)
    problems = [
        Problem(problem_id="1", text="5 + 3", kind="label"),
        Problem(problem_id="2", text="5 + 3", kind="number", payload=image),
    ]
    assert [answer.status for answer in calculator.solve(problems)] == ["abstained", "abstained"]


def test_it_offers_its_size_and_has_no_parameters(calculator):
    assert all(isinstance(calculator, protocol) for protocol in (Solves, Measures))
    problem = Problem(problem_id="1", text="5 + 3 =", kind="number")
    assert calculator.size([problem]).operations_per_problem > 50
    with pytest.raises(Unsupported, match="speed"):
        CalculatorSolver().prepare(Settings(params={"speed": 1}))
