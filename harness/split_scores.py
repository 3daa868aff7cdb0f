"""What the answers of one contestant to one split add up to, as a whole and by subset."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spoonbench.harness.evidence import RiskCurve, SplitScore, SubsetScore
from spoonbench.harness.number_errors import number_errors
from spoonbench.harness.risk_coverage import risk_curve
from spoonbench.harness.scoring import text_faults
from spoonbench.harness.stats import proportion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.duel_records import SplitFacts
    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.records import RunRecord, ScoredAnswer


def score_split(
    facts: SplitFacts,
    record: RunRecord,
    answers: Sequence[ScoredAnswer],
    targets: Mapping[str, str | None] | None = None,
) -> SplitScore:
    """Add up the answers of one run.

    Args:
        facts: of the split, with the subsets that are counted apart.
        record: the run.
        answers: of the run; fewer than the split has items where it was cut short.
        targets: problem to target, where errors of numbers are to be told.
    """
    given = _given(answers)
    accuracy, coverage, precision = _shares(answers)
    return SplitScore(
        split=facts.name,
        batch_size=max(record.items_per_sample, default=0),
        accuracy=accuracy,
        coverage=coverage,
        precision=precision,
        curve=_curve(answers),
        subsets=_subset_scores(facts, answers),
        failures=_counted(kind for answer in answers for kind in _failures(answer)),
        by_stage=_counted(answer.stage for answer in given if answer.stage),
        stopped_by=_counted(answer.stopped_by for answer in answers if answer.stopped_by),
        run_id=record.run_id,
        errors=number_errors(answers, targets) if targets else None,
    )


def _subset_scores(facts: SplitFacts, answers: Sequence[ScoredAnswer]) -> tuple[SubsetScore, ...]:
    """The same answers, counted apart by mark; nothing is asked twice."""
    by_id = {answer.problem_id: answer for answer in answers}
    scores = []
    for subset in facts.subsets:
        # A pass that was cut short has no answers to the rest.
        mine = [by_id[one] for one in subset.problem_ids if one in by_id]
        accuracy, coverage, precision = _shares(mine)
        scores.append(
            SubsetScore(
                subset=subset.name,
                accuracy=accuracy,
                coverage=coverage,
                precision=precision,
                curve=_curve(mine),
            )
        )
    return tuple(scores)


def _given(answers: Iterable[ScoredAnswer]) -> list[ScoredAnswer]:
    return [answer for answer in answers if answer.status == "answered"]


def _shares(answers: Sequence[ScoredAnswer]) -> tuple[Proportion, Proportion, Proportion]:
    """Right among all, covered among all, right among the given."""
    given = _given(answers)
    # Where there is nothing to answer, abstaining leaves nothing open.
    n_covered = sum(answer.status == "answered" or answer.is_correct for answer in answers)
    return (
        proportion(sum(answer.is_correct for answer in answers), len(answers)),
        proportion(n_covered, len(answers)),
        proportion(sum(answer.is_correct for answer in given), len(given)),
    )


def _curve(answers: Sequence[ScoredAnswer]) -> RiskCurve:
    given = _given(answers)
    return risk_curve(((one.confidence, not one.is_correct) for one in given), len(answers))


def _failures(answer: ScoredAnswer) -> Iterable[str]:
    """The failure of a wrong answer; of a right one what else is wrong with its text."""
    if not answer.is_correct:
        return (answer.failure or "failed",)
    faults = text_faults(answer.raw_text, answer.stopped_by)
    return tuple(f"{fault} (value right)" for fault in faults)


def _counted(names: Iterable[str]) -> dict[str, int]:
    """Name to count, most frequent first."""
    counts = Counter(names)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
