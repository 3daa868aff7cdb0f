"""Whom names and pronouns mean."""

import pytest

from spoonbench.solvers.rules.word_problems.cast import Cast
from spoonbench.solvers.rules.word_problems.phrases import NounPhrase
from spoonbench.solvers.rules.word_problems.stories import read_story


def owners(text):
    return [amount.owner for amount in read_story(text).amounts if amount.value is not None]


def last(text):
    return [amount for amount in read_story(text).amounts if amount.value is not None][-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann has 5 pens. Tom has 7 pens. She lost 2 pens.", "ann"),
        ("Ann has 5 pens. Tom has 7 pens. He lost 2 pens.", "tom"),
        ("Tom has 5 pens. His brother has 7 pens. He lost 2 pens.", "tom"),
        ("Mary has 5 pens. Jane took some of her pens. Now she has 3 pens.", "mary"),
        ("Tom had 5 pens. He lost 2. Ben had 7 pens. He lost 3 pens.", "ben"),
    ],
)
def test_a_pronoun_means_whom_the_text_is_about(text, expected):
    assert owners(text)[-1] == expected


def test_a_pronoun_tells_the_gender_of_an_unknown_name():
    assert owners("Zyrn has 5 pens. She gave Ann 2 pens. She bought 4 pens.") == ["zyrn"] * 3


def test_an_object_pronoun_is_not_the_subject():
    amount = last("Tom has 5 pens. Ben gave him 3 pens.")
    assert (amount.owner, amount.to) == ("ben", "tom")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tom's brother has 5 pens. His brother lost 2 pens.", ["tom's brother"] * 2),
        ("Ann has 5 pens. Her brother Tom has 6 pens.", ["ann", "tom"]),
        ("Mrs. Reed has 5 pens. Mr. Reed has 6 pens.", ["mrs reed", "mr reed"]),
        ("Joan Reed has 5 pens. Joan lost 2 pens.", ["joan reed", "joan reed"]),
        ("Ann's kite was 5 feet long and her sister's was 4 feet long.", ["ann's kite"]),
    ],
)
def test_names_of_people_and_of_what_they_have(text, expected):
    assert owners(text)[: len(expected)] == expected


def test_what_a_sister_has_is_of_the_same_kind():
    assert last("Ann's kite was 5 feet long and her sister's was 4 feet long.").owner.endswith(
        "sister's kite"
    )


def test_several_subjects_are_a_group():
    amount = last("Ann and Tom have 12 pens.")
    assert (amount.owner, amount.group) == ("they", {"ann", "tom"})


def test_the_piece_of_one_metal_is_not_the_piece_of_another():
    first, second = owners("The piece of iron weighs 5 pounds. The piece of lead weighs 6 pounds.")
    assert first != second


def test_his_bank_is_the_bank_spoken_of_before():
    amounts = read_story("There are 5 coins in the bank. Tom put 3 coins in his bank.").amounts
    assert len({amount.place for amount in amounts}) == 1


def test_the_garden_is_the_only_one_spoken_of():
    amounts = read_story("Ann planted 5 roses in her garden. Tom put 3 bulbs in the garden.")
    assert len({amount.place for amount in amounts.amounts}) == 1


def test_it_means_a_thing_and_not_a_person():
    assert owners("Tom bought a jar. It holds 5 coins.") == ["jar"]


def test_speakers_are_themselves():
    cast = Cast()
    assert [cast.resolve(word) for word in ("i", "my", "us", "you")] == ["i", "i", "we", "you"]


def test_a_pronoun_before_any_name_means_nobody():
    assert Cast().resolve("she") == ""


def test_owners_are_remembered_in_the_order_of_mention():
    cast = Cast()
    for name in ("ann", "tom", "ann"):
        cast.owner_of(NounPhrase(0, 1, words=[name], is_name=True), is_subject=True)
    assert cast.people == ["tom", "ann"]
