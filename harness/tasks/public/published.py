"""What a published set of problems is: its facts, the names of its files, how its rows are read.

A row gives a question and one number. The answer of a row is read by `target_of`: what stands in
parentheses behind it is a unit and is dropped; several answers, and answers that are no number
(ratios, names, times of day, yes and no), make the row a bad one, with the reason.

Not covered: the equations and explanations that the sets carry beside their answers. Answers are
what is scored.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from spoonbench.harness.numbers import number_text
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.rows import BadRow, NumberLiteral, RawRow, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_QUOTED = 60

_UNIT = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """One problem as it was published.

    Attributes:
        given_id: its id; None where the set has none.
        text: the question, white space at its ends left out.
        target: the answer, a number in one way of writing.
    """

    given_id: str | None
    text: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSet:
    """A set by its name.

    Attributes:
        name: of the task.
        title: as its authors write it.
        citation: the paper.
        homepage: where it is published, without "https://".
        licence: as it is stated there.
        whole: names of the file that holds all rows, letter case aside.
        parts: split to the names of its file, where the set comes in parts.
        records: content of a file to its records; raises BadTask where it is of another format.
        row: a record to a problem; raises BadRow with the reason.
    """

    name: str
    title: str
    citation: str
    homepage: str
    licence: str
    whole: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    records: Callable[[bytes], Sequence[RawRow]]
    row: Callable[[Mapping[str, object]], PublishedRow]

    @property
    def instruction(self) -> str:
        """What to do where the files are not there."""
        names = [" or ".join(self.whole)] if self.whole else []
        if self.parts:
            names.append("the folder with " + ", ".join(names[0] for names in self.parts.values()))
        return (
            f"{self.title} is not shipped here. Get {', or '.join(names)} from {self.homepage} "
            f"(licence: {self.licence}) and name it: --task {self.name} --data PATH"
        )


def json_records(content: bytes) -> Sequence[RawRow]:
    """The objects of a JSON array, known by their place in it, or of JSON lines, by their line.

    Raises:
        BadTask: it is neither.
    """
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"[":
        return read_rows(content, ".jsonl")[0]
    try:
        values = json.loads(
            content.decode("utf-8-sig"),
            parse_int=NumberLiteral,
            parse_float=NumberLiteral,
            parse_constant=str,
        )
    except UnicodeDecodeError as exc:
        raise BadTask(f"invalid UTF-8 at byte {exc.start}") from exc
    except json.JSONDecodeError as exc:
        raise BadTask(f"invalid JSON: {exc.msg} at line {exc.lineno} column {exc.colno}") from exc
    except RecursionError as exc:
        raise BadTask("invalid JSON: nested too deeply") from exc
    return [_record(place, value) for place, value in enumerate(values, 1)]


def text_of(values: Mapping[str, object], *names: str) -> str:
    """The texts of these fields, joined with one space.

    Raises:
        BadRow: one of them is missing, empty or no text.
    """
    return " ".join(_text(values, name) for name in names)


def id_of(values: Mapping[str, object], name: str) -> str:
    """The id of a record.

    Raises:
        BadRow: it is missing, or neither text nor a number.
    """
    return _text(values, name, is_number_fine=True)


def target_of(answer: object) -> str:
    """A published answer as one number.

    >>> target_of("1,504 (apples)")
    '1504'

    Raises:
        BadRow: there is none, there are several, or it is no number.
    """
    if not isinstance(answer, str):
        _refuse(f"the answer is {_kind(answer)}, not a number")
    several = [part.strip() for part in answer.split(";") if part.strip()]
    if not several:
        _refuse("the answer is empty")
    if len(several) > 1:
        _refuse(f"{len(several)} answers, {quoted(answer)}, where one is asked for")
    target = number_text(_UNIT.sub("", several[0]))
    if target is None:
        _refuse(f"the answer {quoted(answer)} is no number")
    return target


def quoted(text: str) -> str:
    """Harmless on any terminal, and short."""
    shown = ascii(text)
    return shown if len(shown) <= MOST_QUOTED else f"{shown[:MOST_QUOTED]}..."


def _record(place: int, value: object) -> RawRow:
    if isinstance(value, dict):
        return RawRow(line=place, values=value)
    return RawRow(line=place, values={}, reason=f"{_kind(value)}, not a JSON object")


def _text(values: Mapping[str, object], name: str, *, is_number_fine: bool = False) -> str:
    if name not in values:
        _refuse(f"no {quoted(name)}")
    value = values[name]
    if not isinstance(value, str) or (isinstance(value, NumberLiteral) and not is_number_fine):
        _refuse(f"{quoted(name)} is {_kind(value)}, not text")
    text = value.strip()
    if not text:
        _refuse(f"{quoted(name)} is empty")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        _refuse(f"{quoted(name)} holds what is no character")
    return str(text)


def _kind(value: object) -> str:
    if isinstance(value, NumberLiteral):
        return "a number"
    names = {bool: "a truth value", type(None): "null", list: "a list", dict: "an object"}
    return names.get(type(value), "a text" if isinstance(value, str) else "a number")


def _refuse(reason: str) -> NoReturn:
    raise BadRow(reason)
