"""From a framework and a case to advice: what is recommended, and everything that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Advice, AdviceStep
from spoonbench.harness.advise.alternatives import flip_sentence, runners_up
from spoonbench.harness.advise.commands import firm_up
from spoonbench.harness.advise.configurations import division_of
from spoonbench.harness.advise.contradictions import find_contradictions
from spoonbench.harness.advise.decision import decide
from spoonbench.harness.advise.facts import MEASURED_INPUTS
from spoonbench.harness.advise.flips import facts_of, find_flips
from spoonbench.harness.advise.inference import PREDICTED
from spoonbench.harness.advise.lookups.assertions import find_claims
from spoonbench.harness.advise.lookups.memory import close_calls
from spoonbench.harness.advise.lookups.register import look_up
from spoonbench.harness.advise.sentences import error_words, sentence_of
from spoonbench.harness.advise.sureness import errors_of, rests_on, sureness_of
from spoonbench.harness.advise.unknown_sizes import untold
from spoonbench.harness.frameworks.showing import show_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.choices import MeasuredChoice
    from spoonbench.harness.frameworks.graph import Framework

ORDER = {"store": 0, "reference": 1, "claims": 2}


def answer(framework: Framework, case: Case) -> Advice:
    """Advice for a case.

    Args:
        framework: to walk.
        case: whose facts answer, and whose sources give the evidence.

    Raises:
        BadAnswer: a question does not allow its answer.
        StoreError: the store is damaged.
    """
    decision = decide(framework, case).whole()
    if decision.asks is not None:
        return _open(framework, case, decision)
    measured = decision.measured
    flips = find_flips(framework, case, decision)
    claims = find_claims(claims_of(framework, decision), case.sources)
    evidence = _evidence(case, decision, [one.evidence for one in claims])
    return Advice(
        topic=framework.topic,
        framework=f"{framework.framework_id} {framework.version}",
        choice=decision.choice,
        sentence=sentence_of(framework, decision),
        path=_path(decision),
        evidence=evidence,
        sureness=measured.sureness if measured else sureness_of(framework, decision),
        runners_up=(*(measured.runners_up if measured else ()), *runners_up(decision, flips)),
        flips=(
            *(measured.flips if measured else ()),
            *close_calls(case),
            *(flip_sentence(framework, one) for one in flips),
        ),
        contradictions=find_contradictions(framework, case, decision, claims),
        firm_up=firm_up(case, decision),
        settings=_settings(framework, case, decision),
    )


def _open(framework: Framework, case: Case, decision: Decision) -> Advice:
    """Advice that waits for an answer."""
    if decision.asks is None:
        raise AssertionError("only a decision that asks is open")
    question = case.questions[case.first_open(decision.asks.name)]
    why = [untold(case)] if decision.asks.name in PREDICTED and untold(case) else []
    return Advice(
        topic=framework.topic,
        framework=f"{framework.framework_id} {framework.version}",
        choice=None,
        sentence=" ".join([*why, f"This is not known yet: {question.text}"]),
        path=_path(decision),
        settings=_settings(framework, case, decision),
        asks=question.name,
    )


def _path(decision: Decision) -> tuple[AdviceStep, ...]:
    steps = []
    for step in decision.walk.steps:
        fact = decision.facts[step.question.name]
        steps.append(
            AdviceStep(
                question=step.question.text,
                name=step.question.name,
                answer=step.answer,
                shown=show_value(step.question, step.answer),
                origin=fact.origin,
                why=fact.why,
            )
        )
    return (*steps, *(_measured_steps(decision.measured) if decision.measured else ()))


def _measured_steps(measured: MeasuredChoice) -> tuple[AdviceStep, ...]:
    """Its own; else the one step from the alternatives themselves to the choice."""
    if measured.steps:
        return measured.steps
    choice = measured.choice or "none"
    step = AdviceStep(
        question="What do measurements of the alternatives themselves say?",
        name="measured",
        answer=choice,
        shown=choice,
        origin="measured" if measured.sureness != "predicted" else "inferred",
        why="they go before rules of thumb",
    )
    return (step,)


def _evidence(case: Case, decision: Decision, claims: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What decided first, then by source; each once."""
    steps, verdict = decision.walk.steps, decision.walk.verdict
    names = [name for step in steps for name in step.node.evidence]
    names += verdict.evidence if verdict else ()
    decided = [decision.figures[name] for name in _used(decision) if name in decision.figures]
    found = [one for name in dict.fromkeys(names) for one in look_up(name, case)]
    measured_first = decision.measured.evidence if decision.measured else ()
    rest = sorted([*found, *decision.beside, *claims], key=lambda one: ORDER[one.source])
    return _once([*measured_first, *decided, *rest])


def _once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    seen: dict[tuple[str, str], Evidence] = {}
    for one in evidence:
        seen.setdefault((one.source, one.what), one)
    return tuple(seen.values())


def _used(decision: Decision) -> list[str]:
    """Thresholds that conditions on the path name."""
    names: list[str] = []
    for step in decision.walk.steps:
        for edge in step.node.edges:
            at = edge.condition
            names += [
                one for one in (at.least, at.above, at.most, at.below) if isinstance(one, str)
            ]
    return list(dict.fromkeys(names))


def claims_of(framework: Framework, decision: Decision) -> tuple[str, ...]:
    """Ids of claims that the path and its verdict rest on."""
    verdict = decision.walk.verdict
    ids = list(verdict.claims) if verdict else []
    ids += [one for step in decision.walk.steps for one in step.node.claims]
    ids += [one for name in _used(decision) for one in framework.thresholds[name].claims]
    return tuple(dict.fromkeys(ids))


def _settings(framework: Framework, case: Case, decision: Decision) -> dict[str, object]:
    """Words of the verdict for programs, and what was said but is not asked on this path."""
    verdict = decision.walk.verdict
    settings: dict[str, object] = dict(verdict.settings) if verdict else {}
    settings |= division_of(case, decision.choice)
    measured = decision.measured
    settings["rests_on"] = (
        {"choice": measured.sureness} if measured else rests_on(framework, decision)
    )
    settings["errors"] = _measured_errors(measured) if measured else errors_of(case, decision)
    settings["not_asked"] = not_asked(case, decision)
    return settings


def _measured_errors(measured: MeasuredChoice) -> dict[str, str]:
    """Of the prediction that a choice by measurement rests on, if it does."""
    errors = [one.error for one in measured.evidence if one.error is not None]
    is_told = measured.sureness == "predicted" and errors
    return {"choice": error_words(max(errors))} if is_told else {}


def not_asked(case: Case, decision: Decision) -> tuple[str, ...]:
    """Facts that were given and that nothing on the path asked for, or inferred from."""
    seen = MEASURED_INPUTS.get(case.topic, ()) if decision.measured else ()
    asked = {*facts_of(decision, case), *seen}
    return tuple(
        name for name, fact in case.given.items() if name not in asked and fact.is_of_this_question
    )
