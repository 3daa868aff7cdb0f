"""From a text to its story: the amounts that it tells of, and the one that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Asked, Story
from spoonbench.solvers.rules.word_problems.asking import question_start, read_question
from spoonbench.solvers.rules.word_problems.reading import Reader
from spoonbench.solvers.rules.word_problems.tokens import read_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

_FEWEST_WORDS = 4


def read_story(text: str) -> Story:
    """Read a whole text.

    Raises:
        Unread: the text holds digits that are no number, or characters that hide its order.
    """
    reader = Reader()
    asked: list[Asked] = []
    words: set[str] = set()
    for sentence in read_sentences(text):
        tokens = sentence.tokens
        words.update(token.text for token in tokens)
        start = question_start(tokens)
        if start < 0:
            reader.read(tokens)
            continue
        found = _read_around(tokens, start, reader)
        if found is not None:
            asked.append(found)
    return Story(
        amounts=reader.amounts,
        asked=asked[-1] if asked else None,
        words=frozenset(words),
        owners=reader.cast.people,
        guesses=reader.cast.guesses,
        n_asked=len(asked),
    )


def _read_around(tokens: Sequence[Token], start: int, reader: Reader) -> Asked | None:
    """Read what a sentence tells before and after its question, and the question."""
    told, question = tokens[:start], tokens[start:]
    if any(token.value is not None for token in told) or len(told) > _FEWEST_WORDS:
        reader.read(told)
    texts = [token.text for token in question]
    if "if" in texts[1:]:
        cut = texts.index("if", 1)
        question, condition = question[:cut], question[cut + 1 :]
        if condition:
            reader.read(condition)
    return read_question(question, reader)
