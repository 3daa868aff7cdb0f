"""Memory in closed form beside memory that is traced by running the model's own code.

    python bench/outline_memory.py               # the table of docs/memory.md
    python bench/outline_memory.py --json FILE   # figures for further use

Both see a configuration alone; no weights are made. The outline is read from the configuration's
own values, as they stand in a `config.json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from transformers import ArceeConfig, GPT2Config, LlamaConfig, Qwen3Config

from spoonbench.harness.predict.inference import predict_inference
from spoonbench.harness.predict.outline import (
    inference_bytes,
    outline_from_config,
    training_bytes,
)
from spoonbench.harness.predict.training import predict_training
from spoonbench.solvers.held_memory import Lora, TrainingPass
from spoonbench.solvers.llm.presets import PRESETS
from spoonbench.solvers.llm.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.solvers.model_shapes import ModelShape

RANK = 16
INFERENCE = [
    ("float32", "none", 1, 512),
    ("bfloat16", "none", 8, 512),
    ("bfloat16", "none", 32, 64),
    ("bfloat16", "bnb-nf4", 8, 512),
    ("float32", "torchao-int8wo", 1, 128),
]
TRAINING = [
    ("full", "float32", "adamw", 4, 512, False),
    ("full", "bfloat16", "adamw", 4, 512, False),
    ("full", "bfloat16", "adamw-8bit", 16, 512, False),
    ("full", "bfloat16", "sgd", 1, 512, False),
    ("full", "bfloat16", "adafactor", 8, 512, True),
    ("full", "bfloat16", "adamw", 32, 512, True),
    ("lora", "bfloat16", "adamw", 4, 512, False),
    ("lora", "bfloat16", "adamw", 32, 512, True),
    ("qlora", "bfloat16", "adamw", 4, 512, False),
    ("qlora", "bfloat16", "adamw", 32, 512, True),
]


def configurations() -> dict[str, Any]:
    """By name: GPT-2, presets of this project, and larger ones without weights."""
    found: dict[str, Any] = {"GPT-2 124M": GPT2Config()}
    for name, preset in PRESETS.items():
        if preset.family == "arcee":
            found[name] = ArceeConfig(
                hidden_size=preset.hidden_size,
                intermediate_size=preset.intermediate_size,
                num_hidden_layers=preset.n_layers,
                num_attention_heads=preset.n_heads,
                vocab_size=preset.vocabulary_size,
                pad_token_id=None,
            )
    found["Llama 7B"] = LlamaConfig(intermediate_size=11008, vocab_size=32000)
    found["Qwen3 0.6B"] = Qwen3Config(
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        vocab_size=151936,
        tie_word_embeddings=True,
    )
    return found


def ratios(config: Any) -> Iterator[dict[str, Any]]:
    """Parts in closed form over the same parts as traced, a row for each thing done."""
    shape, outline = shape_of(config), outline_from_config(config.to_dict())
    for dtype, quantization, batch, context in INFERENCE:
        told = inference_bytes(
            outline, dtype=dtype, quantization=quantization, batch=batch, context=context
        )
        traced = predict_inference(
            shape, dtype, quantization, batch_size=batch, prompt_tokens=context
        )
        what = f"answers {dtype} {quantization} {batch}x{context}"
        yield _row(what, told, traced.components)
    for method, dtype, optimizer, batch, context, checkpointing in TRAINING:
        told = training_bytes(
            outline,
            method=method,  # type: ignore[arg-type]
            dtype=dtype,
            optimizer=optimizer,  # type: ignore[arg-type]
            batch=batch,
            context=context,
            rank=RANK,
            checkpointing=checkpointing,
        )
        traced_parts = _traced(shape, method, dtype, optimizer, (batch, context, checkpointing))
        words = " checkpointing" if checkpointing else ""
        yield _row(f"{method} {dtype} {optimizer} {batch}x{context}{words}", told, traced_parts)


def _traced(
    shape: ModelShape, method: str, dtype: str, optimizer: str, sizes: tuple[int, int, bool]
) -> Mapping[str, int]:
    batch, context, checkpointing = sizes
    wanted = TrainingPass(
        dtype=dtype,
        quantization="bnb-nf4" if method == "qlora" else "none",
        batch_size=batch,
        n_tokens=context,
        checkpointing=checkpointing,
        lora=None if method == "full" else Lora(rank=RANK),
    )
    return predict_training(shape, wanted, optimizer=optimizer).components  # type: ignore[arg-type]


def _row(what: str, told: Mapping[str, int], traced: Mapping[str, int]) -> dict[str, Any]:
    weights = told["weights"] + told.get("adapters", 0)
    return {
        "what": what,
        "weights": weights / traced["weights"],
        "cache": told["cache"] / traced["cache"] if traced.get("cache") else None,
        "total": sum(told.values()) / sum(traced.values()),
        "told": dict(told),
        "traced": dict(traced),
    }


def main() -> None:
    """Print a row for each configuration."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--verbose", action="store_true", help="a line for each thing done")
    parser.add_argument("--only", default="", help="models whose name holds a word")
    given = parser.parse_args()
    found = {}
    print("| model | weights | cache | answers, total | training, total |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for name, config in configurations().items():
        if given.only not in name:
            continue
        rows = found[name] = list(ratios(config))
        answers = [row["total"] for row in rows if row["what"].startswith("answers")]
        training = [row["total"] for row in rows if not row["what"].startswith("answers")]
        weights = [row["weights"] for row in rows]
        caches = [row["cache"] for row in rows if row["cache"] is not None]
        cells = [_span(weights, 4), _span(caches, 4), _span(answers), _span(training)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
        for row in rows if given.verbose else []:
            print(f"    {row['total']:.3f} {row['what']}")
            print(f"        {row['told']}\n        {row['traced']}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


def _span(values: list[float], digits: int = 2) -> str:
    low, high = min(values), max(values)
    return f"{low:.{digits}f} to {high:.{digits}f}, median {median(values):.{digits}f}"


if __name__ == "__main__":
    main()
