"""Memory that was predicted from a configuration beside memory that was measured.

    python bench/memory_prediction.py                       # all cases, some minutes
    python bench/memory_prediction.py --only llama          # those whose name holds a word
    python bench/memory_prediction.py --tensors --only ...  # and which tensors live at the peak
    python bench/memory_prediction.py --json FILE           # figures for further use
    python bench/memory_prediction.py --allocator kept      # as this project's children run
    python bench/memory_prediction.py --device cuda         # on a device, as torch counts it

Every case runs in a process of its own: the model is built from a configuration with random
weights, and the highest resident memory above the baseline after imports is read
(`spoonbench.harness.memory`). The prediction is made in another process and sees the configuration
alone; what the libraries take for themselves is measured in the child before the model is built,
and added to it.

A prediction is of tensors. With `--allocator returned` the C library gives every freed tensor back
to the system, so that resident memory is what tensors take; with `--allocator kept`, as this
project's children run, it keeps what is freed, and holes that no later tensor fits into come on
top.

Not covered: several devices; a cache in fewer bits.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import bitsandbytes
import torch
from peft import LoraConfig, inject_adapter_in_model
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MistralConfig, Qwen3Config

from spoonbench.harness.executors.surroundings import variables
from spoonbench.harness.memory import MemoryMeter, device_peak, start_device_peak
from spoonbench.harness.predict.inference import predict_inference
from spoonbench.harness.predict.overhead import measure_overhead
from spoonbench.harness.predict.training import predict_training
from spoonbench.solvers.held_memory import Lora, TrainingPass
from spoonbench.solvers.llm.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.predict.optimizers import Optimizer, Stepping
    from spoonbench.harness.predict.prediction import MemoryPrediction
    from spoonbench.solvers.held_memory import Attention

HERE = Path(__file__).resolve()
THREADS = 2
RETURNED = {
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_TOP_PAD_": "0",
}
"""Every tensor from 64 KiB on has pages of its own, which go when it does."""
WEIGHTS_BAR, PEAK_BAR = 0.10, 0.25
SMALLEST_PARAMETERS = 10_000_000
"""Below this, what else a process does is a good part of its memory."""
LORA = Lora(rank=8)
SIZES: dict[str, dict[str, int]] = {
    "1M": {"hidden": 128, "layers": 4, "heads": 4, "shared": 2, "vocabulary": 1024},
    "12M": {"hidden": 384, "layers": 5, "heads": 6, "shared": 2, "vocabulary": 8192},
    "80M": {"hidden": 768, "layers": 8, "heads": 12, "shared": 4, "vocabulary": 16384},
}
WINDOW = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One model and what it does.

    Attributes:
        family: kind of model.
        size: key of `SIZES`.
        does: "train", "generate" or "score".
        n_tokens: of each text; of a prompt where it generates.
        new_tokens: written after each prompt.
        optimizer: name in `predict.optimizers`.
    """

    family: str
    size: str
    does: str
    dtype: str = "float32"
    autocast: str | None = None
    attention: Attention = "sdpa"
    batch_size: int = 8
    n_tokens: int = 128
    new_tokens: int = 0
    optimizer: Optimizer = "adamw"
    checkpointing: bool = False
    accumulation: int = 1
    has_adapter: bool = False
    device: str = "cpu"

    @property
    def name(self) -> str:
        """Its settings in words."""
        words = [self.family, self.size, self.does, self.dtype]
        words += [f"autocast-{self.autocast}"] if self.autocast else []
        words += [self.attention] if self.attention != "sdpa" else []
        words += [f"{self.batch_size}x{self.n_tokens}"]
        words += [f"+{self.new_tokens}"] if self.new_tokens else []
        words += [self.optimizer] if self.does == "train" else []
        words += ["checkpointing"] if self.checkpointing else []
        words += [f"accumulated-{self.accumulation}"] if self.accumulation > 1 else []
        words += ["lora"] if self.has_adapter else []
        return " ".join(words)


def cases() -> Iterable[Case]:
    """Families, sizes, batches, lengths, number formats and ways to learn."""
    for family in ("gpt2", "llama", "qwen3", "mistral"):
        for size in SIZES:
            base = Case(family=family, size=size, does="train")
            yield base
            yield replace(base, does="generate", n_tokens=128, new_tokens=64)
    for size in SIZES:
        base = Case(family="llama", size=size, does="train")
        yield replace(base, batch_size=1, n_tokens=64)
        yield replace(base, batch_size=1, n_tokens=512)
        yield replace(base, batch_size=32, n_tokens=128)
        yield replace(base, optimizer="sgd")
        yield replace(base, checkpointing=True, n_tokens=256)
        yield replace(base, has_adapter=True, n_tokens=256)
        yield replace(base, autocast="bfloat16")
        yield replace(base, dtype="bfloat16")
        yield replace(base, does="score", n_tokens=256)
        yield replace(base, does="generate", batch_size=32, n_tokens=64, new_tokens=192)
        yield replace(base, does="generate", dtype="bfloat16", batch_size=8, n_tokens=512)
    medium = Case(family="gpt2", size="12M", does="train")
    yield replace(medium, attention="eager", n_tokens=512)
    yield replace(medium, accumulation=2)
    yield replace(medium, optimizer="sgd-momentum")
    yield replace(medium, optimizer="adafactor")
    yield replace(medium, optimizer="adamw-8bit")
    yield replace(medium, does="generate", attention="eager", n_tokens=512)
    yield Case(family="mistral", size="12M", does="generate", n_tokens=512, new_tokens=64)


def config_of(case: Case) -> Any:
    """The configuration of a case's model."""
    size = SIZES[case.size]
    no_tokens = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
    if case.family == "gpt2":
        return GPT2Config(
            vocab_size=size["vocabulary"],
            n_embd=size["hidden"],
            n_layer=size["layers"],
            n_head=size["heads"],
            **no_tokens,
        )
    shared = {
        "vocab_size": size["vocabulary"],
        "hidden_size": size["hidden"],
        "intermediate_size": 8 * size["hidden"] // 3,
        "num_hidden_layers": size["layers"],
        "num_attention_heads": size["heads"],
        "num_key_value_heads": size["shared"],
        **no_tokens,
    }
    if case.family == "llama":
        return LlamaConfig(**shared)
    if case.family == "mistral":
        return MistralConfig(**shared, sliding_window=WINDOW)
    return Qwen3Config(**shared, head_dim=size["hidden"] // size["heads"], tie_word_embeddings=True)


def predict(case: Case, overhead_bytes: int) -> MemoryPrediction:
    """From the configuration alone."""
    shape = shape_of(config_of(case))
    if case.does == "train":
        wanted = TrainingPass(
            dtype=case.dtype,
            autocast=case.autocast,
            attention=case.attention,
            batch_size=case.batch_size,
            n_tokens=case.n_tokens,
            checkpointing=case.checkpointing,
            accumulation=case.accumulation,
            lora=LORA if case.has_adapter else None,
        )
        stepping: Stepping = "loop" if case.device == "cpu" else "foreach"
        return predict_training(
            shape,
            wanted,
            optimizer=case.optimizer,
            stepping=stepping,
            overhead_bytes=overhead_bytes,
        )
    return predict_inference(
        shape,
        case.dtype,
        batch_size=case.batch_size,
        prompt_tokens=case.n_tokens,
        new_tokens=case.new_tokens,
        attention=case.attention,
        scored="all" if case.does == "score" else "last",
        overhead_bytes=overhead_bytes,
    )


def measure(case: Case) -> dict[str, int]:
    """Run a case in this process, which must be fresh."""
    torch.set_num_threads(THREADS)
    meter = MemoryMeter()
    overhead = measure_overhead(case.autocast or case.dtype, case.device)
    torch.manual_seed(0)
    with torch.device(case.device):
        model = AutoModelForCausalLM.from_config(
            config_of(case), dtype=getattr(torch, case.dtype), attn_implementation=case.attention
        )
    if case.has_adapter:
        add_adapter(model)
    weights = sum(each.nbytes for each in [*model.parameters(), *model.buffers()])
    resident = meter.resident() - overhead
    meter.start()
    start_device_peak(case.device)
    (train if case.does == "train" else answer)(model, case)
    peak = meter.peak()[0] if case.device == "cpu" else device_peak(case.device)[0]
    if peak is None:
        raise SystemExit(f"{case.name}: there is no peak: {meter.peak()[1]}")
    return {
        "peak": peak,
        "overhead": overhead,
        "weights": weights,
        "weights_resident": resident if case.device == "cpu" else weights,
        "n_parameters": sum(each.numel() for each in model.parameters()),
    }


def add_adapter(model: Any) -> None:
    """A LoRA of peft."""
    config = LoraConfig(r=LORA.rank, target_modules="all-linear", task_type="CAUSAL_LM")
    inject_adapter_in_model(config, model)


def train(model: Any, case: Case) -> None:
    """Three steps: the states of the optimizer are there from the second on."""
    optimizer = make_optimizer([each for each in model.parameters() if each.requires_grad], case)
    model.train()
    if case.checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    shape = (case.batch_size, case.n_tokens)
    ids = torch.randint(0, SIZES[case.size]["vocabulary"], shape, device=case.device)
    enabled = case.autocast is not None
    for _ in range(3):
        optimizer.zero_grad(set_to_none=True)
        for _ in range(case.accumulation):
            with torch.autocast(case.device, torch.bfloat16, enabled=enabled):
                loss = model(input_ids=ids, labels=ids, use_cache=False).loss
            loss.backward()
        optimizer.step()


def make_optimizer(parameters: list[Any], case: Case) -> Any:
    """The optimizer of a case, as its library makes it."""
    if case.optimizer == "adamw-8bit":
        return bitsandbytes.optim.AdamW8bit(parameters, lr=1e-4)
    if case.optimizer == "adafactor":
        return torch.optim.Adafactor(parameters, lr=1e-4)
    if case.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=1e-4)
    momentum = 0.9 if case.optimizer == "sgd-momentum" else 0.0
    return torch.optim.SGD(parameters, lr=1e-4, momentum=momentum)


def answer(model: Any, case: Case) -> None:
    """Generate greedily or score, as transformers does it."""
    model.eval()
    shape = (case.batch_size, case.n_tokens)
    ids = torch.randint(0, SIZES[case.size]["vocabulary"], shape, device=case.device)
    with torch.inference_mode():
        if case.does == "score":
            scores = model(input_ids=ids, use_cache=False).logits.float().log_softmax(dim=-1)
            print(float(scores[0, 0, 0]), file=sys.stderr)
            return
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=max(1, case.new_tokens),
            min_new_tokens=max(1, case.new_tokens),
            do_sample=False,
        )


def measured_apart(case: Case, allocator: str) -> dict[str, int]:
    """Run a case in a process of its own."""
    settings = variables(THREADS, [], "memory-prediction")
    done = subprocess.run(
        [sys.executable, "-P", str(HERE), "--case", json.dumps(asdict(case))],
        env=settings | (RETURNED if allocator == "returned" else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{case.name}: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(case: Case, allocator: str, *, shows_tensors: bool) -> dict[str, Any]:
    """Measure, predict and print a line."""
    measured = measured_apart(case, allocator)
    told = predict(case, measured["overhead"])
    ratio = told.total / measured["peak"]
    of_weights = told.weights / measured["weights_resident"]
    parts = ", ".join(f"{name} {n_bytes / 1e6:.1f}" for name, n_bytes in told.components.items())
    print(
        f"{case.name:62} {measured['n_parameters'] / 1e6:6.1f} {measured['peak'] / 1e6:8.1f} "
        f"{told.total / 1e6:8.1f} {ratio:6.2f} {of_weights:7.2f}  {told.moment}: {parts}",
        flush=True,
    )
    if shows_tensors:
        for one in told.largest:
            print(f"    {one.bytes / 1e6:8.1f} {one.count} x {one.shape} {one.dtype} {one.made_by}")
    return {
        **asdict(case),
        **measured,
        "predicted": told.total,
        "ratio": ratio,
        "ratio_of_weights": of_weights,
        "moment": told.moment,
        "components": told.components,
    }


def main() -> int:
    """Compare all cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="cases whose name holds these words")
    parser.add_argument("--tensors", action="store_true", help="show tensors of the peak")
    parser.add_argument("--allocator", choices=("returned", "kept"), default="returned")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print(json.dumps(measure(Case(**json.loads(arguments.case)))))
        return 0
    words = arguments.only.split()
    chosen = [
        replace(case, device=arguments.device)
        for case in cases()
        if all(word in case.name.split() for word in words)
    ]
    print(f"{'case':62} {'M par.':>6} {'measured':>8} {'told MB':>8} {'ratio':>6} {'weights':>7}")
    rows = [compare(case, arguments.allocator, shows_tensors=arguments.tensors) for case in chosen]
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return summarize(rows)


def summarize(rows: list[dict[str, Any]]) -> int:
    """Print how many cases are within the bars, by size; 0 where all but the smallest are."""
    beyond = 0
    for size in SIZES:
        group = [row for row in rows if row["size"] == size]
        if not group:
            continue
        near = [row for row in group if abs(row["ratio"] - 1) <= PEAK_BAR]
        near_weights = [row for row in group if abs(row["ratio_of_weights"] - 1) <= WEIGHTS_BAR]
        ratios = sorted(row["ratio"] for row in group)
        print(
            f"{size}: {len(near)} of {len(group)} peaks within {PEAK_BAR:.0%} "
            f"(predicted/measured {ratios[0]:.2f} to {ratios[-1]:.2f}, median "
            f"{median(ratios):.2f}), {len(near_weights)} weights within {WEIGHTS_BAR:.0%}"
        )
        if group[0]["n_parameters"] >= SMALLEST_PARAMETERS:
            beyond += 2 * len(group) - len(near) - len(near_weights)
    return 1 if beyond else 0


if __name__ == "__main__":
    raise SystemExit(main())
