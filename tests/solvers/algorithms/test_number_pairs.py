from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.linear import Unsolvable
from spoonbench.solvers.algorithms.number_pairs import UnreadPair, solve_pair


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The sum of two numbers is 20 and their difference is 4. Find the larger number.", 12),
        ("Two numbers add up to 20, and one is 4 more than the other. What is the smaller?", 8),
        ("One number is 3 times another, and their sum is 28. What is the larger number?", 21),
        ("One number is twice another. Their difference is 5. Find the smaller number.", 5),
        ("They differ by 3 and their sum is 4. What is the larger one?", Fraction(7, 2)),
    ],
)
def test_reads_riddles_about_two_numbers(text, value):
    assert solve_pair(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann had 3 pens.",
        "What is the larger number?",
        "The sum of two numbers is #. Their difference is 4. What is the larger number?",
        "The sum of two numbers is 20 and they are odd. What is the larger number?",
        "The sum of two numbers is 20 and their difference is 4.",
        "The product of two numbers is 20. What is the larger number?",
    ],
)
def test_one_clause_that_is_not_read_leaves_the_text_unread(text):
    with pytest.raises(UnreadPair):
        solve_pair(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The sum of two numbers is 20. What is the larger number?", "open"),
        (
            "Two numbers add up to 20, their difference is 4, they differ by 6. Find the larger.",
            "contradict",
        ),
    ],
)
def test_what_has_no_single_answer_is_refused(text, why):
    with pytest.raises(Unsolvable, match=why):
        solve_pair(text)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_finds_the_numbers_that_were_added_and_compared(smaller, more):
    larger = smaller + more
    text = f"The sum of two numbers is {larger + smaller} and their difference is {more}."
    assert solve_pair(f"{text} What is the larger number?") == larger
    assert solve_pair(f"{text} What is the smaller number?") == smaller
