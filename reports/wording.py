"""What a report says in sentences: the decision, what was asked, how it was measured, what is not.

Plain text; whoever shows it makes it harmless for the place (`plaintext`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.measurements import NOT_RUN
from spoonbench.harness.records import LEVELS, USUAL
from spoonbench.reports import quantities
from spoonbench.reports.plaintext import shorten

if TYPE_CHECKING:
    from spoonbench.harness.duel_records import Entry, Requirements
    from spoonbench.harness.evidence import Measurement, SplitScore
    from spoonbench.reports.duel import DuelReport

MILLION_TIMES = (
    "The case study says that a language model takes about a million times the resources of "
    "rules. Measured here:"
)

NOT_ENOUGH = "not enough evidence"
_NO_CHOICE = ("None meets the requirements. ", "Not enough evidence. ")
_CONDITIONS = ("if ", "beyond ")

_SHOWN_REASON = 300
"""Characters of a reason; servers may send long ones."""

CUT_SHORT = "items of "
"""Begins the name of a meter that says how much of a split was answered."""


def headline(report: DuelReport) -> str:
    """The decision as one short sentence."""
    entry = report.entry(report.recommendation.choice)
    if entry is not None:
        return f"Use {entry.label}: {level_in_words(entry)}."
    if report.recommendation.choice is not None:
        return f"Use {report.recommendation.choice}."
    if report.recommendation.confidence == NOT_ENOUGH:
        return "Not enough evidence to decide."
    return "No contestant meets what was asked."


def level_in_words(entry: Entry) -> str:
    """The level with its name and its image."""
    name, image = LEVELS.get(entry.level, ("unknown", "unknown"))
    if entry.is_hybrid:
        return f"a hybrid, up to level {entry.level}, {name} (the {image})"
    return f"level {entry.level}, {name} (the {image})"


def confidence(report: DuelReport) -> str:
    """What the decision rests on."""
    n_runs = len(report.recommendation.evidence)
    rounds = _number(report.duel.n_rounds, "round")
    basis = report.recommendation.confidence
    # The headline says already where the evidence is not enough.
    opening = f"{_capital(basis)}, on" if basis != NOT_ENOUGH else "Rests on"
    return f"{opening} {_number(n_runs, 'run')} in {rounds}."


def asked(report: DuelReport) -> str:
    """The requirements in one sentence."""
    facts = report.split_facts
    items = f" ({facts.n_items:,} items)" if facts else ""
    wanted = quantities.listed(_wanted(report.duel.requirements))
    return f'Asked for, on split "{report.split}"{items}: {wanted}.'


def reason(report: DuelReport) -> str:
    """Why, without what the headline has said already."""
    text = report.recommendation.reason
    entry = report.entry(report.recommendation.choice)
    openings = [f"Use {entry.label} (level {entry.level}): "] if entry else list(_NO_CHOICE)
    for opening in openings:
        if text.startswith(opening):
            rest = text.removeprefix(opening)
            starts_with_label = any(rest.startswith(one.label) for one in report.duel.entries)
            return rest if starts_with_label else _capital(rest)
    return text


def nearest(report: DuelReport) -> str | None:
    """Who comes nearest, where nobody meets everything and the reason does not say it."""
    recommendation = report.recommendation
    label = recommendation.nearest
    if recommendation.choice is not None or label is None or label in recommendation.reason:
        return None
    lacks = [
        check.text
        for candidate in recommendation.candidates
        if candidate.label == label
        for check in candidate.checks
        if check.verdict != "met"
    ]
    return f"Nearest: {label}" + (f"; {'; '.join(lacks)}." if lacks else ".")


def flips(report: DuelReport) -> tuple[str, ...]:
    """What would change the answer; labels keep their first letter."""
    return tuple(
        _capital(text) if text.startswith(_CONDITIONS) else text
        for text in report.recommendation.flips
    )


def task_sentence(report: DuelReport) -> str:
    """What was answered, by how many, learned from what."""
    task = report.duel.task
    held_out = sum(facts.n_items for facts in task.splits)
    return (
        f"{_number(len(report.measurements), 'contestant')} got "
        f"{_number(held_out, 'held-out item')} of {task.name} in "
        f"{_number(len(task.splits), 'split')}; {task.n_training:,} training examples."
    )


def origins(report: DuelReport) -> str | None:
    """Where the weights of level 5 come from; says so where no pretrained model took part."""
    models = [e for e in report.duel.entries if e.trained_from and not e.is_hybrid]
    fresh = [e.label for e in models if e.trained_from == "nothing"]
    others = [f"{e.label}: {e.trained_from}" for e in models if e.trained_from != "nothing"]
    from_nothing = f"trained here from nothing ({quantities.listed(fresh)})"
    if not others:
        return f"A pretrained model was not tried: level 5 was {from_nothing}." if fresh else None
    sentences = [f"Level 5 was {from_nothing}."] if fresh else []
    return " ".join([*sentences, *(f"{other}." for other in others)])


def failed(report: DuelReport) -> tuple[str, ...]:
    """One sentence for each contestant that did not come through, or not whole."""
    sentences = []
    for m in report.measurements:
        because = m.reason or "no reason was recorded"
        if m.status == NOT_RUN:
            sentences.append(f"{m.entry.label} is not measured in full: {because}.")
        elif m.status != "ok":
            sentences.append(f"{m.entry.label} did not come through ({m.status}): {because}.")
    return tuple(sentence.replace("..", ".") for sentence in sentences)


def remarks(report: DuelReport) -> tuple[str, ...]:
    """What the measurements show about themselves: noise, stalls, what was cut short."""
    found = [sentence for m in report.measurements for sentence in _remarks_on(m)]
    if any(m.entry.is_hybrid for m in report.measurements):
        found.append("Level \u2264 n: a hybrid whose highest part is of level n.")
    found += _failed_answers(report)
    return (*found, *_placements(report), *_noise(report), *report.notes)


def _failed_answers(report: DuelReport) -> list[str]:
    """How many answers failed on the split that decides, with the reason of one."""
    reasons = {
        example.label: example.reason
        for example in reversed(report.failures)
        if example.failure == "failed" and example.split == report.split and example.reason
    }
    found = []
    for m in report.measurements:
        score, reason = report.score(m), reasons.get(m.entry.label)
        if score is not None and reason is not None:
            failed = f"{score.failures.get('failed', 0):,} of {_items(score)}"
            again = " --fresh asks again." if m.entry.answered_by == "server" else ""
            because = shorten(reason.rstrip("."), _SHOWN_REASON)
            found.append(f"{m.entry.label} failed to answer {failed}: {because}.{again}")
    return found


def _placements(report: DuelReport) -> list[str]:
    """Who answered elsewhere than on the processor, or in another number format than float32."""
    who: dict[str, list[str]] = {}
    answered = [measurement.entry for measurement in report.measurements if measurement.splits]
    for entry in answered:
        if (entry.device, entry.dtype) != (USUAL.device, USUAL.dtype):
            who.setdefault(f"on {entry.device} in {entry.dtype}", []).append(entry.label)
    found = [f"Answered {how}: {quantities.listed(labels)}." for how, labels in who.items()]
    is_everyone = sum(map(len, who.values())) == len(answered)
    rest = [] if is_everyone else [f"All others: on {USUAL.device} in {USUAL.dtype}."]
    return [*found, *rest] if found else []


def _remarks_on(m: Measurement) -> list[str]:
    label, found = m.entry.label, []
    for meter, why in m.missing.items():
        if meter.startswith(CUT_SHORT):
            found.append(f"{label}, {meter}: {why}.")
    if m.n_stalls:
        found.append(
            f"{label}: {_number(m.n_stalls, 'timed call')} stalled (over 3 times the median of "
            "the round and over 10 ms)."
        )
    if m.n_batch_changes:
        found.append(
            f"{label}: {_number(m.n_batch_changes, 'answer')} changed with the batch size."
        )
    if m.is_deterministic is False:
        found.append(f"{label}: did not give the same answers in every round.")
    return found


def _noise(report: DuelReport) -> list[str]:
    """How far apart the rounds are, for the contestant where they are farthest."""
    spreads = [
        ((time.high - time.low) / time.value, m.entry.label, time)
        for m in report.measurements
        if (time := m.latency_p50_s) and time.low is not None and time.high is not None
    ]
    if not spreads:
        return []
    _, label, time = max(spreads, key=lambda one: one[0])
    low, high = quantities.duration(time.low), quantities.duration(time.high)
    sentence = (
        f"Noise: the median time of one answer is least certain for {label}, {low} to {high} over "
        f"{_number(time.n_rounds, 'round')}."
    )
    return [sentence]


def formulas(report: DuelReport) -> tuple[str, ...]:
    """How arithmetic operations were counted: one sentence for each formula."""
    by_formula: dict[str, list[str]] = {}
    for m in report.measurements:
        if m.operations_formula:
            by_formula.setdefault(m.operations_formula.rstrip("."), []).append(m.entry.label)
    return tuple(
        f"Operations of {quantities.listed(labels)}: {formula}."
        for formula, labels in by_formula.items()
    )


def skipped(report: DuelReport) -> str | None:
    """How many rows of the user's file were left out, and how many of them as the user wanted."""
    rows = report.duel.task.skipped_rows
    if not rows:
        return None
    left_out = f"{_number(len(rows), 'row')} of the file left out"
    n_marked = report.duel.task.options.get("rows_left_out", 0)
    if not n_marked:
        return f"{left_out}."
    which = "all" if n_marked == len(rows) else f"{n_marked:,}"
    return f"{left_out}, {which} of them because they are marked so."


def crossings(report: DuelReport) -> tuple[str, ...]:
    """Volumes at which the order of costs changes."""
    return tuple(
        f"Beyond about {quantities.significant(crossing.n_answers)} answers {crossing.beyond} is "
        f"cheaper than {crossing.below}."
        for crossing in report.crossings
    )


def effort(report: DuelReport) -> str | None:
    """What the costs assume."""
    given = report.duel.effort
    if given is None:
        return None
    hours = ", ".join(f"{who} {hours:g} h" for who, hours in given.build_hours.items())
    work = _price(given.hour_price, "an hour of work", "building costs nothing")
    machine = _price(
        given.machine_hour_price, "an hour of this machine", "training and answering cost nothing"
    )
    return (
        f"Assumed: building {hours or 'not given'}; {work}; {machine}; "
        f"{quantities.significant(given.answers_per_year)} answers a year for "
        f"{given.years:g} {'year' if given.years == 1 else 'years'}."
    )


def parts_answered(report: DuelReport) -> tuple[str, ...]:
    """How often each part of a hybrid answered on the split that decides, one sentence each."""
    found = []
    for m in report.measurements:
        score = report.score(m)
        if score is not None and score.by_stage:
            parts = [f"{part} {n:,}" for part, n in score.by_stage.items()]
            counted = quantities.listed(parts)
            found.append(f"{m.entry.label}, parts that answered: {counted} of {_items(score)}.")
    return tuple(found)


def ends_of_texts(report: DuelReport) -> tuple[str, ...]:
    """What ended the texts of each model on the split that decides, one sentence each."""
    found = []
    for m in report.measurements:
        score = report.score(m)
        if score is not None and score.stopped_by:
            causes = [f"{cause.replace('_', ' ')} {n:,}" for cause, n in score.stopped_by.items()]
            counted = quantities.listed(causes)
            found.append(f"{m.entry.label}, what ended its texts: {counted} of {_items(score)}.")
    return tuple(found)


def _items(score: SplitScore) -> str:
    return _number(score.coverage.n, "item")


def _price(value: float, of: str, what: str) -> str:
    if value > 0:
        return f"{quantities.money(value)} {of}"
    return f"no price for {of}, so {what}"


def _wanted(requirements: Requirements) -> list[str]:
    wanted = [
        "exactness (every answer that is given is right)"
        if requirements.accuracy >= 1
        else f"accuracy of at least {quantities.share(requirements.accuracy)} (right among the "
        "answers given)",
        "every item answered, or rightly abstained from"
        if requirements.coverage >= 1
        else f"coverage of at least {quantities.share(requirements.coverage)} (answered, or "
        "rightly abstained from, among all items)",
    ]
    if requirements.latency_s is not None:
        wanted.append(f"95% of the answers within {quantities.duration(requirements.latency_s)}")
    if requirements.memory_bytes is not None:
        wanted.append(f"at most {quantities.size(requirements.memory_bytes)} of memory")
    if requirements.cost is not None:
        wanted.append(f"a total cost of at most {quantities.money(requirements.cost)}")
    return wanted


def _number(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
