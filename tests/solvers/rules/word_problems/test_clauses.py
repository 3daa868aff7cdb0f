"""Subjects, verbs and complements of the clauses of a sentence."""

from __future__ import annotations

import pytest

from spoonbench.solvers.rules.word_problems.clauses import split_clauses
from spoonbench.solvers.rules.word_problems.phrases import NounPhrase, read_phrases
from spoonbench.solvers.rules.word_problems.tokens import read_sentences


def clauses_of(text):
    return split_clauses(read_phrases(read_sentences(text)[0].tokens))


def subjects_of(text):
    """Lemma of each verb and the heads of its subject."""
    return [
        (clause.verb.verb.lemma, [phrase.head or phrase.pronoun for phrase in clause.subject])
        for clause in clauses_of(text)
    ]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Ann and Ben sold 5 pies.", [("sell", ["ann", "ben"])]),
        ("Ann, Ben and Carl sold 5 pies.", [("sell", ["ann", "ben", "carl"])]),
        ("She and 3 of her friends sold pies.", [("sell", ["she", ""])]),
        ("Ann sold 5 pies and ate 2.", [("sell", ["ann"]), ("eat", ["ann"])]),
        ("Ann sold 5 pies and Ben ate 2.", [("sell", ["ann"]), ("eat", ["ben"])]),
        ("The girl who won gave him 5 pens.", [("win", ["girl"]), ("give", ["girl"])]),
        ("The pens that Ann bought cost 5 dollars.", [("buy", ["ann"]), ("cost", ["pen"])]),
        ("The pens she bought cost 5 dollars.", [("buy", ["she"]), ("cost", ["pen"])]),
        (
            "A van carrying 4 tons of sand leaves and picks up 3 tons.",
            [("carry", ["van"]), ("leave", ["van"]), ("pick", ["van"])],
        ),
        (
            "There were 6 boys playing a game when 2 girls left.",
            [("be", ["there"]), ("play", ["boy"]), ("leave", ["girl"])],
        ),
        (
            "After paying 4 dollars, Ann has 9 dollars.",
            [("pay", ["ann"]), ("have", ["ann"])],
        ),
        ("A team with 2 men and 5 women came.", [("come", ["team"])]),
        ("If 9 of them leave, Ann has 5.", [("leave", [""]), ("have", ["ann"])]),
        ("Having sold 4 pens, Ann went home.", [("sell", ["ann"]), ("go", ["ann"])]),
        ("Ann has 4 pens and her brother Ben has 5.", [("have", ["ann"]), ("have", ["ben"])]),
        ("Ann sold twice as many pens as Ben did.", [("sell", ["ann"]), ("do", ["ben"])]),
        ("Ann has 5 pens to sell.", [("have", ["ann"]), ("sell", ["ann"])]),
    ],
)
def test_each_verb_has_its_subject(text, subjects):
    assert subjects_of(text) == subjects


def heads(phrases):
    return [phrase.head for phrase in phrases if isinstance(phrase, NounPhrase)]


def test_what_stands_before_the_subject_is_kept_apart():
    (clause,) = clauses_of("On Monday Ann sold 5 pies.")
    assert (heads(clause.before), heads(clause.subject), heads(clause.after)) == (
        ["monday"],
        ["ann"],
        ["pie"],
    )


def test_a_time_after_and_goes_with_the_clause_behind_it():
    first, second = clauses_of("On Monday Ann sold 5 pies and on Sunday she sold 3 pies.")
    assert heads(first.after) == ["pie"]
    assert heads(second.before) == ["sunday"]


def test_a_relative_clause_knows_what_it_tells_of():
    clause = clauses_of("Ann has 40 figs that must be put in bags.")[1]
    assert (clause.opener, clause.antecedent.head, clause.is_inherited) == ("that", "fig", True)


def test_each_before_a_gerund_stands_for_each_of_what_was_named():
    clause = clauses_of("There are 4 boxes, each holding 8 pens.")[1]
    assert [(phrase.determiner, phrase.head) for phrase in clause.subject] == [("each", "box")]


def test_a_sentence_without_a_verb_is_one_clause():
    (clause,) = clauses_of("Only 5 pies for Ann.")
    assert clause.verb is None
    assert heads(clause.after) == ["pie", "ann"]


def test_a_phrase_between_subject_and_verb_stands_apart():
    (clause,) = clauses_of("The boys in the choir sang 5 songs.")
    assert heads(clause.subject) == ["boy"]
    assert heads(clause.subject_rest) == ["choir"]
