"""Parts of speech: one letter for each token, by closed lists, neighbours and the clause so far.

One scan from left to right. Closed words have their letter by list; a word that is in the verb
list is a verb or a noun by what stands before it, by what follows, and by whether its clause has
a finite verb already or gets one later. Linear in the number of tokens.

Not covered: sentences without a verb that have a noun which could be one; irony of word order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.spellings import HAVE, NUMBER
from spoonbench.solvers.rules.word_problems.spots import CHANGES, OBJECT_TAGS, SEEN, Spot
from spoonbench.solvers.rules.word_problems.verb_or_noun import SUBJECTS, is_verb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

_GIVING = frozenset(
    {
        "give", "send", "pay", "lend", "hand", "cost", "take", "bring", "offer", "loan", "sell",
        "leave", "show", "owe",
    }
)  # fmt: skip
_QUOTES = frozenset("\"'")
_LONGEST_TITLE = 6
_SHORTEST_PAST = 5
_BEFORE_UNKNOWN = frozenset("AIR")
"""After these a word of no list may be a verb, whatever it looks like."""


def tag_tokens(
    tokens: Sequence[Token], texts: Sequence[str] = (), *, is_inverted: bool = False
) -> list[str]:
    """One part of speech for each token.

    Args:
        tokens: of a sentence.
        texts: of the tokens, where they are at hand.
        is_inverted: the sentence asks, so that an auxiliary may stand before the subject.

    Returns:
        N number, X "twice", D determiner, O possessive, R pronoun, I preposition, C conjunction,
        A auxiliary, B adverb, Q "some", E "more", W question word, S "'s", P sign, V verb,
        M comparative, K any other word.
    """
    texts = texts or [token.text for token in tokens]
    spot = Spot(tokens, texts, is_inverted=is_inverted)
    tags = spot.tags
    title_end = -1
    for index, word in enumerate(spot.words[:-1]):
        if word is NUMBER:
            tag = "X" if tokens[index].form == "times" else "N"
        elif index < title_end:
            tag = "K"
        elif word.is_settled or (word.is_plain and spot.before not in _BEFORE_UNKNOWN):
            tag = word.tag
            if tag == "P" and texts[index] in _QUOTES and title_end < 0:
                title_end = _end_of_title(texts, index)
        elif tokens[index].form == "ordinal":
            tag = "K"
        else:
            spot.move(index)
            tag = _decide(spot, texts[index])
        tags.append(tag)
        if tag != "B":
            if tag in CHANGES:
                CHANGES[tag](spot, index)
            spot.position, spot.before = index, tag
    return tags


def _end_of_title(texts: Sequence[str], index: int) -> int:
    """Where a title in quotes ends, -1 if none begins: what stands in it names something."""
    for end in range(index + 2, min(index + _LONGEST_TITLE, len(texts))):
        if texts[end] == texts[index]:
            return end
    return -1


def _decide(spot: Spot, text: str) -> str:
    word = spot.word
    special = RULES.get(text)
    if special is not None:
        return special(spot)
    if word.tag == "M":
        # "The longer rope", but "twice longer than".
        is_inside = spot.before in {"D", "O"} and spot.after.tag in {"K", "N"}
        return "K" if is_inside else "M"
    return "V" if _is_verb(spot, text) else word.tag


def _is_verb(spot: Spot, text: str) -> bool:
    word = spot.word
    if word.verb is None:
        return _is_unknown_verb(spot, text)
    if word.tag == "K" and spot.after.tag == "S":
        return False
    if word.is_listed:
        return not (word.tag == "K" and spot.tokens[spot.index].name) and _is_forced(spot)
    return ("past" in word.forms or not spot.tokens[spot.index].name) and is_verb(spot)


def _is_forced(spot: Spot) -> bool:
    """Whether a word that is seldom a verb stands where nothing but a verb can."""
    forms = spot.word.forms
    is_base = "base" in forms
    if spot.before == "A":
        return is_base if spot.awaits == "base" else "participle" in forms
    if spot.before == "I":
        return is_base and spot.text_before == "to" and spot.opens_object()
    if spot.awaits == "base":
        return is_base and (spot.before == "R" or (spot.before == "K" and spot.after.tag in "RIP"))
    if spot.before != "R" or spot.text_before not in SUBJECTS or spot.finite == SEEN:
        return False
    return forms != {"ing"} and (spot.opens_object() or spot.after.tag == "")


def _is_unknown_verb(spot: Spot, text: str) -> bool:
    """Whether a word of no list stands and looks as a verb does."""
    is_like_past = text.endswith("ed")
    may_be_verb = is_like_past or spot.before in _BEFORE_UNKNOWN
    if not may_be_verb or spot.is_name or not text[0].isalpha():
        return False
    if spot.before == "A" and spot.awaits == "participle":
        return is_like_past and spot.auxiliary in HAVE
    is_base = not spot.word.is_plural
    if spot.before == "A":
        return is_base and spot.awaits == "base"
    if spot.before == "I":
        return is_base and spot.text_before == "to" and spot.opens_object()
    if spot.before == "R" and spot.awaits == "base" and spot.text_before in SUBJECTS:
        return is_base
    return is_like_past and _is_unknown_past(spot, text)


def _is_unknown_past(spot: Spot, text: str) -> bool:
    if len(text) < _SHORTEST_PAST:
        return False
    if text in load_lexicon().words["colours"]:
        return False
    if spot.before == "R" and spot.text_before != "there":
        return True
    return spot.before in {"K", "C"} and (spot.opens_object() or spot.after.tag in {"R", "I"})


# -- words with rules of their own ---------------------------------------------------------------


def _left(spot: Spot) -> str:
    """A verb after a subject and before an object; a side ("the left jar"); else what remains."""
    if spot.before in {"D", "O"}:
        return "K"
    if spot.before == "A":
        is_perfect = spot.auxiliary in HAVE and not spot.is_inverted
        return "V" if is_perfect and spot.after.tag in {"D", "O"} else "B"
    if spot.finite == SEEN:
        return "B"
    text = spot.text_before
    if spot.after.tag == "":
        is_subject = spot.before == "R" and text != "there"
        return "V" if is_subject or (spot.before in "KNQ" and spot.finite == 0) else "B"
    if spot.before == "C" and text not in {"and", "but", "then"}:
        return "B"
    return "V" if spot.before in {"R", "K", "N", "Q", "E", "C", "W", "X"} else "K"


def _her(spot: Spot) -> str:
    """A possessive before a noun, a pronoun elsewhere."""
    after = spot.after
    is_direct = spot.last_verb >= 0 and spot.last_verb == spot.index - 1
    is_helped = is_direct and "base" in after.forms and spot.follows_object_of_help()
    if is_helped and spot.words[spot.index + 2].tag in OBJECT_TAGS | {"I"}:
        # "Let her pick out 5", but "saw her pick".
        return "R"
    if after.tag in {"K", "E", "M"}:
        is_sure_verb = after.verb is not None and not after.is_noun
        is_adjective = "participle" in after.forms or "ing" in after.forms
        return "R" if is_sure_verb and not is_adjective and spot.last_verb < 0 else "O"
    if after.tag == "N" or (after.tag == "Q" and spot.last_verb >= 0):
        return "R" if is_direct and spot.last_lemma in _GIVING else "O"
    return "R"


def _that(spot: Spot) -> str:
    """A relative after a noun, a conjunction before a clause, else a determiner."""
    after, before = spot.after.tag, spot.before
    is_next = spot.position == spot.index - 1
    if spot.text_before in {"before", "after", "since"} and is_next:
        # "Before that, he ...".
        return "D" if after == "K" and not spot.is_name_after else "R"
    if before in {"K", "S"} and is_next:
        return "W"
    if (before in {"V", "C", ""} or not is_next) and _opens_clause(spot):
        return "C"
    if after in {"K", "E", "N", "M"}:
        return "D"
    return "W" if before in {"N", "R", "Q"} and after in {"A", "R"} else "R"


def _opens_clause(spot: Spot) -> bool:
    """Whether a subject comes next."""
    after = spot.after
    is_subject = after.tag in {"R", "D", "O", "N", "Q", "E", "B"}
    return is_subject or spot.is_name_after or (after.tag == "K" and after.is_plural)


def _can(spot: Spot) -> str:
    """A noun after an article, a name before a past, else an auxiliary."""
    after = spot.after
    if after.is_past or spot.is_name:
        # "Will invited 9 friends".
        return "K"
    if spot.before == "N":
        return "K" if after.tag == "I" else "A"
    is_verb_next = after.verb is not None and "base" in after.forms
    is_article = spot.before == "D" and spot.text_before in {"a", "an", "the", "each", "every"}
    return "K" if spot.before in {"O", "E"} or (is_article and not is_verb_next) else "A"


def _combined(spot: Spot) -> str:
    """A verb before an object or after "were", else an adverb: "both of them combined"."""
    if spot.before in {"D", "O"}:
        return "K"
    is_passive = spot.before == "A" and spot.awaits == "participle"
    return "V" if is_passive or (spot.opens_object() and spot.finite < SEEN) else "B"


def _article(spot: Spot) -> str:
    """The letter "a" as a noun in "A's"."""
    return "K" if spot.after.tag == "S" else "D"


RULES: dict[str, Callable[[Spot], str]] = {
    "left": _left,
    "her": _her,
    "that": _that,
    "can": _can,
    "will": _can,
    "combined": _combined,
    "a": _article,
}
