"""Look-ups by name, as thresholds and nodes of frameworks ask for them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case

_HERE = "spoonbench.harness.advise.lookups"
LOOKUPS: Mapping[str, tuple[str, str]] = {
    "crossover.batch.cuda": ("crossovers", "find_cuda"),
    "crossover.batch.mps": ("crossovers", "find_mps"),
    "quantize.speed": ("quantization", "find_speed"),
    "quantize.accuracy": ("quantization", "find_accuracy"),
    "dtype.speed": ("formats", "find_speed"),
    "memory.fits": ("memory", "find_fit"),
    "duel.accuracy": ("duels", "find_accuracy"),
    "duel.cost": ("duels", "find_cost"),
    "decoding.stops": ("text_ends", "find_stops"),
    "routing.risk": ("routes", "find_risk"),
}
"""Name to module and function; each takes the case and gives evidence, best source first."""


def look_up(name: str, case: Case) -> tuple[Evidence, ...]:
    """Evidence of a name for a case, best source first; none where nothing was measured.

    Raises:
        StoreError: the store is damaged.
    """
    if name not in LOOKUPS:
        return ()
    module, function = LOOKUPS[name]
    found: tuple[Evidence, ...] = getattr(import_module(f"{_HERE}.{module}"), function)(case)
    return found
