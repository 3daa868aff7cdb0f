"""Claims that ship with the advisor are the ledger's; those of the store are checked when asked."""

from spoonbench.harness import advise
from spoonbench.harness.advise.lookups.assertions import (
    REFUTED,
    find_claims,
    rows_of_ledger,
    shipped_rows,
)
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of, topics
from spoonbench.harness.claims.ledger import read_claims


def test_what_ships_is_what_the_ledger_says():
    made = {row["claim_id"]: row for row in rows_of_ledger()}
    assert shipped_rows() == made, "python bench/ledger_of_advice.py writes it again"


def test_every_claim_of_every_framework_is_known():
    for topic in topics():
        framework = framework_of(topic)
        named = {claim for node in framework.nodes.values() for claim in node.claims}
        named |= {claim for verdict in framework.verdicts.values() for claim in verdict.claims}
        assert named <= set(read_claims())


def test_a_refuted_claim_is_a_contradiction(machine):
    sources = Sources(None, has_references=False, machine=machine)
    found = advise.finetune(sources, parameters="2B", memory="16GB", device="mps", examples=3600)
    refuted = {one for row in shipped_rows().values() if row["verdict"] in REFUTED
               for one in [row["claim_id"]]}  # fmt: skip
    shown = {claim for one in found.evidence for claim in one.claims}
    told = " ".join(found.contradictions)
    assert refuted & shown
    assert all(f"claim {one}." in told for one in refuted & shown)


def test_claims_can_be_no_source(nothing):
    assert find_claims(["T1"], nothing) == ()


def test_claims_are_checked_on_the_store_when_asked(duel_store, machine):
    results = duel_store({"rules": (1, 400, 1_000), "model": (5, 300, 10_000_000)})
    asked = Sources(results, has_references=False, machine=machine, checks_claims=True)
    found = find_claims(["T7", "M2"], asked)
    assert [one.evidence.claims for one in found] == [("T7",), ("M2",)]


def test_a_claim_that_was_measured_says_with_a_model_of_which_size(matrix_store, machine):
    cells = [({"batch_size": 1}, 100.0, 300), ({"batch_size": 8}, 400.0, 290)]
    results = matrix_store(cells, weight_bytes=3_200_000)
    asked = Sources(results, has_references=False, machine=machine, checks_claims=True)
    (found,) = find_claims(["B1"], asked)
    assert "does not hold" in found.evidence.what
    assert "measured with lm (800,000 parameters)" in found.evidence.what
