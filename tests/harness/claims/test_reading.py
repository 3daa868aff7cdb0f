"""The file of claims: whole, consistent, and refused in words where it is not."""

import re

import pytest

from spoonbench.harness.claims.ledger import check
from spoonbench.harness.claims.reading import BadClaims, parse_claims, read_claims
from spoonbench.harness.claims.registry import checks, registered

CLAIM = """
[X1]
topic = "tool selection"
document = 1
text = "something"
kind = "arithmetic"
how = "somehow"
figures.share = {value = 0.5, unit = "share", place = 0.1}
inputs.part = 5
inputs.ends = [3, 1]
"""
STUDIES = {
    *("D1", "D2", "D3", "D5", "D6", "D8", "D9", "D10"),
    *("F1", "F3", "F6", "F7", "F10", "F11", "F13", "F14", "F15"),
    *("P2", "P4", "P6", "P9", "Q7", "Q10", "R1", "R2", "R4", "R5", "R6", "O2"),
}
"""Claims that wait for studies of training, decoding and routing."""


def test_every_topic_is_there():
    claims = read_claims()
    assert len(claims) == 99
    assert {claim.topic for claim in claims.values()} == {
        *("tool selection", "device and batch", "memory", "quantization", "decoding"),
        *("generation throughput", "pretraining", "fine-tuning", "routing", "options"),
    }
    assert all(re.fullmatch(r"[TGMQDBPFRO]\d+", name) for name in claims)


def test_every_claim_has_a_check_or_waits_for_its_study():
    claims = read_claims()
    advice = {name for name, claim in claims.items() if claim.kind == "advice"}
    assert set(registered()) | advice | STUDIES == set(claims)
    assert not set(registered()) & (advice | STUDIES)


def test_what_waits_for_a_study_says_which():
    for finding in check(sorted(STUDIES)):
        assert finding.verdict in ("not yet run", "not testable here")
        assert read_claims()[finding.claim_id].how in finding.why


def test_conflicts_are_told_on_both_sides():
    claims = read_claims()
    for name, claim in claims.items():
        for other in claim.conflicts:
            assert name in claims[other].conflicts


def test_a_hope_is_no_measurement():
    assert {name for name, claim in read_claims().items() if claim.basis == "expected"} == {
        *("B3", "D5", "P9", "R2", "R3"),
    }


def test_figures_and_inputs_are_read():
    claim = parse_claims(CLAIM)["X1"]
    assert claim.figures["share"].agrees(0.549)
    assert not claim.figures["share"].agrees(0.56)
    assert claim.number("part") == 5
    assert claim.ends("ends") == (1, 3)
    with pytest.raises(TypeError):
        claim.number("ends")
    with pytest.raises(TypeError):
        claim.ends("part")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[X1]", "[X1", "no TOML"),
        ("[X1]\n", "X2 = 5\n[X1]\n", "X2 should be a table"),
        ('kind = "arithmetic"', 'kind = "guess"', "kind is 'guess'"),
        ('kind = "arithmetic"', 'kind = "advice"', "rests on other claims"),
        ('kind = "arithmetic"', 'kind = "measure"\nrests_on = ["X1"]', "rests on other claims"),
        ('how = "somehow"', 'how = ""', "how is ''"),
        ("document = 1", "document = true", "document is True"),
        ("document = 1", "document = 1\ncolour = 5", "not known: colour"),
        ("document = 1", 'document = 1\nconflicts = "X1"', "list of ids"),
        ("document = 1", 'document = 1\nconflicts = ["X9"]', "X9, which is not there"),
        ("value = 0.5", "value = nan", "nan"),
        ("value = 0.5", "value = true", "True"),
        ("value = 0.5", "from = 0.5", "either a value"),
        ("value = 0.5", "from = 0.5, to = 0.1", "goes from 0.5 to 0.1"),
        ("value = 0.5", "value = 0.5, colour = 1", "not known: colour"),
        ("inputs.part = 5", 'inputs.part = "five"', "'five'"),
        ('figures.share = {value = 0.5, unit = "share", place = 0.1}', "figures.a = 5", "tables"),
    ],
)
def test_a_bad_file_is_refused_in_words(old, new, words):
    assert old in CLAIM
    with pytest.raises(BadClaims, match=re.escape(words)):
        parse_claims(CLAIM.replace(old, new))


def test_an_unknown_claim_is_refused():
    with pytest.raises(BadClaims, match="No claim is called 'X9'"):
        check(["X9"])


def test_two_checks_of_one_claim_are_refused():
    with pytest.raises(ValueError, match="two functions"):
        checks("T6")(lambda claim, grounds: None)
