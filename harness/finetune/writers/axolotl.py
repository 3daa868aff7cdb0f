"""Axolotl: one YAML file.

References:
    Axolotl 0.19.0, `axolotl.utils.schemas` and docs/installation.qmd, docs/mac.qmd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.plan import ALL_LINEAR
from spoonbench.harness.finetune.writers.writer import (
    DATA,
    MERGED,
    TRAIN,
    VALID,
    Material,
    Writer,
    no_files,
    optimizer_name,
    scheduler_name,
)

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_FILE = "axolotl.yaml"


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """The configuration of `axolotl train`."""
    chat = {"ds_type": "json", "type": "chat_template", "field_messages": "messages"}
    watched = [{"path": f"{DATA}/{VALID}", "split": "train", **chat}]
    return {
        "base_model": plan.model,
        **_adapter(plan),
        "datasets": [{"path": f"{DATA}/{TRAIN}", **chat}],
        **({"test_datasets": watched, "evals_per_epoch": 1} if material.n_valid else {}),
        "train_on_inputs": False,
        "output_dir": plan.output,
        "saves_per_epoch": 1,
        "sequence_len": plan.context,
        # Otherwise longer items are dropped.
        "excess_length_strategy": "truncate",
        "micro_batch_size": plan.batch,
        "gradient_accumulation_steps": plan.accumulation,
        "num_epochs": plan.epochs,
        "learning_rate": plan.learning_rate,
        "lr_scheduler": scheduler_name(plan),
        "warmup_ratio": plan.warmup_share,
        "optimizer": optimizer_name(plan),
        "bf16": plan.precision == "bfloat16",
        "fp16": plan.precision == "float16",
        "gradient_checkpointing": plan.checkpointing,
        "logging_steps": 10,
        "seed": plan.seed,
    }


def _adapter(plan: FinetunePlan) -> dict[str, Any]:
    if not plan.has_adapter:
        return {}
    is_all = plan.targets == ALL_LINEAR
    return {
        "adapter": plan.method,
        "load_in_4bit": plan.method == "qlora",
        "lora_r": plan.rank,
        "lora_alpha": plan.alpha,
        "lora_dropout": plan.dropout,
        **({"lora_target_linear": True} if is_all else {"lora_target_modules": list(plan.targets)}),
    }


def _train(_plan: FinetunePlan) -> tuple[str, ...]:
    return (f"axolotl train {_FILE}",)


def _merge(plan: FinetunePlan) -> tuple[str, ...]:
    if not plan.has_adapter:
        return (f"mv {plan.output} {MERGED}",)
    return (
        f"axolotl merge-lora {_FILE} --lora-model-dir {plan.output}",
        f"mv {plan.output}/merged {MERGED}",
    )


def _notes(_plan: FinetunePlan) -> tuple[str, ...]:
    template = (
        "The texts are put together by the chat template of the model's tokenizer; a model without "
        "one needs `chat_template: chatml` or another."
    )
    return (template,)


WRITER = Writer(
    tool="axolotl",
    version="Axolotl 0.19.0",
    file=_FILE,
    form="messages",
    configure=configure,
    install=(
        "pip install packaging setuptools wheel ninja torch",
        "pip install --no-build-isolation axolotl==0.19.0",
    ),
    train=_train,
    merge=_merge,
    further=no_files,
    notes=_notes,
)
