"""Advice: facts and evidence through a framework to an answer that says what it rests on.

    from spoonbench.harness import advise

    advise.device(parameters="124M", batch=4, device="cuda").sentence

Every function takes facts by the names that its framework gives them, in words ("124M", "24GB",
"yes") or as values, and gives an `Advice`. Every one takes `model` and `task` as the command line
does: a task is a kind of task where the framework asks for one ("arithmetic"), and else one of the
results.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spoonbench.harness.advise.advice import Advice
    from spoonbench.harness.advise.sources import Sources

__all__ = [
    "ask",
    "decoding",
    "device",
    "drafting",
    "finetune",
    "fit",
    "format",
    "quantize",
    "quantize_factors",
    "routing",
    "setting",
    "size_class",
    "tool",
    "training_memory",
]


def ask(
    topic: str,
    facts: Mapping[str, object] | None = None,
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    framework: Path | str | None = None,
) -> Advice:
    """Advice about a topic.

    Args:
        topic: as `spoonbench advise` takes it, for example "device".
        facts: name to answer, in words or as a value.
        sources: of evidence; None: the results in this folder, the references, the claims.
        model: folder of a model, or its config.json.
        task: name of a task whose newest duel or matrix in the results is evidence; where the
            framework asks for a kind of task, it may name one, as the fact `task_kind` does.
        framework: a file of one's own in the place of the shipped one.

    Raises:
        UnknownTopic: nothing is known about it.
        BadAnswer: a fact is none that its question allows, or `task` and `task_kind` differ.
        UnknownFact: nothing asks for a fact of that name.
        BadModel: the model's folder holds none.
        BadFramework: the file is none.
        StoreError: the store is damaged.
    """
    asking = import_module("spoonbench.harness.advise.asking")
    advice: Advice = asking.ask_once(
        topic, facts or {}, sources, model=model, task=task, framework=framework
    )
    return advice


def tool(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Which level of tool: rules, algorithms, traditional ML, neural networks, language models."""
    return ask("tool", facts, sources, model=model, task=task)


def device(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Which device: the processor or an accelerator."""
    return ask("device", facts, sources, model=model, task=task)


def quantize(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Whether to quantize a model."""
    return ask("quantize", facts, sources, model=model, task=task)


def quantize_factors(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Whether to quantize a model, by five factors."""
    return ask("quantize-factors", facts, sources, model=model, task=task)


def setting(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Which setting to run a model in: batch, number format, quantization, engine."""
    return ask("setting", facts, sources, model=model, task=task)


def fit(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Whether a model fits, and what to do where it does not."""
    return ask("fit", facts, sources, model=model, task=task)


def size_class(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Of which size a model is: small, medium, large."""
    return ask("size-class", facts, sources, model=model, task=task)


def finetune(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """How to fine-tune a model, and with which tool."""
    return ask("finetune", facts, sources, model=model, task=task)


def format(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """In which number format to run or to train."""
    return ask("format", facts, sources, model=model, task=task)


def training_memory(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """What to change where training does not fit or goes wrong."""
    return ask("training-memory", facts, sources, model=model, task=task)


def decoding(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """How to decode: greedily or by sampling, with which settings."""
    return ask("decoding", facts, sources, model=model, task=task)


def drafting(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Whether a small model should draft for a large one."""
    return ask("drafting", facts, sources, model=model, task=task)


def routing(
    sources: Sources | None = None,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    **facts: Any,
) -> Advice:
    """Whether to answer with a small model first and a large one where it is not sure."""
    return ask("routing", facts, sources, model=model, task=task)
