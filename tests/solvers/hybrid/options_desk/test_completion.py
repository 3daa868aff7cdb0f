"""What a request leaves open is asked for or assumed and said; what was said is kept."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.black_scholes import greeks
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import sizing
from spoonbench.solvers.hybrid.options_desk.completion import propose
from spoonbench.solvers.hybrid.options_desk.proposals import Incomplete
from spoonbench.solvers.hybrid.options_desk.requests import StatedLeg
from spoonbench.solvers.hybrid.options_desk.strategies import OF_VIEWS, STRATEGIES
from tests.solvers.hybrid.options_desk.requested import TODAY, request


def proposed(step=None, **changes):
    return propose(request(**changes), today=TODAY, step=step)


def strikes(proposal):
    return {leg.role: leg.strike for leg in proposal.legs if leg.strike is not None}


def delta_of(proposal, role):
    (leg,) = (leg for leg in proposal.legs if leg.role == role)
    market = proposal.market
    found = greeks(
        option=leg.kind,
        strike=float(leg.strike),
        **market.inputs,
    )
    return abs(float(found.delta))


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_gets_rising_strikes_and_says_what_it_assumed(name):
    proposal = proposed(strategy=name)
    template = STRATEGIES[name]
    by_rank = {
        slot.rank: leg.strike
        for slot, leg in zip(template.slots, proposal.legs, strict=True)
        if slot.rank is not None
    }
    ordered = [by_rank[rank] for rank in sorted(by_rank)]
    assert all(low < high for low, high in pairwise(ordered))
    assert [leg.quantity for leg in proposal.legs] == [
        slot.quantity * (100 if slot.kind == "share" else 1) for slot in template.slots
    ]
    text = " ".join(proposal.assumptions)
    for word in ("rate is zero", "dividend yield is zero", "same volatility", "One unit"):
        assert word in text
    roles = {leg.role for leg in proposal.legs if leg.strike is not None}
    wings = {slot.role for slot in template.slots if slot.rank in template.wings}
    # Legs that share a strike are told once.
    assert any(f"The {role} stands" in text for role in roles - wings)
    assert ("Wings are" in text) == bool(wings)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("underlying", "underlying"), ("spot", "spot"), ("volatility", "volatility"),
        ("expiry", "expire"), ("strategy", "strategy"),
    ],
)  # fmt: skip
def test_what_no_rule_can_fill_is_asked_for(name, word):
    with pytest.raises(Incomplete, match=word) as caught:
        proposed(**{name: None})
    assert len(caught.value.questions) == 1


def test_everything_that_is_missing_is_asked_at_once():
    with pytest.raises(Incomplete) as caught:
        proposed(underlying=None, spot=None, volatility=None, expiry=None, strategy=None)
    assert len(caught.value.questions) == 5


@pytest.mark.parametrize("view", OF_VIEWS)
def test_a_view_alone_gets_a_strategy_of_limited_loss(view):
    proposal = proposed(strategy=None, view=view)
    assert proposal.strategy == OF_VIEWS[view]
    assert STRATEGIES[proposal.strategy].view == view
    assert any("view alone" in sentence for sentence in proposal.assumptions)
    assert sizing.most_lost(proposal.legs, proposal.market) is not None


def test_a_condors_shorts_stand_at_16_and_its_wings_fill_the_budget():
    proposal = proposed(budget=Decimal(5000))
    found = strikes(proposal)
    for role in ("short put", "short call"):
        assert delta_of(proposal, role) == pytest.approx(0.16, abs=0.005)
    width = found["long call"] - found["short call"]
    assert found["short put"] - found["long put"] == width
    assert sizing.most_lost(proposal.legs, proposal.market) <= 5000
    wider = proposed(
        strikes={"short put": found["short put"], "short call": found["short call"]},
        widths={"wings": width + 5},
        quantity=1,
    )
    assert sizing.most_lost(wider.legs, wider.market) > 5000


def test_the_quantity_asked_for_shares_the_budget():
    proposal = proposed(budget=Decimal(20_000), quantity=4)
    assert proposal.quantity == 4
    lost = sizing.most_lost(proposal.legs, proposal.market)
    assert 15_000 < lost <= 20_000


def test_given_strikes_are_bought_as_often_as_the_budget_holds():
    said = {"long put": 5700, "short put": 5750, "short call": 6050, "long call": 6100}
    proposal = proposed(
        strikes={role: Decimal(strike) for role, strike in said.items()}, budget=Decimal(20_000)
    )
    lost = sizing.most_lost(proposal.legs, proposal.market)
    one = lost / proposal.quantity
    assert lost <= 20_000 < lost + one
    assert strikes(proposal) == said
    assert any(f"{proposal.quantity} units" in each for each in proposal.assumptions)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strategy": "short put", "budget": Decimal(100)}, "more than the budget"),
        ({"budget": Decimal(100)}, "even with wings of 5"),
        ({"strategy": "long hat"}, "no strategy 'long hat'"),
        ({"strikes": {"middle call": Decimal(5900)}}, "has no middle call"),
        ({"strikes": {"short put": Decimal(6200)}}, "6200 is not below"),
        ({"strategy": "short straddle",
          "strikes": {"put": Decimal(5900), "call": Decimal(5910)}}, "share a strike"),
        ({"expiry": date(2026, 11, 22)}, "not after"),
        ({"expiry": date(2020, 1, 17)}, "not after"),
        ({"volatility": Decimal(0)}, "above zero"),
        ({"spot": Decimal(-1)}, "above zero"),
        ({"widths": {"wings": Decimal(6000)}}, "would have its strike at"),
        ({"volatility": Decimal("0.002"), "expiry": date(2026, 11, 23)}, "lie 5 apart"),
        ({"deltas": {"short put": Decimal("0.999999")}, "dividend_yield": Decimal("0.9"),
          "expiry": date(2028, 11, 22)}, "no put has a delta"),
        ({"step": Decimal(0)}, "distance of strikes"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused_in_a_sentence(changes, message):
    with pytest.raises(BadInput, match=message):
        proposed(**changes)


def test_a_step_that_is_given_is_no_assumption():
    told = proposed(step=Decimal(25))
    assert all(strike % 25 == 0 for strike in strikes(told).values())
    assert not any("listed every" in each for each in told.assumptions)
    assert any("listed every 5" in each for each in proposed().assumptions)


def test_a_wing_and_a_width_place_what_is_between():
    proposal = proposed(
        strategy="bull put spread",
        strikes={"long put": Decimal(5700)},
        widths={"wings": Decimal(50)},
    )
    assert strikes(proposal) == {"long put": 5700, "short put": 5750}


def test_one_wing_given_makes_the_other_as_wide():
    proposal = proposed(widths={"long put": Decimal(75)})
    found = strikes(proposal)
    assert found["short put"] - found["long put"] == 75
    assert found["long call"] - found["short call"] == 75


def test_legs_that_were_spelled_out_are_kept():
    legs = (
        StatedLeg(kind="put", quantity=-2, strike=Decimal(5700), price=Decimal("12.5")),
        StatedLeg(kind="put", quantity=2, delta=Decimal("0.05")),
    )
    proposal = proposed(strategy=None, legs=legs, quantity=3)
    assert [leg.quantity for leg in proposal.legs] == [-6, 6]
    assert proposal.legs[0].price == Decimal("12.5")
    assert delta_of(proposal, "leg 2") == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize(
    ("leg", "message"),
    [
        (StatedLeg(kind="put", quantity=1, strike=Decimal(1), expiry=date(2027, 1, 15)), "covered"),
        (StatedLeg(kind="call", quantity=1), "neither a strike nor a delta"),
    ],
)
def test_legs_that_cannot_be_are_refused(leg, message):
    with pytest.raises(BadInput, match=message):
        proposed(strategy=None, legs=(leg,))


@given(
    spot=st.decimals(1, 20_000, places=2),
    volatility=st.decimals("0.02", 3, places=2),
    days=st.integers(1, 900),
    name=st.sampled_from(sorted(STRATEGIES)),
    budget=st.none() | st.decimals(1, 10**6, places=0),
)
@settings(max_examples=60, deadline=None)
def test_any_market_gives_a_proposal_within_its_budget_or_a_sentence(
    spot, volatility, days, name, budget
):
    expiry = date.fromordinal(TODAY.toordinal() + days)
    try:
        proposal = proposed(
            spot=spot, volatility=volatility, expiry=expiry, strategy=name, budget=budget
        )
    except BadInput:
        return
    lost = sizing.most_lost(proposal.legs, proposal.market)
    if budget is not None and lost is not None:
        assert lost <= budget
    assert all(leg.strike is None or leg.strike > 0 for leg in proposal.legs)
