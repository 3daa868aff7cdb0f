import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.confidence import Branches, confidence, find_branches
from spoonbench.solvers.texts import Decoding

PROBABILITIES = [math.log(p) for p in (0.9, 0.8, 0.7, 0.6, 0.5)]


def test_it_is_read_at_the_first_token_after_the_shared_opening():
    branches = find_branches([(7, 8, 1, 9), (7, 8, 2, 9)], [])
    assert branches == Branches(opening=(7, 8))
    assert confidence(branches, (7, 8, 2, 9), PROBABILITIES[:4]) == pytest.approx(0.7)


def test_a_text_that_leaves_the_opening_early_is_read_where_it_leaves():
    branches = find_branches([(7, 8, 1), (7, 8, 2)], [])
    assert confidence(branches, (7, 5, 1), PROBABILITIES[:3]) == pytest.approx(0.8)


def test_the_choice_between_answering_and_refusing_counts_too():
    branches = find_branches([(7, 8, 1), (7, 8, 2)], [(6, 5, 4)])
    assert confidence(branches, (7, 8, 1), PROBABILITIES[:3]) == pytest.approx(0.9 * 0.7)
    assert confidence(branches, (6, 5, 4), PROBABILITIES[:3]) == pytest.approx(0.9)


def test_a_text_that_ends_inside_the_opening_has_none():
    branches = find_branches([(7, 8, 1), (7, 8, 2)], [])
    assert confidence(branches, (7, 8), PROBABILITIES[:2]) is None


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1),
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5)),
    st.lists(st.tuples(st.integers(0, 3), st.floats(-50, 0)), max_size=6),
)
def test_it_is_a_probability(answers, refusals, text):
    found = confidence(find_branches(answers, refusals), [t for t, _ in text], [p for _, p in text])
    assert found is None or 0.0 <= found <= 1.0


def test_the_first_token_of_all_would_say_nothing(trained, problems):
    """Every answer opens with the same words: there the model is always sure."""
    answers = trained.solve(problems)
    texts = trained.generate([p.text + "\n" for p in problems], Decoding(max_new_tokens=8))
    first = [math.exp(text.token_log_probabilities[0]) for text in texts]
    assert min(first) > 0.97
    chosen = [answer.confidence for answer in answers]
    assert min(chosen) < 0.9
    assert max(chosen) - min(chosen) > 10 * (max(first) - min(first))
