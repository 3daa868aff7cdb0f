"""Stories: their answers, read again from the finished text, and their numbers."""

import random
import re
from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.tasks.word_problems.frames import load_frames
from spoonbench.harness.tasks.word_problems.stories import (
    Numbers,
    draw_stories,
    draw_story,
    is_feasible,
)

USUAL = Numbers(smallest=1, largest=100, smallest_result=0)
SECTIONS = ("training", "unseen_frames", "distracting_number", "two_steps", "unanswerable")


def chance(seed):
    return random.Random(seed)  # no secret


def stories(section, n, numbers=USUAL, seed=0):
    return list(islice(draw_stories(chance(seed), load_frames(section), numbers), n))


def is_sum(text, family):
    """Whether the two numbers of a text are to be added, by its wording alone."""
    if re.search(r"which is \d+ (more|fewer) than", text):
        return "fewer than" in text
    if re.search(r"how many (more|fewer)|how many more", text):
        return False
    if re.search(r"\d+ (more|fewer)( \w+)* than", text):
        return "fewer" not in text
    if family == "unknown_start":
        # What was given away comes back; what was got goes.
        return re.search(r"left|still has", text) is not None
    if family == "transfer":
        first_owner = re.search(r"(gave (him|her)|hands over|he won|gave \w+ \d+( more)?)", text)
        gets = re.search(r"gave (him|her) \d|hands over|he won|already had|more \w+", text)
        return first_owner is not None and gets is not None
    return not re.search(r"of them|of which|broke|took|lost|threw", text)


@pytest.mark.parametrize("story", stories("training", 400), ids=lambda story: story.frame.frame_id)
def test_the_wording_and_the_answer_agree(story):
    text = story.text.lower()
    numbers = [int(digits) for digits in re.findall(r"\d+", text)]
    assert len(numbers) == 2
    if story.frame.family in {"gain", "combine"}:
        expected = sum(numbers)
    elif story.frame.family in {"loss", "unknown_change"}:
        expected = abs(numbers[0] - numbers[1])
    else:
        expected = (
            sum(numbers) if is_sum(text, story.frame.family) else abs(numbers[0] - numbers[1])
        )
    assert story.answer == expected, story.text


@pytest.mark.parametrize("section", SECTIONS)
def test_the_answer_is_the_sum_of_the_recorded_operands(section):
    for story in stories(section, 300):
        if not story.frame.terms:
            assert story.answer is None
            continue
        signs = dict(story.frame.terms)
        assert story.answer == sum(signs[label] * story.numbers[label] for label in signs)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_text_holds_exactly_the_recorded_numbers(section):
    for story in stories(section, 300):
        shown = sorted(int(digits) for digits in re.findall(r"\d+", story.text))
        assert shown == sorted(story.numbers.values()), story.text


def test_an_unanswerable_story_lacks_a_number_or_asks_about_something_else():
    vague = r"\b(some|several|few|full of|more \w+( \w+)? than|fewer than)\b"
    elsewhere = {"missing_start", "absent_owner", "absent_object", "other_question"}
    for story in stories("unanswerable", 500):
        if story.frame.family not in elsewhere:
            assert re.search(vague, story.text.lower()), story.text


def test_who_or_what_is_absent_is_named_only_in_the_question():
    asking = {"absent_owner": r"does (\w+) have", "absent_object": r"(.+?) do"}
    for story in stories("unanswerable", 500):
        if story.frame.family in asking:
            told, asked = re.split(r"(?i)how many ", story.text)
            absent = re.search(asking[story.frame.family], asked)
            assert absent is not None
            assert absent[1] not in told, story.text


def test_styles_are_as_written_lower_case_and_spliced():
    texts = [story.text for story in stories("training", 2000)]
    lower = [text for text in texts if text == text.lower()]
    spliced = [text for text in lower if ". " not in text]
    assert 0.4 < len(lower) / len(texts) < 0.6
    assert len(spliced) > len(lower) / 2
    assert any(text.endswith("?") for text in lower)
    assert not any(text.endswith(".") for text in lower)


def test_some_stories_ask_nothing():
    asked = [story.text.endswith("?") for story in stories("training", 2000)]
    assert 0.05 < 1 - sum(asked) / len(asked) < 0.4


@given(
    smallest=st.integers(0, 200),
    width=st.integers(1, 300),
    smallest_result=st.integers(-300, 300),
    section=st.sampled_from(SECTIONS),
    seed=st.integers(0, 2**32),
)
def test_numbers_stay_within_what_was_asked_for(smallest, width, smallest_result, section, seed):
    numbers = Numbers(smallest=smallest, largest=smallest + width, smallest_result=smallest_result)
    rng = chance(seed)
    for frame in load_frames(section):
        if is_feasible(frame, numbers):
            story = draw_story(rng, frame, numbers)
            operands = [story.numbers[label] for label in "abcd" if label in story.numbers]
            assert all(smallest <= operand <= smallest + width for operand in operands)
            assert story.answer is None or story.answer >= smallest_result


@given(smallest=st.integers(0, 4), width=st.integers(0, 3), smallest_result=st.integers(-12, 12))
def test_feasible_means_that_operands_exist(smallest, width, smallest_result):
    numbers = Numbers(smallest=smallest, largest=smallest + width, smallest_result=smallest_result)
    for frame in (*load_frames("two_steps"), *load_frames("training")[18:36]):
        found = False
        for drawn in operand_choices(frame, numbers):
            totals = running_totals(frame, drawn)
            floor = min(smallest_result, 0)
            wanted = max(smallest_result, 1) if frame.is_positive else smallest_result
            found |= totals[-1] >= wanted and all(total >= floor for total in totals[1:-1])
        assert is_feasible(frame, numbers) == found


def operand_choices(frame, numbers):
    choices = [
        range(max(numbers.smallest, 2 if label in frame.plural else 0), numbers.largest + 1)
        for label, _ in frame.terms
    ]
    return product(*choices)


def running_totals(frame, drawn):
    totals: list[int] = []
    for (_, sign), number in zip(frame.terms, drawn, strict=True):
        totals.append((totals[-1] if totals else 0) + sign * number)
    return totals
