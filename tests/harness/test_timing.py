import gc
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness import timing
from spoonbench.harness.timing import (
    Pace,
    batches,
    set_aside,
    steady_collector,
    synchroniser,
    time_call,
    time_pass,
)
from spoonbench.solvers.api import Answer, Problem


def problems(count):
    return [Problem(problem_id=str(n), text=str(n)) for n in range(count)]


def echo(batch):
    return [Answer(status="answered", value=problem.text) for problem in batch]


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(1, 60))
def test_batches_hold_every_problem_once_in_order(count, size):
    found = batches(problems(count), size)
    assert [p for batch in found for p in batch] == problems(count)
    assert all(len(batch) == size for batch in found[:-1])
    assert all(batch for batch in found)


def test_a_batch_size_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        batches(problems(3), 0)


def test_a_call_is_timed_between_two_synchronisations():
    log = []
    times = iter([100, 350])

    def clock():
        log.append("clock")
        return next(times)

    def solve(batch):
        log.append("solve")
        return echo(batch)

    elapsed, answers = time_call(solve, problems(1), lambda: log.append("wait"), clock)
    assert elapsed == 250
    assert log == ["wait", "clock", "solve", "wait", "clock"]
    assert answers[0].value == "0"


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 7), st.integers(0, 20), st.integers(0, 40))
def test_a_pass_ends_once_time_is_used_and_enough_is_done(count, size, budget, least):
    work = batches(problems(count), size)
    pace = Pace(seconds=float(budget), least_items=least)
    samples = time_pass(lambda _, batch: (10**9, echo(batch)), work, pace)
    n_calls = len(samples.samples_ns)
    assert len(samples.answers) == sum(samples.items_per_sample)
    assert n_calls >= 1
    if n_calls < len(work):
        assert n_calls >= budget
        assert len(samples.answers) >= least
        done = f"{len(samples.answers)} of {count} problems done"
        assert str(samples.cut_short).endswith(done)
        assert n_calls - 1 < max(budget, 1) or len(samples.answers) - size < least
    else:
        assert samples.cut_short is None


def test_without_a_budget_a_pass_goes_to_the_end():
    samples = time_pass(lambda _, batch: (10**12, echo(batch)), batches(problems(9), 2), Pace())
    assert samples.items_per_sample == [2, 2, 2, 2, 1]


def test_the_collector_stays_on_and_leaves_older_objects_alone(monkeypatch):
    monkeypatch.setattr(timing, "_aside", [])
    with steady_collector():
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_what_was_set_aside_stays_frozen(monkeypatch):
    monkeypatch.setattr(timing, "_aside", [])
    try:
        set_aside()
        with steady_collector():
            pass
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_the_processor_needs_no_waiting():
    assert synchroniser("cpu")() is None


class FakeTorch:
    def __init__(self):
        self.waited = []
        self.cuda = self.mps = self

    def synchronize(self, device="mps"):
        self.waited.append(device)


@pytest.mark.parametrize("device", ["cuda:1", "mps"])
def test_devices_are_waited_for(monkeypatch, device):
    torch = FakeTorch()
    monkeypatch.setitem(sys.modules, "torch", torch)
    synchroniser(device)()
    assert torch.waited == [device]
