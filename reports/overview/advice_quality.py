"""Measured quality of the advice, from a file that `bench/advice_quality.py --json` wrote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceQuality:
    """How good the advice was on pairs of task and requirement that were held back."""

    rows: tuple[tuple[str, ...], ...] = ()
