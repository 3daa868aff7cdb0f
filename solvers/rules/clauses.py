"""The parts of a sentence: clauses, the verb of a clause, noun phrases. No memory of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.events import NO_THING, Thing
from spoonbench.solvers.rules.lexicon import Verb, load_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.sentences import Token

_BREAKS = frozenset(',;:()\u2014-"')
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am"})
_HAVE = frozenset({"has", "have", "had", "having"})
_BEFORE_NOUN = frozenset({"'s", "$"})
_MAX_NOUN_WORDS = 6
_UNKNOWN_QUANTITIES = frozenset({"some", "several", "many", "few", "lots", "plenty"})


_DURATIONS = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "oclock"})


class Clause(NamedTuple):
    """A stretch of a sentence with at most one main verb.

    Attributes:
        tokens: shape (n,), conjunctions and commas left out.
        opener: the conjunction before it, or "".
    """

    tokens: tuple[Token, ...]
    opener: str


class FoundVerb(NamedTuple):
    """Where the verb group of a clause lies.

    Attributes:
        start: index of its first word, auxiliaries included.
        end: index after its last word.
        verb: the main verb.
        is_passive: "were eaten".
        is_negated: "did not eat".
    """

    start: int
    end: int
    verb: Verb
    is_passive: bool
    is_negated: bool


class NounPhrase(NamedTuple):
    """What follows a number.

    Attributes:
        thing: what is counted.
        end: index after its last word.
        holder: index of the owner in "of Mary's marbles", or -1.
        is_partial: "of them", "of the marbles".
        is_more: "more", "another".
        whole: index of a second number in "of his 20 marbles", or -1.
    """

    thing: Thing
    end: int
    holder: int
    is_partial: bool
    is_more: bool
    whole: int


def split_clauses(tokens: Sequence[Token]) -> Iterator[Clause]:
    """Cut a sentence at commas and conjunctions."""
    conjunctions = load_lexicon().words["conjunctions"]
    start, opener = 0, ""
    for index, token in enumerate(tokens):
        is_conjunction = token.text in conjunctions or _is_purpose(tokens, start, index)
        if not is_conjunction and token.text not in _BREAKS:
            continue
        if token.text == "which" and index > start and tokens[index - 1].text == "of":
            continue
        if index > start:
            yield Clause(tuple(tokens[start:index]), opener)
            opener = ""
        if is_conjunction:
            opener = token.text
        start = index + 1
    if len(tokens) > start:
        yield Clause(tuple(tokens[start:]), opener)


def _is_purpose(tokens: Sequence[Token], start: int, index: int) -> bool:
    """Whether "to" begins what something is done for: "used the money to buy 5"."""
    if tokens[index].text != "to" or not _is_verb_at(tokens, index + 1):
        return False
    before = tokens[index - 1].text if index > start else ""
    if not before or before in load_lexicon().words["auxiliaries"] or before in {"able", "not"}:
        return False
    verb = load_lexicon().verbs[tokens[index + 1].text]
    is_base = verb.lemma == tokens[index + 1].text
    return (
        is_base
        and verb.verb_class not in {"boundary", "act", "come"}
        and "#" in {token.text for token in tokens[index:]}
    )


def find_verb(tokens: Sequence[Token]) -> FoundVerb | None:
    """Find the first verb group of a clause; nouns that look like verbs are passed over."""
    verbs = load_lexicon().verbs
    for index, token in enumerate(tokens):
        if index and token.text.endswith("ing") and not _after_be(tokens, index):
            continue
        if token.text in verbs and not _is_noun_here(tokens, index):
            return _verb_group(tokens, index)
        if token.text in load_lexicon().words["auxiliaries"] and index + 1 < len(tokens):
            group = _verb_group(tokens, index)
            if group is not None:
                return group
    return None


def _after_be(tokens: Sequence[Token], index: int) -> bool:
    """Whether a form of "be" stands right before, adverbs aside: "was playing"."""
    adverbs = load_lexicon().words["adverbs"]
    while index and tokens[index - 1].text in adverbs:
        index -= 1
    return index > 0 and tokens[index - 1].text in _BE


def _is_noun_here(tokens: Sequence[Token], index: int) -> bool:
    words = load_lexicon().words
    text = tokens[index].text
    if index == 0:
        return False
    before = tokens[index - 1].text
    if text in words["auxiliaries"]:
        return False
    if before == "#" or before in words["colours"] or before in words["extras"]:
        if text == load_lexicon().verbs[text].lemma and _ends_or_goes_on(tokens, index + 1):
            return False
        return text.endswith("s") or text in {"left", "saw"} or text not in words_past()
    return (
        before in words["determiners"]
        or before in words["prepositions"]
        or before in _BEFORE_NOUN
        or before in words["quantifiers"]
    ) and before != "that"


def _ends_or_goes_on(tokens: Sequence[Token], index: int) -> bool:
    """Whether nothing or a preposition follows, as after "5 belong"."""
    return index >= len(tokens) or tokens[index].text in load_lexicon().words["prepositions"]


def words_past() -> frozenset[str]:
    """Forms that are a past tense or a participle."""
    return load_lexicon().participles


def _verb_group(tokens: Sequence[Token], start: int) -> FoundVerb | None:
    """Follow auxiliaries, adverbs and "to" from the first verb word to the main verb."""
    lexicon = load_lexicon()
    auxiliaries, adverbs = lexicon.words["auxiliaries"], lexicon.words["adverbs"]
    main, position, is_negated = start, start + 1, False
    while position < len(tokens):
        text, previous = tokens[position].text, tokens[main].text
        if text in adverbs or text.endswith("ly"):
            is_negated = is_negated or text in {"not", "never"}
            position += 1
            continue
        if text == "to" and previous in auxiliaries and _is_verb_at(tokens, position + 1):
            position += 1
            continue
        if previous not in auxiliaries or text not in lexicon.verbs:
            break
        if previous in _BE | _HAVE and not _follows_be(text):
            break
        main, position = position, position + 1
    verb = lexicon.verbs.get(tokens[main].text)
    if verb is None:
        return None
    is_passive = (
        main > start
        and tokens[main].text in words_past()
        and tokens[main - 1].text not in _HAVE
        and any(token.text in _BE for token in tokens[start:main])
    )
    if is_passive and tokens[main].text == "left":
        return FoundVerb(start, main, lexicon.verbs["be"], is_passive=False, is_negated=is_negated)
    return FoundVerb(start, main + 1, verb, is_passive, is_negated)


def with_particle(tokens: Sequence[Token], found: FoundVerb) -> FoundVerb:
    """The verb as its particle makes it: "got off" is no getting."""
    rest = [token.text for token in tokens[found.end :]]
    for (lemma, particle), verb_class in load_lexicon().phrasal.items():
        if lemma != found.verb.lemma or particle not in rest:
            continue
        if rest[0] == particle or verb_class == "lose":
            return found._replace(verb=Verb(lemma=lemma, verb_class=verb_class))
    return found


def _is_verb_at(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].text in load_lexicon().verbs


def _follows_be(text: str) -> bool:
    return text in words_past() or text.endswith("ing") or text in {"been", "being", "going"}


def noun_phrase(tokens: Sequence[Token], start: int, end: int) -> NounPhrase:
    """Read the words after a number, from `start` up to `end` at most."""
    lexicon = load_lexicon()
    words = lexicon.words
    nouns: list[str] = []
    holder, whole, head_end, is_partial, is_more = -1, -1, 0, False, False
    position = start
    while position < end and len(nouns) < _MAX_NOUN_WORDS:
        text = tokens[position].text
        if text in words["extras"]:
            is_more = is_more or text in {"more", "additional", "extra", "another"}
        elif text == "of":
            head_end = head_end or len(nouns)
            is_partial = is_partial or not nouns
        elif text == "'s" and nouns:
            holder = position - 1
            nouns.pop()
        elif text in {"them", "which", "these", "those", "it"} and is_partial and not nouns:
            position += 1
            break
        elif text == "#" and is_partial and not nouns and whole < 0:
            whole = position
        elif text in words["determiners"] and not nouns:
            pass
        elif _ends_phrase(tokens, position, has_nouns=bool(nouns)):
            break
        else:
            nouns.append(lexicon.singular(text))
        position += 1
        if nouns and nouns[-1] in _DURATIONS:
            break
    return NounPhrase(make_thing(nouns, head_end), position, holder, is_partial, is_more, whole)


def make_thing(nouns: Sequence[str], head_end: int = 0) -> Thing:
    """A thing from its words in order; `head_end` words stand before "of"."""
    if not nouns:
        return NO_THING
    head = nouns[head_end - 1] if 0 < head_end <= len(nouns) else nouns[-1]
    return Thing(head=head, words=frozenset(nouns))


def _ends_phrase(tokens: Sequence[Token], index: int, *, has_nouns: bool) -> bool:
    lexicon = load_lexicon()
    words, text = lexicon.words, tokens[index].text
    if text in words["prepositions"] or text in words["adverbs"] or text in words["pronouns"]:
        return True
    if text in words["auxiliaries"] or text in words["conjunctions"] or text in words["times"]:
        return has_nouns or text not in words["times"]
    if text in words["determiners"] or text in {"there", "here"} or not text[0].isalpha():
        return True
    # "5 colored pencils" opens with a participle; after a noun it is a verb.
    is_verb = text in lexicon.verbs and (text in words_past() or text.endswith("ing"))
    return is_verb and (has_nouns or index + 1 >= len(tokens))


def is_unknown_quantity(tokens: Sequence[Token], index: int) -> bool:
    """Whether "some", "a few" or "more" stands here for a number that is not told."""
    text = tokens[index].text
    if text in _UNKNOWN_QUANTITIES:
        return True
    return text == "more" and (index == 0 or tokens[index - 1].value is None)
