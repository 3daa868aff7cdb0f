import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import Problem, Settings
from spoonbench.solvers.rules.equations import EquationRuleSolver


def answer(text):
    solver = EquationRuleSolver()
    solver.prepare(Settings())
    return solver.solve([Problem(problem_id="1", text=text, kind="number")])[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Solve for x: 3x + 5 = 20", "5"),
        ("20 = 3x + 5, x = ?", "5"),
        ("-x - 4 = 2. What is x?", "-6"),
        ("If 4(y - 2) = 6, what is y?", "3.5"),
        ("Find t: t/4 + 1 = 3.", "8"),
        ("7 - 2x = 1. What is x?", "3"),
        ("A number plus 4 is 7. Find the number.", "3"),
        ("4 less than 3 times a number is 20. What is the number?", "8"),
        ("Twice a number increased by 3 is 9. What is the number?", "3"),
    ],
)
def test_solves_one_equation(text, value):
    assert answer(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3x + 5 = 20",
        "If 3x + 5 = 20, what is y?",
        "Solve for x: 3x + 5 = 2x",
        "Solve for x: 0x + 5 = 5",
        "Solve for x: x/0 + 5 = 5",
        "x + y = 3. What is x?",
        "5 = 5. What is x?",
        "4 more than a number minus 3 is 9. Find the number.",
        "0 times a number plus 3 is 3. Find the number.",
    ],
)
def test_abstains_from_anything_else(text):
    assert answer(text).status == "abstained"


@given(st.integers(-99, 99).filter(bool), st.integers(-99, 99), st.integers(-99, 99))
def test_undoes_what_was_done_to_the_unknown(a, x, b):
    sign = "-" if b < 0 else "+"
    found = answer(f"Solve for x: {a}x {sign} {abs(b)} = {a * x + b}")
    assert found.value == str(x)
