"""One wrong character: a digit or letter exchanged, a character dropped, inserted or replaced."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from spoonbench.harness.tasks.formats.cases import Edit


def exchange(*alphabets: str) -> Edit:
    """One character for another of the same alphabet, whichever of them it stands in."""

    def edit(rng: Random, text: str) -> str:
        places = [i for i, c in enumerate(text) if any(c in alphabet for alphabet in alphabets)]
        if not places:
            return text
        place = rng.choice(places)
        alphabet = next(a for a in alphabets if text[place] in a)
        return _put(text, place, rng.choice([c for c in alphabet if c != text[place]]))

    return edit


exchange_digit = exchange(digits)
exchange_letter = exchange(ascii_lowercase, ascii_uppercase)
exchange_alphanumeric = exchange(digits, ascii_lowercase, ascii_uppercase)


def drop(characters: str) -> Edit:
    """One of the characters is missing."""

    def edit(rng: Random, text: str) -> str:
        places = [i for i, c in enumerate(text) if c in characters]
        if not places:
            return text
        place = rng.choice(places)
        return text[:place] + text[place + 1 :]

    return edit


def insert(characters: str, *, beside: str = "") -> Edit:
    """One of the characters too many, anywhere, or only before one of `beside`."""

    def edit(rng: Random, text: str) -> str:
        places = [i for i, c in enumerate(text) if not beside or c in beside]
        if not places:
            return text
        place = rng.choice(places)
        return text[:place] + rng.choice(characters) + text[place:]

    return edit


def replace(characters: str, by: str) -> Edit:
    """One of the characters, and in its place one of `by`."""

    def edit(rng: Random, text: str) -> str:
        places = [i for i, c in enumerate(text) if c in characters]
        return _put(text, rng.choice(places), rng.choice(by)) if places else text

    return edit


def _put(text: str, place: int, character: str) -> str:
    return text[:place] + character + text[place + 1 :]
