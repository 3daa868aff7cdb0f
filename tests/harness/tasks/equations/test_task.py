import re
from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.equations.task import make
from spoonbench.harness.tasks.equations.writing import write_group, write_sum

SMALL = {"n_training": 400, "n_validation": 20, "n_items": 60}
ONE = re.compile(r"[^:.,?]*=[^:.,?]*")
IN_SYMBOLS = ("both-sides", "fractions", "three-unknowns", "unanswerable")


@pytest.fixture(scope="module")
def task():
    return make(SMALL)


def equations_of(text):
    """Equations in symbols, each as an expression that is 0, by sympy's own reader."""
    text = re.sub(r"\s=\s\?", "", text)
    text = re.sub(r"^(Solve the system|Solve for \w:|Given that|Find \w:|If)\s", "", text)
    text = re.sub(r"(for \w\.|, find \w\.|[.,] [Ww]hat is \w\?|, \w|\.)$", "", text)
    found = []
    for equation in re.split(r", | and ", text):
        left, right = (re.sub(r"(\d|\))([a-z(])", r"\1*\2", side) for side in equation.split(" = "))
        found.append(sympy.sympify(left, rational=True) - sympy.sympify(right, rational=True))
    return found


def asked_in(text):
    pattern = r"for (\w)[:.]|what is (\w)\?|find (\w)[:.]|, (\w) = \?"
    return next(name for name in re.search(pattern, text, re.IGNORECASE).groups() if name)


@pytest.mark.parametrize("name", IN_SYMBOLS)
def test_every_target_is_what_another_solver_finds(task, name):
    (split,) = [split for split in task.splits if split.name == name]
    for item in split.items:
        system, asked = equations_of(item.problem.text), sympy.Symbol(asked_in(item.problem.text))
        symbols = sorted({asked}.union(*(e.free_symbols for e in system)), key=str)
        solutions = list(sympy.linsolve(system, symbols))
        value = solutions[0][symbols.index(asked)] if solutions else None
        if item.target is None:
            assert value is None or value.free_symbols, item.problem.text
        else:
            assert value == sympy.Rational(item.target), item.problem.text


def test_no_text_stands_twice(task):
    splits = (task.training, task.validation, *task.splits)
    texts = [item.problem.text for split in splits for item in split.items]
    assert len(set(texts)) == len(texts)
    assert len({i.problem.problem_id for s in splits for i in s.items}) == len(texts)


def test_the_amount_of_training_changes_no_held_out_item(task):
    other = make({**SMALL, "n_training": 50})
    assert [s.items_hash for s in other.splits] == [s.items_hash for s in task.splits]
    assert make(SMALL).training.items_hash == task.training.items_hash
    assert make({**SMALL, "seed": 1}).splits[0].items_hash != task.splits[0].items_hash


def test_some_of_the_test_part_is_unanswerable(task):
    share = sum(item.target is None for item in task.splits[0].items) / 60
    assert 0 < share < 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_item": 3}, "did you mean 'n_items'"),
        ({"largest": 2}, "largest must be from 3"),
        ({"largest": 3, "n_items": 2_000}, "too few different problems"),
        ({"seed": "x"}, "seed must be a whole number"),
    ],
)
def test_wrong_options_are_refused(options, words):
    with pytest.raises(BadTask, match=words):
        make({**SMALL, **options})


@given(
    st.lists(st.fractions(min_value=-9, max_value=9, max_denominator=5), min_size=2, max_size=2),
    st.integers(-9, 9),
)
def test_a_written_sum_reads_back(coefficients, rest):
    written = write_sum(coefficients, ["x", "y"], rest)
    x, y = sympy.symbols("x y")
    wanted = sum(sympy.Rational(c) * s for c, s in zip(coefficients, (x, y), strict=True)) + rest
    read = sympy.sympify(re.sub(r"(\d|\))([a-z])", r"\1*\2", written), rational=True)
    assert sympy.expand(read - wanted) == 0


@pytest.mark.parametrize(("factor", "text"), [(1, "(x + 2)"), (-1, "-(x + 2)"), (3, "3(x + 2)")])
def test_a_written_group(factor, text):
    assert write_group(factor, "x", 2) == text


def test_fractions_are_exact(task):
    (split,) = [split for split in task.splits if split.name == "fractions"]
    assert any(Fraction(item.target).denominator > 1 for item in split.items)
