"""From a text to sentences of tokens, numbers read exactly, in time linear in the text.

What the numbers of a text are and are not:

- Digits, words, fractions and mixed numbers are one token "#" each, with their sign of money or
  percent. "a third of", "half" are shares; "twice", "double the" are factors.
- Times of day are the word "clock"; years, dates and labels ("3d", "B12") are words.
- Ordinals have no value, and neither have "hundreds", "several" and the pronoun "one".
- Any other digits ("4x7", "1,23") make the text unread.

Not covered: headings and lists without full stops are one sentence.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import NamedTuple

from spoonbench.solvers.rules.word_problems.characters import Unread, plain_text
from spoonbench.solvers.rules.word_problems.numbers import BLANKS, read_number_at
from spoonbench.solvers.rules.word_problems.pieces import Token, split_text

__all__ = ["Sentence", "Token", "Unread", "read_sentences"]

_STOPS = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        (files("spoonbench.solvers.rules.word_problems") / "tokens.toml").read_text("utf-8")
    )["stops"].items()
}
_ENDS = frozenset(".?!")


class Sentence(NamedTuple):
    """Tokens up to a full stop, question mark or exclamation mark, which is left out.

    Attributes:
        tokens: shape (n,), n above 0.
        asked: it ends in a question mark.
        start: index of its first character in the text.
        end: index after its last character, the mark at its end included.
    """

    tokens: tuple[Token, ...]
    asked: bool
    start: int
    end: int


def read_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences of tokens.

    Raises:
        Unread: the text holds characters or digits that cannot be read.
    """
    plain = plain_text(text)
    tokens, marks = split_text(plain.text)
    return _name(_sentences(tokens, marks), plain.offsets)


def _sentences(tokens: list[Token], marks: list[int]) -> list[Sentence]:
    """Fold what is marked, and cut at the ends of sentences."""
    count = len(tokens)
    tokens += BLANKS
    sentences: list[Sentence] = []
    current: list[Token] = []
    done = 0
    for mark in marks:
        if mark < done:
            continue
        token = tokens[mark]
        if token.text in _ENDS:
            current += tokens[done:mark]
            done = mark + 1
            if not current:
                sentences[-1:] = [_extended(last, token) for last in sentences[-1:]]
            elif token.text != "." or _is_end(tokens, mark, current):
                sentences.append(_sentence(current, token.text == "?", token.end))
                current = []
            continue
        found = read_number_at(tokens, mark)
        if found is None or found.start < done:
            found = None
        if found is not None:
            current += tokens[done : found.start]
            current.append(found.token)
            done = found.end
    current += tokens[done:count]
    if current:
        sentences.append(_sentence(current, False, current[-1].end))
    return sentences


def _sentence(tokens: list[Token], asked: bool, end: int) -> Sentence:  # noqa: FBT001
    return Sentence(tuple(tokens), asked, tokens[0].start, end)


def _extended(last: Sentence, token: Token) -> Sentence:
    """The sentence with one more mark at its end: "?!", "..."."""
    return last._replace(asked=last.asked or token.text == "?", end=token.end)


def _is_end(tokens: list[Token], mark: int, current: list[Token]) -> bool:
    """Whether a full stop ends a sentence and no abbreviation."""
    last, after = current[-1], tokens[mark + 1]
    if not after.text:
        return True
    if last.text in _STOPS["titles"]:
        return not after.name
    if last.text in _STOPS["abbreviations"]:
        is_tight = last.end == tokens[mark].start
        return not is_tight or after.name
    is_initial = len(last.text) == 1 and last.name and last.text != "i"
    return not is_initial or not after.name or after.text in _STOPS["starters"]


def _name(sentences: list[Sentence], offsets: list[int] | None) -> list[Sentence]:
    """Decide which capitals are of names, and put offsets back into the original text."""
    names = {token.text for sentence in sentences for token in sentence.tokens[1:] if token.name}
    for index, sentence in enumerate(sentences):
        first = sentence.tokens[0]
        if first.name and first.text not in names:
            tokens = (first._replace(name=False), *sentence.tokens[1:])
            sentences[index] = sentence._replace(tokens=tokens)
    if offsets is None:
        return sentences
    return [_moved(sentence, offsets) for sentence in sentences]


def _moved(sentence: Sentence, offsets: list[int]) -> Sentence:
    tokens = tuple(
        token._replace(start=offsets[token.start], end=_end(offsets, token.end))
        for token in sentence.tokens
    )
    return Sentence(
        tokens, sentence.asked, offsets[sentence.start], _end(offsets, sentence.end)
    )


def _end(offsets: list[int], end: int) -> int:
    """End in the original text: after the whole of the last character."""
    last = offsets[end - 1]
    while offsets[end] == last:
        end += 1
    return offsets[end]
