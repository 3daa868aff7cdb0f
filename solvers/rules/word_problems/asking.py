"""From a question to the amount that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    COINS,
    NO_THING,
    Asked,
    Compare,
    Thing,
    is_vessel,
    measures,
)
from spoonbench.solvers.rules.word_problems.clauses import split_clauses
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import (
    Mark,
    NounPhrase,
    VerbGroup,
    read_phrases,
)
from spoonbench.solvers.rules.word_problems.spellings import known_verb
from spoonbench.solvers.rules.word_problems.word_order import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase
    from spoonbench.solvers.rules.word_problems.reading import Reader
    from spoonbench.solvers.rules.word_problems.tokens import Token

_QUESTION_WORDS = frozenset({"how", "what"})
_HOW = frozenset(
    {
        "many", "much", "long", "far", "tall", "old", "heavy", "fast", "high", "deep", "wide",
        "big", "large", "often", "soon", "thick", "short", "small", "young", "expensive", "late",
    }
)  # fmt: skip
_COUNTED = frozenset({"many", "much"})
_MORE = frozenset({"more", "fewer", "less"})
_DIFFERENCES = _MORE | {"additional", "extra"}
_BE = frozenset({"is", "was", "are", "were"})
_AFTER_WHAT = frozenset(
    {
        "is", "was", "will", "are", "were", "would", "fraction", "number", "amount", "did", "does",
        "percent", "percentage", "can", "should",
    }
)  # fmt: skip
_MEASURES = frozenset(
    {"total", "number", "cost", "weight", "distance", "length", "price", "age", "score", "amount"}
)
_ORDERS = frozenset({"find", "calculate", "determine", "compute", "figure"})
_SHORTEST_ORDER = 2
DIMENSIONS = {
    "far": "length", "tall": "length", "high": "length", "deep": "length", "wide": "length",
    "heavy": "weight", "old": "time", "young": "time", "fast": "speed", "thick": "length",
    "short": "length", "expensive": "money",
}  # fmt: skip
_NOUN_DIMENSIONS = {
    "money": "money", "cost": "money", "price": "money", "change": "money", "pay": "money",
    "distance": "length", "length": "length", "height": "length", "weight": "weight",
    "time": "time",
}  # fmt: skip
_LASTING_VERBS = frozenset({"take", "spend", "last", "drive", "walk", "run", "fly"})
_MONEY_VERBS = frozenset({"cost", "pay", "spend", "earn", "charge", "owe"})


def question_start(texts: Sequence[str]) -> int:
    """Index of the first token of a question in a sentence; -1 where there is none.

    Args:
        texts: of the tokens of the sentence.
    """
    if not _QUESTION_WORDS.isdisjoint(texts):
        for index, text in enumerate(texts):
            if text in _QUESTION_WORDS and _opens_question(texts, index):
                return index
    is_order = texts[0] in _ORDERS and len(texts) > _SHORTEST_ORDER
    return 0 if is_order else -1


def _opens_question(texts: Sequence[str], index: int) -> bool:
    """Whether "how" or "what" here asks for an amount."""
    after = texts[index + 1] if index + 1 < len(texts) else ""
    if texts[index] == "how":
        return after in _HOW or after in _MORE or after in load_lexicon().comparatives
    if index == 0 or after in _AFTER_WHAT or not texts[index - 1][0].isalnum():
        return after != ""
    return not _MEASURES.isdisjoint(texts[index + 1 : index + 4])


def read_question(tokens: Sequence[Token], texts: Sequence[str], reader: Reader) -> Asked | None:
    """Read the part of a sentence that asks; its other amounts go to the reader.

    Args:
        tokens: from the question word to the end of the sentence.
        texts: of the tokens.
        reader: has read everything before.
    """
    end = _end_of_first(texts)
    tokens, texts = tokens[:end], texts[:end]
    if _has_scale(texts):
        tokens, texts = [*tokens[:3], *tokens[4:]], [*texts[:3], *texts[4:]]
    asked_phrase, phrases, how = _asked_phrase(tokens, texts)
    also = _joined(asked_phrase, phrases)
    ordered = in_order(asked_phrase, phrases[2 * len(also) :])
    reader.begin_question(tokens, texts)
    found = [amount for clause in split_clauses(ordered) for amount in reader.read_clause(clause)]
    reader.end_question()
    asked = [amount for amount in found if amount.is_asked]
    if not asked:
        return None
    amount = asked[0]
    reader.amounts = [told for told in reader.amounts if told is not amount]
    amount.compare = None
    comparative = _comparative(texts)
    extra = asked_phrase.extra
    is_fewer = extra in {"fewer", "less"} or (
        comparative != "" and reader.lexicon.comparatives[comparative][2] < 0
    )
    is_more = extra in _DIFFERENCES or comparative != ""
    return Asked(
        amount=amount,
        how=how,
        is_more=is_more or reader.said_before == "by" or (how == "much" and "more" in texts[:4]),
        sign=-1 if is_fewer else 1,
        other=_other(tokens, texts, reader),
        words=frozenset(texts),
        text=f" {' '.join(texts)} ",
        comparative=comparative,
        also=also,
    )


def _end_of_first(texts: Sequence[str]) -> int:
    """Where the first of two questions in one ends: "how many are left | and how many ...?"."""
    if "how" in texts[2:]:
        for index in range(2, len(texts) - 1):
            if texts[index] == "how" and texts[index + 1] in _COUNTED:
                end = index
                while end > 1 and texts[end - 1] in {"and", ",", "or"}:
                    end -= 1
                return end if end < index else len(texts)
    return len(texts)


def _comparative(texts: Sequence[str]) -> str:
    """The word "longer" in "how much longer"; "" where nothing like it is asked."""
    comparatives = load_lexicon().comparatives
    for text in reversed(texts[1:4]):
        if text in comparatives and text not in _MORE:
            return text
    return ""


# -- what is asked for ---------------------------------------------------------------------------


def _has_scale(texts: Sequence[str]) -> bool:
    """As in "How many feet high is": "high" tells no more than the feet do."""
    if len(texts) < 4 or texts[0] != "how" or texts[1] != "many":  # noqa: PLR2004 - "how many feet high"
        return False
    is_scale = texts[3] in DIMENSIONS or texts[3] == "long"
    return is_scale and load_lexicon().singular(texts[2]) in load_lexicon().units


def _asked_phrase(
    tokens: Sequence[Token], texts: Sequence[str]
) -> tuple[NounPhrase, list[Phrase], str]:
    """The noun phrase that is asked for, the phrases after it, and how it is asked."""
    if texts[0] == "how":
        return _asked_by_how(tokens, texts)
    if texts[0] == "what" and len(texts) > 1:
        return _asked_by_what(tokens, texts)
    return _asked_first(_phrases_from(tokens, texts, 1))


def _phrases_from(tokens: Sequence[Token], texts: Sequence[str], start: int) -> list[Phrase]:
    """Phrases of the rest of a question, with indices into all of it."""
    phrases = read_phrases(tokens[start:], texts[start:], is_inverted=True)
    for phrase in phrases:
        _shift(phrase, start)
    return phrases


def _shift(phrase: Phrase, offset: int) -> None:
    phrase.start += offset
    phrase.end += offset
    if isinstance(phrase, NounPhrase):
        if phrase.number >= 0:
            phrase.number += offset
        if phrase.of is not None:
            _shift(phrase.of, offset)
        if phrase.owner is not None:
            _shift(phrase.owner, offset)
        if phrase.per is not None:
            _shift(phrase.per, offset)


def _asked_by_how(
    tokens: Sequence[Token], texts: Sequence[str]
) -> tuple[NounPhrase, list[Phrase], str]:
    how, index = texts[1], 2
    if how in load_lexicon().comparatives or how in _MORE:
        how, index = "much", 1
    phrases = _phrases_from(tokens, texts, index)
    first = phrases[0] if phrases else None
    if isinstance(first, Mark):
        if first.tag == "M":
            return NounPhrase(index, index + 1, asked="much"), phrases[1:], how
        if first.text == "of" and len(phrases) > 1 and isinstance(phrases[1], NounPhrase):
            inner = phrases[1]
            return NounPhrase(index, inner.end, asked=how, of=inner), phrases[2:], how
    if isinstance(first, NounPhrase) and first.number >= 0:
        worth = _asked_worth(phrases, how)
        if worth is not None:
            return worth[0], worth[1], how
    is_named = isinstance(first, NounPhrase) and not (
        first.pronoun or first.number >= 0 or first.determiner or first.owner
    )
    if isinstance(first, NounPhrase) and is_named and (how in _COUNTED or not first.is_name):
        if first.is_name and not phrases[1:2]:
            first.is_name = False
        first.asked, first.vague = how, ""
        return first, phrases[1:], how
    return NounPhrase(index - 1, index, asked=how), phrases, how


def _asked_worth(phrases: list[Phrase], how: str) -> tuple[NounPhrase, list[Phrase]] | None:
    """Things worth so much: "how many $4 toys", "how many 6 inch pieces"."""
    first = phrases[0]
    if not isinstance(first, NounPhrase) or not first.words or first.determiner:
        return None
    if first.words[0] not in load_lexicon().units:
        return None
    words, raw, end, rest = first.words[1:], first.raw[1:], first.end, phrases[1:]
    if not words:
        noun = phrases[1] if len(phrases) > 1 else None
        if not isinstance(noun, NounPhrase) or not noun.words or noun.counts or noun.determiner:
            return None
        words, raw, end, rest = noun.words, noun.raw, noun.end, phrases[2:]
    first.words, first.raw = first.words[:1], first.raw[:1]
    asked = NounPhrase(first.start, end, words=words, raw=raw, of=first, asked=how)
    asked.is_plural = True
    return asked, rest


def _asked_by_what(
    tokens: Sequence[Token], texts: Sequence[str]
) -> tuple[NounPhrase, list[Phrase], str]:
    """As in "what is the cost", "what fraction of them", "what did he pay"."""
    start = 1
    while start < len(texts) and texts[start] in _BE:
        start += 1
    phrases = _phrases_from(tokens, texts, start)
    if start > 1:
        has_verb = any(isinstance(phrase, VerbGroup) for phrase in phrases)
        asked, rest, how = _asked_first(phrases)
        if not has_verb and asked in phrases:
            verb = VerbGroup(1, 2, known_verb(texts[1]), text=texts[1])
            verb.tense = "past" if texts[1] in {"was", "were"} else "present"
            rest = [verb, *rest]
        return asked, rest, how
    first = phrases[0] if phrases else None
    is_auxiliary = isinstance(first, VerbGroup) and first.verb.lemma in {"do", "have"}
    if is_auxiliary or (isinstance(first, Mark) and first.tag == "A"):
        last = phrases[-1]
        if isinstance(last, VerbGroup) and last.verb.lemma == "be":
            asked, rest, how = _asked_first(phrases[1:])
            return asked, rest, how
        return NounPhrase(0, 1, asked="what"), phrases, "what"
    return _asked_first(phrases)


def _asked_first(phrases: list[Phrase]) -> tuple[NounPhrase, list[Phrase], str]:
    """The first noun phrase is asked for: "find the cost of ..."."""
    for order, phrase in enumerate(phrases):
        if isinstance(phrase, NounPhrase):
            phrase.asked = "what"
            phrase.number, phrase.value = -1, None
            return phrase, phrases[order + 1 :], "what"
    return NounPhrase(0, 1, asked="what"), phrases, "what"


def _other(tokens: Sequence[Token], texts: Sequence[str], reader: Reader) -> Compare | None:
    """What stands after "than"."""
    if "than" not in texts:
        return _beaten(tokens, texts, reader) if reader.said_before == "by" else None
    index = texts.index("than")
    compare = Compare("more")
    words: set[str] = set()
    for phrase in read_phrases(tokens[index + 1 :], texts[index + 1 :], is_inverted=True)[:4]:
        if isinstance(phrase, NounPhrase):
            words.update(phrase.words)
            for inner in (phrase.of, phrase.owner):
                if inner is not None:
                    words.update(inner.words)
            if not compare.other:
                compare.other = reader.cast.owner_of(phrase, is_subject=False)
        elif isinstance(phrase, VerbGroup) or phrase.tag == "A":
            break
    compare.other_words = frozenset(words)
    return compare


def _joined(asked: NounPhrase, phrases: Sequence[Phrase]) -> tuple[Thing, ...]:
    """The word "dogs" in "how many cats and dogs"."""
    if len(phrases) < 2 or asked.extra or not asked.is_plural:  # noqa: PLR2004
        return ()
    sign, noun = phrases[0], phrases[1]
    if not (isinstance(sign, Mark) and sign.text == "and" and isinstance(noun, NounPhrase)):
        return ()
    is_bare = noun.is_plural and not (noun.counts or noun.determiner or noun.is_name or noun.owner)
    return (Thing(noun.head, frozenset(noun.words)),) if is_bare else ()


def _beaten(tokens: Sequence[Token], texts: Sequence[str], reader: Reader) -> Compare | None:
    """Whom or what the verb of "by how many does Ann beat Ben" has as its object."""
    phrases = read_phrases(tokens[1:], texts[1:], is_inverted=True)
    verb_at = max(
        (i for i, phrase in enumerate(phrases) if isinstance(phrase, VerbGroup)), default=-1
    )
    behind = phrases[verb_at + 1] if 0 < verb_at < len(phrases) - 1 else None
    if not isinstance(behind, NounPhrase):
        return None
    other = reader.cast.owner_of(behind, is_subject=False)
    return Compare("more", other, frozenset(behind.words))


def dimension_of(asked: Asked) -> str:
    """The dimension of what is asked: "money", "length", "time", "weight", or ""."""
    lexicon = load_lexicon()
    thing = asked.amount.thing if asked.amount.is_thing_told else NO_THING
    head = thing.head
    unit = lexicon.units.get(head)
    if unit is not None and head not in COINS and not is_vessel(thing):
        return measures(unit)
    if head:
        return _NOUN_DIMENSIONS.get(head, "")
    if asked.how in DIMENSIONS:
        return DIMENSIONS[asked.how]
    return _dimension_of_verb(asked)


def _dimension_of_verb(asked: Asked) -> str:
    """The dimension where no noun is named: "how much did he pay"."""
    amount = asked.amount
    is_paid = amount.lemma in _MONEY_VERBS or amount.verb_class in {"cost", "spend", "earn"}
    if asked.how in {"much", "what"} and is_paid:
        return "money"
    if asked.how == "long":
        return "time" if amount.lemma in _LASTING_VERBS else ""
    if asked.comparative:
        return load_lexicon().comparatives[asked.comparative][1]
    return "weight" if amount.lemma == "weigh" else ""


__all__ = ["Thing", "dimension_of", "question_start", "read_question"]
