"""The task `asdiv`: ASDiv, 2,305 problems of school grades 1 to 6.

File format: XML with one Problem element a problem (attributes ID, Grade, Source) that holds Body,
Question, Solution-Type, Answer and Formula. Problem text: Body and Question, joined with one space.
The answer "9 (apples)" is 9. Problems with several answers ("3 (red); 4 (blue)"), and those whose
answer is a ratio, a name, a time of day or a choice, are left out and listed.

Document types and entities are refused before the file is parsed: they could name other files, or
grow without end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.public.published import (
    PublishedRow,
    PublishedSet,
    id_of,
    target_of,
    text_of,
)
from spoonbench.harness.tasks.public.task import make_published
from spoonbench.harness.tasks.rows import RawRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.tasks.api import Task

_REFUSED = ("<!DOCTYPE", "<!ENTITY")


def read_records(content: bytes) -> Sequence[RawRow]:
    """The problems of the file, by their place in it.

    Raises:
        BadTask: it is no XML in UTF-8, declares a document type, or holds no problem.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadTask(f"invalid UTF-8 at byte {exc.start}") from exc
    if any(word in text.upper() for word in _REFUSED):
        raise BadTask("it declares a document type or an entity, which are not read")
    try:
        # As text, the encoding that the file declares has no say, so nothing hides from the check.
        root = ET.fromstring(text)  # noqa: S314  # no document type, so no entities
    except ET.ParseError as exc:
        raise BadTask(f"invalid XML: {exc}") from exc
    problems = list(root.iter("Problem"))
    if not problems:
        raise BadTask("it holds no Problem element")
    return [_record(place, problem) for place, problem in enumerate(problems, 1)]


def read_row(values: Mapping[str, object]) -> PublishedRow:
    """Read one problem.

    Raises:
        BadRow: a field is missing, or the answer is not one number.
    """
    return PublishedRow(
        given_id=id_of(values, "ID"),
        text=text_of(values, "Body", "Question"),
        target=target_of(text_of(values, "Answer")),
    )


def _record(place: int, problem: ET.Element) -> RawRow:
    fields = {child.tag: "".join(child.itertext()) for child in problem}
    return RawRow(line=place, values={**fields, **problem.attrib})


ASDIV = PublishedSet(
    name="asdiv",
    title="ASDiv",
    citation=(
        "Miao, Liang and Su 2020, A Diverse Corpus for Evaluating and Developing English Math Word "
        "Problem Solvers, ACL"
    ),
    homepage="github.com/chaochun/nlu-asdiv-dataset",
    licence="CC BY-NC 4.0, not for commercial use",
    whole=("ASDiv.xml",),
    records=read_records,
    row=read_row,
)


def make(options: Mapping[str, object]) -> Task:
    """ASDiv, from your copy (CC BY-NC 4.0, not for commercial use; chaochun/nlu-asdiv-dataset).

    Args:
        options: `data`, path of ASDiv.xml or of its folder; `measured`, "test" or "all" (every
            problem is measured, nothing is left to learn from); `test_share` (0.2) and
            `validation_share` (0.1, of the rest), divided by a hash of the ids; `subset_column`
            ("subsets"), a field by whose marks answers are counted apart; `leave_out_column`, a
            field that is true in rows to be left out.

    Raises:
        BadTask: an option is wrong, or the file is not there or damaged.
    """
    return make_published(ASDIV, options)
