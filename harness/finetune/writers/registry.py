"""Every writer by the name of its tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.finetune.writers import (
    axolotl,
    cloud,
    llama_factory,
    mlx,
    ollama,
    peft,
    trl,
    unsloth,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.finetune.writers.writer import Writer

WRITERS: Mapping[str, Writer] = {
    module.WRITER.tool: module.WRITER
    for module in (ollama, peft, trl, unsloth, axolotl, llama_factory, mlx, cloud)
}
