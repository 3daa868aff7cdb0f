"""mlx-lm, on Apple silicon: one YAML file.

An iteration there is one batch, not one step; the schedule counts steps.

References:
    mlx-lm 0.32.2, `mlx_lm.lora`, `mlx_lm.tuner.utils`, `mlx_lm.tuner.datasets` and LORA.md.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.plan import ALL_LINEAR
from spoonbench.harness.finetune.writers.writer import DATA, MERGED, Material, Writer, no_files

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_FILE, _QUANTIZED = "mlx.yaml", "base-4bit"
_ATTENTION = {"q_proj", "k_proj", "v_proj", "o_proj"}
_FEED_FORWARD = {"gate_proj", "up_proj", "down_proj"}


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """The configuration of `mlx_lm.lora`."""
    batches = -(-material.n_train // plan.batch) * plan.epochs
    a_round = max(batches // plan.epochs, 1)
    return {
        "model": _QUANTIZED if plan.method == "qlora" else plan.model,
        "train": True,
        "data": DATA,
        "fine_tune_type": "full" if plan.method == "full" else "lora",
        "num_layers": -1,
        **_adapter(plan),
        "mask_prompt": True,
        "batch_size": plan.batch,
        "grad_accumulation_steps": plan.accumulation,
        "iters": max(batches, 1),
        "max_seq_length": plan.context,
        "grad_checkpoint": plan.checkpointing,
        "optimizer": "adamw",
        "learning_rate": plan.learning_rate,
        "lr_schedule": _schedule(plan, material.n_train),
        "val_batches": -1,
        "steps_per_report": 10,
        "steps_per_eval": a_round,
        "save_every": a_round,
        "adapter_path": plan.output,
        "seed": plan.seed,
    }


def _adapter(plan: FinetunePlan) -> dict[str, Any]:
    if not plan.has_adapter:
        return {}
    chosen = {} if plan.targets == ALL_LINEAR else {"keys": [_key(name) for name in plan.targets]}
    return {
        "lora_parameters": {
            "rank": plan.rank,
            "dropout": plan.dropout,
            # What others call alpha / rank.
            "scale": plan.alpha / plan.rank,
            **chosen,
        }
    }


def _key(name: str) -> str:
    """The name of a layer within its block."""
    if name in _ATTENTION:
        return f"self_attn.{name}"
    return f"mlp.{name}" if name in _FEED_FORWARD else name


def _schedule(plan: FinetunePlan, n_train: int) -> dict[str, Any]:
    rate, warmup = plan.learning_rate, plan.warmup_steps(n_train)
    falls = max(plan.steps(n_train) - warmup, 1)
    names = {
        "cosine": ("cosine_decay", [rate, falls]),
        "linear": ("linear_schedule", [rate, 0.0, falls]),
        "constant": ("linear_schedule", [rate, rate, falls]),
    }
    name, arguments = names[plan.scheduler]
    return {"name": name, "arguments": arguments, "warmup": warmup}


def _train(plan: FinetunePlan) -> tuple[str, ...]:
    command = f"mlx_lm.lora --config {_FILE}"
    if plan.method != "qlora":
        return (command,)
    model = shlex.quote(plan.model)
    return (f"mlx_lm.convert --hf-path {model} --mlx-path {_QUANTIZED} -q --q-bits 4", command)


def _merge(plan: FinetunePlan) -> tuple[str, ...]:
    # The base of 16 bits, though the adapter learned beside the quantized one.
    model = shlex.quote(plan.model)
    return (f"mlx_lm.fuse --model {model} --adapter-path {plan.output} --save-path {MERGED}",)


def _notes(plan: FinetunePlan) -> tuple[str, ...]:
    notes = ["The number format is that of the model's own weights."]
    if plan.targets == ALL_LINEAR and plan.has_adapter:
        notes.append("Without `keys` every linear layer of the blocks gets an adapter.")
    return tuple(notes)


WRITER = Writer(
    tool="mlx",
    version="mlx-lm 0.32.2",
    file=_FILE,
    form="messages",
    configure=configure,
    install=("pip install mlx-lm==0.32.2",),
    train=_train,
    merge=_merge,
    further=no_files,
    notes=_notes,
)
