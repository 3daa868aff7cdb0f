"""What a training takes in memory by prediction, from the number of parameters alone.

Not covered: what libraries and drivers keep for themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.finetune.plan import BadPlan
from spoonbench.harness.predict.outline import outline_of, training_bytes

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

_BYTES_IN_GB = 1e9
_PARAMETERS_IN_BILLION = 1e9
_AS_LOADED = {"axolotl", "cloud", "mlx"}


def parts_of(plan: FinetunePlan, parameters: float) -> dict[str, int]:
    """Bytes by part.

    Args:
        plan: what is trained and how.
        parameters: of the model.

    Raises:
        BadPlan: no decoder has so few or so many.
    """
    # What is trained itself is kept in float32, but where a tool leaves it as it is loaded.
    is_kept_wide = plan.method == "full" and plan.tool not in _AS_LOADED
    try:
        outline = outline_of(parameters)
    except ValueError as exc:
        raise BadPlan(f"--parameters: {exc}.") from exc
    return training_bytes(
        outline,
        method="lora" if plan.method == "prompt" else plan.method,
        dtype="float32" if is_kept_wide else plan.precision,
        optimizer="adamw-8bit" if plan.optimizer == "adamw_8bit" else "adamw",
        batch=plan.batch,
        context=plan.context,
        rank=plan.rank,
        checkpointing=plan.checkpointing,
        stepping="loop" if plan.device == "cpu" else "foreach",
    )


def needed_bytes(plan: FinetunePlan, parameters: float) -> int:
    """Bytes in all; none for a prompt, which trains nothing."""
    return 0 if plan.method == "prompt" else sum(parts_of(plan, parameters).values())


def told(plan: FinetunePlan, parameters: float, limit: float | None) -> list[str]:
    """What the prediction says, a sentence each.

    Args:
        plan: what is trained and how.
        parameters: of the model.
        limit: bytes of the device, where they are known.
    """
    if plan.method == "prompt":
        return []
    parts = parts_of(plan, parameters)
    shown = ", ".join(f"{name} {size / _BYTES_IN_GB:.2f}" for name, size in parts.items() if size)
    beside = "" if limit is None else f" of {limit / _BYTES_IN_GB:.1f} GB"
    sentence = (
        f"Predicted for a typical model of {parameters / _PARAMETERS_IN_BILLION:.3g} billion "
        f"parameters: {sum(parts.values()) / _BYTES_IN_GB:.1f} GB{beside} ({shown})."
    )
    return [sentence]
