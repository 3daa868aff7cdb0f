"""From sentences to amounts: who has, gains, gives or loses how many of what.

Every number of a text ends up in one amount; what its clause says stands beside it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    EACH,
    GROUP,
    NO_THING,
    NOBODY,
    Amount,
    Compare,
    Thing,
    is_vessel,
)
from spoonbench.solvers.rules.word_problems.cast import Cast
from spoonbench.solvers.rules.word_problems.clauses import Clause, split_clauses
from spoonbench.solvers.rules.word_problems.lexicon import Lexicon, load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase, VerbGroup, read_phrases
from spoonbench.solvers.rules.word_problems.qualifying import qualify, settle_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase
    from spoonbench.solvers.rules.word_problems.tokens import Token

_PLACES = frozenset(
    {"in", "on", "at", "into", "inside", "onto", "under", "near", "within", "by", "around", "through", "across", "over", "onboard", "along", "behind", "outside", "toward", "towards", "among", "aboard"}
)
_EARLIER = frozenset({"already", "originally", "initially", "previously", "earlier"})
_NOW = frozenset({"now", "currently"})
_LEFT = frozenset({"left", "remaining", "still"})
_IDLE = frozenset({"total", "whole", "entire", "altogether", "overall", "remaining", "extra", "additional"})
_TOTALS = frozenset({"total", "sum", "whole"})
_ABSTRACT = frozenset(
    {
        "total", "sum", "whole", "speed", "rate", "price", "cost", "distance", "height", "weight", "length",
        "age", "number", "amount", "collection", "supply", "average", "budget", "score", "profit", "debt", "fee",
        "combined", "width", "depth", "population", "salary", "fine", "capacity", "pace",
    }
)  # fmt: skip
_DAMAGE = frozenset({"tear", "break", "crack", "spoil", "rot", "damage", "bruise", "use", "paint", "sign"})
_PRICE = frozenset({"cost", "weigh", "hold", "charge"})
_RATE_CLASSES = frozenset({"hold", "cost", "weigh"})


def thing_of(phrase: NounPhrase, lexicon: Lexicon) -> Thing:
    """What a noun phrase counts."""
    words = [word for word in phrase.words if word not in _IDLE] or list(phrase.words)
    of = ""
    inner = phrase.of
    if inner is not None and not inner.pronoun:
        of = inner.head
        if not words and inner.words:
            return thing_of(inner, lexicon)
        words = [*inner.words, *(inner.of.words if inner.of is not None else ()), *words]
    head = next((word for word in reversed(phrase.words) if word not in _IDLE), phrase.head)
    if not head:
        return NO_THING
    if head in _IDLE and not of:
        return NO_THING
    if head in {"number", "total", "amount", "sum", "lot", "couple"} and of:
        return Thing(of, frozenset(words) - {"number", "total", "amount", "sum", "lot", "couple"}, "")
    return Thing(head, frozenset(words), of)


class Reader:
    """Reads the sentences of one text, in order.

    Attributes:
        amounts: read so far, those without a number among them.
        cast: who was spoken of.
    """

    def __init__(self) -> None:
        self.amounts: list[Amount] = []
        self.cast = Cast()
        self.lexicon = load_lexicon()
        self._thing = NO_THING
        self._object = NO_THING
        self._sentence = 0
        self._clause = 0
        self._tokens: Sequence[Token] = ()
        self._last_owner = NOBODY
        self._last_verb: Amount | None = None
        self._times: frozenset[str] = frozenset()
        self._is_if = False
        self.in_question = False
        self.said_before = ""

    # -- sentences -------------------------------------------------------------------------

    def read(self, tokens: Sequence[Token]) -> None:
        """Read a sentence that tells something."""
        self._tokens = tokens
        self._sentence += 1
        self._times = frozenset()
        self._is_if = any(token.text in {"if", "suppose"} for token in tokens)
        phrases = read_phrases(tokens)
        self._note_comparisons(phrases)
        for clause in split_clauses(phrases):
            self._clause += 1
            self.read_clause(clause)

    def _note_comparisons(self, phrases: list[Phrase]) -> None:
        """Nothing yet: comparisons are read with their clause."""

    def begin_question(self, tokens: Sequence[Token]) -> None:
        """Amounts read from now on stand in the question."""
        self._tokens = tokens
        self._sentence += 1
        self._times = frozenset()
        self._is_if = False
        self.in_question = True
        self._clause += 1

    def end_question(self) -> None:
        """The question has ended."""
        self.in_question = False

    # -- clauses ---------------------------------------------------------------------------

    def read_clause(self, clause: Clause) -> list[Amount]:
        """Read one clause; return its amounts."""
        self._object = NO_THING
        frame = self._frame(clause)
        found: list[Amount] = []
        self._read_side(clause.before, frame, found, side="before")
        for phrase in clause.subject if not clause.is_inherited else ():
            self._read_noun_phrase(phrase, "subject", frame, found)
        self._read_side(clause.subject_rest, frame, found, side="rest")
        self._read_side(clause.after, frame, found, side="after")
        self._finish(clause, frame, found)
        self.amounts.extend(found)
        return found

    def _frame(self, clause: Clause) -> Amount:
        """What the amounts of a clause have in common, as an amount without a value."""
        verb = clause.verb
        frame = Amount(None, NO_THING, sentence=self._sentence, clause=self._clause)
        frame.in_question = self.in_question
        frame.is_if = self._is_if
        if verb is not None:
            frame.lemma, frame.verb_class = verb.verb.lemma, verb.verb.verb_class
            frame.tense, frame.modal, frame.kind = verb.tense, verb.modal, verb.kind
            frame.is_negated, frame.is_passive = verb.is_negated, verb.is_passive
            if verb.text == "missing" and not any(isinstance(phrase, NounPhrase) for phrase in clause.after[:1]):
                frame.verb_class = "lose"
            self._particle(clause, frame)
            if verb.kind == "infinitive" and self.in_question and frame.verb_class in {"state", "make", "get"}:
                frame.verb_class = "need"
        elif self._last_verb is not None and not clause.subject:
            last = self._last_verb
            frame = replace(
                last, sentence=self._sentence, clause=self._clause, compare=None, per="",
                times=frozenset(), in_question=self.in_question,
            )
            frame.is_if = self._is_if
        group: list[str] = []
        for phrase in clause.subject:
            if phrase.counts and not self._is_group(phrase):
                continue
            owner = self.cast.owner_of(phrase, is_subject=True)
            if owner:
                group.append(owner)
            if clause.is_inherited:
                continue
        only = clause.subject[0] if len(clause.subject) == 1 else None
        if (
            only is not None
            and not only.is_name
            and not only.is_plural
            and only.head
            and (only.determiner in {"a", "an", "one"} or only.value == 1)
        ):
            frame.soft_per = only.head
        if len(group) > 1:
            frame.owner, frame.group = GROUP, frozenset(group)
        elif group:
            frame.owner = group[0]
        elif clause.is_inherited and self._last_verb is not None and not clause.subject:
            frame.owner = self._last_verb.owner
        words = set()
        for phrase in (*clause.before, *clause.subject, *clause.subject_rest, *clause.after):
            _collect(phrase, words)
        frame.context = frozenset(words)
        text = {token.text for token in self._clause_tokens(clause)}
        frame.is_earlier = bool(_EARLIER & text) or clause.opener == "before" or _is_before(clause)
        frame.is_now = bool(_NOW & text)
        frame.is_left = bool(_LEFT & text) or frame.lemma == "remain"
        frame.is_total = bool({"total", "altogether", "combined"} & text)
        if verb is not None and clause.verb is not None and verb.kind == "main":
            self._last_verb = frame
        return frame

    def _clause_tokens(self, clause: Clause) -> Sequence[Token]:
        phrases = [*clause.before, *clause.subject, *clause.subject_rest, *clause.after]
        starts = [phrase.start for phrase in phrases if phrase.start >= 0]
        if clause.verb is not None:
            starts.append(clause.verb.start)
        if not starts:
            return ()
        ends = [phrase.end for phrase in phrases]
        if clause.verb is not None:
            ends.append(clause.verb.end)
        first = min(starts) if not clause.is_inherited or clause.verb is None else clause.verb.start
        return self._tokens[max(first - 1, 0) : max(ends)]

    def _particle(self, clause: Clause, frame: Amount) -> None:
        """The class that a verb has together with its particle: "gave away"."""
        for order, phrase in enumerate(clause.after):
            if isinstance(phrase, Mark) and phrase.tag in "BI":
                verb_class = self.lexicon.phrasal.get((frame.lemma, phrase.text))
                if verb_class == "weigh":
                    continue
                following = clause.after[order + 1] if order + 1 < len(clause.after) else None
                if verb_class is not None and (
                    (order == 0 and not _counts(following)) or phrase.tag == "B" or following is None
                ):
                    frame.verb_class = verb_class
                    frame.particle = phrase.text
                    return

    def _is_group(self, phrase: NounPhrase) -> bool:
        """"2 friends" who do something are somebody, and their number may count too."""
        return phrase.asked == "" and phrase.number >= 0 and self.cast.is_person(phrase)

    def _read_side(
        self, phrases: Sequence[Phrase], frame: Amount, found: list[Amount], *, side: str
    ) -> None:
        """Read the phrases on one side of the verb with the prepositions before them."""
        preposition = ""
        pending: NounPhrase | None = None
        for order, phrase in enumerate(phrases):
            if isinstance(phrase, Mark):
                if phrase.tag == "I":
                    is_out = phrase.text == "of" and order and isinstance(phrases[order - 1], Mark) and phrases[order - 1].text in {"out", "off"}  # type: ignore[union-attr]
                    preposition = "from" if is_out else phrase.text
                elif phrase.tag in "CP":
                    preposition = "" if phrase.text != "than" else "than"
                continue
            if not isinstance(phrase, NounPhrase):
                continue
            role = preposition or ("object" if side == "after" else "before")
            if phrase.counts:
                if pending is not None and frame.to == NOBODY and not preposition:
                    self._recipient(pending, frame)
                pending = None
                self._read_noun_phrase(phrase, role, frame, found)
                if preposition in _PLACES and phrase.value == 1:
                    frame.place = frame.place or self.cast.owner_of(phrase, is_subject=False)
            elif preposition:
                self._read_adjunct(phrase, preposition, frame, found)
            elif side == "after":
                pending = self._read_object(phrase, frame, found, pending)
            else:
                self._read_time(phrase, frame)
            following = phrases[order + 1] if order + 1 < len(phrases) else None
            if not (isinstance(following, Mark) and following.text in {"and", ","}) or (
                preposition not in {"in", "on", "from", "to"}
            ):
                preposition = ""
            elif order + 2 < len(phrases) and _counts(phrases[order + 2]) != phrase.counts:
                preposition = ""
        if pending is not None and not found:
            self._bare_object(pending, frame)

    def _bare_object(self, phrase: NounPhrase, frame: Amount) -> None:
        thing = thing_of(phrase, self.lexicon)
        if thing.head and not self.cast.is_person(phrase):
            frame.thing = thing

    def _recipient(self, phrase: NounPhrase, frame: Amount) -> None:
        if self.cast.is_person(phrase) or frame.verb_class in {"give", "sell", "cost"}:
            owner = self.cast.owner_of(phrase, is_subject=False, besides=frame.owner)
            frame.to = owner

    def _read_object(
        self,
        phrase: NounPhrase,
        frame: Amount,
        found: list[Amount],
        pending: NounPhrase | None,
    ) -> NounPhrase | None:
        """A noun phrase without a number behind the verb."""
        if self._read_groups(phrase, frame, found):
            return pending
        if self._read_time(phrase, frame):
            return pending
        if phrase.determiner in {"each", "every"}:
            self._set_per(phrase, frame, found)
            return pending
        if phrase.determiner in {"each"} and not phrase.words:
            self._set_per(phrase, frame, found)
            return pending
        if frame.verb_class in {"give", "sell"} and found and self.cast.is_person(phrase):
            return pending
        is_first = all(one.role == "subject" for one in found)
        if phrase.is_plural and phrase.words and is_first and not phrase.is_name:
            # "Put their buttons on one pile: 5 from ...": what the numbers to come count.
            thing = thing_of(phrase, self.lexicon)
            if not self.cast.is_person(phrase):
                self._thing = self._object = thing
        return phrase

    def _read_groups(self, phrase: NounPhrase, frame: Amount, found: list[Amount]) -> bool:
        """"Groups of 8", "a box of 24 crayons": so many in one group."""
        inner = phrase.of
        if inner is None or not phrase.words or not inner.counts:
            return False
        n_before = len(found)
        self._read_noun_phrase(inner, "of", frame, found)
        for amount in found[n_before:]:
            if phrase.head in _ABSTRACT:
                amount.is_total |= phrase.head in _TOTALS
                amount.context |= frozenset(phrase.words)
                continue
            if frame.per and not amount.is_thing_told and phrase.determiner in {"a", "an", "one"}:
                amount.per = phrase.head
            if amount.per:
                continue
            if phrase.determiner in {"a", "an", "one"}:
                # "A box of 24": one box, whose number is the amount.
                amount.soft_per = phrase.head
            elif phrase.is_plural or phrase.determiner in {"each", "every"}:
                amount.per = phrase.head
            else:
                amount.soft_per = phrase.head
        return True

    def _read_time(self, phrase: NounPhrase, frame: Amount) -> bool:
        words = self.lexicon.words
        if phrase.head in words["times"] or phrase.head in words["days"] or phrase.head in words["months"]:
            frame.times |= frozenset({*phrase.words, *({phrase.determiner} & {"this", "that", "last", "next"})})
            return True
        return False

    def _set_per(self, phrase: NounPhrase, frame: Amount, found: list[Amount]) -> None:
        """"Each box" anywhere in a clause: its amounts are counted by boxes."""
        per = phrase.head or EACH
        frame.per = per
        if found and not found[-1].per and found[-1].thing.head != per:
            found[-1].per = per

    def _read_adjunct(
        self, phrase: NounPhrase, preposition: str, frame: Amount, found: list[Amount]
    ) -> None:
        """A prepositional phrase without a number."""
        if self._read_groups(phrase, frame, found):
            return
        if self._read_time(phrase, frame) and preposition not in {"per"}:
            if phrase.determiner in {"each", "every"}:
                self._set_per(phrase, frame, found)
            return
        if preposition == "per" or phrase.determiner in {"each", "every"}:
            self._set_per(phrase, frame, found)
            if preposition == "per" and found:
                found[-1].per = phrase.head
                frame.per = ""
            return
        if preposition == "than":
            return
        if preposition in {"to", "for", "from", "with", "of", "by"} or preposition in _PLACES:
            owner = self.cast.owner_of(phrase, is_subject=False, besides=frame.owner)
            if preposition == "to":
                if self.cast.is_person(phrase) or frame.verb_class in {"give", "sell"}:
                    frame.to = frame.to or owner
                else:
                    frame.place = frame.place or owner
            elif preposition == "from":
                frame.source = frame.source or owner
            elif preposition == "for" and self.cast.is_person(phrase):
                frame.beneficiary = owner
            elif preposition in _PLACES:
                frame.place = frame.place or owner
            elif preposition == "with":
                if self.cast.is_person(phrase) and frame.lemma == "share":
                    frame.to = frame.to or owner
            for amount in reversed(found):
                if amount.role == "subject":
                    break
                if preposition in _PLACES and amount.place == NOBODY:
                    amount.place = owner
                    break
                if preposition == "from" and amount.source == NOBODY:
                    amount.source = owner
                    break
                if preposition == "to" and frame.to == owner and amount.to == NOBODY:
                    amount.to = owner
                    break

    # -- amounts ---------------------------------------------------------------------------

    def _read_noun_phrase(
        self, phrase: NounPhrase, role: str, frame: Amount, found: list[Amount]
    ) -> None:
        """A noun phrase with a number, or a subject without one."""
        if not phrase.counts:
            if role == "subject" and phrase.determiner in {"each", "every"} and phrase.of is None:
                frame.per = phrase.head or EACH
            elif role == "subject" and phrase.of is not None and phrase.of.counts:
                self._read_noun_phrase(phrase.of, role, frame, found)
            if role == "subject" and phrase.determiner in {"each"} and phrase.of is not None and not phrase.of.counts:
                frame.per = phrase.of.head or EACH
            return
        thing, told = self._thing_here(phrase, frame)
        amount = replace(
            frame,
            value=phrase.value,
            thing=thing,
            start=self._tokens[phrase.start].start if phrase.start < len(self._tokens) else 0,
            end=self._tokens[phrase.end - 1].end if phrase.end <= len(self._tokens) else 0,
            role=role,
            is_thing_told=told,
            is_vague=bool(phrase.vague) and phrase.number < 0,
            is_extra=phrase.extra in {"more", "additional", "extra", "another", "other"},
            is_asked=bool(phrase.asked),
            form=phrase.form or "number",
        )
        if phrase.vague == "" and phrase.asked == "" and phrase.number < 0:
            return
        if frame.lemma == "be" and role == "object" and thing.head in {"dollar", "cent"}:
            amount.verb_class = "cost"
        inner = phrase.of
        if inner is not None:
            amount.is_part = bool(inner.pronoun) or inner.determiner in {"the", "'s", "those", "these"} or bool(inner.determiner in {"his", "her", "their", "my", "its"}) or (not phrase.words and inner.determiner not in {"a", "an", "one"})
            amount.holder = self.cast.possessor_of(inner)
            if not phrase.words and inner.pronoun in {"them", "which", "it", "these", "those", "whom"}:
                amount.thing, amount.is_thing_told = self._thing, False
            if inner.number >= 0:
                # "3 of his 20 plums", "2 boxes of 24 crayons".
                self._inner_amount(phrase, inner, amount, frame, found)
        elif phrase.owner is not None or phrase.determiner in {"his", "her", "their", "my"}:
            amount.holder = self.cast.possessor_of(phrase)
        if phrase.per is not None:
            amount.per = phrase.per.head or EACH
        elif frame.per and not amount.per:
            amount.per = frame.per
        if amount.per and amount.per == amount.thing.head and frame.per and told:
            amount.per = ""
        self._compare(phrase, amount)
        if (
            role == "subject"
            and not amount.is_asked
            and (frame.verb_class in {"state", "do"} or (frame.is_passive and frame.lemma in _DAMAGE))
            and (not told or amount.is_part or frame.lemma == "be" or frame.is_passive)
            and frame.lemma not in {"remain", "stay"}
            and any(one.thing.head == amount.thing.head and one.value is not None for one in (*self.amounts, *found))
        ):
            # "3 are red", "4 had spots", "9 were torn": some of those told of.
            amount.is_part = True
            if frame.is_passive:
                amount.verb_class = "state"
        qualify(amount, phrase, self._tokens, (*self.amounts, *found))
        found.append(amount)
        is_aside = role in _PLACES and bool(self._object.head or found[1:])
        if thing.head and told and not is_aside and not self._is_measure(thing):
            self._thing = thing

    def _inner_amount(
        self,
        phrase: NounPhrase,
        inner: NounPhrase,
        amount: Amount,
        frame: Amount,
        found: list[Amount],
    ) -> None:
        thing = thing_of(inner, self.lexicon)
        if not phrase.words:
            # A part of a told whole.
            whole = replace(
                frame, value=inner.value, thing=thing, lemma="have", verb_class="state",
                owner=amount.holder or frame.owner, role="whole", is_earlier=True, per="",
                start=amount.start, end=amount.end,
            )
            found.append(whole)
            amount.is_part = True
            amount.thing = thing
        else:
            rate = replace(
                frame, value=inner.value, thing=thing, per=phrase.head, role="of",
                start=amount.start, end=amount.end,
            )
            found.append(rate)
            amount.thing = Thing(phrase.head, frozenset(phrase.words), "")

    def _is_measure(self, thing: Thing) -> bool:
        is_unit = thing.head in self.lexicon.units and not is_vessel(thing)
        return is_unit or thing.head in self.lexicon.words["times"]

    def _thing_here(self, phrase: NounPhrase, frame: Amount) -> tuple[Thing, bool]:
        thing = thing_of(phrase, self.lexicon)
        words = self.lexicon.words
        if thing.head and not phrase.is_plural and (thing.head in words["colours"] or thing.head in words["sizes"] or thing.head in {"one", "kind"}):
            # "5 red and 6 blue balloons", "6 are blue": the noun comes later or came before.
            if self._thing.head:
                return Thing(self._thing.head, frozenset({*thing.words, self._thing.head}), self._thing.of), False
            return thing, False
        if thing.head:
            return thing, True
        return self._thing, False

    def _compare(self, phrase: NounPhrase, amount: Amount) -> None:
        """"5 more than Ann", "3 inches taller than Ann", "twice as many as Ann"."""
        tokens = self._tokens
        index = phrase.end
        sign = ""
        if phrase.extra in {"more", "fewer", "less"}:
            sign = "more" if phrase.extra == "more" else "fewer"
        if index < len(tokens):
            text = tokens[index].text
            if text in self.lexicon.comparatives and not sign:
                sign = "more" if self.lexicon.comparatives[text][2] > 0 else "fewer"
                index += 1
            elif text in {"more", "fewer", "less"} and not sign:
                sign = "more" if text == "more" else "fewer"
                index += 1
        if self._is_short(index, amount):
            return
        is_times = phrase.form == "times" or phrase.head == "time"
        limit = min(len(tokens), index + 9)
        for position in range(index, limit):
            text = tokens[position].text
            if text == "than" and (sign or is_times):
                amount.compare = Compare("times" if is_times else sign)
                self._compared_to(position + 1, amount)
                return
            if text == "as" and is_times:
                amount.compare = Compare("times")
                end = next(
                    (place for place in range(position + 2, limit) if tokens[place].text == "as"), -1
                )
                if end > 0:
                    self._compared_to(end + 1, amount)
                else:
                    words = tokens[position + 1 : limit]
                    del words
                self._times_thing(position, end, amount)
                return
            if text in {".", "?", "!", "and", "if"}:
                break
        if is_times and phrase.form == "times":
            amount.compare = Compare("times")
        if sign == "fewer" and phrase.extra:
            amount.compare = Compare("fewer")

    def _times_thing(self, start: int, end: int, amount: Amount) -> None:
        """What is counted in "twice as many apples as"."""
        words = [
            self.lexicon.singular(token.text)
            for token in self._tokens[start + 1 : end if end > 0 else start + 5]
            if token.text[0].isalpha()
        ]
        nouns = [word for word in words if word not in {"many", "much", "as"}]
        if nouns and words[:1] in (["many"], ["much"]):
            amount.thing = Thing(nouns[-1], frozenset(nouns))
            amount.is_thing_told = True
        else:
            amount.thing, amount.is_thing_told = self._thing, False

    def _is_short(self, index: int, amount: Amount) -> bool:
        """"5 short of what Ann has": 5 fewer."""
        texts = [token.text for token in self._tokens[index : index + 2]]
        if texts not in (["short", "of"], ["shy", "of"]):
            return False
        amount.compare = Compare("fewer")
        self._compared_to(index + 2, amount)
        return True

    def _compared_to(self, index: int, amount: Amount) -> None:
        compare = amount.compare
        if compare is None or index >= len(self._tokens):
            return
        phrases = read_phrases(self._tokens[index:])
        words: set[str] = set()
        is_number_of = bool(phrases) and isinstance(phrases[0], NounPhrase) and phrases[0].words == ["number"]
        for phrase in phrases[is_number_of : 3 + is_number_of]:
            if isinstance(phrase, NounPhrase):
                _collect(phrase, words)
                if not compare.other:
                    compare.other = self.cast.owner_of(phrase, is_subject=False)
            elif isinstance(phrase, VerbGroup):
                break
        compare.other_words = frozenset(words)

    def _finish(self, clause: Clause, frame: Amount, found: list[Amount]) -> None:
        """What the whole clause tells of each of its amounts."""
        for amount in found:
            settle_frame(amount)
            if amount.role != "subject" or amount.verb_class in {"go", "come"}:
                amount.to = amount.to or frame.to
                amount.source = amount.source or frame.source
            amount.place = amount.place or frame.place
            amount.times = amount.times | frame.times
            amount.beneficiary = amount.beneficiary or frame.beneficiary
            amount.particle = frame.particle
        self._name_before(found)
        if frame.per:
            for amount in found:
                if not amount.per and (amount.thing.head != frame.per or not amount.is_thing_told) and amount.role != "whole":
                    amount.per = frame.per
        self._bare_each(clause, frame, found)
        if not found and frame.verb_class not in {"", "think", "state", "boundary", "do"} and clause.verb is not None and not self.in_question:
            self._vague(frame)

    def _name_before(self, found: list[Amount]) -> None:
        """In "16 blue and 25 green balloons" the first number counts balloons too."""
        colours = self.lexicon.words["colours"] | self.lexicon.words["sizes"]
        for first, second in zip(found, found[1:], strict=False):
            head = first.thing.head
            if second.is_thing_told and head in colours | {""} or (
                not first.is_thing_told and second.is_thing_told and first.sentence == second.sentence
                and first.thing.words & colours
            ):
                own = first.thing.words & colours
                first.thing = Thing(
                    second.thing.head, (second.thing.words - colours) | own | {second.thing.head}, second.thing.of
                )

    def _bare_each(self, clause: Clause, frame: Amount, found: list[Amount]) -> None:
        """"Each" and "apiece" on their own count by the other thing of the clause."""
        subject = clause.subject[0] if clause.subject else None
        self._rest(clause, frame)
        for amount in found:
            if amount.per != EACH:
                continue
            if subject is not None and subject.head and subject.is_plural and not subject.is_name and amount.role != "subject" and (
                frame.verb_class in {"hold", "cost", "weigh", "state", "need"} and subject.head != amount.thing.head
            ):
                amount.per = subject.head
                continue
            others = [
                other.thing.head
                for other in (*found, *reversed(self.amounts))
                if other is not amount and other.thing.head and other.thing.head != amount.thing.head and not other.per
            ]
            if others:
                amount.per = others[0]

    def _rest(self, clause: Clause, frame: Amount) -> None:
        """"The other singers are children": what the rest of those told of are."""
        subject = clause.subject[0] if len(clause.subject) == 1 else None
        last = clause.after[-1] if clause.after else None
        if subject is None or frame.lemma not in {"be", "have"} or self.in_question or subject.counts:
            return
        is_rest = subject.extra == "other" or subject.head in self.lexicon.words["rest"]
        if not is_rest or not isinstance(last, NounPhrase) or last.counts or not last.is_plural:
            return
        rest = replace(frame, thing=thing_of(last, self.lexicon), role="rest", is_thing_told=True)
        whole = subject.of if subject.head in self.lexicon.words["rest"] else subject
        rest.context = frozenset(() if whole is None else whole.words)
        self.amounts.append(rest)

    def _vague(self, frame: Amount) -> None:
        """A change without a number is remembered: the text says that it happened."""
        amount = replace(frame, value=None, is_vague=True, role="none")
        if not amount.thing.head:
            amount.thing, amount.is_thing_told = self._thing, False
        self.amounts.append(amount)


def _is_before(clause: Clause) -> bool:
    """"Before that he had 5", "who had 5 before": of a time before what was told."""
    for phrases in (clause.before, clause.after):
        for order, phrase in enumerate(phrases):
            if isinstance(phrase, Mark) and phrase.text in {"before", "beforehand"}:
                after = phrases[order + 1] if order + 1 < len(phrases) else None
                if after is None or isinstance(after, Mark):
                    return True
                return isinstance(after, NounPhrase) and after.pronoun in {"that", "this", "then"}
    return False


def _counts(phrase: Phrase | None) -> bool:
    return isinstance(phrase, NounPhrase) and phrase.counts


def _collect(phrase: Phrase, words: set[str]) -> None:
    if isinstance(phrase, NounPhrase):
        words.update(phrase.words)
        for inner in (phrase.of, phrase.owner, phrase.per):
            if inner is not None:
                _collect(inner, words)
    elif isinstance(phrase, Mark) and phrase.tag in "BM":
        words.add(phrase.text)


ZERO = Fraction(0)
