"""The scripts that go beside a configuration; they read it and hold nothing of the user's."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.finetune.writers.writer import MERGED

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

# Named as text, so that nothing here takes them for modules of the package.
_FOLDER = Path(__file__).parent / "templates"
TRAIN_SCRIPT, UNSLOTH_SCRIPT, MERGE_SCRIPT = "train.py", "train_unsloth.py", "merge.py"


def read_script(name: str) -> str:
    """The text of a script."""
    return (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def merge_commands(plan: FinetunePlan) -> tuple[str, ...]:
    """Commands that merge peft's adapter into the base in 16 bits, or take the whole model."""
    if not plan.has_adapter:
        return (f"mv {plan.output} {MERGED}",)
    dtype = "bfloat16" if plan.precision == "float32" else plan.precision
    model = shlex.quote(plan.model)
    command = (
        f"python {MERGE_SCRIPT} --base {model} --adapter {plan.output} --out {MERGED} "
        f"--dtype {dtype}"
    )
    return (command,)
