"""Learned option prices: near inside the training range, refused where nothing can be read."""

import math
from typing import Any

import pytest

from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.harness.tasks.option_pricing.task import make
from spoonbench.solvers.api import Example, Json, Problem, Row, Settings

NAMES: dict[str, tuple[dict[str, Json], float]] = {
    "option-ridge": ({"degree": 4}, 0.03),
    "option-boosting": ({"rounds": 60}, 0.2),
    "option-boosting-raw": ({"rounds": 60}, 3.0),
    "option-network": ({"max_steps": 300, "max_seconds": 60.0, "batch_size": 64}, 0.15),
}
"""Parameters, and the mean relative error within which it learns a small training part."""


def examples(split):
    return [Example(problem=item.problem, target=item.target) for item in split.items]


@pytest.fixture(scope="module", params=["price", "implied-volatility"])
def task(request):
    return make({"n_training": 500, "n_validation": 50, "n_items": 30, "quantity": request.param})


@pytest.fixture(scope="module", params=NAMES)
def fitted(request, task):
    params, error = NAMES[request.param]
    solver: Any = make_solver(find_solver(request.param).target)
    solver.prepare(Settings(params=params))
    solver.fit(examples(task.training), examples(task.validation), lambda *_: None, None)
    yield request.param, solver, error
    solver.close()


def mean_error(solver, split):
    answers = solver.solve([item.problem for item in split.items])
    pairs = zip(answers, split.items, strict=True)
    errors = [abs(float(a.value) / float(i.target) - 1) for a, i in pairs]
    return sum(errors) / len(errors)


def test_it_learns_what_it_was_shown(fitted, task):
    _, solver, error = fitted
    assert mean_error(solver, task.splits[0]) < error


def test_normalised_features_carry_over_to_other_price_levels(fitted, task):
    """Prices scale with spot and strike together; only who is told so can know it."""
    name, solver, error = fitted
    (larger,) = [split for split in task.splits if split.name == "larger-prices"]
    if name == "option-boosting-raw" and task.options["quantity"] == "price":
        assert mean_error(solver, larger) > 0.5
    elif name != "option-boosting-raw":
        assert mean_error(solver, larger) < error


def test_the_other_question_is_abstained_from(fitted, task):
    _, solver, _ = fitted
    asked = task.options["quantity"]
    other = "price" if asked == "implied-volatility" else "implied-volatility"
    small = make({"n_training": 1, "n_validation": 0, "n_items": 1, "quantity": other})
    (answer,) = solver.solve([small.splits[0].items[0].problem])
    assert answer.status == "abstained"
    assert "learned to find" in answer.reason


def test_what_is_no_contract_fails_and_spoils_no_other(fitted, task):
    _, solver, _ = fitted
    good = task.splits[0].items[0].problem
    broken = Row(values=tuple((n, math.nan if n == "strike" else v) for n, v in good.row.values))
    bad = Problem(problem_id="b", text="t", kind="number", payload=broken)
    answers = solver.solve([bad, good])
    assert [answer.status for answer in answers] == ["failed", "answered"]


def test_absurd_contracts_get_a_status_and_no_exception(fitted, task):
    _, solver, _ = fitted
    given = task.splits[0].items[0].problem.row.values
    absurd = [
        {"expiry": 1e300},
        {"rate": 1e6},
        {"strike": 1e-300, "underlying_price": 1e300},
        {given[-1][0]: 1e-300},
        {given[-1][0]: 1e300},
    ]
    problems = [
        Problem(
            problem_id=str(place),
            text="t",
            kind="number",
            payload=Row(values=tuple({**dict(given), **changes}.items())),
        )
        for place, changes in enumerate(absurd)
    ]
    for answer in solver.solve(problems):
        assert answer.status in {"answered", "abstained"}
        assert answer.value is None or math.isfinite(float(answer.value))


def test_prices_and_volatilities_are_not_learned_together():
    small = {"n_training": 5, "n_validation": 0, "n_items": 1}
    mixed = [
        example
        for quantity in ("price", "implied-volatility")
        for example in examples(make({**small, "quantity": quantity}).training)
    ]
    for name in NAMES:
        solver: Any = make_solver(find_solver(name).target)
        solver.prepare(Settings())
        with pytest.raises(ValueError, match="others for a volatility"):
            solver.fit(mixed, [], lambda *_: None, None)
        solver.close()


def test_texts_without_rows_cannot_be_learned_from():
    example = Example(problem=Problem(problem_id="p", text="t", kind="number"), target="1.5")
    for name in NAMES:
        solver: Any = make_solver(find_solver(name).target)
        solver.prepare(Settings())
        with pytest.raises(ValueError, match="no row of a table"):
            solver.fit([example], [], lambda *_: None, None)
        solver.close()
