"""Refusal of settings that a rule solver has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.placement import check_placement

if TYPE_CHECKING:
    from collections.abc import Collection

    from spoonbench.solvers.api import Settings, SolverInfo


def check_settings(info: SolverInfo, settings: Settings, known: Collection[str] = ()) -> None:
    """Check placement and parameter names against what is offered.

    Raises:
        Unsupported: one of them is not offered; the message names it and what is.
    """
    check_placement(info, settings)
    unknown = sorted(set(settings.params) - set(known))
    if unknown:
        offered_names = ", ".join(known) or "none"
        raise Unsupported(
            f"{info.name}: unknown parameters {', '.join(unknown)} (known: {offered_names})"
        )
