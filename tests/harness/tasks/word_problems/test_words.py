"""The word lists: no name is a word, no object a kind of another, and draws cover them all."""

import random
from collections import Counter

from spoonbench.harness.tasks.word_problems.words import (
    SLOT_WORDS,
    distinct,
    draw_words,
    load_words,
    pick,
    whole,
)

# Names that are ordinary words once they are in lower case.
WORDS_TOO = {"will", "mark", "bill", "rose", "grace", "jack", "may", "hope", "frank", "joy", "art"}


def chance(seed):
    return random.Random(seed)  # no secret


def test_names_are_distinct_and_no_ordinary_words():
    names = [name.lower() for name, _ in load_words().people]
    assert len(set(names)) == len(names) >= 60
    assert not WORDS_TOO & set(names)


def test_objects_have_a_plural_and_none_is_part_of_another():
    nouns = load_words().nouns["things"]
    assert len(set(nouns)) == len(nouns) >= 50
    assert all(one != many for one, many in nouns)
    for one, _ in nouns:
        # "book" beside "comic book" would leave open whether the one counts as the other.
        assert not any(one == other.split()[-1] for other, _ in nouns if other != one)


def test_containers_and_colors_take_the_article_a():
    words = load_words()
    assert not any(word[0] in "aeiou" for word in words.single["container"])
    assert "white" not in words.colors


def test_every_slot_is_filled_and_people_and_objects_differ():
    rng = chance(1)
    for _ in range(500):
        drawn = draw_words(rng, "foods")
        assert set(drawn) == SLOT_WORDS
        assert len({drawn["name"], drawn["other"], drawn["third"]}) == 3
        assert drawn["thing"] != drawn["unrelated_one"]
        assert drawn["color"] != drawn["color2"]
        assert (drawn["thing"], drawn["things"]) in load_words().nouns["foods"]


def test_pronouns_follow_the_name():
    rng = chance(2)
    gender = dict(load_words().people)
    for _ in range(200):
        drawn = draw_words(rng, "things")
        expected = (
            ("he", "his", "him") if gender[drawn["name"]] == "male" else ("she", "her", "her")
        )
        assert (drawn["he"], drawn["his"], drawn["him"]) == expected


def test_draws_reach_both_ends_and_nothing_beyond():
    rng = chance(3)
    assert set(Counter(whole(rng, 3, 6) for _ in range(400))) == {3, 4, 5, 6}
    assert {pick(rng, "ab") for _ in range(50)} == {"a", "b"}
    assert sorted(distinct(rng, "abc", 3)) == ["a", "b", "c"]
