"""From sentences to amounts: who has, gains, gives or loses how many of what.

Every number of a text ends up in one amount; what its clause says stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.adjuncts import Adjuncts
from spoonbench.solvers.rules.word_problems.amounts import (
    COINS,
    CURRENCIES,
    EACH,
    NO_THING,
    NOBODY,
    Amount,
    Thing,
)
from spoonbench.solvers.rules.word_problems.cast import Cast
from spoonbench.solvers.rules.word_problems.clauses import Clause, split_clauses
from spoonbench.solvers.rules.word_problems.contrasts import Contrast
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.counted_by import (
    noun_of,
    resolve_each,
    resolve_every,
    set_by_place,
    set_groups,
    set_held,
)
from spoonbench.solvers.rules.word_problems.frames import frame_of, is_filling
from spoonbench.solvers.rules.word_problems.gapping import mend_clauses
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.parts import (
    inner_amount,
    is_other_time,
    mark_part,
    of_phrase,
    rest_amount,
)
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase, read_phrases
from spoonbench.solvers.rules.word_problems.qualifying import qualify, settle_frame
from spoonbench.solvers.rules.word_problems.things import (
    is_measure,
    name_before,
    thing_here,
    thing_of,
)
from spoonbench.solvers.rules.word_problems.vagueness import vague_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase
    from spoonbench.solvers.rules.word_problems.tokens import Token

PLACES = frozenset(
    {
        "in", "on", "at", "into", "inside", "onto", "under", "near", "within", "by", "around",
        "through", "across", "over", "onboard", "along", "behind", "outside", "toward", "towards",
        "among", "aboard",
    }
)  # fmt: skip
_NO_PLACES = frozenset(
    {
        "total", "all", "addition", "average", "order", "fact", "turn", "general", "response",
        "sum", "whole", "advance", "half", "case", "way",
    }
)  # fmt: skip
_STARTS = frozenset({"beginning", "start"})
_EVERY = frozenset({"each", "every"})
_POSSESSIVES = frozenset({"his", "her", "their", "my"})
_HANDING = frozenset({"give", "sell", "cost"})
_JOINS = frozenset({"and", ",", "or"})
_MORE = frozenset({"more", "additional", "extra", "another", "other"})


class Reader:
    """Reads the sentences of one text, in order.

    Attributes:
        amounts: read so far, those without a number among them.
        cast: who was spoken of.
        lexicon: the word lists.
        in_question: whether a question is being read.
        said_before: the last word before a question in its sentence.
    """

    def __init__(self) -> None:
        self.amounts: list[Amount] = []
        self.cast = Cast()
        self.lexicon = load_lexicon()
        self.in_question = False
        self.said_before = ""
        self._thing = NO_THING
        self._sentence = 0
        self._clause = 0
        self._tokens: Sequence[Token] = ()
        self._last: Amount | None = None
        self._is_if = False
        self._reading = _ClauseState()
        self._complement: Sequence[Phrase] = ()

    # -- sentences -------------------------------------------------------------------------

    def read(self, tokens: Sequence[Token]) -> None:
        """Read a sentence that tells something."""
        self._begin(tokens)
        self._is_if = any(token.text in {"if", "suppose"} for token in tokens)
        first = len(self.amounts)
        for clause in mend_clauses(split_clauses(read_phrases(tokens))):
            self._clause += 1
            self.read_clause(clause)
        resolve_every(self.amounts[first:])
        self.amounts = [amount for amount in self.amounts if not amount.is_unit]

    def _begin(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._sentence += 1
        self.cast.sentence = self._sentence
        self._is_if = False

    def begin_question(self, tokens: Sequence[Token]) -> None:
        """Amounts read from now on stand in the question."""
        self._begin(tokens)
        self.in_question = True
        self._clause += 1

    def end_question(self) -> None:
        """The question has ended."""
        self.in_question = False

    # -- clauses ---------------------------------------------------------------------------

    def read_clause(self, clause: Clause) -> list[Amount]:
        """Read one clause; return its amounts."""
        frame = self._frame(clause)
        state = self._reading = _ClauseState()
        self._complement = clause.after[:1]
        self._read_side(clause.before, frame, side="before")
        if not clause.is_inherited:
            for phrase in clause.subject:
                self._read_subject(phrase, frame)
                state.is_joined = True
        state.is_joined = False
        self._read_side(clause.subject_rest, frame, side="rest")
        self._read_side(clause.after, frame, side="after")
        self._finish(clause, frame)
        found = [amount for amount in state.found if not amount.is_unit]
        self.amounts.extend(found)
        return found

    def _frame(self, clause: Clause) -> Amount:
        frame = frame_of(clause, self._tokens, self.cast, self._last, in_question=self.in_question)
        frame.sentence, frame.clause, frame.is_if = self._sentence, self._clause, self._is_if
        if clause.verb is not None and clause.verb.kind == "main":
            self._last = frame
        return frame

    def _finish(self, clause: Clause, frame: Amount) -> None:
        """What the whole clause tells of each of its amounts."""
        state = self._reading
        found = state.found
        frame.to, frame.source = state.adjuncts.first("to"), state.adjuncts.first("source")
        frame.place = state.adjuncts.first("place")
        for amount in found:
            amount.particle = amount.particle or frame.particle
        state.adjuncts.share_out(found)
        for amount in found:
            settle_frame(amount)
            if amount.is_part and amount.times and is_other_time(amount, self.amounts):
                amount.is_part = False
        name_before(found, state.phrases, state.joins)
        _drop_single(found, frame)
        set_held(clause, frame, found)
        for amount in found:
            if (
                frame.per
                and not amount.per
                and amount.role != "whole"
                and not amount.is_group_count
                and (amount.thing.head != frame.per or not amount.is_thing_told)
            ):
                amount.per = frame.per
        resolve_each(clause, frame, state.bare, found, self.amounts)
        if not self.in_question:
            self._add_unnumbered(clause, frame)
        if state.is_purpose_of:
            self._set_purpose(state.is_purpose_of)

    def _add_unnumbered(self, clause: Clause, frame: Amount) -> None:
        """What the clause says without a number: a rest, or that there was a change."""
        state = self._reading
        rest = rest_amount(clause, frame)
        if rest is not None:
            self.amounts.append(rest)
        if not state.found:
            vague = vague_amount(clause, frame, state.bare, self._thing)
            if vague is not None:
                self.amounts.append(vague)

    def _set_purpose(self, head: str) -> None:
        """As in "2 ounces of soap to wash a pound of clothes": 2 ounces by pounds."""
        for amount in reversed(self.amounts):
            if amount.sentence != self._sentence or amount.clause < self._clause - 1:
                break
            if amount.value is not None and not amount.per and not amount.soft_per:
                amount.soft_per = head

    # -- phrases of one side ---------------------------------------------------------------

    def _read_side(self, phrases: Sequence[Phrase], frame: Amount, *, side: str) -> None:
        """Read the phrases on one side of the verb with the prepositions before them."""
        state = self._reading
        preposition = ""
        state.pending = None
        state.is_joined = False
        for order, phrase in enumerate(phrases):
            if isinstance(phrase, Mark):
                preposition = self._read_mark(phrase, preposition, phrases, order, frame)
                continue
            if not isinstance(phrase, NounPhrase):
                continue
            if phrase.counts and not self._is_vague_time(phrase):
                role = preposition or ("object" if side == "after" else "before")
                self._read_counted(phrase, role, frame)
            elif preposition:
                self._read_adjunct(phrase, preposition, frame)
            elif side == "after":
                self._read_object(phrase, frame)
            else:
                self._read_time(phrase)
            state.is_joined = False
            if not _goes_on(preposition, phrase, phrases, order):
                preposition = ""
        self._end_side(frame)

    def _end_side(self, frame: Amount) -> None:
        """An object without a number is what the verb is about, where nothing else is."""
        state = self._reading
        if state.pending is not None and not state.found:
            self._bare_object(state.pending, frame)

    def _is_vague_time(self, phrase: NounPhrase) -> bool:
        """As in "A few minutes later" and "one day" count nothing."""
        if phrase.head not in self.lexicon.words["times"]:
            return False
        is_vague = bool(phrase.vague) and phrase.number < 0
        return is_vague or (phrase.value == 1 and phrase.head == "day" and not phrase.start)

    def _read_mark(
        self, mark: Mark, preposition: str, phrases: Sequence[Phrase], order: int, frame: Amount
    ) -> str:
        """The preposition that holds behind a mark."""
        if mark.tag == "I":
            before = phrases[order - 1] if order else None
            self._reading.is_joined = False
            if mark.text == "of" and isinstance(before, Mark) and before.text in {"out", "off"}:
                return "from"
            if mark.text == frame.particle and order == 0:
                return ""
            return mark.text
        if mark.tag in "CP":
            self._reading.is_joined = mark.text in _JOINS
            if mark.text == "than":
                return "than"
            return preposition if mark.text in _JOINS and order else ""
        return preposition

    def _read_counted(self, phrase: NounPhrase, role: str, frame: Amount) -> None:
        state = self._reading
        pending, state.pending = state.pending, None
        if pending is not None and role == "object":
            self._take_recipient(pending, frame)
        n_before = len(state.found)
        self._read_amount(phrase, role, frame)
        if state.gap_owner:
            for amount in state.found[n_before:]:
                amount.owner, amount.group = state.gap_owner, frozenset()
        if role in PLACES and phrase.value == 1 and not phrase.extra:
            place = self.cast.owner_of(phrase, is_subject=False).removeprefix("one ")
            state.adjuncts.add("place", place, len(state.found) - 1)

    def _take_recipient(self, phrase: NounPhrase, frame: Amount) -> None:
        """As in "Gave Ann 5"; "Tom has 5 and Ann 6"."""
        state = self._reading
        is_person = self.cast.is_person(phrase)
        if frame.verb_class == "state" and is_person and state.found:
            state.gap_owner = self.cast.owner_of(phrase, is_subject=True)
        elif is_person or frame.verb_class in _HANDING:
            owner = self.cast.owner_of(phrase, is_subject=False, besides=frame.owner)
            state.adjuncts.add("to", owner, len(state.found))

    def _bare_object(self, phrase: NounPhrase, frame: Amount) -> None:
        thing = thing_of(phrase)
        if not thing.head or self.cast.is_person(phrase):
            return
        frame.thing = thing
        if frame.kind == "infinitive" and phrase.determiner in {"a", "an", "one"}:
            self._reading.is_purpose_of = phrase.head

    def _read_object(self, phrase: NounPhrase, frame: Amount) -> None:
        """A noun phrase without a number behind the verb."""
        state = self._reading
        if self._read_groups(phrase, frame) or self._read_rate(phrase):
            return
        if self._read_time(phrase):
            return
        if phrase.determiner in _EVERY:
            self._set_per(phrase, frame)
            return
        if frame.verb_class in {"give", "sell"} and state.found and self.cast.is_person(phrase):
            return
        state.pending = phrase
        if not phrase.words or phrase.is_name or self.cast.is_person(phrase):
            return
        thing = thing_of(phrase)
        state.bare = state.bare if state.bare.head else thing
        is_first = all(one.role == "subject" for one in state.found)
        if phrase.is_plural and is_first and not (state.found and frame.verb_class == "state"):
            # "Put their buttons on one pile: 5 from ...": what the numbers to come count.
            self._thing = thing

    def _read_rate(self, phrase: NounPhrase) -> bool:
        """As in "A speed of 12 miles | an hour": what the amount just read is counted by."""
        state = self._reading
        last = state.phrases[-1] if state.phrases else None
        if (
            last is None
            or phrase.determiner not in {"a", "an"}
            or last.end != phrase.start
            or not state.found
            or state.found[-1].per
        ):
            return False
        state.found[-1].per = noun_of(phrase, "")
        return True

    def _read_groups(self, phrase: NounPhrase, frame: Amount) -> bool:
        """As in "Groups of 8", "a box of 24 crayons": so many in one group."""
        inner = phrase.of
        if inner is None or not phrase.words or not inner.counts:
            return False
        state = self._reading
        n_before = len(state.found)
        self._read_amount(inner, "of", frame)
        set_groups(state.found[n_before:], phrase, frame)
        return True

    def _read_time(self, phrase: NounPhrase) -> bool:
        """Note a time; say whether the phrase is one."""
        words, head = self.lexicon.words, phrase.head
        if head == "second" and phrase.determiner == "the":
            return False
        if not (
            head in words["times"]
            or head in words["days"]
            or head in words["months"]
            or head.isdigit()
        ):
            return False
        if phrase.determiner not in _EVERY:
            said = frozenset({*phrase.words, *({phrase.determiner} & _POINTING)})
            self._reading.adjuncts.add_times(said, len(self._reading.found))
        return phrase.determiner not in _EVERY

    def _set_per(self, phrase: NounPhrase, frame: Amount) -> None:
        """As in "Each box" anywhere in a clause: its amounts are counted by boxes."""
        state = self._reading
        per = noun_of(phrase, state.adjuncts.first("place"))
        frame.per = per
        last = state.found[-1] if state.found else None
        if last is not None and last.per in {"", EACH} and last.thing.head != per:
            last.per = per

    def _read_adjunct(self, phrase: NounPhrase, preposition: str, frame: Amount) -> None:
        """A prepositional phrase without a number."""
        state = self._reading
        if self._read_groups(phrase, frame):
            return
        if preposition == "per":
            if state.found:
                state.found[-1].per = phrase.head
            else:
                frame.per = phrase.head
            return
        if phrase.determiner in _EVERY:
            self._set_per(phrase, frame)
            if phrase.of is not None and phrase.of.number >= 0:
                # "In each of his 9 boxes".
                self._read_amount(phrase.of, preposition, frame)
                state.found[-1].per = ""
                state.found[-1].is_group_count = True
            return
        if preposition == "at" and phrase.head == "time" and phrase.determiner == "a":
            # "5 at a time".
            self._set_per(phrase, frame)
            return
        if preposition == "than" or self._read_time(phrase):
            return
        set_by_place(state.found, phrase, preposition, frame)
        self._read_owner(phrase, preposition, frame)

    def _read_owner(self, phrase: NounPhrase, preposition: str, frame: Amount) -> None:
        """Who gets it, where it comes from, where it is."""
        state = self._reading
        head = phrase.head
        if head in _NO_PLACES:
            return
        if head in _STARTS or head == "end":
            frame.is_earlier |= head in _STARTS
            for amount in state.found:
                amount.is_earlier |= head in _STARTS
            if head == "end":
                state.adjuncts.add_times(frozenset({head}), len(state.found))
            return
        owner = self.cast.owner_of(phrase, is_subject=False, besides=frame.owner)
        kind = self._kind_of(phrase, preposition, frame)
        if kind:
            state.adjuncts.add(kind, owner, len(state.found))

    def _kind_of(self, phrase: NounPhrase, preposition: str, frame: Amount) -> str:
        """What a preposition makes of whom or what it stands before."""
        is_person = self.cast.is_person(phrase)
        if preposition == "to":
            return "to" if is_person or frame.verb_class in {"give", "sell"} else "place"
        if preposition == "from":
            return "source"
        if preposition == "by" and frame.is_passive and is_person:
            return ""
        if preposition in PLACES:
            return "place"
        if preposition == "for" and is_person:
            return "beneficiary"
        return "to" if preposition == "with" and is_person and frame.lemma == "share" else ""

    # -- amounts ---------------------------------------------------------------------------

    def _read_subject(self, phrase: NounPhrase, frame: Amount) -> None:
        inner = phrase.of
        if phrase.counts:
            self._read_amount(phrase, "subject", frame)
        elif inner is not None and inner.counts:
            self._read_amount(inner, "subject", frame)

    def _read_amount(self, phrase: NounPhrase, role: str, frame: Amount) -> None:
        """A noun phrase that counts."""
        if phrase.vague == "" and phrase.asked == "" and phrase.number < 0:
            return
        state = self._reading
        if phrase.start < state.passed and phrase.number < 0:
            return
        amount = self._new_amount(phrase, role, frame)
        told = amount.is_thing_told
        inner = phrase.of
        if inner is not None:
            of_phrase(amount, phrase, inner, self.cast)
            if inner.number >= 0:
                # "3 of his 20 plums", "2 boxes of 24 crayons".
                self._add(inner_amount(phrase, inner, amount, frame), None)
        elif phrase.owner is not None or phrase.determiner in _POSSESSIVES:
            amount.holder = self.cast.possessor_of(phrase)
        self._take_per(phrase, amount, frame)
        contrast = Contrast(self._tokens, self.cast)
        contrast.read(phrase, amount, self._thing)
        state.passed = max(state.passed, contrast.end)
        before = (*self.amounts, *state.found)
        mark_part(amount, frame, before)
        if role == "subject" and frame.lemma == "be" and amount.is_asked:
            self._take_complement(amount)
        qualify(amount, phrase, self._tokens, before)
        if role == "object" and not told and phrase.extra == "" and self._is_age(amount):
            # "Ann, who is 28": years.
            amount.thing = Thing("year", frozenset({"year", "old"}))
        if role == "for" and self._is_money(amount.thing) and self._last is not None:
            self._last.is_price = True
        is_aside = role in PLACES and bool(state.bare.head or state.found)
        self._add(amount, phrase)
        thing = amount.thing
        if (
            thing.head
            and told
            and amount.compare is None
            and not is_aside
            and not is_measure(thing)
        ):
            self._thing = thing

    def _take_complement(self, amount: Amount) -> None:
        """As in "How many of the cups are red?": how many red cups."""
        words = self.lexicon.words
        found = [
            word
            for phrase in self._complement
            if isinstance(phrase, NounPhrase) and not phrase.counts and not phrase.determiner
            for word in phrase.words
            if word in words["colours"] or word in words["qualities"] or word in words["sizes"]
        ]
        if found and amount.thing.head:
            thing = amount.thing
            amount.thing = Thing(thing.head, thing.words | {*found}, thing.of)

    def _new_amount(self, phrase: NounPhrase, role: str, frame: Amount) -> Amount:
        thing, told = thing_here(phrase, self._thing)
        if not told and role == "of" and self._reading.bare.head:
            thing = self._reading.bare
        amount = altered(frame)
        amount.value, amount.thing, amount.is_thing_told = phrase.value, thing, told
        amount.start, amount.end = self._span(phrase)
        amount.role = role
        amount.to = amount.source = amount.place = NOBODY
        amount.is_vague = bool(phrase.vague) and phrase.number < 0
        amount.is_extra = phrase.extra in _MORE
        amount.is_asked = bool(phrase.asked)
        amount.is_every = phrase.determiner in _EVERY and phrase.number >= 0
        amount.form = phrase.form or "number"
        if frame.lemma == "be" and role == "object" and self._is_money(thing):
            amount.verb_class = "cost"
        if role == "with" and is_filling(frame):
            amount.lemma, amount.verb_class, amount.is_passive = "have", "state", False
        return amount

    def _is_age(self, amount: Amount) -> bool:
        is_bare = amount.lemma == "be" and amount.compare is None and not amount.is_asked
        return is_bare and amount.form == "number" and amount.owner in self.cast.people

    def _is_money(self, thing: Thing) -> bool:
        unit = self.lexicon.units.get(thing.head)
        return unit is not None and unit.dimension in CURRENCIES and thing.head not in COINS

    def _span(self, phrase: NounPhrase) -> tuple[int, int]:
        """Where a phrase stands in the text."""
        tokens = self._tokens
        start = tokens[phrase.start].start if phrase.start < len(tokens) else 0
        return start, tokens[phrase.end - 1].end if phrase.end <= len(tokens) else 0

    def _add(self, amount: Amount, phrase: NounPhrase | None) -> None:
        state = self._reading
        state.found.append(amount)
        state.phrases.append(phrase)
        state.joins.append(state.is_joined)

    def _take_per(self, phrase: NounPhrase, amount: Amount, frame: Amount) -> None:
        if phrase.per is not None:
            amount.per = noun_of(phrase.per, "")
        elif frame.per and not amount.per:
            amount.per = frame.per
        if amount.per == EACH and frame.per:
            amount.per = frame.per
        thing = amount.thing
        if amount.per and amount.per == thing.head and frame.per and amount.is_thing_told:
            amount.per = ""
        if amount.per and not amount.is_thing_told and thing.head:
            # "With 3 on each page": cards, whichever.
            amount.thing = Thing(thing.head, frozenset({thing.head, thing.of} - {""}), thing.of)


class _ClauseState:
    """What was read of the clause so far.

    Attributes:
        found: its amounts.
        phrases: the noun phrase of each; None for one that stands inside another's.
        joins: for each, whether only "and", "or" or a comma stands before it.
        adjuncts: who gets it, where it is, when it happens.
        bare: the first thing without a number behind the verb.
        pending: a noun phrase behind the verb that may be a recipient.
        gap_owner: "Ann" in "Tom has 5 and Ann 6".
        passed: index of the token up to which a comparison was read.
        is_joined: whether only a conjunction was read since the last phrase.
        is_purpose_of: the thing in "to make a pie", or "".
    """

    __slots__ = (
        "adjuncts", "bare", "found", "gap_owner", "is_joined", "is_purpose_of", "joins", "passed",
        "pending", "phrases",
    )  # fmt: skip

    def __init__(self) -> None:
        self.found: list[Amount] = []
        self.phrases: list[NounPhrase | None] = []
        self.joins: list[bool] = []
        self.adjuncts = Adjuncts()
        self.bare: Thing = NO_THING
        self.pending: NounPhrase | None = None
        self.gap_owner = NOBODY
        self.passed = -1
        self.is_joined = False
        self.is_purpose_of = ""


_POINTING = frozenset({"this", "that", "last", "next"})
_REPEATED = frozenset({"in", "on", "from", "to", "with"})


def _goes_on(preposition: str, phrase: NounPhrase, phrases: Sequence[Phrase], order: int) -> bool:
    """Whether a preposition holds for the next phrase too: "from Ann and Tom"."""
    ahead = order + 1
    while ahead < len(phrases):
        mark = phrases[ahead]
        if not isinstance(mark, Mark) or mark.text not in {"and", ","}:
            break
        ahead += 1
    if ahead in {order + 1, len(phrases)} or preposition not in _REPEATED:
        return False
    after = phrases[ahead]
    return isinstance(after, NounPhrase) and after.counts == phrase.counts


def _drop_single(found: list[Amount], frame: Amount) -> None:
    """As in "One worm was 3 inches long": which of them it was, not how many."""
    if len(found) < 2 or found[0].role != "subject" or found[0].value != 1:  # noqa: PLR2004
        return
    if frame.in_question or frame.is_passive or found[0].form != "number":
        return
    if frame.verb_class in {"state", "weigh", "cost", "hold"} and found[1].role != "subject":
        found[0].is_unit = True
