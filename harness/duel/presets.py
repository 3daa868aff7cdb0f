"""Presets: how much of everything a duel takes.

A preset changes amounts, never rules: the same contestants, measured in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Amounts of one preset.

    Attributes:
        name: what people type.
        summary: one sentence.
        task_options: options of generated tasks, by task.
        models: language models that take part, lowest first; each a label, a registered name and
            parameters.
        solver_params: parameters of other contestants, by registered name.
        n_rounds: rounds of timing.
        answer_batch: batch size at which accuracy is taken.
        latency_items: items that are answered one at a time.
        throughput_items: items of a throughput cell.
        batch_sizes: of the throughput cells.
        cell_seconds: a timing cell ends once this much time is used (and its least items are
            done); an accuracy cell never does.
        job_seconds: limit of one measuring process.
        training_seconds: limit of one training process; None: none.
        is_timed: one item at a time and larger batches are timed beside the answers.
        device: for contestants that can run there; the others stay on the processor.
        dtype: number format, for contestants that have it.
    """

    name: str
    summary: str
    task_options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    models: tuple[tuple[str, str, Mapping[str, Any]], ...]
    solver_params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    n_rounds: int = 3
    answer_batch: int = 64
    latency_items: int = 100
    throughput_items: int = 256
    batch_sizes: tuple[int, ...] = (8, 64, 256)
    cell_seconds: float = 6.0
    job_seconds: float = 900.0
    training_seconds: float | None = 1800.0
    is_timed: bool = True
    device: str = "cpu"
    dtype: str = "float32"


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="standard",
            summary="10,000 training examples, a model of about 1M parameters, under 6 minutes",
            models=(("lm-tiny", "lm-tiny", {"max_seconds": 150}),),
        ),
        Preset(
            name="quick",
            summary="smaller everything, about a minute",
            task_options={
                **{
                    name: {"n_training": 2000, "n_validation": 200, "n_items": 200}
                    for name in (
                        "word-problems",
                        "expressions",
                        "equations",
                        "formats",
                        "option-pricing",
                    )
                },
                "option-outcome": {"n_years": 10, "per_day": 1},
            },
            models=(("lm-tiny", "lm-tiny", {"max_seconds": 15}),),
            solver_params={
                "text-network": {"max_seconds": 5},
                "image-network": {"max_seconds": 5},
                "option-network": {"max_seconds": 10},
                "option-boosting": {"rounds": 100},
                "option-boosting-raw": {"rounds": 100},
            },
            n_rounds=2,
            latency_items=40,
            throughput_items=128,
            batch_sizes=(8, 64),
            cell_seconds=2.0,
        ),
        Preset(
            name="case-study",
            summary="82M parameters (the DistilGPT2 shape), 10,000 examples, 3 epochs; also a "
            "small model trained with and without an end token",
            models=(
                ("lm-tiny", "lm-tiny", {"max_seconds": 150}),
                ("lm-tiny-no-end", "lm-tiny", {"max_seconds": 150, "end_token": False}),
                ("lm-distilgpt2", "lm-distilgpt2", {"epochs": 3, "precision": "auto"}),
            ),
            job_seconds=3600.0,
            training_seconds=4 * 3600.0,
        ),
    )
}
