"""The task `mawps`: MAWPS, about 2,400 problems collected from earlier sets.

File formats, both JSON arrays (JSON lines of the same objects are read too):

- the original: iIndex, sQuestion, lEquations and lSolutions, a list with one number;
- that of MWPToolkit: id, original_text, segmented_text, equation and ans, as one file or as a
  folder with a training, a validation and a test part. Where there is no original text, the
  placeholders of the segmented one (NUM, NUMBER, NUM_0, number0) are filled in, in order or by
  their index, from "number list", "number_list", "numbers" or "Numbers".
"""

from __future__ import annotations

import re
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
from spoonbench.harness.tasks.rows import BadRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.tasks.api import Task

_PLACEHOLDER = re.compile(r"\b(?:NUM(?:BER)?_?|number)([0-9]*)\b")
_NUMBER_LISTS = ("number list", "number_list", "numbers", "Numbers")


def read_row(values: Mapping[str, object]) -> PublishedRow:
    """Read one object of either format.

    Raises:
        BadRow: a field is missing or of another type, there are several solutions, or numbers and
            placeholders do not fit.
    """
    if "sQuestion" in values or "iIndex" in values:
        return PublishedRow(
            given_id=id_of(values, "iIndex"),
            text=text_of(values, "sQuestion"),
            target=target_of(_only(values.get("lSolutions"))),
        )
    return PublishedRow(
        given_id=id_of(values, "id"),
        text=_question(values),
        target=target_of(values.get("ans")),
    )


def _only(solutions: object) -> object:
    if not isinstance(solutions, list):
        raise BadRow("'lSolutions' is no list")
    if len(solutions) != 1:
        raise BadRow(f"{len(solutions)} solutions where one is asked for")
    return solutions[0]


def _question(values: Mapping[str, object]) -> str:
    if values.get("original_text"):
        return text_of(values, "original_text")
    name = "segmented_text" if "segmented_text" in values else "original_text"
    text = text_of(values, name)
    holes = list(_PLACEHOLDER.finditer(text))
    if not holes:
        return text
    numbers = _numbers(values)
    places = [int(hole.group(1)) if hole.group(1) else None for hole in holes]
    if None in places and len(holes) != len(numbers):
        raise BadRow(f"{len(holes)} placeholders for {len(numbers)} numbers")
    filled = [place if place is not None else order for order, place in enumerate(places)]
    if max(filled) >= len(numbers):
        raise BadRow(f"a placeholder with number {max(filled)} for {len(numbers)} numbers")
    fillings = iter(filled)
    return _PLACEHOLDER.sub(lambda _: numbers[next(fillings)], text)


def _numbers(values: Mapping[str, object]) -> Sequence[str]:
    for name in _NUMBER_LISTS:
        found = values.get(name)
        if isinstance(found, str):
            return found.split()
        if isinstance(found, list) and all(isinstance(number, str) for number in found):
            return found
    raise BadRow("the text has placeholders, and there is no list of numbers")


MAWPS = PublishedSet(
    name="mawps",
    title="MAWPS",
    citation="Koncel-Kedziorski et al. 2016, MAWPS: A Math Word Problem Repository, NAACL",
    homepage="github.com/LYH-YF/MWPToolkit (dataset/mawps)",
    licence="MIT, as stated there",
    whole=("mawps.json", "mawps_source.json", "mawps.jsonl"),
    parts={
        "train": ("trainset.json", "train.json"),
        "validation": ("validset.json", "valid.json", "dev.json"),
        "test": ("testset.json", "test.json"),
    },
    records=json_records,
    row=read_row,
)


def make(options: Mapping[str, object]) -> Task:
    """MAWPS, from your copy of it (licence: MIT; github.com/LYH-YF/MWPToolkit, dataset/mawps).

    Args:
        options: `data`, path of the file or of the folder with its parts; `measured`, "test" or
            "all" (every problem is measured, nothing is left to learn from); `test_share` (0.2),
            where the files come in no parts; `validation_share` (0.1, of the training part),
            where there is no validation part; `subset_column` ("subsets"), a field by whose marks
            answers are counted apart; `leave_out_column`, a field that is true in rows to be left
            out. One file is divided by a hash of the ids; problems
            of the same text stay together.

    Raises:
        BadTask: an option is wrong, or the files are not there or damaged.
    """
    return make_published(MAWPS, options)
