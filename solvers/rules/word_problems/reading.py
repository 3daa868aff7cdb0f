"""From sentences to amounts: who has, gains, gives or loses how many of what.

Every number of a text ends up in one amount; what its clause says stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.clause_state import ClauseState, Context
from spoonbench.solvers.rules.word_problems.clauses import Clause, split_clauses
from spoonbench.solvers.rules.word_problems.contrasts import may_compare
from spoonbench.solvers.rules.word_problems.counted_by import (
    resolve_every,
)
from spoonbench.solvers.rules.word_problems.frames import frame_of
from spoonbench.solvers.rules.word_problems.gapping import mend_clauses
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.mending import mend_amounts
from spoonbench.solvers.rules.word_problems.parts import is_other_time, rest_amount
from spoonbench.solvers.rules.word_problems.phrase_reading import PhraseReader
from spoonbench.solvers.rules.word_problems.phrases import read_phrases
from spoonbench.solvers.rules.word_problems.qualifying import settle_frame
from spoonbench.solvers.rules.word_problems.vagueness import bought_amount, vague_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.cast import Cast
    from spoonbench.solvers.rules.word_problems.tokens import Token

_SUPPOSING = frozenset({"if", "suppose"})


class Reader:
    """Reads the sentences of one text, in order.

    Attributes:
        lexicon: the word lists.
        said_before: the last word before a question in its sentence.
        groups: persons who were named together.
    """

    def __init__(self) -> None:
        self.lexicon = load_lexicon()
        self.said_before = ""
        self.groups: list[frozenset[str]] = []
        self._context = Context()

    @property
    def amounts(self) -> list[Amount]:
        """Read so far, those without a number among them."""
        return self._context.amounts

    @amounts.setter
    def amounts(self, amounts: list[Amount]) -> None:
        self._context.amounts = amounts

    @property
    def cast(self) -> Cast:
        """Who was spoken of."""
        return self._context.cast

    def read(self, tokens: Sequence[Token], texts: Sequence[str] = ()) -> None:
        """Read a sentence that tells something; the texts of its tokens may be at hand."""
        context = self._context
        texts = texts or [token.text for token in tokens]
        self._begin(tokens, texts)
        context.is_if = not _SUPPOSING.isdisjoint(context.said)
        first = len(context.amounts)
        for clause in mend_clauses(split_clauses(read_phrases(tokens, texts))):
            context.clause += 1
            self.read_clause(clause)
        resolve_every(context.amounts[first:])
        context.amounts = [amount for amount in context.amounts if not amount.is_unit]

    def begin_question(self, tokens: Sequence[Token], texts: Sequence[str]) -> None:
        """Amounts read from now on stand in the question."""
        self._begin(tokens, texts)
        self._context.in_question = True
        self._context.clause += 1

    def end_question(self) -> None:
        """The question has ended."""
        self._context.in_question = False

    def _begin(self, tokens: Sequence[Token], texts: Sequence[str]) -> None:
        context = self._context
        context.tokens = tokens
        context.said = frozenset(texts)
        context.may_compare = may_compare(context.said)
        context.sentence += 1
        context.cast.sentence = context.sentence
        context.is_if = False

    def read_clause(self, clause: Clause) -> list[Amount]:
        """Read one clause; return its amounts."""
        context = self._context
        frame = self._frame(clause)
        state = ClauseState(complement=clause.after[:1])
        phrases = PhraseReader(context, state, frame)
        if clause.before:
            phrases.read_side(clause.before, side="before")
        if not clause.is_inherited:
            for phrase in clause.subject:
                phrases.read_subject(phrase)
                state.is_joined = True
        if clause.subject_rest:
            phrases.read_side(clause.subject_rest, side="rest")
        phrases.read_side(clause.after, side="after")
        self._finish(clause, frame, state)
        found = [amount for amount in state.found if not amount.is_unit]
        context.amounts.extend(found)
        return found

    def _frame(self, clause: Clause) -> Amount:
        context = self._context
        frame = frame_of(clause, context)
        frame.sentence, frame.clause = context.sentence, context.clause
        frame.is_if = context.is_if
        if clause.subject and clause.subject[0].extra in {"another", "other"}:
            # "One shelf holds 6, another 18": no rate of shelves.
            for amount in context.amounts:
                if amount.soft_per == clause.subject[0].head:
                    amount.soft_per = ""
        if frame.group and not context.in_question:
            self.groups.append(frame.group)
        if clause.verb is not None and clause.verb.kind == "main":
            context.last = frame
        return frame

    # -- when a clause has been read -------------------------------------------------------

    def _finish(self, clause: Clause, frame: Amount, state: ClauseState) -> None:
        """What the whole clause tells of each of its amounts."""
        found, adjuncts = state.found, state.adjuncts
        if adjuncts.owners:
            frame.to, frame.source = adjuncts.first("to"), adjuncts.first("source")
            frame.place = adjuncts.first("place")
        adjuncts.share_out(found)
        for amount in found:
            amount.particle = amount.particle or frame.particle
            settle_frame(amount)
            if amount.is_part and amount.times and is_other_time(amount, self._context.amounts):
                amount.is_part = False
        if found:
            mend_amounts(clause, frame, state, self._context)
        if not self._context.in_question:
            self._add_unnumbered(clause, frame, state)
        if state.purpose:
            self._set_purpose(state.purpose)

    def _add_unnumbered(self, clause: Clause, frame: Amount, state: ClauseState) -> None:
        """What the clause says without a number: a rest, or that there was a change."""
        context = self._context
        rest = rest_amount(clause, frame)
        if rest is not None:
            context.amounts.append(rest)
        if not state.found:
            vague = vague_amount(clause, frame, state.bare, context.topics.last)
            if vague is not None:
                context.amounts.append(vague)
        elif frame.verb_class == "buy" and frame.kind == "main":
            for phrase in state.unnumbered:
                bought = bought_amount(phrase, frame, context.tokens)
                if bought is not None:
                    context.amounts.append(bought)

    def _set_purpose(self, head: str) -> None:
        """As in "2 ounces of soap to wash a pound of clothes": 2 ounces by pounds."""
        context = self._context
        for amount in reversed(context.amounts):
            if amount.sentence != context.sentence or amount.clause < context.clause - 1:
                break
            if amount.value is not None and not amount.per and not amount.soft_per:
                amount.soft_per = head
