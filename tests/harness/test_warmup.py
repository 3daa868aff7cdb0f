import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.warmup import has_settled, warm_up

times = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("samples", "settled"),
    [
        ((), None),
        ((100,), None),
        ((100, 100), True),
        ((100, 110), True),
        ((110, 100), True),
        ((100, 111), False),
        ((111, 100), False),
        ((900, 100, 101), True),
        ((100, 100, 900), False),
        ((0, 0), True),
        ((0, 1), False),
    ],
)
def test_calls_have_settled_where_the_last_two_took_about_the_same_time(samples, settled):
    assert has_settled(samples) is settled


@given(times, times, st.floats(1, 100))
def test_the_order_of_two_calls_does_not_matter(one, other, ratio):
    assert has_settled([one, other], ratio) is has_settled([other, one], ratio)


@pytest.mark.parametrize("ratio", [0.9, 0, -1, float("nan")])
def test_a_ratio_that_no_calls_can_keep_is_refused(ratio):
    with pytest.raises(ValueError, match="at least 1"):
        has_settled([1, 1], ratio)


@given(st.lists(times, min_size=40, max_size=40), st.integers(0, 12), st.integers(0, 12))
def test_it_stops_at_the_first_settled_pair_or_at_the_limit(samples, n_calls, n_more):
    script = iter(samples)
    warmup = warm_up(lambda: next(script), n_calls, n_more)
    done = len(warmup.samples_ns)
    assert warmup.samples_ns == tuple(samples[:done])
    assert n_calls <= done <= n_calls + n_more
    assert warmup.settled is has_settled(samples[:done])
    assert warmup.settled or done == n_calls + n_more
    before = [has_settled(samples[:count]) for count in range(n_calls, done)]
    assert not any(before)


def test_a_slow_first_call_is_left_behind():
    script = iter([5000, 1200, 1010, 1000, 1000])
    warmup = warm_up(lambda: next(script), 1, 8)
    assert warmup.samples_ns == (5000, 1200, 1010, 1000)
    assert warmup.settled


def test_times_that_never_settle_are_said_to_be_unsettled():
    script = iter(10**n for n in range(20))
    warmup = warm_up(lambda: next(script), 2, 4)
    assert len(warmup.samples_ns) == 6
    assert warmup.settled is False


def test_without_further_calls_the_fixed_number_is_made_and_still_looked_at():
    script = iter([500, 100, 100])
    warmup = warm_up(lambda: next(script), 2, 0)
    assert (warmup.samples_ns, warmup.settled) == ((500, 100), False)
