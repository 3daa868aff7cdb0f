"""Where and how a contestant can run: settings are checked against what it says of itself.

Not covered: whether the device is there; who computes on it finds out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from spoonbench.solvers.api import Settings, SolverInfo


def check_placement(info: SolverInfo, settings: Settings) -> None:
    """Check all settings but the parameters.

    Raises:
        Unsupported: a device, number format, quantization, engine, attention, padding or number of
            threads that a contestant does not have, or parts, of which it has none.
    """
    kind = settings.device.partition(":")[0]
    if kind not in info.devices or (kind == "cpu" and settings.device != kind):
        raise Unsupported(f"{info.name} runs on {', '.join(info.devices)}, not {settings.device}")
    if settings.dtype not in info.dtypes:
        raise Unsupported(f"{info.name} computes in {', '.join(info.dtypes)}, not {settings.dtype}")
    if settings.quantization not in info.quantizations:
        raise Unsupported(f"{info.name} has no quantization {settings.quantization!r}")
    if settings.engine not in info.engines:
        raise Unsupported(
            f"{info.name} runs on the engine {', '.join(info.engines)}, not {settings.engine}"
        )
    if settings.attention is not None and settings.attention not in info.attentions:
        raise Unsupported(f"{info.name} has no attention {settings.attention!r}")
    if settings.padding is not None and settings.padding not in info.paddings:
        raise Unsupported(f"{info.name} has no padding {settings.padding!r}")
    if settings.threads < 1:
        raise Unsupported(f"threads must be at least 1, not {settings.threads}")
    if settings.parts:
        raise Unsupported(f"{info.name} has no parts")
