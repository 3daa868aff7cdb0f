"""The engines of language models: names, libraries, and where each can run; no code of theirs.

An engine changes how the same weights are run, never which token is chosen from the scores; in
float32 all of them write the same texts, but for ties that rounding decides.

Not covered: engines that keep weights in a form of their own (llama.cpp, ctranslate2), servers.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Mapping  # noqa: TC003  # reports are rebuilt from their type hints
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from spoonbench.solvers.api import Json, Settings  # noqa: TC001
from spoonbench.solvers.distributions import is_installed
from spoonbench.solvers.number_formats import AUTOCAST
from spoonbench.solvers.quantizations import NONE

NATIVE = "native"
STEPPED = frozenset(
    {
        *("arcee", "bloom", "cohere", "exaone4", "gemma", "gemma2", "gemma3_text", "glm4"),
        *("gpt2", "gpt_neox", "gptj", "granite", "llama", "ministral", "mistral", "mixtral"),
        *("nemotron", "olmo", "olmo2", "olmoe", "opt", "phi", "phi3", "qwen2", "qwen2_moe"),
        *("qwen3", "qwen3_moe", "smollm3", "stablelm", "starcoder2"),
    }
)
"""Model types of transformers whose cache, positions and inputs are known: engines run these. Of
those of transformers 5.23, tried one by one."""
LEAN = frozenset({"arcee", "gpt2", "llama", "mistral", "qwen2", "qwen3"})
"""Model types whose layers the engine lean calls itself."""
ATTENTIONS: Mapping[str, str] = {
    "eager": "matrix products and a softmax, one after another",
    "sdpa": "torch's scaled_dot_product_attention",
    "flash_attention_2": "the kernels of flash-attn",
}
"""How attention is computed, as transformers names it: name to one sentence."""

_COMPILERS = ("g++", "clang++", "c++")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One way to run a model.

    Attributes:
        name: what people type.
        summary: one sentence.
        requires: distributions that it needs beside torch and transformers, as pip names them.
        extra: the extra of this package that brings them; None where there are none.
        devices: kinds of devices that it runs on.
        dtypes: number formats.
        attentions: ways of computing attention that can be asked for; its own, where none are.
        takes_quantized: weights that a quantization method has changed can be run.
        compiles: it makes machine code at run time, which takes a compiler on a processor.
        families: model types of transformers that it runs; None for all.
    """

    name: str
    summary: str
    requires: tuple[str, ...] = ()
    extra: str | None = None
    devices: tuple[str, ...] = ("cpu", "cuda")
    dtypes: tuple[str, ...] = ("float32", "bfloat16", "float16")
    attentions: tuple[str, ...] = ()
    takes_quantized: bool = False
    compiles: bool = False
    families: frozenset[str] | None = STEPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """What an engine is, and what building it took.

    Attributes:
        engine: its name.
        library: name and version of what computes.
        build_s: to import its library and to compile or export, weights being there.
        notes: figures of the engine, JSON values.
    """

    engine: str
    library: str
    build_s: float
    notes: Mapping[str, Json] = field(default_factory=dict)


@runtime_checkable
class BuildsEngine(Protocol):
    """Runs a model by an engine that has to be built first."""

    def build_engine(self) -> EngineReport | None:
        """Build the engine of its settings, once; None where the model runs as it is.

        Raises:
            Unsupported: the engine cannot run this model here; the message says why.
        """
        ...


@runtime_checkable
class TriesEngine(Protocol):
    """Can build an engine for a tiny model, to see what the engine takes for itself."""

    def try_engine(self, settings: Settings, n_layers: int, /) -> object:
        """Build it for a model of so many layers, and let that write once.

        Returns:
            What holds model and engine.

        Raises:
            Unsupported: the engine cannot be had here; the message says why.
        """
        ...


def why_not(engine: Engine, device: str, dtype: str, quantization: str) -> str | None:
    """Why an engine cannot be had here, in words; None where it can be tried. Imports nothing."""
    kind = device.partition(":")[0]
    if kind not in engine.devices:
        return f"the engine {engine.name} runs on {', '.join(engine.devices)}, not {device}"
    if dtype not in engine.dtypes:
        return f"the engine {engine.name} computes in {', '.join(engine.dtypes)}, not {dtype}"
    if quantization != NONE and not engine.takes_quantized:
        return f"the engine {engine.name} runs no weights quantized by {quantization}"
    missing = next((name for name in engine.requires if not is_installed(name)), None)
    if missing is not None:
        return f"the engine {engine.name} needs {missing}: pip install 'spoonbench[{engine.extra}]'"
    return _why_no_compiler(engine) if engine.compiles and kind == "cpu" else None


def why_no_family(engine: Engine, family: str | None) -> str | None:
    """Why an engine does not run models of a type; None where it does, or nothing is known."""
    if family is None or engine.families is None or family in engine.families:
        return None
    known = ", ".join(sorted(engine.families))
    return f"the engine {engine.name} runs models of {known}, not {family}"


def why_no_attention(engine: Engine, attention: str | None, device: str, dtype: str) -> str | None:
    """Why attention cannot be computed in a way, in words; None where it can be tried.

    Args:
        engine: that runs the model.
        attention: a name of `ATTENTIONS`; None: whatever the engine takes.
        device: "cpu", "cuda", "cuda:1" or "mps".
        dtype: number format.
    """
    if attention is None:
        return None
    if attention not in engine.attentions:
        own = ", ".join(engine.attentions) or "its own alone"
        return f"the engine {engine.name} has the attention {own}, not {attention}"
    if attention != "flash_attention_2":
        return None
    if not device.startswith("cuda") or dtype == "float32":
        return f"flash_attention_2 runs on cuda in 16 bits, not on {device} in {dtype}"
    return None if is_installed("flash-attn") else "flash_attention_2 needs flash-attn"


def _why_no_compiler(engine: Engine) -> str | None:
    named = os.environ.get("CXX")
    if not any(map(shutil.which, (named,) if named else _COMPILERS)):
        return f"the engine {engine.name} needs a C++ compiler: there is no {named or 'g++'}"
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if not header.exists():
        return f"the engine {engine.name} needs the headers of Python: there is no {header}"
    return None


ENGINES: Mapping[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            name=NATIVE,
            summary="transformers' model on torch, one operation after another",
            devices=("cpu", "cuda", "mps"),
            dtypes=("float32", "bfloat16", "float16", AUTOCAST),
            attentions=tuple(ATTENTIONS),
            takes_quantized=True,
            families=None,
        ),
        Engine(
            name="lean",
            summary="the same layers without transformers around them, the cache allocated once",
            devices=("cpu", "cuda", "mps"),
            attentions=("sdpa",),
            takes_quantized=True,
            families=LEAN,
        ),
        Engine(
            name="static-cache",
            summary="transformers' model with its static cache, whose room is taken at once",
            attentions=("eager", "sdpa"),
            takes_quantized=True,
        ),
        Engine(
            name="compile",
            summary="transformers' growing cache; each new token through torch.compile",
            attentions=("eager", "sdpa"),
            compiles=True,
        ),
        Engine(
            name="static-cache-compile",
            summary="transformers' static cache; each new token through torch.compile",
            attentions=("eager", "sdpa"),
            compiles=True,
        ),
        Engine(
            name="onnxruntime",
            summary="ONNX Runtime on a graph that transformers exports",
            requires=("onnxruntime", "onnx", "onnxscript"),
            extra="onnxruntime",
            devices=("cpu",),
            dtypes=("float32",),
        ),
        Engine(
            name="openvino",
            summary="OpenVINO on a graph that transformers exports, the cache inside it",
            requires=("openvino",),
            extra="openvino",
            devices=("cpu",),
            dtypes=("float32", "bfloat16"),
        ),
    )
}
"""By name."""
