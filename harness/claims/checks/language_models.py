"""Language models on arithmetic: what a duel tells of those that were trained for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.findings import compare, find, not_run, part, recomputed, weigh
from spoonbench.harness.claims.intervals import of_proportion
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import subject_of
from spoonbench.harness.claims.single_answers import Statements, statements
from spoonbench.harness.claims.wording import join, show, show_range
from spoonbench.harness.stats import proportion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.claims.claim import Claim, Finding, Subject, Verdict
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.runs import MeasuredDuel
    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.evidence import Measurement, SplitScore

TASK = "word-problems"
_SAME_SIZE = 2.0
"""A model is of the claimed size within this factor."""
_FORMED, _LEARNED = 0.9, 0.5
"""Shares from which on a form, or arithmetic, counts as learned."""
_MOST = 0.5
_MALFORMED = ("malformed", "failed", "abstained")
_TEXT_ENDS = ("end_token", "stop_string", "stopped")
_SEVERAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """A language model of a duel."""

    duel: MeasuredDuel
    measurement: Measurement

    @property
    def score(self) -> SplitScore:
        """On the split that decides."""
        found = self.measurement.score(self.duel.split)
        if found is None:
            raise ValueError("a model without answers")  # `models` leaves them out
        return found

    @property
    def text(self) -> str:
        """Who it is."""
        size = show(self.measurement.n_parameters or 0, "parameters")
        return f"{self.measurement.entry.label} ({size})"

    @property
    def subject(self) -> Subject:
        """Whose size a verdict speaks of."""
        return subject_of(self.measurement)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """Records of its answers."""
        return tuple(score.run_id for score in self.measurement.splits)


def _models(grounds: Grounds) -> Iterator[_Model]:
    for duel in grounds.runs.duels(TASK):
        for one in duel.models():
            yield _Model(duel=duel, measurement=one)


def _of_size(claim: Claim, grounds: Grounds) -> _Model | None:
    """The newest model of about the claimed size."""
    size = claim.number("parameters")
    for one in _models(grounds):
        n_parameters = one.measurement.n_parameters or 0
        if size / _SAME_SIZE <= n_parameters <= size * _SAME_SIZE:
            return one
    return None


def _no_such_model(claim: Claim, grounds: Grounds) -> Finding:
    size = show(claim.number("parameters"), "parameters")
    seen = [
        f"{one.text} got {show(one.score.accuracy.value or 0, 'share')}" for one in _models(grounds)
    ]
    beside = f" Smaller ones: {join(dict.fromkeys(seen))}." if seen else ""
    return not_run(claim, f"No duel holds a model of about {size}.{beside}")


def _fields(model: _Model) -> dict[str, Any]:
    return {"subject": model.subject, "machine": model.duel.machine, "run_ids": model.run_ids}


@checks("T1")
def accuracy_of_the_model(claim: Claim, grounds: Grounds) -> Finding:
    """Right answers of a model of that size and of the rules, on held-out problems."""
    model = _of_size(claim, grounds)
    if model is None:
        return _no_such_model(claim, grounds)
    parts = [part(claim, "model_accuracy", of_proportion(model.score.accuracy), model.text)]
    rules = model.duel.measured("rules")
    score = rules.score(model.duel.split) if rules else None
    if score:
        parts.append(part(claim, "rules_accuracy", of_proportion(score.accuracy), "rules"))
    is_better = score.accuracy.low > model.score.accuracy.high if score else None
    return weigh(
        claim,
        parts,
        why=f"On {model.score.accuracy.n:,} held-out problems of {model.duel.split}.",
        is_borne_out=is_better,
        **_fields(model),
    )


@checks("T2")
def accuracy_by_range(claim: Claim, grounds: Grounds) -> Finding:
    """Where, if anywhere, a model reaches the other figure of the same document."""
    figure, other = claim.figures["model_accuracy"], grounds.claims["T1"].figures["model_accuracy"]
    found = [
        (one, score)
        for one in _models(grounds)
        for score in one.measurement.splits
        if (one.measurement.n_parameters or 0) >= claim.number("parameters") / _SAME_SIZE
    ]
    if not found:
        return _no_such_model(claim, grounds)
    first = found[0][0]
    texts = [
        f"{score.split} {show(score.accuracy.value or 0, 'share')}"
        for one, score in found
        if one is first
    ]
    here = {
        name: [
            f"{one.text} on {score.split} ({show(score.accuracy.value or 0, 'share')})"
            for one, score in found
            if wanted.agrees(score.accuracy.value or 0)
        ]
        for name, wanted in (("this", figure), ("T1", other))
    }
    span = of_proportion(first.score.accuracy)
    beside = f"T1's figure is reached by {join(here['T1'])}." if here["T1"] else (
        "T1's figure is reached nowhere either.")  # fmt: skip
    return find(
        claim,
        "holds only if" if here["this"] else "does not hold",
        found=f"{first.text}: {join(texts)}",
        value=span.value,
        low=span.low,
        high=span.high,
        unit="share",
        condition=f"it is said of {join(here['this'], 'or')}" if here["this"] else "",
        why=f"Both figures cannot be true of one model and one set of problems. {beside}",
        **_fields(first),
    )


@checks("T3")
def form_without_arithmetic(claim: Claim, grounds: Grounds) -> Finding:
    """Well-formed answers against right ones, inside and outside the range of training."""
    model = _of_size(claim, grounds)
    if model is None:
        return _no_such_model(claim, grounds)
    scores = {
        score.split: score
        for score in model.measurement.splits
        if score.split == model.duel.split or score.split.startswith("larger")
    }
    formed = {name: _well_formed(score) for name, score in scores.items()}
    inside, *outside = scores.values()
    has_form = all(one.low > _FORMED for one in formed.values())
    learned = [inside.accuracy.low > _LEARNED, any(one.accuracy.low > _LEARNED for one in outside)]
    text = "; ".join(
        f"{name}: {show(formed[name].value or 0, 'share')} well formed, "
        f"{show(score.accuracy.value or 0, 'share')} right"
        for name, score in scores.items()
    )
    fields = {"found": f"{model.text}: {text}", **_fields(model)}
    if not has_form:
        return find(claim, "does not hold", why="Not even the form was learned.", **fields)
    if learned[0] and not learned[1]:
        outside_range = "operands lie outside the range of training"
        why = "Inside the range it is mostly right."
        return find(
            claim, "holds only if", condition=outside_range, why=why, is_borne_out=True, **fields
        )
    verdict: Verdict = "does not hold" if any(learned) else "holds"
    why = (
        "It gets most of them right."
        if any(learned)
        else "Nearly all have the form, few are right."
    )
    return find(claim, verdict, why=why, **fields)


def _well_formed(score: SplitScore) -> Proportion:
    n_bad = sum(score.failures.get(name, 0) for name in _MALFORMED)
    return proportion(score.accuracy.n - n_bad, score.accuracy.n)


@checks("T4")
def stopping(claim: Claim, grounds: Grounds) -> Finding:
    """Texts that end by themselves, of models with and without an end token in training."""
    return _stopping(claim, grounds, is_tuned=False)


@checks("F5")
def stopping_after_tuning(claim: Claim, grounds: Grounds) -> Finding:
    """As T4, of models whose weights were given."""
    return _stopping(claim, grounds, is_tuned=True)


def _stopping(claim: Claim, grounds: Grounds, *, is_tuned: bool) -> Finding:
    pair = _pair(grounds, is_tuned=is_tuned)
    if pair is None:
        tuned = " that began from given weights" if is_tuned else ""
        why = (
            f"No duel holds two models{tuned} that differ only in whether examples have end tokens."
        )
        return not_run(claim, why)
    with_end, without = pair
    ends = [_natural(one.score) for one in pair]
    texts = [
        f"{one.text} {show(end.value or 0, 'share')} ({show_range(end.low, end.high, 'share')})"
        for one, end in zip(pair, ends, strict=True)
    ]
    fields = {
        "found": f"texts that end by themselves: {texts[0]} with end tokens, {texts[1]} without",
        "value": ends[1].value,
        "low": ends[1].low,
        "high": ends[1].high,
        "unit": "share",
        "subject": without.subject,
        "machine": with_end.duel.machine,
        "run_ids": (*with_end.run_ids, *without.run_ids),
    }
    runs_on = [end.high < _MOST for end in ends]
    if runs_on[1] and not runs_on[0]:
        if is_tuned:
            return find(claim, "holds", why="Only the end token differs between the two.", **fields)
        condition = "training examples do not end in an end token"
        why = "A model is as able to stop as its training examples: with an end token it does."
        return find(
            claim, "holds only if", condition=condition, why=why, is_borne_out=True, **fields
        )
    if all(runs_on) and not is_tuned:
        return find(claim, "holds", why="Both go on, end token or not.", **fields)
    why = (
        "Both go on: the end token makes no difference."
        if runs_on[1]
        else "Without end tokens it stops all the same."
    )
    return find(claim, "does not hold", why=why, **fields)


def _pair(grounds: Grounds, *, is_tuned: bool) -> tuple[_Model, _Model] | None:
    """Two models of one duel, the first trained with end tokens, the second without."""
    for duel in grounds.runs.duels(TASK):
        found: dict[str, dict[bool, _Model]] = {}
        for one in duel.models():
            params = dict(duel.params(one.entry))
            has_end = bool(params.pop("end_token", True))
            if (one.entry.trained_from != "nothing") == is_tuned and one.entry.train_cell:
                recipe = f"{one.entry.solver} {sorted(params.items())}"
                found.setdefault(recipe, {})[has_end] = _Model(duel=duel, measurement=one)
        for both in found.values():
            if len(both) == _SEVERAL:
                return both[True], both[False]
    return None


def _natural(score: SplitScore) -> Proportion:
    n_ended = sum(score.stopped_by.get(name, 0) for name in _TEXT_ENDS)
    return proportion(n_ended, sum(score.stopped_by.values()))


@checks("T5")
def conflicting_answers(claim: Claim, grounds: Grounds) -> Finding:
    """Several answers in one text, and whether they only rise."""
    pair = _pair(grounds, is_tuned=False)
    if pair is None:
        return not_run(claim, "No duel holds a model that was trained without end tokens.")
    model = pair[1]
    counted = model.duel.once("T5", Statements, partial(statements, model.duel, model.measurement))
    share = proportion(counted.n_several, counted.n_texts)
    rising = proportion(counted.n_rising, counted.n_several)
    is_usual, is_rising = share.low > _MOST, rising.low > _MOST
    text = (
        f"{model.text}, trained without end tokens: {show(share.value or 0, 'share')} of "
        f"{share.n:,} texts state different answers, of which {show(rising.value or 0, 'share')} "
        "only rise"
    )
    fields = {
        "found": text, "value": share.value, "low": share.low, "high": share.high,
        "unit": "share", **_fields(model),
    }  # fmt: skip
    if is_usual and is_rising:
        condition = "training examples do not end in an end token"
        why = "Models that were taught to end state one answer (T4)."
        return find(
            claim, "holds only if", condition=condition, why=why, is_borne_out=True, **fields
        )
    size = claim.number("parameters")
    if (model.measurement.n_parameters or 0) < size / _SAME_SIZE:
        why = f"So small a model decides nothing about one of {show(size, 'parameters')}."
        return not_run(claim, why, **fields)
    why = "Most texts state one answer."
    if is_usual:
        why = "Most texts contradict themselves, but few of them only rise."
    return find(claim, "does not hold", why=why, **fields)


@checks("D4")
def limits_reached(claim: Claim, grounds: Grounds) -> Finding:
    """The share again; beside it how often greedy texts of our models end by themselves."""
    figures = claim.figures
    share = figures["at_limit"].value / figures["outputs"].value
    compared = compare(claim, "limit_rate", share)
    finding = recomputed(claim, [compared])
    ours = next(_models(grounds), None)
    if ours is None or not ours.score.stopped_by:
        return finding
    end = _natural(ours.score)
    beside = (
        f"Of ours, {ours.text} ends {show(end.value or 0, 'share')} of its greedy texts itself."
    )
    return recomputed(claim, [compared], f"{finding.why} {beside}")
