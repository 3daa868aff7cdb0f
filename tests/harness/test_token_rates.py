import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.records import RunRecord
from spoonbench.harness.token_rates import first_token_s, later_token_s, tokens_per_second

calls = st.lists(st.tuples(st.integers(1, 10**12), st.integers(0, 10**9)), min_size=1, max_size=20)


def run(samples_ns, **metrics):
    return RunRecord(
        run_id="r",
        cell_key="k",
        environment_id="e",
        status="ok",
        started_at="2026-01-01T00:00:00.000+00:00",
        samples_ns=tuple(samples_ns),
        metrics=metrics,
    )


@given(calls)
def test_tokens_per_second_times_seconds_are_the_tokens(made):
    samples, tokens = zip(*made, strict=True)
    rates = tokens_per_second(run(samples, tokens_per_call=list(tokens)))
    back = [rate * ns / 1e9 for rate, ns in zip(rates, samples, strict=True)]
    assert back == pytest.approx(list(tokens))


def test_the_time_of_later_tokens_is_their_mean_and_the_first_stands_apart():
    found = run(
        [9000, 7000], first_token_ns=[5000, 4000], later_token_ns=[[1000, 3000], [500, 900]]
    )
    assert first_token_s(found) == pytest.approx((5e-6, 4e-6))
    assert later_token_s(found) == pytest.approx((2e-6, 0.7e-6))


def test_one_new_token_has_no_later_ones():
    found = run([9000], first_token_ns=[5000], later_token_ns=[[]])
    assert later_token_s(found) == ()


def test_what_was_not_counted_gives_nothing():
    found = run([9000])
    assert (tokens_per_second(found), first_token_s(found), later_token_s(found)) == ((), (), ())


def test_series_of_another_length_than_the_calls_are_refused():
    with pytest.raises(ValueError, match="3 figures tokens_per_call for 2 calls"):
        tokens_per_second(run([1, 2], tokens_per_call=[1, 2, 3]))


def test_a_call_of_no_time_has_no_rate():
    with pytest.raises(ValueError, match="no time at all"):
        tokens_per_second(run([0], tokens_per_call=[1]))
