"""Tool selection: what can be counted, and contestants of a duel against each other."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.findings import Part, compare, find, not_run, recomputed, weigh
from spoonbench.harness.claims.intervals import Span
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import largest_model, subject_of
from spoonbench.harness.claims.single_answers import Discordant, Gains, discordant, gains
from spoonbench.harness.claims.wording import join, show
from spoonbench.harness.comparisons import resource_ratios
from spoonbench.harness.costs import crossings, total_costs
from spoonbench.harness.stats import mcnemar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.runs import MeasuredDuel
    from spoonbench.harness.evidence import Measurement

TASK = "word-problems"
_LEARNERS = (3, 4)
"""Levels of machine learning below the language models."""
_OUTCOME_MODELS = ("outcome-model", "outcome-logistic", "outcome-boosting", "outcome-network")
_SIGNIFICANCE = 0.05
_SAME_SIZE = 2.0
"""A model is of the claimed size within this factor."""
_SECONDS_A_MINUTE = 60


@checks("T6")
def coverage_of_problems(claim: Claim, grounds: Grounds) -> Finding:
    """Examples over ordered pairs of operands, and the range at which the figure would be right."""
    del grounds
    n_examples, n_operations = claim.number("examples"), claim.number("operations")
    largest = claim.number("largest_operand")
    n_problems = n_operations * (largest + 1) ** 2
    compared = compare(claim, "coverage", n_examples / n_problems)
    beside = (
        f"Operands of 0 to {show(largest)}, the largest of the document's examples, make "
        f"{show(n_problems)} ordered pairs for {show(n_operations)} operations, of which "
        f"{show(n_examples)} examples are {show(compared.found, 'share')}."
    )
    needed = n_examples / compared.figure.value / n_operations
    if compared.agrees or needed < 1:
        return recomputed(claim, [compared], beside)
    range_end = math.sqrt(needed) - 1
    return find(
        claim,
        "holds only if",
        found=compared.text,
        value=compared.found,
        unit="share",
        condition=f"operands range from 0 to about {show(range_end, '', 3)}",
        why=(
            f"{beside} {show(compared.figure.value, 'share')} of all problems are "
            f"{show(n_examples)} where there are {show(n_examples / compared.figure.value)}."
        ),
    )


@checks("T7")
def waste(claim: Claim, grounds: Grounds) -> Finding:
    """Every resource of the largest model over that of the best rules."""
    for duel in grounds.runs.duels(TASK):
        largest = next(iter(duel.models()), None)
        if largest is None or (largest.n_parameters or 0) < claim.number("parameters") / _SAME_SIZE:
            continue
        label = largest.entry.label
        ratios = [
            one
            for one in resource_ratios(duel.measurements, duel.split)
            if one.second == label and one.ratio
        ]
        if not ratios:
            continue
        figure = claim.figures["ratio"]
        parts = [
            Part(
                name=one.resource,
                agreement="agrees" if figure.agrees(one.ratio or 0) else "disagrees",
                text=f"{one.resource} {show(one.ratio or 0, 'times')}",
                span=Span(value=one.ratio or 0, low=one.ratio or 0, high=one.ratio or 0),
                unit="times",
            )
            for one in ratios
        ]
        least, most = min(one.ratio or 0 for one in ratios), max(one.ratio or 0 for one in ratios)
        size = show(largest.n_parameters or 0, "parameters")
        return weigh(
            claim,
            parts,
            is_each=True,
            low=least,
            high=most,
            why=f"{label} ({size}) over {ratios[0].first}, all resources that were metered.",
            is_borne_out=least > 1,
            subject=subject_of(largest),
            machine=duel.machine,
            run_ids=largest.run_ids,
        )
    size = show(claim.number("parameters"), "parameters")
    return not_run(claim, f"No duel on word problems holds a language model of {size} or more.")


@checks("T8")
def short_rules(claim: Claim, grounds: Grounds) -> Finding:
    """Lines, memory and right answers of the one of about 50 lines, beside the full rules."""
    for duel in grounds.runs.duels(TASK):
        spoon, rules = duel.measured("spoon"), duel.measured("rules")
        if spoon is None or spoon.entry.source_lines is None or spoon.peak_bytes is None:
            continue
        share = _share(spoon, duel)
        checked = {
            "lines": (spoon.entry.source_lines, claim.figures["lines"].agrees),
            "bytes": (spoon.peak_bytes, lambda found: found <= claim.figures["bytes"].value),
            "accuracy": (share, claim.figures["accuracy"].agrees),
        }
        wrong = [name for name, (found, is_right) in checked.items() if not is_right(found)]
        text = f"{_told(spoon, duel)}"
        if rules is not None:
            text += f"; {_told(rules, duel)}"
        return find(
            claim,
            "does not hold" if wrong else "holds",
            found=text,
            value=share,
            unit="share",
            why=(
                f"Of lines, memory and right answers, {join(wrong)} "
                f"{'is' if len(wrong) == 1 else 'are'} not as claimed; memory is counted in pages "
                "above that of the process."
                if wrong
                else "Lines, memory and right answers are as claimed."
            ),
            machine=duel.machine,
            run_ids=spoon.run_ids,
        )
    return not_run(claim, "No duel on word problems holds the contestant of about 50 lines.")


def _told(one: Measurement, duel: MeasuredDuel) -> str:
    memory = "" if one.peak_bytes is None else f", {show(one.peak_bytes, 'bytes')}"
    return (
        f"{one.entry.label}: {show(one.entry.source_lines or 0, 'lines')}{memory}, "
        f"{show(_share(one, duel), 'share')} right"
    )


def _share(one: Measurement, duel: MeasuredDuel) -> float:
    score = one.score(duel.split)
    return (score.accuracy.value or 0.0) if score else 0.0


@checks("T9")
def formula_against_learning(claim: Claim, grounds: Grounds) -> Finding:
    """Right prices of the formula against every learner: never fewer, and more on some split."""
    for duel in grounds.runs.duels("option-pricing"):
        formula = duel.measured("black-scholes")
        learners = [one for one in duel.measurements if one.entry.level in _LEARNERS and one.splits]
        if formula is None or not learners:
            continue
        is_better = all(_is_never_worse(formula, one) for one in learners)
        best = max(learners, key=lambda one: _share(one, duel))
        shares = {one.split: one.accuracy.value or 0.0 for one in best.splits}
        worst = min(shares, key=lambda split: shares[split])
        text = (
            f"right prices: {formula.entry.label} {show(_share(formula, duel), 'share')} and the "
            f"best learner, {best.entry.label}, {show(_share(best, duel), 'share')} on "
            f"{duel.split}, {show(shares[worst], 'share')} on {worst}"
        )
        timed = [one for one in (formula, best) if one.best_batch]
        times = [1 / one.throughput[one.best_batch or 1].value for one in timed]
        if len(times) > 1:
            text += f", at {show(times[1] / times[0], 'times')} the time"
        return find(
            claim,
            "holds" if is_better else "does not hold",
            found=text,
            value=_share(formula, duel),
            unit="share",
            why=(
                f"Over {len(formula.splits)} splits, those outside the training range included: no "
                "learner has more right prices on any, and all have fewer on some."
                if is_better
                else "Some learner has as many right prices on every split, or more on one."
            ),
            machine=duel.machine,
            run_ids=(*formula.run_ids, *best.run_ids),
        )
    return not_run(claim, "No duel on option prices holds the formula and a learner.")


def _is_never_worse(one: Measurement, other: Measurement) -> bool:
    """It has shown more right answers on some split, and fewer on none."""
    pairs = [(mine.accuracy, theirs.accuracy) for mine in one.splits
             if (theirs := other.score(mine.split)) is not None]  # fmt: skip
    is_worse = any(mine.high < theirs.low for mine, theirs in pairs)
    return not is_worse and any(mine.low > theirs.high for mine, theirs in pairs)


@checks("T10")
def statistics_of_trades(claim: Claim, grounds: Grounds) -> Finding:
    """Log loss of the best model of outcomes against the base rate, trade by trade."""
    for duel in grounds.runs.duels("option-outcome"):
        base = duel.measured("base-rate")
        models = [one for name in _OUTCOME_MODELS if (one := duel.measured(name)) is not None]
        if base is None or not models:
            continue
        known = duel.once("T10", Gains, partial(gains, duel, base, models)).known
        if not known:
            continue
        top = max(known, key=lambda one: one.span.value)
        label, gain = top.label, top.span
        best = next(one for one in models if one.entry.label == label)
        return find(
            claim,
            "holds" if gain.low > 0 else "does not hold",
            found=(
                f"{label}: a log loss lower by {show(gain.value, 'nats')} than the base rate's "
                f"({show(gain.low)} to {show(gain.high)}); {show(_share(best, duel), 'share')} "
                f"right against {show(_share(base, duel), 'share')}"
            ),
            value=gain.value,
            low=gain.low,
            high=gain.high,
            unit="nats",
            why=(
                f"{'' if gain.low > 0 else 'No gain is shown. '}Trades of one day have much in "
                f"common, so that the interval, corrected for {len(models)} models, is narrow."
            ),
            machine=duel.machine,
            run_ids=(*base.run_ids, *best.run_ids),
        )
    return not_run(claim, "No duel on outcomes of trades holds a model and the base rate.")


@checks("T11")
def pipelines(claim: Claim, grounds: Grounds) -> Finding:
    """In every duel: the best hybrid against the best contestant alone."""
    won: list[tuple[str, str]] = []
    lost: list[tuple[str, str]] = []
    full: list[str] = []
    used: list[Measurement] = []
    machine = None
    for duel in grounds.runs.duels():
        scored = [one for one in duel.measurements if one.score(duel.split)]
        hybrids = [one for one in scored if one.entry.is_hybrid]
        alone = [one for one in scored if not one.entry.is_hybrid]
        if not hybrids or not alone:
            continue
        best, single = (max(group, key=lambda one: _share(one, duel)) for group in (hybrids, alone))
        apart = duel.once("T11", Discordant, partial(discordant, duel, single, best))
        is_better = (
            apart.n_second_only > apart.n_first_only
            and mcnemar(apart.n_first_only, apart.n_second_only) < _SIGNIFICANCE
        )
        text = (
            f"{duel.duel.task.name}: {best.entry.label} {show(_share(best, duel), 'share')}, "
            f"{single.entry.label} {show(_share(single, duel), 'share')}"
        )
        if is_better or _share(single, duel) < 1:
            (won if is_better else lost).append((duel.duel.task.name, text))
        else:
            full.append(text)
        used += [best, single]
        machine = machine or duel.machine
    run_ids = tuple(dict.fromkeys(run_id for one in used for run_id in one.run_ids))
    fields = {"machine": machine, "run_ids": run_ids, "subject": largest_model(used)}
    return _pipelines_found(claim, won, lost, full, fields)


def _pipelines_found(
    claim: Claim,
    won: Sequence[tuple[str, str]],
    lost: Sequence[tuple[str, str]],
    full: Sequence[str],
    fields: dict[str, Any],
) -> Finding:
    """The verdict of tasks where a hybrid was better, was not, and had nothing to gain."""
    found = "; ".join(dict.fromkeys((*(text for _, text in (*won, *lost)), *full)))
    fields = {**fields, "found": found}
    if not won and not lost:
        why = "No duel holds a hybrid and contestants alone none of whom answers everything."
        return not_run(claim, why, **fields)
    is_narrowed = bool(won) and bool(lost or full)
    conditions = ["no contestant alone answers everything"] if full else []
    conditions += (
        [f"the task is {join(dict.fromkeys(name for name, _ in won), 'or')}"] if lost else []
    )
    return find(
        claim,
        "holds only if" if is_narrowed else "holds" if won else "does not hold",
        condition=join(conditions) if is_narrowed else "",
        why="Shown is the best hybrid, then the best contestant alone (McNemar at 5%).",
        is_borne_out=bool(won),
        **fields,
    )


@checks("T14")
def effort_and_cost(claim: Claim, grounds: Grounds) -> Finding:
    """Costs at the user's own hours, prices and volume, and where their order changes."""
    for duel in grounds.runs.duels(TASK):
        model, rules = next(iter(duel.models()), None), duel.measured("rules")
        if duel.duel.effort is None or model is None or rules is None:
            continue
        costs = {one.label: one for one in total_costs(duel.duel.effort, duel.measurements)}
        mine, other = costs[rules.entry.label], costs[model.entry.label]
        if other.per_answer is None or mine.per_answer is None or model.training_s is None:
            continue
        minutes = model.training_s / _SECONDS_A_MINUTE
        crossing = [
            f"from {one.n_answers:,.0f} answers on {one.beyond} is cheaper than {one.below}"
            for one in crossings([mine, other])
        ]
        is_dearer = other.per_answer >= mine.per_answer
        is_as_long = claim.figures["training_minutes"].agrees(minutes)
        return find(
            claim,
            "holds only if" if is_dearer and is_as_long else "does not hold",
            found=(
                f"{model.entry.label} trains for {show(minutes, 'minutes')}; an answer costs "
                f"{show(other.per_answer)} against {show(mine.per_answer)} by rules"
            ),
            value=minutes,
            unit="minutes",
            condition="rules take the hours to build that were given to the duel",
            why=f"At your prices {join(crossing) or 'the order never changes'}.",
            is_borne_out=is_dearer,
            subject=subject_of(model),
            machine=duel.machine,
            run_ids=(*rules.run_ids, *model.run_ids),
        )
    return not_run(claim, "Hours to build and prices are yours to give: see `spoonbench duel`.")
