"""The out-of-memory report of the case study, held against predictions.

    python bench/exhausted_memory.py

The message said, while GPT-2 (124M) learned in float16 from 4 texts of 512 tokens on an Apple
machine: 16.06 GB allocated, 1.32 GB of others, 18.13 GB allowed, 785.27 MB wanted. Torch writes
units of powers of two there.

Not covered: the allocator of that device, which hands out memory in larger pieces; its attention
kernels (the plain one is taken, as GPT-2's dropout makes torch take it on a processor).
"""

from __future__ import annotations

from dataclasses import replace

from transformers import GPT2Config

from spoonbench.harness.predict.exhaustion import OutOfMemory, hold_against, tokens_of_logits
from spoonbench.harness.predict.prediction import fits, size_text
from spoonbench.solvers.held_memory import TrainingPass
from spoonbench.solvers.llm.shapes import shape_of

MIB, GIB = 1 << 20, 1 << 30
WATERMARK = 1.7
"""Torch allows so many times what the system recommends, unless told otherwise (torch
documentation, "MPS Environment Variables")."""


def main() -> int:
    """Print the report and what may have led to it."""
    config = GPT2Config()
    report = OutOfMemory(
        limit_bytes=round(18.13 * GIB),
        allocated_bytes=round(16.06 * GIB),
        other_bytes=round(1.32 * GIB),
        wanted_bytes=round(785.27 * MIB),
        rounding_bytes=round(0.005 * MIB),
    )
    print(
        f"allowed {size_text(report.limit_bytes)}: {report.limit_bytes / WATERMARK / GIB:.2f} GiB, "
        f"which the system recommends, times {WATERMARK} (torch's default for mps)"
    )
    tokens = tokens_of_logits(report, config.vocab_size)
    print(f"the tensor wanted is the float32 logits of {tokens} tokens; 4 texts of 512 have 2048")
    stated = TrainingPass(dtype="float16", attention="eager", batch_size=4, n_tokens=512)
    full = replace(stated, dtype="float32")
    ways = {
        "as stated: float16, 4 x 512": stated,
        "float32, 4 x 512": full,
        "float16, 8 x 512": replace(stated, batch_size=8),
        "float16, 4 x 1024": replace(stated, n_tokens=1024),
        "float32, 8 x 512": replace(full, batch_size=8),
        "float32, 4 x 1024": replace(full, n_tokens=1024),
        "the remedy: float16, 1 x 256, 4 accumulated": replace(
            stated, batch_size=1, n_tokens=256, accumulation=4
        ),
        "the remedy in float32": replace(full, batch_size=1, n_tokens=256, accumulation=4),
    }
    print(f"needed: {size_text(report.needed_bytes)}, the tensor wanted among it")
    suspects = hold_against(report, shape_of(config), ways)
    for one in suspects:
        parts = {name: size_text(n) for name, n in one.prediction.components.items()}
        fitting = fits(one.prediction, report.limit_bytes - report.other_bytes).sentence
        print(f"{one.name} ({one.n_tokens} tokens): {one.share:.0%} of what was needed")
        print(f"    {fitting}")
        print(f"    {', '.join(f'{name} {text}' for name, text in parts.items())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
