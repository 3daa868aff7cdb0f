"""What cannot go together, and what a user should know before training: a sentence each.

References:
    Axolotl 0.19.0, docs/installation.qmd and docs/mac.qmd; bitsandbytes 0.50.2, its table of
    accelerators; Unsloth 2026.10.9, README and `unsloth_zoo.device_type`; mlx-lm 0.32.2.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from spoonbench.harness.finetune.plan import (
    DEVICES,
    FAMILIES,
    METHODS,
    OPTIMIZERS,
    PRECISIONS,
    SCHEDULERS,
    TOOL_NAMES,
    BadPlan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.finetune.plan import FinetunePlan

_BYTES_IN_GB = 1e9
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def check_plan(
    plan: FinetunePlan,
    *,
    examples: int | None = None,
    memory: float | None = None,
    needed: int | None = None,
) -> None:
    """Refuse a plan that cannot be carried out.

    Args:
        plan: to check.
        examples: items to train on, where they are known.
        memory: bytes of the device, where they are known.
        needed: bytes that the training takes by prediction, where the model's size is known.

    Raises:
        BadPlan: says everything that is wrong, a line each.
    """
    found = find_conflicts(plan, examples=examples, memory=memory, needed=needed)
    if found:
        raise BadPlan("\n".join(found))


def find_conflicts(
    plan: FinetunePlan,
    *,
    examples: int | None = None,
    memory: float | None = None,
    needed: int | None = None,
) -> list[str]:
    """What in a plan cannot go together; see `check_plan`."""
    found = [*_word_faults(plan)]
    if found:
        return found
    found += _number_faults(plan)
    found += _tool_conflicts(plan)
    if plan.method == "prompt":
        return found
    if examples is not None and plan.effective_batch > examples:
        found.append(
            f"One step takes {plan.effective_batch} items ({plan.batch} x {plan.accumulation}), "
            f"and there are {examples} to train on."
        )
    # What a rented machine has to hold is the answer there, not a limit.
    if memory is not None and needed is not None and needed > memory and plan.tool != "cloud":
        found.append(
            f"{_named(plan)} takes {needed / _BYTES_IN_GB:.1f} GB by prediction, and there are "
            f"{memory / _BYTES_IN_GB:.1f} GB."
        )
    return found


def find_cautions(plan: FinetunePlan) -> list[str]:
    """What is possible and still worth knowing."""
    return [*_device_cautions(plan), *_rate_cautions(plan)]


def _word_faults(plan: FinetunePlan) -> Iterator[str]:
    allowed = {
        "method": METHODS,
        "tool": TOOL_NAMES,
        "device": DEVICES,
        "precision": PRECISIONS,
        "optimizer": OPTIMIZERS,
        "scheduler": SCHEDULERS,
    }
    for name, words in allowed.items():
        value = getattr(plan, name)
        if value not in words:
            yield f"{name} is one of {', '.join(words)}, not {value!r}."
    for name in ("model", "data", "output"):
        if not getattr(plan, name).isprintable():
            yield f"{name} has characters that do not print."
    if not _NAME.fullmatch(plan.output):
        yield f"output is a name of letters, digits, '-' and '_', not {plan.output!r}."
    if plan.template is not None and plan.template not in FAMILIES:
        yield f"template is one of {', '.join(FAMILIES)}, not {plan.template!r}."


def _number_faults(plan: FinetunePlan) -> Iterator[str]:
    for name in ("rank", "alpha", "batch", "accumulation", "epochs", "context"):
        if getattr(plan, name) < 1:
            yield f"{name} is {getattr(plan, name)}, and should be 1 or more."
    for name in ("dropout", "warmup_share", "valid_share"):
        if not 0 <= getattr(plan, name) < 1:
            yield f"{name} is {getattr(plan, name)}, and should be at least 0 and below 1."
    if not (plan.learning_rate > 0 and math.isfinite(plan.learning_rate)):
        yield f"learning_rate is {plan.learning_rate}, and should be above 0."
    if plan.seed < 0:
        yield f"seed is {plan.seed}, and should be 0 or more."
    if not plan.targets or not all(plan.targets):
        yield "targets names no layer."


def _tool_conflicts(plan: FinetunePlan) -> Iterator[str]:
    if (plan.method == "prompt") != (plan.tool == "ollama-modelfile"):
        yield (
            "The method prompt and the tool ollama-modelfile belong together: "
            "a Modelfile trains nothing, and a prompt alone needs no trainer."
        )
        return
    if plan.tool == "mlx" and plan.device != "mps":
        yield f"MLX is for Apple silicon (device mps), and the device is {plan.device}."
    if plan.tool == "mlx" and plan.optimizer == "adamw_8bit":
        yield "mlx-lm has no optimizer of 8 bits."
    elif plan.device == "mps" and plan.optimizer == "adamw_8bit":
        yield "bitsandbytes 0.50 has no optimizer of 8 bits for Apple GPUs."
    if plan.tool == "axolotl":
        yield from _axolotl_conflicts(plan)
    if plan.tool == "cloud" and plan.device != "cuda":
        yield f"A machine is rented for its GPU (device cuda), and the device is {plan.device}."
    if plan.device == "cpu" and plan.precision == "float16":
        yield "Training in float16 scales its loss, which a CPU has no part for: take bfloat16."


def _axolotl_conflicts(plan: FinetunePlan) -> Iterator[str]:
    if plan.device == "cpu":
        yield "Axolotl asks for an NVIDIA or AMD GPU."
    if plan.device == "mps" and plan.method == "qlora":
        yield "Axolotl's documentation rules out bitsandbytes and QLoRA on Apple silicon."
    if plan.device == "mps" and plan.precision != "float32":
        yield "Axolotl's documentation rules out 16-bit formats on Apple silicon: take float32."


def _device_cautions(plan: FinetunePlan) -> Iterator[str]:
    if plan.tool == "unsloth" and plan.device == "mps":
        yield "Unsloth's project pages list no Apple GPU for training: its package uses MLX there."
    if plan.tool == "unsloth" and plan.device == "cpu":
        yield "Unsloth falls back to the CPU where it finds no GPU: none of its speed is left."
    if plan.tool == "axolotl" and plan.device == "mps":
        yield "Axolotl's documentation calls Apple silicon partially usable."
    if plan.method == "qlora" and plan.device == "mps" and plan.tool in {"peft", "trl"}:
        yield (
            "bitsandbytes takes 4 bits on Apple GPUs since 0.50, before macOS 26 without kernels "
            "of its own: MLX is the surer way."
        )
    if plan.method != "prompt" and plan.device == "cpu":
        yield "On a CPU this is for small models and for trying the steps."
    if plan.precision == "float16":
        yield "float16 overflows in some models (Gemma 2 and 3 among them): bfloat16 does not."


def _rate_cautions(plan: FinetunePlan) -> Iterator[str]:
    if plan.method == "qlora":
        yield (
            "The adapter learns beside weights of 4 bits and is merged into those of 16 bits: "
            "measure the merged model, its answers may differ from those while training."
        )
    if plan.method == "full" and plan.tool in {"axolotl", "cloud", "mlx"}:
        yield "All weights learn in the format they are loaded in: small steps are rounded away."
    if plan.has_adapter and plan.alpha < plan.rank:
        yield f"alpha / rank is {plan.alpha / plan.rank:.2g}: the adapter is scaled down."


def _named(plan: FinetunePlan) -> str:
    names = {"full": "Full fine-tuning", "lora": "LoRA", "qlora": "QLoRA"}
    return f"{names[plan.method]} of {plan.model} at batch {plan.batch} and {plan.context} tokens"
