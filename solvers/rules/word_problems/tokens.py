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
from collections import Counter
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


def read_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences of tokens.

    Raises:
        Unread: the text holds characters or digits that cannot be read.
    """
    plain = plain_text(text)
    pieces = split_text(plain.text)
    sentences = _sentences(pieces)
    _drop_false_names(sentences, pieces.capitals)
    if plain.starts is None or plain.ends is None:
        return sentences
    return [_moved(sentence, plain.starts, plain.ends) for sentence in sentences]


def _sentences(pieces: Pieces) -> list[Sentence]:
    """Put numbers together, and cut at the ends of sentences."""
    tokens = pieces.tokens
    count = len(tokens)
    tokens += BLANKS
    sentences: list[Sentence] = []
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
            if _close(sentences, current, token, tokens[done - 1].end):
                current = []
            continue
        found = _auxiliary(tokens, mark) if token.text == "'d" else read_number_at(tokens, mark)
        if found is not None and found.start >= done:
            current += tokens[done : found.start]
            current.append(found.token)
            done = found.end
    current += tokens[done:count]
    if current:
        sentences.append(Sentence(tuple(current), False, current[0].start, current[-1].end))
    return sentences


def _close(sentences: list[Sentence], current: list[Token], mark: Token, end: int) -> bool:
    """End the current sentence, or give one more mark ("?!") to the one before."""
    asked = mark.text == "?"
    if current:
        sentences.append(Sentence(tuple(current), asked, current[0].start, end))
    elif sentences and mark.text != "\n":
        last = sentences[-1]
        sentences[-1] = last._replace(asked=last.asked or asked, end=end)
    return bool(current)


def _auxiliary(tokens: list[Token], mark: int) -> Found:
    """ "'d" as "had" before a participle, else as "would"."""
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
    if text in _STOPS["hours"]:
        return after.name
    is_unit = text in _STOPS["units"] and tokens[mark - 2].value is not None
    if is_unit or text in _STOPS["abbreviations"]:
        return before.end < stop.start or after.name
    if text == "no" and after.form == "number":
        return before.end < stop.start
    is_initial = before.name and (len(text) == 1 or "." in text)
    return not is_initial or not after.name or after.text in _STOPS["starters"]


def _drop_false_names(sentences: list[Sentence], capitals: list[str]) -> None:
    """A capital at the start of a sentence is a name's only if the text has it elsewhere too."""
    firsts: list[tuple[int, int, str]] = []
    for number, (tokens, _, _, _) in enumerate(sentences):
        index = 0
        while index < len(tokens) - 1 and tokens[index].form == "sign":
            index += 1
        if tokens[index].name:
            firsts.append((number, index, tokens[index].text))
    if not firsts:
        return
    elsewhere = Counter(capitals)
    elsewhere.subtract([text for _, _, text in firsts])
    for number, index, text in firsts:
        if elsewhere[text] < 1:
            tokens, asked, start, end = sentences[number]
            common = tokens[index]._replace(name=False)
            tokens = (*tokens[:index], common, *tokens[index + 1 :])
            sentences[number] = Sentence(tokens, asked, start, end)


def _moved(sentence: Sentence, starts: list[int], ends: list[int]) -> Sentence:
    """The sentence with the offsets of the original text."""
    tokens = tuple(
        token._replace(start=starts[token.start], end=ends[token.end - 1])
        for token in sentence.tokens
    )
    return Sentence(tokens, sentence.asked, starts[sentence.start], ends[sentence.end - 1])
