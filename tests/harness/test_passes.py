"""Every mode through `run_cell`, with contestants made for it."""

import dataclasses
import time
from typing import Any

import pytest

from spoonbench.harness import cells
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.executors.marker import Marker, open_page
from spoonbench.harness.memory import MemoryMeter
from spoonbench.harness.protocol import MORE_WARMUP, CellResult, CellWork
from spoonbench.harness.worker import verdict
from spoonbench.solvers.api import Answer, Example, Problem, SolverInfo
from spoonbench.solvers.texts import DecodeTimes

PROBLEMS = tuple(Problem(problem_id=str(n), text=str(n)) for n in range(5))
EXAMPLES = tuple(Example(problem=problem, target="x") for problem in PROBLEMS)
WORKS: dict[str, Any] = {
    "answer": {"problems": PROBLEMS},
    "prefill": {"prompt_tokens": 7},
    "decode": {"prompt_tokens": 7, "new_tokens": 3},
    "score": {"examples": EXAMPLES},
    "train": {"examples": EXAMPLES},
}


def work(mode, **more):
    facts = {"cell_key": "k", "problems": (), "batch_size": 2, "n_calls": 4, **WORKS[mode], **more}
    return CellWork(mode=mode, **facts)


class Plain:
    """Only answers."""

    info = SolverInfo(name="plain", version="1", level=1, summary="", kinds=("text",))

    def __init__(self):
        self.seen: list[Any] = []

    def prepare(self, settings):
        pass

    def solve(self, problems):
        return [Answer(status="answered", value=problem.text) for problem in problems]

    def close(self):
        pass


class Able(Plain):
    """Does everything, and notes what it was asked."""

    loss: Any = 0.5
    is_watched = False
    parts_of_call = 0

    def prefill(self, n_texts, n_tokens):
        self.seen.append((n_texts, n_tokens))

    def decode(self, n_texts, prompt_tokens, new_tokens):
        self.seen.append((n_texts, prompt_tokens, new_tokens))
        start = time.perf_counter_ns()
        moments = [time.perf_counter_ns() for _ in range(new_tokens)]
        gaps = [b - a for a, b in zip([start, *moments], moments, strict=False)]
        return DecodeTimes(first_token_ns=gaps[0], later_token_ns=tuple(gaps[1:]))

    def score_examples(self, examples):
        self.seen.append([example.problem.problem_id for example in examples])
        return [-1.0] * len(examples)

    def step(self, examples, *, accumulation=1):
        self.seen.append(([example.problem.problem_id for example in examples], accumulation))
        return self.loss

    def step_dtype(self):
        return "bfloat16"

    def count_tokens(self, examples):
        return [10 + int(example.problem.problem_id) for example in examples]

    def solve(self, problems):
        self.parts_of_call += 7 if self.is_watched else 0
        return super().solve(problems)

    def watch_parts(self, on):
        self.is_watched = on

    def break_down(self):
        parts, self.parts_of_call = self.parts_of_call, 0
        return {"tokenizing": parts, "computing": 1}


@pytest.fixture
def measure():
    """Runs the last of some cells with a contestant; what it says went through JSON."""
    marker = Marker(open_page())

    def run(solver, *works):
        stand = cells.Stand(
            solver=solver, device="cpu", memory=MemoryMeter(), marker=marker, describe=verdict
        )
        done = cells.run_cell(stand, works, len(works) - 1)
        return from_json(CellResult, to_json(done))

    yield run
    marker.close()


@pytest.mark.parametrize("mode", ["prefill", "decode", "score", "train"])
def test_a_contestant_without_the_method_is_skipped_with_one_reason(measure, mode):
    cell = measure(Plain(), work(mode))
    assert (cell.status, cell.samples_ns) == ("skipped", ())
    assert cell.reason.startswith("plain cannot ")
    assert "while" not in cell.reason


@pytest.mark.parametrize("mode", list(WORKS))
def test_every_mode_gives_a_sample_a_call_with_its_texts(measure, mode):
    cell = measure(Able(), work(mode))
    assert cell.status == "ok"
    assert cell.items_per_sample == ((2, 2, 1) if mode == "answer" else (2, 2, 2, 2))
    assert len(cell.samples_ns) == len(cell.items_per_sample)
    assert (cell.answers is not None) == (mode == "answer")


def test_prompts_are_read_at_the_length_asked_for_and_counted(measure):
    solver = Able()
    cell = measure(solver, work("prefill"))
    assert set(solver.seen) == {(2, 7)}
    assert cell.metrics["tokens_per_call"] == [14] * 4


def test_first_and_later_tokens_stand_apart_and_fit_into_their_call(measure):
    solver = Able()
    cell = measure(solver, work("decode"))
    assert set(solver.seen) == {(2, 7, 3)}
    assert cell.metrics["tokens_per_call"] == [6] * 4
    rows = zip(
        cell.metrics["first_token_ns"],
        cell.metrics["later_token_ns"],
        cell.samples_ns,
        strict=True,
    )
    for first, later, whole in rows:
        assert len(later) == 2
        assert 0 <= first + sum(later) <= whole


def test_examples_are_taken_in_turn_and_from_the_first_on_again(measure):
    solver = Able()
    cell = measure(solver, work("score", more_warmup=0))
    assert solver.seen == [["0", "1"], ["0", "1"], ["2", "3"], ["4", "0"], ["1", "2"]]
    assert cell.metrics["tokens_per_call"] == [21, 25, 24, 23]


def test_tokens_are_not_made_up_where_the_contestant_does_not_count_them(measure):
    class Uncounted(Plain):
        def score_examples(self, examples):
            return [-1.0] * len(examples)

    cell = measure(Uncounted(), work("score"))
    assert (cell.status, list(cell.metrics)) == ("ok", ["warmup_settled"])


def test_a_step_takes_a_batch_for_each_of_its_passes(measure):
    solver = Able()
    cell = measure(solver, work("train", accumulation=2, more_warmup=0, n_calls=2))
    assert solver.seen[1:] == [(["0", "1", "2", "3"], 2), (["4", "0", "1", "2"], 2)]
    assert cell.items_per_sample == (4, 4)
    assert cell.metrics["loss"] == [0.5, 0.5]
    assert cell.metrics["step_dtype"] == "bfloat16"


@pytest.mark.parametrize("mode", list(WORKS))
def test_whether_the_warm_up_has_settled_is_recorded_with_its_samples(measure, mode):
    cell = measure(Able(), work(mode, n_warmup=2))
    assert cell.metrics["warmup_settled"] in {True, False}
    most = 2 if mode == "answer" else 2 + MORE_WARMUP
    assert 2 <= len(cell.warmup_ns) <= most
    assert cell.metrics["warmup_settled"] or len(cell.warmup_ns) == most


def test_answers_warm_up_until_they_settle_where_that_is_asked_for(measure, monkeypatch):
    script = iter([900, 300, 105, 100, 50])
    monkeypatch.setattr(cells, "time_call", lambda run, batch, _: (next(script), run(batch)))
    cell = measure(Able(), work("answer", more_warmup=8, problems=PROBLEMS[:1]))
    assert cell.warmup_ns == (900, 300, 105, 100)
    assert cell.metrics["warmup_settled"] is True
    assert cell.samples_ns == (50,)


def test_calls_that_never_settle_end_the_warm_up_at_its_limit(measure, monkeypatch):
    script = iter(2**n for n in range(40))
    monkeypatch.setattr(cells, "time_call", lambda run, batch, _: (next(script), run(batch)))
    cell = measure(Able(), work("prefill", n_warmup=2))
    assert len(cell.warmup_ns) == 2 + MORE_WARMUP
    assert cell.metrics["warmup_settled"] is False


def test_one_warm_up_call_cannot_tell_whether_it_has_settled(measure):
    assert measure(Able(), work("answer")).metrics["warmup_settled"] is None


def test_parts_and_rest_add_up_to_the_call(measure):
    solver = Able()
    cell = measure(solver, work("answer", breakdown=True, n_warmup=3))
    parts = cell.metrics["parts_ns"]
    assert [part["tokenizing"] for part in parts] == [7, 7, 7]
    assert [sum(part.values()) for part in parts] == list(cell.samples_ns)
    assert not solver.is_watched


def test_the_stopwatches_are_put_away_when_a_call_fails(measure):
    class Broken(Able):
        def solve(self, problems):
            raise KeyError("x")

    solver = Broken()
    assert measure(solver, work("answer", breakdown=True)).status == "error"
    assert not solver.is_watched


def test_parts_that_exceed_the_call_are_refused(measure):
    class Boaster(Able):
        def break_down(self):
            return {"computing": 10**15}

    cell = measure(Boaster(), work("answer", breakdown=True))
    assert cell.status == "error"
    assert "`break_down` returned" in cell.reason


def test_a_breakdown_is_skipped_where_the_contestant_has_none(measure):
    cell = measure(Plain(), work("answer", breakdown=True))
    assert (cell.status, cell.reason) == (
        "skipped",
        "plain cannot tell the parts of an answering call apart",
    )


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        (None, "a NoneType, not DecodeTimes"),
        (DecodeTimes(first_token_ns=1, later_token_ns=(1,)), "the times of 2 tokens, not 3"),
        (DecodeTimes(first_token_ns=1, later_token_ns=(1, -1)), "times of 1 ns"),
        (DecodeTimes(first_token_ns=10**15, later_token_ns=(1, 1)), "for a call of"),
    ],
)
def test_times_of_tokens_that_cannot_be_are_refused(measure, times, fault):
    class Liar(Able):
        def decode(self, n_texts, prompt_tokens, new_tokens):
            return times

    cell = measure(Liar(), work("decode"))
    assert cell.status == "error"
    assert fault in cell.reason


@pytest.mark.parametrize("scores", [None, [], [-1.0], [-1.0, float("nan")], [-1.0, "x"]])
def test_scores_that_are_none_are_refused(measure, scores):
    class Liar(Able):
        def score_examples(self, examples):
            return scores

    cell = measure(Liar(), work("score"))
    assert cell.status == "error"
    assert "`score_examples`" in cell.reason


@pytest.mark.parametrize("loss", [None, float("nan"), float("inf"), "0.1"])
def test_a_loss_that_is_none_is_refused(measure, loss):
    solver = Able()
    solver.loss = loss
    cell = measure(solver, work("train"))
    assert cell.status == "error"
    assert "not a loss" in cell.reason


@pytest.mark.parametrize(
    ("mode", "change", "fault"),
    [
        ("prefill", {"prompt_tokens": None}, "needs prompt_tokens of at least 1, not None"),
        ("prefill", {"prompt_tokens": 0}, "needs prompt_tokens of at least 1, not 0"),
        ("prefill", {"new_tokens": 3}, "has no new_tokens: leave it out"),
        ("prefill", {"accumulation": 2}, "has no accumulation: leave it out"),
        ("decode", {"new_tokens": None}, "needs new_tokens of at least 1, not None"),
        ("decode", {"problems": PROBLEMS}, "has no problems: leave it out"),
        ("score", {"examples": ()}, "needs examples"),
        ("train", {"breakdown": True}, "has no breakdown: leave it out"),
        ("train", {"n_calls": 0}, "needs n_calls of at least 1, not 0"),
        ("answer", {"examples": EXAMPLES}, "has no examples: leave it out"),
        ("answer", {"batch_size": 0}, "needs batch_size of at least 1, not 0"),
    ],
)
def test_work_that_a_mode_cannot_do_is_refused_by_name(measure, mode, change, fault):
    cell = measure(Able(), work(mode, **change))
    assert cell.status == "error"
    assert cell.reason.startswith(f"the mode '{mode}' {fault}")


def test_a_mode_that_is_none_is_refused(measure):
    cell = measure(Able(), dataclasses.replace(work("answer"), mode="dream"))
    assert "the mode 'dream' is none of answer, prefill" in cell.reason


@pytest.mark.parametrize("mode", ["answer", "prefill", "decode", "score"])
def test_nothing_else_is_measured_after_training_steps(measure, mode):
    cell = measure(Able(), work("train"), work(mode))
    assert cell.status == "error"
    assert "cells that train come last" in cell.reason


def test_training_cells_may_follow_each_other(measure):
    assert measure(Able(), work("train"), work("train", batch_size=1)).status == "ok"


def test_a_pass_that_is_cut_short_says_so_in_texts(measure):
    cell = measure(Able(), work("prefill", seconds=0.0, least_items=4))
    assert cell.items_per_sample == (2, 2)
    assert cell.reason.endswith("4 of 8 texts done")
    assert cell.metrics["tokens_per_call"] == [14, 14]


def test_a_failing_call_is_located(measure):
    class Broken(Able):
        def prefill(self, n_texts, n_tokens):
            super().prefill(n_texts, n_tokens)
            if len(self.seen) > 2:
                raise MemoryError

    cell = measure(Broken(), work("prefill", n_warmup=1, more_warmup=0))
    assert cell.status == "oom"
    assert cell.reason.endswith("while timing call 2 of 4 (prefill) of cell 1 of 1")
