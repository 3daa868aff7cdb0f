"""Solves short stories about amounts by equations: each clause becomes one or more of them.

An account is how many of one thing someone, or some place, has. Every clause that changes an
account makes a new unknown for it: "after" equals "before" plus or minus an amount. Every clause
that states an account makes an equation of it, so that what was unknown before can be solved for.
What is asked is an expression over these unknowns.

One assumption stands beside the equations, and only where they leave open what is asked: an
account that opens with something got, found or made, and not with "more", opened empty.

Not covered: rates, groups, units, comparison chains, part and whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.algorithms import linear
from spoonbench.solvers.algorithms.linear import Expression, Unsolvable
from spoonbench.solvers.algorithms.story_clauses import Amount, Clause, Phrase, read_story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PLURAL = {"they", "them", "we", "their"}
_OBJECTS = {"it", "its", "them"}
SOMEWHERE = "(somewhere)"
"""Who has what nobody is said to have."""


@dataclass(slots=True)
class _Account:
    """How many of one thing one owner has, over time."""

    owner: str
    noun: frozenset[str]
    history: list[Expression] = field(default_factory=list)  # the first is the beginning
    may_open_empty: bool = False
    opened_by_change: bool = False
    is_stated: bool = False  # the last state follows from what was said, with nothing open

    @property
    def history_symbols(self) -> set[Any]:
        return set().union(*(state.free_symbols for state in self.history))

    @property
    def now(self) -> Expression:
        return self.history[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An amount that was moved."""

    verb: str
    kind: str
    owner: str
    noun: frozenset[str]
    amount: Expression


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
    if not story.accounts:
        raise Unsolvable("the story states no amount")
    return story.answer(story.ask(questions[0]) if questions else story.accounts[0].now)


class _Story:
    """The accounts, the equations between their unknowns, and who was spoken of."""

    def __init__(self) -> None:
        self.accounts: list[_Account] = []
        self._equations: list[Expression] = []
        self._changes: list[_Change] = []
        self._n_unknowns = 0
        self._owners: list[str] = []  # in the order of mention as a subject
        self._owned: set[str] = set()  # such as "ann dog", of "Ann's dog"
        self._noun: frozenset[str] = frozenset()
        self._verb_rules: dict[str, Callable[[Clause, str, Amount], None]] = {
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

    # Telling.

    def tell(self, clause: Clause) -> None:
        """Turn a statement into equations."""
        for amount in clause.amounts:
            owners = self._who(clause)
            if len(owners) != 1:
                raise Unsolvable("an amount of several owners together")
            self._verb_rules[clause.kind](clause, owners[0], amount)

    def _who(self, clause: Clause) -> list[str]:
        """Whose account a statement speaks of: subject, holder of the amount, place, the last."""
        holders = [amount.holder for amount in clause.amounts if amount.holder]
        in_place = clause.kind in {"exists", "puts", "comes", "goes", "is_lost"}
        if in_place and clause.source:
            return [self._name(clause.source)]
        if in_place and (holders or clause.places):
            places = [self._name(place) for place in (*holders, *clause.places)]
            known = [place for place in places if self._has_account(place)]
            return (known or places)[:1]
        if in_place:
            return [self.accounts[-1].owner if self.accounts else SOMEWHERE]
        owners = [self._name(subject) for subject in clause.subjects] or self._owners[-1:]
        self._owned |= {self._name(subject) for subject in clause.subjects if subject.is_owned}
        self._owners += [owner for owner in owners if owner not in self._owners[-1:]]
        return owners or [SOMEWHERE]

    def _name(self, phrase: Phrase) -> str:
        if phrase.pronoun is None:
            return " ".join(phrase.words)
        if phrase.pronoun in _PLURAL and len({a.owner for a in self.accounts}) != 1:
            raise Unsolvable(f"whom {phrase.pronoun!r} means is not clear")
        if phrase.pronoun in _PLURAL:
            return self.accounts[0].owner
        if not self._owners:
            raise Unsolvable(f"nobody is there whom {phrase.pronoun!r} could mean")
        if self._owners[0] in self._owned:
            raise Unsolvable(f"whom {phrase.pronoun!r} means is not clear")
        # The first owner is the one whom a story is about.
        return self._owners[0]

    def _state(self, clause: Clause, owner: str, amount: Amount) -> None:
        found = self._find(owner, amount.noun)
        if amount.value is None and found:
            return  # "some" of what is known says nothing new
        account = self._open(owner, amount, found)
        value = self._expression(amount)
        if found and not clause.at_first:
            if clause.is_past and not clause.is_now and not account.is_stated:
                raise Unsolvable("whether this was had before or after is not clear")
            self._restate(account, value)
        else:
            self._equations.append(linear.subtract(account.history[0], value))
        account.is_stated = True

    def _restate(self, account: _Account, value: Expression) -> None:
        """What is had now; where it was known before, something unsaid came between."""
        if account.is_stated:
            gained = self._new_unknown()
            self._change(account, linear.add(account.now, gained))
            self._changes.append(
                _Change(verb="", kind="", owner=account.owner, noun=account.noun, amount=gained)
            )
        self._equations.append(linear.subtract(account.now, value))

    def _state_first(self, _clause: Clause, owner: str, amount: Amount) -> None:
        account = self._open(owner, amount, self._find(owner, amount.noun))
        self._equations.append(linear.subtract(account.history[0], self._expression(amount)))

    def _gain(self, clause: Clause, owner: str, amount: Amount) -> None:
        origin = amount.holder or clause.source
        giver = self._other_name(origin, owner) if origin else None
        self._move(clause, amount, giver, owner, opens_empty=giver is None)

    def _put(self, clause: Clause, owner: str, amount: Amount) -> None:
        self._move(clause, amount, None, owner)

    def _lose(self, clause: Clause, owner: str, amount: Amount) -> None:
        if not self._has_account(owner):
            # "The rabbits ate 3 of the potatoes" takes them from whoever has potatoes.
            owner = self._only_holder(amount.noun or self._noun) or owner
        self._move(clause, amount, owner, None)

    def _only_holder(self, noun: frozenset[str]) -> str | None:
        """The one owner of such a thing; None where nobody has it.

        Raises:
            Unsolvable: several have it.
        """
        holders = {a.owner for a in self.accounts if noun <= a.noun or a.noun <= noun}
        if len(holders) > 1:
            raise Unsolvable(f"whose {' '.join(sorted(noun))} is meant is not clear")
        return min(holders, default=None)

    def _give(self, clause: Clause, owner: str, amount: Amount) -> None:
        receiver = self._other_name(clause.other, owner) if clause.other else None
        self._move(clause, amount, owner, receiver)

    def _take(self, clause: Clause, owner: str, amount: Amount) -> None:
        source = amount.holder or clause.source
        if source is None:
            source_name = next((a.owner for a in self.accounts), None)
        else:
            source_name = self._other_name(source, owner)
        self._move(clause, amount, source_name, owner)

    def _other_name(self, phrase: Phrase, subject: str) -> str:
        """An object pronoun means someone else than the subject."""
        if phrase.pronoun is None:
            return self._name(phrase)
        others = [owner for owner in self._owners if owner != subject]
        if not others:
            raise Unsolvable(f"whom {phrase.pronoun!r} means is not clear")
        return others[0]

    def _compare(self, clause: Clause, owner: str, amount: Amount) -> None:
        if clause.other is None or amount.value is None:
            raise Unsolvable("a comparison with nobody")
        noun = amount.noun or self._noun
        mine = self._open(owner, amount, self._find(owner, noun))
        other_name = self._other_name(clause.other, owner)
        theirs = self._open(other_name, amount, self._find(other_name, noun))
        signed = -amount.value if amount.is_fewer else amount.value
        difference = linear.subtract(mine.now, theirs.now)
        self._equations.append(linear.subtract(difference, linear.constant(signed)))

    # Accounts.

    def _move(
        self,
        clause: Clause,
        amount: Amount,
        giver: str | None,
        receiver: str | None,
        *,
        opens_empty: bool = False,
    ) -> None:
        """Take an amount from one account and add it to another."""
        source = self._open(giver, amount, self._find(giver, amount.noun)) if giver else None
        if amount.is_all and source is None:
            raise Unsolvable("all of what is not said")
        moved = source.now if amount.is_all and source else self._expression(amount)
        is_known = linear.value_of(moved) is not None
        if source is not None:
            if amount.whole is not None:
                whole = linear.constant(amount.whole)
                self._equations.append(linear.subtract(source.now, whole))
            source.opened_by_change |= (
                receiver is None and amount.whole is None and not source.is_stated
            )
            self._change(source, linear.subtract(source.now, moved), is_known=is_known)
        if receiver is not None:
            found = self._find(receiver, amount.noun)
            account = self._open(receiver, amount, found)
            if not found:
                self._refuse_more(amount)
                account.opened_by_change = giver is None
                account.may_open_empty = opens_empty and not amount.is_more
            self._change(account, linear.add(account.now, moved), is_known=is_known)
        self._changes.append(
            _Change(
                verb=clause.verb,
                kind=clause.kind,
                owner=giver or "" if clause.kind in {"gives", "loses"} else receiver or "",
                noun=amount.noun or self._noun,
                amount=moved,
            )
        )

    def _refuse_more(self, amount: Amount) -> None:
        """ "More" for someone who had none, while others have: probably theirs are meant."""
        if amount.is_more and len(self.accounts) > 1:
            raise Unsolvable("to what more is added is not clear")

    def _change(self, account: _Account, after: Expression, *, is_known: bool = False) -> None:
        state = self._new_unknown()
        self._equations.append(linear.subtract(state, after))
        account.history.append(state)
        account.is_stated &= is_known

    def _open(self, owner: str, amount: Amount, found: _Account | None) -> _Account:
        if found is not None:
            self._noun = found.noun
            return found
        account = _Account(owner, amount.noun or self._noun, [self._new_unknown()])
        self.accounts.append(account)
        self._noun = account.noun
        return account

    def _find(self, owner: str, noun: frozenset[str]) -> _Account | None:
        """The account that is meant; without a noun, the thing spoken of last.

        Raises:
            Unsolvable: it could be several.
        """
        wanted = noun or self._noun
        owned = [account for account in self.accounts if account.owner == owner]
        exact = [account for account in owned if account.noun == wanted]
        found = exact or [a for a in owned if wanted <= a.noun or a.noun <= wanted]
        if len(found) > 1:
            raise Unsolvable(f"which {' '.join(sorted(wanted))} is meant is not clear")
        return found[0] if found else None

    def _has_account(self, owner: str) -> bool:
        return any(account.owner == owner for account in self.accounts)

    def _expression(self, amount: Amount) -> Expression:
        if amount.is_all:
            raise Unsolvable("all of what is not said")
        return self._new_unknown() if amount.value is None else linear.constant(amount.value)

    def _new_unknown(self) -> Expression:
        self._n_unknowns += 1
        return linear.unknown(f"u{self._n_unknowns}")

    # Asking.

    def ask(self, question: Clause) -> Expression:
        """What is asked, as an expression."""
        if question.kind == "asks_change":
            return self._asked_change(question)
        if question.kind in {"asks_difference", "asks_shortage"}:
            return self._asked_difference(question)
        first = question.at_first or question.kind == "asks_first"
        asked = self._asked_accounts(question)
        return _sum(account.history[0] if first else account.now for account in asked)

    def _asked_accounts(self, question: Clause) -> list[_Account]:
        noun = question.noun
        matching = [a for a in self.accounts if noun <= a.noun]
        owners = self._asked_owners(question)
        if owners is not None:
            matching = [account for account in matching if account.owner in owners]
        owned_by = {account.owner for account in matching}
        if not matching or (owners is not None and owned_by != set(owners)):
            raise Unsolvable("nothing is said about what is asked")
        is_one_thing = len({account.noun for account in matching}) == 1
        if owners is None and len(owned_by) > 1 and not question.in_total:
            raise Unsolvable("whose amount is asked is not clear")
        if not noun and not is_one_thing:
            raise Unsolvable("of what the amount is asked is not clear")
        return matching

    def _asked_owners(self, question: Clause) -> list[str] | None:
        """Those who are asked about; None where it is not said."""
        if not question.subjects:
            places = [self._name(p) for p in question.places if p.pronoun is None]
            return [place for place in places if self._has_account(place)] or None
        if [subject.pronoun for subject in question.subjects] == ["they"]:
            return list(dict.fromkeys(account.owner for account in self.accounts))
        return [self._name(subject) for subject in question.subjects]

    def _asked_change(self, question: Clause) -> Expression:
        changes = [c for c in self._changes if not question.noun or question.noun <= c.noun]
        owners = self._asked_owners(question)
        if owners is not None:
            changes = [change for change in changes if change.owner in owners]
        same_verb = [change for change in changes if change.verb == question.verb]
        unsaid = [change for change in changes if not change.verb]
        if not same_verb and len(changes) == len(unsaid) == 1:
            return linear.multiply(linear.constant(Fraction(question.direction)), unsaid[0].amount)
        if not same_verb:
            raise Unsolvable(f"nothing is said about what is asked: {question.verb}")
        return _sum(change.amount for change in same_verb)

    def _asked_difference(self, question: Clause) -> Expression:
        if len(question.subjects) != 1:
            raise Unsolvable("a comparison of several")
        owner = self._name(question.subjects[0])
        mine = self._find(owner, question.noun)
        theirs = self._find(self._compared(question, owner), question.noun)
        if mine is None or theirs is None:
            raise Unsolvable("nothing is said about what is compared")
        difference = linear.subtract(mine.now, theirs.now)
        if question.kind == "asks_shortage":
            return linear.multiply(linear.constant(Fraction(-1)), difference)
        return difference

    def _compared(self, question: Clause, owner: str) -> str:
        if question.other is not None:
            return self._other_name(question.other, owner)
        others = {account.owner for account in self.accounts} - {owner}
        if len(others) != 1:
            raise Unsolvable("a comparison with nobody")
        return min(others)

    def answer(self, asked: Expression) -> Fraction:
        """Solve the equations for what is asked.

        Raises:
            Unsolvable: they have no single solution, or some amount would be below nothing.
        """
        solution = linear.Solution.of(self._equations)
        if solution.value(asked) is None:
            empty = [a.history[0] for a in self.accounts if a.may_open_empty]
            solution = linear.Solution.of([*self._equations, *empty])
        value = solution.value(asked)
        self._refuse_unrelated(asked)
        if value is None:
            raise Unsolvable("the story leaves open what is asked")
        states = (solution.value(s) for account in self.accounts for s in account.history)
        if value < 0 or any(state is not None and state < 0 for state in states):
            raise Unsolvable("some amount would be below nothing")
        return value

    def _refuse_unrelated(self, asked: Expression) -> None:
        """A change of the same thing that does not bear on the answer was probably misread.

        Raises:
            Unsolvable: there is such a change, and nothing else is said of whose it is.
        """
        related = self._related(asked)
        concerned = [a for a in self.accounts if a.history_symbols & related]
        for account in self.accounts:
            same = any(a.noun <= account.noun or account.noun <= a.noun for a in concerned)
            if account not in concerned and same and account.opened_by_change:
                raise Unsolvable(f"what changes for {account.owner!r} has no bearing on the answer")

    def _related(self, asked: Expression) -> set[Any]:
        """The unknowns that equations tie to what is asked."""
        related = set(asked.free_symbols)
        size = -1
        while size < len(related):
            size = len(related)
            for equation in self._equations:
                if related & equation.free_symbols:
                    related |= equation.free_symbols
        return related


def _sum(terms: Iterable[Expression]) -> Expression:
    total = linear.constant(Fraction(0))
    for term in terms:
        total = linear.add(total, term)
    return total
