"""The stages in order, what each received and returned, and what stops them."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.holdings import Holding
from spoonbench.solvers.hybrid.options_desk.pipeline import Desk, Stages, holdings_of, suggest
from spoonbench.solvers.hybrid.options_desk.rules import load_rules
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES as STAGE_ORDER
from spoonbench.solvers.hybrid.options_desk.suggestion_text import write
from spoonbench.solvers.hybrid.options_desk.suggestions import NO_ADVICE
from tests.solvers.hybrid.options_desk.requested import TODAY

CONDOR = "sell an iron condor on SPX, spot 5900, VIX 14, 30 days, risk at most 2% of 250k"
STAGES = ["language", "proposal", "formula", "statistics", "rules"]


@pytest.fixture(scope="module")
def desk():
    return Desk(today=TODAY, rules=load_rules("standard"))


@pytest.fixture(scope="module")
def condor(desk):
    return suggest(CONDOR, desk)


def test_a_condor_is_suggested_with_everything_that_led_to_it(condor):
    assert condor.outcome == "suggested"
    assert [stage.stage for stage in condor.trace] == STAGES
    assert condor.proposal.strategy == "short iron condor"
    assert condor.valuation.most_lost <= 5000
    assert condor.confidence == pytest.approx(condor.valuation.probability_of_profit)
    assert {reason.split(":")[0].split(" ")[0] for reason in condor.reasons} == {
        "Language", "Formula", "Statistics", "Rules",
    }  # fmt: skip


def test_the_trace_holds_what_each_stage_received_and_returned(condor):
    told = json.loads(json.dumps(condor.to_json()))
    by_name = {stage["stage"]: stage for stage in told["trace"]}
    assert by_name["language"]["received"] == CONDOR
    request = by_name["proposal"]["received"]
    assert request["underlying"] == "SPX"
    assert Decimal(request["budget"]) == 5000
    assert by_name["formula"]["received"] == by_name["rules"]["received"]
    assert by_name["formula"]["returned"]["most_lost"] == condor.valuation.most_lost
    assert all(stage["stopped"] is None for stage in told["trace"])
    assert told["suggestion"]["confidence"] == condor.confidence
    assert told["rejected"] is None


@pytest.mark.parametrize("width", [80, 200])
def test_the_text_fits_the_terminal_and_says_what_it_is_not(condor, width):
    text = write(condor, width)
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    assert NO_ADVICE in flat
    for sentence in (*condor.proposal.assumptions, *condor.reasons):
        assert sentence in flat
    assert flat.count("SPX 261222") == 4


@pytest.mark.parametrize(
    ("text", "outcome", "last", "word"),
    [
        ("sell an iron condor on SPX, VIX 14, 30 days", "asked", "language", "price of SPX"),
        ("flumox the gribble on SPX", "not understood", "language", "flumox"),
        ("sell a put on SPX, spot 5900, vol 14%, 30 days, max loss $500", "impossible",
         "proposal", "more than the budget"),
    ],
)  # fmt: skip
def test_a_run_stops_at_the_stage_that_cannot_go_on(desk, text, outcome, last, word):
    found = suggest(text, desk)
    assert found.outcome == outcome
    assert found.trace[-1].stage == last
    assert word in " ".join(found.sentences)
    assert found.to_json()["suggestion"] is None
    assert found.valuation is None


def test_what_breaks_a_hard_rule_is_never_a_suggestion(desk):
    found = suggest("sell 50 strangles on SPX, spot 5900, vol 14%, 30 days, account $100k", desk)
    assert found.outcome == "forbidden"
    assert found.sentences
    told = found.to_json()
    assert told["suggestion"] is None
    assert told["rejected"]["rules"]["is_allowed"] is False
    text = write(found, 80)
    assert "hard rule" in text
    assert "Suggestion:" not in text
    assert "opening brings" not in text


def test_an_account_that_rules_need_is_asked_for(desk):
    text = "sell a covered call on AAPL at 190, vol 25%, 45 days"
    found = suggest(text, desk)
    assert found.outcome == "asked"
    assert found.sentences[0] == "How much is the account worth?"
    assert found.to_json()["suggestion"] is None
    assert suggest(text, replace(desk, account=Decimal(100_000))).outcome == "suggested"


def test_what_is_held_already_counts(desk):
    short = Holding(
        underlying="SPX", kind="call", quantity=-40, price=Decimal(60),
        underlying_price=Decimal(5900), strike=Decimal(6000), expiry=date(2027, 3, 19),
    )  # fmt: skip
    assert suggest(CONDOR, replace(desk, held=(short,))).outcome == "forbidden"


def test_what_is_held_of_the_same_contract_counts_together(desk):
    text = "sell a covered call on AAPL at 190, vol 25%, 18 Dec 2026, strike 200, account 100k"
    alone = suggest(text, desk)
    assert alone.outcome == "suggested"
    shares = Holding(
        underlying="AAPL", kind="share", quantity=100, price=Decimal(190),
        underlying_price=Decimal(190), size=1,
    )  # fmt: skip
    call = Holding(
        underlying="AAPL", kind="call", quantity=1, price=Decimal("2.35"),
        underlying_price=Decimal(190), strike=Decimal(200), expiry=date(2026, 12, 18),
    )  # fmt: skip
    both = suggest(text, replace(desk, held=(shares, call)))
    assert both.outcome == "suggested"
    assert any("count together" in each for each in both.report.assumptions)
    # The call that was held is closed; 200 shares are left.
    (margin,) = both.report.margins
    assert [group.legs for group in margin.groups] == [("+200 shares",)]


def test_the_budget_is_that_of_the_trade_and_not_of_what_is_held(desk):
    shares = Holding(
        underlying="AAPL", kind="share", quantity=100, price=Decimal(190),
        underlying_price=Decimal(190), size=1,
    )  # fmt: skip
    found = suggest(CONDOR, replace(desk, held=(shares,)))
    assert found.outcome == "suggested"
    (budget,) = [each for each in found.report.findings if each.rule_id == "trade-budget"]
    assert float(budget.value) == pytest.approx(found.valuation.most_lost, abs=0.1)
    stages = [each.stage for each in found.report.findings]
    assert stages == sorted(stages, key=STAGE_ORDER.index)


def test_two_accounts_are_asked_about(desk):
    found = suggest(CONDOR, replace(desk, account=Decimal(100_000)))
    assert found.outcome == "impossible"
    assert "which is it" in found.sentences[0]


@pytest.mark.parametrize("text", ["hello", "please"])
def test_nothing_is_confirmed_where_nothing_was_said(desk, text):
    found = suggest(text, desk)
    assert found.outcome in ("asked", "not understood")
    assert found.confirmation is None


def test_a_stage_can_be_replaced_alone(desk):
    def no_statistics(proposal, desk):
        raise BadInput("there are no statistics today")

    found = suggest(CONDOR, desk, Stages(statistics=no_statistics))
    assert found.outcome == "impossible"
    assert found.sentences == ("there are no statistics today",)
    assert [stage.stage for stage in found.trace] == STAGES[:4]
    assert found.trace[-1].stopped == "there are no statistics today"
    assert found.trace[-1].returned is None


def test_the_rules_see_what_was_proposed(condor):
    holdings = holdings_of(condor.proposal)
    assert [each.quantity for each in holdings] == [leg.quantity for leg in condor.proposal.legs]
    cost = sum(each.quantity * each.size * each.price for each in holdings)
    assert float(cost) == pytest.approx(condor.valuation.cost, abs=0.1)
