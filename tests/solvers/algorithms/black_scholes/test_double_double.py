"""Pairs of doubles carry 31 digits through every operation."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.black_scholes.double_double import (
    Pair,
    exponential,
    log_ratio,
    pair,
    product,
    square_root,
    total,
)
from spoonbench.solvers.algorithms.black_scholes.tails import FURTHEST, scaled_tail

numbers = st.floats(1e-100, 1e100) | st.floats(-1e100, -1e-100)
small_parts = st.floats(-1e-17, 1e-17)


def value(found, index=0):
    return mpmath.mpf(float(found.hi[index])) + mpmath.mpf(float(found.lo[index]))


def made(high, share):
    return pair(np.array([high])) + np.array([high * share])


def error(found, exact):
    return abs(value(found) - exact) / abs(exact) if exact else abs(value(found))


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(60):
        yield


@given(numbers, small_parts, numbers, small_parts)
def test_operations_are_exact_to_31_digits(left, left_part, right, right_part):
    a, b = made(left, left_part), made(right, right_part)
    x, y = value(a), value(b)
    assert error(a * b, x * y) < 1e-31
    assert error(a / b, x / y) < 1e-31
    assert error(a * right, x * mpmath.mpf(right)) < 1e-31
    assert abs(value(a + b) - (x + y)) <= 1e-31 * (abs(x) + abs(y))
    assert abs(value(a - right) - (x - mpmath.mpf(right))) <= 1e-31 * (abs(x) + abs(right))


@given(numbers, numbers)
def test_sums_and_products_of_doubles_are_exact(left, right):
    assert value(product([left], [right])) == mpmath.mpf(left) * mpmath.mpf(right)
    assert value(total([left], [right])) == mpmath.mpf(left) + mpmath.mpf(right)


@given(st.floats(1e-200, 1e200))
def test_square_roots(number):
    assert error(square_root(np.array([number])), mpmath.sqrt(mpmath.mpf(number))) < 1e-31


def test_the_root_of_nothing_is_nothing():
    assert value(square_root(np.zeros(1))) == 0


@given(st.floats(-1000, 1000), small_parts)
def test_exponentials_are_exact_far_beyond_a_doubles_range(number, part):
    given_pair = made(number or 1.0, part)
    mantissa, exponent = exponential(given_pair)
    assert 0.5 < mantissa.hi[0] < 2
    found = value(mantissa) * mpmath.mpf(2) ** int(exponent[0])
    assert abs(found / mpmath.exp(value(given_pair)) - 1) < 1e-28


@given(st.floats(1e-150, 1e150), st.floats(1e-150, 1e150))
def test_logarithms_of_ratios(left, right):
    exact = mpmath.log(mpmath.mpf(left) / mpmath.mpf(right))
    assert error(log_ratio(np.array([left]), np.array([right])), exact) < 1e-30


@given(st.floats(1e-100, 1e100), st.floats(-1e-3, 1e-3))
def test_logarithms_of_ratios_near_one_keep_their_digits(number, share):
    near = number * (1 + share)
    exact = mpmath.log(mpmath.mpf(near) / mpmath.mpf(number))
    assert error(log_ratio(np.array([near]), np.array([number])), exact) < 1e-30


@given(st.floats(0, FURTHEST))
def test_the_scaled_tail_of_the_normal_distribution(z):
    exact = mpmath.exp(mpmath.mpf(z) ** 2) * mpmath.erfc(mpmath.mpf(z))
    assert error(scaled_tail(pair(np.array([z]))), exact) < 1e-30


def test_a_choice_between_pairs_is_made_by_row():
    ones, twos = pair(np.ones(2)), pair(np.full(2, 2.0))
    assert ones.where(np.array([True, False]), twos).hi.tolist() == [1.0, 2.0]


def test_scaling_by_powers_of_two_is_exact():
    found = Pair(np.array([1.5]), np.array([2.0**-60])).scaled(np.array([-300]))
    assert value(found) == (mpmath.mpf(1.5) + mpmath.mpf(2) ** -60) * mpmath.mpf(2) ** -300
