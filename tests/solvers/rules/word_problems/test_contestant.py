"""The rules answer what a text settles, abstain with a reason from the rest, and never hang."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import Problem, Settings, Unsupported
from spoonbench.solvers.rules.word_problems.contestant import MAX_CHARACTERS, RuleSolver

SOLVED = [
    ("John had 100 candies, he got 45 more from his mom", "145"),
    ("Ann had 9 plums. She ate 4 of them. How many plums does she have left?", "5"),
    ("Ben has 5 cards. Ann gave Ben 8 more. How many cards does Ben have now?", "13"),
    ("Sam has 40 cards. Kim bought 22 of Sam's cards. How many cards does Sam have now?", "18"),
    ("There are 46 rulers in the drawer. Tim took 25 rulers. How many rulers are left?", "21"),
    ("Tim has 5 red and 7 blue balloons. How many balloons does Tim have in all?", "12"),
    ("Tim has 5 cars and 3 dolls. He got 2 more cars. How many cars does Tim have?", "7"),
    (
        (
            "Dan had some fish. He gave 12 fish to Al. Now he has 54 fish. "
            "How many fish did Dan have at first?"
        ),
        "66",
    ),
    (
        (
            "29 birds sat in a tree. Some more flew up. Now there are 42 birds in the tree. "
            "How many birds flew up?"
        ),
        "13",
    ),
    ("Ann has 9 cups. Ben has 4 cups. How many more cups does Ann have than Ben?", "5"),
    ("Ann has 9 cups. Ben has 4 more cups than Ann. How many cups does Ben have?", "13"),
    ("Ann has 9 cups, which is 4 more than Ben has. How many cups does Ben have?", "5"),
    ("Ann has twice as many cups as Ben. Ben has 4 cups. How many cups does Ann have?", "8"),
    ("Ann needs 9 cups. She has 4 cups. How many more cups does Ann need?", "5"),
    ("Ann bought 6 boxes. Each box holds 4 pens. How many pens does Ann have?", "24"),
    ("12 guests come to a party. Each table holds 3 guests. How many tables are needed?", "4"),
    ("Joan spent $15 on shoes and $14.82 on a hat. How much did Joan spend in total?", "29.82"),
    ("Ann had twenty five cups. She broke six cups. How many cups does Ann have?", "19"),
    ("Ann had 9 mp3 cups. She lost 2. How many cups does Ann have?", "7"),
    (
        (
            "Ann had 1/2 pound of flour. She bought 1/3 pound of flour. "
            "How many pounds of flour does Ann have?"
        ),
        "5/6",
    ),
]

SAID_OTHERWISE = [
    ("Out of 60 stamps Rosa burned all but 25. How many stamps did Rosa burn?", "35"),
    (
        "A delivery of 9 lamps raised the store's stock to 30. How many lamps were there before?",
        "21",
    ),
    ("Rosa set out with 40 leaflets and came back with 12. How many leaflets are gone?", "28"),
    ("Rosa, with 12 medals, is 5 shy of the number that Omar has. How many has Omar?", "17"),
    ("A team of 24 players has 9 girls; the other players are boys. How many boys play?", "15"),
    ("The goal was 50 cans, and the class has collected 32. How many cans are missing?", "18"),
    ("Rosa left 14 rings to Priya, who had 3 before. How many rings does Priya have now?", "17"),
    ("Rosa owns 14 hats and Omar owns 9. By how many hats does Rosa beat Omar?", "5"),
    ("Omar sowed 30 beans, but only 21 sprouted. How many beans failed?", "9"),
    ("A farm keeps 12 goats and 30 hens. How many goats and hens is that?", "42"),
    ("Before that Omar had 8 hats. Then he got 5 more. How many hats does Omar have now?", "13"),
    ("After lunch Rosa got 7 pins. Before that she had 12 pins. How many has she now?", "19"),
    ("Rosa had 30 pins yesterday and has 12 today. How many pins are gone?", "18"),
    ("There are 20 hats here. 12 of them belong to Rosa. How many belong to someone else?", "8"),
    ("Omar, who is 34, had 20 pins. He lost 5 of them. How many pins does he have left?", "15"),
    ("Omar took train number 12 with 20 pins. He lost 5 of them. How many has he left?", "15"),
]
"""Wordings by rules that hold in general: none of these sentences is a frame of the task."""

UNSETTLED = [
    "",
    "How many?",
    "Ann has 5 cups.",
    "Tim has 5 red and 7 blue balloons. How many green balloons does Tim have?",
    "Ann had some cups. She got 4 more. How many cups does Ann have?",
    "Ann got 4 more cups. How many cups does Ann have?",
    "Ann had 9 cups. She got some more. How many cups does Ann have?",
    "Ann had 9 cups. She broke 12 cups. How many cups does Ann have?",
    "Ann had 9 cups. She got 4 more. How many plates does Ann have?",
    "Ann had 9 cups. She got 4 more. How many cups does Ben have?",
    "Ann had 9 cups. She got 4 more. How old is Ann?",
    "Ann had 9 cups. She did not buy 4 cups. How many cups does Ann have?",
    "Ann had 9 cups. She flibbered 4 cups. How many cups does Ann have?",
    "Ann had 9 cups. She lost 20% of them. How many cups does Ann have?",
    "Ann had 9 cups. She lost 2. How many cups does Ann have? How many cups did she lose?",
    "Ann has 9 postcards and Ben has 4. How many baseball cards do they have together?",
    "Ann has 9 cups and Ben has 4. How many cups did Ann have a year ago?",
]


@pytest.mark.parametrize(("text", "value"), SOLVED + SAID_OTHERWISE)
def test_one_reading_is_answered_exactly(ask, text, value):
    answer = ask(RuleSolver, text)
    assert (answer.status, answer.value) == ("answered", value)


@pytest.mark.parametrize("text", UNSETTLED)
def test_what_a_text_does_not_settle_is_abstained_from(ask, text):
    answer = ask(RuleSolver, text)
    assert answer.status == "abstained"
    assert answer.reason


def test_forced_the_nearest_reading_is_the_answer_and_says_how_unsure_it_is(ask):
    text = "Ann had 9 cups. She flibbered 4 cups. How many cups does Ann have?"
    forced = RuleSolver()
    forced.prepare(Settings(params={"forced": True}))
    unsure = ask(forced, text)
    sure = ask(forced, SOLVED[1][0])
    assert unsure.status == "answered"
    assert unsure.confidence < sure.confidence


def test_forced_without_any_number_there_is_nothing_to_answer_with(ask):
    forced = RuleSolver()
    forced.prepare(Settings(params={"forced": True}))
    assert ask(forced, "Ann has cups. How many cups does Ann have?").status == "abstained"


@given(st.lists(st.text("abcdefghijklmnop", min_size=3, max_size=9), min_size=2, max_size=2))
def test_new_names_for_people_and_things_never_change_the_answer(words):
    name, thing = (f"q{word}" for word in words)
    text = f"{name} had 12 {thing}s. He lost 5 {thing}s. How many {thing}s does {name} have?"
    (answer,) = RuleSolver().solve([Problem(problem_id="1", text=text, kind="number")])
    assert answer.value == "7"


WORDS = st.sampled_from(
    [
        *("ann", "she", "they", "5", "12", "some", "cups", "red", "of", "than", "more", "has"),
        *("had", "lost", "gave", "got", "each", "is", "are", "in", "the", "box", ",", ".", "?"),
        *("how", "many", "left", "total", "to", "from", "with", "and", "who", "which", "as"),
        *("not", "#", "$", "'s", "half"),
    ]
)


@given(st.lists(WORDS, max_size=40))
def test_any_order_of_words_gets_an_answer_with_a_value_or_a_reason(words):
    text = " ".join(words)
    (answer,) = RuleSolver().solve([Problem(problem_id="1", text=text, kind="number")])
    assert (answer.value is None) == (answer.status != "answered")
    assert answer.value is not None or answer.reason


@given(st.text())
def test_any_text_gets_an_answer(text):
    (answer,) = RuleSolver().solve([Problem(problem_id="1", text=text, kind="number")])
    assert answer.status in {"answered", "abstained"}


@pytest.mark.parametrize("unit", ["1 ", "a had ", "((", "how many ", ", and ", "5 of ", "'s "])
def test_over_long_texts_are_refused(ask, unit):
    answer = ask(RuleSolver, unit * 300_000)
    assert answer.status == "abstained"
    assert f"more than {MAX_CHARACTERS:,} characters" in answer.reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    ["1 ", "a had ", "((", "how many ", ", and ", "5 of ", "'s ", "to be 5 ", "he had 5 a. "],
)
def test_the_longest_text_that_is_read_is_read_to_its_end(ask, unit):
    assert ask(RuleSolver, unit * (MAX_CHARACTERS // len(unit))).status in {"answered", "abstained"}


def test_other_kinds_of_answer_fail_with_a_reason(ask):
    answer = ask(RuleSolver, "Ann has 5 cups.", kind="label")
    assert answer.status == "failed"
    assert "label" in answer.reason


def test_unknown_settings_are_refused():
    with pytest.raises(Unsupported, match="speed"):
        RuleSolver().prepare(Settings(params={"speed": 1}))
    with pytest.raises(Unsupported, match="true or false, not 'yes'"):
        RuleSolver().prepare(Settings(params={"forced": "yes"}))
