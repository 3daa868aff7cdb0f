import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.predict.drafting import (
    expected_speedup,
    expected_tokens,
    routed_speedup,
)

SHARES = st.floats(0, 1)


def test_nothing_accepted_gives_one_token_a_round_and_everything_all_of_them():
    assert expected_tokens(0, 5) == 1
    assert expected_tokens(1, 5) == 6


def test_tokens_are_those_of_a_simulated_draft():
    drawn = random.Random(1)
    rounds = 20_000
    total = 0
    for _ in range(rounds):
        accepted = 0
        while accepted < 5 and drawn.random() < 0.75:
            accepted += 1
        total += accepted + 1
    assert total / rounds == pytest.approx(expected_tokens(0.75, 5), rel=0.01)


@given(SHARES, st.integers(0, 20))
def test_a_draft_that_costs_nothing_never_slows(acceptance, n_drafted):
    assert expected_speedup(acceptance, n_drafted, 0) >= 1


@given(SHARES, SHARES, st.integers(0, 20), st.floats(0, 10))
def test_more_acceptance_is_never_slower(one, other, n_drafted, cost):
    worse, better = sorted((one, other))
    slow, fast = (expected_speedup(each, n_drafted, cost) for each in (worse, better))
    assert slow <= fast or slow == pytest.approx(fast)


def test_a_share_that_is_sped_up_leaves_the_rest():
    assert routed_speedup(0, 3) == 1
    assert routed_speedup(1, 3) == pytest.approx(3)
    assert routed_speedup(0.75, 3) == pytest.approx(2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: expected_tokens(1.1, 5),
        lambda: expected_tokens(float("nan"), 5),
        lambda: expected_tokens(0.5, -1),
        lambda: expected_speedup(0.5, 5, -0.1),
        lambda: expected_speedup(0.5, 5, float("nan")),
        lambda: routed_speedup(1.5, 3),
        lambda: routed_speedup(0.5, 0),
    ],
)
def test_what_is_out_of_range_is_refused(call):
    with pytest.raises(ValueError, match=r"from 0 to 1|0 or more|more"):
        call()
