import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.estimates import Proportion
from spoonbench.reports import quantities
from spoonbench.reports.quantities import DASH

FORMATS = [
    quantities.duration,
    quantities.size,
    quantities.count,
    quantities.rate,
    quantities.energy,
    quantities.money,
    quantities.times,
    quantities.share,
]
UNITS = {
    quantities.duration: {
        "ns": 1e-9, "\u00b5s": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600
    },
    quantities.size: {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12},
    quantities.count: {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15},
    quantities.energy: {"nJ": 1e-9, "\u00b5J": 1e-6, "mJ": 1e-3, "J": 1, "kJ": 1e3},
}  # fmt: skip


@pytest.mark.parametrize("show", FORMATS)
def test_no_figure_is_a_dash_and_never_zero(show):
    assert show(None) == DASH


@pytest.mark.parametrize("show", UNITS)
@given(value=st.floats(1e-9, 1e15))
def test_a_figure_can_be_read_back_to_three_digits(show, value):
    number, _, unit = show(value).partition(" ")
    read = float(number.replace(",", "")) * UNITS[show][unit]
    assert read == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize("show", UNITS)
@given(value=st.floats(1, 3e6))
def test_units_are_chosen_so_that_figures_stay_short(show, value):
    assert len(show(value).partition(" ")[0]) <= 6


@given(st.integers(1, 10**6), st.data())
def test_shares_round_to_all_or_nothing_only_where_it_is_so(n, data):
    n_successes = data.draw(st.integers(0, n))
    text = quantities.share(n_successes / n)
    assert (text == "100.0%") == (n_successes == n)
    assert (text == "0.0%") == (n_successes == 0)


def test_a_share_stands_with_its_interval():
    share = Proportion(n_successes=971, n=1000, low=0.9587, high=0.9797)
    assert quantities.proportion(share) == "97.1% (95.9-98.0)"


def test_a_share_of_nothing_is_a_dash():
    assert quantities.proportion(Proportion(n_successes=0, n=0, low=0.0, high=1.0)) == DASH


def test_a_rounded_figure_takes_the_unit_that_it_reaches():
    assert quantities.duration(0.00099999) == "1.00 ms"
    assert quantities.size(999_900) == "1.00 MB"


@pytest.mark.parametrize(
    ("unit", "shown"), [("s", "1.50 s"), ("bytes", "1.50 B"), ("J", "1.50 J"), ("%", "1.50 %")]
)
def test_a_figure_is_shown_by_the_name_of_its_unit(unit, shown):
    assert quantities.measured(1.5, unit) == shown


def test_figures_beyond_all_units_are_still_figures():
    assert quantities.significant(float("inf")) == "inf"
    assert quantities.count(2.5e19) == "25,000 P"
