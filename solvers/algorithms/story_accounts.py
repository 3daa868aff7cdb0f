"""The accounts of a story, the equations between their unknowns, and the answer from them.

An account is how many of one thing someone, or some place, has; its history is a row of linear
expressions, one for each time that it changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.algorithms import linear
from spoonbench.solvers.algorithms.linear import Expression, Unsolvable

if TYPE_CHECKING:
    from fractions import Fraction

    from spoonbench.solvers.algorithms.story_clauses import Amount

Noun = frozenset[str]


@dataclass(slots=True, eq=False)
class Account:
    """How many of one thing one owner has, over time.

    Attributes:
        owner: who, or which place.
        noun: of what, as words in the singular.
        history: shape (1 + n_changes,); the first is the beginning.
        is_stated: the last state follows from what was said, with nothing open.
        may_open_empty: it began with something got, found or made.
        opened_by_change: nothing but a change tells of it.
    """

    owner: str
    noun: Noun
    history: list[Expression]
    is_stated: bool = False
    may_open_empty: bool = False
    opened_by_change: bool = False

    @property
    def now(self) -> Expression:
        """The last state."""
        return self.history[-1]

    @property
    def symbols(self) -> set[Any]:
        """The unknowns of all states."""
        return set().union(*(state.free_symbols for state in self.history))

    def is_about(self, noun: Noun) -> bool:
        """Whether one of the two nouns is the other with more words: "apples", "red apples"."""
        return noun <= self.noun or self.noun <= noun


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An amount that was moved; without a verb, it is what must have come between two states."""

    verb: str
    owner: str
    noun: Noun
    amount: Expression


@dataclass(slots=True)
class Accounts:
    """All accounts of a story, in the order in which they were opened."""

    every: list[Account] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    noun: Noun = frozenset()  # the thing spoken of last
    _equations: list[Expression] = field(default_factory=list)
    _n_unknowns: int = 0

    @property
    def owners(self) -> list[str]:
        """Every owner once, in order."""
        return list(dict.fromkeys(account.owner for account in self.every))

    def find(self, owner: str, noun: Noun) -> Account | None:
        """The account that is meant; without a noun, of the thing spoken of last.

        Raises:
            Unsolvable: it could be several.
        """
        wanted = noun or self.noun
        owned = [account for account in self.every if account.owner == owner]
        exact = [account for account in owned if account.noun == wanted]
        found = exact or [account for account in owned if account.is_about(wanted)]
        if len(found) > 1:
            raise Unsolvable(f"which {' '.join(sorted(wanted))} is meant is not clear")
        return found[0] if found else None

    def open(self, owner: str, noun: Noun) -> Account:
        """The account that is meant, a new one with an unknown beginning if there is none."""
        account = self.find(owner, noun)
        if account is None:
            account = Account(owner, noun or self.noun, [self.new_unknown()])
            self.every.append(account)
        self.noun = account.noun
        return account

    def only_holder(self, noun: Noun) -> str | None:
        """The one owner of such a thing; None where nobody has it.

        Raises:
            Unsolvable: several have it.
        """
        wanted = noun or self.noun
        holders = {account.owner for account in self.every if account.is_about(wanted)}
        if len(holders) > 1:
            raise Unsolvable(f"whose {' '.join(sorted(wanted))} is meant is not clear")
        return min(holders, default=None)

    def equate(self, left: Expression, right: Expression) -> None:
        """Both are the same number."""
        self._equations.append(linear.subtract(left, right))

    def change(self, account: Account, by: Expression) -> None:
        """The account goes on with a new unknown, which is the last one plus `by`."""
        state = self.new_unknown()
        self.equate(state, linear.add(account.now, by))
        account.history.append(state)
        account.is_stated &= linear.value_of(by) is not None

    def expression(self, amount: Amount) -> Expression:
        """The amount as a number, or as a new unknown where it is not said.

        Raises:
            Unsolvable: it is "all" of something.
        """
        if amount.is_all:
            raise Unsolvable("all of what is not said")
        return self.new_unknown() if amount.value is None else linear.constant(amount.value)

    def new_unknown(self) -> Expression:
        """An unknown that nothing is said of yet."""
        self._n_unknowns += 1
        return linear.unknown(f"u{self._n_unknowns}")

    def answer(self, asked: Expression) -> Fraction:
        """Solve the equations for what is asked.

        Raises:
            Unsolvable: they have no single solution, some amount would be below nothing, or a
                change of the same thing has no bearing on the answer and was probably misread.
        """
        solution = linear.Solution.of(self._equations)
        if solution.value(asked) is None:
            empty = [account.history[0] for account in self.every if account.may_open_empty]
            solution = linear.Solution.of([*self._equations, *empty])
        self._refuse_unrelated(asked)
        value = solution.value(asked)
        if value is None:
            raise Unsolvable("the story leaves open what is asked")
        states = (solution.value(state) for account in self.every for state in account.history)
        if value < 0 or any(state is not None and state < 0 for state in states):
            raise Unsolvable("some amount would be below nothing")
        return value

    def _refuse_unrelated(self, asked: Expression) -> None:
        related = self._related(asked)
        concerned = [account for account in self.every if account.symbols & related]
        for account in self.every:
            is_same = any(other.is_about(account.noun) for other in concerned)
            if account not in concerned and is_same and account.opened_by_change:
                raise Unsolvable(f"what changes for {account.owner!r} has no bearing on the answer")

    def _related(self, asked: Expression) -> set[Any]:
        """The unknowns that equations tie to what is asked."""
        related: set[Any] = set(asked.free_symbols)
        size = -1
        while size < len(related):
            size = len(related)
            for equation in self._equations:
                if related & equation.free_symbols:
                    related |= equation.free_symbols
        return related
