import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.endpoint import retries
from spoonbench.solvers.llm.endpoint.failures import Failure
from spoonbench.solvers.llm.endpoint.retries import Backoff, Breaker, retry_after_s

GONE = Failure(reason="gone", is_gone=True)
OTHER = Failure(reason="other")


@given(seed=st.integers(), first=st.floats(0, 60), attempt=st.integers(0, 50))
def test_waits_are_bounded_and_repeat_with_the_seed(seed, first, attempt):
    wait_s = Backoff(first, seed).wait_s(attempt)
    assert 0 <= wait_s <= min(retries.MOST_WAIT_S, first * 2.0**attempt)
    assert wait_s == Backoff(first, seed).wait_s(attempt)


def test_bounds_double():
    widest = [max(Backoff(1.0, seed).wait_s(n) for seed in range(200)) for n in range(5)]
    assert widest == pytest.approx([1, 2, 4, 8, 16], rel=0.05)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "later"}, None),
    ],
)
def test_what_a_server_asks_to_wait(headers, seconds):
    assert retry_after_s(headers) == seconds


def test_only_questions_in_a_row_count():
    breaker = Breaker()
    for outcome in [GONE, GONE, None, GONE, GONE, OTHER, GONE, GONE]:
        breaker.record(outcome)
        assert breaker.refusal() is None
    breaker.record(GONE)
    assert breaker.refusal() == GONE


def test_one_question_is_let_through_after_the_pause(monkeypatch):
    breaker = Breaker()
    for _ in range(retries.GIVE_UP_AFTER):
        breaker.record(GONE)
    now_ns = breaker._last_ns + int(retries.PROBE_AFTER_S * 1e9)
    monkeypatch.setattr(time, "perf_counter_ns", lambda: now_ns)
    assert [breaker.refusal() for _ in range(3)] == [None, GONE, GONE]
    breaker.record(None)
    assert not breaker.is_open
