"""What went wrong in the answers of a duel: counted by kind, with a few examples of each.

A failure (`harness.scoring.FAILURES`) is told apart further where the answers allow it: abstaining
and failing by the reason given, up to its first colon ("unknown verb: wibbled"), a wrong number by
what it has to do with the numbers of the text (`mistakes`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.scoring import text_faults
from spoonbench.harness.store.errors import StoreError
from spoonbench.reports.gallery import VALUE_RIGHT
from spoonbench.reports.mistakes import wrong_number
from spoonbench.reports.plaintext import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.harness.duel_records import Duel
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import ScoredAnswer, StoredItem
    from spoonbench.harness.store.reader import StoreReader

CASE_STUDY_KINDS = frozenset(
    {
        "wrong value",
        "conflicting answers",
        "endless",
        "repetition",
        "malformed",
        "off by a carry",
    }
)
"""What the case study saw go wrong; these get more examples, where they are not told apart."""

OTHER_REASONS = "other reasons"

_EXAMPLES = 3
_CASE_STUDY_EXAMPLES = 5
_MOST_KINDS = 12
_LONGEST_KIND = 80
_WITH_REASON = frozenset({"abstained", "failed"})
_WRONG_NUMBERS = frozenset({"wrong value", "off by a carry"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureExample:
    """One wrong answer of the gallery.

    Attributes:
        label: of the contestant.
        split: where it happened.
        failure: what went wrong.
        text: the question.
        target: the right answer; None where abstaining was right.
        value: what was answered; None where nothing was.
        raw_text: what a model wrote.
        reason: why there is no value; None where there is one.
        kind: what it was more closely; None where nothing more is known.
    """

    label: str
    split: str
    failure: str
    text: str
    target: str | None
    value: str | None
    raw_text: str | None = None
    reason: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCount:
    """How often something went wrong.

    Attributes:
        label: of the contestant.
        failure: what went wrong.
        kind: what it was more closely; None where nothing more is known.
        n: how often, over all splits.
    """

    label: str
    failure: str
    kind: str | None
    n: int


def failures_of(
    reader: StoreReader, duel: Duel, measurements: Sequence[Measurement]
) -> tuple[tuple[FailureExample, ...], tuple[FailureCount, ...]]:
    """Examples and counts by contestant and kind, the most frequent kind of a failure first.

    Examples of the split that decides come first within their kind.

    Raises:
        StoreError: answers or items are damaged.
    """
    decides = duel.requirements.split or duel.task.splits[0].name
    splits = sorted(duel.task.splits, key=lambda facts: facts.name != decides)
    items = {
        facts.name: {item.problem_id: item for item in _items(reader, facts.items_hash)}
        for facts in splits
    }
    examples: list[FailureExample] = []
    counts: list[FailureCount] = []
    for measurement in measurements:
        mine: list[FailureExample] = []
        for name, by_id in items.items():
            score = measurement.score(name)
            said = reader.answers(score.run_id) if score and score.run_id else None
            mine += _failed(measurement.entry.label, name, by_id, said or ())
        groups = _grouped(_without_rare(mine))
        counts += [_count(one) for one in groups]
        examples += [example for one in groups for example in one[: _most(one[0])]]
    return tuple(examples), tuple(counts)


def _items(reader: StoreReader, items_hash: str) -> Sequence[StoredItem]:
    try:
        return reader.items(items_hash)
    except StoreError:
        # A split of which nothing was measured has no items in the store.
        return ()


def _failed(
    label: str, split: str, items: dict[str, StoredItem], answers: Sequence[ScoredAnswer]
) -> Iterator[FailureExample]:
    for answer in answers:
        item, failure = items.get(answer.problem_id), _failure(answer)
        if item is not None and failure is not None:
            yield FailureExample(
                label=label,
                split=split,
                failure=failure,
                text=item.text,
                target=item.target,
                value=answer.value,
                raw_text=answer.raw_text,
                reason=answer.reason,
                kind=_kind(failure, item, answer),
            )


def _failure(answer: ScoredAnswer) -> str | None:
    """What went wrong; for a right answer the first fault of its text, where there is one."""
    if not answer.is_correct:
        return answer.failure or "failed"
    faults = text_faults(answer.raw_text, answer.stopped_by)
    return f"{faults[0]}{VALUE_RIGHT}" if faults else None


def _kind(failure: str, item: StoredItem, answer: ScoredAnswer) -> str | None:
    if failure in _WRONG_NUMBERS:
        return wrong_number(item.text, answer.value, item.target)
    if failure in _WITH_REASON and answer.reason:
        return reason_kind(answer.reason)
    return None


def reason_kind(reason: str) -> str | None:
    """The kind of a reason: what stands before its first colon.

    >>> reason_kind("unknown verb: wibbled"), reason_kind("no question.")
    ('unknown verb', 'no question')
    """
    return shorten(reason.partition(":")[0].strip().rstrip("."), _LONGEST_KIND) or None


def _without_rare(examples: Sequence[FailureExample]) -> list[FailureExample]:
    """The same; of a failure with very many kinds the rare ones are put together."""
    counts = Counter((one.failure, one.kind) for one in examples if one.kind is not None)
    kept: dict[str, set[str | None]] = {}
    for (failure, kind), _ in counts.most_common():
        if len(kept.setdefault(failure, set())) < _MOST_KINDS:
            kept[failure].add(kind)
    return [
        one
        if one.kind is None or one.kind in kept[one.failure]
        else replace(one, kind=OTHER_REASONS)
        for one in examples
    ]


def _grouped(examples: Sequence[FailureExample]) -> list[list[FailureExample]]:
    """By failure, the most frequent first, and in it by kind in the same way."""
    by_kind: dict[tuple[str, str | None], list[FailureExample]] = {}
    totals: Counter[str] = Counter()
    for one in examples:
        by_kind.setdefault((one.failure, one.kind), []).append(one)
        totals[one.failure] += 1
    return sorted(
        by_kind.values(),
        key=lambda group: (
            -totals[group[0].failure],
            group[0].failure,
            group[0].kind == OTHER_REASONS,
            -len(group),
        ),
    )


def _count(group: Sequence[FailureExample]) -> FailureCount:
    first = group[0]
    return FailureCount(label=first.label, failure=first.failure, kind=first.kind, n=len(group))


def _most(example: FailureExample) -> int:
    fault = example.failure.removesuffix(VALUE_RIGHT)
    is_whole = example.kind is None
    return _CASE_STUDY_EXAMPLES if is_whole and fault in CASE_STUDY_KINDS else _EXAMPLES
