"""The performance model: what it recovers, how far it may be believed, and what it refuses."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.observations import Observation, Point, observations_of
from spoonbench.harness.predict.performance import (
    TooFewCells,
    crossover,
    fit,
    keep,
    ratio,
    relative_error,
    restore,
)
from spoonbench.harness.reference.records import read_shipped
from spoonbench.harness.stats import median

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
# Seconds of overhead, and for each item, by settings.
TRUTH = {
    ("float32", "none"): (0.010, 0.0008),
    ("bfloat16", "none"): (0.018, 0.0005),
    ("float32", "bnb-nf4"): (0.025, 0.0009),
}


def point(size=8, dtype="float32", quantization="none", **others):
    at = {"machine": "here", "work": "a model on a task"}
    at |= {name: others.pop(name) for name in ("machine", "work") if name in others}
    conditions = Conditions(batch_size=size, dtype=dtype, quantization=quantization, **others)
    return Point(**at, conditions=conditions)


def measured(
    noise=0.0, seed=0, sizes: Iterable[int] = SIZES, factor=1.0, **others
) -> list[Observation]:
    draw = random.Random(seed)
    return [
        Observation(
            point=point(size, *names, **others),
            name=f"{names} {size}",
            seconds=factor * (overhead + each * size) * math.exp(draw.gauss(0, noise)),
        )
        for names, (overhead, each) in TRUTH.items()
        for size in sizes
    ]


@cache
def fitted():
    return fit(measured())


def truth(size, *names):
    overhead, each = TRUTH[names]
    return overhead + each * size


@pytest.mark.parametrize("size", [1, 3, 12, 50, 128])
def test_the_ratio_of_two_cells_lies_within_its_interval(size):
    model = fit(measured(noise=0.03))
    plain, other = ("float32", "none"), ("bfloat16", "none")
    told = ratio(model, point(size, *plain), point(size, *other))
    assert told.low < truth(size, *plain) / truth(size, *other) < told.high
    assert told.low < told.value < told.high
    turned = ratio(model, point(size, *other), point(size, *plain))
    assert turned.value == pytest.approx(1 / told.value)


def test_a_ratio_beyond_what_was_measured_is_not_told():
    assert ratio(fitted(), point(8), point(129)) is None
    assert ratio(fitted(), point(8), point(8, device="cuda")) is None


def test_what_both_cells_share_leaves_their_ratio_surer_than_either():
    model = fit(measured(noise=0.03))
    one, other = point(12), point(12, "bfloat16")
    told, alone = ratio(model, one, other), [model.predict(at) for at in (one, other)]
    assert told.high / told.low < alone[0].high / alone[0].low * alone[1].high / alone[1].low


def test_known_overheads_and_rates_are_recovered_within_their_intervals():
    model = fit(measured(noise=0.03))
    for names in TRUTH:
        for size in (1, 3, 12, 50, 128):
            told = model.predict(point(size, *names))
            assert told.low < truth(size, *names) < told.high
            assert told.seconds == pytest.approx(truth(size, *names), rel=0.12)


def test_a_cell_that_was_not_measured_is_told_from_the_others():
    missing = ("bfloat16", 16)
    others = [
        one
        for one in measured(noise=0.02)
        if (one.point.conditions.dtype, one.point.conditions.batch_size) != missing
    ]
    told = fit(others).predict(point(16, "bfloat16"))
    assert told.seconds == pytest.approx(truth(16, "bfloat16", "none"), rel=0.1)
    assert told.low < truth(16, "bfloat16", "none") < told.high


def test_two_settings_together_are_told_from_each_alone_with_a_wider_interval():
    model = fit(measured(noise=0.02))
    alone = model.predict(point(16, "bfloat16"))
    together = model.predict(point(16, "bfloat16", "bnb-nf4"))
    assert together.high / together.low > 1.2 * alone.high / alone.low
    assert together.seconds > alone.seconds


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (point(256), "batches of 1 to 128 were measured, none of 256"),
        (point(8, "float16"), "no cell was measured on cpu with dtype float16"),
        (point(8, engine="compile"), "no cell was measured on cpu with engine compile"),
        (point(8, device="cuda"), "nothing was measured on cuda"),
        (point(8, machine="elsewhere"), "nothing was measured on cpu of this machine"),
        (point(8, work="another"), "nothing was measured of another on cpu"),
    ],
)
def test_beyond_what_was_measured_there_is_no_figure(asked, message):
    told = fitted().predict(asked)
    assert told.is_extrapolated
    assert told.seconds is told.low is told.high is None
    assert message in told.why


def test_two_sizes_say_nothing_between_them():
    model = fit(measured(sizes=(1, 64)))
    assert model.predict(point(1)).seconds is not None
    told = model.predict(point(8))
    assert told.is_extrapolated
    assert "only batches of 1 and 64" in told.why


def test_too_few_cells_are_refused():
    with pytest.raises(TooFewCells, match="at least 6"):
        fit(measured()[:5])
    with pytest.raises(TooFewCells, match="above 0"):
        fit([replace(one, seconds=0.0) for one in measured()])


@given(st.sampled_from(sorted(TRUTH)), st.sampled_from(SIZES[:-1]))
@settings(max_examples=20, deadline=None)
def test_times_are_above_nothing_grow_with_the_batch_and_lie_in_their_intervals(names, size):
    model = fitted()
    small, large = (model.predict(point(one, *names)) for one in (size, 2 * size))
    assert 0 < small.low <= small.seconds <= small.high
    assert small.seconds < large.seconds


def test_intervals_cover_what_is_measured_next():
    """95% is said; of 108 cells at least 95 is what a fair one gives in 999 of 1,000 cases."""
    n_covered = n_cells = 0
    for seed in range(12):
        model = fit(measured(noise=0.1, seed=seed, sizes=SIZES[::2]))
        for one in measured(noise=0.1, seed=1000 + seed, sizes=(1, 4, 16)):
            told = model.predict(one.point)
            n_cells += 1
            n_covered += told.low <= one.seconds <= told.high
    assert n_cells == 108
    assert n_covered >= 95


def test_a_noisy_work_leaves_the_intervals_of_another_as_narrow_as_they_were():
    quiet = measured(noise=0.02, work="quiet")
    noisy = measured(noise=0.4, seed=1, work="noisy")
    alone, beside = fit(quiet), fit([*quiet, *noisy])
    for size in (2, 16, 64):
        told = beside.predict(point(size, work="quiet"))
        assert told.low <= truth(size, "float32", "none") <= told.high
        assert _width(told) < 2 * _width(alone.predict(point(size, work="quiet")))
        assert _width(beside.predict(point(size, work="noisy"))) > 5 * _width(told)


def _width(told) -> float:
    return math.log(told.high / told.low)


def test_its_own_account_of_its_error_is_what_leaving_cells_out_gives():
    cells = measured(noise=0.1, seed=3, sizes=SIZES[::2])
    account = fit(cells).held_out
    errors = []
    for one in cells:
        told = fit([other for other in cells if other is not one]).predict(one.point)
        if told.seconds is not None:
            errors.append(relative_error(math.log(one.seconds / told.seconds)))
    assert account.median == pytest.approx(median(errors), rel=0.5)
    assert f"{account.median:.1%}" in account.text


def test_a_stall_moves_nothing_but_its_own_cell():
    cells = measured(noise=0.01)
    number = next(i for i, one in enumerate(cells) if one.name == "('float32', 'none') 16")
    cells[number] = replace(cells[number], seconds=10 * cells[number].seconds)
    told = fit(cells).predict(point(16))
    assert told.seconds == pytest.approx(truth(16, "float32", "none"), rel=0.25)


def test_settings_of_one_model_tell_those_of_another():
    first = measured(noise=0.02, work="small")
    second = [
        one
        for one in measured(noise=0.02, seed=1, work="large", factor=10.0)
        if one.point.conditions.dtype == "float32" or one.point.conditions.batch_size in {1, 64}
    ]
    told = fit(first + second).predict(point(16, "bfloat16", work="large"))
    assert told.seconds == pytest.approx(10 * truth(16, "bfloat16", "none"), rel=0.15)


def test_a_model_that_was_kept_tells_the_same():
    cells = measured(noise=0.05, work="one") + measured(noise=0.1, seed=1, work="other")
    model = fit(cells)
    again = restore(cells, json.loads(json.dumps(keep(model))))
    assert again.held_out == model.held_out
    pairs = [[point(12, *names, work=work) for work in ("one", "other")] for names in TRUTH]
    for one, other in pairs:
        assert again.predict(one) == model.predict(one)
        assert ratio(again, one, other) == ratio(model, one, other)
    first, second = pairs[0][0], pairs[1][0]
    assert crossover(again, first, second) == crossover(model, first, second)


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: {},
        lambda kept: {**kept, "fitted": None},
        lambda kept: {**kept, "held_out": {"n": 1}},
        lambda kept: {**kept, "widening": None},
        lambda kept: {**kept, "fitted": {**kept["fitted"], "values": [1.0]}},
        lambda kept: {**kept, "fitted": {**kept["fitted"], "covariance": [[1.0]]}},
        lambda kept: {**kept, "fitted": {**kept["fitted"], "noise": []}},
    ],
)
def test_what_is_no_kept_model_is_refused(change):
    cells = measured(noise=0.05)
    with pytest.raises(ValueError, match=r"."):
        restore(cells, change(keep(fit(cells))))


def test_a_model_of_other_cells_is_refused():
    kept = keep(fit(measured(noise=0.05)))
    with pytest.raises(ValueError, match="where the cells have"):
        restore(measured(noise=0.05, sizes=(1, 4, 16)), kept)


def test_a_crossing_is_found_within_its_interval():
    # 0.010 + 0.0008 b = 0.018 + 0.0005 b
    model = fit(measured(noise=0.02))
    found = crossover(model, point(1), point(1, "bfloat16"))
    assert found.low < 80 / 3 < found.high
    assert found.batch == pytest.approx(80 / 3, rel=0.4)
    assert (found.faster_below, found.faster_above) == ("first", "second")
    assert found.text.startswith("bf16 overtakes fp32 at a batch of about ")
    back = crossover(model, point(1, "bfloat16"), point(1))
    assert back.batch == pytest.approx(found.batch)
    assert back.text.startswith("bf16 overtakes fp32")


def test_what_is_always_slower_crosses_nowhere():
    found = crossover(fit(measured(noise=0.02)), point(), point(quantization="bnb-nf4"))
    assert found.batch is found.low is found.high is None
    assert found.text == "full is faster at all batches of 1 to 128."


def test_what_is_alike_has_no_crossing_that_is_told():
    cells = measured(noise=0.1, seed=5)
    cells += [
        replace(one, point=replace(one.point, conditions=replace(one.point.conditions, engine="x")))
        for one in measured(noise=0.1, seed=6)
    ]
    found = crossover(fit(cells), point(), point(engine="x"))
    assert found.batch is None
    assert "no difference is told" in found.text


def test_nothing_is_told_of_a_crossing_with_what_was_not_measured():
    found = crossover(fit(measured()), point(), point(device="cuda"))
    assert found.batch is None
    assert found.text == ("No crossing can be told: nothing was measured on cuda of this machine.")


@pytest.fixture(scope="module")
def shipped():
    return read_shipped("epyc-2-cores").evidence


def test_the_default_sweep_is_told_to_15_percent_in_the_middle(shipped):
    account = fit(observations_of(shipped)).held_out
    assert account.n_cells == 112
    assert account.median <= 0.15
    assert median(list(account.by_batch.values())) <= 0.15


def test_predicted_crossings_agree_with_those_that_were_measured(shipped):
    """Wherever both give a figure, each lies in the other's interval."""
    observations = observations_of(shipped)
    model = fit(observations)
    settings = {
        "fp32": {}, "bf16": {"dtype": "bfloat16"}, "fp16": {"dtype": "float16"},
        "autocast-bf16": {"dtype": "autocast-bfloat16"}, "full": {},
    }  # fmt: skip
    first = next(one.point for one in observations if one.name == "fp32-full-batch1")
    n_both = 0
    for one in shipped.crossovers:
        if one.batch_size is None:
            continue
        pair = [
            replace(
                first,
                conditions=replace(first.conditions, **settings.get(name, {"quantization": name})),
            )
            for name in (one.first, one.second)
        ]
        found = crossover(model, *pair)
        if found.batch is not None:
            n_both += 1
            assert one.low <= found.batch <= one.high
            assert found.low <= one.batch_size <= found.high
    assert n_both >= 4
