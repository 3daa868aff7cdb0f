"""The command group `spoonbench finetune`: a plan into files, and a file against a schema."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from spoonbench.harness.commands.options import JSON, grouped
from spoonbench.harness.finetune.plan import (
    DEVICES,
    FAMILIES,
    METHODS,
    OPTIMIZERS,
    PRECISIONS,
    SCHEDULERS,
    TOOL_NAMES,
)

_WORK = "spoonbench.harness.commands.finetuning"


def _whole(name: str, help_text: str) -> Any:
    return click.option(f"--{name}", type=int, help=help_text)


_WHAT = grouped(
    click.option("--method", type=click.Choice(METHODS), required=True, help="How weights change."),
    click.option("--tool", type=click.Choice(TOOL_NAMES), required=True, help="What trains."),
    click.option(
        "--model", required=True, metavar="NAME|DIR", help="On the hub, a folder, or in Ollama."
    ),
    click.option(
        "--data",
        metavar="FILE",
        help="Questions and answers: JSONL, CSV or TSV; only the training part is used.",
    ),
    click.option(
        "--out",
        "folder",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="For configuration, data, scripts and STEPS.md.",
    ),
    click.option("--skip-bad-rows", is_flag=True, help="Go on without rows that cannot be used."),
    click.option("--force", is_flag=True, help="Replace files of the same names."),
)
_MACHINE = grouped(
    click.option("--device", type=click.Choice(DEVICES), help="That trains [of the tool]."),
    click.option("--parameters", metavar="COUNT", help="Of the model, as 7B: memory is predicted."),
    click.option("--memory", metavar="SIZE", help="Of the device, as 24GB: refuse what is larger."),
)
_SETTINGS = grouped(
    _whole("rank", "Of the adapter [16]."),
    _whole("alpha", "Scales the adapter by alpha / rank [32]."),
    click.option("--dropout", type=float, help="Share left out in adapters [0.1; Unsloth 0]."),
    click.option("--targets", metavar="NAME[,NAME]", help="Layers with adapters [all linear]."),
    _whole("batch", "Items in one pass [4]."),
    _whole("accumulation", "Passes in one step [4]."),
    click.option("--learning-rate", type=float, help="[2e-4; in full 2e-5]"),
    _whole("epochs", "[3]"),
    click.option("--warmup-share", type=float, help="Of the steps [0.03]."),
    _whole("context", "Longest text in tokens [2048]."),
    click.option("--precision", type=click.Choice(PRECISIONS), help="[bfloat16; cpu float32]"),
    click.option("--optimizer", type=click.Choice(OPTIMIZERS), help="[adamw]"),
    click.option("--scheduler", type=click.Choice(SCHEDULERS), help="[cosine]"),
    click.option("--valid-share", type=float, help="Held back to watch the loss on [0.05]."),
    _whole("seed", "[0]"),
    click.option("--system", metavar="TEXT", help="Told before each question [nothing]."),
    click.option(
        "--template", type=click.Choice(FAMILIES), help="Of Ollama [by the model's name]."
    ),
)


@click.group("finetune")
def finetune() -> None:
    """Make the files for fine-tuning with a tool of your choice, or check one.

    `spoonbench advise finetune` helps to choose method and tool.
    """


@finetune.command("plan")
@_WHAT
@_MACHINE
@_SETTINGS
@JSON
def plan_training(**options: Any) -> None:
    """Write configuration, data, scripts and the steps to deployment into a folder."""
    import_module(_WORK).write(**options)


@finetune.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--tool", type=click.Choice(TOOL_NAMES), required=True, help="Whose FILE it is.")
@JSON
def check_configuration(**options: Any) -> None:
    """Hold a configuration against the schema of its tool; ends with 1 where it does not fit."""
    raise click.exceptions.Exit(import_module(_WORK).check(**options))
