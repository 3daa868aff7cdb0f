"""The machine: what identifies it, and what was seen of it at the time.

Nothing here imports torch or another heavy library: devices are found by what their drivers leave
in the file system, versions by the metadata of installed distributions.

Not covered: whether torch can use a device that the driver shows; `prepare` finds that out.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.executors.surroundings import ALLOCATOR, WAITING
from spoonbench.harness.installed import installed_versions

if TYPE_CHECKING:
    from spoonbench.harness.records import Environment

LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "sympy",
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "accelerate",
    "bitsandbytes",
    "optimum",
    "lark",
)
_CPUINFO = Path("/proc/cpuinfo")
_CGROUP = Path("/sys/fs/cgroup")
_NVIDIA = Path("/proc/driver/nvidia/gpus")
_COMMAND_S = 2.0
MEBIBYTE = 1 << 20


def probe() -> Environment:
    """What identifies this machine, for what is measured here."""
    info = _cpuinfo()
    # Who asks for memory or devices alone need not wait for these.
    records = import_module("spoonbench.harness.records")
    sets = import_module("spoonbench.harness.instruction_sets")
    environment: Environment = records.Environment(
        processor=_processor(info),
        architecture=platform.machine(),
        n_cores=n_cores(),
        instruction_sets=sets.read_instruction_sets(_CPUINFO),
        memory_bytes=memory_bytes(),
        devices=devices(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        libraries=library_versions(),
        allocator={**ALLOCATOR, **WAITING},
    )
    return environment


def observe(checkout: Path | None = None) -> dict[str, Any]:
    """What can be seen of the machine now; null where it cannot, with the reason in `missing`.

    Args:
        checkout: folder of a git checkout; None: the one that holds this package, if any.
    """
    readings = {
        "load_average": _load_average(),
        "clock_mhz": _clock_mhz(),
        "temperature_c": _temperature_c(),
        **_revision(checkout or Path(__file__).resolve().parent.parent),
    }
    values = {name: value for name, (value, _) in readings.items()}
    missing = {name: reason for name, (_, reason) in readings.items() if reason is not None}
    return {**values, "missing": missing}


def n_cores() -> int:
    """Logical processors that this process may use: affinity, and the quota of its group."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    quota = _cpu_quota()
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def memory_bytes() -> int:
    """Physical memory, or less where the process's group may use less."""
    limits = [
        limit
        for folder in _group_folders("memory")
        for name in ("memory.max", "memory.limit_in_bytes")
        if (limit := _whole_number(folder / name)) is not None
    ]
    return min([_physical_bytes(), *limits])


def _physical_bytes() -> int:
    """As the kernel says, at once where it can be asked so."""
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(import_module("psutil").virtual_memory().total)


def memory_of_child(environment: Environment, asked_mb: float | None = None) -> int:
    """Bytes that one child may take above its baseline.

    Args:
        environment: of the machine that it runs on.
        asked_mb: what was asked for, in megabytes; None: three quarters of the machine's memory.
    """
    return round(environment.memory_bytes * 0.75 if asked_mb is None else asked_mb * 1e6)


def devices() -> tuple[str, ...]:
    """Accelerators, one line each."""
    if sys.platform == "darwin":
        return ("mps: Apple GPU",) if platform.machine() == "arm64" else ()
    return _nvidia_devices()


@cache
def library_versions() -> dict[str, str]:
    """Versions of the libraries that compute; those that are not installed are left out."""
    return installed_versions(LIBRARIES)


def _cpuinfo() -> list[tuple[str, str]]:
    """Fields of /proc/cpuinfo in order; empty on other systems."""
    lines = _text(_CPUINFO).splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _first(info: list[tuple[str, str]], *names: str) -> str:
    return next((value for name, value in info if name in names and value), "")


def _processor(info: list[tuple[str, str]]) -> str:
    """The model's name; on ARM the maker's numbers, which is all that Linux tells."""
    if sys.platform == "darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor()
    named = _first(info, "model name", "Model", "cpu model")
    if named:
        return named
    numbers = [_first(info, name) for name in ("CPU implementer", "CPU part", "CPU variant")]
    joined = "/".join(number for number in numbers if number)
    return f"ARM {joined}" if joined else platform.processor() or platform.machine()


def _group_folders(controller: str) -> list[Path]:
    """Control groups that this process is in, own one first, then those around it."""
    folders: list[Path] = []
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        root = _CGROUP / controllers if controllers else _CGROUP
        own = root / path.lstrip("/")
        folders += [own, *(folder for folder in own.parents if folder.is_relative_to(root))]
    return folders


def _cpu_quota() -> float | None:
    """Processors' worth of time that the group may use; None for no limit."""
    pairs = []
    for folder in _group_folders("cpu"):
        old = (_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us"))
        pairs += [_text(folder / "cpu.max").split(), " ".join(old).split()]
    quotas = [
        int(pair[0]) / int(pair[1])
        for pair in pairs
        if pair and all(number.isdecimal() for number in pair)
    ]
    return min(quotas, default=None)


def _nvidia_devices() -> tuple[str, ...]:
    """What the driver lists in /proc, else what its own program says."""
    found = []
    for information in sorted(_NVIDIA.glob("*/information")):
        pairs = (line.partition(":") for line in _text(information).splitlines())
        fields = {name.strip(): value.strip() for name, _, value in pairs}
        found.append(f"cuda: {fields.get('Model', 'NVIDIA device')}")
    if not found and Path("/dev/nvidia0").exists():
        lines = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").splitlines()
        found = [f"cuda: {line.strip()}" for line in lines]
    return tuple(found)


def cuda_memory_bytes() -> int | None:
    """Memory of the first NVIDIA device, as its driver's own program tells it; None: untold."""
    lines = _output("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits")
    first = lines.partition("\n")[0].strip()
    return int(first) * MEBIBYTE if first.isdecimal() else None


def _load_average() -> tuple[list[float] | None, str | None]:
    if not hasattr(os, "getloadavg"):
        return None, f"{sys.platform} has no load average"
    return list(os.getloadavg()), None


def _clock_mhz() -> tuple[float | None, str | None]:
    """The mean over the processors."""
    clocks = [float(value) for name, value in _cpuinfo() if name == "cpu MHz"]
    if clocks:
        return sum(clocks) / len(clocks), None
    return None, "the system does not tell the processors' clock"


def _temperature_c() -> tuple[float | None, str | None]:
    """The hottest sensor."""
    read = getattr(import_module("psutil"), "sensors_temperatures", None)
    sensors = read() if read is not None else {}
    readings = [sensor.current for group in sensors.values() for sensor in group]
    if readings:
        return max(readings), None
    return None, "no temperature sensor can be read (a virtual machine has none)"


def _revision(checkout: Path) -> dict[str, tuple[Any, str | None]]:
    """Commit, and whether files differ from it."""
    if not (checkout / ".git").exists():
        reason = "not run from a git checkout of the project"
        return {"commit": (None, reason), "is_dirty": (None, reason)}
    commit = _output("git", "-C", str(checkout), "rev-parse", "--verify", "HEAD")
    if not commit:
        reason = "git does not tell the commit"
        return {"commit": (None, reason), "is_dirty": (None, reason)}
    changes = _output("git", "-C", str(checkout), "status", "--porcelain")
    return {"commit": (commit, None), "is_dirty": (bool(changes), None)}


def _output(program: str, *arguments: str) -> str:
    """What a program prints; nothing where it is not there or fails."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        done = subprocess.run(
            [path, *arguments], capture_output=True, timeout=_COMMAND_S, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip()


def _text(path: Path) -> str:
    """What a file of the system says; nothing where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _whole_number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None
