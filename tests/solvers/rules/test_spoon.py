"""The smallest solver is exact on the case study's family, and says nothing elsewhere."""

import inspect
import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import Problem, Settings, Unsupported
from spoonbench.solvers.rules import spoon
from spoonbench.solvers.rules.spoon import SpoonSolver

EXAMPLE = "john had 100 candies, he got 45 more from his mom"
NAMES = st.sampled_from(["john", "Mary", "Aisha", "the teacher", "Wu", "Zo\u00eb"])
THINGS = st.sampled_from(["candies", "red marbles", "books", "toy cars"])
NUMBERS = st.integers(min_value=0, max_value=10**30)
GAINS = st.sampled_from(["got {} more from his mom", "found {} more", "bought {} at the fair"])
LOSSES = st.sampled_from(["gave away {}", "lost {} of them", "ate {}", "gave {} to his sister"])
QUESTIONS = st.sampled_from(
    [
        "",
        ".",
        ". How many {} does he have now?",
        ". How many {} are left?",
        ". How many does he have?",
    ]
)


def test_the_example_is_145(ask):
    answer = ask(SpoonSolver, EXAMPLE)
    assert (answer.status, answer.value, answer.confidence) == ("answered", "145", 1.0)


OWNED = st.tuples(NAMES, THINGS)


@given(OWNED, NUMBERS, NUMBERS, GAINS, QUESTIONS)
def test_gains_are_added(owned, first, second, gain, question):
    name, things = owned
    text = f"{name} had {first} {things}, he {gain.format(second)}" + question.format(things)
    (answer,) = SpoonSolver().solve([Problem(problem_id="1", text=text, kind="number")])
    assert answer.value == str(first + second)


@given(OWNED, NUMBERS, NUMBERS, LOSSES, QUESTIONS)
def test_losses_are_subtracted_and_nothing_goes_below_zero(owned, first, second, loss, question):
    name, things = owned
    text = f"{name} had {first} {things}, he {loss.format(second)}" + question.format(things)
    (answer,) = SpoonSolver().solve([Problem(problem_id="1", text=text, kind="number")])
    if second > first:
        assert answer.status == "abstained"
    else:
        assert answer.value == str(first - second)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "john had 100 candies",
        "john had 5 candies, mary got 3 more",
        "john had 5 candies, he got 3 more from his mom than from his dad",
        "john had 5 candies, he got 3 more. How many did he have at first?",
        "john had 5 candies, he got 3 more, then he ate 2",
        "john had 5 candies, he got 3 pears",
        "john had 5 candies, he got some more",
        "john had 5.5 candies, he got 3 more",
    ],
)
def test_anything_else_is_abstained_from(ask, text):
    answer = ask(SpoonSolver, text)
    assert answer.status == "abstained"
    assert answer.reason


def test_other_kinds_of_answer_are_abstained_from(ask):
    assert ask(SpoonSolver, EXAMPLE, kind="label").status == "abstained"


@given(st.lists(st.text(), max_size=5))
def test_any_text_gets_an_answer_in_its_place(texts):
    problems = [Problem(problem_id=str(i), text=t, kind="number") for i, t in enumerate(texts)]
    assert len(SpoonSolver().solve(problems)) == len(problems)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "a had " * 170_000,
        "1 " * 500_000,
        "john had " + "1" * 1_000_000,
        "a had 1 " + "b " * 500_000,
        "a had 1 b, he got 1 b" + " from" * 200_000,
        "a had 1 b, he got 1" + " " * 1_000_000,
    ],
)
def test_a_megabyte_of_hostile_text_is_abstained_from(ask, text):
    assert ask(SpoonSolver, text).status == "abstained"


def test_parameters_are_refused():
    with pytest.raises(Unsupported, match="parameters"):
        SpoonSolver().prepare(Settings(params={"speed": 1}))


def test_the_module_stays_about_fifty_lines():
    source = inspect.getsource(spoon)
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in layout and token.string and not token.string.startswith('"""')
    }
    assert len(lines) <= 60
