"""The word lists: what they promise holds entry by entry, and look-ups answer from them."""

import tomllib
from collections import Counter
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.rules.word_problems.inflection import (
    regular_plural,
    regular_singular,
)
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

LEXICON = load_lexicon()
NAMES = ("verbs", "nouns", "units", "names", "words")


def tables(name):
    package = files("spoonbench.solvers.rules.word_problems")
    return tomllib.loads(package.joinpath(f"{name}.toml").read_text("utf-8"))


def lines(text):
    return [line.split() for line in text.strip().splitlines()]


def texts(table):
    for value in table.values():
        if isinstance(value, dict):
            yield from texts(value)
        else:
            yield value


VERBS, NOUNS, UNITS = tables("verbs"), tables("nouns"), tables("units")


FLAT_LISTS = {
    **{f"words.{name}": text for name, text in tables("words")["words"].items()},
    **{f"names.{name}": text for name, text in tables("names").items()},
    **{f"kinds.{name}": text for name, text in NOUNS["kinds"].items()},
    **{f"nouns.{name}": text for name, text in NOUNS.items() if name not in {"kinds", "irregular"}},
    **{
        f"spellings.{name}": VERBS["spellings"][name]
        for name in ("doubled", "doubled_or_single", "nouns", "nouns_or_verbs")
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_every_list_is_in_lower_case(name):
    for text in texts(tables(name)):
        assert text == text.lower()


@pytest.mark.parametrize("name", FLAT_LISTS)
def test_lists_are_sorted_and_hold_each_word_once(name):
    words = FLAT_LISTS[name].split()
    assert words == sorted(set(words))


# Nouns


PLURALS = """
boxes box, knives knife, tomatoes tomato, potatoes potato, pianos piano, cliffs cliff
roofs roof, cookies cookie, movies movie, calves calf, geese goose, dice die
children child, grandchildren grandchild, women woman, firemen fireman, teeth tooth
feet foot, mice mouse, people person, salespeople salesperson, shoes shoe, toes toe
canoes canoe, heroes hero, photos photo, videos video, buses bus, houses house
horses horse, roses rose, glasses glass, dresses dress, lenses lens, viruses virus
octopuses octopus, cacti cactus, peaches peach, headaches headache, watches watch
brushes brush, foxes fox, axes axe, quizzes quiz, prizes prize, waltzes waltz
gloves glove, olives olive, leaves leaf, loaves loaf, shelves shelf, wolves wolf
scarves scarf, halves half, cherries cherry, pennies penny, ponies pony, pies pie
ties tie, toys toy, days day, kiwis kiwi, skis ski, taxis taxi, menus menu, bikinis bikini
brownies brownie, humans human, germans german, analyses analysis, indices index
matches match, causes cause, blouses blouse, pauses pause, exercises exercise, vases vase
cases case, miles mile, inches inch, ounces ounce, centuries century, monkeys monkey
bushes bush, sandwiches sandwich, benches bench, lunches lunch, tvs tv, dvds dvd
zeroes zero
"""


@pytest.mark.parametrize(
    ("plural", "singular"),
    [tuple(pair.split()) for pair in PLURALS.replace(",", "\n").split("\n") if pair.strip()],
)
def test_plurals_have_their_singular(plural, singular):
    assert LEXICON.singular(plural) == singular
    assert LEXICON.singular(singular) == singular
    assert LEXICON.is_plural(plural)
    assert not LEXICON.is_plural(singular)


@pytest.mark.parametrize("noun", ["sheep", "fish", "deer", "series", "pants", "scissors", "jeans"])
def test_nouns_of_one_spelling_may_be_plural(noun):
    assert LEXICON.singular(noun) == noun
    assert LEXICON.is_plural(noun)


SINGULARS_IN_S = """
bus gas glass dress news mathematics james thomas charles carlos lens canvas iris
tennis always his this is christmas specimen circus chess molasses perhaps
"""


@pytest.mark.parametrize("word", SINGULARS_IN_S.split())
def test_singulars_in_s_are_left_as_they_are(word):
    assert LEXICON.singular(word) == word
    assert not LEXICON.is_plural(word)


REGULAR_NOUNS = sorted(
    (set(LEXICON.kinds) | LEXICON.words["containers"] | LEXICON.words["partitives"])
    - {singular for _, singular in lines(NOUNS["irregular"])}
    - LEXICON.plurals_only
)


def test_nouns_come_back_from_their_regular_plural():
    back = {noun: LEXICON.singular(regular_plural(noun)) for noun in REGULAR_NOUNS}
    assert {noun: found for noun, found in back.items() if found != noun} == {}


@given(st.text("abcdefghijklmnopqrstuvwxyz'-", max_size=12))
def test_singular_of_any_text_is_never_longer_than_it(word):
    assert len(regular_singular(word)) <= len(word)


def test_an_irregular_plural_stands_once_and_differs_from_its_singular():
    pairs = lines(NOUNS["irregular"])
    assert len({plural for plural, _ in pairs}) == len(pairs)
    assert all(plural != singular for plural, singular in pairs)


def test_singulars_are_singular():
    assert {noun for noun in LEXICON.singulars.values() if LEXICON.singular(noun) != noun} == set()


# Kinds


def test_kinds_are_acyclic():
    for noun, kinds in LEXICON.kinds.items():
        for kind in kinds:
            assert not LEXICON.is_kind_of(kind, noun), (noun, kind)


def test_kinds_and_what_is_of_them_are_in_the_singular():
    words = {*LEXICON.kinds, *(kind for kinds in LEXICON.kinds.values() for kind in kinds)}
    assert {word for word in words if LEXICON.singular(word) != word} - {"people"} == set()


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        ("rose", "flower"),
        ("rose", "plant"),
        ("cow", "farm animal"),
        ("cow", "animal"),
        ("hen", "bird"),
        ("puppy", "pet"),
        ("goldfish", "fish"),
        ("apple", "fruit"),
        ("apple", "food"),
        ("carrot", "vegetable"),
        ("dime", "coin"),
        ("dime", "money"),
        ("boy", "student"),
        ("boy", "child"),
        ("girl", "person"),
        ("shirt", "clothes"),
        ("couch", "furniture"),
        ("trumpet", "instrument"),
        ("necklace", "jewelry"),
        ("lunch", "meal"),
        ("hammer", "tool"),
        ("pencil", "school supply"),
        ("bicycle", "vehicle"),
        ("doll", "toy"),
        ("unheard-of", "unheard-of"),
    ],
)
def test_a_noun_is_of_its_kinds_whatever_lies_between(noun, kind):
    assert LEXICON.is_kind_of(noun, kind)
    assert noun == kind or not LEXICON.is_kind_of(kind, noun)


def test_siblings_share_a_direct_kind_and_differ():
    assert LEXICON.siblings("rose", "tulip")
    assert LEXICON.siblings("boy", "girl")
    assert not LEXICON.siblings("rose", "rose")
    assert not LEXICON.siblings("rose", "flower")
    assert not LEXICON.siblings("rose", "hammer")
    assert not LEXICON.siblings("unheard-of", "unknown")


@given(st.sampled_from(sorted(LEXICON.kinds)), st.sampled_from(sorted(LEXICON.kinds)))
def test_being_siblings_is_mutual(noun, other):
    assert LEXICON.siblings(noun, other) == LEXICON.siblings(other, noun)


# Units


@pytest.mark.parametrize(
    ("larger", "smaller", "count"),
    [
        ("week", "day", 7),
        ("day", "hour", 24),
        ("hour", "minute", 60),
        ("minute", "second", 60),
        ("year", "month", 12),
        ("decade", "year", 10),
        ("foot", "inch", 12),
        ("yard", "foot", 3),
        ("mile", "foot", 5280),
        ("meter", "centimeter", 100),
        ("kilometer", "metre", 1000),
        ("centimeter", "millimeter", 10),
        ("pound", "ounce", 16),
        ("ton", "pound", 2000),
        ("kilogram", "gram", 1000),
        ("stone", "pound", 14),
        ("gallon", "quart", 4),
        ("quart", "pint", 2),
        ("pint", "cup", 2),
        ("cup", "tablespoon", 16),
        ("cup", "fluid-ounce", 8),
        ("tablespoon", "teaspoon", 3),
        ("liter", "milliliter", 1000),
        ("dollar", "cent", 100),
        ("quarter", "nickel", 5),
        ("dime", "penny", 10),
        ("half-dollar", "quarter", 2),
        ("dozen", "pair", 6),
        ("gigabyte", "megabyte", 1000),
    ],
)
def test_units_convert_exactly(larger, smaller, count):
    units = LEXICON.units
    assert units[larger].dimension == units[smaller].dimension
    assert units[larger].factor / units[smaller].factor == count


def test_a_month_is_no_number_of_days():
    assert LEXICON.units["month"].dimension != LEXICON.units["day"].dimension


def test_measures_of_two_systems_meet_where_the_law_says():
    units = LEXICON.units
    assert units["inch"].factor / units["centimeter"].factor == Fraction("2.54")
    assert units["pound"].factor / units["gram"].factor == Fraction("453.59237")
    assert units["gallon"].factor / units["liter"].factor == Fraction("3.785411784")
    assert units["mph"].factor == Fraction("1609.344") / 3600


@pytest.mark.parametrize(
    ("short", "name"),
    [("lb", "pound"), ("lbs", "pound"), ("oz", "ounce"), ("ft", "foot"), ("cm", "centimeter"),
     ("km", "kilometer"), ("kg", "kilogram"), ("hr", "hour"), ("litre", "liter"), ("$", "dollar")],
)  # fmt: skip
def test_abbreviations_and_variants_name_their_unit(short, name):
    assert LEXICON.units[short] == LEXICON.units[name]
    assert LEXICON.units[short].name == name


def test_each_unit_name_stands_once_with_a_positive_factor():
    counts = Counter(name for text in UNITS.values() for _, *names in lines(text) for name in names)
    assert [name for name, count in counts.items() if count > 1] == []
    assert all(unit.factor > 0 for unit in LEXICON.units.values())


def test_unit_nouns_are_singular():
    assert {
        unit.name for unit in LEXICON.units.values() if LEXICON.singular(unit.name) != unit.name
    } == set()


# Names and closed lists


def test_first_names_and_kin_have_a_gender():
    genders = {name: LEXICON.gender(name) for name in ("mary", "john", "sam", "aunt", "he", "bo")}
    assert genders == {"mary": "f", "john": "m", "sam": "", "aunt": "f", "he": "m", "bo": ""}


def test_no_name_is_of_two_genders():
    names = {gender: set(text.split()) for gender, text in tables("names").items()}
    assert not names["m"] & names["f"]
    assert not names["either"] & (names["m"] | names["f"])
    assert not LEXICON.words["masculine"] & LEXICON.words["feminine"]


def test_comparatives_know_their_scale_and_direction():
    assert LEXICON.comparatives["longer"] == ("long", "length", 1)
    assert LEXICON.comparatives["shorter"] == ("short", "length", -1)
    assert LEXICON.comparatives["fewer"] == ("few", "number", -1)
    assert LEXICON.comparatives["heavier"] == ("heavy", "weight", 1)
    assert {sign for _, _, sign in LEXICON.comparatives.values()} == {1, -1}


def test_comparatives_are_formed_from_their_adjective():
    irregular = {"more", "less", "better", "worse", "farther", "further", "elder"}
    for comparative, (adjective, _, _) in LEXICON.comparatives.items():
        if comparative not in irregular:
            assert comparative.endswith("er")
            assert comparative[:2] == adjective[:2]


def test_loading_twice_gives_the_same_lexicon():
    assert load_lexicon() is load_lexicon()


CLOSED_LISTS = """
determiners prepositions pronouns possessives conjunctions auxiliaries modals adverbs
negations quantifiers vague colours sizes qualities extras rest left total masculine feminine
plural_people days months times past_markers now_markers later_markers place_prepositions
unit_words people partitives containers collectives places uncountable nouns_or_verbs"""


@pytest.mark.parametrize("name", CLOSED_LISTS.split())
def test_the_closed_lists_that_sentences_are_read_by_have_words(name):
    assert LEXICON.words[name]
