"""What a writer is: types only, and the names that all of them use for files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.finetune.plan import FinetunePlan

Form = Literal["messages", "prompt-completion"]
"""How an item stands in the data: one list of messages, or two."""

DATA, TRAIN, VALID = "data", "train.jsonl", "valid.jsonl"
MERGED = "merged"
"""Folder of the merged model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What was written of the user's data.

    Attributes:
        n_train: items to train on.
        n_valid: items to watch the loss on.
        shown: the first questions and answers, for prompts with examples.
    """

    n_train: int = 0
    n_valid: int = 0
    shown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How a plan becomes the files of one tool.

    Attributes:
        tool: its name.
        version: what the configuration and the commands are for.
        file: name of the configuration.
        form: of its data; None: it takes none.
        configure: the configuration as JSON has it, in the order in which it is written.
        further: other files by name: scripts, tables of data sets.
        install: commands that get it.
        train: commands that train, from within the folder.
        merge: commands after which `MERGED` holds weights of 16 bits.
        notes: what a user should know, a sentence each.
    """

    tool: str
    version: str
    file: str
    form: Form | None
    configure: Callable[[FinetunePlan, Material], dict[str, Any]]
    install: tuple[str, ...]
    train: Callable[[FinetunePlan], tuple[str, ...]]
    merge: Callable[[FinetunePlan], tuple[str, ...]]
    further: Callable[[FinetunePlan, Material], Mapping[str, str]]
    notes: Callable[[FinetunePlan], tuple[str, ...]]


def no_files(_plan: FinetunePlan, _material: Material) -> dict[str, str]:
    """Where the configuration is all that is written."""
    return {}


def no_commands(_plan: FinetunePlan) -> tuple[str, ...]:
    """Where nothing has to be run."""
    return ()


def optimizer_name(plan: FinetunePlan) -> str:
    """As transformers' trainer, and all that is built on it, calls it."""
    return {"adamw": "adamw_torch", "adamw_8bit": "adamw_8bit"}[plan.optimizer]


def scheduler_name(plan: FinetunePlan) -> str:
    """As transformers' trainer calls it: its plain constant rate has no warm-up."""
    warms = plan.scheduler == "constant" and plan.warmup_share > 0
    return "constant_with_warmup" if warms else plan.scheduler
