"""LLaMA-Factory: a YAML file to train with, one to merge with, and a table of the data sets.

References:
    LLaMA-Factory 0.9.5, `llamafactory.hparams` and `llamafactory.data`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.plan import ALL_LINEAR
from spoonbench.harness.finetune.rendering import to_yaml
from spoonbench.harness.finetune.writers.writer import (
    DATA,
    MERGED,
    TRAIN,
    VALID,
    Material,
    Writer,
    optimizer_name,
    scheduler_name,
)

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_FILE, _MERGE_FILE = "llama_factory.yaml", "merge.yaml"


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """The configuration of `llamafactory-cli train`."""
    return {
        "model_name_or_path": plan.model,
        "stage": "sft",
        "do_train": True,
        **_method(plan),
        "dataset_dir": DATA,
        "dataset": "train",
        **({"eval_dataset": "valid", "eval_strategy": "epoch"} if material.n_valid else {}),
        "cutoff_len": plan.context,
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
        "disable_gradient_checkpointing": not plan.checkpointing,
        "logging_steps": 10,
        "report_to": "none",
        "seed": plan.seed,
    }


def merge_configuration(plan: FinetunePlan) -> dict[str, Any]:
    """The configuration of `llamafactory-cli export`: without quantization, or it refuses."""
    return {
        "model_name_or_path": plan.model,
        "adapter_name_or_path": plan.output,
        "finetuning_type": "lora",
        "export_dir": MERGED,
        "export_device": "cpu",
    }


def _method(plan: FinetunePlan) -> dict[str, Any]:
    if not plan.has_adapter:
        return {"finetuning_type": "full"}
    is_all = plan.targets == ALL_LINEAR
    return {
        "finetuning_type": "lora",
        "lora_rank": plan.rank,
        "lora_alpha": plan.alpha,
        "lora_dropout": plan.dropout,
        "lora_target": "all" if is_all else ",".join(plan.targets),
        **({"quantization_bit": 4, "quantization_method": "bnb"} if plan.method == "qlora" else {}),
    }


def _further(plan: FinetunePlan, material: Material) -> dict[str, str]:
    described = {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }
    files = {"train": TRAIN, **({"valid": VALID} if material.n_valid else {})}
    table = {name: {"file_name": file, **described} for name, file in files.items()}
    further = {f"{DATA}/dataset_info.json": json.dumps(table, indent=2) + "\n"}
    if plan.has_adapter:
        header = f"LLaMA-Factory 0.9.5. Run: llamafactory-cli export {_MERGE_FILE}"
        further[_MERGE_FILE] = to_yaml(merge_configuration(plan), header)
    return further


def _train(_plan: FinetunePlan) -> tuple[str, ...]:
    return (f"llamafactory-cli train {_FILE}",)


def _merge(plan: FinetunePlan) -> tuple[str, ...]:
    if not plan.has_adapter:
        return (f"mv {plan.output} {MERGED}",)
    return (f"llamafactory-cli export {_MERGE_FILE}",)


def _notes(_plan: FinetunePlan) -> tuple[str, ...]:
    template = (
        "Without `template` the form of a conversation is taken from the tokenizer; a model "
        "without a chat template needs `template: empty` or another, in both files."
    )
    return (template,)


WRITER = Writer(
    tool="llama-factory",
    version="LLaMA-Factory 0.9.5",
    file=_FILE,
    form="messages",
    configure=configure,
    install=("pip install llamafactory==0.9.5",),
    train=_train,
    merge=_merge,
    further=_further,
    notes=_notes,
)
