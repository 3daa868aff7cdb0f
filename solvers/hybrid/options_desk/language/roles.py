"""Puts strikes, deltas and widths to the roles of a strategy's options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.holdings import CONTRACT_SIZE
from spoonbench.solvers.hybrid.options_desk.language.figures import say_figure
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft, Mention, Whose
    from spoonbench.solvers.hybrid.options_desk.strategies import Slot, Strategy


class Roles:
    """Strikes, deltas and widths of one strategy, while they are found.

    Args:
        name: of the strategy.
        draft: what was said; questions and problems go there.
    """

    def __init__(self, name: str, draft: Draft) -> None:
        self.strategy: Strategy = STRATEGIES[name]
        self.strikes: dict[str, Decimal] = {}
        self.deltas: dict[str, Decimal] = {}
        self.widths: dict[str, Decimal] = {}
        self._draft = draft
        self._options = [slot for slot in self.strategy.slots if slot.rank is not None]

    def place(self, mentions: Sequence[Mention]) -> None:
        """Everything that was said, the options that were named singly first."""
        for mention in mentions:
            self._place_mention(mention)
        for whose, values in self._draft.strikes:
            self._place_strikes(whose, values)
        for whose, size in self._draft.deltas:
            self._place_delta(whose, size)
        for role, width in self._draft.widths:
            self._place_width(role, width)
        if self._draft.is_at_money:
            self._place_at_money()
        for share, is_out in self._draft.off_money:
            self._place_off_money(share, is_out=is_out)

    def ranks(self, whose: Whose = "all") -> list[int]:
        """Of the strikes of some of the options, rising."""
        every = sorted({slot.rank for slot in self._options if slot.rank is not None})
        if whose == "body":
            return [rank for rank in every if self._is_body(rank)]
        if whose == "outer":
            return [every[0], every[-1]] if len(every) > 2 else []  # noqa: PLR2004
        signs = {"all": (1, -1), "long": (1,), "short": (-1,)}[whose]
        return [
            rank
            for rank in every
            if any(slot.rank == rank and _sign(slot) in signs for slot in self._options)
        ]

    def set_strikes(self, ranks: Sequence[int], values: Sequence[Decimal]) -> None:
        """One value for each rank."""
        for rank, value in zip(ranks, values, strict=True):
            for slot in self._options:
                if slot.rank == rank:
                    self._put(self.strikes, slot.role, value, "strikes")

    def _is_body(self, rank: int) -> bool:
        at = [slot for slot in self._options if slot.rank == rank]
        return len(at) > 1 or any(abs(slot.quantity) > 1 for slot in at)

    def _put(self, found: dict[str, Decimal], role: str, value: Decimal, about: str) -> None:
        if found.setdefault(role, value) != value:
            self._draft.problem(
                about,
                f"There are two {about} for the {role}: {say_figure(found[role])} and "
                f"{say_figure(value)}.",
            )

    def _place_strikes(self, whose: Whose, values: tuple[Decimal, ...]) -> None:
        ranks = self.ranks(whose)
        if len(values) != len(ranks) and whose == "all":
            ranks = self._fewer(len(values))
        if len(values) != len(ranks):
            self._draft.problem("strikes", self._miscounted(whose, values))
            return
        if len(values) > 1 and list(values) == sorted(values, reverse=True):
            self._draft.remark("Strikes that fall are read from the last to the first.")
            values = values[::-1]
        self.set_strikes(ranks, values)

    def _fewer(self, n: int) -> list[int]:
        """Strikes of the body or of what is sold, where wings say the others."""
        if not self._draft.widths:
            return []
        body, short = self.ranks("body"), self.ranks("short")
        if n == len(body) == 1:
            return body
        if n == len(short) > 1:
            self._draft.remark("The strikes are read as those of the options sold.")
            return short
        return []

    def _miscounted(self, whose: Whose, values: tuple[Decimal, ...]) -> str:
        which = "" if whose == "all" else f"{whose} " if whose != "outer" else "wing "
        n = len(self.ranks(whose))
        strikes = "strike" if n == 1 else "strikes"
        return (
            f"A {self.strategy.name} has {n} {which}{strikes}, not {len(values)}: "
            f"{', '.join(map(say_figure, values))}."
        )

    def _place_shares(self, mention: Mention) -> None:
        """What is said as "a covered call on 200 shares" has two contracts."""
        contracts, rest = divmod(mention.quantity or 0, CONTRACT_SIZE)
        if rest or mention.price is not None:
            self._draft.problem(
                "quantity", f"{mention.quantity} shares fit no number of contracts."
            )
            return
        self._draft.put("quantity", contracts)
        self._draft.remark(f"{mention.quantity} shares are those of {contracts} contracts.")

    def _place_mention(self, mention: Mention) -> None:
        if mention.head == "share" and len(self._options) < len(self.strategy.slots):
            self._place_shares(mention)
            return
        fitting = [
            slot
            for slot in self._options
            if slot.kind == mention.head
            and mention.side in (0, _sign(slot))
            and slot.role.startswith(mention.role_word)
        ]
        what = f"{'long ' if mention.side > 0 else 'short ' if mention.side else ''}{mention.head}"
        if len(fitting) > 1:
            self._draft.ask_which("legs", f"Which {what} of the {self.strategy.name} is meant?")
        elif not fitting:
            self._draft.problem("legs", f"A {self.strategy.name} has no {what}.")
        else:
            self._take(mention, fitting[0], what)

    def _take(self, mention: Mention, slot: Slot, what: str) -> None:
        values = [*mention.strikes, *(word.value for word in mention.numbers)]
        if mention.price is not None or mention.quantity is not None or mention.has_symbol:
            self._draft.problem(
                "legs", f"The {what} of a {self.strategy.name} has a strike or a delta only."
            )
        if mention.is_at_money:
            values += self.spot()
        for value in values:
            self._put(self.strikes, slot.role, value, "strikes")
        if mention.delta is not None:
            self._put(self.deltas, slot.role, mention.delta, "deltas")
        if not values and mention.delta is None and not mention.is_at_money:
            self._draft.ask_which("strikes", f"Which strike has the {what}?")

    def _place_delta(self, whose: Whose, size: Decimal) -> None:
        slots = self._whose(whose)
        if slots is None:
            self._draft.ask_which(
                "deltas", f"Which option of the {self.strategy.name} has the delta?"
            )
        elif not slots:
            self._draft.problem("deltas", f"A {self.strategy.name} has no such option.")
        for slot in slots or ():
            self._put(self.deltas, slot.role, size, "deltas")

    def _whose(self, whose: Whose) -> list[Slot] | None:
        """The options that a delta is for; None where that is not said."""
        if whose != "all":
            ranks = self.ranks(whose)
            return [
                slot
                for slot in self._options
                if slot.rank in ranks and (whose in ("outer", "body") or _word(slot) == whose)
            ]
        signs = {_sign(slot) for slot in self._options}
        if len(signs) == 1:
            return self._options
        sold = [slot for slot in self._options if _sign(slot) < 0]
        if self.strategy.name.startswith("short iron") or self.strategy.name in (
            "bull put spread", "bear call spread",
        ):  # fmt: skip
            self._draft.remark("The delta is read as that of the options sold.")
            return sold
        return None

    def _place_width(self, role: str, width: Decimal) -> None:
        if len(self.ranks()) == 1:
            self._draft.problem("widths", f"A {self.strategy.name} has no wings.")
            return
        if role != "wings":
            fitting = [slot.role for slot in self._options if slot.kind == role and _sign(slot) > 0]
            if len(fitting) != 1:
                self._draft.problem("widths", f"A {self.strategy.name} has no {role} wing.")
                return
            role = fitting[0]
        self._put(self.widths, role, width, "widths")

    def spot(self) -> list[Decimal]:
        """What the underlying costs, if it was said; it is asked for otherwise."""
        spot = self._draft.fields.get("spot")
        if spot is None:
            self._draft.ask_which(
                "spot", "What does the underlying cost? The strike depends on it."
            )
            return []
        self._draft.remark(f"At the money is read as a strike of {say_figure(spot)}, the spot.")
        return [spot]

    def _place_at_money(self) -> None:
        ranks = self.ranks() if len(self.ranks()) == 1 else self.ranks("body")
        if len(ranks) != 1:
            self._draft.ask_which("strikes", "Which of the strikes is at the money?")
            return
        for spot in self.spot():
            self.set_strikes(ranks, [spot])

    def _place_off_money(self, share: Decimal, *, is_out: bool) -> None:
        kinds = [slot.kind for slot in self._options]
        if len(set(kinds)) < len(kinds) or len(self.ranks()) < len(kinds):
            self._draft.ask_which("strikes", "Which of the options is out of the money?")
            return
        spot = self._draft.fields.get("spot")
        if spot is None:
            self._draft.ask_which(
                "spot", "What does the underlying cost? The strike depends on it."
            )
            return
        for slot in self._options:
            is_above = (slot.kind == "call") == is_out
            strike = spot * (1 + (share if is_above else -share))
            where = "out of" if is_out else "in"
            self._draft.remark(
                f"{say_figure(share * 100)}% {where} the money is read as a strike of "
                f"{say_figure(strike)} for the {slot.role}."
            )
            self._put(self.strikes, slot.role, strike, "strikes")


def _sign(slot: Slot) -> int:
    return 1 if slot.quantity > 0 else -1


def _word(slot: Slot) -> str:
    return "long" if slot.quantity > 0 else "short"
