"""The smallest rules for expressions: right wherever they answer, silent elsewhere."""

import inspect
import io
import tokenize
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.scoring import score
from spoonbench.harness.tasks.expressions.task import make
from spoonbench.solvers.api import Problem, Settings, Unsupported
from spoonbench.solvers.numerals import read_number
from spoonbench.solvers.rules import expressions
from spoonbench.solvers.rules.expressions import ExpressionRuleSolver

NUMBERS = st.one_of(
    st.integers(0, 10**40).map(str), st.decimals(0, 1000, places=2).map(lambda d: f"{d:.2f}")
)
OPERATORS = st.sampled_from("+-*/")


def solve(text):
    [answer] = ExpressionRuleSolver().solve([Problem(problem_id="1", text=text, kind="number")])
    return answer


def exact(*parts):
    """The value by Python's own precedence; None for a division by zero."""
    code = "".join(part if part in "+-*/" else f"F('{part}')" for part in parts)
    try:
        return eval(code, {"__builtins__": {}, "F": Fraction})
    except ZeroDivisionError:
        return None


@given(NUMBERS, OPERATORS, NUMBERS)
def test_one_operation_is_exact(left, operator, right):
    answer = solve(f"{left} {operator} {right} = ")
    value = exact(left, operator, right)
    assert (answer.status == "answered") == (value is not None)
    assert value is None or read_number(answer.value) == value


@given(st.tuples(NUMBERS, OPERATORS, NUMBERS, OPERATORS, NUMBERS))
def test_two_operations_are_exact(parts):
    answer, value = solve(f"What is {''.join(parts)}?"), exact(*parts)
    assert (answer.status == "answered") == (value is not None)
    assert value is None or read_number(answer.value) == value


@given(NUMBERS, NUMBERS)
def test_percentages_are_exact(percentage, whole):
    answer = solve(f"{percentage}% of {whole}")
    assert read_number(answer.value) == Fraction(percentage) * Fraction(whole) / 100


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 + 3 = ", "8"),
        ("1,000 \u2212 1 =?", "999"),
        ("7 \u00f7 2 \u00d7 2", "7"),
        ("2 + 3 * 4", "14"),
        ("2 / 3", "2/3"),
        ("Calculate 15 percent of 80", "12"),
    ],
)
def test_reads(text, value):
    assert solve(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "5 +",
        "5 + * 3",
        "-5 + 3",
        "5 - -3",
        "(5 + 3)",
        "1 + 2 + 3 + 4",
        "2^3",
        "5 / 0",
        "5 + 3 / 0",
        "3 / 0 * 2",
        "5. + 3",
        "1,00 + 3",
        "5 + x",
        "80 + 15%",
        "five plus three",
        "5 + 3 = 8",
    ],
)
def test_anything_else_is_abstained_from(text):
    answer = solve(text)
    assert answer.status == "abstained"
    assert answer.reason


@pytest.mark.parametrize("seed", range(2))
def test_no_answer_to_the_task_is_wrong_and_the_promised_splits_are_right(seed):
    solver = ExpressionRuleSolver()
    task = make({"n_training": 1000, "n_items": 400, "seed": seed})
    promised = {covered.partition("/")[2] for covered in solver.info.guarantee.covers}
    assert all(c.startswith(f"{task.name}@{task.version}/") for c in solver.info.guarantee.covers)
    assert promised == {"large-integers", "decimals", "malformed"}
    for split in (task.training, *task.splits):
        answers = solver.solve([item.problem for item in split.items])
        for item, answer in zip(split.items, answers, strict=True):
            is_right = score("number", answer, item.target).is_correct
            is_silent = answer.status == "abstained" and split.name not in promised
            assert is_right or is_silent, (split.name, item.problem.text, answer)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["1" * 10**6, "1 + " * 10**5, "1," * 10**5, "5 + 3" + " " * 10**6])
def test_hostile_text_is_abstained_from(text):
    assert solve(text).status == "abstained"


def test_other_kinds_and_parameters_are_refused(ask):
    assert ask(ExpressionRuleSolver, "5 + 3", kind="label").status == "abstained"
    with pytest.raises(Unsupported, match="parameters"):
        ExpressionRuleSolver().prepare(Settings(params={"speed": 1}))


def test_the_module_stays_small():
    source = inspect.getsource(expressions)
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in layout and token.string and not token.string.startswith('"""')
    }
    assert len(lines) <= 80
