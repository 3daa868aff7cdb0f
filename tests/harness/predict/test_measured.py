"""Overhead is measured, and resident memory is what was told, where tensors are most of it."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spoonbench.harness.predict import overhead
from spoonbench.harness.predict.overhead import measure_kernel, measure_overhead

ROOT = Path(__file__).parents[3]


def test_a_device_that_nothing_counts_is_refused():
    with pytest.raises(ValueError, match="nothing counts what libraries take on mps"):
        measure_overhead(device="mps")


def test_overhead_comes_once():
    measure_overhead()
    assert measure_overhead() < 64 << 20


def test_kernels_take_what_they_take_each(monkeypatch):
    taken = itertools.count(0, 300)
    monkeypatch.setattr(overhead, "_taken", lambda _: next(taken))
    assert measure_kernel() == 300


def test_pages_that_come_now_and_then_are_no_kernels(monkeypatch):
    calls = itertools.count()
    monkeypatch.setattr(overhead, "_taken", lambda _: 4096 * (next(calls) // 3))
    assert measure_kernel() == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("words", ["llama 12M train checkpointing", "mistral 12M generate 8x128"])
def test_resident_memory_is_within_the_bars(words):
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "bench/memory_prediction.py"), "--only", words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "1 of 1 peaks within 25%" in done.stdout
