"""The verb lists: one class a verb, every form known, phrasal verbs of known lemmas."""

import tomllib
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.rules.word_problems.inflection import (
    past_tense,
    present_participle,
    third_person,
)
from spoonbench.solvers.rules.word_problems.lexicon import _conjugated, load_lexicon

LEXICON = load_lexicon()
PACKAGE = files("spoonbench.solvers.rules.word_problems")
VERBS = tomllib.loads(PACKAGE.joinpath("verbs.toml").read_text("utf-8"))


def lines(text):
    return [line.split() for line in text.strip().splitlines()]


ENTRIES = [(name, entry) for name, text in VERBS["classes"].items() for entry in lines(text)]
# A class more than these, or one less, is a change of what sentences can mean.
CLASSES = """state boundary get take give lose make put come go need buy sell spend cost earn hold
weigh travel do think divide group"""


def test_the_classes_are_those_that_sentences_are_read_by():
    assert sorted(VERBS["classes"]) == sorted(CLASSES.split())


def test_everyday_english_is_covered():
    assert len(ENTRIES) >= 2000
    assert len(LEXICON.phrasal) >= 700


def test_each_verb_stands_in_one_class():
    counts = Counter(entry[0] for _, entry in ENTRIES)
    assert [lemma for lemma, count in counts.items() if count > 1] == []


def test_verbs_of_a_class_are_in_order():
    for name, text in VERBS["classes"].items():
        lemmas = [entry[0] for entry in lines(text)]
        assert lemmas == sorted(lemmas), name


def test_no_spelling_is_of_two_verbs_unless_one_is_preferred():
    preferred = dict(lines(VERBS["spellings"]["preferred"]))
    nouns = set(VERBS["spellings"]["nouns"].split())
    owners: dict[str, set[str]] = {}
    for _, entry in ENTRIES:
        for spelling, forms in _conjugated(entry, (None,)):
            if not (entry[0] in nouns and forms <= {"base", "third"}):
                owners.setdefault(spelling, set()).add(entry[0])
    clashes = {spelling for spelling, lemmas in owners.items() if len(lemmas) > 1}
    assert clashes - preferred.keys() == set()
    assert all(lemma in owners[spelling] for spelling, lemma in preferred.items())


def test_every_preferred_spelling_is_of_the_verb_that_is_preferred():
    for spelling, lemma in lines(VERBS["spellings"]["preferred"]):
        assert LEXICON.verbs[spelling].lemma == lemma


def test_every_verb_is_known_in_its_class_under_every_regular_form():
    nouns = set(VERBS["spellings"]["nouns"].split())
    preferred = dict(lines(VERBS["spellings"]["preferred"]))
    for verb_class, (lemma, *irregular) in ENTRIES:
        spellings = [] if lemma in nouns else [lemma]
        if not irregular and lemma not in nouns:
            spellings.append(third_person(lemma))
        for spelling in spellings:
            verb = LEXICON.verbs[spelling]
            if preferred.get(spelling, lemma) == lemma:
                assert (verb.lemma, verb.verb_class) == (lemma, verb_class)


def test_every_verb_has_a_past_a_participle_and_an_ing_form():
    forms: dict[str, set[str]] = {}
    for verb in LEXICON.verbs.values():
        forms.setdefault(verb.lemma, set()).update(verb.forms)
    # "lay" is read as the verb of hens, so "lie" has no past of its own.
    assert {lemma for lemma in forms if not {"past", "participle", "ing"} <= forms[lemma]} == {
        "lie"
    }


def test_an_irregular_entry_has_at_most_its_five_forms():
    assert all(len(entry) <= 5 for _, entry in ENTRIES)


def test_spelling_lists_speak_of_known_verbs():
    lemmas = {entry[0] for _, entry in ENTRIES}
    variants = {variant for variant, _ in lines(VERBS["spellings"]["variants"])}
    for name in ("doubled", "doubled_or_single", "nouns", "nouns_or_verbs"):
        assert set(VERBS["spellings"][name].split()) <= lemmas | variants, name
    assert {lemma for _, lemma in lines(VERBS["spellings"]["variants"])} <= lemmas
    assert not variants & lemmas


def test_verbs_that_multiply_are_in_no_class():
    assert not LEXICON.words["scaling_verbs"] & LEXICON.verbs.keys()


@pytest.mark.parametrize(
    ("spelling", "lemma", "verb_class", "forms"),
    [
        ("found", "find", "get", {"past", "participle"}),
        ("left", "leave", "go", {"past", "participle"}),
        ("saw", "see", "do", {"past"}),
        ("fell", "fall", "go", {"past"}),
        ("lay", "lay", "make", {"base"}),
        ("put", "put", "put", {"base", "past", "participle"}),
        ("read", "read", "do", {"base", "past", "participle"}),
        ("were", "be", "state", {"past"}),
        ("has", "have", "state", {"third"}),
        ("gave", "give", "give", {"past"}),
        ("given", "give", "give", {"participle"}),
        ("bought", "buy", "buy", {"past", "participle"}),
        ("sold", "sell", "sell", {"past", "participle"}),
        ("ate", "eat", "lose", {"past"}),
        ("swum", "swim", "travel", {"participle"}),
        ("paid", "pay", "spend", {"past", "participle"}),
        ("costs", "cost", "cost", {"third"}),
        ("knew", "know", "think", {"past"}),
        ("stopped", "stop", "do", {"past", "participle"}),
        ("planned", "plan", "think", {"past", "participle"}),
        ("visited", "visit", "do", {"past", "participle"}),
        ("opened", "open", "do", {"past", "participle"}),
        ("mailed", "mail", "give", {"past", "participle"}),
        ("tossed", "toss", "lose", {"past", "participle"}),
        ("carries", "carry", "state", {"third"}),
        ("played", "play", "do", {"past", "participle"}),
        ("tying", "tie", "put", {"ing"}),
        ("dyeing", "dye", "make", {"ing"}),
        ("travelled", "travel", "travel", {"past", "participle"}),
        ("traveling", "travel", "travel", {"ing"}),
        ("organised", "organize", "group", {"past", "participle"}),
        ("coloured", "color", "do", {"past", "participle"}),
        ("quitting", "quit", "go", {"ing"}),
        ("withdrawing", "withdraw", "take", {"ing"}),
    ],
)
def test_a_spelling_is_read_as_the_verb_that_problems_mean(spelling, lemma, verb_class, forms):
    verb = LEXICON.verbs[spelling]
    assert (verb.lemma, verb.verb_class, set(verb.forms)) == (lemma, verb_class, forms)


@pytest.mark.parametrize("noun", ["box", "boxes", "bags", "shelves", "spring", "hammer", "teams"])
def test_nouns_of_the_spelling_of_a_verb_are_no_verbs(noun):
    assert noun not in LEXICON.verbs


def test_likely_nouns_are_told_apart():
    assert {"plants", "drink", "walk", "parks"} <= LEXICON.words["nouns_or_verbs"]
    assert "give" not in LEXICON.words["nouns_or_verbs"]


def test_phrasal_verbs_are_of_known_lemmas_and_classes():
    lemmas = {entry[0] for _, entry in ENTRIES}
    assert {lemma for lemma, _ in LEXICON.phrasal} <= lemmas
    assert set(LEXICON.phrasal.values()) <= VERBS["classes"].keys()


def test_a_phrasal_verb_stands_in_one_class():
    pairs = Counter(
        (lemma, particle)
        for text in VERBS["phrasal"].values()
        for lemma, *particles in lines(text)
        for particle in particles
    )
    assert [pair for pair, count in pairs.items() if count > 1] == []


@pytest.mark.parametrize(
    ("lemma", "particle", "verb_class"),
    [
        ("pick", "up", "get"),
        ("throw", "away", "lose"),
        ("give", "away", "give"),
        ("hand", "out", "give"),
        ("set", "aside", "put"),
        ("use", "up", "lose"),
        ("blow", "up", "make"),
        ("get", "off", "go"),
        ("get", "on", "come"),
        ("take", "out", "take"),
        ("find", "out", "think"),
    ],
)
def test_a_particle_changes_what_a_verb_does(lemma, particle, verb_class):
    assert LEXICON.phrasal[lemma, particle] == verb_class


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_regular_forms_never_fail_and_end_as_forms_do(word):
    assert third_person(word).endswith("s")
    assert past_tense(word).endswith("d")
    assert present_participle(word).endswith("ing")


@pytest.mark.parametrize(
    ("lemma", "past", "ing", "third"),
    [
        ("rain", "rained", "raining", "rains"),
        ("hop", "hopped", "hopping", "hops"),
        ("hope", "hoped", "hoping", "hopes"),
        ("fix", "fixed", "fixing", "fixes"),
        ("snow", "snowed", "snowing", "snows"),
        ("agree", "agreed", "agreeing", "agrees"),
        ("picnic", "picnicked", "picnicking", "picnics"),
        ("quiz", "quizzed", "quizzing", "quizzes"),
        ("echo", "echoed", "echoing", "echoes"),
        ("empty", "emptied", "emptying", "empties"),
        ("die", "died", "dying", "dies"),
        ("canoe", "canoed", "canoeing", "canoes"),
        ("push", "pushed", "pushing", "pushes"),
    ],
)
def test_regular_verbs_are_inflected_by_rule(lemma, past, ing, third):
    assert (past_tense(lemma), present_participle(lemma), third_person(lemma)) == (past, ing, third)
