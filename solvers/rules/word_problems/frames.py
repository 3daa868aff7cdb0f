"""What all amounts of a clause have in common: its verb, who it is about, when it is told."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import EACH, GROUP, NO_THING, NOBODY, Amount
from spoonbench.solvers.rules.word_problems.contrasts import collect_words
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.cast import Cast
    from spoonbench.solvers.rules.word_problems.clause_state import Context
    from spoonbench.solvers.rules.word_problems.clauses import Clause
    from spoonbench.solvers.rules.word_problems.phrases import Phrase, VerbGroup
    from spoonbench.solvers.rules.word_problems.tokens import Token

_EARLIER = frozenset({"already", "originally", "initially", "previously", "earlier"})
_NOW = frozenset({"now", "currently"})
_LEFT = frozenset({"left", "remaining", "still", "leftover"})
_TOTAL = frozenset({"total", "altogether", "combined"})
_SAYING = _EARLIER | _NOW | _LEFT | _TOTAL
_BEFORE = frozenset({"before", "beforehand"})
_EVERY = frozenset({"each", "every"})
_HOLDING = frozenset({"contain", "hold", "fit", "seat", "carry", "accommodate", "include"})
_ADVERBIAL = frozenset({"up", "off", "away", "down", "back", "out"})
_FILLING = frozenset({"fill", "load", "stock", "pack", "stuff"})
_BOUGHT = frozenset({"buy", "spend"})


def frame_of(clause: Clause, context: Context) -> Amount:
    """The frame of a clause, as an amount without a value.

    Args:
        clause: to be read.
        context: what is known of its sentence, and of what stands before it.
    """
    verb, last = clause.verb, context.last
    frame = Amount(None, NO_THING)
    if verb is not None:
        _take_verb(frame, verb, clause, in_question=context.in_question)
    elif last is not None and not clause.subject:
        frame = altered(last)
        frame.compare, frame.per, frame.times = None, "", frozenset()
        frame.to = frame.source = frame.place = NOBODY
        frame.is_earlier = frame.is_now = frame.is_left = frame.is_total = False
    frame.in_question = context.in_question
    _take_subject(frame, clause, context.cast, last)
    words: set[str] = set()
    phrases = [*clause.before, *clause.subject, *clause.subject_rest, *clause.after]
    collect_words(phrases, words)
    frame.context = frozenset(words)
    _take_adverbs(frame, clause, phrases, context)
    if last is not None and last.is_price:
        _take_price(frame, clause, last)
    return frame


def _take_verb(frame: Amount, verb: VerbGroup, clause: Clause, *, in_question: bool) -> None:
    frame.lemma, frame.verb_class = verb.verb.lemma, verb.verb.verb_class
    frame.tense, frame.modal, frame.kind = verb.tense, verb.modal, verb.kind
    frame.is_negated, frame.is_passive = verb.is_negated, verb.is_passive
    if verb.text == "missing" and not isinstance(next(iter(clause.after), None), NounPhrase):
        frame.verb_class = "lose"
    _take_particle(frame, clause)
    if frame.lemma in _HOLDING and frame.verb_class == "state":
        frame.verb_class = "hold"
    if frame.lemma == "come" and frame.particle in {"in", "with"} and frame.tense == "present":
        # "Pencils come in packs of 12."
        frame.verb_class = "state"
    if verb.kind == "infinitive" and in_question and frame.verb_class in {"state", "make", "get"}:
        frame.verb_class = "need"


def _take_particle(frame: Amount, clause: Clause) -> None:
    """The class that a verb has together with its particle: "gave away"."""
    if frame.lemma not in _with_particles():
        return
    phrasal = load_lexicon().phrasal
    for order, phrase in enumerate(clause.after):
        if not isinstance(phrase, Mark) or phrase.tag not in "BI":
            continue
        verb_class = phrasal.get((frame.lemma, phrase.text))
        if verb_class is None or verb_class == "weigh":
            continue
        following = clause.after[order + 1] if order + 1 < len(clause.after) else None
        is_free = (
            not isinstance(following, NounPhrase)
            or not following.counts
            or phrase.text in _ADVERBIAL
            or _is_more(following)
        )
        if (order == 0 and is_free) or phrase.tag == "B" or following is None:
            frame.verb_class, frame.particle = verb_class, phrase.text
            return
    first = clause.after[0] if clause.after else None
    if frame.lemma == "come" and isinstance(first, Mark) and first.text in {"in", "with"}:
        frame.particle = first.text


@cache
def _with_particles() -> frozenset[str]:
    """Verbs that have another class together with a particle."""
    return frozenset(lemma for lemma, _ in load_lexicon().phrasal) | {"come"}


def _is_more(phrase: NounPhrase) -> bool:
    """As in "Slipped in another 8": nothing that they were put into."""
    return phrase.extra in {"another", "more", "additional"} and not phrase.words


# -- who it is about -----------------------------------------------------------------------------


def _take_subject(frame: Amount, clause: Clause, cast: Cast, last: Amount | None) -> None:
    subject = subject_of(clause, cast)
    group: list[str] = []
    for phrase in subject:
        if phrase.counts and not is_somebody(phrase, cast) and not is_single(phrase):
            continue
        owner = cast.owner_of(phrase, is_subject=True)
        if owner:
            group.append(owner)
    _take_per(frame, subject)
    if len(group) > 1:
        frame.owner, frame.group = GROUP, frozenset(group)
    elif group:
        frame.owner = group[0]
    elif clause.is_inherited and last is not None and not clause.subject:
        frame.owner = last.owner


def subject_of(clause: Clause, cast: Cast) -> list[NounPhrase]:
    """The subject's noun phrases; of "her brother Tom" the name alone."""
    phrases = clause.subject
    if len(phrases) < 2:  # noqa: PLR2004 - a person and a name
        return phrases
    return [
        phrase
        for phrase, after in zip(phrases, [*phrases[1:], None], strict=False)
        if after is None
        or after.start != phrase.end
        or not after.is_name
        or phrase.is_name
        or not cast.is_person(phrase)
    ]


def _take_per(frame: Amount, subject: Sequence[NounPhrase]) -> None:
    """As in "Each box holds 5", "a bee has 6 legs": what the clause tells of one of them."""
    only = subject[0] if len(subject) == 1 else None
    if only is None:
        return
    if only.determiner in _EVERY and only.number < 0:
        inner = only.of
        frame.per = only.head or (inner.head if inner is not None else "") or EACH
    elif only.number >= 0 and only.value == 1 and only.determiner in _EVERY:
        frame.per = only.head or EACH
    elif (
        only.head
        and not only.is_name
        and not only.is_plural
        and (only.determiner in {"a", "an", "one"} or only.value == 1)
    ):
        frame.soft_per = only.head


def is_somebody(phrase: NounPhrase, cast: Cast) -> bool:
    """As in "2 friends" who do something are somebody, and their number may count too."""
    return phrase.asked == "" and phrase.number >= 0 and cast.is_person(phrase)


def is_single(phrase: NounPhrase) -> bool:
    """As in "One worm" beside "the other worm" tells which, not how many."""
    return phrase.number >= 0 and phrase.value == 1 and phrase.form == "number"


# -- when, and whether it is a price -------------------------------------------------------------


def _is_before(clause: Clause) -> bool:
    """As in "Before that he had 5", "who had 5 before": of a time before what was told."""
    for phrases in (clause.before, clause.after):
        for order, phrase in enumerate(phrases):
            if not isinstance(phrase, Mark) or phrase.text not in _BEFORE:
                continue
            after = phrases[order + 1] if order + 1 < len(phrases) else None
            if not isinstance(after, NounPhrase) or after.pronoun in {"that", "this", "then"}:
                return True
    return False


def _take_adverbs(
    frame: Amount, clause: Clause, phrases: Sequence[Phrase], context: Context
) -> None:
    if not _SAYING.isdisjoint(context.said):
        tokens = _tokens_of(clause, phrases, context.tokens)
        said = _SAYING.intersection([token.text for token in tokens])
        if said:
            _take_said(frame, said, phrases)
    if not _BEFORE.isdisjoint(context.said) and (clause.opener == "before" or _is_before(clause)):
        frame.is_earlier = True
    if frame.lemma == "remain" or _is_over(frame, clause):
        frame.is_left = True


def _take_said(frame: Amount, said: frozenset[str], phrases: Sequence[Phrase]) -> None:
    if "left" in said and (
        (frame.lemma == "leave" and _LEFT.isdisjoint(said - {"left"}))
        or any(isinstance(phrase, NounPhrase) and "left" in phrase.raw for phrase in phrases)
    ):
        # "The left jar": a side, nothing that is left.
        said -= {"left"}
    frame.is_earlier = not _EARLIER.isdisjoint(said)
    frame.is_now = not _NOW.isdisjoint(said)
    frame.is_left = not _LEFT.isdisjoint(said)
    frame.is_total = not _TOTAL.isdisjoint(said)


def _is_over(frame: Amount, clause: Clause) -> bool:
    """As in "He had 5 dollars over"."""
    last = clause.after[-1] if clause.after else None
    if isinstance(last, Mark) and last.tag == "P" and len(clause.after) > 1:
        last = clause.after[-2]
    return frame.verb_class == "state" and isinstance(last, Mark) and last.text == "over"


def _tokens_of(
    clause: Clause, phrases: Sequence[Phrase], tokens: Sequence[Token]
) -> Sequence[Token]:
    verb = clause.verb
    if verb is None:
        parts = phrases
    elif clause.is_inherited:
        parts = [verb, *clause.before, *clause.after]
    else:
        parts = [verb, *phrases]
    if not parts:
        return ()
    is_from_verb = verb is not None and clause.is_inherited
    first = parts[0].start if is_from_verb else min([part.start for part in parts])
    return tokens[max(first - 1, 0) : max([part.end for part in parts])]


def _take_price(frame: Amount, clause: Clause, last: Amount) -> None:
    """As in "She bought a book, which was $4": bought for that."""
    if (
        clause.opener in {"which", "that"}
        and frame.verb_class in {"state", "cost"}
        and last.verb_class in _BOUGHT
        and frame.lemma in {"be", "cost"}
        and frame.owner != NOBODY
        and not frame.in_question
    ):
        frame.lemma, frame.verb_class, frame.owner = last.lemma, last.verb_class, last.owner
        frame.soft_per, frame.per = "", ""


def is_filling(frame: Amount) -> bool:
    """As in "A ship is filled with 5 tons": it has them."""
    return frame.is_passive and frame.lemma in _FILLING
