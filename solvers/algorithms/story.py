"""Solves short stories about amounts by equations: each clause becomes one or more of them.

Every clause that changes an account makes a new unknown for it: "after" equals "before" plus or
minus an amount. Every clause that states an account makes an equation of it, so that what was
unknown before can be solved for. What is asked is an expression over these unknowns.

One assumption stands beside the equations, and only where they leave open what is asked: an
account that opens with something got, found or made, and not with "more", opened empty.

Not covered: rates, groups, units, chains of comparisons, part and whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms import linear
from spoonbench.solvers.algorithms.linear import Unsolvable
from spoonbench.solvers.algorithms.story_accounts import Accounts, Change
from spoonbench.solvers.algorithms.story_clauses import Amount, Clause, read_story
from spoonbench.solvers.algorithms.story_owners import Owners
from spoonbench.solvers.algorithms.story_questions import ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from spoonbench.solvers.algorithms.linear import Expression
    from spoonbench.solvers.algorithms.story_accounts import Account

SOMEWHERE = "(somewhere)"
"""Who has what nobody is said to have."""

_IN_PLACES = {"exists", "puts", "comes", "goes", "is_lost"}
_STATES = {"has", "has_unit", "begins", "exists"}


def solve_story(text: str) -> Fraction:
    """The number that a story asks for; without a question, what its first owner has at the end.

    Raises:
        UnreadStory: a sentence is not understood.
        Unsolvable: the story has no single answer; the message is the reason.
    """
    clauses = read_story(text)
    questions = [clause for clause in clauses if clause.is_question]
    if len(questions) > 1:
        raise Unsolvable("several questions are asked")
    if questions and clauses[-1] is not questions[0]:
        raise Unsolvable("the story goes on after its question")
    story = _Story()
    for clause in clauses:
        if not clause.is_question:
            story.tell(clause)
    if not story.accounts.every:
        raise Unsolvable("the story states no amount")
    if not questions:
        return story.accounts.answer(story.accounts.every[0].now)
    return story.accounts.answer(ask(questions[0], story.accounts, story.owners))


class _Story:
    """Turns statements into equations."""

    def __init__(self) -> None:
        self.accounts = Accounts()
        self.owners = Owners(self.accounts)
        self._rules: dict[str, Callable[[Clause, str, Amount], None]] = {
            "has": self._state,
            "has_unit": self._state,
            "begins": self._state_first,
            "exists": self._state,
            "gains": self._gain,
            "puts": self._put,
            "comes": self._put,
            "loses": self._lose,
            "goes": self._lose,
            "is_lost": self._lose,
            "gives": self._give,
            "takes": self._take,
            "compares": self._compare,
        }

    def tell(self, clause: Clause) -> None:
        """Turn a statement into equations.

        Raises:
            Unsolvable: whose or of what an amount is is not clear.
        """
        nouns = [amount.noun for amount in clause.amounts]
        if clause.kind in _STATES and len(set(nouns)) < len(nouns):
            raise Unsolvable("several amounts of one thing are stated at once")
        for amount in clause.amounts:
            self._rules[clause.kind](clause, self._whose(clause), amount)

    def _whose(self, clause: Clause) -> str:
        """Whose account a statement speaks of: subject, holder, place, or the one before."""
        if clause.kind not in _IN_PLACES:
            names = self.owners.mention(clause.subjects) or [SOMEWHERE]
            if len(names) > 1:
                raise Unsolvable("an amount of several owners together")
            return names[0]
        if clause.source:
            return self.owners.name(clause.source)
        holders = [amount.holder for amount in clause.amounts if amount.holder]
        places = [self.owners.name(place) for place in (*holders, *clause.places)]
        known = [place for place in places if place in self.accounts.owners]
        return (known or places or self.accounts.owners[-1:] or [SOMEWHERE])[0]

    # States.

    def _state(self, clause: Clause, owner: str, amount: Amount) -> None:
        is_new = self.accounts.find(owner, amount.noun) is None
        if amount.value is None and not is_new:
            return  # "some" of what is known says nothing new
        account = self.accounts.open(owner, amount.noun)
        value = self.accounts.expression(amount)
        if is_new or clause.at_first:
            self.accounts.equate(account.history[0], value)
        elif clause.is_past and not clause.is_now and not account.is_stated:
            raise Unsolvable("whether this was had before or after is not clear")
        else:
            self._restate(account, value)
        account.is_stated = amount.value is not None

    def _restate(self, account: Account, value: Expression) -> None:
        """What is had now; where it was known before, something unsaid came between."""
        if account.is_stated:
            gained = self.accounts.new_unknown()
            self.accounts.change(account, gained)
            self.accounts.changes.append(
                Change(verb="", owner=account.owner, noun=account.noun, amount=gained)
            )
        self.accounts.equate(account.now, value)

    def _state_first(self, _clause: Clause, owner: str, amount: Amount) -> None:
        account = self.accounts.open(owner, amount.noun)
        self.accounts.equate(account.history[0], self.accounts.expression(amount))

    def _compare(self, clause: Clause, owner: str, amount: Amount) -> None:
        if clause.other is None or amount.value is None:
            raise Unsolvable("a comparison with nobody")
        mine = self.accounts.open(owner, amount.noun)
        theirs = self.accounts.open(self.owners.other_name(clause.other, owner), amount.noun)
        more = linear.constant(-amount.value if amount.is_fewer else amount.value)
        self.accounts.equate(linear.subtract(mine.now, theirs.now), more)

    # Changes.

    def _gain(self, clause: Clause, owner: str, amount: Amount) -> None:
        origin = amount.holder or clause.source
        giver = self.owners.other_name(origin, owner) if origin else None
        self._move(clause, amount, giver, owner)

    def _put(self, clause: Clause, owner: str, amount: Amount) -> None:
        self._move(clause, amount, None, owner)

    def _lose(self, clause: Clause, owner: str, amount: Amount) -> None:
        if owner not in self.accounts.owners:
            # "The rabbits ate 3 of the potatoes" takes them from whoever has potatoes.
            owner = self.accounts.only_holder(amount.noun) or owner
        self._move(clause, amount, owner, None)

    def _give(self, clause: Clause, owner: str, amount: Amount) -> None:
        receiver = self.owners.other_name(clause.other, owner) if clause.other else None
        self._move(clause, amount, owner, receiver)

    def _take(self, clause: Clause, owner: str, amount: Amount) -> None:
        origin = amount.holder or clause.source
        source = self.owners.other_name(origin, owner) if origin else None
        self._move(clause, amount, source or next(iter(self.accounts.owners), None), owner)

    def _move(
        self, clause: Clause, amount: Amount, giver: str | None, receiver: str | None
    ) -> None:
        """Take an amount from one account and add it to another."""
        moved = self._withdraw(amount, giver, is_given=receiver is not None)
        if receiver is not None:
            self._deposit(clause, amount, receiver, moved, is_given=giver is not None)
        is_by_giver = clause.kind in {"gives", "loses"}
        self.accounts.changes.append(
            Change(
                verb=clause.verb,
                owner=(giver if is_by_giver else receiver) or "",
                noun=amount.noun or self.accounts.noun,
                amount=moved,
            )
        )

    def _withdraw(self, amount: Amount, giver: str | None, *, is_given: bool) -> Expression:
        """What is moved, taken from the giver if there is one."""
        if giver is None:
            return self.accounts.expression(amount)
        source = self.accounts.open(giver, amount.noun)
        moved = source.now if amount.is_all else self.accounts.expression(amount)
        if amount.whole is not None:
            self.accounts.equate(source.now, linear.constant(amount.whole))
        elif not source.is_stated and not is_given:
            source.opened_by_change = True
        self.accounts.change(source, linear.subtract(linear.ZERO, moved))
        return moved

    def _deposit(
        self, clause: Clause, amount: Amount, receiver: str, moved: Expression, *, is_given: bool
    ) -> None:
        is_new = self.accounts.find(receiver, amount.noun) is None
        account = self.accounts.open(receiver, amount.noun)
        if is_new and amount.is_more and len(self.accounts.every) > 1 + is_given:
            # More for someone who had none, while others have: probably theirs is meant.
            raise Unsolvable("to what more is added is not clear")
        if is_new:
            account.opened_by_change = not is_given
            account.may_open_empty = clause.kind == "gains" and not (is_given or amount.is_more)
        self.accounts.change(account, moved)
