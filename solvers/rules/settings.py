"""Refusal of settings that a rule solver has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Collection

    from spoonbench.solvers.api import Settings, SolverInfo


def check_settings(info: SolverInfo, settings: Settings, known: Collection[str] = ()) -> None:
    """Check device, number format, quantization and parameter names against what is offered.

    Raises:
        Unsupported: one of them is not offered; the message names it and what is.
    """
    for kind, value, offered in (
        ("device", settings.device, info.devices),
        ("number format", settings.dtype, info.dtypes),
        ("quantization", settings.quantization, info.quantizations),
    ):
        if value not in offered:
            raise Unsupported(f"{info.name}: {kind} {value!r} is not one of {', '.join(offered)}")
    unknown = sorted(set(settings.params) - set(known))
    if unknown:
        offered_names = ", ".join(known) or "none"
        raise Unsupported(
            f"{info.name}: unknown parameters {', '.join(unknown)} (known: {offered_names})"
        )
