import dataclasses

import pytest

from spoonbench.harness import cells
from spoonbench.harness.answer_checks import BadAnswers
from spoonbench.harness.cells import Stand, run_cell
from spoonbench.harness.executors.marker import Marker, open_page
from spoonbench.harness.memory import MemoryMeter
from spoonbench.harness.protocol import CellWork
from spoonbench.solvers.api import Answer, Problem, SolverInfo
from spoonbench.solvers.texts import CacheHeld

PROBLEMS = tuple(Problem(problem_id=str(n), text=str(n)) for n in range(5))


class Counting:
    """Answers with how often it was called."""

    info = SolverInfo(name="counting", version="1", level=1, summary="", kinds=("text",))
    calls = 0

    def prepare(self, settings):
        pass

    def solve(self, problems):
        self.calls += 1
        if problems[0].text == "bad":
            raise KeyError("bad")
        if problems[0].text == "long":
            return [Answer(status="answered", value="x" * 3_000_000) for _ in problems]
        return [Answer(status="answered", value=str(self.calls)) for _ in problems]

    def close(self):
        pass


@pytest.fixture
def stand():
    marker = Marker(open_page())
    yield Stand(
        solver=Counting(),
        device="cpu",
        memory=MemoryMeter(),
        marker=marker,
        describe=lambda exc: ("error", type(exc).__name__),
    )
    marker.close()


def test_warm_up_calls_are_kept_apart(stand):
    work = CellWork(cell_key="k", problems=PROBLEMS, batch_size=2, n_warmup=3)
    cell = run_cell(stand, [work], 0)
    assert len(cell.warmup_ns) == 3
    assert cell.items_per_sample == (2, 2, 1)
    assert [answer.value for answer in cell.answers or ()] == ["4", "4", "5", "5", "6"]


def test_answers_are_left_out_where_they_are_not_asked_for(stand):
    work = CellWork(cell_key="k", problems=PROBLEMS, batch_size=5, n_warmup=0, keep_answers=False)
    cell = run_cell(stand, [work], 0)
    assert cell.answers is None
    assert cell.warmup_ns == ()
    assert cell.items_per_sample == (5,)


def test_a_cell_without_problems_is_empty(stand):
    cell = run_cell(stand, [CellWork(cell_key="k", problems=(), batch_size=5)], 0)
    assert (cell.status, cell.samples_ns, cell.answers) == ("ok", (), ())


def test_an_impossible_batch_size_fails_the_cell(stand):
    cell = run_cell(stand, [CellWork(cell_key="k", problems=PROBLEMS, batch_size=0)], 0)
    assert (cell.status, cell.answers) == ("error", None)


def test_a_failing_call_is_located(stand):
    problems = (*PROBLEMS, Problem(problem_id="x", text="bad"))
    jobs = [
        CellWork(cell_key="a", problems=PROBLEMS, batch_size=2),
        CellWork(cell_key="b", problems=problems, batch_size=1),
    ]
    cell = run_cell(stand, jobs, 1)
    assert cell.cell_key == "b"
    assert cell.reason == "KeyError, while solving batch 6 of 6 (problem 6) of cell 2 of 2"


def test_an_answer_without_bounds_fails_its_cell(stand):
    problems = (Problem(problem_id="x", text="long"),)
    work = CellWork(cell_key="k", problems=problems, batch_size=1, n_warmup=0)
    said: list[BaseException] = []

    def describe(exc):
        said.append(exc)
        return "error", str(exc)

    stand = dataclasses.replace(stand, describe=describe)
    cell = run_cell(stand, [work], 0)
    assert (cell.status, cell.answers) == ("error", None)
    assert "3,000,000" in cell.reason
    assert "100,000" in cell.reason
    assert isinstance(said[0], BadAnswers)


def test_a_list_that_is_used_again_keeps_the_answers_of_each_call(stand):
    said: list[Answer] = []

    def solve(problems):
        said[:] = [Answer(status="answered", value=problem.text) for problem in problems]
        return said

    stand.solver.solve = solve
    cell = run_cell(stand, [CellWork(cell_key="k", problems=PROBLEMS, batch_size=2)], 0)
    assert [answer.value for answer in cell.answers or ()] == ["0", "1", "2", "3", "4"]


def test_bad_answers_are_located_in_the_call_that_gave_them(stand):
    def solve(problems):
        is_bad = problems[0].text == "2"
        return [Answer(status="answered", value=None if is_bad else "1") for _ in problems]

    stand.solver.solve = solve
    stand = dataclasses.replace(stand, describe=lambda exc: ("error", str(exc)))
    cell = run_cell(stand, [CellWork(cell_key="k", problems=PROBLEMS, batch_size=1)], 0)
    assert cell.status == "error"
    assert cell.reason == (
        "`solve` returned a bad answer (1 of 1): answered, but without a value, while solving "
        "batch 3 of 5 (problem 3) of cell 1 of 1"
    )


@pytest.fixture
def returning(monkeypatch):
    """Tells how often freed memory was to be given back; the process of the tests keeps it."""
    asked = []
    monkeypatch.setattr(cells, "keep_returning_freed", lambda: asked.append(True))
    return asked


def lean(problems=PROBLEMS, **changes):
    given = {"batch_size": 2, "n_warmup": 0, "lean_peak": True}
    return CellWork(cell_key="k", problems=problems, **{**given, **changes})


def test_the_batch_with_most_text_is_called_once_more(stand, returning):
    asked = []

    def solve(problems):
        asked.append([one.text for one in problems])
        return [Answer(status="answered", value="1") for _ in problems]

    stand.solver.solve = solve
    problems = [Problem(problem_id=text, text=text) for text in ("1", "222", "33", "44444", "5")]
    cell = run_cell(stand, [lean(tuple(problems))], 0)
    assert asked == [["1", "222"], ["33", "44444"], ["5"], ["33", "44444"]]
    assert returning == [True]
    assert len(cell.samples_ns) == 3
    assert len(cell.answers) == 5
    assert isinstance(cell.metrics["lean_peak_bytes"], int)


def test_where_memory_cannot_be_given_back_the_reason_is_kept(stand, monkeypatch):
    monkeypatch.setattr(cells, "keep_returning_freed", lambda: "it is kept here")
    cell = run_cell(stand, [lean()], 0)
    assert cell.status == "ok"
    assert "lean_peak_bytes" not in cell.metrics
    assert cell.missing["lean_peak_bytes"] == "it is kept here"


def test_the_cache_of_that_call_is_told(stand, returning):
    def cache_of(call):
        call()
        return CacheHeld(bytes=100, n_texts=2, n_tokens=5)

    stand.solver.cache_of = cache_of
    cell = run_cell(stand, [lean()], 0)
    assert [cell.metrics[f"cache_{name}"] for name in ("bytes", "texts", "tokens")] == [100, 2, 5]
    assert stand.solver.calls == 4
    stand.solver.cache_of = lambda call: call() and None
    assert "cache_bytes" not in run_cell(stand, [lean()], 0).metrics


def test_nothing_to_answer_has_no_lean_peak(stand, returning):
    cell = run_cell(stand, [lean(())], 0)
    assert cell.missing["lean_peak_bytes"] == "there is nothing to call with"
    assert not returning


def test_no_cell_is_measured_after_the_allocator_has_changed(stand, returning):
    after = CellWork(cell_key="b", problems=PROBLEMS, batch_size=2)
    stand = dataclasses.replace(stand, describe=lambda exc: ("error", str(exc)))
    cell = run_cell(stand, [lean(), after], 1)
    assert cell.status == "error"
    assert cell.reason.startswith("a cell before this one changed how memory is given back")
