"""What libraries take beside tensors once they compute: measured in this process, not assumed.

What importing takes is no part of it: it is in the baseline that every measured peak here is above
(`harness.memory`). What is left comes with first use: code that the system reads from disk when it
is first run, modules that transformers imports late, buffers and threads of matrix libraries, and
on an accelerator the workspaces that torch counts among its tensors. A model of a few thousand
numbers makes all of it come, and takes next to nothing itself; a product of larger matrices makes
buffers come that grow with them.

Some libraries compile a kernel for each shape of a product and keep it: oneDNN does for bfloat16,
0.6 MB for each, whatever the sizes. What one of them takes is told apart.

Not covered: the context of a driver on an accelerator, which torch does not count; kernels that an
architecture has of its own.
"""

from __future__ import annotations

import gc
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from spoonbench.harness.memory import resident_bytes, return_freed

if TYPE_CHECKING:
    from collections.abc import Callable

_SIDE = 32
_TOKENS = 16
_LARGE = (2048, 512)
_N_PRODUCTS = 24
_N_LAYERS = 4


def measure_overhead(dtype: str = "float32", device: str = "cpu") -> int:
    """Bytes that stay taken after a tiny model has learned and written.

    The first call of a process tells; what is there already is not told again. The global
    generator of torch is left as it was.

    Args:
        dtype: number format that is computed in.
        device: "cpu" or "cuda", with a number or without.

    Raises:
        ValueError: a device on which nothing counts it.
    """
    before = _taken(device)
    _run_tiny_model(dtype, device)
    _multiply_large(dtype, device)
    return max(0, _taken(device) - before)


def measure_kernel(dtype: str = "float32", device: str = "cpu") -> int:
    """Bytes that stay taken after a product of a shape that was not there before.

    Args:
        dtype: number format that is computed in.
        device: as for `measure_overhead`.

    Raises:
        ValueError: a device on which nothing counts it.
    """
    import torch  # noqa: PLC0415  # heavy, and needed here alone

    taken = [_taken(device)]
    with torch.inference_mode():
        side = torch.ones(_SIDE, _SIDE, dtype=getattr(torch, dtype), device=device)
        for n_rows in range(_SIDE + 1, _SIDE + 1 + _N_PRODUCTS):
            rows = torch.ones(n_rows, _SIDE, dtype=side.dtype, device=device)
            torch.nn.functional.linear(rows, side)
            taken.append(_taken(device))
    # Pages of the process itself come now and then; a kernel comes with each product.
    return int(max(0, median(after - before for before, after in pairwise(taken))))


def measure_engine(try_engine: Callable[[int], object], device: str = "cpu") -> tuple[int, int]:
    """Bytes that an engine takes besides tensors: once, and for each layer of a model.

    Instead of `measure_overhead`, in a process of its own.

    Exporters and compilers keep what they know of every operation, so that a model of more layers
    takes more, whatever the layers' size.

    Args:
        try_engine: builds the engine for a tiny model of so many layers, lets it write, and
            returns what holds it.
        device: as for `measure_overhead`.

    Raises:
        ValueError: a device on which nothing counts it.
    """
    before = _taken(device)
    small = try_engine(1)
    with_one = _taken(device)
    large = try_engine(_N_LAYERS)
    of_layer = max(0, (_taken(device) - with_one) // _N_LAYERS)
    del small, large
    return max(0, with_one - before - of_layer), of_layer


def _taken(device: str) -> int:
    """Bytes that are taken now: of the process, or of torch on an accelerator."""
    gc.collect()
    if device == "cpu":
        return_freed()
        return resident_bytes()
    if not device.startswith("cuda"):
        raise ValueError(f"nothing counts what libraries take on {device}")
    import torch  # noqa: PLC0415  # heavy, and needed here alone

    return int(torch.cuda.memory_allocated(device))


def _multiply_large(dtype: str, device: str) -> None:
    import torch  # noqa: PLC0415  # heavy, and needed here alone

    n_rows, width = _LARGE
    rows = torch.ones(n_rows, width, dtype=getattr(torch, dtype), device=device)
    weights = torch.ones(width, width, dtype=rows.dtype, device=device, requires_grad=True)
    torch.nn.functional.linear(rows, weights).sum().backward()


def _run_tiny_model(dtype: str, device: str) -> None:
    import torch  # noqa: PLC0415  # heavy, and needed here alone
    from transformers import AutoModelForCausalLM, LlamaConfig  # noqa: PLC0415

    config = LlamaConfig(
        vocab_size=_SIDE,
        hidden_size=_SIDE,
        intermediate_size=_SIDE,
        num_hidden_layers=1,
        num_attention_heads=2,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        model: Any = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, dtype))
        model = model.to(device)
    ids = torch.zeros(1, _TOKENS, dtype=torch.long, device=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0)
    model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    optimizer.step()
    with torch.inference_mode():
        model.eval().generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=2, do_sample=False
        )
