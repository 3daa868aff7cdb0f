"""The user's own function answers, abstains or fails, and never breaks a run."""

import pytest

from spoonbench.solvers.api import Problem, Settings, Unsupported
from spoonbench.solvers.rules.function import FunctionSolver


@pytest.fixture
def prepared(tmp_path):
    def prepared(source, **params):
        path = tmp_path / "my_rules.py"
        path.write_text(source, "utf-8")
        solver = FunctionSolver()
        solver.prepare(Settings(params={"path": str(path), **params}))
        return solver

    return prepared


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'card'", "card"),
        ("7", "7"),
        ("0.1", "0.1"),
        ("1e3", "1000"),
        ("Fraction(1, 3)", "1/3"),
        ("Decimal('2.50')", "2.5"),
        ("-0.5", "-0.5"),
    ],
)
def test_what_the_function_returns_is_the_answer(prepared, ask, expression, value):
    source = (
        "from decimal import Decimal\nfrom fractions import Fraction\n"
        f"def solve(text):\n    return {expression}\n"
    )
    answer = ask(prepared(source), "text")
    assert (answer.status, answer.value) == ("answered", value)


def test_the_function_is_given_the_text_and_chosen_by_name(prepared, ask):
    solver = prepared("def mine(text):\n    return text.upper()\n", function="mine")
    assert ask(solver, "abc", kind="text").value == "ABC"


def test_none_abstains_and_an_answer_is_taken_as_it_is(prepared, ask):
    assert ask(prepared("def solve(text):\n    return None\n"), "x").status == "abstained"
    source = (
        "from spoonbench.solvers.api import Answer\n"
        "def solve(text):\n    return Answer(status='answered', value='1', confidence=0.5)\n"
    )
    assert ask(prepared(source), "x").confidence == 0.5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('no such thing')", "line 2: ValueError: no such thing"),
        ("return int('x')", "line 2: ValueError: invalid literal"),
        ("return solve(text)", "line 2: RecursionError"),
        ("return [1]", "list"),
        ("return True", "bool"),
        ("return float('nan')", "nan"),
        ("return float('inf')", "inf"),
    ],
)
def test_a_failing_function_fails_its_answer_with_the_reason(prepared, ask, body, reason):
    answer = ask(prepared(f"def solve(text):\n    {body}\n"), "x")
    assert answer.status == "failed"
    assert reason in answer.reason


def test_one_failure_leaves_the_other_answers_alone(prepared):
    solver = prepared("def solve(text):\n    return int(text)\n")
    problems = [Problem(problem_id=t, text=t, kind="number") for t in ("1", "x", "3")]
    assert [answer.value for answer in solver.solve(problems)] == ["1", None, "3"]


@pytest.mark.parametrize(
    ("source", "params", "message"),
    [
        ("x = 1\n", {}, "defines no 'solve'"),
        ("solve = 3\n", {}, "not callable"),
        ("def solve(text): pass\n", {"function": 3}, "function"),
        ("def solve(text): pass\n", {"speed": 3}, "speed"),
    ],
)
def test_a_file_without_the_function_is_refused_with_the_reason(prepared, source, params, message):
    with pytest.raises(Unsupported, match=message):
        prepared(source, **params)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\ndef solve(:\n", "my_rules.py: line 2: SyntaxError: invalid syntax"),
        ("\n\nimport does_not_exist\n", "my_rules.py: line 3: ModuleNotFoundError: No module"),
        ("raise SystemExit(1)\n", "my_rules.py: line 1: SystemExit: 1"),
        ("def f():\n    return 1 / 0\n\nf()\n", "my_rules.py: line 2: ZeroDivisionError"),
        ("import json\njson.loads('{')\n", "my_rules.py: line 2: JSONDecodeError"),
    ],
)
def test_a_file_that_raises_is_a_crash_with_its_line(prepared, source, message):
    with pytest.raises(RuntimeError) as caught:
        prepared(source)
    assert str(caught.value).startswith(message)
    assert "SyntaxError: invalid syntax (" not in str(caught.value), "file and line stand twice"


def test_a_file_that_is_given_relative_to_the_folder_is_known_by_its_lines(
    tmp_path, monkeypatch, ask
):
    (tmp_path / "mine.py").write_text("def solve(text):\n    raise KeyError(text)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    solver = FunctionSolver()
    solver.prepare(Settings(params={"path": "mine.py"}))
    assert ask(solver, "x").reason == "line 2: KeyError: 'x'"


def test_lack_of_memory_is_no_fault_of_the_file(prepared):
    with pytest.raises(MemoryError):
        prepared("raise MemoryError\n")


def test_a_missing_file_or_path_is_refused(tmp_path):
    with pytest.raises(Unsupported, match="no file"):
        FunctionSolver().prepare(Settings(params={"path": str(tmp_path / "none.py")}))
    with pytest.raises(Unsupported, match="path=FILE"):
        FunctionSolver().prepare(Settings())


def test_before_prepare_and_after_close_answers_fail(prepared, ask):
    solver = prepared("def solve(text):\n    return 1\n")
    solver.close()
    solver.close()
    assert "prepare" in ask(solver, "x").reason
