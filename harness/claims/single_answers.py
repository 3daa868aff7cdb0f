"""What checks make of single answers of a duel: counts and sums, kept so that it is done once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, mean, stdev
from typing import TYPE_CHECKING

from spoonbench.harness.claims.intervals import Span
from spoonbench.harness.confidence_scores import LEAST
from spoonbench.harness.scoring import rises, stated_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.claims.runs import MeasuredDuel
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import ScoredAnswer

_ERROR = 0.05
_FEWEST_ITEMS = 30
_SEVERAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Discordant:
    """Items that one of two contestants got right, and the other not."""

    n_first_only: int
    n_second_only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much lower the log loss of a contestant is than that of another, in nats.

    Attributes:
        label: of the contestant.
        span: with an interval for all gains together.
    """

    label: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """Gains of contestants over one, where they are known."""

    known: tuple[Gain, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """Texts, those of them that state different answers, and those of these that only rise."""

    n_texts: int
    n_several: int
    n_rising: int


def discordant(duel: MeasuredDuel, first: Measurement, second: Measurement) -> Discordant:
    """Count the items of the deciding split that two contestants tell apart."""
    said = [
        {each.problem_id: each.is_correct for each in _answers(duel, one)}
        for one in (first, second)
    ]
    both = said[0].keys() & said[1].keys()
    return Discordant(
        n_first_only=sum(said[0][key] and not said[1][key] for key in both),
        n_second_only=sum(said[1][key] and not said[0][key] for key in both),
    )


def gains(duel: MeasuredDuel, base: Measurement, others: Sequence[Measurement]) -> Gains:
    """How much lower log losses are, item by item; contestants without confidences are left out."""
    before = _losses(duel, base)
    spans = {one.entry.label: _gain(before, _losses(duel, one), len(others)) for one in others}
    return Gains(known=tuple(Gain(label=label, span=span) for label, span in spans.items() if span))


def _gain(before: dict[str, float], after: dict[str, float], n_tests: int) -> Span | None:
    both = before.keys() & after.keys()
    if len(both) < _FEWEST_ITEMS:
        return None
    found = [before[key] - after[key] for key in sorted(both)]
    half = NormalDist().inv_cdf(1 - _ERROR / 2 / n_tests) * stdev(found) / math.sqrt(len(found))
    return Span(value=mean(found), low=mean(found) - half, high=mean(found) + half)


def _losses(duel: MeasuredDuel, one: Measurement) -> dict[str, float]:
    """Minus the logarithm of the probability that was given to what was the case."""
    found = {}
    for said in _answers(duel, one):
        if said.confidence is None:
            return {}
        given = said.confidence if said.is_correct else 1 - said.confidence
        found[said.problem_id] = -math.log(min(max(given, LEAST), 1.0))
    return found


def statements(duel: MeasuredDuel, one: Measurement) -> Statements:
    """Count the texts of a model that state several answers."""
    texts = [
        stated_answers(said.raw_text, said.stopped_by)
        for said in _answers(duel, one)
        if said.raw_text is not None
    ]
    several = [stated for stated in texts if len(set(stated)) >= _SEVERAL]
    return Statements(
        n_texts=len(texts),
        n_several=len(several),
        n_rising=sum(rises(stated) for stated in several),
    )


def _answers(duel: MeasuredDuel, one: Measurement) -> Sequence[ScoredAnswer]:
    """To the split that decides."""
    score = one.score(duel.split)
    return duel.answers(score) if score else ()
