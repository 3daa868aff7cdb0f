"""Whether a word that can be a verb is one where it stands.

One rule for each part of speech that may stand before it; adverbs between are passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.spellings import BE, NEGATIONS
from spoonbench.solvers.rules.word_problems.spots import OBJECT_TAGS, SEEN, SUBORDINATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.solvers.rules.word_problems.spots import Spot

SUBJECTS = frozenset(
    {
        "i", "you", "he", "she", "it", "we", "they", "everyone", "everybody", "someone",
        "somebody", "nobody", "who",
    }
)  # fmt: skip
"""Pronouns that a verb may follow."""
_OBJECT_PRONOUNS = frozenset({"him", "her", "me", "us"})
_QUANTIFYING = frozenset(
    {"each", "every", "that", "this", "these", "those", "any", "either", "all", "both"}
)
_BARE_HELPERS = frozenset({"help", "let", "go", "come"})
_LINKING = frozenset({"get", "feel", "look", "seem", "become", "grow", "stay", "remain"})
_PARTICLES = frozenset({"up", "down", "off", "out", "away", "back", "over"})
_OPENS_CLAUSE = frozenset("NDOQREIB")


def is_verb(spot: Spot) -> bool:
    """Whether the word of a spot, which can be a verb, is one there."""
    if (spot.word.is_noun and spot.is_of_after()) or _is_after_all(spot):
        return False
    rule = _RULES.get(spot.before)
    return rule is not None and rule(spot)


def _is_after_all(spot: Spot) -> bool:
    """Whether "all" or "both" stands before, as a determiner: "all tax dollars"."""
    if not spot.index or spot.texts[spot.index - 1] not in {"all", "both"}:
        return False
    return spot.before not in {"K", "R"} and spot.is_plain_after()


def _after_auxiliary(spot: Spot) -> bool:
    forms = spot.word.forms
    if spot.awaits == "base":
        return "base" in forms or spot.text_before in NEGATIONS
    if spot.auxiliary in BE:
        is_there = spot.position > 0 and spot.texts[spot.position - 1] == "there"
        return ("participle" in forms or "ing" in forms) and not (
            is_there and spot.is_plain_after()
        )
    if "participle" not in forms:
        return False
    is_apart = spot.position < spot.index - 1
    return is_apart or (spot.opens_object() if "base" in forms else not spot.is_plain_after())


def _after_preposition(spot: Spot) -> bool:
    forms, text = spot.word.forms, spot.text_before
    if text == "to" and spot.position == spot.index - 1:
        return "base" in forms
    if "ing" not in forms or text == "per":
        return False
    if text == "of" and spot.position and spot.tags[spot.position - 1] == "K":
        # "A pair of running shoes", but "tired of running".
        return not spot.is_plain_after()
    return not spot.is_plain_after() or spot.after.is_plural


def _after_determiner(spot: Spot) -> bool:
    word, text = spot.word, spot.text_before
    if text not in _QUANTIFYING:
        # "The put the bears on shelves", where "they" is meant.
        is_slip = text == "the" and spot.position == 0 and spot.after.tag in {"D", "O"}
        return is_slip and {"base", "past"} <= word.forms
    if spot.awaits == "base":
        # "How much did each brush cost?": the verb comes behind it.
        is_counted = word.is_noun and "base" in spot.after.forms
        return "base" in word.forms and not is_counted
    if word.is_past:
        return not word.is_noun and not ("participle" in word.forms and spot.is_plain_after())
    if "ing" in word.forms:
        # "3 shelves, each holding 8 books".
        return text == "each" and spot.opens_object()
    if text in {"these", "those"}:
        return "base" in word.forms and spot.opens_object()
    is_finite = "third" in word.forms or "past" in word.forms
    return is_finite and not spot.is_finite_later() and (not word.is_noun or spot.opens_object())


def _after_number(spot: Spot) -> bool:
    word, forms = spot.word, spot.word.forms
    if "ing" in forms:
        return spot.finite == SEEN and spot.after.tag in {"", "I"}
    if word.is_past:
        if word.is_noun:
            # "3 fell out" has no plural that could be counted.
            return not spot.is_finite_later() and spot.after.tag in {"", "I", "B"}
        return not ("participle" in forms and spot.is_plain_after() and not _is_repeated(spot))
    if spot.awaits == "base" and "base" in forms and spot.is_inverted:
        return not word.is_plural and not word.is_noun
    if spot.finite == SEEN or spot.is_finite_later() or _is_measure(spot):
        return False
    return _is_present_of_number(spot)


def _is_repeated(spot: Spot) -> bool:
    """Whether it is the last verb once more: "5 got apples and 3 got pears"."""
    return spot.last_verb >= 0 and spot.words[spot.last_verb] is spot.word


def _is_measure(spot: Spot) -> bool:
    """Whether the number before is money, or the word a unit: "$20 bill", "5 inch"."""
    lexicon = load_lexicon()
    is_money = bool(spot.tokens[spot.position].money)
    return is_money or lexicon.singular(spot.texts[spot.index]) in lexicon.units


def _is_present_of_number(spot: Spot) -> bool:
    """As in "5 work here", "each one costs 5", "7 quit"."""
    forms = spot.word.forms
    if "past" in forms:
        return not spot.is_plain_after()
    if spot.finite:
        return False
    if "third" in forms:
        is_each = spot.position > 0 and spot.texts[spot.position - 1] in {"each", "every"}
        return is_each and spot.opens_object()
    return spot.after.tag in {"", "I", "B", "D", "N"} and not spot.word.is_plural


def _after_pronoun(spot: Spot) -> bool:
    word, text = spot.word, spot.text_before
    if text == "there":
        return False
    if "ing" in word.forms:
        return spot.finite == SEEN or spot.opens_object()
    if spot.awaits == "base":
        return "base" in word.forms
    if text in SUBJECTS:
        is_object = (
            text in {"it", "you"}
            and spot.position > 0
            and (spot.tags[spot.position - 1] in {"V", "I"})
        )
        return word.is_past or not is_object
    return word.is_past or _is_after_object_pronoun(spot, text)


def _is_after_object_pronoun(spot: Spot, text: str) -> bool:
    """As in "helped her bake pies", "8 of them work"."""
    if text in _OBJECT_PRONOUNS:
        return "base" in spot.word.forms and (spot.opens_object() or _is_helped(spot))
    return not spot.word.is_noun or (spot.finite < SEEN and not spot.is_finite_later())


def _after_question_word(spot: Spot) -> bool:
    forms = spot.word.forms
    if "ing" in forms:
        return False
    return "past" in forms or "third" in forms or spot.text_before in {"who", "that"}


def _after_noun(spot: Spot) -> bool:
    word, forms = spot.word, spot.word.forms
    if "ing" in forms:
        return _is_gerund_of_noun(spot)
    if spot.awaits == "base" and ("base" in forms or not spot.is_inverted):
        return "base" in forms and not _is_part_of_compound(spot)
    if word.is_past:
        is_free = not word.is_noun or (spot.finite < SEEN and spot.opens_object())
        return is_free and not _is_adjective(spot)
    if "third" in forms:
        return spot.follows_singular() and _is_present(spot)
    if "past" in forms or spot.follows_plural():
        return _is_present(spot)
    return _is_helped(spot)


def _is_gerund_of_noun(spot: Spot) -> bool:
    is_many = spot.words[spot.position].is_plural or spot.is_name_before
    if spot.after.tag in {"", "P", "C"}:
        return is_many
    if spot.is_plain_after():
        return spot.text_after == "sure" or (is_many and spot.finite > 0)
    return True


def _is_part_of_compound(spot: Spot) -> bool:
    """Whether the verb that is awaited comes only with the next word: "the tree farm plant"."""
    after = spot.after
    is_verb_next = after.tag == "K" and "base" in after.forms and not after.is_rare
    # "Does the green team have": "have" and "do" are auxiliaries too.
    is_verb_next = is_verb_next or spot.text_after in {"have", "do"}
    return spot.word.is_noun and is_verb_next and not spot.is_name_before


def _is_adjective(spot: Spot) -> bool:
    """As in "6 giant stuffed bears": a participle between an adjective and its noun."""
    if spot.finite < SEEN or "participle" not in spot.word.forms or not spot.is_plain_after():
        return False
    return not spot.words[spot.position].is_plural and not spot.is_name_before


def _is_helped(spot: Spot) -> bool:
    """As in "helped the workers pick": a base form after the object of such a verb."""
    is_base = "base" in spot.word.forms and spot.after.tag in OBJECT_TAGS | {"I"}
    return is_base and spot.follows_object_of_help()


def _is_present(spot: Spot) -> bool:
    """Whether a form of the present, or one like it, is the verb of the noun before."""
    if _is_helped(spot):
        return True
    word, is_name = spot.word, spot.is_name_before
    if spot.is_finite_later():
        return False
    if spot.finite == SEEN:
        has_object = spot.opens_object()
        return (is_name and has_object) if word.is_noun else (is_name or has_object)
    if word.is_rare or (spot.finite == 1 and word.is_noun):
        return spot.opens_object()
    return spot.after.tag != "C" or not word.is_noun or is_name or _is_first_of_two(spot)


def _is_first_of_two(spot: Spot) -> bool:
    """As in "the van leaves and picks up 3 tons"."""
    behind = spot.words[min(spot.index + 2, len(spot.words) - 1)]
    return not spot.word.forms.isdisjoint(behind.forms)


def _after_break(spot: Spot) -> bool:
    """After a comma or a conjunction."""
    word, forms, text = spot.word, spot.word.forms, spot.text_before
    if "ing" in forms:
        return _is_gerund_after_break(spot, text)
    if word.is_past:
        if word.is_noun:
            return spot.opens_object()
        return not (text == "," and "participle" in forms and spot.is_plain_after())
    if text in SUBORDINATE or text == "than":
        return False
    if spot.awaits == "base":
        return "base" in forms
    return text == "then" or _is_coordinate(spot, text)


def _is_coordinate(spot: Spot, text: str) -> bool:
    """As in "buys 3 pens and sells 2": one more verb in the form of the last one."""
    word, has_object = spot.word, spot.opens_object()
    is_parallel = not word.forms.isdisjoint(spot.last_forms)
    is_close = spot.position > 0 and spot.tags[spot.position - 1] == "V"
    if is_parallel and is_close and text != ",":
        return True
    if word.is_rare:
        return is_parallel and has_object
    if not word.is_noun:
        return is_parallel or spot.after.tag in _OPENS_CLAUSE
    if is_parallel and spot.after.tag == "I":
        return spot.text_after in _PARTICLES
    return has_object and (is_parallel or "past" in word.forms)


def _is_gerund_after_break(spot: Spot, text: str) -> bool:
    if text in SUBORDINATE or spot.after.tag in {"N", "D", "O", "Q", "R", "E", "I"}:
        return True
    if text == ",":
        return spot.finite > 0 and spot.after.is_plural
    return "ing" in spot.last_forms


def _after_verb(spot: Spot) -> bool:
    word, forms = spot.word, spot.word.forms
    if "ing" in forms:
        return not word.is_noun or not spot.is_plain_after()
    if word.is_past:
        return _is_past_after_verb(spot)
    if "base" in forms and spot.last_lemma in _BARE_HELPERS:
        return not word.is_rare or spot.opens_object()
    if spot.tags[spot.index - 1] != "V":
        return False
    if word.is_noun:
        # "The apples that Ann bought cost 5".
        is_finite = "past" in forms or "third" in forms
        return is_finite and spot.follows_relative() and spot.opens_object()
    return spot.opens_object() or spot.after.tag == "R"


def _is_past_after_verb(spot: Spot) -> bool:
    """As in "the boy who won gave", "got picked", but "felt tired" and "ate baked beans"."""
    lemma = spot.last_lemma
    if "participle" not in spot.word.forms:
        return not spot.word.is_noun
    is_state = lemma in _LINKING and (lemma != "get" or spot.is_of_after())
    return not (spot.word.is_noun or is_state or spot.is_plain_after())


def _at_start(spot: Spot) -> bool:
    word = spot.word
    is_subject = spot.is_finite_later()
    if "ing" in word.forms:
        return not (spot.is_plain_after() and is_subject)
    if word.is_past:
        return not word.is_noun and not (spot.is_plain_after() and is_subject)
    if spot.is_inverted and spot.after.tag == "I" and not word.is_noun and not spot.is_of_after():
        # "How many | belong to Ann".
        return "base" in word.forms and not is_subject
    return "base" in word.forms and spot.after.tag in {"D", "O", "N"} and not is_subject


def _after_comparative(spot: Spot) -> bool:
    return spot.word.is_past


_RULES: dict[str, Callable[[Spot], bool]] = {
    "A": _after_auxiliary,
    "I": _after_preposition,
    "D": _after_determiner,
    "N": _after_number,
    "Q": _after_number,
    "E": _after_number,
    "X": _after_number,
    "R": _after_pronoun,
    "W": _after_question_word,
    "K": _after_noun,
    "C": _after_break,
    "P": _after_break,
    "V": _after_verb,
    "M": _after_comparative,
    "": _at_start,
}
"""By the tag before; after a possessive and "'s" no verb comes."""
