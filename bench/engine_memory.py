"""Peaks of engines that hold a model in their own way: predicted beside measured, by the matrix.

    python bench/engine_memory.py                              # models that nothing was read off
    python bench/engine_memory.py --models "llama 12M,llama 80M"   # as those that it was read off
    python bench/engine_memory.py --engines onnxruntime,openvino --batch 1,8 --prompt 64,256

Each model is built from a configuration with random weights and saved into a folder, and one matrix
measures it in every cell: one round, texts of a fixed length, each cell in a process of its own.
The measured peak is the one of the call with freed memory given back (docs/memory.md). A line for
each cell, and the exit code 1 where a peak is farther off than a quarter.

Not covered: modes that need examples; accelerators.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import torch
from memory_prediction import (  # type: ignore[import-not-found]
    PEAK_BAR,
    SIZES,
    Case,
    config_of,
)
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

CHECKED = "qwen3 80M,mistral 40M,gpt2 80M"
ENGINES = "onnxruntime,openvino,compile,static-cache-compile"
SIZES["40M"] = {"hidden": 640, "layers": 6, "heads": 10, "shared": 5, "vocabulary": 12288}


def build(family: str, size: str, folder: Path) -> None:
    """Write a model with random weights, and a tokenizer of single bytes."""
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config_of(Case(family=family, size=size, does="")))
    model.save_pretrained(folder)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate(["<end>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>"
    ).save_pretrained(folder)


def measure(folder: Path, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Cells of one matrix."""
    command = [sys.executable, "-m", "spoonbench.harness.cli", "matrix", "--model", str(folder)]
    command += ["--engine", arguments.engines, "--batch", arguments.batch, "--mode", "decode"]
    command += ["--prompt", arguments.prompt, "--new", str(arguments.new), "--dtype", "fp32"]
    command += ["--rounds", "1", "--seconds", "0.1", "--items", "20", "--no-report", "--json"]
    done = subprocess.run(
        [*command, "--out", str(folder / "results")], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
    cells: list[dict[str, Any]] = json.loads(done.stdout)["cells"]
    return cells


def show(row: dict[str, Any]) -> None:
    """A line for a cell."""
    told, measured = row.get("predicted_peak_bytes"), row.get("lean_peak_bytes")
    if told is None or measured is None:
        print(f"{row['model']:12} {row['name']:44} {row.get('reason') or 'no peak'}", flush=True)
        return
    parts = ", ".join(f"{k} {v / 1e6:.0f}" for k, v in row["predicted_peak_parts"].items())
    print(
        f"{row['model']:12} {row['name']:44} {told / 1e6:8.0f} {measured / 1e6:8.0f} "
        f"{told / measured:13.2f}  {parts}",
        flush=True,
    )


def summarize(rows: list[dict[str, Any]]) -> int:
    """Print how many peaks are within the bar, by engine; 0 where all are."""
    beyond = 0
    for engine in sorted({row["placement"]["engine"] for row in rows}):
        group = [
            row for row in rows if row["placement"]["engine"] == engine and row["status"] == "ok"
        ]
        ratios = sorted(
            row["predicted_peak_bytes"] / row["lean_peak_bytes"]
            for row in group
            if row.get("lean_peak_bytes") and row.get("predicted_peak_bytes")
        )
        near = sum(abs(ratio - 1) <= PEAK_BAR for ratio in ratios)
        beyond += len(group) - near
        if ratios:
            print(
                f"{engine}: {near} of {len(group)} peaks within {PEAK_BAR:.0%} (told/measured "
                f"{ratios[0]:.2f} to {ratios[-1]:.2f}, median {median(ratios):.2f})"
            )
    return 1 if beyond else 0


def main() -> int:
    """Compare all cells that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", default=CHECKED, help="family and size, with commas between")
    parser.add_argument("--engines", default=ENGINES)
    parser.add_argument("--batch", default="4,32")
    parser.add_argument("--prompt", default="128")
    parser.add_argument("--new", type=int, default=16)
    parser.add_argument("--json", type=Path, help="write the cells here")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    print(f"{'model':12} {'cell':44} {'told MB':>8} {'measured':>8} {'told/measured':>13}")
    for name in arguments.models.split(","):
        family, size = name.split()
        with tempfile.TemporaryDirectory() as folder:
            build(family, size, Path(folder))
            for cell in measure(Path(folder), arguments):
                rows.append({"model": name, **cell})
                show(rows[-1])
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return summarize(rows)


if __name__ == "__main__":
    raise SystemExit(main())
