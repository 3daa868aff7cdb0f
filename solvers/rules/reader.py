"""From sentences to events: who has, gains, gives or loses how many of what."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from spoonbench.solvers.rules.events import GROUP, NO_THING, NOBODY, Comparison, Event, Thing
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.rates import counted_by
from spoonbench.solvers.rules.references import References
from spoonbench.solvers.rules.sentences import Token, Unclear

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.clauses import Clause

_DOLLAR = Thing(head="dollar", words=frozenset({"dollar"}))
_PLACE = frozenset({"in", "on", "at", "into", "inside", "onto", "under", "near"})
_WISHES = frozenset({"want", "plan", "try", "like", "save", "hope", "wish", "decide", "ask"})
_EARLIER = frozenset({"already", "originally", "initially", "previously"})
_MIN_SUBJECT = 3
_SPOILED = frozenset({"tear", "break", "crack", "spoil", "rot"})
_MAX_OWNER_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What the amounts of one clause, and of the verbless ones after it, have in common."""

    verb: FoundVerb
    subject: str
    recipient: str = NOBODY
    source: str = NOBODY
    place: str = NOBODY
    is_earlier: bool = False


def _without_duration(tokens: Sequence[Token]) -> Sequence[Token]:
    """Read "it took Ann 2 hours to find 5" as "Ann find 5"."""
    words = [token.text for token in tokens]
    if words[:2] not in (["it", "took"], ["it", "takes"]) or "to" not in words or "#" not in words:
        return tokens
    number, infinitive = words.index("#"), words.index("to")
    is_time = (
        noun_phrase(tokens, number + 1, infinitive).thing.head in load_lexicon().words["times"]
    )
    return (
        (*tokens[2:number], *tokens[infinitive + 1 :])
        if is_time and number >= _MIN_SUBJECT
        else tokens
    )


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
        self._frame: _Frame | None = None
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
        kept = _without_duration(tokens)
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
        if "than" in words or ("as" in words and words & {"many", "much"}):
            self._read_comparison(clause, found)
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
            if not all(self._is_time(tokens, index) for index in amounts):
                self._unread.append(tokens)
            else:
                self.n_read += len(amounts)
            return
        self._check_known(tokens[: amounts[0]])
        n_before = len(self.events)
        frame = self._with_partners(tokens, 0, self._frame)
        self._read_amounts(tokens, 0, len(tokens), frame)
        self._share_place(n_before, frame.place)

    @staticmethod
    def _check_known(tokens: Sequence[Token]) -> None:
        """Refuse an unknown word ahead of a number: it may be a verb that is not known."""
        words = load_lexicon().words
        names = ("prepositions", "determiners", "adverbs", "extras", "times", "pronouns")
        known = frozenset().union(*(words[name] for name in names)) | {"$", "just", "total"}
        before = ""
        for token in tokens:
            if token.text.isalpha() and token.text not in known and before not in known:
                raise Unclear(f"{token.text!r} may be a verb that is not known")
            before = token.text

    def _share_place(self, end: int, place: str) -> None:
        """In "5 boys and 6 girls in the class" the boys are in the class too."""
        for index in range(end - 1, -1, -1):
            event = self.events[index]
            if event.sentence != self._sentence or event.place != NOBODY:
                return
            if event.verb_class in {"state", "put"}:
                self.events[index] = replace(event, place=place)

    @staticmethod
    def _is_time(tokens: Sequence[Token], index: int) -> bool:
        phrase = noun_phrase(tokens, index + 1, len(tokens))
        return phrase.thing.head in load_lexicon().words["times"]

    def _read_frame(self, clause: Clause, found: FoundVerb) -> None:
        tokens = clause.tokens
        if clause.opener == "to" and self._is_only_wished():
            raise Unclear("what is only to be is not read")
        found = with_particle(tokens, found)
        amount = self._subject_amount(tokens[: found.start])
        for index in range(found.start):
            is_time = tokens[index].value is not None and self._is_time(tokens, index)
            self.n_read += is_time and index != amount
        subject = NOBODY if amount >= 0 else self._subject(clause, found.start)
        words = [token.text for token in tokens]
        frame = _Frame(
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
            self._unread = []
            self._read_amounts(tokens, amount, found.start, frame, is_subject=True)
        self._read_amounts(tokens, found.end, len(tokens), frame)
        if len(self.events) == n_before and clause.opener != "to":
            self._read_vague(tokens, found, frame)

    def _is_only_wished(self) -> bool:
        if self._frame is None:
            return True
        verb = self._frame.verb.verb
        return verb.verb_class == "need" or verb.lemma in _WISHES

    @staticmethod
    def _subject_amount(tokens: Sequence[Token]) -> int:
        """Index of the number of a subject such as "5 birds"; -1 where there is none."""
        adverbs = load_lexicon().words["adverbs"]
        for index, token in enumerate(tokens):
            if token.value is None and not is_unknown_quantity(tokens, index):
                continue
            phrase = noun_phrase(tokens, index + 1, len(tokens))
            is_time = phrase.thing.head in load_lexicon().words["times"]
            if not is_time and all(rest.text in adverbs for rest in tokens[phrase.end :]):
                return index
        return -1

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

    def _with_partners(self, tokens: Sequence[Token], start: int, frame: _Frame) -> _Frame:
        """The frame with what this clause says of partners and place."""
        partners = self._partners(tokens, start, frame)
        return replace(
            frame,
            recipient=partners.get("recipient", frame.recipient),
            source=partners.get("source", frame.source),
            place=partners.get("place", frame.place),
        )

    def _partners(self, tokens: Sequence[Token], start: int, frame: _Frame) -> dict[str, str]:
        """Who is given, who it comes from, and where it is."""
        partners: dict[str, str] = {}
        words = load_lexicon().words
        for index in range(start, len(tokens) - 1):
            role = self._role(tokens, index, frame)
            if not role:
                continue
            end = index + 1
            while end < len(tokens) and end - index <= _MAX_OWNER_WORDS:
                text = tokens[end].text
                if text == "#" or text in words["prepositions"] or text in words["adverbs"]:
                    break
                end += 1
            if end > index + 1 and tokens[end - 1].text not in words["times"]:
                phrase = tokens[index + 1 : end]
                owner = (
                    self.references.place_of(phrase)
                    if role == "place"
                    else self.references.owner_of(phrase, is_subject=False, besides=frame.subject)
                )
                partners.setdefault(role, owner)
        recipient = self._indirect_object(tokens, start, frame)
        if recipient:
            partners["recipient"] = recipient
        return partners

    @staticmethod
    def _role(tokens: Sequence[Token], index: int, frame: _Frame) -> str:
        text, verb = tokens[index].text, frame.verb.verb
        if text in _PLACE:
            return "place"
        if text == "from" or (text == "of" and index and tokens[index - 1].text == "out"):
            return "source"
        if text == "to" and tokens[index + 1].text not in load_lexicon().verbs:
            return "place" if verb.verb_class in {"come", "go", "put", "state"} else "recipient"
        return "recipient" if text == "with" and verb.lemma == "share" else ""

    def _indirect_object(self, tokens: Sequence[Token], start: int, frame: _Frame) -> str:
        """Who stands between the verb and the number: "gave his mom 5"."""
        if start == 0 or frame.verb.verb.verb_class not in {"give", "get", "make"}:
            return NOBODY
        end = start
        words = load_lexicon().words
        while end < len(tokens) and tokens[end].value is None:
            if tokens[end].text in words["prepositions"] or is_unknown_quantity(tokens, end):
                break
            end += 1
        if end == len(tokens) or (tokens[end].value is None and tokens[end].text == "of"):
            return NOBODY
        if tokens[end].value is None and not is_unknown_quantity(tokens, end):
            return NOBODY
        between = [token for token in tokens[start:end] if token.text not in words["adverbs"]]
        between = [token for token in between if token.text not in {"$", "another", "a"}]
        if not between:
            return NOBODY
        return self.references.owner_of(between, is_subject=False, besides=frame.subject)

    def _read_amounts(
        self,
        tokens: Sequence[Token],
        start: int,
        end: int,
        frame: _Frame,
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
        frame: _Frame,
        *,
        is_subject: bool,
    ) -> None:
        thing, is_bare = self._named_thing(tokens, index, phrase, frame)
        verb = frame.verb.verb
        verb_class = self._class_here(tokens, index, frame, is_subject=is_subject)
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
            owner = holder or frame.subject
            self.events.append(
                replace(
                    event,
                    value=tokens[phrase.whole].value,
                    lemma="have",
                    verb_class="state",
                    subject=owner,
                    recipient=NOBODY,
                    source=NOBODY,
                    is_passive=False,
                    is_anothers=False,
                )
            )
            event = replace(event, is_anothers=True)
        self.events.append(self._as_part(event, tokens, frame) if is_subject else event)
        if thing.head and thing.head not in load_lexicon().words["times"]:
            self._thing = thing

    @staticmethod
    def _class_here(tokens: Sequence[Token], index: int, frame: _Frame, *, is_subject: bool) -> str:
        """The verb's class for one amount: who leaves 5 behind loses them, who goes does not."""
        verb_class = frame.verb.verb.verb_class
        if index and tokens[index - 1].text == "with" and verb_class in {"come", "go", "act"}:
            return "state"
        if verb_class == "boundary" and tokens[index - 1].text != "with":
            return "act"
        if frame.verb.verb.lemma == "leave" and not is_subject:
            return "lose"
        return verb_class

    @staticmethod
    def _as_part(event: Event, tokens: Sequence[Token], frame: _Frame) -> Event:
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

    def _named_thing(
        self, tokens: Sequence[Token], index: int, phrase: NounPhrase, frame: _Frame
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
        if said <= load_lexicon().words["colours"] | {"one", "ones"}:
            self._colours.add(len(self.events))
            head = self._thing.head or phrase.thing.head
            return Thing(head=head, words=(phrase.thing.words - {"one"}) | {head}), False
        self._name_colours_before(phrase.thing)
        return phrase.thing, False

    def _unnamed_thing(
        self, tokens: Sequence[Token], index: int, frame: _Frame
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

    def _read_vague(self, tokens: Sequence[Token], found: FoundVerb, frame: _Frame) -> None:
        """A verb without a number: "threw them away" names a part, else nobody knows how many."""
        verb = found.verb
        last = self.events[-1] if self.events else None
        objects = {token.text for token in tokens[found.end : found.end + 2]}
        is_loss = verb.verb_class in {"lose", "give"}
        if last is not None and last.is_part and is_loss and objects & {"them", "it", "those"}:
            self.events.append(
                replace(
                    last,
                    lemma=verb.lemma,
                    verb_class=verb.verb_class,
                    subject=frame.subject,
                    is_part=False,
                    is_anothers=True,
                    clause=self._clause,
                )
            )
            return
        if verb.verb_class in {"act", "state", "boundary", "need"}:
            return
        phrase = noun_phrase(tokens, found.end, len(tokens))
        self.events.append(
            Event(
                value=None,
                thing=phrase.thing,
                lemma=verb.lemma,
                verb_class=verb.verb_class,
                subject=frame.subject,
                recipient=frame.recipient,
                source=frame.source,
                place=frame.place,
                is_vague=True,
                sentence=self._sentence,
                clause=self._clause,
            )
        )
        if phrase.thing.head:
            self._thing = phrase.thing

    def _read_comparison(self, clause: Clause, found: FoundVerb) -> None:
        """Read "has 5 more than Mary", "which is 5 more than Mary has"."""
        tokens = clause.tokens
        index = next((i for i, token in enumerate(tokens) if token.value is not None), -1)
        amounts = [token for token in tokens if token.value is not None]
        if len(amounts) != 1 or index < found.end:
            raise Unclear("a comparison that is not read")
        words = [token.text for token in tokens]
        rest = words[index + 1 :]
        pivot = "than" if "than" in rest else "as"
        if pivot not in rest:
            raise Unclear("a comparison that is not read")
        last = len(rest) - 1 - rest[::-1].index(pivot)
        split = index + 1 + last
        subject = self._compared(clause, found.start)
        other_tokens = [
            token for token in tokens[split + 1 :] if token.text not in load_lexicon().verbs
        ]
        if not other_tokens or any(token.text in {"in", "on", "at"} for token in other_tokens):
            raise Unclear("a comparison that is not read")
        other = self.references.owner_of(other_tokens, is_subject=False, besides=subject)
        self._add_comparison(tokens, index, split, (subject, other))

    def _compared(self, clause: Clause, end: int) -> str:
        words = {token.text for token in clause.tokens[:end]}
        if not words or words & {"which", "that", "it"}:
            return self._last_subject()
        return self._subject(clause, end)

    def _add_comparison(
        self, tokens: Sequence[Token], index: int, split: int, owners: tuple[str, str]
    ) -> None:
        middle = [token.text for token in tokens[index + 1 : split]]
        value = tokens[index].value
        if value is None or not all(owners):
            raise Unclear("a comparison without both owners")
        names = [word for word in middle if word not in {"more", "fewer", "less", "times", "as"}]
        thing = noun_phrase([Token(word) for word in names], 0, len(names)).thing
        is_times = "times" in middle
        if is_times == bool({"fewer", "less"} & set(middle)) and is_times:
            raise Unclear('"times fewer" has more than one meaning')
        if not is_times and not {"more", "fewer", "less"} & set(middle):
            raise Unclear("a comparison that is not read")
        self.n_read += 1
        difference = value if "more" in middle else -value
        self.comparisons.append(
            Comparison(
                owner=owners[0],
                other=owners[1],
                thing=thing if thing.head and thing.head != "many" else self._thing,
                difference=None if is_times else difference,
                factor=value if is_times else None,
            )
        )

    def amounts(self) -> Iterator[Event]:
        """Events with a number."""
        return (event for event in self.events if event.value is not None)
