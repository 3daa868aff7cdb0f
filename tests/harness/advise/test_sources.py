"""The store goes before references, references before claims, and other machines do not count."""

from dataclasses import replace

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.lookups.figures import Crossing, reference_figures
from spoonbench.harness.advise.sources import Sources

GPU = {"parameters": "124M", "device": "cuda", "memory": "24GB"}


@pytest.fixture
def own(matrix_store, machine, of_devices):
    """This machine's store, in which the GPU overtakes at a batch of about 12."""
    return Sources(matrix_store(of_devices(12)), machine=machine)


def with_reference(sources, batch, *, parameters=124e6):
    """A reference from elsewhere, in which an NVIDIA GPU overtakes at this batch."""
    (shipped, *_) = reference_figures()
    crossing = Crossing(
        axis="device", first="cpu", second="cuda", others="",
        batch=batch, low=batch * 0.9, high=batch * 1.1, text="As in the reference.",
    )  # fmt: skip
    sources.__dict__["references"] = (
        replace(shipped, crossings=(crossing,), rows=(), parameters=parameters),
    )
    return sources


def test_without_evidence_the_rule_of_thumb_answers(nothing):
    found = advise.device(nothing, batch=4, **GPU)
    assert (found.choice, found.sureness) == ("cpu", "predicted")
    assert found.settings["rests_on"]["batch"] == "rule of thumb"
    assert advise.device(nothing, batch=8, **GPU).choice == "cuda"


def test_a_reference_moves_the_threshold(nothing):
    found = advise.device(with_reference(nothing, 20.0), batch=10, **GPU)
    assert (found.choice, found.settings["rests_on"]["batch"]) == ("cpu", "reference")
    assert found.evidence[0].source == "reference"
    assert "batch 20 or more" in " ".join(found.flips)


def test_the_store_goes_before_a_reference(own):
    found = advise.device(with_reference(own, 100.0), batch=20, **GPU)
    assert (found.choice, found.sureness) == ("cuda", "measured here")
    assert [one.source for one in found.evidence] == sorted(
        (one.source for one in found.evidence), key=["store", "reference", "claims"].index
    )


def test_a_reference_that_disagrees_with_the_store_is_shown(own):
    found = advise.device(with_reference(own, 100.0), batch=20, **GPU)
    assert any("reference machine" in one for one in found.contradictions)


def test_what_was_measured_carries_interval_and_runs(own):
    found = advise.device(own, batch=10, **GPU)
    first = next(one for one in found.evidence if one.unit == "items")
    assert first.low <= first.value <= first.high
    assert first.value == pytest.approx(12)
    assert first.run_ids
    assert first.machine == "Test CPU, 2 cores, cuda: NVIDIA T1"


def test_runs_of_another_machine_do_not_count(matrix_store, machine, of_devices, another_machine):
    results = matrix_store(of_devices(12), on=another_machine)
    found = advise.device(Sources(results, has_references=False, machine=machine), batch=10, **GPU)
    assert {one.source for one in found.evidence if one.machine} == set()
    assert found.choice == "cuda"


def test_a_model_of_another_size_decides_nothing_and_is_shown(matrix_store, machine, of_devices):
    results = matrix_store(of_devices(12), weight_bytes=4_000_000)
    found = advise.device(Sources(results, has_references=False, machine=machine), batch=10, **GPU)
    assert found.choice == "cuda"
    (shown,) = [one for one in found.evidence if one.source == "store"]
    assert (shown.value, "1M parameters" in shown.what) == (None, True)


def test_measurement_wins_and_the_contradiction_is_shown(own):
    found = advise.device(own, batch=8, **GPU)
    assert found.choice == "cpu"
    assert any("8 by the case study" in one and "cuda" in one for one in found.contradictions)


def test_a_missing_store_is_no_evidence(tmp_path, machine):
    sources = Sources(tmp_path / "nothing", has_references=False, machine=machine)
    assert advise.device(sources, batch=4, **GPU).choice == "cpu"


def test_claims_come_last_with_their_verdicts(machine):
    sources = Sources(None, has_references=False, machine=machine)
    found = advise.device(sources, batch=4, **GPU)
    assert {one.source for one in found.evidence if one.machine} == set()
    assert {"G2", "G3"} <= {claim for one in found.evidence for claim in one.claims}
