"""Reading a file of answers, line by line; the first line that cannot be used is named.

Two kinds of lines are read, and a file holds one of them:

- samples of lm-evaluation-harness 0.4 (`doc`, `resps`, `filtered_resps`, `filter`), one generated
  text each: several requests or responses for one document are refused;
- answers of `spoonbench solve` (`id`, `status`, `value`, `confidence`, `reason`).

The id of a sample is the field `id` of its document (`doc_id` counts rows and is not used), its
question the field `question`, after `body` where there is one; letter case does not matter.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from spoonbench.solvers.api import AnswerStatus, Unsupported
from spoonbench.solvers.recorded.records import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SAMPLE = ("doc", "resps")
_ANSWER = ("id", "status")


class _BadLine(Exception):
    """What is wrong with a line."""


def read_file(path: Path, wanted_filter: str | None) -> list[Recorded]:
    """Read all answers of a file.

    Args:
        path: JSON lines in UTF-8.
        wanted_filter: name of the filter of lm-eval whose lines count; None: there is one.

    Raises:
        Unsupported: the file cannot be read, holds none or several kinds of lines, has a line that
            cannot be used, or two answers to one problem; names the line.
    """
    objects = list(_objects(path))
    if not objects:
        raise Unsupported(f"recorded: {path} holds no answer")
    line, first = objects[0]
    is_log = all(name in first for name in _SAMPLE)
    if not is_log and not all(name in first for name in _ANSWER):
        raise Unsupported(
            f"recorded: {path}, line {line}: neither a sample of lm-eval ({', '.join(_SAMPLE)}) "
            f"nor an answer of spoonbench solve ({', '.join(_ANSWER)})"
        )
    if is_log:
        objects = _filtered(path, objects, wanted_filter)
    elif wanted_filter is not None:
        raise Unsupported(f"recorded: {path} is no log of lm-eval, and has no filters")
    answers = []
    for line, values in objects:
        try:
            answers.append(_sample(line, values) if is_log else _answer(line, values))
        except _BadLine as exc:
            raise Unsupported(f"recorded: {path}, line {line}: {exc}") from exc
    _refuse_second_answers(path, answers)
    return answers


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects; blank lines are left out."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(path, number, line)
    except OSError as exc:
        raise Unsupported(f"recorded: {path} cannot be read: {exc.strerror}") from exc


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as exc:
        raise Unsupported(f"recorded: {path}, line {number}: this is no UTF-8 text") from exc
    except (ValueError, RecursionError) as exc:
        raise Unsupported(
            f"recorded: {path}, line {number}: this is no JSON object; was the file cut off?"
        ) from exc
    if not isinstance(value, dict):
        raise Unsupported(f"recorded: {path}, line {number}: this is no JSON object")
    return value


def _filtered(
    path: Path, objects: Sequence[tuple[int, dict[str, Any]]], wanted: str | None
) -> list[tuple[int, dict[str, Any]]]:
    """The lines of one filter: a log has a line for each document and filter."""
    named = [_filter_name(values) for _, values in objects]
    names = list(dict.fromkeys(name for name in named if name is not None))
    if wanted is None and len(names) > 1:
        raise Unsupported(
            f"recorded: {path} holds lines of the filters {', '.join(names)}: choose one with the "
            "parameter filter"
        )
    if wanted is not None and wanted not in names:
        raise Unsupported(
            f"recorded: {path} has no filter {wanted!a}; its filters are {', '.join(names)}"
        )
    if wanted is None:
        return list(objects)
    # What is no sample stays: it is refused with its line where it is read.
    return [pair for pair, name in zip(objects, named, strict=True) if name in {None, wanted}]


def _filter_name(values: Mapping[str, Any]) -> str | None:
    """The filter of a sample; None for what is none."""
    return str(values.get("filter", "none")) if "resps" in values else None


def _sample(line: int, values: Mapping[str, Any]) -> Recorded:
    _require(values, _SAMPLE, "a sample of lm-eval")
    if not isinstance(values["doc"], dict):
        _refuse("its 'doc' is no object")
    fields = {str(name).casefold(): value for name, value in values["doc"].items()}
    given_id, question = _id(fields.get("id")), _question(fields)
    if given_id is None and question is None:
        _refuse("its 'doc' has neither an id nor a question")
    return Recorded(
        line=line,
        given_id=given_id,
        question=question,
        value=_only("filtered_resps", values["filtered_resps"])
        if "filtered_resps" in values
        else None,
        response=_only("resps", values["resps"]),
    )


def _answer(line: int, values: Mapping[str, Any]) -> Recorded:
    _require(values, _ANSWER, "an answer of spoonbench solve")
    given_id, status = _id(values["id"]), values["status"]
    if given_id is None:
        _refuse("its 'id' is neither text nor a whole number")
    if status not in get_args(AnswerStatus):
        _refuse(f"no status {status!a}; statuses are {', '.join(get_args(AnswerStatus))}")
    value, reason = _optional_text(values, "value"), _optional_text(values, "reason")
    if (status == "answered") != (value is not None):
        _refuse(f"the status is {status}, and there is {'a' if value is not None else 'no'} value")
    if status != "answered" and not reason:
        reason = "the file says no reason"
    return Recorded(
        line=line,
        given_id=given_id,
        status=status,
        value=value,
        confidence=_confidence(values.get("confidence")),
        reason=reason,
    )


def _require(values: Mapping[str, Any], names: Sequence[str], what: str) -> None:
    if missing := [name for name in names if name not in values]:
        _refuse(f"no {', '.join(map(repr, missing))}: this is not {what}")


def _id(value: object) -> str | None:
    is_id = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return str(value) if is_id else None


def _question(fields: Mapping[str, Any]) -> str | None:
    parts = [fields[name] for name in ("body", "question") if isinstance(fields.get(name), str)]
    return " ".join(part.strip() for part in parts) or None


def _only(name: str, found: object) -> str:
    """The one text inside lists of one: a list of requests, each with its responses."""
    while isinstance(found, list):
        if len(found) != 1:
            _refuse(f"{len(found)} entries in {name!r}; one generated text a document is read")
        found = found[0]
    if not isinstance(found, str):
        _refuse(f"{name!r} holds no text")
    return found


def _optional_text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        _refuse(f"its {name!r} is no text")
    return value


def _confidence(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        _refuse("its 'confidence' is no number from 0 to 1")
    return float(value)


def _refuse_second_answers(path: Path, answers: Sequence[Recorded]) -> None:
    lines: dict[str, int] = {}
    for one in answers:
        if one.given_id is not None and lines.setdefault(one.given_id, one.line) != one.line:
            raise Unsupported(
                f"recorded: {path}, line {one.line}: line {lines[one.given_id]} has an answer for "
                f"{one.given_id[:60]!a} already"
            )


def _refuse(reason: str) -> NoReturn:
    raise _BadLine(reason)
