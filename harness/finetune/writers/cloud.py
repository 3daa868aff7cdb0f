"""A rented machine: what it needs, and Axolotl's configuration to run there.

Prices change by the week, and none is given.

References:
    Memory of NVIDIA's data sheets for L4, A10, L40S, A100 and H100, H200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.rendering import to_yaml
from spoonbench.harness.finetune.writers import axolotl
from spoonbench.harness.finetune.writers.writer import Material, Writer

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

CARDS = {
    "24 GB (L4, A10)": 24_000_000_000,
    "48 GB (L40S)": 48_000_000_000,
    "80 GB (A100, H100)": 80_000_000_000,
    "141 GB (H200)": 141_000_000_000,
}
"""One device of each size, in bytes."""

_FILE = "cloud.json"


def configure(plan: FinetunePlan, _material: Material) -> dict[str, Any]:
    """What to rent; the bytes are filled in where the size of the model is known."""
    return {
        "model": plan.model,
        "method": plan.method,
        "memory_bytes": None,
        "smallest_device": None,
        "image": "axolotlai/axolotl-cloud-uv:main-latest",
        "command": axolotl.WRITER.train(plan)[0],
    }


def with_memory(configuration: dict[str, Any], needed: int) -> dict[str, Any]:
    """The same with the predicted memory, and the smallest device that has it.

    Args:
        configuration: of `configure`.
        needed: bytes.
    """
    fitting = [name for name, size in CARDS.items() if size >= needed]
    return {
        **configuration,
        "memory_bytes": needed,
        "smallest_device": fitting[0] if fitting else "several devices",
    }


def _further(plan: FinetunePlan, material: Material) -> dict[str, str]:
    told = f"{axolotl.WRITER.version}. Run: {axolotl.WRITER.train(plan)[0]}"
    return {axolotl.WRITER.file: to_yaml(axolotl.configure(plan, material), told)}


def _notes(plan: FinetunePlan) -> tuple[str, ...]:
    return (
        "Rent by memory, then by price per hour; copy this folder there and run the commands.",
        *axolotl.WRITER.notes(plan),
    )


WRITER = Writer(
    tool="cloud",
    version=axolotl.WRITER.version,
    file=_FILE,
    form="messages",
    configure=configure,
    install=axolotl.WRITER.install,
    train=axolotl.WRITER.train,
    merge=axolotl.WRITER.merge,
    further=_further,
    notes=_notes,
)
