"""peft and transformers alone: a JSON file of their arguments, and the script that takes it.

What spoonbench itself is installed with is enough to run it.

References:
    peft 0.21.2, `LoraConfig`; transformers 5.23.0, `TrainingArguments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.plan import ALL_LINEAR
from spoonbench.harness.finetune.scripts import (
    MERGE_SCRIPT,
    TRAIN_SCRIPT,
    merge_commands,
    read_script,
)
from spoonbench.harness.finetune.writers.writer import (
    DATA,
    Material,
    Writer,
    optimizer_name,
    scheduler_name,
)

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_FILE = "peft.json"


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """The arguments of `LoraConfig` and of `TrainingArguments`."""
    return {
        "model": plan.model,
        "data": DATA,
        "device": plan.device,
        "dtype": plan.precision,
        "load_in_4bit": plan.method == "qlora",
        "max_length": plan.context,
        "lora": _adapter(plan),
        "training": {
            "output_dir": plan.output,
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
            "activation_checkpointing": plan.checkpointing,
            "eval_strategy": "epoch" if material.n_valid else "no",
            "save_strategy": "no",
            "logging_steps": 10,
            "report_to": "none",
            "use_cpu": plan.device == "cpu",
            "seed": plan.seed,
        },
    }


def _adapter(plan: FinetunePlan) -> dict[str, Any] | None:
    if not plan.has_adapter:
        return None
    return {
        "r": plan.rank,
        "lora_alpha": plan.alpha,
        "lora_dropout": plan.dropout,
        "target_modules": "all-linear" if plan.targets == ALL_LINEAR else list(plan.targets),
        "task_type": "CAUSAL_LM",
    }


def _train(_plan: FinetunePlan) -> tuple[str, ...]:
    return (f"python {TRAIN_SCRIPT} {_FILE}",)


def _further(plan: FinetunePlan, _material: Material) -> dict[str, str]:
    names = [TRAIN_SCRIPT, *([MERGE_SCRIPT] if plan.has_adapter else [])]
    return {name: read_script(name) for name in names}


def _notes(_plan: FinetunePlan) -> tuple[str, ...]:
    loss = (
        "Only the answer counts in the loss. Without a chat template the question and the answer "
        "stand on a line each."
    )
    return (loss,)


WRITER = Writer(
    tool="peft",
    version="peft 0.21.2 with transformers 5.23.0",
    file=_FILE,
    form="prompt-completion",
    configure=configure,
    install=("pip install peft==0.21.2 transformers==5.23.0 accelerate bitsandbytes",),
    train=_train,
    merge=merge_commands,
    further=_further,
    notes=_notes,
)
