"""The parts of a report in order: evidence, then uncertainty, then method and environment."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
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

_FEW_RUNS = 4
"""Duels and matrices that are drawn sooner than processes are started."""
_MOST_PROCESSES = 4
_INHERITED: list[Overview] = []
"""What forked processes build parts of: it is theirs without being sent."""


def build_parts(overview: Overview) -> tuple[Part, ...]:
    """Every part that has something to show; draws the figures, which takes seconds.

    Parts of a long report are built side by side, on Linux, where a process can be forked with what
    it needs.
    """
    n_cores = _cores()
    if len(overview.shown) <= _FEW_RUNS or n_cores == 1:
        found = [build(overview) for build in BUILDERS]
    else:
        found = _side_by_side(overview, min(n_cores, _MOST_PROCESSES))
    return tuple(part for part in found if part.blocks)


def _side_by_side(overview: Overview, n_processes: int) -> list[Part]:
    # Seconds of imports, which the forked processes share.
    import_module("spoonbench.reports.drawing")
    _INHERITED.append(overview)
    try:
        with ProcessPoolExecutor(n_processes, mp_context=get_context("fork")) as pool:
            return list(pool.map(_build, range(len(BUILDERS))))
    except BrokenProcessPool:
        # A process was killed, for want of memory maybe: one after the other takes less of it.
        return [build(overview) for build in BUILDERS]
    finally:
        _INHERITED.clear()


def _build(index: int) -> Part:
    return BUILDERS[index](_INHERITED[0])


def _cores() -> int:
    """Cores that may be used; 1 where processes are not to be forked."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
