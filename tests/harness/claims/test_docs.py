"""docs/claims.md has the claims and the verdicts of this version."""

import re
from pathlib import Path

import pytest

from spoonbench.harness.claims.ledger import finding_of, read_claims
from spoonbench.harness.commands.claim_text import markdown_lines

DOCS = Path(__file__).parents[3] / "docs" / "claims.md"


def cells(line):
    return [one.strip() for one in re.split(r"(?<!\\)\|", line)[1:-1]]


@pytest.fixture(scope="module")
def rows():
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    found = [cells(line) for line in lines if re.match(r"\| [A-Z]\d+ \|", line)]
    return {row[0]: row for row in found}


def test_every_claim_is_in_the_table(rows):
    assert list(rows) == list(read_claims())


@pytest.mark.parametrize("claim_id", read_claims())
def test_the_table_says_what_the_command_says(rows, claim_id):
    lines = markdown_lines([finding_of(claim_id)], read_claims())
    (printed,) = [cells(line) for line in lines if line.startswith(f"| {claim_id} |")]
    assert rows[claim_id][:3] == printed[:3]
    if read_claims()[claim_id].kind in ("arithmetic", "model", "logic"):
        assert rows[claim_id][3] == printed[3]
