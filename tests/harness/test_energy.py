import importlib

import pytest

from spoonbench.harness.energy import EnergyMeter, find_meter


def stop(meter, elapsed_s):
    """Joules and what is missing."""
    return meter.stop(elapsed_s)


@pytest.fixture
def powercap(tmp_path):
    """Two packages, one with a part of its own that must not be counted twice."""
    for name, energy in (("intel-rapl:0", 5_000_000), ("intel-rapl:1", 900_000)):
        zone = tmp_path / name
        zone.mkdir()
        (zone / "max_energy_range_uj").write_text("1000000\n")
        (zone / "energy_uj").write_text(f"{energy}\n")
    part = tmp_path / "intel-rapl:0:0"
    part.mkdir()
    (part / "energy_uj").write_text("7\n")
    return tmp_path


def test_joules_of_all_packages_are_added(powercap):
    meter = find_meter("cpu", powercap)
    meter.start()
    (powercap / "intel-rapl:0" / "energy_uj").write_text("6500000\n")
    (powercap / "intel-rapl:1" / "energy_uj").write_text("950000\n")
    joules, missing = stop(meter, 1.0)
    assert joules == pytest.approx(1.55)
    assert missing is None


def test_a_counter_that_started_again_is_followed(powercap):
    meter = find_meter("cpu", powercap)
    meter.start()
    (powercap / "intel-rapl:1" / "energy_uj").write_text("100000\n")
    joules, _ = stop(meter, 1.0)
    assert joules == pytest.approx(0.2)


def test_no_meter_gives_a_reason_and_never_zero(tmp_path):
    meter = find_meter("cpu", tmp_path)
    meter.start()
    joules, missing = stop(meter, 1.0)
    assert joules is None
    assert "no intel-rapl zone" in missing


def test_a_pass_too_short_for_the_meter_has_no_figure(powercap):
    meter = find_meter("cpu", powercap)
    meter.start()
    joules, missing = stop(meter, 0.001)
    assert joules is None
    assert "too short" in missing


def test_a_meter_that_vanishes_gives_a_reason(powercap):
    meter = find_meter("cpu", powercap)
    meter.start()
    (powercap / "intel-rapl:0" / "energy_uj").unlink()
    joules, missing = stop(meter, 1.0)
    assert joules is None
    assert "cannot be read" in missing


def test_garbage_in_a_counter_gives_a_reason(powercap):
    (powercap / "intel-rapl:0" / "energy_uj").write_text("many\n")
    joules, missing = stop(find_meter("cpu", powercap), 1.0)
    assert joules is None
    assert "cannot be read" in missing


def test_a_counter_for_administrators_gives_a_reason(powercap, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_text", refuse)
    joules, missing = stop(find_meter("cpu", powercap), 1.0)
    assert joules is None
    assert "administrator" in missing


def test_apple_devices_have_no_open_meter():
    assert find_meter("mps").stop(1.0)[0] is None


class FakeNvml:
    def __init__(self):
        self.millijoules = iter([0, 1_000, 4_500])

    def nvmlInit(self):  # noqa: N802  # NVML's own name
        pass

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802  # NVML's own name
        return index

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):  # noqa: N802  # NVML's own name
        assert handle == 1
        return next(self.millijoules)


def test_a_board_counts_and_says_what_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib, "import_module", lambda name: FakeNvml())
    meter = find_meter("cuda:1", tmp_path)
    meter.start()
    joules, missing = stop(meter, 1.0)
    assert joules == pytest.approx(3.5)
    assert missing.startswith("the processor's part is left out")


def test_a_board_without_nvml_has_a_reason(tmp_path, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    joules, missing = stop(find_meter("cuda", tmp_path), 1.0)
    assert joules is None
    assert "nvidia-ml-py" in missing


def test_a_meter_without_counters_starts_harmlessly():
    meter = EnergyMeter([])
    meter.start()
    assert meter.stop(1.0) == (None, "there is no energy meter")
