"""Resident memory of a process, its highest value, and a limit on it.

The baseline is taken after imports and before `prepare`; every other figure is what lies above
it. On Linux the figures are VmRSS and VmHWM of /proc, and the highest value is reset before each
cell through /proc/self/clear_refs. `ru_maxrss` is not used: a small child of a large parent
inherits the parent's.

The limit is the kernel's on private memory (RLIMIT_DATA) on top of what is mapped, with room
for what allocators reserve and never touch; the exact limit on resident memory is kept by the
parent, which looks every few milliseconds (`executors.watch`).

Not covered: pages that a forked child shares with its server and then writes to. They are part
of the baseline before and after.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource
if sys.platform != "linux":
    import psutil

MIB = 1 << 20
RESERVED_BYTES = 512 * MIB
"""Room for what is mapped and never touched: the allocator's top pad of 256 MiB (`executors.
surroundings`), heaps of further threads at 64 MiB each, and stacks of threads at 8 MiB."""
NEAR_BYTES = 64 * MIB

_OWN_MAPPING_BYTES = 65_536
_LARGEST_HOLE = 1 << 30
_RETURNING = (
    (-3, _OWN_MAPPING_BYTES),  # M_MMAP_THRESHOLD
    (-1, _OWN_MAPPING_BYTES),  # M_TRIM_THRESHOLD
    (-2, 0),  # M_TOP_PAD
)
"""Options of glibc's `mallopt`, as its malloc.h numbers them."""

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_EXHAUSTED = (
    "can't allocate memory",
    "cannot allocate memory",
    "unable to allocate",
    "out of memory",
    "std::bad_alloc",
    "not enough memory",
    # CUDA's libraries have words of their own.
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "cudaerrormemoryallocation",
)
_STARVED_THREAD = ("can't start new thread", "resource temporarily unavailable")


def status_bytes(name: str) -> int | None:
    """A field of /proc/self/status, such as "VmRSS", in bytes; None where there is none."""
    try:
        text = _STATUS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return None


def resident_bytes() -> int:
    """Resident memory of this process."""
    if sys.platform != "linux":
        return int(psutil.Process().memory_info().rss)
    return status_bytes("VmRSS") or 0


class Gauge:
    """Resident memory of another process, cheap to read often; close it when done."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._file: int | None = None
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._file = os.open(f"/proc/{pid}/statm", os.O_RDONLY)

    def read(self) -> int | None:
        """Bytes; None where the process is gone."""
        if sys.platform != "linux":
            with contextlib.suppress(psutil.Error):
                return int(psutil.Process(self._pid).memory_info().rss)
            return None
        if self._file is None:
            return None
        try:
            return int(os.pread(self._file, 128, 0).split()[1]) * _PAGE_BYTES or None
        except (OSError, IndexError):
            return None

    def close(self) -> None:
        """May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def private_bytes_of(pid: int) -> int:
    """Resident memory that a process shares with no other; 0 where nobody tells.

    What a forked process still shares with its parent is counted there.
    """
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    fields = (line.split() for line in text.splitlines() if line.startswith("Private_"))
    return sum(int(field[1]) * 1024 for field in fields)


def descendants(pid: int) -> list[int]:
    """Children, grandchildren and so on of a process, as far as the kernel lists them."""
    found = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            found += [int(child), *descendants(int(child))]
    return found


def return_freed() -> None:
    """Hand memory that was freed and that the C library keeps back to the system, where it can."""
    if sys.platform == "linux":
        # Other C libraries than glibc have no such function.
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def keep_returning_freed() -> str | None:
    """From here on this process gives memory back as soon as it is freed; there is no way back.

    Tensors then lie in mappings of their own, which end with them: slower, and without holes.

    Returns:
        why it cannot be done here; None where it was.
    """
    if sys.platform != "linux":
        return f"{sys.platform} has no allocator that can be told to give freed memory back"
    library = ctypes.CDLL(None)
    try:
        accepted = [library.mallopt(option, value) for option, value in _RETURNING]
    except AttributeError:
        return "this C library cannot be told to give freed memory back"
    if not all(accepted):
        return "the C library refused to give freed memory back"
    return_freed()
    _fill_holes(library)
    return None


class _Allocated(ctypes.Structure):
    """What glibc's `mallinfo2` returns."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def _fill_holes(library: ctypes.CDLL) -> None:
    """Take what is free in the heap and touch none of it, so that tensors come to lie elsewhere.

    The C library looks for a hole first; what is freed there stays with the process.
    """
    if not hasattr(library, "mallinfo2"):
        return
    library.mallinfo2.restype = _Allocated
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    size = _LARGEST_HOLE
    while size >= _OWN_MAPPING_BYTES:
        n_mapped = library.mallinfo2().hblks
        block = library.malloc(size)
        if block is None or library.mallinfo2().hblks > n_mapped:
            # No hole is as large: it would be a mapping of its own.
            library.free(block)
            size //= 2


class MemoryMeter:
    """Resident memory of this process above a baseline.

    Attributes:
        baseline_bytes: resident memory when the meter was made.
    """

    def __init__(self) -> None:
        self.baseline_bytes = resident_bytes()
        self._reset_failure: str | None = None
        self._peak_at_start = 0
        self.start()

    def start(self) -> None:
        """From here on `peak` counts anew."""
        try:
            _CLEAR_REFS.write_text(_RESET_PEAK, encoding="ascii")
        except OSError as exc:
            self._reset_failure = f"{exc.strerror or exc}"
        self._peak_at_start = status_bytes("VmHWM") or 0

    def resident(self) -> int:
        """Resident memory above the baseline; negative where memory was given back."""
        return resident_bytes() - self.baseline_bytes

    def peak(self) -> tuple[int | None, str | None]:
        """Highest resident memory since `start` above the baseline, or None and why."""
        highest = status_bytes("VmHWM")
        if highest is None:
            return None, f"{sys.platform} keeps no highest resident memory that can be reset"
        if self._reset_failure is None or highest > self._peak_at_start:
            return highest - self.baseline_bytes, None
        return None, (
            f"/proc/self/clear_refs: {self._reset_failure}; the peak stayed below an earlier one"
        )


def start_device_peak(device: str) -> None:
    """From here on `device_peak` counts anew."""
    torch = sys.modules.get("torch")
    if torch is not None and device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)


def device_peak(device: str) -> tuple[int | None, str | None]:
    """Highest memory that torch held on an accelerator since the start, or None and why."""
    torch = sys.modules.get("torch")
    if device == "cpu":
        return None, "nothing runs on an accelerator"
    if torch is None:
        return None, "torch is not loaded, so nothing counts the accelerator's memory"
    if device.startswith("cuda"):
        return int(torch.cuda.max_memory_allocated(device)), None
    return None, f"torch counts no peak on {device}"


def limit_private_bytes(extra: int) -> str | None:
    """Refuse this process more private memory than it has now plus `extra`.

    Args:
        extra: bytes; `RESERVED_BYTES` are added.

    Returns:
        why there is no such limit here; None where it stands.
    """
    mapped = status_bytes("VmData")
    if sys.platform != "linux" or mapped is None:
        return f"{sys.platform} has no limit on private memory; the parent alone watches"
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = mapped + extra + RESERVED_BYTES
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    return None


def lift_limit() -> None:
    """Take the limit back, so that running out of memory can still be told."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def is_exhaustion(exc: BaseException) -> bool:
    """An exception that means: memory ran out, on the processor or on a device."""
    if isinstance(exc, MemoryError) or type(exc).__name__ == "OutOfMemoryError":
        return True
    text = message_of(exc).lower()
    if any(sign in text for sign in _EXHAUSTED):
        return True
    return any(sign in text for sign in _STARVED_THREAD) and _is_near_limit()


def message_of(exc: BaseException) -> str:
    """Its text; an exception whose text cannot be made is named by its type alone."""
    try:
        return str(exc)
    except Exception:  # a contestant's own __str__ may do anything
        return f"(a {type(exc).__name__} without a readable message)"


def exhaustion(memory_bytes: int | None, sign: str) -> str:
    """The reason of an "oom".

    Args:
        memory_bytes: the limit above the baseline; None for the machine's own.
        sign: how it showed.
    """
    if memory_bytes is None:
        return f"needed more memory than the machine gave ({sign})"
    return f"needed more than its limit of {memory_bytes / 1e6:.0f} MB above the baseline ({sign})"


def is_exhaustion_text(text: str) -> bool:
    """Printed text in which a library says that memory ran out before the process was aborted."""
    return any(sign in text.lower() for sign in (*_EXHAUSTED, "memoryerror"))


def _is_near_limit() -> bool:
    if sys.platform != "linux":
        return False
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    mapped = status_bytes("VmData")
    if soft == resource.RLIM_INFINITY or mapped is None:
        return False
    return soft - mapped < NEAR_BYTES
