"""Ways that cost too much to be answered with are not sought, and that changes no answer."""

import json
from pathlib import Path

from spoonbench.solvers.rules.word_problems.costs import MOST_COST
from spoonbench.solvers.rules.word_problems.derivation import find_readings
from spoonbench.solvers.rules.word_problems.grading import grade
from spoonbench.solvers.rules.word_problems.spellings import RULED, WORDS
from spoonbench.solvers.rules.word_problems.stories import read_story
from spoonbench.solvers.rules.word_problems.tagging import RULES
from spoonbench.solvers.rules.word_problems.tokens import Unread

SETS = Path(__file__).parents[4] / "bench" / "word_problem_sets"


def stories():
    for path in sorted(SETS.glob("*/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            try:
                yield read_story(json.loads(line)["question"])
            except Unread:
                continue


def test_a_bounded_search_answers_as_a_whole_one_does():
    n_told = n_left_out = n_answered = 0
    for story in stories():
        every, some = find_readings(story), find_readings(story, is_forced=False)
        whole, bounded = grade(story, every), grade(story, some)
        assert bool(bounded.reason) == bool(whole.reason), story
        if not whole.reason:
            assert some[0].value == every[0].value, story
            assert bounded.confidence == whole.confidence, story
            n_answered += 1
        n_told += 1
        n_left_out += len(some) < len(every)
    assert n_told > 3_000
    assert n_answered > n_told // 3
    assert n_left_out > n_told // 10


def test_what_is_left_out_is_no_cheaper_than_the_bound():
    for story in stories():
        some = [(one.value, one.cost) for one in find_readings(story, is_forced=False)]
        cheap = [one for one in find_readings(story) if one.cost < MOST_COST]
        assert {one.value for one in cheap} <= {value for value, _ in some}, story


def test_every_word_with_a_rule_of_its_own_waits_for_it():
    assert set(RULES) == RULED
    assert not any(WORDS[word].is_settled or WORDS[word].is_plain for word in RULED)
