"""The rules answer every frame of the task rightly, and abstain where a number is missing.

The solver's guarantee names this file.
"""

from fractions import Fraction

import pytest

from spoonbench.harness.tasks.word_problems.task import make
from spoonbench.solvers.api import Problem, Settings
from spoonbench.solvers.rules.word_problems.contestant import RuleSolver

MADE = [{"seed": 3}, {"seed": 4, "largest": 12}]


@pytest.fixture(scope="module", params=MADE, ids=["wide numbers", "small numbers"])
def task(request):
    return make({"n_training": 300, "n_validation": 100, "n_items": 300, **request.param})


@pytest.fixture
def rules():
    solver = RuleSolver()
    solver.prepare(Settings())
    return solver


def mistakes(solver, items):
    """Texts with what was said of them, where that is not what is right."""
    answers = solver.solve([item.problem for item in items])
    said = [answer.value if answer.status == "answered" else None for answer in answers]
    return [
        (item.problem.text, value)
        for item, value in zip(items, said, strict=True)
        if (None if value is None else Fraction(value))
        != (None if item.target is None else Fraction(item.target))
    ]


def test_every_text_of_the_guarantee_is_answered_rightly_or_rightly_abstained_from(task, rules):
    covered = {name.removeprefix("word-problems@1/") for name in RuleSolver.info.guarantee.covers}
    splits = [split for split in task.splits if split.name in covered]
    assert {split.name for split in splits} == covered
    for split in (task.training, task.validation, *splits):
        assert mistakes(rules, split.items) == [], split.name


def test_answers_do_not_depend_on_their_neighbours(task, rules):
    problems = [item.problem for item in task.training.items]
    answers = dict(zip(problems, rules.solve(problems), strict=True))
    problems.reverse()
    assert rules.solve(problems) == [answers[problem] for problem in problems]


def test_every_answer_says_how_sure_it_is(task, rules):
    for answer in rules.solve([item.problem for item in task.training.items]):
        assert answer.status == "answered"
        assert 0 < answer.confidence <= 1


@pytest.mark.parametrize("split", ["test", "unseen-frames", "two-steps"])
def test_forced_answers_are_the_same_where_the_rules_answer_anyway(task, rules, split):
    (items,) = [one.items for one in task.splits if one.name == split]
    problems = [item.problem for item in items]
    forced = RuleSolver()
    forced.prepare(Settings(params={"forced": True}))
    assert forced.solve(problems) == rules.solve(problems)


def test_names_of_people_and_things_that_no_list_has_change_nothing(rules):
    text = "Qobalu had 12 tirbles. Qobalu lost 5 of the tirbles. How many tirbles does Qobalu have?"
    (answer,) = rules.solve([Problem(problem_id="1", text=text, kind="number")])
    assert answer.value == "7"
