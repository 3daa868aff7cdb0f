"""Unsloth: a JSON file of its arguments, and the script that takes it.

References:
    Unsloth 2026.10.9, `FastLanguageModel`; TRL 1.15.0, `SFTConfig`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.plan import ALL_LINEAR
from spoonbench.harness.finetune.scripts import UNSLOTH_SCRIPT, read_script
from spoonbench.harness.finetune.writers.writer import (
    DATA,
    Material,
    Writer,
    no_commands,
    optimizer_name,
    scheduler_name,
)

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_FILE = "unsloth.json"
_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """The arguments of the three calls."""
    return {
        "model": {
            "model_name": plan.model,
            "max_seq_length": plan.context,
            "dtype": plan.precision,
            "load_in_4bit": plan.method == "qlora",
            "full_finetuning": plan.method == "full",
            "random_state": plan.seed,
        },
        "lora": _adapter(plan),
        "training": {
            "dataset_text_field": "text",
            "max_length": plan.context,
            "output_dir": plan.output,
            "save_strategy": "no",
            "per_device_train_batch_size": plan.batch,
            "gradient_accumulation_steps": plan.accumulation,
            "num_train_epochs": plan.epochs,
            "learning_rate": plan.learning_rate,
            "lr_scheduler_type": scheduler_name(plan),
            "warmup_steps": plan.warmup_steps(material.n_train),
            "optim": optimizer_name(plan),
            "logging_steps": 10,
            "report_to": "none",
            "seed": plan.seed,
        },
        "data": DATA,
    }


def _adapter(plan: FinetunePlan) -> dict[str, Any] | None:
    if not plan.has_adapter:
        return None
    return {
        "r": plan.rank,
        "lora_alpha": plan.alpha,
        "lora_dropout": plan.dropout,
        "target_modules": _LINEAR if plan.targets == ALL_LINEAR else list(plan.targets),
        "use_gradient_checkpointing": "unsloth" if plan.checkpointing else False,
        "random_state": plan.seed,
    }


def _train(_plan: FinetunePlan) -> tuple[str, ...]:
    return (f"python {UNSLOTH_SCRIPT} {_FILE}",)


def _further(_plan: FinetunePlan, _material: Material) -> dict[str, str]:
    return {UNSLOTH_SCRIPT: read_script(UNSLOTH_SCRIPT)}


def _notes(plan: FinetunePlan) -> tuple[str, ...]:
    notes = ["The script merges at its end; the whole conversation counts in the loss."]
    if plan.device == "mps":
        notes.append(
            "On Apple silicon Unsloth trains through MLX; only supervised fine-tuning runs there."
        )
    return tuple(notes)


WRITER = Writer(
    tool="unsloth",
    version="Unsloth 2026.10.9",
    file=_FILE,
    form="messages",
    configure=configure,
    install=("pip install unsloth==2026.10.9",),
    train=_train,
    merge=no_commands,
    further=_further,
    notes=_notes,
)
