"""One amount from one noun phrase that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    COINS,
    CURRENCIES,
    EACH,
    NOBODY,
    Amount,
    Thing,
)
from spoonbench.solvers.rules.word_problems.contrasts import Contrast
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.counted_by import noun_of
from spoonbench.solvers.rules.word_problems.frames import is_filling
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.parts import inner_amount, mark_part, of_phrase
from spoonbench.solvers.rules.word_problems.phrases import NounPhrase
from spoonbench.solvers.rules.word_problems.qualifying import qualify
from spoonbench.solvers.rules.word_problems.things import is_measure, thing_here

if TYPE_CHECKING:
    from spoonbench.solvers.rules.word_problems.clause_state import ClauseState, Context

PLACES = frozenset(
    {
        "in", "on", "at", "into", "inside", "onto", "under", "near", "within", "by", "around",
        "through", "across", "over", "onboard", "along", "behind", "outside", "toward", "towards",
        "among", "aboard",
    }
)  # fmt: skip
EVERY = frozenset({"each", "every"})
_POSSESSIVES = frozenset({"his", "her", "their", "my"})
_MORE = frozenset({"more", "additional", "extra", "another", "other"})
_FACTORS = frozenset({"times", "share"})


class AmountReader:
    """Reads the amounts of one clause, as far as their noun phrases tell them.

    Args:
        context: what the text told before.
        state: of the clause; the amounts go there.
        frame: what all amounts of the clause have in common.
    """

    __slots__ = ("_context", "_frame", "_lexicon", "_state")

    def __init__(self, context: Context, state: ClauseState, frame: Amount) -> None:
        self._context = context
        self._state = state
        self._frame = frame
        self._lexicon = load_lexicon()

    def read(self, phrase: NounPhrase, role: str) -> None:
        """Read a noun phrase; one without a number is passed over."""
        if phrase.vague == "" and phrase.asked == "" and phrase.number < 0:
            return
        state = self._state
        if phrase.start < state.passed and phrase.number < 0:
            return
        amount = self._new_amount(phrase, role)
        told = amount.is_thing_told
        self._take_whose(phrase, amount)
        self._take_per(phrase, amount)
        if self._context.may_compare or phrase.form in _FACTORS or phrase.head == "time":
            contrast = Contrast(self._context.tokens, self._context.cast)
            contrast.read(phrase, amount, self._context.topics.last)
            state.passed = max(state.passed, contrast.end)
        before = (*self._context.amounts, *state.found)
        mark_part(amount, self._frame, before)
        if role == "subject" and self._frame.lemma == "be" and amount.is_asked:
            self._take_complement(amount)
        qualify(amount, phrase, self._context.tokens, before)
        if role == "object" and not told and phrase.extra == "" and self._is_age(amount):
            # "Ann, who is 28": years.
            amount.thing = Thing("year", frozenset({"year", "old"}))
        if role == "for" and self._is_money(amount.thing) and self._context.last is not None:
            self._context.last.is_price = True
        if told and self._is_topic(amount):
            self._context.topics.note(amount)
        state.add(amount, phrase)

    def _take_whose(self, phrase: NounPhrase, amount: Amount) -> None:
        """Whose the things are, and of how many they are some."""
        inner = phrase.of
        if inner is not None:
            of_phrase(amount, phrase, inner, self._context.cast)
            if inner.number >= 0:
                # "3 of his 20 plums", "2 boxes of 24 crayons".
                self._state.add(inner_amount(phrase, inner, amount, self._frame), None)
        elif phrase.owner is not None or phrase.determiner in _POSSESSIVES:
            amount.holder = self._context.cast.possessor_of(phrase)

    def _is_topic(self, amount: Amount) -> bool:
        """Whether "them" may mean what an amount counts."""
        state, thing = self._state, amount.thing
        is_aside = amount.role in PLACES and bool(state.bare.head or state.found)
        is_named = thing.head != "" and amount.compare is None
        return is_named and not is_aside and not is_measure(thing)

    def _take_complement(self, amount: Amount) -> None:
        """As in "How many of the cups are red?": how many red cups."""
        words = self._lexicon.words
        found = [
            word
            for phrase in self._state.complement
            if isinstance(phrase, NounPhrase) and not phrase.counts and not phrase.determiner
            for word in phrase.words
            if word in words["colours"] or word in words["qualities"] or word in words["sizes"]
        ]
        if found and amount.thing.head:
            thing = amount.thing
            amount.thing = Thing(thing.head, thing.words | {*found}, thing.of)

    def _new_amount(self, phrase: NounPhrase, role: str) -> Amount:
        thing, told = thing_here(phrase, self._last_thing())
        if not told and role == "of" and self._state.bare.head:
            thing = self._state.bare
        amount = altered(self._frame)
        amount.value, amount.thing, amount.is_thing_told = phrase.value, thing, told
        amount.start, amount.end = self._span(phrase)
        amount.role = role
        amount.to = amount.source = amount.place = NOBODY
        amount.is_vague = bool(phrase.vague) and phrase.number < 0
        amount.is_extra = phrase.extra in _MORE
        amount.is_asked = bool(phrase.asked)
        amount.is_every = phrase.determiner in EVERY and phrase.number >= 0
        amount.form = phrase.form or "number"
        if self._frame.lemma == "be" and role == "object" and self._is_money(thing):
            amount.verb_class = "cost"
        if role == "with" and is_filling(self._frame):
            amount.lemma, amount.verb_class, amount.is_passive = "have", "state", False
        return amount

    def _last_thing(self) -> Thing:
        """What a number without a noun counts."""
        if self._state.bare.head:
            return self._context.topics.last
        return self._context.topics.of(self._frame.owner, self._context.cast.people)

    def _is_age(self, amount: Amount) -> bool:
        is_bare = amount.lemma == "be" and amount.compare is None and not amount.is_asked
        return is_bare and amount.form == "number" and amount.owner in self._context.cast.people

    def _is_money(self, thing: Thing) -> bool:
        unit = self._lexicon.units.get(thing.head)
        return unit is not None and unit.dimension in CURRENCIES and thing.head not in COINS

    def _span(self, phrase: NounPhrase) -> tuple[int, int]:
        """Where a phrase stands in the text."""
        tokens = self._context.tokens
        start = tokens[phrase.start].start if phrase.start < len(tokens) else 0
        return start, tokens[phrase.end - 1].end if phrase.end <= len(tokens) else 0

    def _take_per(self, phrase: NounPhrase, amount: Amount) -> None:
        if phrase.per is not None:
            amount.per = noun_of(phrase.per, "")
        elif self._frame.per and not amount.per:
            amount.per = self._frame.per
        if amount.per == EACH and self._frame.per:
            amount.per = self._frame.per
        thing = amount.thing
        if amount.per and amount.per == thing.head and self._frame.per and amount.is_thing_told:
            amount.per = ""
        if amount.per and not amount.is_thing_told and thing.head:
            # "With 3 on each page": cards, whichever.
            amount.thing = Thing(thing.head, frozenset({thing.head, thing.of} - {""}), thing.of)
