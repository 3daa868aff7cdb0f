"""Performance models of references, fitted beforehand: `bench/performance_model.py --ship`.

A file beside each reference; one that is not there, or is of other cells, costs a fit each time.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.harness.predict.observations import Observation
    from spoonbench.harness.predict.performance import PerformanceModel


def fit_path(name: str) -> Path:
    """Where the model of a reference is kept."""
    return REFERENCES / f"{name}.fit.json"


def fit_shipped(name: str, observations: Sequence[Observation]) -> PerformanceModel:
    """The model of a reference.

    Args:
        name: of the reference.
        observations: its cells.
    """
    performance = import_module("spoonbench.harness.predict.performance")
    model: PerformanceModel
    try:
        model = performance.restore(observations, json.loads(fit_path(name).read_text("utf-8")))
    except (OSError, ValueError):
        model = performance.fit(observations)
    return model
