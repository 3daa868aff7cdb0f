"""What the model asks of the machine: device, threads, number format, memory."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

import torch
from transformers.utils import logging as transformers_logging

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.number_formats import autocast_format
from spoonbench.solvers.quantizations import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from spoonbench.solvers.api import Settings

_INFERENCE_MODE = ContextVar("inference_mode", default=True)
"""Whether the layers of the model that computes now can have torch's inference mode."""

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
    """Turn the weights into another number format, in place.

    Buffers stay as they are: models compute with rotary frequencies in float32 whatever their
    weights are, and those cannot be got back once they are rounded.

    Raises:
        Unsupported: a weight is too large for the format; nothing is changed then.
    """
    wanted = getattr(torch, dtype)
    weights = [
        weight
        for weight in model.parameters()
        if weight.is_floating_point() and weight.dtype != wanted
    ]
    largest = max((float(w.detach().abs().max()) for w in weights if w.numel()), default=0.0)
    if largest > torch.finfo(wanted).max:
        raise Unsupported(
            f"a weight of {largest:g} is too large for {dtype}, whose largest number is "
            f"{torch.finfo(wanted).max:g}"
        )
    for weight in weights:
        weight.grad = None
        weight.data = weight.data.to(wanted)


@contextmanager
def computing(settings: Settings) -> Iterator[None]:
    """What a model computes in here, it computes under autocast where the number format says so.

    Raises:
        MemoryError: as `memory_errors`.
    """
    method = METHODS.get(settings.quantization)
    token = _INFERENCE_MODE.set(method is None or method.has_inference_mode)
    precision = autocast_format(settings.dtype)
    kind = settings.device.partition(":")[0]
    casts = torch.autocast(kind, dtype=getattr(torch, precision)) if precision else nullcontext()
    try:
        with memory_errors(), casts:
            yield
    finally:
        _INFERENCE_MODE.reset(token)


def without_gradients(device: torch.device) -> AbstractContextManager[None]:
    """Inference mode; its milder kin under autocast, and where quantized layers cannot have it.

    In inference mode autocast converts the weights again for every token; elsewhere it keeps what
    it converted as long as it lasts.
    """
    is_mild = torch.is_autocast_enabled(device.type) or not _INFERENCE_MODE.get()
    found: AbstractContextManager[None] = torch.no_grad() if is_mild else torch.inference_mode()
    return found


def wait_for(device: str) -> None:
    """Return once a device has done everything that was asked of it.

    Args:
        device: "cpu", "cuda", "cuda:1" or "mps".
    """
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device.startswith("mps"):
        torch.mps.synchronize()


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
