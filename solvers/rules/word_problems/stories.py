"""From a text to its story: the amounts that it tells of, and the one that it asks for."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Amount, Asked, Story
from spoonbench.solvers.rules.word_problems.asking import question_start, read_question
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.reading import Reader
from spoonbench.solvers.rules.word_problems.spellings import NUMBER_TEXT
from spoonbench.solvers.rules.word_problems.tokens import read_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

_TEXT_OF = itemgetter(0)
"""The first field of a token; by its name it is found half as fast."""
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
    told_words: set[str] = set()
    numbers: list[int] = []
    n_words = 0
    for sentence in read_sentences(text):
        tokens: Sequence[Token] = sentence.tokens
        texts: list[str] = [*map(_TEXT_OF, tokens)]
        n_words += len(texts)
        if NUMBER_TEXT in texts:
            numbers += _starts_of_numbers(tokens, texts)
        tokens = _with_names(tokens, texts)
        start = question_start(texts)
        words.update(texts)
        told_words.update(texts if start < 0 else texts[:start])
        if start < 0:
            reader.read(tokens, texts)
            continue
        found = _read_around(tokens, texts, start, reader)
        if found is not None:
            asked.append(found)
    if not asked:
        made_up = _end_of_first_owner(reader)
        if made_up is not None:
            asked.append(made_up)
    asked_amounts = [one.amount for one in asked]
    return Story(
        amounts=reader.amounts,
        vague=[one for one in reader.amounts if one.is_vague and not one.is_asked],
        asked=asked[-1] if asked else None,
        words=frozenset(words),
        told_words=frozenset(told_words),
        owners=reader.cast.people,
        groups=reader.groups,
        n_switches=reader.cast.switches,
        n_words=n_words,
        n_unread=_count_outside(numbers, [*reader.amounts, *asked_amounts]),
    )


def _starts_of_numbers(tokens: Sequence[Token], texts: Sequence[str]) -> list[int]:
    """Where numbers start in the text; "one pencil" is no more than "a pencil"."""
    starts: list[int] = []
    place = -1
    for _ in range(texts.count(NUMBER_TEXT)):
        place = texts.index(NUMBER_TEXT, place + 1)
        if tokens[place].value != 1:
            starts.append(tokens[place].start)
    return starts


def _count_outside(starts: Sequence[int], amounts: Sequence[Amount]) -> int:
    """How many numbers, given where they start in the text, no amount was read from."""
    spans = sorted([(amount.start, amount.end) for amount in amounts])
    n_outside = n_seen = reach = 0
    for start in starts:
        while n_seen < len(spans) and spans[n_seen][0] <= start:
            reach = max(reach, spans[n_seen][1])
            n_seen += 1
        n_outside += start >= reach
    return n_outside


def _with_names(tokens: Sequence[Token], texts: Sequence[str]) -> Sequence[Token]:
    """Mark first names that stand without a capital, or where every word has one."""
    first_names = load_lexicon().words["first_names"]
    if first_names.isdisjoint(texts):
        return tokens
    marked = list(tokens)
    for index, text in enumerate(texts):
        if text in first_names and not tokens[index].name:
            marked[index] = tokens[index]._replace(name=True)
    return marked


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


def _read_around(
    tokens: Sequence[Token], texts: Sequence[str], start: int, reader: Reader
) -> Asked | None:
    """Read what a sentence tells before and after its question, and the question."""
    told, question = texts[:start], texts[start:]
    reader.said_before = told[-1] if told else ""
    if NUMBER_TEXT in told or len(told) > _FEWEST_WORDS:
        reader.read(tokens[:start], told)
    end = len(texts)
    if "if" in question[1:]:
        end = texts.index("if", start + 1)
        if end + 1 < len(texts):
            reader.read(tokens[end + 1 :], texts[end + 1 :])
    return read_question(tokens[start:end], texts[start:end], reader)
