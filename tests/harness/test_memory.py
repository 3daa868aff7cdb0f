import mmap
import os
import subprocess
import sys
from operator import attrgetter

import pytest

from spoonbench.harness import memory
from spoonbench.harness.executors.surroundings import ALLOCATOR
from spoonbench.harness.memory import (
    MemoryMeter,
    exhaustion,
    is_exhaustion,
    is_exhaustion_text,
    message_of,
)
from spoonbench.harness.worker import verdict

linux = pytest.mark.skipif(sys.platform != "linux", reason="figures of /proc")
MIB = 1 << 20


def touch(n_bytes):
    """Pages of their own, given back as soon as they are closed."""
    pages = mmap.mmap(-1, n_bytes)
    pages.write(b"x" * n_bytes)
    return pages


def peak_of(meter):
    """Bytes and the reason why there are none."""
    return meter.peak()


@linux
def test_resident_memory_follows_what_is_touched():
    meter = MemoryMeter()
    pages = touch(64 * MIB)
    assert 60 * MIB < meter.resident() < 100 * MIB
    pages.close()
    assert meter.resident() < 40 * MIB


@linux
def test_the_peak_is_kept_and_can_be_started_anew():
    meter = MemoryMeter()
    touch(64 * MIB).close()
    peak, reason = peak_of(meter)
    assert peak > 60 * MIB
    assert reason is None
    meter.start()
    assert peak_of(meter)[0] < 40 * MIB


@linux
def test_a_peak_that_cannot_be_reset_is_given_only_where_it_is_a_new_one(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_CLEAR_REFS", tmp_path / "none" / "clear_refs")
    figures = {"VmRSS": 100, "VmHWM": 500}
    monkeypatch.setattr(memory, "status_bytes", lambda name: figures[name])
    meter = MemoryMeter()
    assert peak_of(meter)[0] is None
    assert "stayed below an earlier one" in peak_of(meter)[1]
    figures["VmHWM"] = 600
    assert peak_of(meter) == (500, None)


def test_a_system_without_a_peak_says_so(monkeypatch):
    meter = MemoryMeter()
    monkeypatch.setattr(memory, "status_bytes", lambda _: None)
    peak, reason = peak_of(meter)
    assert peak is None
    assert "keeps no highest resident memory" in reason


@linux
def test_another_process_is_seen_while_it_lives():
    code = "import sys; x = b'x' * 50_000_000; print('up', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        gauge = memory.Gauge(process.pid)
        assert process.stdout is not None
        process.stdout.readline()
        seen = gauge.read()
        assert seen is not None
        assert seen > 50_000_000
        assert memory.private_bytes_of(process.pid) > 45_000_000
        assert process.pid in memory.descendants(os.getpid())
        process.communicate()
    assert gauge.read() is None
    gauge.close()
    gauge.close()
    assert memory.Gauge(process.pid).read() is None
    assert memory.private_bytes_of(process.pid) == 0


@linux
def test_a_limit_refuses_what_lies_above_it_and_can_be_lifted():
    code = """
import mmap
from spoonbench.harness.memory import *
def reserve(n_bytes):
    return mmap.mmap(-1, n_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
assert limit_private_bytes(100_000_000) is None
fits = reserve(400_000_000)
try:
    reserve(900_000_000)
except OSError as exc:
    assert is_exhaustion(exc)
else:
    raise SystemExit("not refused")
lift_limit()
reserve(900_000_000)
"""
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


@linux
def test_a_thread_that_cannot_start_near_the_limit_is_exhaustion():
    code = """
import mmap, resource
from spoonbench.harness import memory
from spoonbench.harness.executors.surroundings import ALLOCATOR
error = RuntimeError("can't start new thread")
assert not memory.is_exhaustion(error)
memory.RESERVED_BYTES = 32 << 20
memory.limit_private_bytes(0)
assert memory.is_exhaustion(error)
"""
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError


class OutOfMemoryError(RuntimeError):
    """Named as torch's own."""


@pytest.mark.parametrize(
    ("exc", "expected"),
    [
        (MemoryError(), True),
        (OutOfMemoryError("CUDA"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (OSError(12, "Cannot allocate memory"), True),
        (ValueError("Unable to allocate 3 GiB for an array"), True),
        (ValueError("a number is missing"), False),
        (RuntimeError("can't start new thread"), False),
        (Unreadable(), False),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
    ],
)
def test_exhaustion_is_told_from_other_errors(exc, expected):
    assert is_exhaustion(exc) is expected


def test_reasons_name_the_limit():
    assert exhaustion(500_000_000, "x").startswith("needed more than its limit of 500 MB")
    assert exhaustion(None, "x").startswith("needed more memory than the machine gave")
    assert message_of(Unreadable()) == "(a Unreadable without a readable message)"
    assert is_exhaustion_text("... std::bad_alloc\n")
    assert not is_exhaustion_text("assertion failed")


class FakeCuda:
    def __init__(self):
        self.cuda = self

    def reset_peak_memory_stats(self, device):
        self.reset = device

    def max_memory_allocated(self, device):
        return 7


def test_memory_of_an_accelerator_is_counted_by_torch(monkeypatch):
    torch = FakeCuda()
    monkeypatch.setitem(sys.modules, "torch", torch)
    memory.start_device_peak("cuda:1")
    assert torch.reset == "cuda:1"
    assert memory.device_peak("cuda:1") == (7, None)
    assert memory.device_peak("mps") == (None, "torch counts no peak on mps")


def test_memory_of_an_accelerator_without_torch_has_a_reason(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert memory.device_peak("cpu")[1] == "nothing runs on an accelerator"
    assert "torch is not loaded" in str(memory.device_peak("cuda")[1])


@pytest.mark.parametrize("name", ["OutOfMemoryError", "cuda.OutOfMemoryError"])
def test_the_error_that_torch_raises_on_cuda_is_exhaustion(name):
    torch = pytest.importorskip("torch")
    raised = attrgetter(name)(torch)("CUDA out of memory. Tried to allocate 2.00 GiB.")
    assert is_exhaustion(raised)
    status, reason = verdict(raised, 5_000_000)
    assert status == "oom"
    assert "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB." in reason


KEPT = """
from spoonbench.harness.memory import keep_returning_freed, resident_bytes

def churn():
    # Below glibc's own threshold for mappings of their own, so that pieces come from the heap.
    pieces = [bytearray(100_000) for _ in range(1_000)]
    del pieces

before = resident_bytes()
churn()
kept = resident_bytes() - before
why_not = keep_returning_freed()
returned = resident_bytes() - before
churn()
print(kept, returned, resident_bytes() - before, why_not, sep="\\n")
"""


def told_by_a_child(program):
    """What a program prints under the allocator of children, a line each, its refusal left out."""
    environment = {**os.environ, **ALLOCATOR, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    *figures, refusal = done.stdout.splitlines()
    if refusal != "None":
        pytest.skip(refusal)
    return map(int, figures)


@linux
def test_freed_memory_is_kept_by_children_until_it_is_to_be_given_back():
    kept, returned, later = told_by_a_child(KEPT)
    assert kept > 90_000_000
    assert returned < 10_000_000
    assert later < 10_000_000


HOLES = """
from spoonbench.harness.memory import keep_returning_freed, resident_bytes

pieces = [bytearray(100_000) for _ in range(1_000)]
kept = pieces[::2]
del pieces
why_not = keep_returning_freed()
before = resident_bytes()
pieces = [bytearray(b"x" * 90_000) for _ in range(400)]
del pieces
print(resident_bytes() - before, why_not, sep="\\n")
"""


@linux
def test_what_is_taken_later_lies_in_no_hole_that_earlier_pieces_left():
    (left,) = told_by_a_child(HOLES)
    assert left < 5_000_000
