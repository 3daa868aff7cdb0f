"""The ledger in a report: conditions and models of findings in words."""

from dataclasses import replace

import pytest

from spoonbench.harness.claims.claim import Finding
from spoonbench.harness.claims.ledger import read_claims
from spoonbench.reports.overview.claims import claim_table


@pytest.mark.parametrize(
    ("verdict", "told"),
    [("holds only if", "Holds only if: it rains."), ("does not hold", "Would hold if: it rains.")],
)
def test_a_condition_is_told_by_the_verdict(verdict, told):
    finding = Finding(claim_id="G8", verdict=verdict, condition="it rains", why="It does not.")
    ((*_, why, _, _),) = claim_table(read_claims(), [finding]).rows
    assert why == f"{told} It does not."


def test_the_model_that_was_measured_is_told_where_nothing_else_tells_it():
    one = Finding(
        claim_id="B1",
        verdict="does not hold",
        found="4 times",
        model="lm",
        parameters=800_000,
    )
    found = [one, replace(one, found="lm (800,000 parameters)")]
    rows = claim_table(read_claims(), found).rows
    assert [row[5] for row in rows] == [
        "4 times; measured with lm (800,000 parameters)",
        "lm (800,000 parameters)",
    ]
