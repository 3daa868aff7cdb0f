"""Joules that the machine took, where it has a meter: RAPL for processors, NVML for accelerators.

Both count the whole package or board, other processes included. Where there is no meter, or it
may not be read, there is no figure but a reason: never 0.

Source: Linux power capping framework, Documentation/power/powercap/powercap.rst; NVML,
nvmlDeviceGetTotalEnergyConsumption (millijoules since the driver was loaded).
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

POWERCAP = Path("/sys/class/powercap")
SHORTEST_S = 0.05
"""RAPL counts about every millisecond: below this the error of one count exceeds 2%."""


class EnergyCounter(Protocol):
    """Counts joules of one package or board."""

    def read_j(self) -> float:
        """Joules since some moment in the past; may wrap around at `range_j`."""
        ...

    @property
    def range_j(self) -> float | None:
        """The value after which the count starts again from 0; None: never."""
        ...


@dataclass(frozen=True, slots=True)
class RaplCounter:
    """One package of a processor."""

    folder: Path

    def read_j(self) -> float:
        """Joules."""
        return int((self.folder / "energy_uj").read_text(encoding="ascii")) / 1e6

    @property
    def range_j(self) -> float | None:
        """Joules after which it starts again."""
        return int((self.folder / "max_energy_range_uj").read_text(encoding="ascii")) / 1e6


@dataclass(frozen=True, slots=True)
class NvmlCounter:
    """One accelerator."""

    nvml: Any
    handle: Any

    def read_j(self) -> float:
        """Joules."""
        return float(self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle)) / 1e3

    @property
    def range_j(self) -> float | None:
        """A 64-bit count of millijoules: it never starts again."""
        return None


class EnergyMeter:
    """Joules of every counter that matters for a device, between `start` and `stop`."""

    def __init__(self, counters: list[EnergyCounter], missing: str | None = None) -> None:
        self._counters = counters
        self._missing = missing
        self._before: list[float] = []

    def start(self) -> None:
        """Begin to count."""
        try:
            self._before = [counter.read_j() for counter in self._counters]
        except (OSError, ValueError) as exc:
            self._counters, self._missing = [], f"the meter cannot be read: {exc}"

    def stop(self, elapsed_s: float) -> tuple[float | None, str | None]:
        """Joules since `start`, or None; and what is missing from them.

        Args:
            elapsed_s: time since `start`.
        """
        if not self._counters:
            return None, self._missing or "there is no energy meter"
        if elapsed_s < SHORTEST_S:
            return None, f"{elapsed_s:.4f} s are too short for a meter that counts in milliseconds"
        try:
            return sum(map(_difference, self._counters, self._before)), self._missing
        except (OSError, ValueError) as exc:
            return None, f"the meter cannot be read: {exc}"


def find_meter(device: str, powercap: Path = POWERCAP) -> EnergyMeter:
    """The meter for what runs on a device: the processor's packages, and the accelerator's board.

    Args:
        device: "cpu", "cuda", "cuda:1" or "mps".
        powercap: where the kernel keeps its power capping zones.
    """
    kind, _, index = device.partition(":")
    if kind == "mps":
        return EnergyMeter([], "macOS gives its energy counters to the administrator only")
    packages, missing = _packages(powercap)
    if kind != "cuda":
        return EnergyMeter(packages, missing)
    board, no_board = _board(int(index or 0))
    if not board:
        return EnergyMeter([], no_board)
    part = f"the processor's part is left out: {missing}" if missing else None
    return EnergyMeter([*packages, *board], part)


def _packages(powercap: Path) -> tuple[list[EnergyCounter], str | None]:
    """Top zones only: zones inside them ("intel-rapl:0:0") are parts of the same count."""
    zones = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if zone.name.count(":") == 1]
    if not zones:
        return [], f"{powercap} holds no intel-rapl zone (a virtual machine has none)"
    try:
        for zone in zones:
            RaplCounter(zone).read_j()
    except PermissionError:
        return [], f"{zones[0]}/energy_uj may be read by the administrator only"
    except (OSError, ValueError) as exc:
        return [], f"{zones[0]}/energy_uj cannot be read: {exc}"
    return [RaplCounter(zone) for zone in zones], None


def _board(index: int) -> tuple[list[EnergyCounter], str | None]:
    try:
        nvml: Any = importlib.import_module("pynvml")
        nvml.nvmlInit()
        counter = NvmlCounter(nvml, nvml.nvmlDeviceGetHandleByIndex(index))
        counter.read_j()
    except ImportError:
        return [], "the package nvidia-ml-py (import name pynvml) is not installed"
    except Exception as exc:  # NVML's errors have no common base but Exception
        return [], f"NVML gives no energy for this board: {exc}"
    return [counter], None


def _difference(counter: EnergyCounter, before: float) -> float:
    """Joules since `before`; a count below it has started again once."""
    now = counter.read_j()
    if now >= before or counter.range_j is None:
        return now - before
    return now + counter.range_j - before
