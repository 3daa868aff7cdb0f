"""From a sentence to a checked suggestion: language, proposal, formula, statistics, rules.

Each stage is a function that can be run, tested and replaced by itself; `suggest` runs them in
order, keeps what each received and returned, and stops at the first that cannot go on. What breaks
a hard rule is no suggestion.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import reasons, sizing
from spoonbench.solvers.hybrid.options_desk.completion import propose
from spoonbench.solvers.hybrid.options_desk.holdings import Holding
from spoonbench.solvers.hybrid.options_desk.language.confirmation import confirm
from spoonbench.solvers.hybrid.options_desk.outcomes.estimates import risk_score, win_probability
from spoonbench.solvers.hybrid.options_desk.outcomes.features import Opening, features_of
from spoonbench.solvers.hybrid.options_desk.plain_values import plain
from spoonbench.solvers.hybrid.options_desk.proposals import Incomplete
from spoonbench.solvers.hybrid.options_desk.rules import Terms, check
from spoonbench.solvers.hybrid.options_desk.rules.evaluation import BUDGET
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES
from spoonbench.solvers.hybrid.options_desk.suggestions import (
    StageTrace,
    Statistics,
    Suggestion,
)
from spoonbench.solvers.hybrid.options_desk.valuation import value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.language.reading import Reading
    from spoonbench.solvers.hybrid.options_desk.outcomes.model import OutcomeModel
    from spoonbench.solvers.hybrid.options_desk.proposals import Proposal
    from spoonbench.solvers.hybrid.options_desk.requests import Request
    from spoonbench.solvers.hybrid.options_desk.rules import Report, RuleSet
    from spoonbench.solvers.hybrid.options_desk.valuation import Valuation


_SAYING = ("underlying", "strategy", "view", "legs", "spot", "volatility", "expiry", "budget")
"""Of a request: what makes it worth saying again."""
_JOINED = "What is held already and proposed count together, at the price of what is held."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the desk knows beside the text.

    Attributes:
        today: the day of all prices.
        rules: see `rules.load_rules`.
        held: what the account holds already.
        account: its value in dollars; a text that says another is refused.
        step: distance of neighbouring strikes; None: what is common.
        model: of outcomes; None: the closed form.
        closes: of the underlying, by day, up to today; for models that look at the past.
    """

    today: date
    rules: RuleSet
    held: tuple[Holding, ...] = ()
    account: Decimal | None = None
    step: Decimal | None = None
    model: OutcomeModel | None = None
    closes: Sequence[tuple[date, float]] | None = None


def read(text: str, desk: Desk) -> Reading:
    """The language stage: by the grammar alone."""
    # lark takes some time to import.
    from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import read_request

    return read_request(text, today=desk.today)


def complete(request: Request, desk: Desk) -> Proposal:
    """The proposal stage."""
    return propose(request, today=desk.today, step=desk.step)


def estimate(proposal: Proposal, desk: Desk) -> Statistics:
    """The statistics stage."""
    market = proposal.market
    opening = Opening(
        strategy=proposal.strategy or "legs",
        legs=sizing.payoff_legs(proposal.legs, market),
        spot=float(market.spot),
        forward=market.forward,
        volatility=market.volatility,
        days=float(market.days),
    )
    features = features_of(opening, desk.closes)
    return Statistics(
        win=win_probability(features, desk.model), risk=risk_score(features, desk.model)
    )


def judge(proposal: Proposal, desk: Desk) -> Report:
    """The rules stage: what is held already and the proposal together, its budget by itself."""
    request = proposal.request
    terms = Terms(
        today=desk.today,
        account=request.account or desk.account,
        # Stated as assumptions of the proposal, where they were not given.
        rate=request.rate or Decimal(0),
        dividend_yield=request.dividend_yield or Decimal(0),
        budget=request.budget,
    )
    proposed = holdings_of(proposal)
    if not desk.held:
        return check(proposed, desk.rules, terms)
    together, is_joined = joined(desk.held, proposed)
    report = check(together, desk.rules, replace(terms, budget=None))
    alone = check(proposed, replace(desk.rules, rules=()), terms)
    findings = [*report.findings, *(f for f in alone.findings if f.rule_id == BUDGET)]
    findings.sort(key=lambda each: STAGES.index(each.stage))
    remarks = (_JOINED,) if is_joined else ()
    return replace(report, findings=tuple(findings), assumptions=(*report.assumptions, *remarks))


def joined(
    held: Sequence[Holding], proposed: Sequence[Holding]
) -> tuple[tuple[Holding, ...], bool]:
    """What is held once a proposal is traded, and whether any of it was held before.

    Contracts of one kind count together, at the price of what is held, which is a quote; what is
    closed by the trade is gone.
    """
    found = {_contract(each): each for each in held}
    if len(found) < len(held):
        # Rows that stand twice are for the rules to refuse.
        return (*held, *proposed), False
    is_joined = False
    for each in proposed:
        before = found.get(_contract(each))
        if before is None:
            found[_contract(each)] = each
        else:
            is_joined = True
            found[_contract(each)] = replace(before, quantity=before.quantity + each.quantity)
    return tuple(each for each in found.values() if each.quantity), is_joined


def _contract(holding: Holding) -> tuple[Any, ...]:
    return (holding.underlying, holding.kind, holding.strike, holding.expiry, holding.size)


def holdings_of(proposal: Proposal) -> tuple[Holding, ...]:
    """A proposal as what a portfolio would hold; prices to the hundredth of a cent."""
    market = proposal.market
    return tuple(
        Holding(
            underlying=market.underlying,
            kind=leg.kind,
            quantity=leg.quantity,
            price=sizing.decimal_price(leg, market),
            underlying_price=market.spot,
            strike=leg.strike,
            expiry=None if leg.strike is None else market.expiry,
            size=leg.size,
        )
        for leg in proposal.legs
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages, each to be replaced alone.

    Attributes:
        language: from a text to a reading.
        proposal: from a request to a proposal.
        formula: from a proposal to its valuation.
        statistics: from a proposal to its estimates.
        rules: from a proposal to a report.
    """

    language: Callable[[str, Desk], Reading] = read
    proposal: Callable[[Request, Desk], Proposal] = complete
    formula: Callable[[Proposal], Valuation] = value
    statistics: Callable[[Proposal, Desk], Statistics] = estimate
    rules: Callable[[Proposal, Desk], Report] = judge


@dataclass(slots=True)
class _Run:
    """One text on its way through the stages."""

    suggestion: Suggestion
    trace: list[StageTrace] = field(default_factory=list)

    def stage(self, name: Any, received: Any, function: Callable[[], Any]) -> Any:
        """Run a stage and keep what it received and returned; what it raises stops the run."""
        began = time.perf_counter()
        returned, stopped = None, None
        try:
            returned = function()
        except BadInput as exc:
            stopped = str(exc)
            raise
        finally:
            self.trace.append(
                StageTrace(
                    stage=name,
                    received=plain(received),
                    returned=plain(returned),
                    stopped=stopped,
                    seconds=time.perf_counter() - began,
                )
            )
        return returned

    def tell(self, **changes: Any) -> Suggestion:
        self.suggestion = replace(self.suggestion, trace=tuple(self.trace), **changes)
        return self.suggestion


def suggest(text: str, desk: Desk, stages: Stages | None = None) -> Suggestion:
    """Run a text through all stages, as far as it gets."""
    use = stages or Stages()
    run = _Run(Suggestion(text=text, outcome="not understood"))
    try:
        return _run(run, desk, use)
    except Incomplete as exc:
        return run.tell(outcome="asked", sentences=exc.questions)
    except BadInput as exc:
        understood = run.suggestion.request is not None
        outcome = "impossible" if understood else "not understood"
        return run.tell(outcome=outcome, sentences=(str(exc),))


def _run(run: _Run, desk: Desk, use: Stages) -> Suggestion:
    text = run.suggestion.text
    reading: Reading = run.stage("language", text, lambda: use.language(text, desk))
    request = reading.request
    if request is None:
        outcome = "not understood" if reading.unread or reading.problems else "asked"
        return run.tell(outcome=outcome, sentences=reading.sentences)
    if any(getattr(request, name) for name in _SAYING):
        run.tell(confirmation=confirm(request, today=desk.today))
    run.tell(request=request)
    if reading.missing:
        return run.tell(outcome="asked", sentences=reading.sentences)
    if None not in (request.account, desk.account) and request.account != desk.account:
        raise BadInput(
            f"the text says an account of ${request.account:,f}, and beside it ${desk.account:,f} "
            "was given; which is it?"
        )
    proposal = run.stage("proposal", request, lambda: use.proposal(request, desk))
    run.tell(proposal=proposal)
    valuation = run.stage("formula", proposal, lambda: use.formula(proposal))
    run.tell(valuation=valuation)
    statistics = run.stage("statistics", proposal, lambda: use.statistics(proposal, desk))
    run.tell(statistics=statistics)
    report = run.stage("rules", proposal, lambda: use.rules(proposal, desk))
    run.tell(report=report, reasons=reasons.of_stages(proposal, valuation, statistics, report))
    if not report.is_allowed:
        forbidding = [each for each in report.findings if each.forbids]
        sentences = tuple(
            f"{each.sentence} (Rule {each.rule_id}, {each.severity}; source: {each.source}.)"
            for each in forbidding
        )
        is_broken = any(each.status == "broken" for each in forbidding)
        if not is_broken and request.account is None and desk.account is None:
            return run.tell(
                outcome="asked", sentences=("How much is the account worth?", *sentences)
            )
        return run.tell(outcome="forbidden", sentences=sentences)
    return run.tell(outcome="suggested")
