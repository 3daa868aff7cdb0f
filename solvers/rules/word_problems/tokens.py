"""From a text to sentences of tokens, numbers read exactly, in time linear in the text.

What the numbers of a text are and are not:

- Digits, words, fractions and mixed numbers are one token "#" each, with their sign of money or
  percent. "a third of", "half" are shares; "twice", "double the" are factors.
- Times of day are the word "clock"; years, dates and labels ("3d", "room 12") are words.
- Ordinals have no value, and neither have "hundreds", "several" and the pronoun "one".
- Any other digits ("4x7", "1,23", "3:5") make the text unread.

A hyphen that joins a number to a word ("5-pound") is a sign of its own; other words with hyphens
are one token each.

Not covered: headings and lists without full stops or empty lines are one sentence.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import NamedTuple

from spoonbench.solvers.rules.word_problems.characters import Unread, plain_text
from spoonbench.solvers.rules.word_problems.number_words import BLANKS
from spoonbench.solvers.rules.word_problems.numbers import Found, read_number_at
from spoonbench.solvers.rules.word_problems.pieces import Pieces, Token, split_text

__all__ = ["Sentence", "Token", "Unread", "read_sentences"]

_DATA = tomllib.loads(
    (files("spoonbench.solvers.rules.word_problems") / "tokens.toml").read_text("utf-8")
)
_STOPS = {name: frozenset(words.split()) for name, words in _DATA["stops"].items()}
_HAD_BEFORE = frozenset(_DATA["words"]["had_before"].split())
_ENDS = frozenset(".?!\n")
_CLOSING = frozenset("\"')]")


class Sentence(NamedTuple):
    """Tokens up to a full stop, question mark or exclamation mark, which is left out.

    Attributes:
        tokens: shape (n,), n above 0.
        asked: it ends in a question mark.
        start: index of its first character in the text.
        end: index after its last character, the marks at its end included.
    """

    tokens: tuple[Token, ...]
    asked: bool
    start: int
    end: int


class _Draft(NamedTuple):
    """A sentence whose tokens may still change."""

    tokens: list[Token]
    asked: bool
    start: int
    end: int


def read_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences of tokens.

    Raises:
        Unread: the text holds characters or digits that cannot be read.
    """
    plain = plain_text(text)
    pieces = split_text(plain.text)
    drafts = _drafts(pieces)
    _drop_false_names(drafts, pieces.capitals)
    if plain.starts is not None and plain.ends is not None:
        drafts = [_moved(draft, plain.starts, plain.ends) for draft in drafts]
    return [Sentence(tuple(tokens), asked, start, end) for tokens, asked, start, end in drafts]


def _drafts(pieces: Pieces) -> list[_Draft]:
    """Put numbers together, and cut at the ends of sentences."""
    tokens = pieces.tokens
    count = len(tokens)
    tokens += BLANKS
    drafts: list[_Draft] = []
    current: list[Token] = []
    done = 0
    for mark in pieces.marks:
        if mark < done:
            continue
        token = tokens[mark]
        if token.text in _ENDS:
            current += tokens[done:mark]
            done = mark + 1
            if token.text == "." and current and not _is_end(tokens, mark):
                continue
            while tokens[done].text in _CLOSING and tokens[done].start == tokens[done - 1].end:
                done += 1
            if _close(drafts, current, token, tokens[done - 1].end):
                current = []
            continue
        found = _auxiliary(tokens, mark) if token.text == "'d" else read_number_at(tokens, mark)
        if found is not None and found.start >= done:
            current += tokens[done : found.start]
            current.append(found.token)
            if found.unit is not None:
                current.append(found.unit)
            done = found.end
    current += tokens[done:count]
    if current:
        drafts.append(_Draft(current, False, current[0].start, current[-1].end))
    return drafts


def _close(drafts: list[_Draft], current: list[Token], mark: Token, end: int) -> bool:
    """End the current sentence, or give one more mark ("?!") to the one before."""
    asked = mark.text == "?"
    if current:
        drafts.append(_Draft(current, asked, current[0].start, end))
        return True
    if drafts and mark.text != "\n":
        last = drafts[-1]
        drafts[-1] = last._replace(asked=last.asked or asked, end=end)
    return False


def _auxiliary(tokens: list[Token], mark: int) -> Found:
    """Read "'d" as "had" before a participle, else as "would"."""
    after = tokens[mark + 1].text
    is_had = after.endswith("ed") or after in _HAD_BEFORE
    return Found(mark, mark + 1, tokens[mark]._replace(text="had" if is_had else "would"))


def _is_end(tokens: list[Token], mark: int) -> bool:
    """Whether a full stop ends a sentence and no abbreviation or initial."""
    before, stop, after = tokens[mark - 1], tokens[mark], tokens[mark + 1]
    text = before.text
    if not after.text or after.text == "\n":
        return True
    if text in _STOPS["titles"]:
        return not (after.name or after.form == "number")
    if text == "no" and after.form == "number":
        return before.end < stop.start
    is_unit = text in _STOPS["units"] and tokens[mark - 2].value is not None
    if is_unit or text in _STOPS["abbreviations"]:
        return before.end < stop.start or after.name
    is_start = text in _STOPS["hours"] or after.text in _STOPS["starters"]
    if "." in text:
        return after.name and is_start
    return is_start or not (before.name and len(text) == 1 and after.name)


def _drop_false_names(drafts: list[_Draft], capitals: dict[str, int]) -> None:
    """A capital at the start of a sentence is a name's only if the text has it elsewhere too."""
    firsts: list[tuple[list[Token], int]] = []
    for tokens, _, _, _ in drafts:
        index = 0
        while tokens[index].form == "sign" and index < len(tokens) - 1:
            index += 1
        if tokens[index].name:
            firsts.append((tokens, index))
            capitals[tokens[index].text] -= 1
    for tokens, index in firsts:
        text, _, _, _, start, end, _ = tokens[index]
        if capitals[text] < 1:
            tokens[index] = Token(text, None, "word", "", start, end, False)


def _moved(draft: _Draft, starts: list[int], ends: list[int]) -> _Draft:
    """The sentence with the offsets of the original text."""
    tokens = [
        token._replace(start=starts[token.start], end=ends[token.end - 1]) for token in draft.tokens
    ]
    return _Draft(tokens, draft.asked, starts[draft.start], ends[draft.end - 1])
