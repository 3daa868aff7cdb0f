"""What a question asks for."""

from __future__ import annotations

import pytest

from spoonbench.solvers.rules.word_problems.asking import dimension_of, question_start
from spoonbench.solvers.rules.word_problems.stories import read_story
from spoonbench.solvers.rules.word_problems.tokens import read_sentences


def asked_in(question, told="Ann had 9 pens."):
    asked = read_story(f"{told} {question}").asked
    assert asked is not None
    return asked


@pytest.mark.parametrize(
    ("question", "thing", "lemma", "owner"),
    [
        ("How many pens does Ann have?", "pen", "have", "ann"),
        ("How many pens did Ann sell to Ben?", "pen", "sell", "ann"),
        ("How many pens in total did Ann buy?", "pen", "buy", "ann"),
        ("How many pens Ann has now?", "pen", "have", "ann"),
        ("What is the number of pens that Ann has?", "pen", "have", "ann"),
        ("What is the total number of pens did Ann buy?", "pen", "buy", "ann"),
        ("Find the number of pens Ann bought.", "pen", "buy", "ann"),
        ("How many $4 pens could Ann buy?", "pen", "buy", "ann"),
        ("How many 6 inch pens could Ann buy?", "pen", "buy", "ann"),
        ("How much ink will Ann use to fill the pens?", "ink", "use", "ann"),
        ("How many minutes did her call last?", "minute", "last", "ann's call"),
    ],
)
def test_a_question_gives_thing_verb_and_owner(question, thing, lemma, owner):
    amount = asked_in(question).amount
    assert (amount.thing.head, amount.lemma, amount.owner) == (thing, lemma, owner)


@pytest.mark.parametrize(
    "question",
    ["How many pens are broken?", "How many pens were sold?", "How many pens fit in the box?"],
)
def test_what_is_asked_for_can_be_the_subject(question):
    assert asked_in(question).amount.role == "subject"


def test_an_adjective_after_be_is_no_subject():
    assert asked_in("How many pens are red?").amount.owner != "red"


@pytest.mark.parametrize(
    ("question", "is_more", "sign"),
    [
        ("How many more pens does Ann have than Ben?", True, 1),
        ("How many fewer pens does Ann have than Ben?", True, -1),
        ("How many pens does Ann have?", False, 1),
        ("How much longer is her pen than the brush?", True, 1),
        ("How much shorter is her pen than the brush?", True, -1),
    ],
)
def test_a_difference_is_asked_for_with_its_direction(question, is_more, sign):
    asked = asked_in(question)
    assert (asked.is_more, asked.sign) == (is_more, sign)


def test_who_is_compared_with_stands_after_than():
    asked = asked_in("How many more pens does Ann have than Ben?")
    assert asked.other is not None
    assert asked.other.other == "ben"


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ("How far did Ann drive?", "length"),
        ("How tall is Ann?", "length"),
        ("How long did Ann drive?", "time"),
        ("How much did Ann pay?", "money"),
        ("What did Ann pay?", "money"),
        ("How much does the box weigh?", "weight"),
        ("How many pens does Ann have?", ""),
    ],
)
def test_a_question_without_a_unit_has_a_dimension(question, dimension):
    assert dimension_of(asked_in(question)) == dimension


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("How many are left?", 0),
        ("If he buys 5 more, how many will he have?", 6),
        ("There are 8 on the shelf now, how many did she pick?", 8),
        ("Find how many pens he has.", 1),
        ("Find the amount of sugar.", 0),
        ("He knew what she wanted.", -1),
        ("He showed them how to sew.", -1),
    ],
)
def test_a_question_starts_at_its_question_word(text, start):
    tokens = read_sentences(text)[0].tokens
    assert question_start([token.text for token in tokens]) == start


def test_the_first_of_two_questions_in_one_is_asked():
    amount = asked_in("How many pens did Ann sell and how many caps does she have left?").amount
    assert (amount.thing.head, amount.lemma) == ("pen", "sell")
