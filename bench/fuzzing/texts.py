"""Texts to fuzz with: stories told anew, sentences mixed, words scattered, and mutations of these.

The same seed gives the same texts, as long as the same ones are kept.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from spoonbench.harness.tasks.word_problems.frames import load_frames
from spoonbench.harness.tasks.word_problems.stories import Numbers, draw_stories

LONG, USUAL_LENGTH = 1 / 2_000, 240  # share of very long texts; characters others are cut to
# Shares: texts from those kept; stories mixed with others; numbers that are small and in digits.
KEPT, MIXED, USUAL = 0.75, 0.5, 0.8

STORIES = Path(__file__).parents[2] / "tests/solvers/rules/word_problems/stories.toml"
SECTIONS = ("training", "unseen_frames", "distracting_number", "two_steps", "unanswerable")
NAMES = ("Ann", "Ben", "Kofi", "Priya", "She", "He", "they", "The farmer", "Mr. Lee", "")
THINGS = ("plum", "red marble", "box", "dollar", "hour", "mile", "goose", "page", "foot", "cent")
NUMBERS = (
    *("some", "a", "one", "two", "twenty-five", "a dozen", "half", "a few", "no", "a hundred", "0"),
    *("1", "1/2", "2 1/2", "3.5", "$4.75", "1,200", "-3", "20%", "3rd", "10" * 30, "1/0", "\u0667"),
)
STRANGE = (
    "\u200f\u202e\u0663\uff15\u00bd\u00a0\u2019\u201c\u2014\u0301\U0001f34e\x00\ud800\n\t\u00df"
)
MARKS = ".,;:?!'\"()[]$%/-+*#&@"


class Texts:
    """An endless source of texts; what is put into `kept` is mutated further."""

    def __init__(self, rng: random.Random, package: str) -> None:
        self.rng = rng
        self.kept: list[str] = []
        rows = tomllib.loads(STORIES.read_text("utf-8"))["story"]
        self._tales = [list(with_slots(row, [*row["told"], row["question"]])) for row in rows]
        self._lines = [line for tale in self._tales for line in tale]
        numbers = Numbers(smallest=1, largest=100, smallest_result=0)
        self._stories = [draw_stories(rng, load_frames(section), numbers) for section in SECTIONS]
        self._words = [*sorted(words_of(package)), *NUMBERS, *NAMES, *THINGS, *MARKS]

    def draw(self) -> str:
        """A text, mutated more often than not."""
        rng = self.rng
        if self.kept and rng.random() < KEPT:
            text = self._mutate(rng.choice(self.kept))
        else:
            text = rng.choice((self._tell, self._tell, self._generate, self._scatter))()
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4))):
            text = self._mutate(text)
        if rng.random() < LONG:
            return (text + " ") * rng.randrange(1, 6_000 // (len(text) + 1) + 2)
        return text[:USUAL_LENGTH]

    def _tell(self) -> str:
        """A story about other people and things, or sentences of several stories."""
        rng = self.rng
        lines = list(rng.choice(self._tales))
        if rng.random() < MIXED:
            lines[rng.randrange(len(lines)) :] = rng.choices(self._lines, k=rng.randrange(1, 4))
        words = dict(zip(("name", "other"), rng.choices(NAMES, k=2), strict=True))
        for slot, thing in enumerate(rng.choices(THINGS, k=2)):
            words |= {f"thing{slot}": thing, f"things{slot}": thing + "s"}
        return self._renumber(" ".join(lines).format_map(words))

    def _generate(self) -> str:
        return next(self.rng.choice(self._stories)).text

    def _scatter(self) -> str:
        return " ".join(self.rng.choices(self._words, k=self.rng.randrange(12)))

    def _renumber(self, text: str) -> str:
        def number(_: object) -> str:
            usual = self.rng.random() < USUAL
            return str(self.rng.randrange(1, 100)) if usual else self.rng.choice(NUMBERS)

        return re.sub(r"[0-9]+|\bsome\b", number, text)

    def _mutate(self, text: str) -> str:
        rng = self.rng
        separator = rng.choice((" ", " ", " ", ". ", ""))
        pieces = pieces_of(text, separator)
        at, other = rng.randrange(len(pieces) or 1), rng.randrange(len(pieces) or 1)
        how = rng.randrange(10)
        if how == 0 and pieces:
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif how == 1:
            del pieces[at : at + 1]
        elif how == 2:
            pieces[at:at] = pieces[other : other + rng.randrange(1, 4)]
        elif how == 3:
            pieces[at : at + 1] = [rng.choice(self._words)]
        elif how == 4:
            pieces.insert(at, rng.choice(self._words))
        elif how == 5:
            beyond = rng.choice(self.kept or [self._tell()])
            pieces[at:] = [beyond[rng.randrange(len(beyond) + 1) :]]
        elif how == 6:
            pieces.insert(at, rng.choice(STRANGE) * rng.choice((1, 1, 3)))
        elif how == 7:
            pieces.insert(at, "".join(rng.choices(MARKS, k=rng.choice((1, 2, 9)))))
        elif how == 8:
            return self._renumber(text)
        else:
            return rng.choice((text.lower, text.upper, text.title, text.swapcase))()
        return separator.join(pieces)


def with_slots(row: dict[str, Any], lines: list[str]) -> Iterator[str]:
    """Lines of a story with slots for its people and things."""
    slots: dict[str, str] = {}
    names = [name for listed in row.get("people", {}).values() for name in listed]
    slots.update(zip(names, ("{name}", "{other}"), strict=False))
    things = [pair for listed in row.get("things", {}).values() for pair in listed]
    for number, pair in enumerate(things[:2]):
        one, many = pair.split(", ")
        slots |= {one: f"{{thing{number}}}", many: f"{{things{number}}}"}
    for line in lines:
        yield re.sub(r"\w+", lambda match: slots.get(match[0], match[0]), line)


def words_of(package: str) -> set[str]:
    """The words of all word lists of a package."""
    found: set[str] = set()
    for file in resources.files(package).iterdir():
        if file.name.endswith(".toml"):
            found.update(re.findall(r"[\w'%$-]+", file.read_text("utf-8")))
    return found


def pieces_of(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text)
