"""Peaks and right answers of cells that were not measured, from those that were."""

import hashlib
import math

import pytest

from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.neighbours import Known, Neighbours
from spoonbench.harness.predict.observations import Point, point_of
from spoonbench.harness.reference.records import read_shipped
from spoonbench.harness.stats import median


def point(size, dtype="float32"):
    conditions = Conditions(batch_size=size, dtype=dtype)
    return Point(machine="here", work="a model on a task", conditions=conditions)


def mended(ratios, told=20e6, dtype="float32"):
    return [
        Known(point=point(size, dtype), memory_bytes=told * ratio, told_bytes=told)
        for size, ratio in ratios.items()
    ]


@pytest.mark.parametrize(
    ("measured", "bound"),
    [
        ({4: 10e6}, 10e6),  # the very cell
        ({16: 30e6}, 30e6),  # a larger one is enough
        ({2: 10e6}, 20e6),  # twice a batch of half
        ({2: 10e6, 6: 20e6}, 15e6),  # on the line between
        ({}, None),
    ],
)
def test_a_peak_that_was_not_predicted_is_bounded_by_its_setting_s_others(measured, bound):
    known = [Known(point=point(size), memory_bytes=peak) for size, peak in measured.items()]
    known.append(Known(point=point(4, "bfloat16"), memory_bytes=1.0))
    found = Neighbours(known).peak(point(4))
    assert (found and found.told) == bound
    assert (found and found.at_most) == bound


def test_a_predicted_peak_is_mended_by_what_the_nearest_batches_took_of_theirs():
    known = mended({1: 1.5, 2: 0.9, 8: 1.1, 16: 1.5})
    told = Neighbours(known).peak(point(4), 40e6).told
    assert told == pytest.approx(40e6 * math.sqrt(0.9 * 1.1))
    assert Neighbours(known).peak(point(32), 40e6).told == pytest.approx(60e6)
    assert Neighbours(known).peak(point(4, "bfloat16"), 40e6) is None
    assert Neighbours(()).peak(point(4), 40e6) is None


def test_cells_left_out_tell_how_far_above_a_peak_may_lie():
    straight = mended(dict.fromkeys((1, 2, 4, 8, 16, 32, 64), 1.0))
    found = Neighbours(straight).peak(point(3), 10e6)
    assert (found.told, found.at_most) == pytest.approx((10e6, 10e6))
    bent = mended({1: 1.0, 2: 1.0, 4: 1.0, 8: 1.2, 16: 1.0, 32: 1.0, 64: 1.0})
    found = Neighbours(bent).peak(point(3), 10e6)
    assert found.told == pytest.approx(10e6)
    assert found.at_most == pytest.approx(12e6)


def test_what_one_setting_tells_of_errors_counts_for_others():
    known = [*mended({1: 1.0, 2: 1.3, 4: 1.0, 8: 1.0, 16: 1.0}, dtype="bfloat16")]
    known += mended({1: 1.0, 8: 1.0})
    assert Neighbours(known).peak(point(4), 10e6).at_most > 12e6


def test_a_single_measured_cell_tells_no_error():
    found = Neighbours(mended({4: 1.1})).peak(point(8), 10e6)
    assert found.told == pytest.approx(11e6)
    assert found.at_most is None


def test_right_answers_are_those_of_the_nearest_batch():
    known = [Known(point=point(1), accuracy=0.5), Known(point=point(16), accuracy=0.7)]
    assert Neighbours(known).accuracy(point(2)) == 0.5
    assert Neighbours(known).accuracy(point(12)) == 0.7
    assert Neighbours(known).accuracy(point(2, "bfloat16")) is None


def test_nine_of_ten_peaks_of_the_reference_stay_below_what_half_of_it_says_at_most():
    evidence = read_shipped("epyc-2-cores").evidence
    cells = [
        (one.cell.name, Known(point=point_of(evidence.matrix, one.cell.placement),
                              memory_bytes=one.lean_peak_bytes,
                              told_bytes=one.predicted_peak_bytes))
        for one in evidence.cells
        if one.lean_peak_bytes and one.predicted_peak_bytes
    ]  # fmt: skip
    within, above = [], []
    for split in range(6):
        first = {
            name for name, _ in cells if hashlib.sha256(f"{split} {name}".encode()).digest()[0] % 2
        }
        neighbours = Neighbours(one for name, one in cells if name in first)
        for name, one in cells:
            told = None if name in first else neighbours.peak(one.point, one.told_bytes)
            if told is not None and told.at_most is not None:
                within.append(one.memory_bytes <= told.at_most)
                above.append(told.at_most / one.memory_bytes)
    assert len(within) > 250
    assert sum(within) / len(within) >= 0.9
    assert median(above) < 1.2
