"""What a server will be asked is known before it is asked."""

from dataclasses import replace

import pytest

from spoonbench.harness.duel.lineup import LineupChoice, enter, line_up
from spoonbench.harness.duel.plan import Wishes, make_plan
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.requests import announced
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.registry import make_task

URL = "http://127.0.0.1:1/v1"
N_ITEMS, N_LATENCY, N_THROUGHPUT, BATCH, N_ROUNDS = 8, 5, 7, 3, 2


@pytest.fixture(scope="module")
def make():
    task = make_task("word-problems", {"n_training": 20, "n_validation": 5, "n_items": N_ITEMS})
    preset = replace(
        PRESETS["quick"],
        n_rounds=N_ROUNDS,
        answer_batch=BATCH,
        latency_items=N_LATENCY,
        throughput_items=N_THROUGHPUT,
    )
    served = enter("endpoint", {"url": URL, "model": "m"}, label="m")
    served = replace(served, answered_by="server")

    def make(*only, is_timed=True):
        choice = LineupChoice(brought=(served,), routes=(("rules", "m"),), only=only)
        chosen = replace(preset, is_timed=is_timed)
        wishes = Wishes(
            requirements=Requirements(), effort=None, command=(), environment_id="e", seed=0
        )
        return make_plan(task, line_up(task, chosen, choice), chosen, wishes)

    return make


def timed(n_rounds):
    return n_rounds * (N_LATENCY + 2 + N_THROUGHPUT + 2 * BATCH)


def test_answers_once_and_timing_in_every_round(make):
    plan = make("rules", "m")
    n = len(plan.task.splits) * N_ITEMS + timed(N_ROUNDS)
    assert announced(plan, ()) == (f"m: up to {n} requests to {URL}",)


def test_a_server_is_timed_at_the_batch_size_of_its_answers_alone(make):
    sizes = {
        entry.lineup.label: [
            c.cell.placement.batch_size for c in entry.cells if c.role == "throughput"
        ]
        for entry in make("rules", "m").entries
    }
    assert sizes == {"rules": list(PRESETS["quick"].batch_sizes), "m": [BATCH]}


def test_untimed_answers_are_asked_for_once(make):
    plan = make("m", is_timed=False)
    assert announced(plan, ()) == (f"m: up to {len(plan.task.splits) * N_ITEMS} requests to {URL}",)


def test_a_hybrid_asks_for_what_its_other_parts_leave(make):
    _, hybrid = announced(make("m", "rules+m"), ())
    assert hybrid.startswith("rules+m: up to ")
    assert hybrid.endswith(f"requests to {URL}, for what its other parts leave open")


def test_what_is_there_is_not_asked_for_again(make):
    plan = make("m")
    (entry,) = plan.entries
    answers = {(c.cell.key, 0) for c in entry.cells if c.role == "answers"}
    assert announced(plan, answers) == (f"m: up to {timed(N_ROUNDS)} requests to {URL}",)
    everything = {(c.cell.key, index) for c in entry.cells for index in range(N_ROUNDS)}
    assert announced(plan, everything) == ()


def test_nobody_here_asks_a_server(make):
    assert announced(make("rules", "algebra"), ()) == ()
