"""Options by the formula, from rows and from text: what it answers, and what it refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.scoring import score
from spoonbench.harness.tasks.option_pricing.task import make
from spoonbench.solvers.algorithms.option_formula import BlackScholesSolver, BlackScholesTextSolver
from spoonbench.solvers.api import Problem, Row, Settings
from spoonbench.solvers.option_rows import write_float

SMALL = {"n_training": 1, "n_validation": 1, "n_items": 25}
ROW = {
    "option": "call",
    "underlying": "spot",
    "underlying_price": 42.0,
    "strike": 40.0,
    "expiry": 0.5,
    "rate": 0.1,
    "dividend_yield": 0.0,
    "volatility": 0.2,
}
TEXT = (
    "European call, spot 42, strike 40, 0.5 years, rate 10%, dividend yield 0%, "
    "volatility 20%: what is its price?"
)


def ready(kind):
    solver = kind()
    solver.prepare(Settings())
    return solver


@pytest.fixture(scope="module")
def formula():
    return ready(BlackScholesSolver)


@pytest.fixture(scope="module")
def reader():
    return ready(BlackScholesTextSolver)


@pytest.fixture(scope="module", params=["price", "implied-volatility"])
def task(request):
    return make({**SMALL, "quantity": request.param})


def row_problem(**changes):
    values = {**ROW, **changes}
    kept = tuple((name, value) for name, value in values.items() if value is not None)
    return Problem(problem_id="p", text="t", kind="number", payload=Row(values=kept))


def text_problem(text):
    return Problem(problem_id="p", text=text, kind="number")


@pytest.mark.parametrize("kind", [BlackScholesSolver, BlackScholesTextSolver])
def test_it_is_right_on_every_split_to_nine_digits(kind, task):
    solver = ready(kind)
    for split in task.splits:
        answers = solver.solve([item.problem for item in split.items])
        for item, answer in zip(split.items, answers, strict=True):
            assert score("number", answer, item.target, 1e-9).is_correct, item.problem.text


def test_its_guarantee_covers_every_split_of_the_task(formula, reader):
    task = make(SMALL)
    expected = {f"{task.name}@{task.version}/{split.name}" for split in task.splits}
    assert set(formula.info.guarantee.covers) == expected
    assert set(reader.info.guarantee.covers) == expected


def test_one_alone_is_answered_as_in_a_batch(formula, task):
    problems = [item.problem for split in task.splits for item in split.items]
    assert formula.solve(problems) == [formula.solve([problem])[0] for problem in problems]


@settings(deadline=None, max_examples=30)
@given(
    st.floats(60, 150),
    st.floats(0.1, 3),
    st.floats(0.05, 0.9),
    st.sampled_from(["call", "put"]),
)
def test_the_volatility_found_is_the_one_that_gave_the_price(spot, expiry, volatility, option):
    solver = ready(BlackScholesSolver)
    changes = {"option": option, "underlying_price": spot, "strike": 100.0, "expiry": expiry}
    (priced,) = solver.solve([row_problem(**changes, volatility=volatility)])
    intrinsic = {"price": float(priced.value), "volatility": None}
    (implied,) = solver.solve([row_problem(**changes, **intrinsic)])
    if implied.status == "answered":
        (again,) = solver.solve([row_problem(**changes, volatility=float(implied.value))])
        assert float(again.value) == pytest.approx(float(priced.value), rel=1e-7)
    else:
        assert "no answer" in implied.reason


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"strike": -1.0}, "strike must be above zero"),
        ({"strike": float("nan")}, "strike must be a finite number"),
        ({"expiry": "soon"}, "expiry must be a finite number"),
        ({"option": "straddle"}, "option must be call or put"),
        ({"option": 1.0}, "option must be call or put"),
        ({"volatility": None}, "one of the columns volatility and price"),
        ({"price": 3.0}, "one of the columns volatility and price"),
        ({"rate": None}, "the columns of an option are"),
        ({"vega": 1.0}, "the columns of an option are"),
        ({"underlying": "forward", "dividend_yield": 0.01}, "must be 0"),
    ],
)
def test_a_row_that_is_no_contract_fails_with_the_reason(formula, changes, word):
    (answer,) = formula.solve([row_problem(**changes)])
    assert answer.status == "failed"
    assert word in answer.reason


def test_a_price_below_intrinsic_value_has_no_volatility(formula):
    (answer,) = formula.solve([row_problem(volatility=None, price=1.0)])
    assert (answer.status, "below intrinsic" in answer.reason) == ("abstained", True)


def test_bad_rows_spoil_no_others(formula):
    good, bad = row_problem(), row_problem(strike=-1.0)
    answers = formula.solve([bad, good, bad])
    assert [answer.status for answer in answers] == ["failed", "answered", "failed"]
    assert answers[1] == formula.solve([good])[0]


def test_clauses_may_stand_in_any_order(reader):
    head, *clauses = TEXT.split(":", maxsplit=1)[0].split(", ")
    turned = ", ".join([head, *reversed(clauses)]) + ": what is its price?"
    first, second = reader.solve([text_problem(TEXT), text_problem(turned.upper())])
    assert first.value == second.value == "4.759422393"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("strike 40, ", "", "does not say: strike"),
        ("dividend yield 0%, ", "", "does not say: dividend yield"),
        ("strike 40", "strike 40, strike 41", "strike is named twice"),
        ("strike 40", "strike forty", "cannot be read"),
        ("strike 40", "strike 40 or so", "cannot be read"),
        ("strike 40", "strike 0", "strike must be above zero"),
        ("call", "condor", "neither a call nor a put"),
        ("what is its price?", "what is its delta?", "the question must be one of"),
        ("spot 42", "spot 42, forward 43", "says too much"),
        ("spot 42", "forward 43", "says too much: dividend yield"),
        ("volatility 20%", "volatility 20%, price 3", "says too much: price"),
        ("spot 42", "spot 42" + "0" * 2_000, "characters are not read"),
    ],
)
def test_what_is_not_said_once_and_clearly_is_abstained_from(reader, old, new, word):
    (answer,) = reader.solve([text_problem(TEXT.replace(old, new))])
    assert answer.status == "abstained"
    assert word in answer.reason


def test_labels_are_not_their_business(formula, reader):
    for solver, problem in ((formula, row_problem()), (reader, text_problem(TEXT))):
        (answer,) = solver.solve([replace(problem, kind="label")])
        assert "not a label" in answer.reason


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (1e-9, "0.000000001"), (123456.0, "123000"), (-2.5, "-2.5")]
)
def test_floats_are_written_without_exponent(value, text):
    assert write_float(value, 3) == text
