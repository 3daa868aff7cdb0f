"""The contestant that solves equations and stories."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.tasks.equations.task import make
from spoonbench.harness.tasks.expressions.task import make as make_expressions
from spoonbench.solvers.algorithms.algebra import AlgebraSolver
from spoonbench.solvers.api import Image, Part, Problem, Settings, Solves, Unsupported
from spoonbench.solvers.numerals import write_number

PREPARED = AlgebraSolver()
PREPARED.prepare(Settings())


def test_answers_in_order(algebra):
    texts = ["1 + 1", "nothing here", "Tom had 5 pens. He lost 2 pens.", "x = 1/3"]
    answers = algebra.solve([Problem(problem_id=t, text=t, kind="number") for t in texts])
    assert [answer.value for answer in answers] == ["2", None, "3", "1/3"]
    assert [answer.status for answer in answers] == ["answered", "abstained"] + ["answered"] * 2
    assert answers[1].reason


def test_empty_batch_has_no_answers(algebra):
    assert algebra.solve([]) == []


def test_is_a_contestant(algebra):
    assert isinstance(algebra, Solves)
    assert algebra.info.level == 2


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (Problem(problem_id="1", text="1 + 1", kind="label"), "not a label"),
        (Problem(problem_id="1", text="1 + 1", kind="text"), "not a text"),
        (
            Problem(
                problem_id="1",
                text="1 + 1",
                kind="number",
                payload=Image(pixels=((0.0,),), maximum=1),
            ),
            "not images",
        ),
    ],
)
def test_abstains_from_other_kinds(algebra, problem, reason):
    [answer] = algebra.solve([problem])
    assert answer.status == "abstained"
    assert reason in answer.reason


@pytest.mark.parametrize("text", ["1" * 10**6, "a " * 500_000, "(" * 10**6, "Tom has 5. " * 10**5])
def test_refuses_a_megabyte_before_reading_it(ask, text):
    assert ask(text).status == "abstained"
    assert "longer than" in ask(text).reason


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=200, deadline=None)
def test_never_raises_on_any_text(text):
    [answer] = PREPARED.solve([Problem(problem_id="1", text=text, kind="number")])
    assert (answer.status == "answered") == (answer.value is not None)
    assert answer.value is not None or answer.reason


def test_lone_surrogates_are_refused(ask):
    assert ask("5 + \ud800").status == "abstained"


def test_unprepared_it_fails_with_a_reason():
    [answer] = AlgebraSolver().solve([Problem(problem_id="1", text="1 + 1", kind="number")])
    assert answer.status == "failed"
    assert "prepare" in answer.reason


def test_close_may_be_called_twice():
    solver = AlgebraSolver()
    solver.prepare(Settings())
    solver.close()
    solver.close()


@pytest.mark.parametrize(
    "settings",
    [
        Settings(params={"depth": 3}),
        Settings(device="cuda"),
        Settings(parts=(Part(name="a", target="b:C", settings=Settings()),)),
    ],
)
def test_refuses_settings_that_it_lacks(settings):
    with pytest.raises(Unsupported):
        AlgebraSolver().prepare(settings)


@pytest.mark.parametrize(
    "module",
    ["algorithms.algebra", "algorithms.retrieval", "algorithms.templates", "hybrid.router"],
)
def test_importing_a_contestant_is_cheap(module):
    heavy = "lark", "sympy", "numpy", "scipy", "torch", "sklearn"
    code = (
        f"import sys, spoonbench.solvers.{module}; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("seed", "largest"), [(11, 20), (12, 4), (13, 500)])
def test_the_covered_workloads_are_solved_without_a_mistake(algebra, seed, largest):
    task = make({"n_training": 1, "n_items": 150, "seed": seed, "largest": largest})
    covered = {name.partition("/")[2] for name in algebra.info.guarantee.covers}
    splits = [split for split in task.splits if split.name in covered]
    assert {split.name for split in splits} == covered
    for split in splits:
        answers = algebra.solve([item.problem for item in split.items])
        assert [a.value for a in answers] == [
            item.target and write_number(Fraction(item.target)) for item in split.items
        ]


def test_no_malformed_expression_gets_a_value(algebra):
    malformed = make_expressions({"n_training": 1, "n_items": 1000, "seed": 902}).splits[-1]
    answers = algebra.solve([item.problem for item in malformed.items])
    assert [a.value for a in answers if a.value is not None] == []


def test_unseen_wordings_are_answered_rightly_or_not_at_all(algebra):
    task = make({"n_training": 1, "n_items": 150, "seed": 11})
    (unseen,) = [split for split in task.splits if split.name == "unseen-wordings"]
    answers = algebra.solve([item.problem for item in unseen.items])
    assert all(a.value in {None, i.target} for a, i in zip(answers, unseen.items, strict=True))
