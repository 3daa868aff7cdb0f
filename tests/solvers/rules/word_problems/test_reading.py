"""What is read from single sentences: things, owners, places, times, rates, comparisons."""

from fractions import Fraction

import pytest

from spoonbench.solvers.rules.word_problems.amounts import LABEL
from spoonbench.solvers.rules.word_problems.stories import read_story


def told(text):
    """The amounts of a text that have a number."""
    return [amount for amount in read_story(text).amounts if amount.value is not None]


def only(text):
    """The one amount of a text."""
    amounts = told(text)
    assert len(amounts) == 1, amounts
    return amounts[0]


def things(text):
    return [(amount.thing.head, amount.thing.words) for amount in told(text)]


# -- things ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "head", "of"),
    [
        ("Ann has 8 pieces of chalk.", "piece", "chalk"),
        ("Ann has 0.2 of a bucket of sand.", "bucket", "sand"),
        ("Ann drank 3 cups of tea.", "cup", "tea"),
        ("Ann has a total of 40 stamps.", "stamp", ""),
        ("Ann has 4 red scarves.", "scarf", ""),
    ],
)
def test_what_stands_behind_of_belongs_to_the_thing(text, head, of):
    amount = only(text)
    assert (amount.thing.head, amount.thing.of) == (head, of)


@pytest.mark.parametrize(
    "text",
    [
        "Ann has 16 blue and 25 green beads.",
        "Ann has 16 blue beads and 25 green ones.",
        "Ann has 16 blue beads. Ben has 25 green ones.",
    ],
)
def test_a_noun_left_out_is_the_one_beside_it(text):
    assert things(text) == [("bead", {"blue", "bead"}), ("bead", {"green", "bead"})]


def test_a_singular_before_a_joined_noun_counts_what_the_noun_names():
    assert things("Ann owns 8 history and 4 science books.") == [
        ("book", {"history", "book"}),
        ("book", {"science", "book"}),
    ]


def test_a_fruit_that_is_also_a_colour_is_counted_itself():
    assert [head for head, _ in things("Ann has 14 peaches and 10 small pears.")] == [
        "peach",
        "pear",
    ]


def test_a_bare_number_counts_what_was_counted_before():
    first, second = told("Ann had 9 kites. Ben had 4.")
    assert second.thing == first.thing
    assert not second.is_thing_told


def test_a_bare_number_counts_what_its_owner_has():
    assert told("Ann had 9 kites. Ben had 7 drums. Ann lost 4 of them.")[2].thing.head == "kite"


def test_a_unit_alone_measures_the_substance_of_before():
    assert told("Ann poured 2 buckets of sand. She poured 3 buckets.")[1].thing.of == "sand"


def test_a_number_behind_a_bare_noun_tells_which_one():
    amounts = told("Ann read page seven and has 12 stickers.")
    assert [amount.thing.head for amount in amounts if amount.thing.head != LABEL] == ["sticker"]


# -- who, where, when --------------------------------------------------------------------------


def test_each_amount_has_its_own_place():
    amounts = told("There are 5 cups in the kitchen and 6 cups in the hall.")
    assert [amount.place for amount in amounts] == ["kitchen", "hall"]


def test_places_before_the_amounts_are_theirs():
    amounts = told("On the shelf there are 5 cups and on the table 6 cups.")
    assert [amount.place for amount in amounts] == ["shelf", "table"]


def test_a_place_at_the_end_is_of_all_amounts():
    amounts = told("There are 5 cups and 6 mugs in the kitchen.")
    assert [amount.place for amount in amounts] == ["kitchen", "kitchen"]


def test_each_amount_has_its_own_time():
    amounts = told("Ann sold 6 pies on Monday, 9 pies on Tuesday and 4 pies on Friday.")
    assert [amount.times for amount in amounts] == [{"monday"}, {"tuesday"}, {"friday"}]


def test_each_amount_has_its_own_receiver():
    amounts = told("Ann gave 5 pens to Ben and 6 pens to Clara.")
    assert [amount.to for amount in amounts] == ["ben", "clara"]


def test_receivers_may_stand_before_what_they_get():
    amounts = told("Ann gave Ben 5 pens and Clara 6 pens.")
    assert [amount.to for amount in amounts] == ["ben", "clara"]


def test_money_goes_for_what_stands_behind_it():
    amounts = told("Ann spent $5 on a cap and $7 on a scarf.")
    assert [amount.place for amount in amounts] == ["cap", "scarf"]


def test_a_verb_left_out_has_another_owner():
    assert [amount.owner for amount in told("Tom has 5 pens and Ann 6 pens.")] == ["tom", "ann"]


def test_out_of_is_where_it_comes_from():
    assert only("Ann took 3 pens out of the box.").source == "box"


def test_in_total_is_no_place():
    assert only("Ann has 30 pens in total.").place == ""


def test_a_purpose_does_not_take_what_is_joined_to_the_object():
    amounts = told("Ann got 4 dollars for washing cars and 3 dollars for mowing lawns.")
    assert [amount.lemma for amount in amounts] == ["get", "get"]


def test_a_price_in_a_relative_clause_was_paid():
    amounts = told("Ann bought a flute for $30 and a stand which was $12.")
    assert [amount.verb_class for amount in amounts] == ["buy", "buy"]
    assert [amount.owner for amount in amounts] == ["ann", "ann"]


# -- rates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "per"),
    [
        ("Each box holds 5 pens.", 5, "box"),
        ("Every box has 5 pens in it.", 5, "box"),
        ("The pens come in packs of 12.", 12, "pack"),
        ("Pens cost $2 each.", 2, "pen"),
        ("Ann drives at 30 miles per hour.", 30, "hour"),
        ("Ann drives at a speed of 30 miles an hour.", 30, "hour"),
        ("Ann has boxes which can hold 9 pens.", 9, "box"),
        ("Ann puts 5 pens in each box.", 5, "box"),
        ("Ann can fit 8 books on a shelf.", 8, "shelf"),
        ("Ann puts her cards into boxes with 3 in each one.", 3, "box"),
        ("Ann earned one point for every 4 bottles.", 4, "point"),
        ("Each of the boxes holds 5 pens.", 5, "box"),
    ],
)
def test_an_amount_is_counted_by_what_each_has(text, value, per):
    amount = only(text)
    assert (amount.value, amount.per) == (value, per)


def test_each_holds_for_both_amounts_of_a_clause():
    amounts = told("Each cage has 6 mice and 2 rats in it.")
    assert [amount.per for amount in amounts] == ["cage", "cage"]


def test_each_holds_for_the_next_verb_too():
    assert only("Each album came with a poster and had 9 songs.").per == "album"


def test_the_number_of_groups_is_no_rate():
    amounts = told("Ann keeps 5 pens in each of her 9 boxes.")
    assert [(amount.value, amount.per) for amount in amounts] == [(5, "box"), (9, "")]


@pytest.mark.parametrize(
    ("text", "soft_per"),
    [
        ("A beetle has 6 legs.", "beetle"),
        ("There are 3 slices in a pack.", "pack"),
        ("Ann uses 2 cups of soap to wash a pound of wool.", "pound"),
    ],
)
def test_what_is_told_of_one_may_hold_for_each(text, soft_per):
    assert only(text).soft_per == soft_per


# -- comparisons -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Tom has 5 more pens than Ann.", "more", 5),
        ("Tom has 5 fewer pens than Ann.", "fewer", 5),
        ("Tom has 5 less pens than Ann.", "fewer", 5),
        ("Tom is 5 inches taller than Ann.", "more", 5),
        ("Tom has twice as many pens as Ann.", "times", 2),
        ("Tom has 3 times as many pens as Ann.", "times", 3),
        ("Tom has 4 times more pens than Ann.", "times", 4),
        ("Tom has half as many pens as Ann.", "times", Fraction(1, 2)),
        ("Tom jumped 5 fewer times than Ann.", "fewer", 5),
    ],
)
def test_a_comparison_names_what_it_is_told_by(text, kind, value):
    amount = only(text)
    assert amount.compare is not None
    assert (amount.owner, amount.compare.kind, amount.compare.other) == ("tom", kind, "ann")
    assert amount.value == value


@pytest.mark.parametrize(
    "text", ["Tom has 3 times as many pens as Ann.", "Tom has 4 times more pens than Ann."]
)
def test_times_count_the_thing_and_not_times(text):
    assert only(text).thing.head == "pen"


def test_a_comparison_with_another_day_has_no_other_owner():
    compare = only("Ann sold 5 more pens than she did on Monday.").compare
    assert compare is not None
    assert compare.other == ""
    assert "monday" in compare.other_words


def test_more_without_than_is_no_comparison():
    amount = only("Ann bought 5 more pens.")
    assert amount.compare is None
    assert amount.is_extra


# -- parts, and what is left open ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Ann has 9 eggs. She broke 4 of them.",
        "Ann has 9 eggs. 4 of the eggs are brown.",
        "Ann has 9 eggs and 4 are cracked.",
        "Ann has 9 eggs. Ben took 4 of her eggs.",
    ],
)
def test_some_of_what_was_told_are_a_part(text):
    assert [amount.is_part for amount in told(text)] == [False, True]


def test_pages_of_a_book_are_no_part():
    assert not only("Ann read 21 pages of her book.").is_part


def test_others_of_the_kind_on_another_day_are_no_part():
    amounts = told("Ann baked 7 pies today. She baked 5 of them yesterday.")
    assert [amount.is_part for amount in amounts] == [False, False]


def test_a_part_of_a_told_whole_has_both_numbers():
    amounts = told("Ann ate 3 of her 20 plums.")
    assert sorted((amount.value, amount.role == "whole") for amount in amounts) == [
        (3, False),
        (20, True),
    ]


def test_one_beside_the_other_tells_which():
    amounts = told("One rope was 8 feet long. The other rope was 6 feet long.")
    assert [(amount.value, amount.owner) for amount in amounts] == [
        (8, "one rope"),
        (6, "other rope"),
    ]


def test_a_change_without_a_number_is_remembered():
    vague = list(read_story("Ann had 9 pens. She gave away pens.").amounts)[1]
    assert (vague.value, vague.is_vague, vague.verb_class) == (None, True, "give")


@pytest.mark.parametrize("text", ["Ann went to the market.", "Ann has pens to sell."])
def test_going_somewhere_and_aims_change_nothing(text):
    assert not [
        amount
        for amount in read_story(text).amounts
        if amount.is_vague and amount.verb_class in {"go", "come", "sell"}
    ]


def test_what_is_filled_with_something_has_it():
    amount = only("The barn is filled with 40 bales of hay.")
    assert (amount.owner, amount.verb_class) == ("barn", "state")
