"""Goes through the phrases of a text and gathers what they say; which belongs to which.

A bare number, a strike, a delta or a price belongs to the option or strategy that it stands with:
one that follows in the same stretch of words, or the one that came before. A comma or an "and"
ends a stretch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.language import amounts
from spoonbench.solvers.hybrid.options_desk.language.contracts import sort_numbers
from spoonbench.solvers.hybrid.options_desk.language.dates import DateReading, read_span
from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft, Mention, Whose
from spoonbench.solvers.hybrid.options_desk.symbols import read_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from lark import Tree

    from spoonbench.solvers.hybrid.options_desk.language.words import Word

_STRATEGIES = frozenset(
    {"vertical", "butterfly", "condor", "ratio", "backspread", "naked", "named", "no_template"}
)
_OPTIONS = frozenset({"kind", "option", "occ", "shares"})
_WHOSE: dict[str, Whose] = {
    "SHORTS": "short", "LONGS": "long", "WINGS": "outer", "BODY": "body",
}  # fmt: skip


def gather(tree: Tree[Any], draft: Draft, today: date) -> None:
    """Fill a draft from the phrases.

    Args:
        tree: as the grammar made it; its tokens hold words.
        draft: filled.
        today: from which days are counted.
    """
    _Gatherer(tree.children, draft, today).run()


class _Gatherer:
    def __init__(self, items: Sequence[Any], draft: Draft, today: date) -> None:
        self._items, self._draft, self._today = items, draft, today
        self._pending = Mention()
        self._anchor: Mention | None = None
        self._previous = ""
        self._index = 0
        self._is_joined = False

    def run(self) -> None:
        for index, item in enumerate(self._items):
            self._index = index
            name = _name(item)
            if not name:
                self._part(item.value)
                continue
            words = [child.value for child in item.children if not hasattr(child, "data")]
            if name in _STRATEGIES:
                self._strategy(name, words)
            elif name in amounts.PLAIN:
                amounts.PLAIN[name](self._draft, item)
            else:
                getattr(self, f"_{name}")(words)
            self._previous = name
        self._end()

    # Stretches.

    def _part(self, word: Word) -> None:
        self._loosen()
        self._anchor, self._previous = None, ""
        self._is_joined = word.text.lower() in ("and", "&", "plus")

    def _loosen(self) -> None:
        """What stands with nothing, by the end of a stretch."""
        pending = self._pending
        self._draft.loose += [*pending.numbers, *pending.apart]
        pending.numbers, pending.apart = [], []
        if pending.delta is not None:
            self._draft.deltas.append(("all", pending.delta))
            pending.delta = None

    def _end(self) -> None:
        self._loosen()
        pending, mentions = self._pending, self._draft.mentions
        if pending.side:
            if len(mentions) == 1 and not mentions[0].side:
                mentions[0].side = pending.side
            elif pending.side_word is not None:
                self._draft.unplaced(pending.side_word)
        if pending.quantity is not None:
            self._draft.put("quantity", pending.quantity)

    def _head_ahead(self) -> str:
        """The rule of the head that follows in this stretch before another side."""
        for item in self._items[self._index + 1 :]:
            name = _name(item)
            if not name or name == "side":
                return ""
            if name in _STRATEGIES or name in _OPTIONS:
                return name
        return ""

    def _near(self, step: int) -> str:
        """The rule of the neighbouring phrase."""
        index = self._index + step
        return _name(self._items[index]) if 0 <= index < len(self._items) else ""

    # Orders.

    def _side(self, words: Sequence[Word]) -> None:
        (word,) = words
        anchor = self._anchor
        if anchor is not None and anchor.is_strategy and not anchor.side and self._is_alone():
            anchor.side = 1 if word.kind == "BUY" else -1
            return
        # As in "a 30 delta short put".
        delta = self._pending.delta if self._previous == "delta" else None
        self._pending.delta = None if delta is not None else self._pending.delta
        self._loosen()
        if self._pending.side_word is not None:
            self._draft.unplaced(self._pending.side_word)
        quantity = self._pending.quantity
        side = 1 if word.kind == "BUY" else -1
        self._pending = Mention(side=side, side_word=word, quantity=quantity, delta=delta)

    def _is_alone(self) -> bool:
        """A side right behind a strategy, and before nothing that it may be the side of."""
        return self._previous in _STRATEGIES and self._near(1) not in (
            *_OPTIONS,
            "numbers",
            "delta",
        )

    def _close(self, head: str, words: Sequence[Word]) -> Mention:
        mention, self._pending = self._pending, Mention()
        mention.head, mention.words = head, list(words)
        mention.is_joined = self._is_joined
        self._is_joined = False
        self._draft.mentions.append(mention)
        self._anchor = mention
        return mention

    def _numbers(self, words: Sequence[Word]) -> None:
        """One number may be many things; several are strikes."""
        if len(words) > 1 or words[0].kind == "RUN":
            self._draft.runs += [word for word in words if word.kind == "RUN"]
            self._draft.strikes.append(("all", self._values(words)))
        elif words[0].kind == "NUMBER":
            self._bare(words[0])
        else:
            self._draft.unplaced(words[0])

    def _bare(self, word: Word) -> None:
        anchor = self._anchor
        is_behind = self._previous == "kind" and not word.is_spelled
        if is_behind and anchor is not None and _lacks_strike(anchor):
            anchor.strikes.append(self._clear("strikes", word))
            return
        target = self._pending.apart if self._pending.is_apart else self._pending.numbers
        target.append(word)

    def _clear(self, about: str, word: Word) -> Decimal:
        amounts.ask_unclear(self._draft, about, word)
        return word.value  # type: ignore[no-any-return]

    def _kind(self, words: Sequence[Word]) -> None:
        mention = self._close(words[-1].value.removesuffix("s"), words)
        role = _role_of(self._items[self._index])
        mention.role_word = role
        sort_numbers(mention, self._draft)

    def _option(self, words: Sequence[Word]) -> None:
        side = self._pending.side
        for word in words:
            strike, kind = word.value
            mention = self._close(kind, [])
            mention.side = side
            mention.strikes.append(strike)
            sort_numbers(mention, self._draft)

    def _occ(self, words: Sequence[Word]) -> None:
        (word,) = words
        try:
            symbol = read_symbol(word.value)
        except BadInput as exc:
            self._draft.problem("legs", f"{exc}.")
            self._pending = Mention()
            return
        mention = self._close(symbol.kind, [])
        mention.strikes.append(symbol.strike)
        mention.has_symbol = True
        sort_numbers(mention, self._draft)
        self._draft.put("underlying", symbol.root)
        if symbol.root[-1].isdigit():
            self._draft.remark(
                f"{symbol.root} is an adjusted root: a contract may be for other than 100 shares."
            )
        self._dated(DateReading(day=symbol.expiry))

    def _shares(self, words: Sequence[Word]) -> None:
        if not self._pending.numbers:
            self._draft.shares_word = words[0]
            return
        mention = self._close("share", [])
        sort_numbers(mention, self._draft)

    def _strategy(self, name: str, words: Sequence[Word]) -> None:
        mention = self._close(name, words)
        mention.is_strategy = True
        if mention.delta is not None:
            self._draft.deltas.append(("all", mention.delta))
        if mention.strikes:
            self._draft.strikes.append(("all", tuple(mention.strikes)))
            mention.strikes = []

    def _symbol(self, words: Sequence[Word]) -> None:
        word = words[-1]
        self._draft.put("underlying", word.value)
        self._draft.remark(word.remark)
        self._pending.is_apart = True

    def _underlying(self, _: Sequence[Word]) -> None:
        """Says nothing by itself."""

    def _credit(self, words: Sequence[Word]) -> None:
        if self._previous == "numbers" and self._pending.numbers:
            self._draft.unplaced(self._pending.numbers.pop())
        if self._draft.credit is not None and self._draft.credit.kind != words[0].kind:
            self._draft.problem("strategy", "It is either for a credit or for a debit.")
        self._draft.credit = words[0]

    def _quantity(self, words: Sequence[Word]) -> None:
        word = next(word for word in words if word.value is not None)
        count = amounts.count(self._draft, word)
        if count is None:
            return
        anchor = self._anchor
        if anchor is not None and anchor.quantity is None and not self._head_ahead():
            anchor.quantity = count
        elif self._pending.quantity in (None, count):
            self._pending.quantity = count
        else:
            self._draft.problem("quantity", f"{self._pending.quantity} or {count} contracts?")

    # Where strikes lie.

    def _at(self, words: Sequence[Word]) -> None:
        word, anchor = words[-1], self._anchor
        if len(words) > 2 or word.kind == "RUN":  # noqa: PLR2004  # the "at" and one number
            self._draft.strikes.append(("all", self._values(words)))
        elif word.kind not in ("NUMBER", "MONEY"):
            self._draft.unplaced(word)
        elif self._previous == "symbol":
            self._draft.weak.append(word)
        elif anchor is None:
            self._draft.unplaced(word)
        elif anchor.is_strategy:
            self._draft.loose.append(word)
        elif anchor.strikes or anchor.delta is not None or anchor.head == "share":
            anchor.price = self._clear("legs", word)
        else:
            anchor.strikes.append(self._clear("strikes", word))

    def _values(self, words: Sequence[Word]) -> tuple[Decimal, ...]:
        found: list[Decimal] = []
        for word in words:
            if word.kind in ("NUMBER", "MONEY", "RUN", "NEGATIVE"):
                amounts.ask_unclear(self._draft, "strikes", word)
                found += word.value if isinstance(word.value, tuple) else [word.value]
        return tuple(found)

    def _strike(self, words: Sequence[Word]) -> None:
        values, ahead, anchor = self._values(words), self._head_ahead(), self._anchor
        if len(values) == 1 and ahead == "kind":
            self._pending.strikes += values
        elif len(values) == 1 and not ahead and _lacks_strike(anchor):
            assert anchor is not None
            anchor.strikes += values
        else:
            self._draft.strikes.append(("all", values))

    def _role_strikes(self, words: Sequence[Word]) -> None:
        whose = next(word.kind for word in words if word.kind.removesuffix("_AFTER") in _WHOSE)
        self._draft.strikes.append((_WHOSE[whose.removesuffix("_AFTER")], self._values(words)))

    def _wing_strikes(self, words: Sequence[Word]) -> None:
        self._role_strikes(words)

    def _role(self, words: Sequence[Word]) -> None:
        if "delta" not in (self._near(-1), self._near(1)):
            self._draft.unplaced(words[0])

    def _delta(self, words: Sequence[Word]) -> None:
        size = amounts.delta_size(self._draft, words)
        if size is None:
            return
        anchor = self._anchor
        for step in (1, -1):
            if self._near(step) == "role":
                role = self._items[self._index + step].children[0].value.kind
                self._draft.deltas.append((_WHOSE[role.removesuffix("_AFTER")], size))
                return
        if not self._head_ahead() and _lacks_strike(anchor):
            assert anchor is not None
            anchor.delta = size
        else:
            self._pending.delta = size

    def _width(self, words: Sequence[Word]) -> None:
        figure = next(word for word in words if word.value is not None and word.kind != "KIND")
        kind = next((word.value.removesuffix("s") for word in words if word.kind == "KIND"), "")
        value = self._clear("widths", figure)
        self._draft.widths.append((kind or "wings", value))

    def _at_money(self, _: Sequence[Word]) -> None:
        if self._head_ahead() == "kind":
            self._pending.is_at_money = True
        elif self._anchor is not None and not self._anchor.is_strategy:
            self._anchor.is_at_money = True
        else:
            self._draft.is_at_money = True

    def _off_money(self, words: Sequence[Word]) -> None:
        percent = next(word for word in words if word.kind == "PERCENT")
        self._draft.off_money.append((percent.value, words[-1].kind == "OUT_OF_MONEY"))

    # When.

    def _expiry(self, words: Sequence[Word]) -> None:
        self._pending.is_apart = True
        self._dated(words[-1].value)

    def _span(self, words: Sequence[Word]) -> None:
        number, unit = words[-2:]
        self._pending.is_apart = True
        if unit.value == "d":
            self._draft.ask_which("expiry", f"Is {number.text}d a delta or a number of days?")
            return
        count = amounts.count(self._draft, number, about="expiry")
        if count is not None:
            self._dated(read_span(count, unit.value, self._today))

    def _dated(self, reading: DateReading) -> None:
        if reading.doubtful is not None and reading.question is not None:
            self._draft.doubtful.append((reading.doubtful, reading.question))
        elif reading.question is not None:
            self._draft.ask_which("expiry", reading.question)
        elif reading.problem is not None:
            self._draft.problem("expiry", reading.problem)
        else:
            self._draft.put("expiry", reading.day)
            self._draft.remark(reading.remark)

    def _view(self, words: Sequence[Word]) -> None:
        names = {"BULL": "bullish", "BEAR": "bearish"}
        self._draft.put("view", names.get(words[0].kind, words[0].value))

    def _vague(self, words: Sequence[Word]) -> None:
        self._draft.ask_which(*words[0].value)


def _name(item: Any) -> str:
    return str(item.data) if hasattr(item, "data") else ""


def _role_of(item: Any) -> str:
    for child in item.children:
        if hasattr(child, "data"):
            return str(child.children[0].value.text).lower()
    return ""


def _lacks_strike(mention: Mention | None) -> bool:
    return (
        mention is not None
        and not mention.is_strategy
        and not mention.strikes
        and mention.delta is None
        and not mention.apart
    )
