"""What the words around a number say of its amount: "all but 8", "only 5 came", "left with 6"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase
    from spoonbench.solvers.rules.word_problems.tokens import Token

_EXCEPT = frozenset({"but", "except", "save"})
_MOVING = frozenset({"go", "come", "travel", "get", "give", "put"})
_GOALS = frozenset({"goal", "target", "aim", "quota", "objective", "limit"})
_SCALING = frozenset(
    {
        "raise", "increase", "lift", "boost", "bring", "rise", "grow", "reduce", "lower", "cut",
        "drop", "decrease", "fall", "shrink", "swell", "climb", "sink",
    }
)  # fmt: skip
_EVENTS = frozenset(
    {
        "gift", "present", "delivery", "purchase", "sale", "loss", "donation", "addition",
        "shipment", "theft",
        "arrival", "increase", "decrease", "bonus", "prize", "order", "transfer", "win",
    }
)  # fmt: skip
_FALLING = frozenset({"reduce", "lower", "cut", "drop", "decrease", "fall", "shrink", "sink"})


def qualify(
    amount: Amount, phrase: NounPhrase, tokens: Sequence[Token], told: Sequence[Amount]
) -> None:
    """Change an amount by the words before and behind its number.

    Args:
        amount: as its phrase alone tells it; changed in place.
        phrase: its noun phrase.
        tokens: of the sentence.
        told: the amounts told before it, in order.
    """
    if amount.is_asked:
        return
    start = phrase.start
    before = tokens[start - 1].text if start else ""
    if before in _EXCEPT and start > 1 and tokens[start - 2].text == "all":
        # "All but 8" of what was told of: so many it does not happen to.
        amount.is_part = amount.is_negated = True
    elif before == "of" and start == 2 and tokens[0].text == "out":  # noqa: PLR2004
        # "Out of 78 apples, he kept ...": what there was.
        _set_state(amount)
        amount.role, amount.is_earlier = "whole", True
    elif (
        amount.role == "subject"
        and not amount.is_thing_told
        and (before == "only" or (start < len(tokens) and tokens[start].text == "only"))
        and any(one.thing.head == amount.thing.head for one in told)
    ):
        # "Only 5 came up": of those told of.
        amount.is_part = True
        _set_state(amount)
    elif amount.role == "with" and (amount.verb_class in _MOVING or amount.lemma == "be"):
        # "Left home with 58", "Ann, with 58, is ...": who has them then.
        _set_state(amount)
        amount.particle = ""
    elif amount.lemma == "come" and amount.particle == "with":
        # "The box came with 9 inside".
        _set_state(amount)
        amount.particle = ""
    elif amount.lemma == "be" and set(amount.owner.split()) & _GOALS:
        amount.verb_class = "need"
    elif amount.lemma in _SCALING:
        _scale(amount)


def _scale(amount: Amount) -> None:
    """As in "A gift of 6 raised it to 38": 6 came, and then there were 38."""
    if amount.role == "to" and not amount.is_thing_told:
        _set_state(amount)
        amount.is_now = True
    elif amount.role == "subject" and amount.owner and not set(amount.owner.split()) & _EVENTS:
        # "A collection of 12 grew by 6": what there was.
        _set_state(amount)
        amount.is_earlier = True
        return
    elif amount.role == "subject" and amount.owner:
        amount.lemma = "lose" if amount.lemma in _FALLING else "get"
        amount.verb_class = amount.lemma
    else:
        return
    amount.owner = ""


def _set_state(amount: Amount) -> None:
    amount.lemma, amount.verb_class = "have", "state"
    amount.is_left = amount.is_passive = False


def settle_frame(amount: Amount) -> None:
    """Change an amount by what its whole clause tells."""
    if amount.lemma == "leave" and amount.to and amount.role == "object":
        # "Left 8 to Ann": given, and not gone from.
        amount.lemma, amount.verb_class, amount.is_left = "give", "give", False
