"""The least pairing: held against every partition of small portfolios, and against laws."""

import itertools
import random
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.hybrid.options_desk.margin import pairing, requirements
from spoonbench.solvers.hybrid.options_desk.margin.books import Book, OptionLeg
from spoonbench.solvers.hybrid.options_desk.margin.columns import columns_of
from spoonbench.solvers.hybrid.options_desk.margin.integer_program import minimise
from spoonbench.solvers.hybrid.options_desk.margin.pairing import pair_legs
from spoonbench.solvers.hybrid.options_desk.margin.requirements import Market
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying
from spoonbench.solvers.hybrid.options_desk.rules import load_rules

TODAY, NEAR, FAR = date(2026, 11, 22), date(2026, 12, 18), date(2027, 12, 17)
SPOT = Fraction(100)


def market(phase="maintenance"):
    return Market(
        spot=SPOT,
        underlying=Underlying(),
        phase=phase,
        today=TODAY,
        rates=load_rules("standard").strategy,
    )


def leg(quantity, kind, strike, price, expiry=NEAR):
    return OptionLeg(
        kind=kind,
        side="long" if quantity > 0 else "short",
        quantity=abs(quantity),
        strike=Fraction(strike),
        price=Fraction(price),
        expiry=expiry,
        size=100,
    )


def book(*legs, shares=0):
    return Book(underlying="XYZ", spot=SPOT, legs=tuple(legs), shares=shares)


def lots_alone(shares, place):
    if shares >= 0:
        return shares * requirements.long_share_requirement(SPOT, place)
    return -shares * requirements.short_share_requirement(SPOT, place)


def loss_on_a_grid(units):
    """Worst intrinsic loss, over every fifth dollar up to far beyond the strikes."""
    gains = [0] * 41
    for unit in units:
        sign = 100 if unit.side == "long" else -100
        way = 1 if unit.kind == "call" else -1
        strike = int(unit.strike)
        gains = [g + sign * max(way * (5 * i - strike), 0) for i, g in enumerate(gains)]
    return max(0, -min(gains)), gains[-1] < gains[-2]


def group_cost(units, lots, place):
    """Of units that are margined together; None where no strategy is made of them.

    Args:
        units: single contracts.
        lots: hundreds of shares, below zero where owed.
    """
    shorts = [u for u in units if u.side == "short"]
    longs = [u for u in units if u.side == "long"]
    if lots:
        return cost_with_shares(shorts, longs, lots, place)
    costs = []
    if not shorts and len(longs) == 1:
        costs.append(requirements.long_requirement(longs[0], place))
    if not longs and len(shorts) == 1:
        costs.append(requirements.naked_requirement(shorts[0], place))
        if shorts[0].kind == "put":
            costs.append(shorts[0].strike * 100)
    if not longs and sorted(u.kind for u in shorts) == ["call", "put"]:
        call, put = sorted(shorts, key=lambda u: u.kind)
        costs.append(requirements.combination_requirement(call, put, place))
    is_timely = len({u.expiry for u in shorts}) == 1 and all(
        u.expiry >= shorts[0].expiry for u in longs
    )
    if shorts and len(longs) >= len(shorts) and is_timely:
        loss, is_endless = loss_on_a_grid(units)
        if not is_endless:
            costs.append(loss + sum(u.price * 100 for u in longs))
    return min(costs, default=None)


def cost_with_shares(shorts, longs, lots, place):
    shape = (lots, *(f"{u.side} {u.kind}" for u in (*shorts, *longs)))
    is_kept = place.phase == "maintenance"
    if shape == (1, "short call"):
        return requirements.covered_call_requirement(shorts[0], place)
    if shape == (-1, "short put"):
        return requirements.covered_put_requirement(shorts[0], place)
    if shape == (1, "long put") and is_kept:
        return requirements.protective_put_requirement(longs[0], place)
    if shape == (-1, "long call") and is_kept:
        return requirements.protective_call_requirement(longs[0], place)
    if shape == (1, "short call", "long put") and is_kept:
        put, call = longs[0], shorts[0]
        if put.expiry == call.expiry and put.strike <= call.strike:
            return requirements.collar_requirement(put, call, place)
    return None


def least_of_all_partitions(held, place):
    """By going through every partition into groups."""
    legs = held.legs
    lot = 1 if held.shares > 0 else -1
    loose = lots_alone(lot * (abs(held.shares) % 100), place)

    @cache
    def cost_of(counts, lots):
        units = [
            replace(u, quantity=1) for u, n in zip(legs, counts, strict=True) for _ in range(n)
        ]
        return group_cost(units, lots, place)

    @cache
    def least(counts, lots):
        if not any(counts):
            return lots_alone(lots * 100, place)
        first = next(i for i, n in enumerate(counts) if n)
        found = []
        ranges = [range(n + 1) if i != first else range(1, n + 1) for i, n in enumerate(counts)]
        for taken in itertools.product(*ranges):
            for with_lot in (0, lot) if lots else (0,):
                cost = cost_of(taken, with_lot)
                if cost is not None:
                    rest = tuple(a - b for a, b in zip(counts, taken, strict=True))
                    found.append(cost + least(rest, lots - with_lot))
        return min(found)

    return loose + least(tuple(u.quantity for u in legs), lot * (abs(held.shares) // 100))


def draw_book(rng, most_legs=4, most=3):
    legs: dict[tuple[object, ...], OptionLeg] = {}
    for _ in range(rng.randint(1, most_legs)):
        kind, strike = rng.choice(("call", "put")), rng.choice((80, 90, 95, 100, 105, 110, 120))
        expiry = rng.choice((NEAR, NEAR, NEAR, FAR))
        quantity = rng.randint(1, most) * rng.choice((1, -1))
        inside = max(100 - strike if kind == "call" else strike - 100, 0)
        price = inside + Fraction(rng.randint(5, 400), 100)
        legs.setdefault((kind, strike, expiry), leg(quantity, kind, strike, price, expiry))
    shares = rng.choice((0, 0, 0, 100, 250, -100, -200))
    return book(*legs.values(), shares=shares)


def assert_least(count, seed, **sizes):
    rng = random.Random(seed)
    is_paired = 0
    for _ in range(count):
        held, place = draw_book(rng, **sizes), market(rng.choice(("initial", "maintenance")))
        found = pair_legs(held, place)
        assert found.requirement == least_of_all_partitions(held, place), held
        assert found.is_least
        is_paired += any(len(group.taken) > 1 or group.shares for group in found.groups)
    assert is_paired > count / 4


def test_no_partition_asks_for_less():
    assert_least(30, seed=1, most=2)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_partition_of_more_legs_asks_for_less():
    assert_least(1_000, seed=2)
    assert_least(60, seed=3, most_legs=8, most=1)
    assert_least(60, seed=4, most_legs=3, most=6)


def test_greedy_pairing_would_ask_for_more():
    """The nearest long call is needed by the other short one."""
    held = book(
        leg(-1, "call", 100, 5), leg(-1, "call", 110, 2), leg(1, "call", 105, 3),
        leg(1, "call", 115, 1),
    )  # fmt: skip
    # Each short one with the long one above it, 500 twice, or as one condor, which loses no more.
    assert pair_legs(held, market()).requirement == 1_000 + 400


def test_quantities_do_not_matter_to_the_work():
    held = book(
        leg(-9_999_999, "call", 110, 2), leg(7_654_321, "call", 115, 1),
        leg(-3_000_001, "put", 90, 2), leg(5_000_000, "put", 85, 1),
    )  # fmt: skip
    found = pair_legs(held, market())
    assert found.is_least
    naked = 9_999_999 - 7_654_321
    assert sum(g.taken[held.legs[0]] for g in found.groups if held.legs[0] in g.taken) == 9_999_999
    assert any(g.name == "naked call" and g.taken[held.legs[0]] == naked for g in found.groups)


def test_more_than_eight_legs_are_paired_as_exactly():
    calls = [leg(-1, "call", 100 + 5 * i, 2) for i in range(8)]
    calls += [leg(1, "call", Fraction(205 + 10 * i, 2), 2) for i in range(8)]
    found = pair_legs(book(*calls), market())
    assert found.is_least
    # Each short call with the long one 2.50 above it: 8 times 250, and eight long calls at 200.
    assert found.requirement <= 8 * 250 + 8 * 200


def test_an_answer_that_does_not_use_every_leg_once_is_not_taken(monkeypatch):
    held = book(leg(-1, "call", 100, 5), leg(1, "call", 110, 2))
    wrong = minimise([Fraction(1)], [({0: Fraction(1)}, 3)], [], 1)
    columns = len(list(columns_of(held, market())))
    monkeypatch.setattr(
        pairing, "minimise", lambda *_: wrong._replace(counts=wrong.counts * columns)
    )
    found = pair_legs(held, market())
    assert not found.is_least
    assert found.requirement == 500 + 2_000 + 200


def test_what_is_not_proven_is_not_called_least(monkeypatch):
    held = book(leg(-1, "call", 100, 5), leg(1, "call", 110, 2))
    monkeypatch.setattr(pairing, "minimise", lambda *given: minimise(*given)._replace(bound=None))
    found = pair_legs(held, market())
    assert found.requirement == 1_200
    assert not found.is_least


SEEDS = st.integers(0, 10**9)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_a_portfolio_never_takes_more_than_its_parts(seed):
    rng = random.Random(seed)
    held = draw_book(rng, most_legs=6, most=4)
    cut = rng.randint(0, len(held.legs))
    parts = (book(*held.legs[:cut], shares=held.shares), book(*held.legs[cut:]))
    whole = pair_legs(held, market()).requirement
    assert whole <= sum(pair_legs(part, market()).requirement for part in parts)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_another_long_option_never_makes_the_rest_dearer(seed):
    rng = random.Random(seed)
    held = draw_book(rng, most_legs=5)
    new = leg(1, rng.choice(("call", "put")), rng.choice((85, 101, 115)), 2)
    more = replace(held, legs=(*held.legs, new))
    before, after = pair_legs(held, market()), pair_legs(more, market())
    assert after.requirement <= before.requirement + new.price * 100


@settings(deadline=None, max_examples=10)
@given(SEEDS, st.integers(2, 50))
def test_many_times_a_portfolio_never_takes_more_than_as_many_times(seed, times):
    held = draw_book(random.Random(seed))
    many = replace(
        held,
        legs=tuple(replace(each, quantity=each.quantity * times) for each in held.legs),
        shares=held.shares * times,
    )
    single = pair_legs(held, market())
    found = pair_legs(many, market())
    assert found.requirement <= single.requirement * times
    assert found.is_least


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_the_order_of_legs_does_not_matter(seed):
    rng = random.Random(seed)
    held = draw_book(rng, most_legs=6)
    shuffled = replace(held, legs=tuple(rng.sample(held.legs, len(held.legs))))
    assert pair_legs(held, market()).requirement == pair_legs(shuffled, market()).requirement
