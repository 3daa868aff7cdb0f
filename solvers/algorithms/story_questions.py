"""What the question of a story asks for, as a linear expression over its accounts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms import linear
from spoonbench.solvers.algorithms.linear import Expression, Unsolvable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.solvers.algorithms.story_accounts import Account, Accounts
    from spoonbench.solvers.algorithms.story_clauses import Clause
    from spoonbench.solvers.algorithms.story_owners import Owners


def ask(question: Clause, accounts: Accounts, owners: Owners) -> Expression:
    """What is asked.

    Raises:
        Unsolvable: nothing is said about it, or it is not clear.
    """
    if question.kind == "asks_change":
        return _asked_change(question, accounts, _asked_owners(question, accounts, owners))
    if question.kind in {"asks_difference", "asks_shortage"}:
        return _asked_difference(question, accounts, owners)
    first = question.at_first or question.kind == "asks_first"
    asked = _asked_accounts(question, accounts, _asked_owners(question, accounts, owners))
    return _sum(account.history[0] if first else account.now for account in asked)


def _asked_owners(question: Clause, accounts: Accounts, owners: Owners) -> list[str] | None:
    """Those who are asked about; None where it is not said."""
    if not question.subjects:
        places = [owners.name(place) for place in question.places if place.pronoun is None]
        return [place for place in places if place in accounts.owners] or None
    if [subject.pronoun for subject in question.subjects] == ["they"]:
        return accounts.owners
    return [owners.name(subject) for subject in question.subjects]


def _asked_accounts(
    question: Clause, accounts: Accounts, owners: list[str] | None
) -> list[Account]:
    matching = [account for account in accounts.every if question.noun <= account.noun]
    if owners is not None:
        matching = [account for account in matching if account.owner in owners]
    owned_by = {account.owner for account in matching}
    if not matching or (owners is not None and owned_by != set(owners)):
        raise Unsolvable("nothing is said about what is asked")
    if owners is None and len(owned_by) > 1 and not question.in_total:
        raise Unsolvable("whose amount is asked is not clear")
    if not question.noun and len({account.noun for account in matching}) > 1:
        raise Unsolvable("of what the amount is asked is not clear")
    return matching


def _asked_change(question: Clause, accounts: Accounts, owners: list[str] | None) -> Expression:
    changes = [change for change in accounts.changes if question.noun <= change.noun]
    if owners is not None:
        changes = [change for change in changes if change.owner in owners]
    same_verb = [change for change in changes if change.verb == question.verb]
    if same_verb:
        return _sum(change.amount for change in same_verb)
    if len(changes) == 1 and not changes[0].verb:
        # 5 before and 8 now: what was got is 3, and what was lost is -3.
        return linear.multiply(linear.constant(Fraction(question.direction)), changes[0].amount)
    raise Unsolvable(f"nothing is said about what is asked: {question.verb}")


def _asked_difference(question: Clause, accounts: Accounts, owners: Owners) -> Expression:
    if len(question.subjects) != 1:
        raise Unsolvable("a comparison of several")
    owner = owners.name(question.subjects[0])
    mine = accounts.find(owner, question.noun)
    theirs = accounts.find(_compared(question, accounts, owners, owner), question.noun)
    if mine is None or theirs is None:
        raise Unsolvable("nothing is said about what is compared")
    if question.kind == "asks_shortage":
        mine, theirs = theirs, mine
    return linear.subtract(mine.now, theirs.now)


def _compared(question: Clause, accounts: Accounts, owners: Owners, owner: str) -> str:
    if question.other is not None:
        return owners.other_name(question.other, owner)
    others = [name for name in accounts.owners if name != owner]
    if len(others) != 1:
        raise Unsolvable("a comparison with nobody")
    return others[0]


def _sum(terms: Iterable[Expression]) -> Expression:
    total = linear.constant(Fraction(0))
    for term in terms:
        total = linear.add(total, term)
    return total
