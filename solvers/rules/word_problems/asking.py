"""From a question to the amount that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    COINS,
    NO_THING,
    Asked,
    Compare,
    Thing,
)
from spoonbench.solvers.rules.word_problems.clauses import split_clauses
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import (
    Mark,
    NounPhrase,
    VerbGroup,
    read_phrases,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase
    from spoonbench.solvers.rules.word_problems.reading import Reader
    from spoonbench.solvers.rules.word_problems.tokens import Token

_HOW = frozenset(
    {
        "many", "much", "long", "far", "tall", "old", "heavy", "fast", "high", "deep", "wide",
        "big", "large", "often", "soon", "thick",
    }
)  # fmt: skip
_AUXILIARY = frozenset({"do", "be", "have"})
_ORDERS = frozenset({"find", "calculate", "determine", "compute", "figure"})
DIMENSIONS = {
    "far": "length", "tall": "length", "high": "length", "deep": "length", "wide": "length",
    "heavy": "weight", "old": "time", "fast": "speed", "thick": "length",
}
_MONEY_VERBS = frozenset({"cost", "pay", "spend", "earn", "charge", "owe"})


def question_start(tokens: Sequence[Token]) -> int:
    """Index of the first token of a question in a sentence; -1 where there is none."""
    for index, token in enumerate(tokens):
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.text == "how" and (after in _HOW or after in load_lexicon().comparatives or after in {"more", "fewer", "less"}):
            return index
        if token.text == "what" and after in {"is", "was", "will", "are", "were", "would", "fraction", "number", "amount", "did", "does"}:
            return index
        if token.text == "what" and any(word.text in {"total", "number", "cost", "weight", "distance", "length", "price", "age", "score"} for word in tokens[index : index + 4]):
            return index
        if index == 0 and token.text in _ORDERS and len(tokens) > 2:  # noqa: PLR2004
            return index
    return -1


def read_question(tokens: Sequence[Token], reader: Reader) -> Asked | None:
    """Read the part of a sentence that asks; its other amounts go to the reader.

    Args:
        tokens: from the question word to the end of the sentence.
        reader: has read everything before.
    """
    asked_phrase, rest_start, how = _asked_phrase(tokens)
    phrases = read_phrases(tokens[rest_start:], is_inverted=True)
    _shift(phrases, rest_start)
    ordered = _in_order(asked_phrase, phrases)
    reader.begin_question(tokens)
    found = []
    for clause in split_clauses(ordered):
        found.extend(reader.read_clause(clause))
    reader.end_question()
    asked_amounts = [amount for amount in found if amount.is_asked]
    if not asked_amounts:
        return None
    amount = asked_amounts[0]
    reader.amounts = [told for told in reader.amounts if told is not amount]
    amount.compare = None
    words = frozenset(token.text for token in tokens)
    comparative = ""
    for token in tokens[1:4]:
        if token.text in reader.lexicon.comparatives and token.text not in {"more", "fewer", "less"}:
            comparative = token.text
    extra = asked_phrase.extra
    is_more = extra in {"more", "fewer", "less", "additional", "extra"} or bool(comparative)
    if how == "much" and "more" in [token.text for token in tokens[:4]]:
        is_more = True
    if tokens[0].text == "how" and reader.said_before == "by":
        is_more = True
    sign = -1 if extra in {"fewer", "less"} or (comparative and reader.lexicon.comparatives[comparative][2] < 0) else 1
    return Asked(
        amount=amount,
        how=how,
        is_more=is_more,
        sign=sign,
        other=_other(tokens, reader),
        words=words,
        text=" " + " ".join(token.text for token in tokens) + " ",
        comparative=comparative,
    )


def _asked_phrase(tokens: Sequence[Token]) -> tuple[NounPhrase, int, str]:
    """The noun phrase that is asked for, where what follows it starts, and how it is asked."""
    lexicon = load_lexicon()
    if tokens[0].text == "how":
        how, index = tokens[1].text, 2
        if how in lexicon.comparatives or how in {"more", "fewer", "less"}:
            how, index = "much", 1
        phrases = read_phrases(tokens[index:], is_inverted=True)
        first = phrases[0] if phrases else None
        if isinstance(first, Mark) and first.tag == "M":
            return NounPhrase(index, index + 1, asked="much"), index + 1, how
        if isinstance(first, Mark) and first.tag == "I" and first.text == "of":
            inner = phrases[1] if len(phrases) > 1 and isinstance(phrases[1], NounPhrase) else None
            end = index + (inner.end if inner is not None else 1)
            if inner is not None:
                inner.start += index
                inner.end += index
            return NounPhrase(index, end, asked=how, of=inner), end, how
        if isinstance(first, NounPhrase) and not first.pronoun and first.number < 0 and not first.determiner:
            first.asked = how
            first.start += index
            first.end += index
            first.vague = ""
            if how not in {"many", "much"} and first.is_name:
                return NounPhrase(index - 1, index, asked=how), index, how
            return first, first.end, how
        return NounPhrase(index - 1, index, asked=how), index, how
    # "What is the total ...", "Find the number of ...".
    start = 1
    while start < len(tokens) and tokens[start].text in {"is", "was", "will", "are", "were", "would", "be", "out", "s"}:
        start += 1
    phrases = read_phrases(tokens[start:], is_inverted=True)
    for phrase in phrases:
        if isinstance(phrase, NounPhrase):
            phrase.asked = "what"
            end = start + phrase.end
            phrase.start += start
            phrase.end = end
            phrase.number, phrase.value = -1, None
            return phrase, end, "what"
    return NounPhrase(0, 1, asked="what"), start, "what"


def _shift(phrases: Sequence[Phrase], offset: int) -> None:
    """Indices into the question's tokens rather than into a part of them."""
    for phrase in phrases:
        phrase.start += offset
        phrase.end += offset
        if isinstance(phrase, NounPhrase):
            inner = phrase.of
            while inner is not None:
                inner.start += offset
                inner.end += offset
                inner = inner.of


def _in_order(asked: NounPhrase, phrases: list[Phrase]) -> list[Phrase]:
    """The phrases of a question in the order of a statement."""
    first = phrases[0] if phrases else None
    is_auxiliary = (isinstance(first, Mark) and first.tag == "A") or (
        isinstance(first, VerbGroup) and first.verb.lemma in _AUXILIARY
    )
    if not is_auxiliary:
        return [asked, *phrases]
    assert first is not None  # noqa: S101 - it is an auxiliary
    rest = phrases[1:]
    skipped = 0
    while skipped < len(rest) and isinstance(rest[skipped], Mark) and rest[skipped].tag == "B":  # type: ignore[union-attr]
        skipped += 1
    if skipped < len(rest) and isinstance(rest[skipped], NounPhrase):
        verb_at = next(
            (index for index, phrase in enumerate(rest) if isinstance(phrase, VerbGroup) and phrase.kind != "infinitive"), -1
        )
        if verb_at > 0 and _is_inverted_subject(rest[skipped:verb_at]):
            verb = rest[verb_at]
            assert isinstance(verb, VerbGroup)  # noqa: S101 - found as one
            _with_auxiliary(verb, first)
            return [*rest[:verb_at], verb, asked, *rest[verb_at + 1 :]]
        if isinstance(first, VerbGroup):
            subject_end = skipped + 1
            return [*rest[skipped:subject_end], first, asked, *rest[subject_end:]]
        return [asked, *phrases]
    return [asked, *phrases]


def _is_inverted_subject(phrases: Sequence[Phrase]) -> bool:
    """Whether everything up to the verb can be its subject."""
    return not any(isinstance(phrase, Mark) and phrase.tag in "W" for phrase in phrases) and not any(
        isinstance(phrase, Mark) and phrase.text in {"if", "when", "because", "that", "who", "which", "after", "before"}
        for phrase in phrases
    )


def _with_auxiliary(verb: VerbGroup, first: Phrase) -> None:
    if isinstance(first, VerbGroup):
        if first.tense == "past":
            verb.tense = "past"
        verb.is_negated |= first.is_negated
        if first.verb.lemma == "be" and "participle" in verb.verb.forms and "ing" not in verb.verb.forms:
            verb.is_passive = True
        if first.modal:
            verb.modal = first.modal
    elif isinstance(first, Mark):
        verb.modal = verb.modal or first.text
        if first.text in {"will", "would"}:
            verb.tense = "future"
        if first.text == "did":
            verb.tense = "past"
        if first.text in {"do", "does", "can", "must", "should"}:
            verb.tense = "present"
    if verb.kind == "gerund":
        verb.kind = "main"


def _other(tokens: Sequence[Token], reader: Reader) -> Compare | None:
    """What stands after "than"."""
    texts = [token.text for token in tokens]
    if "than" not in texts:
        return None
    index = texts.index("than")
    compare = Compare("more")
    phrases = read_phrases(tokens[index + 1 :], is_inverted=True)
    words: set[str] = set()
    for phrase in phrases[:4]:
        if isinstance(phrase, NounPhrase):
            words.update(phrase.words)
            for inner in (phrase.of, phrase.owner):
                if inner is not None:
                    words.update(inner.words)
            if not compare.other:
                compare.other = reader.cast.owner_of(phrase, is_subject=False)
    compare.other_words = frozenset(words)
    return compare


def dimension_of(asked: Asked) -> str:
    """The dimension of what is asked: "money", "length", "time", "weight", or ""."""
    lexicon = load_lexicon()
    thing = asked.amount.thing if asked.amount.is_thing_told else NO_THING
    unit = lexicon.units.get(thing.head)
    if unit is not None and thing.head not in COINS:
        return unit.dimension
    if thing.head in {"money", "cost", "price", "change", "pay"}:
        return "money"
    if thing.head in {"distance", "length", "height"}:
        return "length"
    if thing.head in {"weight"}:
        return "weight"
    if thing.head in {"time"}:
        return "time"
    if thing.head:
        return ""
    if asked.how in DIMENSIONS:
        return DIMENSIONS[asked.how]
    if asked.how == "much" and (
        asked.amount.lemma in _MONEY_VERBS or asked.amount.verb_class in {"cost", "spend", "earn"}
    ):
        return "money"
    if asked.how == "long":
        return "time" if asked.amount.lemma in {"take", "spend", "last", "drive", "walk", "run", "fly"} else ""
    if asked.comparative:
        return lexicon.comparatives[asked.comparative][1]
    if asked.amount.lemma == "weigh":
        return "weight"
    return ""


__all__ = ["Thing", "dimension_of", "question_start", "read_question"]
