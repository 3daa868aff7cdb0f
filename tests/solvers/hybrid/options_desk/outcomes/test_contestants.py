"""Contestants of `option-outcome`: labels with calibrated confidences, and plain refusals."""

from typing import Any

import numpy as np
import pytest

from spoonbench.harness.duel.ladders import BY_TASK
from spoonbench.harness.registry import find_solver, make_solver, make_task
from spoonbench.solvers.api import Example, Problem, Row, Settings
from spoonbench.solvers.probability_scores import score_probabilities

NAMES = BY_TASK["option-outcome", "label"].solvers


@pytest.fixture(scope="module", params=["win", "severe"])
def task(request):
    given = {"n_years": 12, "per_day": 1, "seed": 3, "target": request.param}
    return make_task("option-outcome", given)


def examples(split):
    return [Example(problem=item.problem, target=item.target) for item in split.items]


@pytest.fixture(scope="module", params=NAMES)
def fitted(request, task):
    solver: Any = make_solver(find_solver(request.param).target)
    solver.prepare(Settings(seed=1))
    solver.fit(examples(task.training), examples(task.validation), lambda *_: None, None)
    yield solver
    solver.close()


def chances(solver, items, label):
    answers = solver.solve([item.problem for item in items])
    return np.array([a.confidence if a.value == label else 1 - a.confidence for a in answers])


def test_confidences_are_probabilities_at_least_as_good_as_a_coin(fitted, task):
    items = [item for split in task.splits for item in split.items]
    label = task.options["target"]
    came = [item.target == label for item in items]
    found = score_probabilities(chances(fitted, items, label), came)
    assert found.log_loss < np.log(2)
    answers = fitted.solve([item.problem for item in items[:50]])
    assert all(0.5 <= a.confidence <= 1 for a in answers)
    assert {a.value for a in answers} <= {item.target for item in items}


def test_the_formulas_answer_is_the_rows(task):
    solver: Any = make_solver(find_solver("closed-form-probability").target)
    solver.prepare(Settings())
    solver.fit(examples(task.training), [], lambda *_: None, None)
    items = task.splits[0].items[:100]
    label = task.options["target"]
    column = {"win": "probability", "severe": "severe_probability"}[label]
    expected = [dict(item.problem.row.values)[column] for item in items]
    assert chances(solver, items, label) == pytest.approx(expected, abs=1e-8)


def test_a_problem_without_a_usable_row_fails_with_the_reason(fitted):
    none = Problem(problem_id="a", text="a trade", kind="label")
    wrong = Problem(problem_id="b", text="", kind="label", payload=Row(values=(("days", 3.0),)))
    first, second = fitted.solve([none, wrong])
    assert (first.status, second.status) == ("failed", "failed")
    assert "no row" in first.reason
    assert "no strategy" in second.reason


def test_other_labels_are_refused(task):
    solver: Any = make_solver(find_solver("base-rate").target)
    solver.prepare(Settings())
    problem = examples(task.training)[0].problem
    for targets in (["draw"], ["win", "mild"]):
        wrong = [Example(problem=problem, target=target) for target in targets]
        with pytest.raises(ValueError, match="win and loss, or severe and mild, not"):
            solver.fit(wrong, [], lambda *_: None, None)
