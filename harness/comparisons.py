"""Contestants side by side: who was right where, and what each took.

Not covered: comparing across machines; the measurements of one duel come from one.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from spoonbench.harness.estimates import PairedTest
from spoonbench.harness.evidence import ResourceRatio
from spoonbench.harness.stats import holm, mcnemar, smallest_difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.duel_records import Duel
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import ScoredAnswer

    Answers = Callable[[str], tuple[ScoredAnswer, ...] | None]

CLAIMED_RATIO = 1_000_000
"""The case study: a language model where rules do takes a million times the resources."""

_NO_OPERATIONS = (
    "these rules run string operations, which are not counted as arithmetic; their own arithmetic "
    "is one operation a step"
)

RULES_LEVEL = 1
LANGUAGE_MODEL_LEVEL = 5


def paired_tests(
    duel: Duel, measurements: Sequence[Measurement], answers: Answers
) -> list[PairedTest]:
    """Exact McNemar tests between neighbours on the items of the deciding split.

    Neighbours are contestants that follow each other in the duel's order, lowest level first and
    hybrids last, those without answers to the split left out. So each step up the ladder is tested
    once, and the number of tests grows with the contestants and not with their pairs.

    Args:
        duel: names the deciding split.
        measurements: of `summarize`, in the duel's order.
        answers: run id to its answers, as `StoreReader.answers`.

    Returns:
        p-values corrected for all tests of the list (Holm).
    """
    split = duel.requirements.split or duel.task.splits[0].name
    measured = []
    for measurement in measurements:
        score = measurement.score(split)
        said = answers(score.run_id) if score else None
        if said:
            measured.append((measurement.entry.label, _right(said)))
    tests = [_test(split, first, second) for first, second in pairwise(measured)]
    corrected = holm([test.p_value for test in tests])
    return [replace(test, p_holm=p) for test, p in zip(tests, corrected, strict=True)]


def resource_ratios(
    measurements: Sequence[Measurement], split: str | None = None
) -> list[ResourceRatio]:
    """How much more each language model takes than the best rules, resource by resource.

    Best is right on the most items of the split that decides, then the faster one; the best model
    comes first. Hybrids, which hold both, are left out. Each ratio stands beside `CLAIMED_RATIO`.

    Args:
        measurements: of `summarize`.
        split: that decides; None for the first.

    Returns:
        nothing where one of the two levels has no measured contestant.
    """
    best_rules = _best_first(measurements, RULES_LEVEL, split)[:1]
    return [
        _ratio(resource, unit, (rules, figure(rules)), (model, figure(model)))
        for rules in best_rules
        for model in _best_first(measurements, LANGUAGE_MODEL_LEVEL, split)
        for resource, unit, figure in _RESOURCES
    ]


def _right(answers: Sequence[ScoredAnswer]) -> dict[str, bool]:
    return {answer.problem_id: answer.is_correct for answer in answers}


def _test(
    split: str, first: tuple[str, dict[str, bool]], second: tuple[str, dict[str, bool]]
) -> PairedTest:
    common = first[1].keys() & second[1].keys()
    first_only = sum(first[1][key] and not second[1][key] for key in common)
    second_only = sum(second[1][key] and not first[1][key] for key in common)
    discordance = (first_only + second_only) / len(common) if common else 0.0
    p_value = mcnemar(first_only, second_only)
    return PairedTest(
        split=split,
        first=first[0],
        second=second[0],
        n=len(common),
        n_first_only=first_only,
        n_second_only=second_only,
        p_value=p_value,
        p_holm=p_value,
        smallest_difference=smallest_difference(len(common), discordance),
    )


def _best_first(
    measurements: Sequence[Measurement], level: int, split: str | None
) -> list[Measurement]:
    ranked = []
    for measurement in measurements:
        score = measurement.score(split)
        # Of answers from a file nothing is known but the answers.
        is_measured = not measurement.entry.is_hybrid and measurement.entry.answered_by != "file"
        if measurement.entry.level == level and is_measured and score:
            seconds = measurement.latency_p50_s.value if measurement.latency_p50_s else None
            share = score.accuracy.value or 0.0
            rank = (-share, seconds is None, seconds or 0.0, measurement.entry.label)
            ranked.append((rank, measurement))
    return [measurement for _, measurement in sorted(ranked, key=lambda pair: pair[0])]


def _seconds_at_best_batch(measurement: Measurement) -> float | None:
    best = measurement.best_batch
    return None if best is None else 1 / measurement.throughput[best].value


def _seconds_alone(measurement: Measurement) -> float | None:
    return measurement.latency_p50_s.value if measurement.latency_p50_s else None


_RESOURCES: tuple[tuple[str, str, Callable[[Measurement], float | None]], ...] = (
    ("time per problem, best batch each", "s", _seconds_at_best_batch),
    ("time per problem, one at a time", "s", _seconds_alone),
    ("peak memory", "bytes", lambda measurement: measurement.peak_bytes),
    ("memory after loading", "bytes", lambda measurement: measurement.resident_bytes),
    ("weights in memory", "bytes", lambda measurement: measurement.weight_bytes),
    (
        "operations per problem",
        "operations",
        lambda measurement: measurement.operations_per_problem,
    ),
    ("energy per problem", "J", lambda measurement: measurement.energy_j_per_item),
)


def _ratio(
    resource: str,
    unit: str,
    first: tuple[Measurement, float | None],
    second: tuple[Measurement, float | None],
) -> ResourceRatio:
    reason = _no_figure(resource, *first) or _no_figure(resource, *second)
    if reason is None and not first[1]:
        reason = f"{first[0].entry.label} takes nothing that the meter can show"
    ratio = second[1] / first[1] if reason is None and first[1] and second[1] is not None else None
    return ResourceRatio(
        resource=resource,
        first=first[0].entry.label,
        second=second[0].entry.label,
        first_value=first[1],
        second_value=second[1],
        unit=unit,
        ratio=ratio,
        reason=reason,
    )


def _no_figure(resource: str, measurement: Measurement, value: float | None) -> str | None:
    """Why there is no figure; None where there is one."""
    if value is not None:
        return None
    label = measurement.entry.label
    is_here = measurement.entry.answered_by == "process"
    if resource.startswith("energy") or not (is_here or resource.startswith("time")):
        because = measurement.missing.get("energy_j", "no meter")
        return f"{label}: {because}"
    if resource.startswith("weights"):
        return f"{label} has no weights"
    if resource.startswith("operations"):
        if measurement.entry.level == RULES_LEVEL:
            return _NO_OPERATIONS
        return f"the operations of {label} are not counted"
    return f"{label}: {measurement.reason or 'not measured'}"
