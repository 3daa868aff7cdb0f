"""Number formats and quantization that were measured here settle what a rule would test."""

from typing import Any

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.sources import Sources

PLAIN = {"batch_size": 8}
INT8 = {"batch_size": 8, "quantization": "torch-int8dyn"}
BF16 = {"batch_size": 8, "dtype": "bfloat16"}
FAST: dict[str, Any] = {
    "parameters": "124M",
    "batch": 8,
    "device": "cpu",
    "is_speed_critical": True,
}


@pytest.fixture
def own(matrix_store, machine):
    """Reads a store of cells: conditions, answers a second, right answers of 400."""

    def make(*cells):
        return Sources(matrix_store(list(cells)), has_references=False, machine=machine)

    return make


def test_a_faster_method_that_loses_nothing_is_recommended(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 180.0, 299))
    found = advise.quantize(sources, is_precise=False, memory="24GB", **FAST)
    assert (found.choice, found.sureness) == ("torch-int8dyn", "measured here")
    assert {one.unit for one in found.evidence if one.source == "store"} == {"times", "share"}
    assert all(one.low is not None and one.run_ids for one in found.evidence if one.machine)


def test_it_wins_over_the_rule_for_precise_tasks_and_the_contradiction_is_shown(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 180.0, 299))
    found = advise.quantize(sources, is_precise=True, memory="24GB", **FAST)
    assert found.choice == "torch-int8dyn"
    assert any("The framework says float16" in one for one in found.contradictions)


def test_a_faster_method_that_loses_answers_is_not(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 180.0, 200))
    found = advise.quantize(sources, is_precise=False, memory="24GB", **FAST)
    assert found.choice == "none"
    assert "loses right answers" in found.sentence


def test_a_slower_method_is_not(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 50.0, 300))
    assert advise.quantize(sources, is_precise=False, memory="24GB", **FAST).choice == "none"


def test_where_nobody_waits_speed_decides_nothing(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 180.0, 300))
    facts: dict[str, Any] = {**FAST, "is_speed_critical": False}
    assert advise.quantize(sources, is_precise=False, memory="24GB", **facts).choice == "none"


def test_what_does_not_fit_is_the_framework_s(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 50.0, 300))
    found = advise.quantize(sources, is_precise=False, fits=False, fits_int8=True, **FAST)
    assert found.choice == "int8"


def test_a_number_format_is_chosen_by_what_was_measured(own):
    facts: dict[str, Any] = {
        "parameters": "124M",
        "batch": 8,
        "device": "cpu",
        "is_training": False,
    }
    faster = own((PLAIN, 100.0, 300), (BF16, 180.0, 300))
    assert advise.format(faster, memory="24GB", **facts).choice == "bfloat16"


def test_a_number_format_that_is_no_faster_is_not(own):
    facts: dict[str, Any] = {
        "parameters": "124M",
        "batch": 8,
        "device": "cpu",
        "is_training": False,
    }
    slower = own((PLAIN, 100.0, 300), (BF16, 60.0, 300))
    found = advise.format(slower, memory="24GB", **facts)
    assert (found.choice, found.sureness) == ("float32", "measured here")


def test_another_size_of_model_decides_nothing(own):
    sources = own((PLAIN, 100.0, 300), (INT8, 180.0, 300))
    facts: dict[str, Any] = {**FAST, "parameters": "1.5B"}
    found = advise.quantize(sources, is_precise=False, memory="240GB", **facts)
    assert found.choice == "test"
    assert any("another size" in one.what for one in found.evidence if one.source == "store")


def test_a_better_measured_setting_flips_with_the_batch(matrix_store, machine):
    cells = [
        ({"batch_size": 1}, 100.0, 300),
        ({"batch_size": 1, "quantization": "torch-int8dyn"}, 50.0, 300),
        ({"batch_size": 64}, 1000.0, 300),
        ({"batch_size": 64, "quantization": "torch-int8dyn"}, 2000.0, 300),
    ]
    sources = Sources(matrix_store(cells), has_references=False, machine=machine)
    facts: dict[str, Any] = {**FAST, "batch": 1}
    found = advise.quantize(sources, is_precise=False, memory="2400GB", **facts)
    assert found.choice == "none"
    (flip,) = [one for one in found.flips if "torch-int8dyn" in one]
    batch = int(flip.split()[2])
    assert flip.startswith(f"With batch {batch} or more:")
    after: dict[str, Any] = {**facts, "batch": batch}
    assert advise.quantize(sources, is_precise=False, memory="2400GB", **after).choice != "none"
    before: dict[str, Any] = {**facts, "batch": batch - 1}
    assert advise.quantize(sources, is_precise=False, memory="2400GB", **before).choice == "none"
