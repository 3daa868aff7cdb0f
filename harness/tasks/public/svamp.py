"""The task `svamp`: SVAMP, 1,000 problems that vary the wording of simpler ones.

File format: a JSON array of objects with ID, Body, Question, Equation, Answer (a number) and Type;
JSON lines of the same objects are read too. Problem text: Body and Question, joined with one
space. Published as a test set: what learns learns from the part that a hash of the ids gives,
unless the folder holds train.json and test.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.tasks.public.published import (
    PublishedRow,
    PublishedSet,
    id_of,
    json_records,
    target_of,
    text_of,
)
from spoonbench.harness.tasks.public.task import make_published

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.tasks.api import Task


def read_row(values: Mapping[str, object]) -> PublishedRow:
    """Read one object of the file.

    Raises:
        BadRow: a field is missing or of another type.
    """
    return PublishedRow(
        given_id=id_of(values, "ID"),
        text=text_of(values, "Body", "Question"),
        target=target_of(values.get("Answer")),
    )


SVAMP = PublishedSet(
    name="svamp",
    title="SVAMP",
    citation=(
        "Patel, Bhattamishra and Goyal 2021, Are NLP Models really able to Solve Simple Math Word "
        "Problems?, NAACL"
    ),
    homepage="github.com/arkilpatel/SVAMP",
    licence="MIT",
    whole=("SVAMP.json", "SVAMP.jsonl"),
    parts={"train": ("train.json", "train.jsonl"), "test": ("test.json", "test.jsonl")},
    records=json_records,
    row=read_row,
)


def make(options: Mapping[str, object]) -> Task:
    """SVAMP, from your copy of it (licence: MIT; github.com/arkilpatel/SVAMP).

    Args:
        options: `data`, path of SVAMP.json or of its folder; `measured`, "test" or "all" (every
            problem is measured, nothing is left to learn from); `test_share` (0.2) and
            `validation_share` (0.1, of the rest), divided by a hash of the ids; `subset_column`
            ("subsets"), a field by whose marks answers are counted apart; `leave_out_column`, a
            field that is true in rows to be left out.

    Raises:
        BadTask: an option is wrong, or the file is not there or damaged.
    """
    return make_published(SVAMP, options)
