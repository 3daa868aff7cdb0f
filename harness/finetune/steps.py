"""From the files to a model that answers, as text: train, merge, convert, quantize, serve, check.

References:
    llama.cpp, convert_hf_to_gguf.py and tools/quantize/README.md (commit 311c2c9); Ollama,
    docs/import.mdx (commit 1885945): weights are turned into GGUF and quantized before they come
    to Ollama.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from spoonbench.harness.finetune.checks import find_cautions
from spoonbench.harness.finetune.plan import DEFAULTS, family_of
from spoonbench.harness.finetune.writers.ollama import FILE as MODELFILE
from spoonbench.harness.finetune.writers.ollama import MODEL_NAME
from spoonbench.harness.finetune.writers.writer import MERGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.harness.finetune.plan import FinetunePlan
    from spoonbench.harness.finetune.writers.writer import Material, Writer

PLAIN_GGUF, QUANTIZED_GGUF = "model-f16.gguf", "model-q4_k_m.gguf"
_ENDPOINT = "http://127.0.0.1:11434/v1"


def steps_text(
    plan: FinetunePlan, writer: Writer, material: Material, memory: Sequence[str] = ()
) -> str:
    """What to run after the files are written, as Markdown.

    Args:
        plan: that they were written for.
        writer: of its tool.
        material: what was written of the data.
        memory: sentences on what the training takes, where that is predicted.
    """
    parts = [
        f"# Steps: {_title(plan)}",
        f"For {writer.version}. All commands run in this folder.",
        _section("Before", [*memory, *find_cautions(plan), *writer.notes(plan)]),
        _numbered(plan, writer, material),
    ]
    if plan.method != "prompt":
        parts.append(_settings(plan))
    return "\n\n".join(part for part in parts if part) + "\n"


def _numbered(plan: FinetunePlan, writer: Writer, material: Material) -> str:
    steps: list[tuple[str, str, Iterable[str]]] = []
    if writer.install:
        steps.append(
            ("Install", f"{writer.version}, in an environment of its own:", writer.install)
        )
    if plan.method == "prompt":
        steps.append(("Make the model", "Ollama takes the file as it is:", writer.train(plan)))
        steps.append(_check(plan, MODEL_NAME, None))
    else:
        steps.append(("Train", _work(plan, material), writer.train(plan)))
        if merging := writer.merge(plan):
            steps.append(("Merge", _merge_words(plan), merging))
        steps += _deployment(plan)
    return "\n\n".join(
        f"## {number}. {title}\n\n{words}{_commands(commands)}"
        for number, (title, words, commands) in enumerate(steps, 1)
    )


def _work(plan: FinetunePlan, material: Material) -> str:
    held = f"; {material.n_valid} more show the loss" if material.n_valid else ""
    return (
        f"{material.n_train} items, {plan.effective_batch} in a step, {plan.epochs} epochs: "
        f"{plan.steps(material.n_train)} steps, the first "
        f"{plan.warmup_steps(material.n_train)} of them warm-up{held}."
    )


def _merge_words(plan: FinetunePlan) -> str:
    if not plan.has_adapter:
        return "All weights were trained; there is nothing to merge."
    return (
        "Into the base in 16 bits, never into a quantized one: its weights are rounded already and "
        "would be rounded again with the adapter in them (claim Q7). Quantize afterwards."
    )


def _deployment(plan: FinetunePlan) -> list[tuple[str, str, Iterable[str]]]:
    convert = (
        "git clone https://github.com/ggml-org/llama.cpp",
        "pip install -r llama.cpp/requirements.txt",
        f"python llama.cpp/convert_hf_to_gguf.py {MERGED} --outfile {PLAIN_GGUF} --outtype f16",
    )
    quantize = (
        "cmake -S llama.cpp -B llama.cpp/build",
        "cmake --build llama.cpp/build --config Release --target llama-quantize",
        f"llama.cpp/build/bin/llama-quantize {PLAIN_GGUF} {QUANTIZED_GGUF} Q4_K_M",
    )
    smaller = (
        "From the file of 16 bits. Leave this out where memory allows, and change FROM in "
        f"`{MODELFILE}.trained` to {PLAIN_GGUF}:"
    )
    return [
        ("Convert", "llama.cpp turns the merged folder into one GGUF file:", convert),
        ("Quantize", smaller, quantize),
        ("Serve", _template_words(plan), (f"ollama create {MODEL_NAME} -f {MODELFILE}.trained",)),
        _check(plan, MODEL_NAME, MERGED),
    ]


def _template_words(plan: FinetunePlan) -> str:
    family = plan.template or family_of(plan.model)
    if family is None:
        return (
            "The name of the model suggests no form of conversation, so the file has no TEMPLATE "
            "and Ollama takes the one in the GGUF file. Look at it with "
            f"`ollama show --template {MODEL_NAME}`: it must be the one of the training."
        )
    return (
        f"The TEMPLATE of the file is that of {family} models. It must be the one of the training: "
        "compare it with `chat_template` in the folder of the merged model."
    )


def _check(plan: FinetunePlan, name: str, folder: str | None) -> tuple[str, str, Iterable[str]]:
    words = (
        "On items that nobody was trained on: the same file leaves out the same ones. The report "
        "says what conversion and quantization changed, item by item."
        if folder
        else "On items that the prompt does not show."
    )
    if not plan.data:
        return "Check", "Measure it on a file of questions and answers of your own.", ()
    merged = f" --model {folder}" if folder else ""
    command = (
        f"spoonbench duel {shlex.quote(plan.data)}{merged} --endpoint {_ENDPOINT} "
        f"--endpoint-model {name}"
    )
    return "Check that the answers stay the same" if folder else "Check", words, (command,)


def _settings(plan: FinetunePlan) -> str:
    rows = [
        "| setting | here | usual | the case study's | source |",
        "| --- | --- | --- | --- | --- |",
    ]
    for one in DEFAULTS:
        value = getattr(plan, one.name)
        shown = ", ".join(value) if isinstance(value, tuple) else value
        study = f"{one.case_study} ({one.reason})" if one.reason != "kept" else one.case_study
        rows.append(f"| {one.name} | {_cell(shown)} | {one.value} | {study} | {one.source} |")
    return "## Settings\n\n" + "\n".join(rows)


def _title(plan: FinetunePlan) -> str:
    return f"{plan.method} of {_code(plan.model)} with {plan.tool}"


def _section(title: str, sentences: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {one}" for one in sentences) if sentences else ""


def _commands(commands: Iterable[str]) -> str:
    lines = "".join(f"    {command}\n" for command in commands)
    return f"\n\n{lines.rstrip()}" if lines else ""


def _code(text: str) -> str:
    return f"`{text.replace('`', ' ')}`"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")
