"""What surrounds every child: its environment variables, the same for fresh and forked ones.

They are set before the child's interpreter starts, because allocators, OpenMP and the hash seed
read them once.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
}
"""glibc keeps freed memory instead of giving it back: fresh pages are slow on virtual machines.
Matrix products on the processor run 1.2 to 1.7 times faster with it. Nothing is touched ahead,
so a child that needs little memory stays as small as without."""

WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
"""Threads spin for some microseconds while they wait for each other, and then sleep. By default
they spin on, and where another process wants a core too, each small operation then waits for a
whole time slice: on a busy machine of two cores a model of 1M parameters answered 3 to 14 times
slower. Sleeping at once costs a third on a quiet one (docs/log.md). GNU's OpenMP, which torch for
Linux brings, reads the second variable; others sleep at once."""

FIXED = {
    "HF_HUB_OFFLINE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
    "TOKENIZERS_PARALLELISM": "false",
    **ALLOCATOR,
    **WAITING,
}

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

TOKEN = "SPOONBENCH_CHILD"  # noqa: S105  # a mark on processes, no secret
"""Marks every process that an executor started, and what those started in turn."""


def variables(threads: int, paths: Sequence[str], token: str) -> dict[str, str]:
    """Environment variables of a child.

    Args:
        threads: for numeric work.
        paths: searched for modules before anything else but the standard search.
        token: tells this executor's processes from all others.
    """
    inherited = dict(os.environ)
    if paths:
        before = inherited.get("PYTHONPATH")
        inherited["PYTHONPATH"] = os.pathsep.join([*paths, *([before] if before else [])])
    return inherited | FIXED | dict.fromkeys(THREADS, str(threads)) | {TOKEN: token}


def set_threads(threads: int) -> None:
    """Threads of libraries that are loaded already; those that come later read the environment.

    A fresh child was started with the right variables; a forked one has its server's, which say 1.
    The threads are those of one operation. Operations go one after another, as they do in use:
    torch would keep a second pool of threads for operations at once.
    """
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)
        # May be said once in a process, and before anything was computed.
        if torch.get_num_interop_threads() != 1:
            torch.set_num_interop_threads(1)
    if "numpy" in sys.modules:
        pools = importlib.import_module("threadpoolctl")
        pools.threadpool_limits(limits=threads)
