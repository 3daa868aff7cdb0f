"""From a text to its story: the amounts that it tells of, and the one that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Amount, Asked, Story
from spoonbench.solvers.rules.word_problems.asking import question_start, read_question
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.reading import Reader
from spoonbench.solvers.rules.word_problems.tokens import read_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

_FEWEST_WORDS = 4
"""Before a question, fewer words without a number tell nothing."""
_FEWEST_NUMBERS = 2


def read_story(text: str) -> Story:
    """Read a whole text.

    Raises:
        Unread: the text holds digits that are no number, or characters that hide its order.
    """
    reader = Reader()
    asked: list[Asked] = []
    words: set[str] = set()
    n_words = 0
    for sentence in read_sentences(text):
        tokens = _with_names(sentence.tokens)
        n_words += len(tokens)
        words.update(token.text for token in tokens)
        start = question_start(tokens)
        if start < 0:
            reader.read(tokens)
            continue
        found = _read_around(tokens, start, reader)
        if found is not None:
            asked.append(found)
    if not asked:
        made_up = _end_of_first_owner(reader)
        if made_up is not None:
            asked.append(made_up)
    return Story(
        amounts=reader.amounts,
        asked=asked[-1] if asked else None,
        words=frozenset(words),
        owners=reader.cast.people,
        n_switches=reader.cast.switches,
        n_words=n_words,
    )


def _with_names(tokens: Sequence[Token]) -> Sequence[Token]:
    """Mark first names that stand without a capital, or where every word has one."""
    first_names = load_lexicon().words["first_names"]
    if not any(token.text in first_names and not token.name for token in tokens):
        return tokens
    return tuple(
        token._replace(name=True) if token.text in first_names else token for token in tokens
    )


def _end_of_first_owner(reader: Reader) -> Asked | None:
    """Without a question, what the first owner has at the end is asked."""
    told = [amount for amount in reader.amounts if amount.value is not None]
    if len(told) < _FEWEST_NUMBERS:
        return None
    first = next((amount for amount in reader.amounts if amount.owner), None)
    if first is None:
        return None
    people = [amount.holder for amount in told if amount.holder in reader.cast.people]
    owner = first.owner if first.owner in reader.cast.people or not people else people[0]
    thing = next((amount.thing for amount in told if amount.thing.head), first.thing)
    amount = Amount(
        None,
        thing,
        lemma="have",
        verb_class="state",
        tense="present",
        owner=owner,
        is_asked=True,
        is_now=True,
        in_question=True,
        sentence=told[-1].sentence + 1,
        clause=told[-1].clause + 1,
    )
    return Asked(amount=amount, how="many", words=frozenset({"now"}), text=" now ")


def _read_around(tokens: Sequence[Token], start: int, reader: Reader) -> Asked | None:
    """Read what a sentence tells before and after its question, and the question."""
    told, question = tokens[:start], tokens[start:]
    reader.said_before = told[-1].text if told else ""
    if any(token.value is not None for token in told) or len(told) > _FEWEST_WORDS:
        reader.read(told)
    texts = [token.text for token in question]
    if "if" in texts[1:]:
        cut = texts.index("if", 1)
        question, condition = question[:cut], question[cut + 1 :]
        if condition:
            reader.read(condition)
    return read_question(question, reader)
