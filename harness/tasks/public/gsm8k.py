"""The task `gsm8k`: GSM8K, problems of several steps, in 7,473 and 1,319 problems.

File format: JSON lines with question and answer. The answer is a worked solution with calculator
notes (<<48/2=24>>), whose last line is "#### 72": what stands behind the last #### is the target,
the rest is not used. There are no ids: a problem is known by its file and line ("test-17").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.tasks.public.published import (
    PublishedRow,
    PublishedSet,
    json_records,
    target_of,
    text_of,
)
from spoonbench.harness.tasks.public.task import make_published
from spoonbench.harness.tasks.rows import BadRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.tasks.api import Task

MARK = "####"


def read_row(values: Mapping[str, object]) -> PublishedRow:
    """Read one object of the file.

    Raises:
        BadRow: a field is missing or of another type, or the solution has no line with ####.
    """
    _, mark, final = text_of(values, "answer").rpartition(MARK)
    if not mark:
        raise BadRow(f"the answer has no {MARK}")
    return PublishedRow(
        given_id=None, text=text_of(values, "question"), target=target_of(final.strip())
    )


GSM8K = PublishedSet(
    name="gsm8k",
    title="GSM8K",
    citation="Cobbe et al. 2021, Training Verifiers to Solve Math Word Problems, arXiv 2110.14168",
    homepage="github.com/openai/grade-school-math",
    licence="MIT",
    parts={
        "train": ("train.jsonl",),
        "validation": ("valid.jsonl", "validation.jsonl"),
        "test": ("test.jsonl",),
    },
    records=json_records,
    row=read_row,
)


def make(options: Mapping[str, object]) -> Task:
    """GSM8K, from your copy of it (licence: MIT; github.com/openai/grade-school-math).

    Args:
        options: `data`, path of the folder with train.jsonl and test.jsonl, or of one of them;
            `measured`, "test" or "all" (every problem is measured, nothing is left to learn
            from); `test_share` (0.2), where one file is given; `validation_share` (0.1, of the
            training part); `subset_column`
            ("subsets"), a field by whose marks answers are counted apart; `leave_out_column`, a
            field that is true in rows to be left out.

    Raises:
        BadTask: an option is wrong, or the files are not there or damaged.
    """
    return make_published(GSM8K, options)
