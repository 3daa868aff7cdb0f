"""Every mode in a real child, with a language model that was trained here."""

import pytest

from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.protocol import CellWork, Job
from spoonbench.harness.registry import find_solver
from spoonbench.solvers.api import Example, Part, Problem, Settings

PROBLEMS = tuple(
    Problem(problem_id=str(i), text=f"ann has {i % 5} pens", kind="number") for i in range(6)
)
EXAMPLES = tuple(Example(problem=p, target=str(i % 5)) for i, p in enumerate(PROBLEMS))


def work(mode, **more):
    return CellWork(cell_key=mode, batch_size=2, n_calls=3, mode=mode, **{"problems": (), **more})


CELLS = (
    work("answer", problems=PROBLEMS, breakdown=True),
    work("prefill", prompt_tokens=16),
    work("decode", prompt_tokens=16, new_tokens=5),
    work("score", examples=EXAMPLES),
    work("train", examples=EXAMPLES, accumulation=2),
)


@pytest.fixture(scope="module")
def executor():
    with LocalExecutor() as executor:
        yield executor


def part(name="lm-tiny", **settings):
    found = find_solver(name)
    return Part(name=name, target=found.target, settings=Settings(**settings))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_one_child_times_every_mode_in_turn(executor, trained_results, dtype):
    artifacts = (trained_results / "models").glob("*/content")
    job = Job(job_id="j", part=part(dtype=dtype), artifact=str(next(artifacts)), cells=CELLS)
    done = executor.run(job)
    assert done.status == "ok", done.reason
    answer, prefill, decode, score, train = done.cells
    assert {cell.status for cell in (answer, prefill, decode, score)} == {"ok"}
    assert [a.status for a in answer.answers] == ["answered"] * 6
    assert [sum(parts.values()) for parts in answer.metrics["parts_ns"]] == list(answer.samples_ns)
    assert prefill.metrics["tokens_per_call"] == [32] * 3
    assert decode.metrics["tokens_per_call"] == [10] * 3
    assert [len(later) for later in decode.metrics["later_token_ns"]] == [4] * 3
    assert all(tokens > 0 for tokens in score.metrics["tokens_per_call"])
    if dtype == "float16":
        assert train.status == "skipped"
        assert "learns in float32" in train.reason
    else:
        assert train.status == "ok"
        assert train.items_per_sample == (4, 4, 4)
        assert train.metrics["step_dtype"] == "float32"


def test_training_steps_need_no_trained_model(executor):
    params = {"n_layers": 1, "n_heads": 2, "hidden_size": 32, "vocabulary_size": 320}
    job = Job(job_id="j", part=part(params=params), cells=CELLS[-1:])
    done = executor.run(job)
    assert (done.status, done.size) == ("ok", None)
    (train,) = done.cells
    assert train.status == "ok"
    assert len(train.metrics["loss"]) == 3
    assert all(0 < loss < 20 for loss in train.metrics["loss"])


def test_contestants_without_a_mode_are_skipped_and_answer_all_the_same(executor):
    cells = (CELLS[1], work("answer", problems=PROBLEMS))
    done = executor.run(Job(job_id="j", part=part("spoon"), cells=cells))
    assert [cell.status for cell in done.cells] == ["skipped", "ok"]
    assert done.cells[0].reason == "spoon cannot time the reading of a prompt alone"
