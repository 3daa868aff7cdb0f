"""Why a cell cannot be measured here, known before anything is started.

Not covered: what only the child can find out, such as a device that torch does not see although
its driver is there; that cell is skipped by the child, with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.quantizations import METHODS, NONE, why_not

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.records import Environment, Placement
    from spoonbench.solvers.api import SolverInfo


def why_skipped(placement: Placement, environment: Environment, info: SolverInfo) -> str | None:
    """One sentence for a cell that cannot be measured; None for one that can be tried.

    Args:
        placement: of the cell.
        environment: of this machine.
        info: of the contestant.
    """
    reasons: tuple[Callable[[], str | None], ...] = (
        lambda: _of_device(placement.device, environment, info),
        lambda: _of_threads(placement, environment),
        lambda: _of_dtype(placement.dtype, info),
        lambda: _of_quantization(placement, info),
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


def _of_threads(placement: Placement, environment: Environment) -> str | None:
    if placement.threads <= environment.n_cores:
        return None
    return f"{placement.threads} threads on {environment.n_cores} cores would time the scheduler"


def _of_dtype(dtype: str, info: SolverInfo) -> str | None:
    return None if dtype in info.dtypes else f"{info.name} does not compute in {dtype}"


def _of_quantization(placement: Placement, info: SolverInfo) -> str | None:
    if placement.quantization == NONE:
        return None
    if placement.quantization not in info.quantizations:
        return f"{info.name} has no quantization {placement.quantization}"
    return why_not(METHODS[placement.quantization], placement.device, placement.dtype)
