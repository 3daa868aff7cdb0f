"""TRL: one YAML file for its command line, with peft's adapters.

References:
    TRL 1.16.0, `trl.scripts.sft`, `SFTConfig` and `ModelConfig`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.scripts import MERGE_SCRIPT, merge_commands, read_script
from spoonbench.harness.finetune.writers.writer import (
    DATA,
    Material,
    Writer,
    optimizer_name,
    scheduler_name,
)

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_FILE = "trl.yaml"


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """The configuration of `trl sft`."""
    # The library of data sets calls a file valid.jsonl the split "validation".
    watched = {"dataset_test_split": "validation", "eval_strategy": "epoch"}
    return {
        "model_name_or_path": plan.model,
        # What is trained itself is kept in float32, and multiplied in the chosen format.
        "dtype": "float32" if plan.method == "full" else plan.precision,
        **_adapter(plan),
        "dataset_name": DATA,
        "dataset_train_split": "train",
        **(watched if material.n_valid else {}),
        "completion_only_loss": True,
        "max_length": plan.context,
        "output_dir": plan.output,
        "save_strategy": "epoch",
        "per_device_train_batch_size": plan.batch,
        "per_device_eval_batch_size": plan.batch,
        "gradient_accumulation_steps": plan.accumulation,
        "num_train_epochs": plan.epochs,
        "learning_rate": plan.learning_rate,
        "lr_scheduler_type": scheduler_name(plan),
        "warmup_steps": plan.warmup_steps(material.n_train),
        "optim": optimizer_name(plan),
        "bf16": plan.precision == "bfloat16",
        "fp16": plan.precision == "float16",
        "gradient_checkpointing": plan.checkpointing,
        "logging_steps": 10,
        "report_to": "none",
        "seed": plan.seed,
    }


def _adapter(plan: FinetunePlan) -> dict[str, Any]:
    if not plan.has_adapter:
        return {}
    quantized = {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "use_bnb_nested_quant": True,
    }
    return {
        "use_peft": True,
        "lora_r": plan.rank,
        "lora_alpha": plan.alpha,
        "lora_dropout": plan.dropout,
        "lora_target_modules": list(plan.targets),
        **(quantized if plan.method == "qlora" else {}),
    }


def _train(_plan: FinetunePlan) -> tuple[str, ...]:
    return (f"trl sft --config {_FILE}",)


def _further(plan: FinetunePlan, _material: Material) -> dict[str, str]:
    return {MERGE_SCRIPT: read_script(MERGE_SCRIPT)} if plan.has_adapter else {}


def _notes(_plan: FinetunePlan) -> tuple[str, ...]:
    return (
        "Only the answer counts in the loss: question and answer stand apart in the data.",
        "The texts are put together by the chat template of the model's tokenizer.",
    )


WRITER = Writer(
    tool="trl",
    version="TRL 1.16.0",
    file=_FILE,
    form="prompt-completion",
    configure=configure,
    install=('pip install "trl[peft,quantization]==1.16.0"',),
    train=_train,
    merge=merge_commands,
    further=_further,
    notes=_notes,
)
