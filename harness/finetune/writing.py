"""Writes a plan into a folder: configuration, data, scripts and the steps to deployment.

Every configuration is held against the schema of its tool before it is written.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune import memory
from spoonbench.harness.finetune.checks import check_plan
from spoonbench.harness.finetune.modelfile import write_modelfile
from spoonbench.harness.finetune.plan import BadPlan
from spoonbench.harness.finetune.rendering import to_json, to_yaml
from spoonbench.harness.finetune.schema import find_faults, read_schema
from spoonbench.harness.finetune.steps import QUANTIZED_GGUF, steps_text
from spoonbench.harness.finetune.training_data import divide, item_lines, material_of, read_pairs
from spoonbench.harness.finetune.writers import cloud, ollama
from spoonbench.harness.finetune.writers.registry import WRITERS
from spoonbench.harness.finetune.writers.writer import DATA, TRAIN, VALID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.finetune.plan import FinetunePlan
    from spoonbench.harness.finetune.training_data import Pair
    from spoonbench.harness.finetune.writers.writer import Material, Writer

STEPS = "STEPS.md"


def write_plan(
    plan: FinetunePlan,
    folder: Path,
    *,
    parameters: float | None = None,
    memory_bytes: float | None = None,
    is_forced: bool = False,
    skip_bad_rows: bool = False,
) -> list[Path]:
    """Write everything that a plan needs.

    Args:
        plan: to write; its data file is read.
        folder: made where it is not there.
        parameters: of the model, where they are known: the memory is predicted from them.
        memory_bytes: of the device, where they are known.
        is_forced: replace files of the same names.
        skip_bad_rows: go on without rows of the data that cannot be used.

    Returns:
        The files, configuration first.

    Raises:
        BadPlan: it cannot be carried out, names no data, or a file is there already.
        BadTask: the data cannot be used.
    """
    texts = texts_of(
        plan, parameters=parameters, memory_bytes=memory_bytes, skip_bad_rows=skip_bad_rows
    )
    paths = [folder / name for name in texts]
    there = [path for path in paths if path.exists()]
    if there and not is_forced:
        raise BadPlan(f"{there[0]} is there already: name another folder, or add --force.")
    for path, text in zip(paths, texts.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return paths


def texts_of(
    plan: FinetunePlan,
    *,
    parameters: float | None = None,
    memory_bytes: float | None = None,
    skip_bad_rows: bool = False,
) -> dict[str, str]:
    """Every file of a plan by its name within the folder; see `write_plan`."""
    plan = _absolute(plan)
    needed = None if parameters is None else memory.needed_bytes(plan, parameters)
    # What is wrong with the plan itself is said before any data is read.
    check_plan(plan, memory=memory_bytes, needed=needed)
    writer = WRITERS[plan.tool]
    parts = _parts(plan, writer, skip_bad_rows)
    examples = len(parts[TRAIN]) if writer.form else None
    check_plan(plan, examples=examples, memory=memory_bytes, needed=needed)
    material = material_of(parts[TRAIN], parts[VALID])
    limit = None if plan.tool == "cloud" else memory_bytes
    told = [] if parameters is None else memory.told(plan, parameters, limit)
    texts = {writer.file: _configuration(plan, writer, material, needed)}
    texts |= {
        f"{DATA}/{name}": item_lines(pairs, writer.form, plan.system)
        for name, pairs in parts.items()
        if writer.form and pairs
    }
    texts |= writer.further(plan, material)
    if plan.method != "prompt":
        texts[f"{ollama.FILE}.trained"] = _modelfile(ollama.deployed(plan, f"./{QUANTIZED_GGUF}"))
    return texts | {STEPS: steps_text(plan, writer, material, told)}


def _absolute(plan: FinetunePlan) -> FinetunePlan:
    """The same from within any folder: the commands run in that of the plan."""
    return replace(plan, model=_resolved(plan.model), data=_resolved(plan.data))


def _resolved(name: str) -> str:
    return str(Path(name).resolve()) if name and Path(name).exists() else name


def _parts(plan: FinetunePlan, writer: Writer, skip_bad_rows: bool) -> dict[str, list[Pair]]:
    if not plan.data:
        if writer.form:
            raise BadPlan("Name the file of questions and answers to train on.")
        return {TRAIN: [], VALID: []}
    train, valid = divide(read_pairs(Path(plan.data), skip_bad_rows=skip_bad_rows), plan)
    return {TRAIN: train, VALID: valid}


def _configuration(
    plan: FinetunePlan, writer: Writer, material: Material, needed: int | None
) -> str:
    configuration = writer.configure(plan, material)
    if plan.tool == "cloud" and needed is not None:
        configuration = cloud.with_memory(configuration, needed)
    faults = find_faults(configuration, read_schema(plan.tool))
    if faults:
        raise BadPlan("\n".join(f"{writer.file}: {fault}" for fault in faults))
    if writer.file == ollama.FILE:
        return _modelfile(configuration)
    if writer.file.endswith(".json"):
        return to_json(configuration)
    return to_yaml(configuration, f"{writer.version}. Run: {writer.train(plan)[-1]}")


def _modelfile(configuration: Mapping[str, Any]) -> str:
    faults = find_faults(configuration, read_schema("ollama-modelfile"))
    if faults:
        raise BadPlan("\n".join(f"{ollama.FILE}: {fault}" for fault in faults))
    header = f"Run: ollama create {ollama.MODEL_NAME} -f this file"
    try:
        return write_modelfile(configuration, header)
    except ValueError as exc:
        raise BadPlan(f"{ollama.FILE}: {exc}.") from exc
