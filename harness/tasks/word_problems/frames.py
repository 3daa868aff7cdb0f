"""Sentence frames: read from `frames.toml`, checked and compiled.

A frame states how its answer is computed (a sum of operands) and where names, objects and
numbers stand. `frames.toml` opens with the notation.
"""

from __future__ import annotations

import re
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from spoonbench.harness.tasks.word_problems.words import SLOT_WORDS, load_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Section = Literal["training", "unseen_frames", "distracting_number", "two_steps", "unanswerable"]

OPERANDS = ("a", "b", "c", "d")
NOUNS = ("things", "foods", "colorables")

_LINE = re.compile(r"(?P<sum>none|[abc](?: [+-] [abc])+)(?P<positive> > 0)? \| (?P<text>.*)")
_GROUP = re.compile(r"(?P<body>.*?)(?: \[(?P<group>[a-z_]+)\])?")
_AGREEING = re.compile(r"\{([a-z]+)(!?[:?]) ([^{}]+)\}")


class BadFrame(ValueError):
    """A line of the frames file breaks its notation; the message quotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of text. `one` stands where the number `label` is 1, `many` otherwise.

    Both are format strings over the words of a story and its numbers; a part that agrees with no
    number has no label, and its text in `many`.
    """

    label: str | None
    one: str
    many: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One way to tell a story.

    Attributes:
        frame_id: section, family and place in the family.
        family: kind of story, for example "gain".
        terms: operand and sign (1 or -1), in order; empty where there is no answer.
        is_positive: the result must be above 0.
        noun: the word list that the object comes from.
        plural: numbers that must not be 1.
        numbers: all numbers in the text, operands first.
        variants: the text with each of its question forms, shape (n_questions,).
    """

    frame_id: str
    family: str
    terms: tuple[tuple[str, int], ...]
    is_positive: bool
    noun: str
    plural: frozenset[str]
    numbers: tuple[str, ...]
    variants: tuple[tuple[Part, ...], ...]


@cache
def load_frames(section: Section) -> tuple[Frame, ...]:
    """The frames of one section, in the order of the file.

    Raises:
        BadFrame: a line breaks the notation.
    """
    source = resources.files(__package__).joinpath("frames.toml").read_text("utf-8")
    data = tomllib.loads(source)
    questions: Mapping[str, list[str]] = data["questions"]
    return tuple(
        read_frame(f"{section}/{family}/{place}", line, questions)
        for family, lines in data[section].items()
        for place, line in enumerate(lines, 1)
    )


def read_frame(frame_id: str, line: str, questions: Mapping[str, list[str]]) -> Frame:
    """Compile one line of the frames file.

    Args:
        frame_id: section, family and place.
        line: "operation | text".
        questions: question forms by name of their group.

    Raises:
        BadFrame: the line breaks the notation.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadFrame(f"not 'operation | text': {line!r}")
    texts = [_one_noun(text, line) for text in _with_questions(match["text"], questions)]
    numbers = _numbers(texts, line)
    terms = () if match["sum"] == "none" else _terms(match["sum"])
    labels = {label for label, _ in terms}
    if len(labels) != len(terms) or labels - set(numbers):
        raise BadFrame(f"each operand stands once in the sum and once in the text: {line!r}")
    if terms and (set("abc") & set(numbers)) - labels:
        raise BadFrame(f"an operand of the text is not in the sum: {line!r}")
    return Frame(
        frame_id=frame_id,
        family=frame_id.split("/")[1],
        terms=terms,
        is_positive=match["positive"] is not None,
        noun=next((noun for noun in NOUNS[1:] if noun in match["text"]), "things"),
        plural=frozenset(re.findall(r"\{([a-z]+)!: ", match["text"])),
        numbers=numbers,
        variants=tuple(tuple(_parts(text)) for text in texts),
    )


def _with_questions(text: str, questions: Mapping[str, list[str]]) -> list[str]:
    match = _GROUP.fullmatch(text)
    if match is None or "[" in match["body"]:
        raise BadFrame(f"a question group stands once, at the end: {text!r}")
    if match["group"] is None:
        return [text]
    if match["group"] not in questions:
        raise BadFrame(f"no question group {match['group']!r}: {text!r}")
    return [f"{match['body']} {form}".rstrip() for form in questions[match["group"]]]


def _one_noun(text: str, line: str) -> str:
    """Write the object as `things` whatever list it comes from."""
    if all(noun in text for noun in NOUNS[1:]):
        raise BadFrame(f"a frame has one object: {line!r}")
    return re.sub(r"\b(foods|colorables)\b", "things", text)


def _terms(operation: str) -> tuple[tuple[str, int], ...]:
    first, *rest = operation.split(" ")
    signs = [1 if sign == "+" else -1 for sign in rest[::2]]
    return ((first, 1), *zip(rest[1::2], signs, strict=True))


def _numbers(texts: list[str], line: str) -> tuple[str, ...]:
    known = (*OPERANDS, *load_words().ranges)
    found = set()
    for part in (part for text in texts for part in _parts(text)):
        fields = {*_fields(part.one, line), *_fields(part.many, line), part.label or known[0]}
        if unknown := sorted(fields - set(known) - SLOT_WORDS):
            raise BadFrame(f"no slot {unknown[0]!r}: {line!r}")
        found |= {*_fields(part.one, line), *_fields(part.many, line)} & set(known)
    return tuple(label for label in known if label in found)


def _fields(template: str, line: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError as exc:
        raise BadFrame(f"{exc}: {line!r}") from exc


def _parts(text: str) -> Iterator[Part]:
    """Cut a text into stretches that agree with one number, or with none."""
    pieces = _AGREEING.split(text)
    for start in range(0, len(pieces), 4):
        if pieces[start]:
            yield Part(label=None, one=pieces[start], many=pieces[start])
        if start + 1 < len(pieces):
            yield _agreeing(*pieces[start + 1 : start + 4])


def _agreeing(label: str, mark: str, words: str) -> Part:
    one, bar, many = words.partition("|")
    number = "" if mark == "?" else f"{{{label}}} "
    one, many = _noun_slots(one, is_plural=False), _noun_slots(many if bar else one, is_plural=True)
    return Part(label=label, one=number + one, many=number + many)


def _noun_slots(words: str, *, is_plural: bool) -> str:
    slots = {
        "things": "{things}" if is_plural else "{thing}",
        "unrelated": "{unrelated}" if is_plural else "{unrelated_one}",
        "color": "{color}",
        "color2": "{color2}",
    }
    return " ".join(slots.get(word, word) for word in words.split(" "))
