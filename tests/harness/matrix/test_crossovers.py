"""Where lines cross: known crossings are found, and none is claimed that was not measured."""

import math
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.matrix.crossovers import do_cross, find_crossovers, fit_line, interval

SIZES = [1, 2, 4, 8, 16, 32]


def ratios_of(crossing, slope, noise=(0.0,)):
    return {
        size: [slope * (math.log(size) - math.log(crossing)) + one for one in noise]
        for size in SIZES
    }


@given(st.floats(1.5, 30), st.floats(0.05, 2))
def test_the_zero_of_a_line_is_found(crossing, slope):
    assert fit_line(ratios_of(crossing, slope)).zero == pytest.approx(crossing, rel=1e-6)


def test_the_interval_holds_the_crossing_and_grows_with_the_noise():
    narrow = interval(ratios_of(8, 0.5, (-0.02, 0.0, 0.02)))
    wide = interval(ratios_of(8, 0.5, (-0.4, 0.0, 0.4)))
    assert narrow[0] <= 8 <= narrow[1]
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def test_the_interval_holds_the_crossing_nearly_always():
    draw, held = random.Random(1), 0
    for _ in range(60):
        ratios = {
            size: [0.4 * math.log(size / 8) + draw.gauss(0, 0.1) for _ in range(5)]
            for size in SIZES
        }
        low, high = interval(ratios)
        held += low <= 8 <= high
    assert held >= 48


@pytest.fixture
def find(laboratory):
    def found(rate_of, axes=None):
        matrix = laboratory.plan(
            axes or {"batch": SIZES, "dtype": ["fp32", "bf16"]}, model="lm-tiny"
        ).matrix
        rates = {cell.name: dict(enumerate(rate_of(cell.placement))) for cell in matrix.cells}
        return find_crossovers(matrix, rates)

    return found


def test_a_crossover_has_its_batch_size_and_an_interval(find):
    def rate(at):
        return [
            100 * one * (1 if at.dtype == "float32" else at.batch_size / 6) for one in (1, 1.01)
        ]

    (found,) = find(rate)
    assert (found.first, found.second) == ("fp32", "bf16")
    assert found.batch_size == pytest.approx(6, rel=0.01)
    assert found.low <= found.batch_size <= found.high
    assert "bf16 overtakes at a batch of about 6.0" in found.text


def test_what_is_always_faster_crosses_nothing(find):
    (found,) = find(lambda at: [200.0, 210.0] if at.dtype == "float32" else [100.0, 105.0])
    assert found.batch_size is None
    assert "not within" in found.text or "no crossing within the range measured" in found.text
    assert found.text.endswith("fp32 is faster.")


def test_noise_alone_is_no_difference(find):
    (found,) = find(lambda at: [100.0, 110.0] if at.dtype == "float32" else [110.0, 100.0])
    assert found.batch_size is None
    assert "no difference was shown" in found.text


def test_where_noise_hides_a_crossing_the_line_s_own_place_is_told_with_its_interval(find):
    """Each is ahead in one round at every size, by about as much as the other in the next."""

    def rate(at):
        gain = 1 if at.dtype == "float32" else 0.99 * (at.batch_size / 6) ** 0.01
        return [100 * gain, 110.0] if at.dtype == "float32" else [110 * gain, 100.0 * gain]

    (found,) = find(rate)
    assert (found.batch_size, found.low, found.high) == (None, None, None)
    place = re.search(r"they cross at a batch of about ([0-9.]+) \(([0-9.]+) to ", found.text)
    assert place is not None, found.text
    assert float(place[2]) <= float(place[1])
    assert "no difference was shown within batches of 1 to 32: it may be noise alone" in found.text


def test_medians_that_cross_are_said_to_where_the_line_does_not(find):
    def rate(at):
        if at.dtype == "float32":
            return [100.0] * 3
        return [60.0, 101.0, 101.0] if at.batch_size == 4 else [60.0, 70.0, 101.0]

    (found,) = find(rate)
    assert found.batch_size is None
    assert (
        "the medians cross within batches of 1 to 32, but the line through all rounds does not"
        in (found.text)
    )


@given(st.lists(st.tuples(st.floats(1, 9), st.floats(1, 9)), min_size=1, max_size=6))
def test_lines_cross_where_each_is_ahead_somewhere(pairs):
    one, other = (dict(enumerate(column)) for column in zip(*pairs, strict=True))
    ahead = [left > right for left, right in pairs]
    behind = [left < right for left, right in pairs]
    assert do_cross(one, other) == (any(ahead) and any(behind)) == do_cross(other, one)


def test_settings_that_take_turns_are_said_to(find):
    def rate(at):
        is_ahead = at.dtype == "float32" and SIZES.index(at.batch_size) % 2 == 0
        return (
            [200.0, 201.0] if is_ahead else [100.0, 101.0] if at.dtype == "float32" else [150.0] * 2
        )

    (found,) = find(rate)
    assert found.batch_size is None
    assert "in turn" in found.text


def test_two_batch_sizes_are_too_few(find):
    assert find(lambda at: [1.0], {"batch": [1, 8], "dtype": ["fp32", "bf16"]}) == ()


def test_modes_are_not_compared(find):
    assert find(lambda at: [1.0], {"batch": SIZES, "mode": ["prefill", "decode"]}) == ()


def test_rounds_are_paired_by_number_not_by_place(laboratory):
    matrix = laboratory.plan({"batch": SIZES, "dtype": ["fp32", "bf16"]}, model="lm-tiny").matrix
    # The first round was fast for both, and one of them has no second.
    rates = {
        cell.name: {0: 1000.0, 2: 100.0}
        if cell.placement.dtype == "float32"
        else {0: 1100.0, 1: 500.0, 2: 110.0}
        for cell in matrix.cells
    }
    (found,) = find_crossovers(matrix, rates)
    assert found.text.endswith("bf16 is faster.")


def test_only_crossings_of_the_axes_that_are_wanted_are_looked_for(laboratory):
    axes = {"batch": SIZES, "dtype": ["fp32", "bf16"], "threads": [1, 2]}
    matrix = laboratory.plan(axes, model="lm-tiny").matrix
    rates = {cell.name: {0: 100.0 + number, 1: 101.0} for number, cell in enumerate(matrix.cells)}
    every = {one.axis for one in find_crossovers(matrix, rates)}
    assert every == {"dtype", "threads"}
    assert {one.axis for one in find_crossovers(matrix, rates, {"dtype"})} == {"dtype"}
    assert find_crossovers(matrix, rates, {"device"}) == ()


def test_a_line_that_contradicts_what_is_faster_everywhere_is_no_crossing(find):
    """As where one setting's lead falls to nothing, and the line through it goes on below."""

    lead = {1: 4.0, 2: 3.0, 4: 1.6, 8: 1.05, 16: 1.04, 32: 1.03}
    (found,) = find(
        lambda at: [
            100 * one * (lead[at.batch_size] if at.dtype == "float32" else 1) for one in (1, 1)
        ]
    )
    assert found.batch_size is None
    assert (
        "no crossing was shown within batches of 1 to 32; fp32 is faster where any is" in found.text
    )
