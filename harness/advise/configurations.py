"""From advice on fine-tuning to the files for its tool; `harness.finetune` writes them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.advise.lookups.memory import need

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.harness.advise.advice import Advice
    from spoonbench.harness.advise.case import Case

EFFECTIVE = 16
"""Items that one step learns from, however they are divided into passes."""
BATCHES = (4, 2, 1)
PROMPT = "prompt"
"""The method that trains nothing."""
TOOLS = {"modelfile": "ollama-modelfile"}
"""Tools that the framework calls otherwise."""


def method_and_tool(choice: str) -> tuple[str, str] | None:
    """Of a choice such as "lora/mlx"; None where nothing is to be written."""
    method, _, tool = choice.partition("/")
    return (method, TOOLS.get(tool, tool)) if tool else None


def division_of(case: Case, choice: str | None) -> dict[str, int]:
    """The same of what was chosen; nothing where no training was."""
    found = method_and_tool(choice or "") if case.topic == "finetune" else None
    return {} if found is None else division(case, found[0])


def division(case: Case, method: str) -> dict[str, int]:
    """The largest batch that fits, and how many passes make a step of it; a prompt has neither."""
    if "batch" in case.given or method == PROMPT:
        return {}
    memory = case.number("memory")
    for batch in BATCHES:
        needed = need(case.changed("batch", float(batch)), method=method)
        if memory is None or needed is None or needed.total <= memory or batch == BATCHES[-1]:
            return {"batch": batch, "accumulation": EFFECTIVE // batch}
    raise AssertionError("the smallest batch is the last")


def write_configuration(
    advice: Advice, case: Case, folder: Path, *, model: str | None, data: Path | None
) -> list[Path]:
    """Write the files of an advised training.

    Args:
        advice: on fine-tuning.
        case: that it is about.
        folder: for the files.
        model: name on the hub, or folder.
        data: questions and answers; None: no examples are shown in a prompt.

    Raises:
        UsageError: there is nothing to write, or no model is named.
        BadPlan: it cannot be carried out, or a file is there already.
        BadTask: the data cannot be used.
    """
    found = method_and_tool(advice.choice or "")
    if advice.topic != "finetune" or found is None:
        raise click.UsageError("There is no configuration to write: nothing is trained by this.")
    if model is None:
        raise click.UsageError("--write needs --model: name the model that is to be trained.")
    method, tool = found
    said = {name: case.value(name) for name in ("batch", "context") if name in case.given}
    # A tool made for another device would not run.
    facts: dict[str, Any] = {"device": case.value("device"), **said}
    given: dict[str, Any] = {**division(case, method), "model": model}
    if data is not None:
        given["data"] = str(data)
    plan = import_module("spoonbench.harness.finetune.plan").plan_for(method, tool, facts, **given)
    written: list[Path] = import_module("spoonbench.harness.finetune.writing").write_plan(
        plan,
        folder,
        parameters=case.number("parameters"),
        memory_bytes=case.number("memory"),
    )
    return written


def command_of(case: Case, choice: str) -> str | None:
    """The command that writes the same files, and refuses what does not fit."""
    found = method_and_tool(choice)
    if found is None:
        return None
    method, tool = found
    words = ["spoonbench", "finetune", "plan", "--method", method, "--tool", tool]
    words += ["--model", case.model_path or "MODEL", "--data", "FILE", "--out", "FOLDER"]
    said = {name: case.value(name) for name in ("batch", "context") if name in case.given}
    divided = {**{name: f"{value:.0f}" for name, value in said.items()}, **division(case, method)}
    words += [f"--{name}={value}" for name, value in divided.items()]
    parameters, memory = case.number("parameters"), case.number("memory")
    words += [] if parameters is None else [f"--parameters={parameters / 1e9:.10g}B"]
    words += [] if memory is None else [f"--memory={memory / 1e9:.10g}GB"]
    return " ".join(words)
