"""What "them" and a bare number mean: what was counted last, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NO_THING, NOBODY, Thing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount


class Topics:
    """Remembers the things of a text.

    Attributes:
        last: what was counted last.
    """

    __slots__ = ("_last_owner", "_of_owner", "last")

    def __init__(self) -> None:
        self.last = NO_THING
        self._last_owner = NOBODY
        self._of_owner: dict[str, Thing] = {}

    def note(self, amount: Amount) -> None:
        """Remember what an amount counts."""
        self.last, self._last_owner = amount.thing, amount.owner
        if amount.owner:
            self._of_owner[amount.owner] = amount.thing

    def announce(self, thing: Thing) -> None:
        """Remember what the numbers to come count: "put their buttons on one pile: 5 ..."."""
        self.last, self._last_owner = thing, NOBODY

    def of(self, owner: str, people: Sequence[str]) -> Thing:
        """What was counted last; an owner's own thing where somebody else's came since.

        "Ann had 5 apples. Ben had 7 pears. Ann ate 2 of them": apples.

        Args:
            owner: of the clause that leaves the thing out.
            people: persons of the text; what is somewhere belongs to everybody.
        """
        own = self._of_owner.get(owner)
        if own is None or owner in {GROUP, self._last_owner}:
            return self.last
        return own if self._last_owner in people else self.last
