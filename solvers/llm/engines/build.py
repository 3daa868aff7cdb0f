"""The runtime of an engine: by name, checked, and built for a model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.engines import (
    ENGINES,
    NATIVE,
    EngineReport,
    why_no_attention,
    why_no_family,
    why_not,
)
from spoonbench.solvers.llm.engines.interface import Execution

if TYPE_CHECKING:
    from spoonbench.solvers.api import Settings
    from spoonbench.solvers.llm.engines.interface import Padding, Runtime


def check_engine(settings: Settings) -> None:
    """Check that an engine can be had here, with the other settings.

    Raises:
        Unsupported: no such engine, another device or number format, or its library or a compiler
            is missing.
    """
    engine = ENGINES.get(settings.engine)
    if engine is None:
        known = ", ".join(ENGINES)
        raise Unsupported(f"no engine {settings.engine!r}; there are {known}")
    device, dtype = settings.device, settings.dtype
    reason = why_not(engine, device, dtype, settings.quantization)
    reason = reason or why_no_attention(engine, settings.attention, device, dtype)
    if reason is not None:
        raise Unsupported(reason)


def set_attention(model: Any, attention: str | None) -> None:
    """Have a model of transformers compute attention in this way; None: leave it as it is.

    Raises:
        Unsupported: the model has no such way.
    """
    if attention is None or model.config._attn_implementation == attention:  # noqa: SLF001  # there is no other way to ask
        return
    try:
        model.set_attn_implementation(attention)
    except (ImportError, ValueError) as exc:
        raise Unsupported(f"the attention {attention} cannot be had: {exc}") from exc


def build_execution(model: Any, settings: Settings) -> tuple[Execution, EngineReport | None]:
    """Build what runs a model, and say what that took; nothing for the native engine.

    Args:
        model: of transformers, in evaluation, on its device, in its number format, quantized where
            it is to be.
        settings: those of `check_engine`.

    Raises:
        Unsupported: a model of a type whose ways are not known, or one that the engine cannot run.
    """
    padding: Padding = "right" if settings.padding == "right" else "left"
    if settings.engine == NATIVE:
        return Execution(padding=padding), None
    reason = why_no_family(ENGINES[settings.engine], model.config.model_type)
    if reason is not None:
        raise Unsupported(reason)
    started_ns = time.perf_counter_ns()
    runtime = _build(model, settings)
    build_s = (time.perf_counter_ns() - started_ns) / 1e9
    report = EngineReport(
        engine=settings.engine, library=runtime.library, build_s=build_s, notes=runtime.notes
    )
    return Execution(runtime=runtime, padding=padding), report


def _build(model: Any, settings: Settings) -> Runtime:
    """Each engine's module is imported where it is asked for: some bring libraries along."""
    match settings.engine:
        case "lean":
            from spoonbench.solvers.llm.engines.lean import LeanRuntime

            return LeanRuntime(model)
        case "static-cache":
            from spoonbench.solvers.llm.engines.static_cache import StaticCacheRuntime

            return StaticCacheRuntime(model)
        case "compile":
            from spoonbench.solvers.llm.engines.compiled import CompiledRuntime

            return CompiledRuntime(model)
        case "static-cache-compile":
            from spoonbench.solvers.llm.engines.compiled import CompiledStaticRuntime

            return CompiledStaticRuntime(model)
        case "onnxruntime":
            from spoonbench.solvers.llm.engines.onnx_runtime import OnnxRuntime

            return OnnxRuntime(model, settings.threads)
        case "openvino":
            from spoonbench.solvers.llm.engines.openvino_runtime import OpenvinoRuntime

            return OpenvinoRuntime(model, settings.threads)
        case name:
            raise Unsupported(f"the engine {name} cannot be built")
