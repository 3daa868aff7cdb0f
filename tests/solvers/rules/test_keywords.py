"""The decision list is readable, ordered, and abstains where no rule fires."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import Example, Problem, Settings, Unsupported
from spoonbench.solvers.rules.keywords import MAX_CHARACTERS, KeywordListSolver


def example(text, target, number=0):
    return Example(problem=Problem(problem_id=str(number), text=text, kind="label"), target=target)


EXAMPLES = [
    *[example(f"my card has not come {word}", "card") for word in ("yet", "today", "at all")],
    *[example(f"the rate of exchange {word}", "rate") for word in ("is high", "fell", "today")],
    *[example(f"sing me a song {word}", None) for word in ("please", "today", "again")],
]


def trained(examples=EXAMPLES, **params):
    solver = KeywordListSolver()
    solver.prepare(Settings(params=params))
    report = solver.fit(examples, [], lambda share, message: None, None)
    return solver, report


def test_a_learned_word_decides_and_brings_the_precision_as_confidence(ask):
    solver, _ = trained()
    answer = ask(solver, "where is my Card", kind="label")
    assert answer.value == "card"
    assert 0.5 <= answer.confidence <= 1


def test_a_text_without_a_learned_word_is_abstained_from(ask):
    solver, _ = trained()
    assert ask(solver, "hello", kind="label").status == "abstained"


def test_examples_without_an_answer_teach_when_to_abstain(ask):
    solver, _ = trained()
    answer = ask(solver, "a song", kind="label")
    assert answer.status == "abstained"
    assert answer.reason.startswith("if ")


def test_the_rules_can_be_read():
    solver, report = trained()
    lines = solver.rules_text().splitlines()
    assert len(lines) == report.notes["n_rules"]
    assert report.notes["first_rules"] == lines[:20]
    assert all(line.startswith("if '") and "precision" in line for line in lines)


def test_a_pair_of_words_decides_where_one_word_does_not(ask):
    texts = {"top up": "in", "top cash": "other", "cash up": "other"}
    examples = [example(f"{text} {i}", label) for text, label in texts.items() for i in "abc"]
    solver, _ = trained(examples)
    assert "'top' and 'up'" in solver.rules_text()
    assert ask(solver, "up to the top", kind="label").value == "in"


def test_the_order_of_the_examples_does_not_matter():
    assert trained()[0].rules_text() == trained(EXAMPLES[::-1])[0].rules_text()


def test_rules_with_too_little_support_are_not_taken():
    assert trained(min_support=4)[0].rules_text() == ""


@given(st.text())
def test_any_text_gets_an_answer(text):
    solver, _ = trained()
    (answer,) = solver.solve([Problem(problem_id="1", text=text, kind="label")])
    assert answer.status in {"answered", "abstained"}


def test_over_long_texts_are_refused(ask):
    solver, _ = trained()
    assert "longer" in ask(solver, "card " * MAX_CHARACTERS, kind="label").reason


def test_what_cannot_be_done_fails_with_a_reason(ask):
    assert "fit" in ask(KeywordListSolver, "card", kind="label").reason
    assert "number" in ask(trained()[0], "card", kind="number").reason
    with pytest.raises(ValueError, match="no examples"):
        trained([])
    with pytest.raises(Unsupported, match="min_support"):
        trained(min_support=0)
    with pytest.raises(Unsupported, match="depth"):
        trained(depth=3)
