"""The frames file: every line compiles, says what it computes, and reads well."""

import random
import re

import pytest

from spoonbench.harness.tasks.word_problems.frames import BadFrame, load_frames, read_frame
from spoonbench.harness.tasks.word_problems.stories import Numbers, draw_story, is_feasible

SECTIONS = ("training", "unseen_frames", "distracting_number", "two_steps", "unanswerable")
FRAMES = [frame for section in SECTIONS for frame in load_frames(section)]
ONES = Numbers(smallest=1, largest=3, smallest_result=0)
OF_MANY = r"\b(them|which|the|his|her|\w+'s|\d+)\b"


def chance(seed):
    return random.Random(seed)  # no secret


def texts(frame, numbers=ONES, n=40):
    rng = chance(frame.frame_id)
    return [draw_story(rng, frame, numbers) for _ in range(n)]


def skeleton(frame):
    return tuple(part.many for part in frame.variants[0])


def test_there_are_as_many_frames_as_promised():
    assert len(load_frames("training")) >= 60
    assert len(load_frames("unseen_frames")) >= 20
    assert min(len(load_frames(section)) for section in SECTIONS) >= 20


def test_no_frame_stands_in_two_sections_or_twice():
    assert len({skeleton(frame) for frame in FRAMES}) == len(FRAMES)


@pytest.mark.parametrize(
    ("section", "n_terms"),
    [("training", {2}), ("unseen_frames", {2}), ("two_steps", {3}), ("unanswerable", {0})],
)
def test_sections_hold_sums_of_their_length(section, n_terms):
    assert {len(frame.terms) for frame in load_frames(section)} == n_terms


def test_every_distracting_frame_has_a_number_outside_its_sum():
    for frame in load_frames("distracting_number"):
        assert set(frame.numbers) - {label for label, _ in frame.terms}, frame.frame_id


def test_the_families_that_name_a_direction_keep_it():
    signs = {"gain": {1}, "combine": {1}, "loss": {-1}, "unknown_change": {-1}}
    for frame in (*load_frames("training"), *load_frames("unseen_frames")):
        if frame.family in signs:
            assert {sign for _, sign in frame.terms[1:]} == signs[frame.family], frame.frame_id


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.frame_id)
def test_a_frame_leaves_no_slot_open_and_agrees_with_one(frame):
    assert is_feasible(frame, ONES)
    for story in texts(frame):
        assert not re.search(r"[{}\[\]|]|  | [.,?]", story.text), story.text
        # "1 candies", "2 candy": a number agrees with the noun behind it.
        nouns = re.findall(r"\b1 (?:more |red |blue )?(\w+)\b", story.text)
        assert not {"candies", "apples", "books", "children", "girls", "marbles"} & set(nouns)
        assert not re.search(r"\b[023] (more )?(candy|apple|book|child|girl|marble)\b", story.text)
        assert not re.search(r"\b1 (are|were|have)\b|\b[23] (is|was)\b", story.text), story.text


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.frame_id)
def test_a_part_is_never_taken_of_a_single_thing(frame):
    for story in texts(frame):
        if re.search(rf"\b(\d+|some) of {OF_MANY}|\b[Oo]ut of \d", story.text, re.IGNORECASE):
            assert story.numbers.get("a", 2) >= 2, story.text


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.frame_id)
def test_with_several_owners_no_question_uses_a_pronoun(frame):
    for parts in frame.variants:
        text = "".join(part.many for part in parts)
        question = re.split(r"[.;] ", text)[-1]
        if "{other}" in text and question.endswith("?"):
            asked = question.rsplit(", ", 1)[-1]
            assert not re.search(r"\{(he|He|his|His|him)\}", asked), text


def test_the_sentence_of_the_documents_is_a_frame():
    frame = load_frames("training")[0]
    values = {"name": "john", "a": 100, "things": "candies", "he": "he", "b": 45, "his": "his"}
    text = "".join(part.many for part in frame.variants[0]).format(**values, relative="mom")
    assert text == "john had 100 candies, he got 45 more from his mom"
    assert frame.terms == (("a", 1), ("b", 1))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{name} has {a: things}", "not 'operation"),
        ("a * b | {a} and {b}", "not 'operation"),
        ("a + b | {a} and nothing else", "each operand"),
        ("a + a | {a} and {a}", "each operand"),
        ("a + b | {a}, {b} and {c}", "not in the sum"),
        ("a + b | {a}, {b} and {nobody}", "no slot 'nobody'"),
        ("a + b | {a}, {b? is|are} {b} and {x? is|are}", "no slot 'x'"),
        ("a + b | {a} and {b}. [nothing]", "no question group"),
        ("a + b | {a} [now] and {b}", "at the end"),
        ("a + b | {a: foods} and {b: colorables}", "one object"),
        ("a + b | {a} and {b", "expected '}'"),
    ],
)
def test_a_line_that_breaks_the_notation_is_refused(line, complaint):
    with pytest.raises(BadFrame, match=re.escape(complaint)):
        read_frame("training/gain/1", line, {"now": [""]})
