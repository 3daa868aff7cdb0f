"""Ollama's Modelfile: a prompt with examples, no training; and the file for a trained model.

References:
    Ollama, docs/modelfile.mdx (commit 071c82b), and its own templates (template/*.gotmpl).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.plan import family_of
from spoonbench.harness.finetune.writers.writer import Material, Writer, no_commands, no_files

if TYPE_CHECKING:
    from spoonbench.harness.finetune.plan import FinetunePlan

FILE = "Modelfile"
MODEL_NAME = "fine-tuned"
"""Under which Ollama gets it."""

_IF_SYSTEM = "{{ if .System }}"
# In the terms of a single question; a conversation is a list of such.
_TEMPLATES = {
    "chatml": (
        _IF_SYSTEM + "<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}"
        "{{ if .Prompt }}<|im_start|>user\n{{ .Prompt }}<|im_end|>\n{{ end }}"
        "<|im_start|>assistant\n{{ .Response }}<|im_end|>\n",
        ("<|im_start|>", "<|im_end|>"),
    ),
    "llama3": (
        _IF_SYSTEM
        + "<|start_header_id|>system<|end_header_id|>\n\n{{ .System }}<|eot_id|>{{ end }}"
        "{{ if .Prompt }}<|start_header_id|>user<|end_header_id|>\n\n{{ .Prompt }}<|eot_id|>"
        "{{ end }}<|start_header_id|>assistant<|end_header_id|>\n\n{{ .Response }}<|eot_id|>",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    ),
    "gemma": (
        "<start_of_turn>user\n" + _IF_SYSTEM + "{{ .System }}\n{{ end }}{{ .Prompt }}"
        "<end_of_turn>\n<start_of_turn>model\n{{ .Response }}<end_of_turn>\n",
        ("<start_of_turn>", "<end_of_turn>"),
    ),
    "mistral": (
        "[INST] " + _IF_SYSTEM + "{{ .System }} {{ end }}{{ .Prompt }}[/INST] {{ .Response }}</s>",
        ("[INST]", "[/INST]"),
    ),
    "phi3": (
        _IF_SYSTEM + "<|system|>\n{{ .System }}<|end|>\n{{ end }}"
        "{{ if .Prompt }}<|user|>\n{{ .Prompt }}<|end|>\n{{ end }}"
        "<|assistant|>\n{{ .Response }}<|end|>\n",
        ("<|end|>", "<|user|>", "<|assistant|>"),
    ),
}


def configure(plan: FinetunePlan, material: Material) -> dict[str, Any]:
    """A Modelfile of a model that Ollama has, with a system text and examples."""
    messages = [
        {"role": role, "content": text}
        for shown in material.shown
        for role, text in zip(("user", "assistant"), shown, strict=True)
    ]
    return {
        "from": plan.model,
        "parameters": _parameters(plan, ()),
        **({"system": plan.system} if plan.system else {}),
        **({"messages": messages} if messages else {}),
    }


def deployed(plan: FinetunePlan, weights: str) -> dict[str, Any]:
    """The Modelfile of a trained model.

    Args:
        plan: that it was trained by.
        weights: GGUF file.
    """
    family = plan.template or family_of(plan.model)
    template, stops = _TEMPLATES[family] if family else ("", ())
    return {
        "from": weights,
        "parameters": _parameters(plan, stops),
        **({"template": template} if template else {}),
        **({"system": plan.system} if plan.system else {}),
    }


def _parameters(plan: FinetunePlan, stops: tuple[str, ...]) -> dict[str, Any]:
    return {
        # The likeliest token each time, so that answers can be compared.
        "temperature": 0,
        "seed": plan.seed,
        "num_ctx": plan.context,
        **({"stop": list(stops)} if stops else {}),
    }


def _train(_plan: FinetunePlan) -> tuple[str, ...]:
    return (f"ollama create {MODEL_NAME} -f {FILE}",)


def _notes(_plan: FinetunePlan) -> tuple[str, ...]:
    return ("No weight changes: a prompt sets manner and form, and teaches no facts.",)


WRITER = Writer(
    tool="ollama-modelfile",
    version="Ollama's Modelfile of November 2026",
    file=FILE,
    form=None,
    configure=configure,
    install=(),
    train=_train,
    merge=no_commands,
    further=no_files,
    notes=_notes,
)
