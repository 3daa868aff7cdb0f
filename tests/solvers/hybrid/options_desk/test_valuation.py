"""A position's figures are those of its legs, and its pay-off's are exact."""

from decimal import Decimal

import numpy as np
import pytest

from spoonbench.solvers.hybrid.options_desk import diagram
from spoonbench.solvers.hybrid.options_desk.completion import propose
from spoonbench.solvers.hybrid.options_desk.requests import StatedLeg
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES
from spoonbench.solvers.hybrid.options_desk.valuation import GREEKS, value
from tests.solvers.hybrid.options_desk.requested import TODAY, request


def proposed(**changes):
    return propose(request(**changes), today=TODAY)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_position_sums_its_legs(name):
    proposal = proposed(strategy=name, rate=Decimal("0.03"))
    found = value(proposal)
    weights = [leg.quantity * leg.size for leg in proposal.legs]
    for greek in GREEKS:
        total = sum(w * leg.greeks[greek] for w, leg in zip(weights, found.legs, strict=True))
        assert found.greeks[greek] == pytest.approx(total)
    # Bought at fair value: the cost is the value.
    assert found.cost == pytest.approx(found.fair_value)
    assert 0 < found.probability_of_profit < 1


def test_the_opposite_position_has_the_opposite_figures():
    sold = value(proposed(strategy="short iron condor", strikes=CONDOR))
    legs = tuple(
        StatedLeg(
            kind="call" if "call" in role else "put",
            quantity=1 if "short" in role else -1,
            strike=strike,
        )
        for role, strike in CONDOR.items()
    )
    bought = value(proposed(strategy=None, legs=legs))
    assert bought.cost == pytest.approx(-sold.cost)
    assert bought.most_gained == pytest.approx(sold.most_lost)
    assert bought.probability_of_profit == pytest.approx(1 - sold.probability_of_profit)
    for greek in GREEKS:
        assert bought.greeks[greek] == pytest.approx(-sold.greeks[greek])


CONDOR = {
    "long put": Decimal(5600), "short put": Decimal(5675), "short call": Decimal(6150),
    "long call": Decimal(6225),
}  # fmt: skip


def test_a_condor_loses_its_width_less_what_it_brought():
    found = value(proposed(strikes=CONDOR, quantity=2))
    assert found.most_lost == pytest.approx(2 * 7500 + found.cost)
    assert found.most_gained == pytest.approx(-found.cost)
    assert found.break_evens == pytest.approx((5675 + found.cost / 200, 6150 - found.cost / 200))


def test_a_price_that_was_paid_stands_before_the_fair_one():
    leg = StatedLeg(kind="call", quantity=1, strike=Decimal(6000), price=Decimal(10))
    found = value(proposed(strategy=None, legs=(leg,)))
    assert found.cost == 1000
    assert found.legs[0].price == 10
    assert found.legs[0].fair_value != 10
    assert found.most_gained is None
    assert found.most_lost == 1000


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_diagrams_curves_are_those_of_the_position(name):
    proposal = proposed(strategy=name)
    found = value(proposal)
    curves = diagram.draw(proposal, found)
    prices, density = np.array(curves.prices), np.array(curves.density)
    assert (np.diff(prices) > 0).all()
    assert {curves.spot, *curves.strikes, *curves.break_evens} <= set(curves.prices)
    assert np.trapezoid(density, prices) == pytest.approx(1, abs=0.005)
    # By the density, the chance of a profit is the exact one.
    gains = (np.array(curves.at_expiry) > 0).astype(float)
    assert np.trapezoid(density * gains, prices) == pytest.approx(
        found.probability_of_profit, abs=0.02
    )
    # Opened at fair value, nothing is won or lost if nothing moves.
    at_spot = curves.prices.index(curves.spot)
    assert curves.today[at_spot] == pytest.approx(0, abs=1e-6)
