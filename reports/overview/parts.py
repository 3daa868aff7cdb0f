"""The parts of a report in order: evidence, then uncertainty, then method and environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports.overview import (
    advice_quality,
    advisor,
    claims,
    duel_parts,
    matrix_parts,
    method,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.reports.overview.blocks import Part
    from spoonbench.reports.overview.content import Overview

BUILDERS: tuple[Callable[[Overview], Part], ...] = (
    duel_parts.ladder_part,
    duel_parts.cost_part,
    duel_parts.risk_part,
    matrix_parts.batch_part,
    matrix_parts.setting_part,
    matrix_parts.memory_part,
    matrix_parts.time_part,
    claims.claims_part,
    advisor.advise_part,
    advice_quality.advice_part,
    duel_parts.failure_part,
    duel_parts.uncertainty_part,
    matrix_parts.noise_part,
    method.method_part,
    method.environment_part,
    method.run_part,
)
"""One for each part, in the order in which they stand."""


def build_parts(overview: Overview) -> tuple[Part, ...]:
    """Every part that has something to show; draws the figures, which takes seconds."""
    return tuple(part for build in BUILDERS if (part := build(overview)).blocks)
