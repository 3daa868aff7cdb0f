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
    sentences = _sentences(tokens, marks)
    _drop_false_names(sentences)
    if plain.starts is None or plain.ends is None:
        return sentences
    return [_moved(sentence, plain.starts, plain.ends) for sentence in sentences]


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


def _drop_false_names(sentences: list[Sentence]) -> None:
    """A capital at the start of a sentence is a name's only if the text has it elsewhere too."""
    names = {token.text for sentence in sentences for token in sentence.tokens[1:] if token.name}
    for index, sentence in enumerate(sentences):
        first = sentence.tokens[0]
        if first.name and first.text not in names:
            tokens = (first._replace(name=False), *sentence.tokens[1:])
            sentences[index] = sentence._replace(tokens=tokens)


def _moved(sentence: Sentence, starts: list[int], ends: list[int]) -> Sentence:
    """The sentence with the offsets of the original text."""
    tokens = tuple(
        token._replace(start=starts[token.start], end=ends[token.end - 1])
        for token in sentence.tokens
    )
    return Sentence(tokens, sentence.asked, starts[sentence.start], ends[sentence.end - 1])
