"""Names, objects, verbs and places: read from `words.toml`, and drawn for one story."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

Noun = tuple[str, str]
"""Singular and plural."""

_PRONOUNS = {
    "male": {"he": "he", "He": "He", "his": "his", "His": "His", "him": "him"},
    "female": {"he": "she", "He": "She", "his": "her", "His": "Her", "him": "her"},
}
_SINGLE = ("relative", "container", "market", "had", "gained", "received", "lost", "gave", "ate")
_OBJECTS = ("thing", "things", "unrelated_one", "unrelated", "color", "color2")

SLOT_WORDS = frozenset(("name", "other", "third", *_PRONOUNS["male"], *_OBJECTS, *_SINGLE))
"""The slots that `draw_words` fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The word lists.

    Attributes:
        people: name and gender ("male" or "female").
        nouns: list name ("things" holds all of them) to its objects.
        single: slot name to the words that fill it.
        colors: adjectives.
        ranges: numbers that are no operands: name to least and most.
    """

    people: tuple[tuple[str, str], ...]
    nouns: Mapping[str, tuple[Noun, ...]]
    single: Mapping[str, tuple[str, ...]]
    colors: tuple[str, ...]
    ranges: Mapping[str, tuple[int, int]]


@cache
def load_words() -> Words:
    """The word lists of `words.toml`."""
    data = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
    people = data["people"]
    lists = {**people, **data["verbs"], **data["places"]}
    nouns = {name: tuple(map(_noun, lines)) for name, lines in data["objects"].items()}
    return Words(
        people=tuple((name, gender) for gender in _PRONOUNS for name in people[gender]),
        nouns={**nouns, "things": tuple(noun for group in nouns.values() for noun in group)},
        single={name: tuple(lists[name]) for name in _SINGLE},
        colors=tuple(lists["color"]),
        ranges={name: (least, most) for name, (least, most) in data["numbers"].items()},
    )


def draw_words(rng: random.Random, noun: str) -> dict[str, str]:
    """Draw every word that a frame may ask for; the same draws whatever the frame asks.

    Args:
        rng: source of chance.
        noun: name of the list that the object comes from.

    Returns:
        Slot name to word, for all of `SLOT_WORDS`.
    """
    words = load_words()
    people = distinct(rng, words.people, 3)
    thing = pick(rng, words.nouns[noun])
    unrelated = next(other for other in distinct(rng, words.nouns["things"], 2) if other != thing)
    color, color2 = distinct(rng, words.colors, 2)
    return {
        "name": people[0][0],
        "other": people[1][0],
        "third": people[2][0],
        **_PRONOUNS[people[0][1]],
        "thing": thing[0],
        "things": thing[1],
        "unrelated_one": unrelated[0],
        "unrelated": unrelated[1],
        "color": color,
        "color2": color2,
        **{slot: pick(rng, choices) for slot, choices in words.single.items()},
    }


def pick(rng: random.Random, choices: Sequence[T]) -> T:
    """Draw one.

    By `random()`, the only draw that Python promises to keep the same between versions.
    """
    return choices[int(rng.random() * len(choices))]


def whole(rng: random.Random, least: int, most: int) -> int:
    """Draw a whole number from [least, most]; the width must be far below 2**53."""
    return least + int(rng.random() * (most - least + 1))


def distinct(rng: random.Random, choices: Sequence[T], n: int) -> list[T]:
    """Draw n different ones; there must be that many."""
    drawn: list[T] = []
    while len(drawn) < n:
        candidate = pick(rng, choices)
        if candidate not in drawn:
            drawn.append(candidate)
    return drawn


def _noun(line: str) -> Noun:
    singular, plural = line.split(", ")
    return singular, plural
