"""Parts of speech and phrases of sentences of word problems."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.rules.word_problems.phrases import (
    Mark,
    NounPhrase,
    VerbGroup,
    read_phrases,
)
from spoonbench.solvers.rules.word_problems.tagging import tag_tokens
from spoonbench.solvers.rules.word_problems.tokens import read_sentences


def phrases_of(text, *, is_inverted=False):
    return read_phrases(read_sentences(text)[0].tokens, is_inverted=is_inverted)


def verbs_of(text, *, is_inverted=False):
    return [
        phrase.verb.lemma
        for phrase in phrases_of(text, is_inverted=is_inverted)
        if isinstance(phrase, VerbGroup)
    ]


def nouns_of(text):
    return [phrase for phrase in phrases_of(text) if isinstance(phrase, NounPhrase)]


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("Ben has 12 pet fish.", ["have"]),
        ("Ben ate 4 celery sticks before lunch.", ["eat"]),
        ("The barber did 9 hair cuts.", ["do"]),
        ("Ruth paints 4 fences.", ["paint"]),
        ("Three swimmers quit.", ["quit"]),
        ("4 more dogs start to bark.", ["bark"]),
        ("2 more guests joined.", ["join"]),
        ("6 stamps are added.", ["add"]),
        ("8 of them work at night.", ["work"]),
        ("Each rose was 4 dollars.", ["be"]),
        ("He cut a rose.", ["cut"]),
        ("Nora waters 5 plants.", ["water"]),
        ("The bins were emptied.", ["empty"]),
        ("She had 7 freshly painted chairs.", ["have"]),
        ("He sells a pair of running shoes.", ["sell"]),
        ("He is tired of running.", ["be", "run"]),
        ("They helped the waiters carry 5 plates.", ["help", "carry"]),
        ("The figs that Mia picked cost 5 dollars.", ["pick", "cost"]),
        ("Ann buys 4 pens and sells 3.", ["buy", "sell"]),
        ("She scored 9 goals playing hockey.", ["score", "play"]),
        ("Will invited 6 friends.", ["invite"]),
        ("He opened half of a can of soup.", ["open"]),
        ("Two of the boys got picked.", ["pick"]),
        ("Each of the 5 boys eats 2 figs.", ["eat"]),
    ],
)
def test_a_word_that_can_be_both_is_a_verb_only_where_its_clause_needs_one(text, verbs):
    assert verbs_of(text) == verbs


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("can she bike in 4 hours", ["bike"]),
        ("did Tom store in the shed", ["store"]),
        ("did the park workers plant", ["plant"]),
        ("would the food last him", ["last"]),
        ("did the two pumpkins weigh", ["weigh"]),
        ("must the shop print and sell", ["print", "sell"]),
    ],
)
def test_a_question_finds_the_verb_that_its_auxiliary_waits_for(text, verbs):
    found = verbs_of(text, is_inverted=True)
    assert [lemma for lemma in found if lemma != "do"] == verbs


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("He had 5 pens left.", "B"),
        ("He left 5 pens on the desk.", "V"),
        ("5 pens were left.", "B"),
        ("Then she left.", "V"),
        ("She has 9 dollars left over.", "B"),
    ],
)
def test_left_is_a_rest_or_a_verb(text, tag):
    tokens = read_sentences(text)[0].tokens
    place = [token.text for token in tokens].index("left")
    assert tag_tokens(tokens)[place] == tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("He fed her cat.", "O"),
        ("He gave her 5 pens.", "R"),
        ("He gave her some pens.", "R"),
        ("He met her.", "R"),
        ("He ate with her 5 sisters.", "O"),
    ],
)
def test_her_owns_or_is_a_person(text, tag):
    tokens = read_sentences(text)[0].tokens
    place = [token.text for token in tokens].index("her")
    assert tag_tokens(tokens)[place] == tag


def test_a_share_before_an_article_is_a_share_of_what_follows():
    phrase = nouns_of("0.7 the pupils came.")[0]
    assert (phrase.value, phrase.of.head) == (Fraction(7, 10), "pupil")


def test_a_unit_after_of_ends_before_the_adjective_that_is_measured():
    phrases = nouns_of("The snail was 0.3 of an inch long.")
    assert [phrase.head for phrase in phrases] == ["snail", "", "long"]
    assert phrases[1].of.head == "inch"


@pytest.mark.parametrize("text", ["Max has 8 5 dollar bills.", "Max has 8 $5 bills."])
def test_two_numbers_in_a_row_are_things_and_what_each_is_worth(text):
    phrase = nouns_of(text)[1]
    assert (phrase.value, phrase.head) == (8, "bill")
    assert (phrase.of.value, phrase.of.head) == (5, "dollar")


def test_a_number_with_a_hyphen_does_not_count_the_noun_behind_its_unit():
    phrases = nouns_of("He has a 12-inch ruler.")
    assert [(phrase.value, phrase.head) for phrase in phrases[1:]] == [
        (12, "inch"),
        (None, "ruler"),
    ]


def test_a_name_after_a_common_noun_begins_the_next_phrase():
    phrases = nouns_of("At the fair Lena bought 4 rings.")
    assert [phrase.words for phrase in phrases[:2]] == [["fair"], ["lena"]]


def test_an_owner_stands_apart_from_what_is_owned():
    phrase = nouns_of("Lena's red bike broke.")[0]
    assert (phrase.owner.words, phrase.words) == (["lena"], ["red", "bike"])


def test_marks_at_school_are_nouns_and_own_nothing():
    assert [phrase.head for phrase in nouns_of("3 pupils got A's and 4 got B's.")] == [
        "pupil",
        "a",
        "",
        "b",
    ]


def test_a_rate_is_one_phrase():
    phrase = nouns_of("He drives 40 miles an hour.")[1]
    assert (phrase.head, phrase.per.head) == ("mile", "hour")


def test_the_last_and_a_number_are_one_phrase():
    phrase = nouns_of("It rained on the last 3 days.")[1]
    assert (phrase.value, phrase.ordinal, phrase.head) == (3, "last", "day")


def test_each_behind_a_subject_moves_behind_the_verb():
    kinds = [
        phrase.determiner if isinstance(phrase, NounPhrase) else type(phrase).__name__
        for phrase in phrases_of("They each have 3 caps.")
    ]
    assert kinds == ["", "VerbGroup", "each", ""]


def test_in_total_is_an_adverb_and_in_a_total_of_is_not():
    assert any(
        isinstance(phrase, Mark) and (phrase.tag, phrase.text) == ("B", "total")
        for phrase in phrases_of("They got 4 caps in total.")
    )
    assert nouns_of("They came in a total of 4 cars.")[1].head == "total"


@pytest.mark.parametrize(
    ("text", "tense", "modal", "is_passive", "is_negated"),
    [
        ("They will sell it.", "future", "will", False, False),
        ("It was sold.", "past", "", True, False),
        ("He does not sell it.", "present", "", False, True),
        ("He wants to sell it.", "present", "want", False, False),
        ("She put it down.", "past", "", False, False),
        ("They have to sell it.", "present", "must", False, False),
    ],
)
def test_auxiliaries_give_tense_mood_and_voice(text, tense, modal, is_passive, is_negated):
    group = next(phrase for phrase in phrases_of(text) if isinstance(phrase, VerbGroup))
    assert (group.tense, group.modal) == (tense, modal)
    assert (group.is_passive, group.is_negated) == (is_passive, is_negated)


_TEXT = """the a his her each all 5 0.5 some more $ ' - , and of to in that who left can will is
was did has not sold sells sell selling cook fish saw red apples apple Ann there it per than twice
combined one other last total"""
_WORDS = st.sampled_from(_TEXT.split())


@given(st.lists(_WORDS, min_size=1, max_size=25), st.booleans())
def test_phrases_cover_every_token_once_and_in_order(words, is_inverted):
    for sentence in read_sentences(" ".join(words)):
        phrases = read_phrases(sentence.tokens, is_inverted=is_inverted)
        covered = sorted((phrase.start, phrase.end) for phrase in phrases)
        reached = 0
        for start, end in covered:
            assert start >= reached
            assert end > start
            reached = end
        assert reached <= len(sentence.tokens)
