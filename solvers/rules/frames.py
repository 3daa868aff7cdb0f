"""What a clause says of its amounts as a whole, and what that makes of each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.clauses import FoundVerb, is_unknown_quantity, noun_phrase
from spoonbench.solvers.rules.events import NOBODY, Event
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.sentences import Token, Unclear

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

_MIN_SUBJECT = 3
_SPOILED = frozenset({"tear", "break", "crack", "spoil", "rot"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the amounts of one clause, and of the verbless ones after it, have in common."""

    verb: FoundVerb
    subject: str
    recipient: str = NOBODY
    source: str = NOBODY
    place: str = NOBODY
    is_earlier: bool = False


def without_duration(tokens: Sequence[Token]) -> Sequence[Token]:
    """Read "it took Ann 2 hours to find 5" as "Ann find 5"."""
    words = [token.text for token in tokens]
    if words[:2] not in (["it", "took"], ["it", "takes"]) or "to" not in words or "#" not in words:
        return tokens
    number, infinitive = words.index("#"), words.index("to")
    is_duration = (
        noun_phrase(tokens, number + 1, infinitive).thing.head in load_lexicon().words["times"]
    )
    return (
        (*tokens[2:number], *tokens[infinitive + 1 :])
        if is_duration and number >= _MIN_SUBJECT
        else tokens
    )


def done_by(event: Event, frame: Frame) -> Event:
    """The event as the verb and the subject of a frame make it."""
    verb = frame.verb.verb
    return replace(event, lemma=verb.lemma, verb_class=verb.verb_class, subject=frame.subject)


def whole_of(part: Event, value: Fraction | None, owner: str) -> Event:
    """In "ate 3 of his 20 plums": that there were 20."""
    return Event(
        value=value,
        thing=part.thing,
        lemma="have",
        verb_class="state",
        subject=owner,
        place=part.place,
        sentence=part.sentence,
        clause=part.clause,
    )


def is_time(tokens: Sequence[Token], index: int) -> bool:
    """Whether the number here counts hours, days or the like."""
    phrase = noun_phrase(tokens, index + 1, len(tokens))
    return phrase.thing.head in load_lexicon().words["times"]


def check_known(tokens: Sequence[Token]) -> None:
    """Refuse an unknown word ahead of a number: it may be a verb that is not known."""
    words = load_lexicon().words
    names = ("prepositions", "determiners", "adverbs", "extras", "times", "pronouns")
    known = frozenset().union(*(words[name] for name in names)) | {"$", "just", "total"}
    before = ""
    for token in tokens:
        if token.text.isalpha() and token.text not in known and before not in known:
            raise Unclear(f"{token.text!r} may be a verb that is not known")
        before = token.text


def class_here(tokens: Sequence[Token], index: int, frame: Frame, *, is_subject: bool) -> str:
    """The verb's class for one amount: who leaves 5 behind loses them, who goes does not."""
    verb_class = frame.verb.verb.verb_class
    if index and tokens[index - 1].text == "with" and verb_class in {"come", "go", "act"}:
        return "state"
    if verb_class == "boundary" and tokens[index - 1].text != "with":
        return "act"
    if frame.verb.verb.lemma == "leave" and not is_subject:
        return "lose"
    return verb_class


def as_part(event: Event, tokens: Sequence[Token], frame: Frame) -> Event:
    """A subject with a number: what moves, what is done away with, or a part told of."""
    verb = frame.verb.verb
    is_spoiled = frame.verb.is_passive and verb.lemma in _SPOILED
    says = verb.verb_class in {"state", "act"} or is_spoiled
    is_described = verb.lemma == "be" and frame.place == NOBODY
    if not (says and (event.is_anothers or event.is_bare or is_described)):
        return event
    rest = tokens[frame.verb.end :] if verb.lemma == "be" else tokens[frame.verb.end - 1 :]
    lexicon = load_lexicon()
    predicate = {lexicon.singular(token.text) for token in rest} - lexicon.words["determiners"]
    return replace(event, is_part=True, predicate=frozenset(predicate))


def subject_amount(tokens: Sequence[Token]) -> int:
    """Index of the number of a subject such as "5 birds"; -1 where there is none."""
    adverbs = load_lexicon().words["adverbs"]
    for index, token in enumerate(tokens):
        if token.value is None and not is_unknown_quantity(tokens, index):
            continue
        phrase = noun_phrase(tokens, index + 1, len(tokens))
        is_duration = phrase.thing.head in load_lexicon().words["times"]
        if not is_duration and all(rest.text in adverbs for rest in tokens[phrase.end :]):
            return index
    return -1
