"""Trees are worth what their tokens say, and every fault takes that worth away."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.numbers import read_number
from spoonbench.harness.tasks.expressions import families
from spoonbench.harness.tasks.expressions.faults import FAULTS
from spoonbench.harness.tasks.expressions.trees import (
    Group,
    Number,
    Operation,
    Ratio,
    Signed,
)
from spoonbench.harness.tasks.expressions.writing import (
    Notation,
    draw_notation,
    exact_text,
    text_key,
    with_separators,
    write,
)
from spoonbench.solvers.numerals import write_number

FAMILIES = {name: draw for name, draw in vars(families).items() if name.startswith("draw_")}


def numbers():
    whole = st.integers(0, 99).map(lambda value: Number(text=str(value)))
    ratio = st.builds(lambda a, b: Ratio(top=a, bottom=b), st.integers(0, 9), st.integers(1, 9))
    return st.one_of(whole, ratio, st.just(Number(text="2.50")))


def combine(inner):
    return st.one_of(
        st.builds(
            lambda operator, left, right: Operation(operator=operator, left=left, right=right),
            st.sampled_from("+-*/"),
            inner,
            inner,
        ),
        st.builds(
            lambda base, exponent: Operation(
                operator="^", left=base, right=Number(text=str(exponent))
            ),
            inner,
            st.integers(1, 3),
        ),
        st.builds(
            lambda sign, operand: Signed(sign=sign, operand=operand),
            st.sampled_from(["negative", "positive"]),
            inner,
        ),
        st.builds(lambda tree: Group(inner=tree), inner),
    )


TREES = st.recursive(numbers(), combine, max_leaves=8)
NOTATIONS = st.integers().map(lambda seed: draw_notation(random.Random(seed)))


def value_of(tree):
    try:
        return tree.value()
    except ZeroDivisionError:
        return None


@given(tree=TREES, notation=NOTATIONS)
@settings(max_examples=300, deadline=None)
def test_a_tree_is_read_as_what_it_is_worth(python_value, tree, notation):
    assert python_value(write(tree.tokens(), notation)) == value_of(tree)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_family_draws_what_has_a_value(python_value, name):
    rng = random.Random(name)
    for _ in range(300):
        tree = FAMILIES[name](rng, 100)
        assert python_value(write(tree.tokens(), Notation())) == tree.value()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_fault_leaves_a_reading(python_value, fault):
    rng = random.Random(fault.__name__)
    spoiled = 0
    for _ in range(60):
        for draw in FAMILIES.values():
            tokens = fault(rng, draw(rng, 100))
            if tokens is not None:
                spoiled += 1
                text = write(tokens, draw_notation(rng))
                assert python_value(text) is None, text
    assert spoiled >= 50


@given(st.fractions())
def test_numbers_are_written_the_one_way_that_contestants_use(value):
    assert exact_text(value) == write_number(value)
    assert read_number(exact_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(8), "8"), (Fraction(-1, 8), "-0.125"), (Fraction(2, 3), "2/3"), (Fraction(), "0")],
)
def test_decimals_are_written_where_they_end(value, text):
    assert exact_text(value) == text


def test_a_sign_is_kept_apart_from_the_operator_before_it():
    tree = Operation(
        operator="-",
        left=Number(text="1000"),
        right=Signed(sign="negative", operand=Number(text="4")),
    )
    assert write(tree.tokens(), Notation(spacing="none")) == "1000- -4"
    plain = Notation(is_typographic=True, has_separators=True, frame="What is {}?")
    assert write(tree.tokens(), plain) == "What is 1,000 \u2212 \u22124?"


def test_separators_stand_between_thousands():
    assert [with_separators(text) for text in ("999", "1000", "1234567.8900")] == [
        "999",
        "1,000",
        "1,234,567.8900",
    ]


def test_the_same_expression_has_the_same_key_however_it_is_set():
    tokens = ["1500", "*", "15", "%"]
    one = write(tokens, Notation(frame="What is {}?", has_separators=True, percent=" percent"))
    other = write(tokens, Notation(frame="{} = ", is_typographic=True, spacing="two"))
    assert text_key(one) == text_key(other)
    assert text_key(one) != text_key("1500*16%")
