"""Who is spoken of in a story, and whom a pronoun means.

A singular pronoun means the first owner, whom the story is about; as an object, the first other
than the subject. Where that is a guess (after "Ann's dog"), nobody is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.linear import Unsolvable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.algorithms.story_accounts import Accounts
    from spoonbench.solvers.algorithms.story_clauses import Phrase

_PLURAL = {"they", "them", "we", "their"}


class Owners:
    """Those who were the subject of a statement, in order of mention."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._mentioned: list[str] = []
        self._owned: set[str] = set()  # such as "ann dog", of "Ann's dog"

    def mention(self, subjects: Sequence[Phrase]) -> list[str]:
        """The names of the subjects of a statement; without any, the subject before.

        Raises:
            Unsolvable: it is not clear who is meant.
        """
        names = [self.name(subject) for subject in subjects] or self._mentioned[-1:]
        self._owned |= {self.name(subject) for subject in subjects if subject.is_owned}
        self._mentioned += [name for name in names if name not in self._mentioned[-1:]]
        return names

    def name(self, phrase: Phrase) -> str:
        """Who is meant.

        Raises:
            Unsolvable: it is not clear.
        """
        if phrase.pronoun is None:
            return " ".join(phrase.words)
        known = self._accounts.owners if phrase.pronoun in _PLURAL else self._mentioned[:1]
        if len(known) != 1 or known[0] in self._owned:
            raise Unsolvable(f"whom {phrase.pronoun!r} means is not clear")
        return known[0]

    def other_name(self, phrase: Phrase, subject: str) -> str:
        """Who is meant by an object: never the subject.

        Raises:
            Unsolvable: it is not clear.
        """
        if phrase.pronoun is None:
            return self.name(phrase)
        others = [name for name in self._mentioned if name != subject]
        if not others:
            raise Unsolvable(f"whom {phrase.pronoun!r} means is not clear")
        return others[0]
