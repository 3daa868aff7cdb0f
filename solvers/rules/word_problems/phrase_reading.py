"""The phrases of a clause in their order: objects, recipients, prepositional phrases, times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amount_reading import EVERY, PLACES, AmountReader
from spoonbench.solvers.rules.word_problems.amounts import EACH, LABEL, MOVES, Amount, Thing
from spoonbench.solvers.rules.word_problems.counted_by import noun_of, set_by_place, set_groups
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase
from spoonbench.solvers.rules.word_problems.things import is_measure, thing_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.clause_state import ClauseState, Context
    from spoonbench.solvers.rules.word_problems.phrases import Phrase

_NO_PLACES = frozenset(
    {
        "total", "all", "addition", "average", "order", "fact", "turn", "general", "response",
        "sum", "whole", "advance", "half", "case", "way",
    }
)  # fmt: skip
_ONE = frozenset({"a", "an"})
_STARTS = frozenset({"beginning", "start"})
_HANDING = frozenset({"give", "sell", "cost"})
_JOINS = frozenset({"and", ",", "or"})
_POINTING = frozenset({"this", "that", "last", "next"})
_REPEATED = frozenset({"in", "on", "from", "to", "with"})


class PhraseReader:
    """Reads the phrases of one clause.

    Args:
        context: what the text told before.
        state: of the clause; what is read goes there.
        frame: what all amounts of the clause have in common.
    """

    __slots__ = ("_amounts", "_context", "_frame", "_lexicon", "_state")

    def __init__(self, context: Context, state: ClauseState, frame: Amount) -> None:
        self._context = context
        self._state = state
        self._frame = frame
        self._lexicon = load_lexicon()
        self._amounts = AmountReader(context, state, frame)

    def read_subject(self, phrase: NounPhrase) -> None:
        """Read one noun phrase of the subject."""
        inner = phrase.of
        if phrase.counts:
            self._amounts.read(phrase, "subject")
        elif inner is not None and inner.counts:
            self._amounts.read(inner, "subject")

    def read_side(self, phrases: Sequence[Phrase], *, side: str) -> None:
        """Read the phrases on one side of the verb with the prepositions before them."""
        state = self._state
        preposition = ""
        state.pending = None
        state.is_joined = False
        if not phrases:
            return
        for order, phrase in enumerate(phrases):
            if not isinstance(phrase, NounPhrase):
                if isinstance(phrase, Mark):
                    preposition = self._read_mark(phrase, preposition, phrases, order)
                continue
            if phrase.counts and not self._is_vague_time(phrase):
                role = preposition or ("object" if side == "after" else "before")
                n_before = len(state.found)
                self._read_counted(phrase, role)
                if order:
                    self._mark_label(phrases[order - 1], phrase, state.found[n_before:])
            elif preposition:
                self._read_adjunct(phrase, preposition)
            elif side == "after":
                self._read_object(phrase)
            else:
                self._read_time(phrase)
            state.is_joined = False
            if not _goes_on(preposition, phrase, phrases, order):
                preposition = ""
        self._end_side()

    def _mark_label(self, before: Phrase, phrase: NounPhrase, amounts: Sequence[Amount]) -> None:
        """As in "floor twelve": a number that tells which one, and counts nothing."""
        if not isinstance(before, NounPhrase) or before.end != phrase.start or phrase.words:
            return
        head = before.head
        if (
            before.counts
            or before.determiner
            or before.is_plural
            or len(before.words) != 1
            or self._context.cast.is_person(before)
            or self._lexicon.is_time(head)
        ):
            return
        for amount in amounts:
            amount.thing, amount.is_thing_told = Thing(LABEL, frozenset({LABEL, head})), True

    def _end_side(self) -> None:
        """An object without a number is what the verb is about, where nothing else is."""
        state = self._state
        if state.pending is not None and not state.found:
            self._bare_object(state.pending)

    def _is_vague_time(self, phrase: NounPhrase) -> bool:
        """As in "A few minutes later" and "one day" count nothing."""
        if phrase.head not in self._lexicon.words["times"]:
            return False
        is_vague = bool(phrase.vague) and phrase.number < 0
        return is_vague or (phrase.value == 1 and phrase.head == "day" and not phrase.start)

    def _read_mark(
        self, mark: Mark, preposition: str, phrases: Sequence[Phrase], order: int
    ) -> str:
        """The preposition that holds behind a mark."""
        if mark.tag == "I":
            before = phrases[order - 1] if order else None
            self._state.is_joined = False
            if mark.text == "of" and isinstance(before, Mark) and before.text in {"out", "off"}:
                return "from"
            if mark.text == self._frame.particle and order == 0:
                return mark.text if self._frame.verb_class in MOVES else ""
            return mark.text
        if mark.tag in "CP":
            self._state.is_joined = mark.text in _JOINS
            if mark.text == "than":
                return "than"
            return preposition if mark.text in _JOINS and order else ""
        return preposition

    def _read_counted(self, phrase: NounPhrase, role: str) -> None:
        state = self._state
        pending, state.pending = state.pending, None
        if pending is not None and role == "object":
            self._take_recipient(pending, is_adjacent=pending.end == phrase.start)
        n_before = len(state.found)
        self._amounts.read(phrase, role)
        if state.gap_owner:
            for amount in state.found[n_before:]:
                amount.owner, amount.group = state.gap_owner, frozenset()
        if (
            role in PLACES
            and phrase.value == 1
            and not phrase.extra
            and not is_measure(thing_of(phrase))
        ):
            place = self._context.cast.owner_of(phrase, is_subject=False).removeprefix("one ")
            state.adjuncts.add("place", place, len(state.found) - 1)

    def _take_recipient(self, phrase: NounPhrase, *, is_adjacent: bool) -> None:
        """As in "Gave Ann 5"; "Tom has 5 and Ann 6"; "one tank holds 5, and a gray tank 6"."""
        state = self._state
        is_gap = state.is_pending_joined and is_adjacent and "to" not in state.adjuncts.owners
        if is_gap and state.found:
            state.gap_owner = self._context.cast.owner_of(phrase, is_subject=True)
            return
        is_person = self._context.cast.is_person(phrase)
        if self._frame.verb_class == "state" and is_person and state.found:
            state.gap_owner = self._context.cast.owner_of(phrase, is_subject=True)
        elif is_person or self._frame.verb_class in _HANDING:
            owner = self._context.cast.owner_of(phrase, is_subject=False, besides=self._frame.owner)
            state.adjuncts.add("to", owner, len(state.found))

    def _bare_object(self, phrase: NounPhrase) -> None:
        thing = thing_of(phrase)
        if not thing.head or self._context.cast.is_person(phrase):
            return
        self._frame.thing = thing
        if self._frame.kind == "infinitive" and phrase.determiner in {"a", "an", "one"}:
            self._state.purpose = phrase.head

    def _read_object(self, phrase: NounPhrase) -> None:
        """A noun phrase without a number behind the verb."""
        state = self._state
        if "same" in phrase.raw and state.found:
            state.is_shared = True
        if self._read_groups(phrase) or self._read_rate(phrase):
            return
        is_per_time = self._context.in_question and phrase.head in self._lexicon.words["times"]
        if phrase.determiner in EVERY or (is_per_time and phrase.determiner in _ONE):
            # "How many does it drink a day?"
            self._set_per(phrase)
            return
        if self._read_time(phrase):
            return
        is_person = self._context.cast.is_person(phrase)
        is_handing = self._frame.verb_class in {"give", "sell"}
        if is_handing and state.found and is_person and not state.is_joined:
            return
        if not is_person:
            state.unnumbered.append(phrase)
        state.pending, state.is_pending_joined = phrase, state.is_joined
        if phrase.words and not phrase.is_name and not is_person:
            self._note_bare(phrase)

    def _note_bare(self, phrase: NounPhrase) -> None:
        """A thing without a number: what the numbers to come may count."""
        state = self._state
        thing = thing_of(phrase)
        state.bare = state.bare if state.bare.head else thing
        if not phrase.is_plural:
            # "He bought a jar. It holds 5 coins."
            self._context.cast.owner_of(phrase, is_subject=False)
        if (
            phrase.is_plural
            and not (state.found and self._frame.verb_class == "state")
            and all(one.role == "subject" for one in state.found)
        ):
            # "Put their buttons on one pile: 5 from ...": what the numbers to come count.
            self._context.topics.announce(thing)

    def _read_rate(self, phrase: NounPhrase) -> bool:
        """As in "A speed of 12 miles | an hour": what the amount just read is counted by."""
        state = self._state
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

    def _read_groups(self, phrase: NounPhrase) -> bool:
        """As in "Groups of 8", "a box of 24 crayons": so many in one group."""
        inner = phrase.of
        if inner is None or not phrase.words or not inner.counts:
            return False
        state = self._state
        n_before = len(state.found)
        self._amounts.read(inner, "of")
        set_groups(state.found[n_before:], phrase, self._frame)
        return True

    def _read_time(self, phrase: NounPhrase) -> bool:
        """Note a time; say whether the phrase is one."""
        head = phrase.head
        if head == "second" and phrase.determiner == "the":
            return False
        if not (self._lexicon.is_time(head) or head.isdigit()):
            return False
        if phrase.determiner not in EVERY:
            said = frozenset({*phrase.words, *({phrase.determiner} & _POINTING)})
            self._state.adjuncts.add_times(said, len(self._state.found))
        return phrase.determiner not in EVERY

    def _set_per(self, phrase: NounPhrase) -> None:
        """As in "Each box" anywhere in a clause: its amounts are counted by boxes."""
        state = self._state
        if state.is_shared:
            return
        per = noun_of(phrase, state.adjuncts.first("place"))
        self._frame.per = per
        last = state.found[-1] if state.found else None
        if last is not None and last.per in ("", EACH) and last.thing.head != per:
            last.per = per

    def _read_adjunct(self, phrase: NounPhrase, preposition: str) -> None:
        """A prepositional phrase without a number."""
        state = self._state
        if self._read_groups(phrase):
            return
        if preposition == "per":
            if state.found:
                state.found[-1].per = phrase.head
            else:
                self._frame.per = phrase.head
            return
        if phrase.determiner in EVERY:
            self._set_per(phrase)
            self._read_group_count(phrase, preposition)
            return
        if preposition == "at" and phrase.head == "time" and phrase.determiner == "a":
            # "5 at a time".
            self._set_per(phrase)
            return
        if preposition == "than" or self._read_time(phrase):
            return
        set_by_place(state.found, phrase, preposition, self._frame)
        self._read_owner(phrase, preposition)

    def _read_group_count(self, phrase: NounPhrase, preposition: str) -> None:
        """As in "in each of his 9 boxes"."""
        if phrase.of is None or phrase.of.number < 0:
            return
        self._amounts.read(phrase.of, preposition)
        amount = self._state.found[-1]
        amount.per, amount.is_group_count = "", True

    def _read_owner(self, phrase: NounPhrase, preposition: str) -> None:
        """Who gets it, where it comes from, where it is."""
        state = self._state
        head = phrase.head
        if head in _NO_PLACES:
            return
        if head == "end":
            state.adjuncts.add_times(frozenset({head}), len(state.found))
            return
        if head in _STARTS:
            for amount in (self._frame, *state.found):
                amount.is_earlier = True
            return
        owner = self._context.cast.owner_of(phrase, is_subject=False, besides=self._frame.owner)
        kind = self._kind_of(phrase, preposition)
        if kind:
            state.adjuncts.add(kind, owner, len(state.found))

    def _kind_of(self, phrase: NounPhrase, preposition: str) -> str:
        """What a preposition makes of whom or what it stands before."""
        is_person = self._context.cast.is_person(phrase)
        if preposition == "to":
            return "to" if is_person or self._frame.verb_class in {"give", "sell"} else "place"
        if preposition == "from":
            return "source"
        if preposition == "by" and self._frame.is_passive and is_person:
            return ""
        if preposition in PLACES:
            return "place"
        if preposition == "for" and is_person:
            return "beneficiary"
        return "to" if preposition == "with" and is_person and self._frame.lemma == "share" else ""


def _goes_on(preposition: str, phrase: NounPhrase, phrases: Sequence[Phrase], order: int) -> bool:
    """Whether a preposition holds for the next phrase too: "from Ann and Tom"."""
    if preposition not in _REPEATED:
        return False
    ahead = order + 1
    while ahead < len(phrases):
        mark = phrases[ahead]
        if not isinstance(mark, Mark) or mark.text not in {"and", ","}:
            break
        ahead += 1
    if ahead in (order + 1, len(phrases)):
        return False
    after = phrases[ahead]
    return isinstance(after, NounPhrase) and after.counts == phrase.counts
