"""What the model asks of the machine: device, threads, number format, memory."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from transformers.utils import logging as transformers_logging

from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.solvers.api import Settings

_NO_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "out of memory",
)


def set_up(settings: Settings) -> None:
    """Check that the device is there; set the threads; keep libraries quiet and local.

    Raises:
        Unsupported: torch does not see the device.
    """
    kind = settings.device.partition(":")[0]
    there = {
        "cpu": settings.device == "cpu",
        "cuda": torch.cuda.is_available() and _index(settings.device) < torch.cuda.device_count(),
        "mps": settings.device == "mps" and torch.backends.mps.is_available(),
    }
    if not there[kind]:
        raise Unsupported(f"torch {torch.__version__} sees no device {settings.device!r} here")
    torch.set_num_threads(settings.threads)
    # The tokenizers' own threads would ignore the number above, and warn after a fork.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    transformers_logging.disable_progress_bar()


def convert(model: torch.nn.Module, dtype: str) -> None:
    """Turn the weights into another number format, in place."""
    model.to(getattr(torch, dtype))


@contextmanager
def memory_errors() -> Iterator[None]:
    """Raise MemoryError where torch or the system raises another error for a lack of memory."""
    try:
        yield
    except (RuntimeError, OSError) as exc:
        if any(part in str(exc).lower() for part in _NO_MEMORY):
            raise MemoryError(str(exc)) from exc
        raise


def _index(device: str) -> int:
    number = device.partition(":")[2]
    if number and not number.isdecimal():
        raise Unsupported(f"{device!r} names no device")
    return int(number or 0)
