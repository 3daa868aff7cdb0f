"""What libraries take beside tensors once they compute: measured in this process, not assumed.

What importing takes is no part of it: it is in the baseline that every measured peak here is above
(`harness.memory`). What is left are buffers that matrix libraries keep after their first product,
threads, and on an accelerator the workspaces that torch counts among its tensors.
"""

from __future__ import annotations

import gc

from spoonbench.harness.memory import resident_bytes

_SIDE = 256
_ROUNDS = 3


def measure_overhead(dtype: str = "float32", device: str = "cpu") -> int:
    """Bytes that stay taken after matrix products, their gradients and a softmax of small tensors.

    Nothing is left of what was computed, so all that stays is the libraries' own. The first call
    of a process tells; what is there already is not told again.

    Args:
        dtype: number format that is computed in; libraries have buffers for each.
        device: "cpu" or "cuda", with a number or without.

    Raises:
        ValueError: a device whose memory nothing counts.
    """
    before = _taken(device)
    _compute(dtype, device)
    gc.collect()
    return max(0, _taken(device) - before)


def _taken(device: str) -> int:
    """Bytes that are taken now: of the process, or of torch on an accelerator."""
    if device == "cpu":
        return resident_bytes()
    if not device.startswith("cuda"):
        raise ValueError(f"nothing counts the memory of libraries on {device}")
    import torch  # noqa: PLC0415  # heavy, and needed here alone

    return int(torch.cuda.memory_allocated(device))


def _compute(dtype: str, device: str) -> None:
    import torch  # noqa: PLC0415  # heavy, and needed here alone

    generator = torch.Generator().manual_seed(0)
    for _ in range(_ROUNDS):
        drawn = torch.randn(_SIDE, _SIDE, generator=generator)
        matrix = drawn.to(device=device, dtype=getattr(torch, dtype)).requires_grad_()
        torch.nn.functional.linear(matrix, matrix).log_softmax(dim=-1).sum().backward()
