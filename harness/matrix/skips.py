"""Why a cell cannot be measured here, known before anything is started.

Not covered: what only the child can find out, such as a device that torch does not see although
its driver is there; that cell is skipped by the child, with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.affinity import ANY, NEEDS_LINUX
from spoonbench.harness.affinity import why_not as affinity_why_not
from spoonbench.solvers.engines import ENGINES, NATIVE, why_no_attention, why_no_family
from spoonbench.solvers.engines import why_not as engine_why_not
from spoonbench.solvers.quantizations import METHODS, NONE, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.harness.records import Environment
    from spoonbench.solvers.api import SolverInfo

_BY_ENGINES = ("answer", "prefill", "decode")
"""Modes in which another engine than the model's own runs it."""


def why_skipped(
    placement: Conditions,
    environment: Environment,
    info: SolverInfo,
    cores: Collection[int] | None = None,
    *,
    family: str | None = None,
) -> str | None:
    """One sentence for a cell that cannot be measured; None for one that can be tried.

    Args:
        placement: of the cell.
        environment: of this machine.
        info: of the contestant.
        cores: that a child may use; None where they are not known beforehand.
        family: type of its model, as transformers names it; None where it is not known.
    """
    reasons: tuple[Callable[[], str | None], ...] = (
        lambda: _of_device(placement.device, environment, info),
        lambda: _of_threads(placement, environment),
        lambda: _of_affinity(placement, environment, cores),
        lambda: _of_dtype(placement.dtype, info),
        lambda: _of_quantization(placement, info),
        lambda: _of_engine(placement, info),
        lambda: _of_engine_alone(placement, family),
        lambda: _of_training(placement),
    )
    return next((why for reason in reasons if (why := reason()) is not None), None)


def _of_device(device: str, environment: Environment, info: SolverInfo) -> str | None:
    kind, _, number = device.partition(":")
    if kind not in info.devices:
        return f"{info.name} runs on {', '.join(info.devices)}, not {kind}"
    if kind == "cpu":
        return None
    if kind == "mps":
        is_apple = environment.architecture == "arm64" and environment.system.startswith("Darwin")
        return None if is_apple else "mps is Apple silicon's; this machine is none"
    n_devices = len(environment.devices)
    if n_devices == 0:
        return f"no CUDA device is here for {device}"
    if int(number or 0) >= n_devices:
        return f"{device} is not here: the machine has {n_devices} of them, from cuda:0 on"
    return None


def _of_threads(placement: Conditions, environment: Environment) -> str | None:
    if placement.threads <= environment.n_cores:
        return None
    return f"{placement.threads} threads on {environment.n_cores} cores would time the scheduler"


def _of_affinity(
    placement: Conditions, environment: Environment, cores: Collection[int] | None
) -> str | None:
    if placement.affinity == ANY:
        return None
    if not environment.system.startswith("Linux"):
        return NEEDS_LINUX
    if cores is None:
        return None
    return affinity_why_not(placement.affinity, placement.threads, cores)


def _of_dtype(dtype: str, info: SolverInfo) -> str | None:
    return None if dtype in info.dtypes else f"{info.name} does not compute in {dtype}"


def _of_quantization(placement: Conditions, info: SolverInfo) -> str | None:
    if placement.quantization == NONE:
        return None
    if placement.quantization not in info.quantizations:
        return f"{info.name} has no quantization {placement.quantization}"
    return why_not(METHODS[placement.quantization], placement.device, placement.dtype)


def _of_engine(at: Conditions, info: SolverInfo) -> str | None:
    if at.engine not in info.engines:
        return f"{info.name} runs on the engine {', '.join(info.engines)}, not {at.engine}"
    if at.attention is not None and at.attention not in info.attentions:
        return f"{info.name} has no attention {at.attention}"
    if at.padding is not None and at.padding not in info.paddings:
        return f"{info.name} has no padding {at.padding}"
    return None


def _of_engine_alone(at: Conditions, family: str | None) -> str | None:
    engine = ENGINES.get(at.engine)
    if engine is None:
        return None
    if at.engine != NATIVE and at.mode not in _BY_ENGINES:
        return f"the engine {at.engine} runs {', '.join(_BY_ENGINES)}, not {at.mode}"
    why = why_no_family(engine, family)
    why = why or engine_why_not(engine, at.device, at.dtype, at.quantization)
    return why or why_no_attention(engine, at.attention, at.device, at.dtype)


def _of_training(at: Conditions) -> str | None:
    if at.mode != "train":
        return None
    if at.quantization != NONE:
        return "quantized weights are not trained further"
    return "training steps multiply in fp32 or bf16, not in fp16" if at.dtype == "float16" else None
