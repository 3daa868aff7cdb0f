"""Fuzzes the rules for word problems: `python bench/fuzzing/rules.py --inputs 1000000 --seed 0`.

Texts are told anew from the sentences of the property tests and of the task's generator, and
mutated; those that reach new arcs of the code are kept and mutated further. Of every text: `solve`
raises nothing, ends within a second, and says the same again; `explain` says the same as `solve`;
the explanation derives the answer (`spoonbench.solvers.derivations`) from words of the text.

Ends with 1 and the smallest texts that fail, one JSON line each in `--failures`, if there are any.
Needs Linux or macOS: a text that hangs is ended by a signal.

Not covered: whether answers are right.
"""

import argparse
import hashlib
import importlib
import json
import random
import re
import signal
import sys
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from spoonbench.harness.tasks.word_problems.frames import load_frames
from spoonbench.harness.tasks.word_problems.stories import Numbers, draw_stories
from spoonbench.solvers.api import Answer, Problem, Settings
from spoonbench.solvers.derivations import check, check_words, read_value
from spoonbench.solvers.explanations import Explanation

HANG_S = 1.0
"""Seconds of the processor after which a text is taken to hang."""
MAX_FAILURES = 10
"""Different failures after which the run ends."""
MAX_TRIES, MAX_HANGING_TRIES = 3_000, 60
"""Attempts to make a failing text smaller."""
LONG = 1 / 2_000
"""Share of texts that are made very long."""
USUAL_LENGTH = 240
"""Characters that other texts are cut to."""
QUIET, SELDOM = 200, 32
"""After so many calls without a new arc, a function is traced in one call of so many."""
FEWEST_CHARACTERS = 40
"""Shorter texts count for no time per character."""

STORIES = Path(__file__).parents[2] / "tests/solvers/rules/word_problems/stories.toml"
SECTIONS = ("training", "unseen_frames", "distracting_number", "two_steps", "unanswerable")
NAMES = ("Ann", "Ben", "Kofi", "Priya", "She", "He", "they", "The farmer", "Mr. Lee", "")
THINGS = ("plum", "red marble", "box", "dollar", "hour", "mile", "goose", "page", "foot", "cent")
NUMBERS = (
    *("some", "a", "one", "two", "twenty-five", "a dozen", "half", "a few", "no", "a hundred", "0"),
    *("1", "1/2", "2 1/2", "3.5", "$4.75", "1,200", "-3", "20%", "3rd", "10" * 30, "1/0", "\u0667"),
)
STRANGE = "\u200f\u202e\u0663\uff15\u00bd\u00a0\u2019\u201c\u2014\u0301\U0001f34e\x00\ud800\n\t\u00df"
MARKS = ".,;:?!'\"()[]$%/-+*#&@"


class Hang(BaseException):
    """A text took too long; no `except Exception` keeps it from being seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong with a text; failures with one `kind` have one cause."""

    kind: str
    detail: str
    text: str
    forced: bool


class Texts:
    """An endless source of texts."""

    def __init__(self, rng: random.Random, package: str) -> None:
        self._rng = rng
        self.kept: list[str] = []
        rows = tomllib.loads(STORIES.read_text("utf-8"))["story"]
        self._told = [sentence for row in rows for sentence in with_slots(row, row["told"])]
        self._asked = [line for row in rows for line in with_slots(row, [row["question"]])]
        numbers = Numbers(smallest=1, largest=100, smallest_result=0)
        self._stories = [draw_stories(rng, load_frames(section), numbers) for section in SECTIONS]
        self._words = [*sorted(words_of(package)), *NUMBERS, *NAMES, *THINGS, *MARKS]

    def draw(self) -> str:
        """A text, mutated more often than not."""
        rng = self._rng
        if self.kept and rng.random() < 0.4:
            text = self._mutate(rng.choice(self.kept))
        else:
            text = rng.choice((self._tell, self._tell, self._generate, self._scatter))()
        for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
            text = self._mutate(text)
        if rng.random() < LONG:
            return (text + " ") * rng.randrange(1, 6_000 // (len(text) + 1) + 2)
        return text[:USUAL_LENGTH]

    def _tell(self) -> str:
        """Sentences of several stories about the same people and things, and a question."""
        rng = self._rng
        lines = rng.choices(self._told, k=rng.choice((1, 2, 2, 3))) + rng.choices(self._asked)
        words = {slot: rng.choice(NAMES) for slot in ("name", "other")}
        for slot in ("0", "1"):
            thing = rng.choice(THINGS)
            words |= {f"thing{slot}": thing, f"things{slot}": thing + "s"}
        text = " ".join(lines).format_map(words)
        return re.sub(r"[0-9]+", lambda _: self._number(), text)

    def _generate(self) -> str:
        return next(self._rng.choice(self._stories)).text

    def _scatter(self) -> str:
        return " ".join(self._rng.choices(self._words, k=self._rng.randrange(12)))

    def _number(self) -> str:
        rng = self._rng
        return str(rng.randrange(1, 100)) if rng.random() < 0.7 else rng.choice(NUMBERS)

    def _mutate(self, text: str) -> str:
        rng = self._rng
        separator = rng.choice((" ", " ", " ", ". ", ""))
        pieces = text.split(separator) if separator else list(text)
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
            return re.sub(r"[0-9]+|\bsome\b", lambda _: self._number(), text)
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


class Traced:
    """Arcs between lines by `sys.settrace`, which cannot switch off single lines.

    A function in which nothing new was seen for long is traced now and then only.
    """

    every = 4

    def __init__(self, files: set[str]) -> None:
        self._files, self.arcs = files, set[tuple[CodeType, int, int]]()
        self._calls: Counter[CodeType] = Counter()

    def watch(self, call: Callable[[], Any]) -> bool:
        """Whether a call reaches arcs not reached before."""
        before = len(self.arcs)
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(None)
        return len(self.arcs) > before

    def lines(self) -> set[tuple[CodeType, int]]:
        """The lines that were reached."""
        return {(code, line) for code, _, line in self.arcs}

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Any:
        code, last = frame.f_code, 0
        if code.co_filename not in self._files:
            return None
        self._calls[code] += 1
        if self._calls[code] > QUIET and self._calls[code] % SELDOM:
            return None

        def step(frame: FrameType, event: str, _argument: object) -> Any:
            nonlocal last
            if event == "line":
                arc = (code, last, frame.f_lineno)
                if arc not in self.arcs:
                    self.arcs.add(arc)
                    self._calls[code] = 0
                last = frame.f_lineno
            return step

        return step


class Monitored(Traced):
    """Lines and branches by `sys.monitoring`, each switched off once it is seen."""

    every = 1

    def __init__(self, files: set[str]) -> None:
        super().__init__(files)
        if sys.version_info >= (3, 12):
            here, events = sys.monitoring, sys.monitoring.events
            here.use_tool_id(here.COVERAGE_ID, "fuzzing")
            here.register_callback(here.COVERAGE_ID, events.LINE, self._line)
            here.register_callback(here.COVERAGE_ID, events.BRANCH, self._branch)
            here.set_events(here.COVERAGE_ID, events.LINE | events.BRANCH)

    def watch(self, call: Callable[[], Any]) -> bool:
        before = len(self.arcs)
        call()
        return len(self.arcs) > before

    def lines(self) -> set[tuple[CodeType, int]]:
        return {(code, line) for code, start, line in self.arcs if start < 0}

    def _line(self, code: CodeType, line: int) -> Any:
        if code.co_filename in self._files:
            self.arcs.add((code, -1, line))
        return sys.monitoring.DISABLE if sys.version_info >= (3, 12) else None

    def _branch(self, code: CodeType, start: int, end: int) -> Any:
        if code.co_filename in self._files:
            self.arcs.add((code, start, end))
            self._calls[code] += 0
            if not self._is_done(code, start):
                return None
        return sys.monitoring.DISABLE if sys.version_info >= (3, 12) else None
