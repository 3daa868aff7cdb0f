"""Cells that were not run are predicted from those that were, and only where that is sound."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.lookups import shipped_fits
from spoonbench.harness.advise.lookups.forecasts import Forecast
from spoonbench.harness.advise.lookups.shipped_fits import fit_path
from spoonbench.harness.advise.page import advice_lines
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of

SIZES = (1, 2, 4, 8, 16, 32, 64)
FACTS: dict[str, Any] = {"parameters": "124M", "memory": "24GB"}
GPU: dict[str, Any] = {**FACTS, "device": "cuda"}
FAST: dict[str, Any] = {**FACTS, "device": "cpu", "is_speed_critical": True, "is_precise": False}


def on(device, batches, overhead, each):
    return [
        ({"device": device, "batch_size": size}, size / (overhead + each * size), 300)
        for size in batches
    ]


def quantized(speed, batches=SIZES, n_right=300):
    cells: list[Any] = []
    for size in batches:
        rate = size / (0.05 + 0.01 * size)
        cells.append(({"batch_size": size}, rate, 300))
        cells.append(({"batch_size": size, "quantization": "torch-int8dyn"}, rate * speed, n_right))
    return cells


@pytest.fixture
def own(matrix_store, machine):
    """Reads a store of cells."""

    def make(cells, **more):
        return Sources(matrix_store(cells, **more), has_references=False, machine=machine)

    return make


@pytest.fixture
def apart(own):
    """The GPU overtakes at a batch of about 11, measured at other batches than the CPU's."""
    cells = [
        *on("cpu", (1, 3, 6, 12, 24, 64), 0.001, 0.01),
        *on("cuda", (1, 4, 9, 18, 40, 64), 0.1, 0.001),
    ]
    return own(cells)


def test_a_crossing_is_predicted_where_the_batches_were_not_the_same(apart):
    found = advise.device(apart, batch=10, **GPU)
    (crossing,) = [one for one in found.evidence if one.unit == "items"]
    assert crossing.low <= 11 <= crossing.high
    assert (crossing.source, crossing.n_cells) == ("store", 12)
    assert 0 <= crossing.error < 0.5
    assert "predicted from 12 cells, median error" in crossing.what
    assert found.sureness == found.settings["rests_on"]["batch"] == "predicted"
    assert "predicted from 12 cells" in found.sentence


def test_a_cell_between_measured_ones_is_predicted(apart):
    for batch, choice in ((2, "cpu"), (50, "cuda")):
        found = advise.device(apart, batch=batch, **GPU)
        assert (found.choice, found.sureness) == (choice, "predicted")
        assert "predicted from 12 cells, median error" in found.sentence
        assert f"--device cpu,cuda --batch {batch} --out " in found.firm_up
        rates = [one for one in found.evidence if one.unit == "answers/s"]
        assert all(one.error is not None and one.low < one.value < one.high for one in rates)


def test_a_prediction_flips_where_the_devices_cross(apart):
    found = advise.device(apart, batch=2, **GPU)
    flip = next(one for one in found.flips if one.startswith("With batch"))
    batch = int(flip.split()[2])
    assert advise.device(apart, batch=batch, **GPU).choice == "cuda"
    assert advise.device(apart, batch=batch - 1, **GPU).choice == "cpu"


def test_the_very_cell_goes_before_its_prediction(apart):
    for batch in (1, 64):
        found = advise.device(apart, batch=batch, **GPU)
        assert found.sureness == "measured here"
        assert all(one.n_cells is None for one in found.evidence if one.unit == "answers/s")


def test_a_measured_crossing_goes_before_a_predicted_cell(own, of_devices):
    found = advise.device(own(of_devices(12)), batch=20, **GPU)
    assert found.sureness == "measured here"
    assert all(one.n_cells is None for one in found.evidence)


def test_nothing_is_predicted_of_another_size_of_model(apart):
    facts: dict[str, Any] = {**GPU, "parameters": "200M"}
    found = advise.device(apart, batch=10, **facts)
    assert all(one.n_cells is None for one in found.evidence)


def test_nothing_is_predicted_of_another_machine(matrix_store, machine, another_machine):
    results = matrix_store(quantized(2.0), on=another_machine)
    sources = Sources(results, has_references=False, machine=machine)
    found = advise.quantize(sources, batch=12, **FAST)
    assert found.choice == "test"
    assert all(one.n_cells is None for one in found.evidence)


def test_the_speed_of_quantization_is_predicted_at_the_batch_that_is_asked(own):
    found = advise.quantize(own(quantized(2.0)), batch=12, **FAST)
    assert (found.choice, found.sureness) == ("torch-int8dyn", "predicted")
    (speed,) = [one for one in found.evidence if one.unit == "times"]
    assert speed.low <= 2.0 <= speed.high
    assert "torch-int8dyn at batch 12: " in speed.what
    assert "predicted from 14 cells, median error" in speed.what
    assert "predicted from 14 cells" in found.sentence
    assert "--quantization none,torch-int8dyn --batch 12 --out " in found.firm_up


def test_a_prediction_that_leaves_it_open_leaves_it_to_a_test(own):
    cells = [
        (at, rate * (1.15 if number % 4 in {1, 2} else 0.87), n_right)
        for number, (at, rate, n_right) in enumerate(quantized(1.01))
    ]
    found = advise.quantize(own(cells), batch=12, **FAST)
    assert found.choice == "test"
    (speed,) = [one for one in found.evidence if one.unit == "times"]
    assert speed.low < 1 < speed.high
    assert "--batch 12 --out " in found.firm_up


def test_what_is_predicted_to_be_slower_is_not_taken(own):
    found = advise.quantize(own(quantized(0.5)), batch=12, **FAST)
    assert (found.choice, found.sureness) == ("none", "predicted")


def test_answers_beside_a_predicted_speed_are_those_of_a_measured_batch(own):
    found = advise.quantize(own(quantized(2.0, n_right=200)), batch=12, **FAST)
    assert (found.choice, found.sureness) == ("none", "predicted")
    assert "loses right answers" in found.sentence
    (change,) = [one for one in found.evidence if one.unit == "share"]
    assert change.what.startswith("16-torch-int8dyn: ")
    assert change.n_cells is None


@pytest.mark.parametrize("batch", [1000, 65])
def test_beyond_the_measured_batches_the_nearest_stands_with_the_reason(own, batch):
    found = advise.quantize(own(quantized(2.0)), batch=batch, **FAST)
    speed = next(one for one in found.evidence if one.unit == "times")
    assert speed.n_cells is None
    assert f"batches of 1 to 64 were measured, none of {batch}" in speed.what


def test_too_few_cells_predict_nothing(own):
    found = advise.quantize(own(quantized(2.0, batches=(1, 64))), batch=8, **FAST)
    speed = next(one for one in found.evidence if one.unit == "times")
    assert speed.n_cells is None
    assert "4 measured cells are too few" in speed.what


def test_a_cell_measured_in_an_older_matrix_goes_before_a_prediction(own):
    sources = own(quantized(3.0), folder="newer")
    older = own(quantized(2.0, batches=(12,)), folder="older")
    sources.__dict__["measured"] = (*sources.measured, *older.measured)
    found = advise.quantize(sources, batch=12, **FAST)
    speeds = [one for one in found.evidence if one.unit == "times"]
    assert [round(one.value, 1) for one in speeds] == [2.0]
    assert found.sureness == "measured here"


def test_number_formats_are_predicted_likewise(own):
    cells: list[Any] = []
    for size in SIZES:
        rate = size / (0.05 + 0.01 * size)
        cells.append(({"batch_size": size}, rate, 300))
        cells.append(({"batch_size": size, "dtype": "bfloat16"}, rate * 2, 300))
    facts: dict[str, Any] = {**FACTS, "device": "cpu", "is_training": False, "batch": 12}
    found = advise.format(own(cells), **facts)
    assert (found.choice, found.sureness) == ("bfloat16", "predicted")
    assert "--dtype float32,bfloat16 --batch 12 --out " in found.firm_up


def test_what_is_predicted_of_a_reference_is_no_surer_than_the_reference(own, machine):
    (figures,) = own(quantized(2.0)).measured
    sources = Sources(None, has_claims=False, machine=machine)
    sources.__dict__["references"] = (replace(figures, source="reference", machine="Another CPU"),)
    found = advise.quantize(sources, batch=12, **FAST)
    (speed,) = [one for one in found.evidence if one.unit == "times"]
    assert (speed.source, speed.machine, speed.n_cells) == ("reference", "Another CPU", 14)
    assert found.sureness != "measured here"
    lines = " ".join(advice_lines(found, framework_of("quantize")))
    assert "[reference, predicted]" in lines


def test_a_contradiction_says_that_it_is_predicted(apart):
    found = advise.device(apart, batch=10, **GPU)
    assert any(
        "8 by the case study" in one and ") predicted." in one for one in found.contradictions
    )


def test_the_page_tells_predictions_from_measurements(apart):
    lines = " ".join(advice_lines(advise.device(apart, batch=10, **GPU), framework_of("device")))
    assert "[predicted] " in lines
    assert "[measured here]" not in lines


@pytest.mark.parametrize(("batch", "is_fitted"), [(8, False), (12, True)])
def test_numpy_is_loaded_for_a_fit_alone(matrix_store, machine, batch, is_fitted):
    results = matrix_store(quantized(2.0))
    code = f"""
import sys
from pathlib import Path
from spoonbench.harness import advise
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.canonical import from_json
from spoonbench.harness.records import Environment
machine = Environment(
    processor="Test CPU", architecture="x86_64", n_cores=2, instruction_sets=("avx2",),
    memory_bytes=24_000_000_000, devices=("cuda: NVIDIA T1",), system="Linux", python="3.11",
    libraries={{}},
)
sources = Sources(Path({str(results)!r}), has_references=False, machine=machine)
found = advise.quantize(sources, batch={batch}, **{FAST!r})
assert any(one.unit == "times" for one in found.evidence)
print("numpy" in sys.modules)
"""
    loaded = [
        subprocess.run(
            [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    # What was fitted is kept.
    assert loaded == [str(is_fitted), "False"]


LARGE: dict[str, Any] = {"parameters": "1.5B", "device": "cuda", "fits": True}


@pytest.fixture
def large(own, of_devices):
    """A model of 1.5B that the GPU answers faster from batch 12 on."""
    return own(of_devices(12), weight_bytes=6_000_000_000)


def test_by_rule_of_thumb_a_large_model_takes_the_gpu(nothing):
    found = advise.device(nothing, batch=5, **LARGE)
    assert (found.choice, found.settings["rests_on"]["parameters"]) == ("cuda", "rule of thumb")


@pytest.mark.parametrize(("batch", "choice"), [(5, "cpu"), (11, "cpu"), (13, "cuda"), (50, "cuda")])
def test_a_crossing_measured_of_a_large_model_wins_over_its_size(large, batch, choice):
    found = advise.device(large, batch=batch, **LARGE)
    assert (found.choice, found.sureness) == (choice, "measured here")
    assert f"the batch is {batch}" in found.sentence
    says_otherwise = any("The framework says cuda" in one for one in found.contradictions)
    assert says_otherwise == (choice == "cpu")
    flip = found.flips[0]
    edge = int(flip.split()[2])
    other = advise.device(large, batch=edge, **LARGE).choice
    assert {choice, other} == {"cpu", "cuda"}


def test_of_such_a_model_the_batch_is_asked(large):
    found = advise.device(large, **LARGE)
    assert (found.choice, found.asks) == (None, "batch")


def test_of_a_large_model_without_a_crossing_nobody_asks_the_batch(nothing):
    assert advise.device(nothing, **LARGE).choice == "cuda"


def test_a_speed_up_by_theory_is_said_to_be(nothing):
    facts: dict[str, Any] = {"shares_vocabulary": True, "fits": True, "draft_cost": "6%"}
    found = advise.drafting(nothing, acceptance="75%", draft_tokens=5, **facts)
    # 1 + .75 + ... + .75^5 tokens for a run of the large model and five of the draft
    assert found.path[-1].answer == pytest.approx(3.2881 / 1.3, rel=1e-4)
    assert "by theory" in found.path[-1].why
    assert "by theory" in found.sentence
    assert found.settings["rests_on"]["speedup"] == "predicted"
    lines = " ".join(advice_lines(found, framework_of("drafting")))
    assert "How sure: predicted (speedup, by theory)" in lines
    few = advise.drafting(nothing, acceptance="75%", draft_tokens=2, **facts)
    assert few.path[-1].answer == pytest.approx(2.3125 / 1.12, rel=1e-4)


def test_a_measured_speed_up_is_not_by_theory(nothing):
    found = advise.drafting(nothing, shares_vocabulary=True, fits=True, speedup=3)
    assert "theory" not in found.sentence


def test_that_the_large_model_fits_alone_does_not_say_that_both_do(nothing):
    known: dict[str, Any] = {"shares_vocabulary": True, "batch": 1, "context": 512}
    small = advise.drafting(nothing, parameters="1B", memory="24GB", **known)
    assert small.asks == "fits"
    large = advise.drafting(nothing, parameters="70B", memory="24GB", **known)
    assert large.choice == "none"


def test_a_claim_s_basis_and_its_verdict_are_told_apart(machine):
    sources = Sources(None, has_references=False, machine=machine)
    found = advise.device(sources, batch=4, **GPU)
    assert any(" (basis: " in one.what for one in found.evidence)
    lines = " ".join(" ".join(advice_lines(found, framework_of("device"))).split())
    assert "(basis:" not in lines
    assert "The document: measured; checked here: " in lines


@pytest.mark.parametrize("figures", Sources(None).references, ids=lambda figures: figures.name)
def test_the_fits_that_ship_are_those_of_their_references(figures):
    assert fit_path(figures.name).exists()
    fresh, shipped = Forecast(figures), Sources(None).forecast(figures)
    assert shipped.error == pytest.approx(fresh.error, rel=1e-6)
    for row in figures.rows:
        if 1 < row.batch < 128:
            one, other = (each.row(row, row.batch + 1).rate for each in (fresh, shipped))
            assert (other.value, other.low, other.high) == pytest.approx(
                (one.value, one.low, one.high), rel=1e-6
            )


def test_a_reference_without_a_fit_is_fitted(monkeypatch, tmp_path):
    (figures, *_) = Sources(None).references
    monkeypatch.setattr(shipped_fits, "REFERENCES", tmp_path)
    told = Sources(None).forecast(figures)
    assert told.error == pytest.approx(Forecast(figures).error)
    fit_path(figures.name).write_text('{"fitted": 1}')
    assert Sources(None).forecast(figures).error == pytest.approx(told.error)


def test_the_command_measures_into_the_results_that_were_asked_about(apart):
    found = advise.device(apart, batch=10, **GPU)
    assert found.firm_up.endswith(f" --out {apart.results}")
