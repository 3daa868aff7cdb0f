"""Answers by the vote of the most similar training questions."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.postings import Postings, split_words
from spoonbench.solvers.algorithms.retrieval import RetrievalSolver
from spoonbench.solvers.api import (
    Example,
    Image,
    Measures,
    Problem,
    Settings,
    Solves,
    Trains,
    Unsupported,
)

TRAINING = [
    ("where is my card", "card"),
    ("my card has not come", "card"),
    ("card payment was refused", "payment"),
    ("how do I change my pin", "pin"),
    ("forgot the pin", "pin"),
    ("hello", None),
]


def problem(text, kind="label", **fields):
    return Problem(problem_id=text, text=text, kind=kind, **fields)


def fitted(training=TRAINING, kind="label", **params):
    solver = RetrievalSolver()
    solver.prepare(Settings(params=params))
    examples = [Example(problem=problem(text, kind), target=target) for text, target in training]
    solver.fit(examples, [], lambda _share, _message: None, None)
    return solver


def test_the_nearest_question_answers():
    answers = fitted(k=1).solve([problem("change PIN!"), problem("Where's my card?")])
    assert [answer.value for answer in answers] == ["pin", "card"]
    assert [answer.confidence for answer in answers] == [1.0, 1.0]


def test_neighbours_vote_with_their_scores():
    [answer] = fitted(k=3).solve([problem("card")])
    assert answer.value == "card"
    assert 0.5 < answer.confidence < 1


def test_texts_are_taken_from_one_neighbour_and_labels_from_ten():
    solver = fitted(kind="text")
    label, text = solver.solve([problem("card"), problem("card", "text")])
    assert label.confidence < text.confidence == 1.0


def test_abstains_without_a_shared_word():
    for answer in fitted().solve([problem("zebra"), problem(""), problem("\ud800")]):
        assert answer.status == "abstained"
        assert "no word" in answer.reason


def test_abstains_like_its_neighbours():
    [answer] = fitted(k=1).solve([problem("hello")])
    assert (answer.status, answer.value) == ("abstained", None)


def test_abstains_from_numbers_and_images():
    image = Image(pixels=((0.0,),), maximum=1)
    answers = fitted().solve([problem("card", "number"), problem("card", payload=image)])
    assert [answer.status for answer in answers] == ["abstained", "abstained"]


def test_untrained_it_fails_with_a_reason():
    solver = RetrievalSolver()
    solver.prepare(Settings())
    assert solver.solve([]) == []
    assert solver.solve([problem("card")])[0].status == "failed"
    fresh = fitted()
    fresh.close()
    fresh.close()
    assert fresh.solve([problem("card")])[0].status == "failed"


def test_a_batch_answers_like_one_at_a_time():
    solver = fitted(k=3)
    problems = [problem(text) for text, _ in TRAINING] * 60
    assert solver.solve(problems) == [solver.solve([one])[0] for one in problems]


@pytest.mark.parametrize(
    "params", [{"k": 0}, {"k": 1.5}, {"k1": -1}, {"b": 2}, {"depth": 1}, {"k": True}]
)
def test_refuses_wrong_parameters(params):
    with pytest.raises(Unsupported):
        RetrievalSolver().prepare(Settings(params=params))


@pytest.mark.parametrize(
    ("examples", "reason"),
    [
        ([], "examples"),
        ([Example(problem=problem("two", "number"), target="2")], "'two'.*number"),
        ([Example(problem=problem("?!"), target="a")], "no training question holds a word"),
    ],
)
def test_refuses_what_it_cannot_learn_from(examples, reason):
    solver = RetrievalSolver()
    solver.prepare(Settings())
    with pytest.raises(ValueError, match=reason):
        solver.fit(examples, [], lambda _share, _message: None, None)


def test_offers_its_protocols_and_size():
    solver = fitted()
    assert all(isinstance(solver, protocol) for protocol in (Solves, Trains, Measures))
    size = solver.size([problem("card pin"), problem("zebra")])
    assert size.operations_per_problem == 2 * (3 + 2) / 2
    assert size.n_parameters == sum(len(set(split_words(text))) for text, _ in TRAINING)
    assert RetrievalSolver().size([]).n_parameters is None


def reference_score(query, document, documents, *, k1, b):
    """BM25 by the formula, one document at a time."""
    words, length = Counter(document), len(document)
    mean = sum(map(len, documents)) / len(documents)
    score = 0.0
    for word, times in Counter(query).items():
        holding = sum(word in other for other in documents)
        rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        saturated = words[word] * (k1 + 1) / (words[word] + k1 * (1 - b + b * length / mean))
        score += times * rarity * saturated
    return score


DOCUMENT = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=8)


@given(st.lists(DOCUMENT, min_size=1, max_size=8), DOCUMENT, st.floats(0.1, 3), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_scores_follow_the_formula(documents, query, k1, b):
    postings = Postings.build([" ".join(document) for document in documents], k1=k1, b=b)
    [near] = postings.nearest([" ".join(query)], len(documents))
    wanted = {
        index: pytest.approx(reference_score(query, document, documents, k1=k1, b=b))
        for index, document in enumerate(documents)
        if set(query) & set(document)
    }
    assert dict(near) == wanted
    assert [score for _, score in near] == sorted((score for _, score in near), reverse=True)
    [best] = postings.nearest([" ".join(query)], 1)
    assert best == near[:1]
