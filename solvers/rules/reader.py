"""From sentences to events: who has, gains, gives or loses how many of what."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.clauses import (
    FoundVerb,
    NounPhrase,
    find_verb,
    is_unknown_quantity,
    noun_phrase,
    split_clauses,
    with_particle,
)
from spoonbench.solvers.rules.comparisons import is_comparison, read_comparison
from spoonbench.solvers.rules.events import GROUP, NO_THING, NOBODY, Comparison, Event, Thing
from spoonbench.solvers.rules.frames import (
    Frame,
    as_part,
    check_known,
    class_here,
    done_by,
    is_time,
    subject_amount,
    whole_of,
    without_duration,
)
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.partners import find_partners
from spoonbench.solvers.rules.rates import counted_by
from spoonbench.solvers.rules.references import References
from spoonbench.solvers.rules.sentences import Token, Unclear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.clauses import Clause

_DOLLAR = Thing(head="dollar", words=frozenset({"dollar"}))
_WISHES = frozenset({"want", "plan", "try", "like", "save", "hope", "wish", "decide", "ask"})
_EARLIER = frozenset({"already", "originally", "initially", "previously"})


class Reader:
    """Reads the sentences of one text, in order.

    Attributes:
        events: read so far.
        comparisons: read so far.
        references: who was spoken of.
        n_read: numbers that were read so far.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.comparisons: list[Comparison] = []
        self.references = References()
        self.n_read = 0
        self._thing = NO_THING
        self._frame: Frame | None = None
        self._pending: list[str] = []
        self._unread: list[tuple[Token, ...]] = []
        self._per = ""
        self._colours: set[int] = set()
        self._sentence = 0
        self._clause = 0

    def read(self, tokens: Sequence[Token]) -> None:
        """Read one sentence, or the part of one that asks nothing.

        Raises:
            Unclear: a number stands where no verb says what happens to it.
        """
        self._frame = None
        self._pending = []
        self._sentence += 1
        self._per = ""
        kept = without_duration(tokens)
        self.n_read += len(kept) < len(tokens)
        clauses = list(split_clauses(kept))
        for clause, following in zip_longest(clauses, clauses[1:]):
            self._clause += 1
            self._read_clause(clause, following.opener if following is not None else "")
        if self._unread:
            raise Unclear("a number stands without a verb")

    def _read_clause(self, clause: Clause, next_opener: str) -> None:
        tokens = clause.tokens
        words = {token.text for token in tokens}
        if "%" in words or "percent" in words:
            raise Unclear("percentages are not read")
        found = find_verb(tokens)
        if found is None:
            self._read_verbless(clause, next_opener)
            return
        if is_comparison(tokens):
            owner = self._compared(clause, found.start)
            self.comparisons.append(
                read_comparison(tokens, found.end, owner, self._thing, self.references)
            )
            self.n_read += 1
            return
        self._read_frame(clause, found)

    def _read_verbless(self, clause: Clause, next_opener: str) -> None:
        """More of what the clause before said, or owners of the verb to come."""
        tokens = clause.tokens
        amounts = [index for index, token in enumerate(tokens) if token.value is not None]
        if not amounts:
            words = load_lexicon().words
            is_adjunct = tokens[0].text in words["prepositions"] | words["adverbs"]
            is_owner = self._frame is None or next_opener in {"who", "which"}
            self._per = self._per or counted_by(tokens)
            if is_owner and not is_adjunct:
                self._pending.append(self.references.owner_of(tokens, is_subject=True))
            return
        if self._frame is None:
            if not all(is_time(tokens, index) for index in amounts):
                self._unread.append(tokens)
            else:
                self.n_read += len(amounts)
            return
        check_known(tokens[: amounts[0]])
        n_before = len(self.events)
        frame = self._with_partners(tokens, 0, self._frame)
        self._read_amounts(tokens, 0, len(tokens), frame)
        self._share_place(n_before, frame.place)

    def _share_place(self, end: int, place: str) -> None:
        """In "5 boys and 6 girls in the class" the boys are in the class too."""
        for index in range(end - 1, -1, -1):
            event = self.events[index]
            if event.sentence != self._sentence or event.place != NOBODY:
                return
            if event.verb_class in {"state", "put"}:
                self.events[index] = replace(event, place=place)

    def _read_frame(self, clause: Clause, found: FoundVerb) -> None:
        tokens = clause.tokens
        if clause.opener == "to" and self._is_only_wished():
            raise Unclear("what is only to be is not read")
        found = with_particle(tokens, found)
        amount = subject_amount(tokens[: found.start])
        for index in range(found.start):
            is_duration = tokens[index].value is not None and is_time(tokens, index)
            self.n_read += is_duration and index != amount
        subject = NOBODY if amount >= 0 else self._subject(clause, found.start)
        words = [token.text for token in tokens]
        frame = Frame(
            verb=found,
            subject=subject,
            is_earlier=bool(_EARLIER & set(words))
            or words[:2] == ["before", "that"]
            or (clause.opener == "before" and words[:1] == ["that"]),
        )
        frame = self._with_partners(tokens, found.end, frame)
        self._frame, self._pending = frame, []
        n_before = len(self.events)
        if amount >= 0:
            for unread in self._unread:
                self._read_amounts(unread, 0, len(unread), frame, is_subject=True)
            self._unread.clear()
            self._read_amounts(tokens, amount, found.start, frame, is_subject=True)
        self._read_amounts(tokens, found.end, len(tokens), frame)
        told = [event for event in self.events[n_before:] if not event.is_part]
        if found.is_negated and any(event.value is not None for event in told):
            raise Unclear("a number of what was not done")
        if len(self.events) == n_before and clause.opener != "to":
            self._read_vague(tokens, frame)

    def _is_only_wished(self) -> bool:
        if self._frame is None:
            return True
        verb = self._frame.verb.verb
        return verb.verb_class == "need" or verb.lemma in _WISHES

    def _subject(self, clause: Clause, end: int) -> str:
        """Who does it: the last noun before the verb, or whoever did the thing before."""
        tokens = clause.tokens[:end]
        adverbs = load_lexicon().words["adverbs"]
        if tokens and tokens[0].text in {"that", "which", "who"}:
            tokens = tokens[1:]
        named = [token for token in tokens if token.text not in adverbs]
        if named:
            owner = self.references.owner_of(tokens, is_subject=True)
            return GROUP if self._pending and clause.opener == "and" else owner
        if self._pending:
            is_relative = clause.opener in {"who", "which"}
            return self._pending[-1] if is_relative or len(self._pending) == 1 else GROUP
        return self._frame.subject if self._frame is not None else self._last_subject()

    def _last_subject(self) -> str:
        return self.events[-1].subject if self.events else NOBODY

    def _with_partners(self, tokens: Sequence[Token], start: int, frame: Frame) -> Frame:
        """The frame with what this clause says of partners and place."""
        found = find_partners(tokens, start, frame.verb.verb, frame.subject, self.references)
        return replace(
            frame,
            recipient=found.recipient or frame.recipient,
            source=found.source or frame.source,
            place=found.place or frame.place,
        )

    def _read_amounts(
        self,
        tokens: Sequence[Token],
        start: int,
        end: int,
        frame: Frame,
        *,
        is_subject: bool = False,
    ) -> None:
        position = start
        while position < end:
            is_known = tokens[position].value is not None
            if not is_known and not is_unknown_quantity(tokens, position):
                position += 1
                continue
            if position + 1 < end and tokens[position + 1].value is not None:
                raise Unclear("two numbers stand side by side")
            phrase = noun_phrase(tokens, position + 1, end)
            self._add(tokens, position, phrase, frame, is_subject=is_subject)
            position = max(phrase.end, position + 1)

    def _add(
        self,
        tokens: Sequence[Token],
        index: int,
        phrase: NounPhrase,
        frame: Frame,
        *,
        is_subject: bool,
    ) -> None:
        thing, is_bare = self._named_thing(tokens, index, phrase, frame)
        verb = frame.verb.verb
        verb_class = class_here(tokens, index, frame, is_subject=is_subject)
        holder = NOBODY
        if phrase.holder >= 0:
            holder = self.references.owner_of(
                tokens[phrase.holder : phrase.holder + 1], is_subject=False
            )
        event = Event(
            value=tokens[index].value,
            thing=thing,
            lemma=verb.lemma,
            verb_class=verb_class,
            subject=frame.subject,
            recipient=frame.recipient,
            source=holder if holder and phrase.is_partial else frame.source,
            place=frame.place,
            is_more=phrase.is_more or (index > 0 and tokens[index - 1].text == "another"),
            is_passive=frame.verb.is_passive,
            is_bare=is_bare,
            per=counted_by(tokens) or self._per,
            is_earlier=frame.is_earlier,
            is_total=[token.text for token in tokens[max(index - 2, 0) : index]] == ["total", "of"],
            is_anothers=phrase.is_partial,
            sentence=self._sentence,
            clause=self._clause,
        )
        self.n_read += tokens[index].value is not None
        if phrase.whole >= 0:
            self.n_read += 1
            whole = tokens[phrase.whole].value
            self.events.append(whole_of(event, whole, holder or frame.subject))
        self.events.append(as_part(event, tokens, frame) if is_subject else event)
        if thing.head and thing.head not in load_lexicon().words["times"]:
            self._thing = thing

    def _named_thing(
        self, tokens: Sequence[Token], index: int, phrase: NounPhrase, frame: Frame
    ) -> tuple[Thing, bool]:
        """What a number counts, and whether the name was taken from before."""
        before = tokens[index - 1].text if index else ""
        if before == "$":
            return _DOLLAR, False
        if not phrase.thing.head:
            return self._unnamed_thing(tokens, index, frame)
        # "oranges" is no colour: the words as they stand decide.
        said = {token.text for token in tokens[index + 1 : phrase.end]}
        said -= load_lexicon().words["extras"]
        is_fruit = said == {"orange"} and tokens[index].value == 1
        if said <= load_lexicon().words["colours"] | {"one", "ones"} and not is_fruit:
            self._colours.add(len(self.events))
            head = self._thing.head or phrase.thing.head
            return Thing(head=head, words=(phrase.thing.words - {"one"}) | {head}), False
        self._name_colours_before(phrase.thing)
        return phrase.thing, False

    def _unnamed_thing(
        self, tokens: Sequence[Token], index: int, frame: Frame
    ) -> tuple[Thing, bool]:
        """A number without a noun: a label, an age, or more of what was spoken of."""
        words = load_lexicon().words
        before = tokens[index - 1].text if index else ""
        is_label = index > 1 and tokens[index - 2].text in words["prepositions"]
        is_label = is_label and before.isalpha() and before not in words["times"]
        closed = words["prepositions"] | words["pronouns"] | words["determiners"]
        if before == "number" or (is_label and before not in closed | words["adverbs"]):
            return Thing(head=before, words=frozenset({before})), False
        is_copula = frame.verb.verb.lemma == "be" and index >= frame.verb.end
        if is_copula and frame.subject != NOBODY:
            return Thing(head="year", words=frozenset({"year"})), False
        return self._thing, True

    def _name_colours_before(self, thing: Thing) -> None:
        """In "16 blue and 25 green balloons" the first number counts balloons too."""
        index = len(self.events) - 1
        while index in self._colours and self.events[index].sentence == self._sentence:
            event = self.events[index]
            colours = event.thing.words & load_lexicon().words["colours"]
            named = Thing(head=thing.head, words=colours | {thing.head})
            self.events[index] = replace(event, thing=named)
            index -= 1

    def _read_vague(self, tokens: Sequence[Token], frame: Frame) -> None:
        """A verb without a number: "threw them away" names a part, else nobody knows how many."""
        verb, end = frame.verb.verb, frame.verb.end
        last = self.events[-1] if self.events else None
        objects = {token.text for token in tokens[end : end + 2]}
        is_loss = verb.verb_class in {"lose", "give"}
        if last is not None and last.is_part and is_loss and objects & {"them", "it", "those"}:
            event = replace(last, is_part=False, is_anothers=True, clause=self._clause)
            self.events.append(done_by(event, frame))
            return
        if verb.verb_class in {"act", "state", "boundary", "need"}:
            return
        thing = noun_phrase(tokens, end, len(tokens)).thing
        event = Event(
            value=None,
            thing=thing,
            lemma=verb.lemma,
            verb_class=verb.verb_class,
            recipient=frame.recipient,
            source=frame.source,
            place=frame.place,
            is_vague=True,
            sentence=self._sentence,
            clause=self._clause,
        )
        self.events.append(done_by(event, frame))
        if thing.head:
            self._thing = thing

    def _compared(self, clause: Clause, end: int) -> str:
        words = {token.text for token in clause.tokens[:end]}
        if not words or words & {"which", "that", "it"}:
            return self._last_subject()
        return self._subject(clause, end)
