"""What a word problem asks: of which thing, whose, and at which time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.clauses import FoundVerb, find_verb, noun_phrase
from spoonbench.solvers.rules.events import GROUP, NO_THING, NOBODY, Question, Thing
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.sentences import Token, Unclear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.references import References

_AMOUNT = Token("#")
_MORE = frozenset({"more", "fewer", "less"})
_EMPTY_SAID = frozenset(
    {"there", "left", "here", "that", "this", "all", "total", "combined", "remaining"}
)
_ORDERS = frozenset({"find", "calculate", "compute", "determine", "give", "state", "tell", "count"})
_SUMS = frozenset({"number", "total", "sum"})
_PLACE = frozenset({"in", "on", "at", "inside"})
_MONEY = Thing(head="dollar", words=frozenset({"dollar"}))


def question_start(tokens: Sequence[Token]) -> int:
    """Index at which a sentence begins to ask; -1 where it asks nothing that is understood."""
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1].text
        if token.text == "how" and following in {"many", "much"}:
            return index
        if token.text == "what" and following in {"is", "was", "'s", "number", "total"}:
            return index
    words = [token.text for token in tokens]
    return 0 if words[0] in _ORDERS and _SUMS & set(words) and "of" in words else -1


def read_question(tokens: Sequence[Token], before: str, references: References) -> Question:
    """Read a question.

    Args:
        tokens: from `question_start` to the end of the sentence.
        before: what the sentence says ahead of it without a verb, such as "in total".
        references: who was spoken of.

    Raises:
        Unclear: the question is of no form that is known.
    """
    text = f" {before} {' '.join(token.text for token in tokens)} "
    if any(token.value is not None for token in tokens):
        raise Unclear("a question with a number in it")
    if tokens[0].text != "how":
        return _read_sum(tokens, text, references)
    return _read_how_many(tokens, text, references)


def _read_sum(tokens: Sequence[Token], text: str, references: References) -> Question:
    """Read "what is the total number of marbles that Mary has"."""
    words = [token.text for token in tokens]
    if "of" not in words or not _SUMS & set(words):
        raise Unclear("a question of no form that is known")
    rest = tokens[words.index("of") + 1 :]
    found = find_verb([_AMOUNT, *rest])
    end = len(rest) if found is None else found.start - 1
    phrase = noun_phrase(rest, 0, end)
    subject = [token for token in rest[phrase.end : end] if token.text not in {"that", "which"}]
    owner = references.owner_of(subject, is_subject=True) if subject else NOBODY
    return Question(
        thing=phrase.thing,
        owner=owner or _place(rest[end:]),
        lemma="be" if found is None else found.verb.lemma,
        verb_class="state" if found is None else found.verb.verb_class,
        text=text,
    )


def _read_how_many(tokens: Sequence[Token], text: str, references: References) -> Question:
    rest = [_AMOUNT, *tokens[2:]]
    found = _first_verb(rest)
    is_more = len(rest) > 1 and (rest[1].text in _MORE or _is_comparative(tokens))
    thing, other_thing = _asked_things(rest[1 : found.start])
    if not thing.head and "money" in text.split():
        thing = _MONEY
    first = found.start
    main, verb, subject = found.end, found.verb, rest[found.end : found.end]
    if rest[first].text in load_lexicon().words["auxiliaries"]:
        main = _main_verb(rest, first + 1)
        subject = rest[first + 1 : main]
        verb = load_lexicon().verbs[rest[main].text] if main < len(rest) else found.verb
        if main < len(rest) and (
            rest[main].text == "left" or _is_lasting(rest[first:], main - first)
        ):
            verb = load_lexicon().verbs["be"]
    is_copula = main >= len(rest) and rest[first].text in {"is", "are", "was", "were"}
    # "are purple" names no owner, "are his" may.
    owners = () if is_copula else _owners(subject, references)
    owner, tail = (owners[0] if len(owners) == 1 else GROUP) if owners else NOBODY, rest[main:]
    place = _place(rest[first:])
    other = NOBODY
    if " than " in text and not other_thing.head:
        other, other_thing = _compared(tail, references)
    return Question(
        thing=thing,
        owner=owner or place,
        predicate=_predicate(rest[first + 1 :]) if is_copula else frozenset(),
        owners=owners if len(owners) > 1 else (),
        other=other,
        other_thing=other_thing,
        lemma=verb.lemma,
        verb_class=verb.verb_class,
        text=text,
        is_more=is_more,
    )


def _is_lasting(tokens: Sequence[Token], main: int) -> bool:
    """Whether it is asked what still is: "are still packed"."""
    words = [token.text for token in tokens]
    return words[0] in {"is", "are"} and "still" in words and main == len(words) - 1


def _predicate(tokens: Sequence[Token]) -> frozenset[str]:
    """What is said of those asked about, up to a preposition: "blue" in "are blue"."""
    words = load_lexicon().words
    said: list[str] = []
    for token in tokens:
        if token.text in words["prepositions"] or token.text in {"than", "if", ","}:
            break
        if token.text not in words["adverbs"] | words["pronouns"] | _EMPTY_SAID:
            said.append(token.text)
    return frozenset(said)


def _first_verb(tokens: Sequence[Token]) -> FoundVerb:
    """The auxiliary that the subject follows, or the verb where there is none."""
    lexicon = load_lexicon()
    found = find_verb(tokens)
    for index, token in enumerate(tokens[: None if found is None else found.start]):
        if token.text in lexicon.words["auxiliaries"]:
            verb = lexicon.verbs["have"] if found is None else found.verb
            return FoundVerb(index, index + 1, verb, is_passive=False, is_negated=False)
    if found is None:
        raise Unclear("a question without a verb that is known")
    return found


def _is_comparative(tokens: Sequence[Token]) -> bool:
    return tokens[1].text == "much" and any(token.text.endswith("er") for token in tokens[2:3])


def _asked_things(tokens: Sequence[Token]) -> tuple[Thing, Thing]:
    """The thing asked for, and the one after "than" where two things are compared."""
    words = [token.text for token in tokens]
    if "than" in words:
        split = words.index("than")
        return (
            noun_phrase(tokens, 0, split).thing,
            noun_phrase(tokens, split + 1, len(tokens)).thing,
        )
    return noun_phrase(tokens, 0, len(tokens)).thing, NO_THING


def _main_verb(tokens: Sequence[Token], start: int) -> int:
    """Index of the main verb after an auxiliary; the length where there is none."""
    lexicon = load_lexicon()
    for index in range(start, len(tokens)):
        before = tokens[index - 1].text
        is_noun = before in lexicon.words["determiners"] or before in lexicon.words["prepositions"]
        if tokens[index].text in lexicon.verbs and not (is_noun and index > start):
            return _last_verb(tokens, index)
        if before in lexicon.words["prepositions"]:
            break
    return len(tokens)


def _last_verb(tokens: Sequence[Token], index: int) -> int:
    """Follow "have" and "be" to the participle, and "have to" to the verb after it."""
    lexicon = load_lexicon()
    while tokens[index].text in lexicon.words["auxiliaries"]:
        following = index + 1
        while following < len(tokens) and tokens[following].text in lexicon.words["adverbs"]:
            following += 1
        if following < len(tokens) - 1 and tokens[following].text == "to":
            following += 1
            if tokens[following].text in {"start", "begin"}:
                break
        if following >= len(tokens) or tokens[following].text not in lexicon.verbs:
            break
        if tokens[following].text == "left":
            break
        index = following
    return index


def _owners(subject: Sequence[Token], references: References) -> tuple[str, ...]:
    """Who is asked about: nobody by name, one, or several joined by "and"."""
    words = load_lexicon().words
    kept = [token for token in subject if token.text not in words["adverbs"]]
    if not kept or kept[-1].text == "there" or kept[0].text in _PLACE:
        return ()
    owners: list[str] = []
    phrase: list[Token] = []
    for token in (*kept, Token("and")):
        if token.text not in {"and", ","}:
            phrase.append(token)
            continue
        if phrase:
            owners.append(references.owner_of(phrase, is_subject=True))
        phrase = []
    return tuple(owner for owner in owners if owner)


def _place(tokens: Sequence[Token]) -> str:
    """The last noun after "in", "on" or "at"; NOBODY where it is a time or the whole."""
    lexicon = load_lexicon()
    for index, token in enumerate(tokens[:-1]):
        if token.text not in _PLACE:
            continue
        phrase = noun_phrase(tokens, index + 1, len(tokens))
        is_time = phrase.thing.head in lexicon.words["times"]
        if phrase.thing.head and not is_time and phrase.thing.head not in _NO_PLACES:
            return phrase.thing.head
    return NOBODY


_NO_PLACES = frozenset(
    {"total", "beginning", "start", "end", "first", "all", "least", "most", "average", "week"}
)


def _compared(tokens: Sequence[Token], references: References) -> tuple[str, Thing]:
    """Owner or thing after "than"."""
    words = [token.text for token in tokens]
    if "than" not in words:
        raise Unclear("a comparison that is not read")
    rest = [
        token
        for token in tokens[words.index("than") + 1 :]
        if token.text not in load_lexicon().words["auxiliaries"]
    ]
    thing = noun_phrase(rest, 0, len(rest)).thing
    owner = references.known(rest)
    return (owner, NO_THING) if owner else (NOBODY, thing)
