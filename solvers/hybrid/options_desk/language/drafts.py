"""What has been understood so far: fields that may be set once, notes, and mentions of options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.solvers.hybrid.options_desk.language.reading import Note

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.language.words import Word

_NAMES = {"is_vix": "volatility", "dividend_yield": "dividend yield", "account": "account value"}


@dataclass(slots=True, kw_only=True)
class Mention:
    """An option, shares or a strategy that was named, with what stood beside it.

    Attributes:
        side: +1 bought, -1 sold, 0 not said.
        head: "call", "put" or "share"; of a strategy the rule of the grammar that read it.
        words: that the head was said with.
        is_strategy: the head is a strategy.
        numbers: bare ones before it.
        apart: bare ones before it that a symbol or a date parts from the side.
        strikes: that belong to it.
        delta: size.
        price: of one.
        quantity: as it was said with it.
        is_at_money: the strike is the spot.
        has_symbol: it was given by an OCC symbol.
        is_joined: it follows an "and".
        role_word: "lower" and the like.
    """

    side: int = 0
    side_word: Word | None = None
    head: str = ""
    words: list[Word] = field(default_factory=list)
    is_strategy: bool = False
    numbers: list[Word] = field(default_factory=list)
    apart: list[Word] = field(default_factory=list)
    is_apart: bool = False
    strikes: list[Decimal] = field(default_factory=list)
    delta: Decimal | None = None
    price: Decimal | None = None
    quantity: int | None = None
    is_at_money: bool = False
    has_symbol: bool = False
    is_joined: bool = False
    role_word: str = ""

    @property
    def is_plural(self) -> bool:
        """It was said as in "calls" or "spreads"."""
        return bool(self.words) and self.words[-1].text.lower().endswith(("s", "flies"))


Whose = Literal["all", "short", "long", "outer", "body"]


@dataclass(slots=True, kw_only=True)
class Draft:
    """Grows while the phrases of a text are gone through."""

    fields: dict[str, Any] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    strikes: list[tuple[Whose, tuple[Decimal, ...]]] = field(default_factory=list)
    deltas: list[tuple[Whose, Decimal]] = field(default_factory=list)
    widths: list[tuple[str, Decimal]] = field(default_factory=list)
    is_at_money: bool = False
    off_money: list[tuple[Decimal, bool]] = field(default_factory=list)
    runs: list[Word] = field(default_factory=list)
    loose: list[Word] = field(default_factory=list)
    weak: list[Word] = field(default_factory=list)
    credit: Word | None = None
    doubtful: list[tuple[date, str]] = field(default_factory=list)
    shares_word: Word | None = None
    budget_shares: list[Decimal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    missing: list[Note] = field(default_factory=list)
    unclear: list[Note] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        """Set a field; twice the same is one, two that differ are a problem."""
        if name in self.fields and self.fields[name] != value:
            self.problem(name, f"There are two figures for the {_NAMES.get(name, name)}: "
                               f"{self.fields[name]} and {value}.")  # fmt: skip
        self.fields.setdefault(name, value)

    def ask(self, about: str, sentence: str) -> None:
        """Something was not said."""
        if Note(about, sentence) not in self.missing:
            self.missing.append(Note(about, sentence))

    def ask_which(self, about: str, sentence: str) -> None:
        """Something was said and may mean two things."""
        if Note(about, sentence) not in self.unclear:
            self.unclear.append(Note(about, sentence))

    def problem(self, about: str, sentence: str) -> None:
        """Something was said that cannot be."""
        if Note(about, sentence) not in self.problems:
            self.problems.append(Note(about, sentence))

    def remark(self, sentence: str | None) -> None:
        """Something was understood in a way that the words do not force."""
        if sentence and sentence not in self.remarks:
            self.remarks.append(sentence)

    def unplaced(self, word: Word) -> None:
        """A word that belongs to nothing."""
        if (word.start, word.text) not in self.unread:
            self.unread.append((word.start, word.text))
