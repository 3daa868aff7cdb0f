"""The results store: what one record with its answers costs."""

import pytest

from spoonbench.harness.records import RunRecord, ScoredAnswer
from spoonbench.harness.store.writer import open_writer


@pytest.mark.parametrize("n_answers", [0, 1000])
def test_one_run(benchmark, tmp_path, n_answers):
    answers = tuple(
        ScoredAnswer(problem_id=f"p{i}", status="answered", value=str(i), is_correct=True)
        for i in range(n_answers)
    )
    numbers = iter(range(10**9))

    with open_writer(tmp_path / "store.sqlite") as store:

        def write():
            store.add_run(
                RunRecord(
                    run_id=f"run-{next(numbers)}",
                    cell_key="c" * 64,
                    environment_id="e" * 16,
                    status="ok",
                    started_at="2026-01-01T00:00:00+00:00",
                    answers=answers,
                )
            )

        benchmark.pedantic(write, rounds=20, iterations=1, warmup_rounds=2)
