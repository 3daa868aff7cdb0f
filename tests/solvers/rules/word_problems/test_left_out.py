"""One fact more or less, one word other in the question: the rules answer the one, not the other.

Each pair holds a text that settles its question and one beside it that does not: what is asked is
told of somebody else, of another day or place, or a number that it takes is nowhere told.
"""

from fractions import Fraction

import pytest

SETTLED = [
    # Who, where, when.
    (
        "Ann planted 8 bulbs on Monday and 5 bulbs on Tuesday. How many bulbs did Ann plant?",
        13,
        "Ann planted 8 bulbs on Monday and 5 bulbs on Tuesday. How many did she plant on Friday?",
    ),
    (
        "The red hall has 12 lamps, the blue hall 7 lamps. How many lamps do both halls have?",
        19,
        "The red hall has 12 lamps, the blue hall 7 lamps. How many does the green hall have?",
    ),
    (
        "18 jars stand in the shop and 6 jars in the cellar. How many jars are there in all?",
        24,
        "18 jars stand in the shop and 6 jars in the cellar. How many jars are in the garden?",
    ),
    (
        "Mia has 14 pens. She lost 5 of them. How many pens does Mia have left?",
        9,
        "Mia has 14 pens. She lost 5 and her cousin lost 2. How many pens has her cousin left?",
    ),
    (
        (
            "Ida, Kim and Leo sold tea. Ida sold 4 cups, Kim 6 cups and Leo 9 cups. "
            "How many cups did they sell in all?"
        ),
        19,
        (
            "Ida, Kim and Leo sold tea. Ida sold 4 cups and Kim sold 6 cups. "
            "How many cups did all three sell?"
        ),
    ),
    # Comparisons.
    (
        (
            "Tom has twice as many coins as Ann. Ann has 6 coins and 4 rings. "
            "How many coins does Tom have?"
        ),
        12,
        "Tom has twice as many coins as Ann and 4 rings. How many coins does Tom have?",
    ),
    (
        "The oak is 9 meters high. The elm is 3 meters higher. How high is the elm?",
        12,
        "The oak is higher than the elm, which is 9 meters high. How high is the oak?",
    ),
    (
        "Tom ran 40 seconds. Ann was 5 seconds faster than Tom. How many seconds did Ann run?",
        35,
        "Tom was 5 seconds faster than Ann. Eva needed 40 seconds. How many seconds did Tom need?",
    ),
    # "Some", and what has no price.
    (
        (
            "There were 20 crows on the roof. 6 flew away and then 3 came back. "
            "How many crows are on the roof now?"
        ),
        17,
        (
            "There were 20 crows on the roof. Some flew away and then 3 came back. "
            "How many crows are on the roof now?"
        ),
    ),
    (
        (
            "Tom had 40 dollars. He bought a cap for 12 dollars and a mug for 7 dollars. "
            "How much money does he have left?"
        ),
        21,
        (
            "Tom had 40 dollars. He bought a cap for 12 dollars and a mug. "
            "How much money does he have left?"
        ),
    ),
    (
        "A candle costs 4 dollars. Ann bought 3 candles. How much did she pay?",
        12,
        "A candle costs 4 dollars. Ann bought 3 candles and a lamp. How much did she pay?",
    ),
    (
        "A bottle of milk costs 2 dollars. How much do 5 bottles of milk cost?",
        10,
        "A bottle of milk costs 2 dollars. How much do 5 bottles of wine cost?",
    ),
    (
        "Ben has 30 stamps. 11 of them are old. How many of the stamps are not old?",
        19,
        "Ben has more than 30 stamps. 11 of them are old. How many of the stamps are not old?",
    ),
    # Kinds and measures.
    (
        "In the pond live 30 animals, frogs and newts. 12 are frogs. How many newts live there?",
        18,
        "On the farm are 30 animals, cows, pigs and hens. 12 are cows. How many hens are there?",
    ),
    (
        "Ann and Ben have 30 euros together. Ann has 12 euros. How much does Ben have?",
        18,
        "Ann and Ben have 30 euros together. Ann is 12 years old. How much does Ben have?",
    ),
    (
        "Each horse eats 3 bales a week. There are 4 horses. How many bales do they eat a week?",
        None,
        "Each of the horses eats 3 bales a week. There are 24 bales. How many weeks do they last?",
    ),
]

TWO_STEPS = [
    ("Tom has 5 more than twice as many coins as Ann. Ann has 4 coins. How many has Tom?", 13),
    ("Tom has 5 more than twice as many coins as Ann. Tom has 17 coins. How many has Ann?", 6),
    (
        "Tom has 2 fewer coins than three times as many as Ann. Ann has 4. How many has Tom?",
        10,
    ),
    (("The rope is three times the length of the belt. The belt is 2 feet long. "
     "How long is the rope?"), 6),
]  # fmt: skip

AGES = [
    ("Ida is 12 years old. Tom is 5 years older than Ida. How old is Tom?", 17),
    ("Ida is 12 years old. Tom is 5 years younger. How old is Tom?", 7),
    ("Ida is 12 years old today. How old will she be in 8 years?", 20),
    ("Ida is 12 years old. How old was she 8 years ago?", 4),
    ("Tom's father is 38 years old. He is 28 years older than Tom. How old is Tom?", 10),
    (("Last year Ida was 9 cm shorter than she is now. Now she is 132 cm tall. "
     "How tall was she last year?"), 123),
]  # fmt: skip

TOLD = [
    # The particle stands before "and".
    ("There were 20 crows on the roof. 6 flew away and 3 came back. How many are there now?", 17),
    ("A tank held 50 liters. 8 liters were pumped in. How many liters are in the tank now?", 58),
    ("A mile is 8 furlongs. How many furlongs are in 5 miles?", 40),
    ("The blue team scored 41 points, the red team 33. How many points did both teams score?", 74),
]


@pytest.mark.parametrize(("settled", "value", "open_"), SETTLED)
def test_what_is_not_told_is_not_made_up(relate, settled, value, open_):
    if value is not None:
        assert relate(settled).value == Fraction(value)
    assert relate(open_).value is None


@pytest.mark.parametrize(("text", "value"), TWO_STEPS + AGES + TOLD)
def test_answers(relate, text, value):
    assert relate(text).value == Fraction(value)


def test_a_number_that_no_amount_was_read_from_is_no_answers_business(relate):
    told = "Ann's pool is 5 feet deeper than 2 times Tom's pool. Tom's pool is 4 feet deep."
    assert relate(f"{told} How deep is Ann's pool?").value is None


def test_an_empty_line_ends_a_sentence_whatever_digits_stand_before_it(relate):
    plain = "Ann has 9 cups\n\nShe broke 2 cups\n\nHow many cups does Ann have left?"
    wide = plain.replace("9", "\uff19").replace("2", "\uff12")
    assert relate(plain).value == relate(wide).value == Fraction(7)
