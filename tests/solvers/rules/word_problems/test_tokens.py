"""Texts are cut into sentences of words, contractions and names, with their places in the text."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from spoonbench.solvers.rules.word_problems.tokens import Unread, read_sentences

# Texts that look like word problems, so that the rules meet each other.
_PIECES = (
    "a an the one two twenty hundred thousand dozen half third quarters second twice double couple",
    "of and negative point percent 5 12 1/2 3.5 1,000 .5 1998 $ \u20ac \u00a2 % - ' 's n't 'd \" .",
    "? ! , : ; ( ) # _ & apples Tom June room hour in at pm a.m. U.S. Mr. lbs. is it cannot don't",
    "CD's boys' five-dollar two-thirds six-year-old 5kg 3rd 3:30 \u00bd \u0663 \u201c \u2019",
    "\u2013 \uff15 caf\u00e9 cafe\u0301 \ufdfa \u200f \n\n",
)
_TEXTS = st.lists(
    st.tuples(st.sampled_from(" ".join(_PIECES).split(" ")), st.sampled_from([" ", " ", "", "\n"])),
    max_size=30,
).map(lambda parts: "".join(piece + space for piece, space in parts))


def words(text):
    """The texts of the tokens, sentence by sentence."""
    return [[token.text for token in sentence.tokens] for sentence in read_sentences(text)]


def refusal(text):
    """The message of a refused text; "" for one that is read."""
    try:
        read_sentences(text)
    except Unread as error:
        return str(error)
    return ""


def names(text):
    return {
        token.text for sentence in read_sentences(text) for token in sentence.tokens if token.name
    }


def check_places(text):
    """Places rise, lie inside the sentence, and hold what was read."""
    before = 0
    for sentence in read_sentences(text):
        assert sentence.tokens
        assert before <= sentence.start < sentence.end <= len(text)
        before, last = sentence.end, sentence.start
        for token in sentence.tokens:
            assert last <= token.start < token.end <= sentence.end
            assert text[token.start : token.end].strip()
            assert (token.value is None) == (token.text != "#")
            last = token.start


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    message = refusal(text)
    if message:
        assert message.startswith(("number: ", "characters: "))
    else:
        check_places(text)


@given(_TEXTS)
@example("a \n\n \u00bd ")
def test_texts_of_known_pieces_are_read_or_refused(text):
    message = refusal(text)
    if message:
        assert message.startswith(("number: ", "characters: "))
    else:
        check_places(text)


@given(st.lists(st.from_regex(r"[bcdf-hj-np-z]{3,8}", fullmatch=True), min_size=1, max_size=20))
def test_plain_words_are_at_their_places(parts):
    text = " ".join(parts)
    read = [token for sentence in read_sentences(text) for token in sentence.tokens]
    assert [text[token.start : token.end].lower() for token in read] == [
        token.text for token in read
    ]


@given(_TEXTS)
@example("5 \n\n a ")
def test_full_width_signs_and_digits_are_read_as_the_plain_ones(text):
    # Digits of two scripts in one number are refused, whichever comes first.
    assume(not any("\uff10" <= c <= "\uff19" for c in text))
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text)
    if refusal(text):
        assert refusal(wide)
    else:
        assert words(wide) == words(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mary 's dog", "mary 's dog"),
        ("Mary's dog", "mary 's dog"),
        ("Mary\u2019s dog", "mary 's dog"),
        ("the boys' books", "the boys 's books"),
        ("the boys ' books", "the boys 's books"),
        ("the 'boys' here", "the ' boys ' here"),
        ("it's red", "it is red"),
        ("it 's red", "it is red"),
        ("let's go", "let us go"),
        ("didn't", "did not"),
        ("did n't", "did not"),
        ("can't", "can not"),
        ("ca n't", "can not"),
        ("cannot", "can not"),
        ("won't", "will not"),
        ("they're", "they are"),
        ("we've", "we have"),
        ("I'm", "i am"),
        ("she'll", "she will"),
        ("she'd eaten", "she had eaten"),
        ("she'd eat", "she would eat"),
        ("3 CD 's", "# cds"),
        ("3 CD's", "# cds"),
        ("the CD's case", "the cd 's case"),
        ("M&M's", "m&m 's"),
        ("mother-in-law's", "mother-in-law 's"),
        ("trick-or-treating", "trick-or-treating"),
        ("a 5-pound bag", "a # - pound bag"),
        ("six-year-olds", "# - year-olds"),
        ("a one-way ticket", "a one-way ticket"),
        ("O'Brien", "o'brien"),
        ("#5", "no. #"),
        ("caf\u00e9", "caf\u00e9"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_words_are_taken_apart(text, expected):
    assert words(text) == [expected.split()]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He left. She came.", 2),
        ("he left . she came .", 2),
        ("He has 8.0 books. She came.", 2),
        ("He has 8 books.She came.", 2),
        ("Mr. Smith and Mrs. Jones came.", 1),
        ("He went to St. Louis.", 1),
        ("John F. Kennedy came.", 1),
        ("He chose box A. How many are left?", 2),
        ("Mary and I. He left.", 2),
        ("It is 5 lbs. of fish.", 1),
        ("It is 5 lbs. She left.", 2),
        ("Put it in. how many?", 2),
        ("The U.S. army came.", 1),
        ("At 5 p.m. he left.", 1),
        ("He came at 5 p.m. She left.", 2),
        ("Really?! Yes... No!", 3),
        ('He said "no." She left.', 2),
        ("A list\n\nAnother list", 2),
        ("A line\nand more", 1),
        ("...", 0),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text, count):
    assert len(read_sentences(text)) == count


def test_a_question_is_told_from_a_statement():
    asked = [sentence.asked for sentence in read_sentences("He left. Did he?! He did")]
    assert asked == [False, True, False]


def test_names_are_told_from_other_capitals():
    assert names("Apples cost 5. Tom ate them. Did Tom pay?") == {"tom"}
    assert names("He met Ann. Ann left.") == {"ann"}
    assert names("He and I left. I came.") == set()
    assert names("tom met ann.") == set()


def test_places_are_those_of_the_original_text():
    text = "\uff15 caf\u0065\u0301s \u00bd\u200f pies"
    read = read_sentences(text)[0].tokens
    assert [text[token.start : token.end] for token in read] == [
        "\uff15",
        "caf\u0065\u0301s",
        "\u00bd",
        "pies",
    ]


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u200b", "\ufeff", "\u2067", "\u2069"])
def test_invisible_marks_between_words_change_nothing(mark):
    assert words(f"He{mark} has {mark}5 apples{mark}.") == words("He has 5 apples.")


@pytest.mark.parametrize(
    "text",
    [
        "He has \u202e12 apples.",
        "He has \u202d12\u202c apples.",
        "He has 1\u200b2 apples.",
        "He has 1\u200e2 apples.",
        "He has \x08 apples.",
        "He has \ud800 apples.",
        "He has a" + "\u0301" * 40,
        "He has 5\u0336 apples.",
    ],
)
def test_characters_that_hide_what_is_shown_are_refused(text):
    with pytest.raises(Unread, match=r"^characters: "):
        read_sentences(text)


def test_an_override_that_is_closed_before_the_text_changes_nothing():
    assert words("\u202e\u202cHe has 12 apples.") == words("He has 12 apples.")


@pytest.mark.parametrize("text", ["1\u0663", "\u06631", "\u0661\u06f2"])
def test_digits_of_two_scripts_in_one_number_are_refused(text):
    with pytest.raises(Unread, match="two scripts"):
        read_sentences(text)


@pytest.mark.parametrize(
    "piece",
    [" ", "\n", "'", "-", "1,", "1-", "a.", "a'", "one ", "a-", "$", "\u200f", "and ", "e\u0301"],
)
def test_long_runs_are_read_or_refused(piece):
    message = refusal(piece * 20_000 + "x")
    assert message.startswith(("number: ", "characters: ")) or not message
