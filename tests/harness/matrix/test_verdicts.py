import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.estimates import Estimate, PairedTest
from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence, Noise
from spoonbench.harness.matrix.verdicts import (
    changed_nothing,
    compare_accuracy,
    compare_memory,
    compare_speed,
    judge,
    judge_quantizations,
    noise_factor,
)
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.stats import estimate


def noise_of(*ratios):
    return Noise(ratios=ratios, low=min(ratios), high=max(ratios))


STILL = noise_of(1.0, 1.0, 1.0)


def cell_of(name="a", *, status="ok", quantization="none", batch_size=1, **figures):
    placement = Conditions(quantization=quantization, batch_size=batch_size)
    cell = MatrixCell(name=name, key=name, placement=placement)
    return CellEvidence(cell=cell, status=status, **figures)


def paired(first_only, second_only, p_holm, n=100):
    return PairedTest(
        split="test",
        first="base",
        second="a",
        n=n,
        n_first_only=first_only,
        n_second_only=second_only,
        p_value=p_holm,
        p_holm=p_holm,
        smallest_difference=0.12,
    )


def matrix_of(*cells, noise=STILL):
    matrix = Matrix(
        matrix_id="m",
        created_at="",
        command=(),
        environment_id="e",
        n_rounds=3,
        task=None,
        model=None,
        cells=tuple(one.cell for one in cells),
        baseline=cells[0].cell.name,
    )
    return MatrixEvidence(matrix=matrix, cells=cells, noise=noise)


RATES = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=4).map(estimate)
NOISE = st.lists(st.floats(0.2, 5), min_size=2, max_size=5).map(lambda ratios: noise_of(*ratios))
OPPOSITE = {"faster": "slower", "slower": "faster", "not shown": "not shown"}


@given(RATES, NOISE)
def test_a_speed_is_never_faster_or_slower_than_itself(rate, noise):
    assert compare_speed(rate, rate, noise).verdict == "not shown"


@given(RATES, RATES, NOISE)
def test_who_is_faster_leaves_the_other_slower(first, second, noise):
    one, other = compare_speed(first, second, noise), compare_speed(second, first, noise)
    # The same products, rounded otherwise, may fall on both sides of the same line.
    edge = noise_factor(noise)
    ends = (one.low, one.high, other.low, other.high)
    if not any(math.isclose(end, side) for end in ends for side in (edge, 1 / edge)):
        assert other.verdict == OPPOSITE[one.verdict]


@given(RATES, RATES, NOISE, st.floats(1, 3))
def test_more_noise_never_shows_more(first, second, noise, factor):
    louder = noise_of(*noise.ratios, noise.high * factor, noise.low / factor)
    before = compare_speed(first, second, noise).verdict
    assert compare_speed(first, second, louder).verdict in ("not shown", before)


@given(RATES, RATES, NOISE)
def test_a_shown_difference_is_beyond_every_run_of_the_pair(first, second, noise):
    found = compare_speed(first, second, noise)
    if found.verdict == "faster":
        assert first.low > second.high * noise.high
    if found.verdict == "slower":
        assert first.high < second.low * noise.low


@given(RATES, RATES, NOISE)
def test_the_ratio_lies_within_its_bounds(first, second, noise):
    found = compare_speed(first, second, noise)
    assert found.low * (1 - 1e-12) <= found.ratio <= found.high * (1 + 1e-12)


def test_equal_cells_are_seldom_told_apart_in_three_rounds():
    draw = random.Random(0)

    def rounds():
        return [math.exp(draw.gauss(0, 0.03)) for _ in range(3)]

    n_shown = 0
    for _ in range(4000):
        base, twin, cell = rounds(), rounds(), rounds()
        noise = noise_of(*(b / a for a, b in zip(base, twin, strict=True)))
        n_shown += compare_speed(estimate(cell), estimate(base), noise).verdict != "not shown"
    assert n_shown / 4000 < 0.01


def test_a_cell_far_beyond_the_noise_is_shown():
    rate, base = estimate([20.0, 21.0, 22.0]), estimate([10.0, 10.1, 10.2])
    assert compare_speed(rate, base, noise_of(0.97, 1.02)).verdict == "faster"
    assert compare_speed(base, rate, noise_of(0.97, 1.02)).verdict == "slower"
    assert compare_speed(rate, base, noise_of(0.5, 1.02)).verdict == "not shown"


@pytest.mark.parametrize(
    ("rate", "reference", "noise", "why"),
    [
        (None, estimate([1.0, 1.0]), STILL, "no speed was measured"),
        (estimate([1.0, 1.0]), None, STILL, "what it is compared with has none"),
        (estimate([1.0]), estimate([1.0, 1.0]), STILL, "one round"),
        (estimate([1.0, 1.0]), estimate([1.0, 1.0]), None, "not run twice"),
        (estimate([1.0, 1.0]), estimate([1.0, 1.0]), noise_of(1.0), "not run twice"),
        (Estimate(value=0.0, low=0.0, high=0.0, n_rounds=2), estimate([1.0]), STILL, "zero"),
    ],
)
def test_without_figures_nothing_is_said_and_the_reason_is(rate, reference, noise, why):
    found = compare_speed(rate, reference, noise)
    assert found.verdict == "not known"
    assert why in found.reason


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_accuracy_changes_only_below_five_percent(first_only, second_only, p_holm):
    found = compare_accuracy(cell_of(test=paired(first_only, second_only, p_holm)))
    assert (found.verdict == "not shown") == (p_holm >= 0.05)
    assert found.difference == (second_only - first_only) / 100


def test_accuracy_knows_its_direction():
    assert compare_accuracy(cell_of(test=paired(30, 2, 0.001))).verdict == "worse"
    assert compare_accuracy(cell_of(test=paired(2, 30, 0.001))).verdict == "better"
    assert compare_accuracy(cell_of()).verdict == "not known"
    assert compare_accuracy(cell_of(test=paired(0, 0, 1.0, n=0))).verdict == "not known"


@pytest.mark.parametrize(
    ("measured", "predicted", "verdict"),
    [
        (100, 100, "as predicted"),
        (109, 100, "as predicted"),
        (91, 100, "as predicted"),
        (112, 100, "more"),
        (88, 100, "less"),
        (None, 100, "not known"),
        (100, None, "not known"),
    ],
)
def test_memory_is_as_predicted_within_a_tenth(measured, predicted, verdict):
    cell = cell_of(weight_bytes=measured, predicted_weight_bytes=predicted)
    assert compare_memory(cell) == verdict


def test_only_a_quantization_can_have_changed_nothing():
    assert changed_nothing(cell_of(quantization="bnb-int8", layers_quantized=0))
    assert not changed_nothing(cell_of(quantization="bnb-int8", layers_quantized=None))
    assert not changed_nothing(cell_of(quantization="bnb-int8", layers_quantized=3))
    assert not changed_nothing(cell_of(quantization="none", layers_quantized=0))


def test_the_baseline_is_compared_with_nothing():
    (only,) = judge(matrix_of(cell_of(answers_per_s=estimate([1.0, 2.0]))))
    assert (only.speed.verdict, only.accuracy.verdict) == ("baseline", "baseline")
    assert only.speed.ratio == 1.0
    (bare,) = judge(matrix_of(cell_of(status="missing")))
    assert bare.speed.ratio is None


def test_a_cell_that_failed_in_one_round_is_not_called_faster():
    base = cell_of("base", answers_per_s=estimate([1.0, 1.0]))
    cell = cell_of("a", answers_per_s=estimate([9.0, 9.0]))
    assert judge(matrix_of(base, cell))[1].speed.verdict == "faster"
    broken = judge(matrix_of(base, replace(cell, status="oom")))[1].speed
    assert (broken.verdict, broken.ratio) == ("not known", 9.0)
    assert "(oom)" in broken.reason


def test_quantizations_are_counted_apart():
    base = cell_of("base")
    cells = [
        cell_of("q1", quantization="bnb-nf4", test=paired(30, 2, 0.001)),
        cell_of("q2", quantization="bnb-nf4", test=paired(5, 2, 0.4)),
        cell_of("f", batch_size=8, test=paired(1, 2, 1.0)),
        cell_of("s", quantization="bnb-int8", status="skipped"),
    ]
    found = {one.quantization: one for one in judge_quantizations(judge(matrix_of(base, *cells)))}
    assert list(found) == ["bnb-nf4", "none"]
    assert [one.name for one in found["bnb-nf4"].changed] == ["q1"]
    assert [one.name for one in found["bnb-nf4"].unchanged] == ["q2"]
    assert found["bnb-nf4"].smallest_differences == (0.12, 0.12)
