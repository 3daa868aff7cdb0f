"""What phrases with a figure say: spot, volatility, rate, dividend yield, account, budget."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.hybrid.options_desk.language.figures import say_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft
    from spoonbench.solvers.hybrid.options_desk.language.words import Word

FIGURES = frozenset({"NUMBER", "MONEY", "PERCENT", "NEGATIVE"})
_HUNDRED = Decimal(100)
_LEAST_PERCENT = 3
"""A volatility without a sign is in percent from here on, and a fraction below 1."""
_MOST_FRACTION = Decimal("0.2")
_MOST_COUNT = 10**6
_OF_VIX = frozenset({"SPX", "SPXW", "SPY", "XSP", "ES"})


def ask_unclear(draft: Draft, about: str, word: Word) -> None:
    """Ask about a figure such as 5.900, which has two meanings."""
    if word.is_unclear and not isinstance(word.value, tuple):
        scaled = abs(word.value) * 1000
        draft.ask_which(
            about, f"Is {word.text} {say_figure(scaled)} or {word.value.normalize():f}?"
        )
    elif word.is_unclear:
        draft.ask_which(about, f"Is the dot in {word.text} one of thousands or of decimals?")


def count(draft: Draft, word: Word, about: str = "quantity") -> int | None:
    """A whole number above zero; of days, also zero."""
    ask_unclear(draft, about, word)
    value = word.value
    least = 0 if about == "expiry" else 1
    if value != int(value) or not least <= value <= _MOST_COUNT:
        draft.problem(
            about, f"{word.text} is no number of {'days' if least == 0 else 'contracts'}."
        )
        return None
    return int(value)


def delta_size(draft: Draft, words: Sequence[Word]) -> Decimal | None:
    """A delta in (0, 1); above 1 it is in hundredths."""
    word = next(word for word in words if word.kind in FIGURES)
    ask_unclear(draft, "deltas", word)
    value: Decimal = word.value
    if word.kind != "NEGATIVE" and word.kind == "PERCENT" and 0 < value < 1:
        return value
    if value == 1:
        draft.ask_which("deltas", "Is a delta of 1 meant as 0.01?")
        return None
    if value <= 0 or value >= _HUNDRED:
        draft.problem(
            "deltas", f"A delta is given by its size, above 0 and below 100, not {word.text}."
        )
        return None
    if value > 1:
        draft.remark(f"{word.text} delta is read as {say_figure(value / _HUNDRED)}.")
        return value / _HUNDRED
    return value


def _figure(item: Any) -> Word:
    for child in item.children:
        if not hasattr(child, "data") and child.value.kind in FIGURES:
            return child.value  # type: ignore[no-any-return]
    raise AssertionError(item)


def _spot(draft: Draft, item: Any) -> None:
    word = _figure(item)
    for child in item.children:
        if not hasattr(child, "data") and child.value.kind == "SYMBOL":
            draft.put("underlying", child.value.value)
            draft.remark(child.value.remark)
    if word.kind == "PERCENT":
        draft.problem("spot", f"A price of the underlying is no percentage: {word.text}.")
        return
    ask_unclear(draft, "spot", word)
    draft.put("spot", word.value)


def _volatility(draft: Draft, item: Any) -> None:
    word = _figure(item)
    value: Decimal = word.value
    ask_unclear(draft, "volatility", word)
    if word.kind == "MONEY":
        draft.problem("volatility", f"A volatility is no amount of money: {word.text}.")
        return
    if word.kind == "NUMBER" and 1 <= value < _LEAST_PERCENT:
        draft.ask_which("volatility", f"Is a volatility of {word.text} in percent?")
        return
    if word.kind == "NUMBER" and value >= _LEAST_PERCENT:
        value /= 100
        draft.remark(f"A volatility of {word.text} is read as {word.text}%.")
    draft.put("volatility", value)


def _vix(draft: Draft, item: Any) -> None:
    word = _figure(item)
    ask_unclear(draft, "volatility", word)
    value: Decimal = word.value if word.kind == "PERCENT" else word.value / 100
    if word.kind == "NUMBER" and word.value < _LEAST_PERCENT:
        draft.ask_which("volatility", f"Is a VIX of {word.text} in percent?")
        return
    draft.put("volatility", value)
    draft.fields["is_vix"] = True


def check_vix(draft: Draft) -> None:
    """The index is the volatility of the S&P 500, and of nothing else."""
    if not draft.fields.get("is_vix"):
        return
    underlying = draft.fields.get("underlying")
    if underlying is not None and underlying not in _OF_VIX:
        draft.ask_which(
            "volatility",
            f"The VIX is the volatility of the S&P 500: what is that of {underlying}?",
        )
    level = say_figure(draft.fields["volatility"] * 100)
    draft.remark(f"A VIX of {level} is taken as a volatility of {level}%.")


def _yearly(name: str) -> Callable[[Draft, Any], None]:
    said = name.replace("_", " ")

    def put(draft: Draft, item: Any) -> None:
        word = _figure(item)
        value: Decimal = word.value
        ask_unclear(draft, name, word)
        is_percent = "%" in word.text or word.kind == "PERCENT"
        if not is_percent and abs(value) >= 1:
            value /= 100
            draft.remark(f"A {said} of {word.text} is read as {word.text}%.")
        elif not is_percent and abs(value) > _MOST_FRACTION:
            draft.ask_which(name, f"Is a {said} of {word.text} in percent?")
            return
        draft.put(name, value)

    return put


def _none(name: str) -> Callable[[Draft, Any], None]:
    def put(draft: Draft, _: Any) -> None:
        draft.put(name, Decimal(0))

    return put


def _account(draft: Draft, item: Any) -> None:
    word = _figure(item)
    if word.kind == "PERCENT":
        draft.budget_shares.append(word.value)
        return
    ask_unclear(draft, "account", word)
    draft.put("account", word.value)


def _budget(draft: Draft, item: Any) -> None:
    word = _figure(item)
    ask_unclear(draft, "budget", word)
    shares = [child for child in item.children if hasattr(child, "data")]
    if word.kind == "PERCENT":
        draft.budget_shares.append(word.value)
    elif shares:
        draft.problem("budget", f"{word.text} is no share of an account.")
    else:
        draft.put("budget", word.value)
        if not any(
            c.value.kind.startswith("RISK") for c in item.children if not hasattr(c, "data")
        ):
            draft.remark(f"{word.text} is taken as the most that may be lost.")
    for share in shares:
        whole = share.children[-1]
        figures = [c.value for c in whole.children if c.value.kind in FIGURES]
        if figures:
            ask_unclear(draft, "account", figures[0])
            draft.put("account", figures[0].value)


def settle_budget(draft: Draft) -> None:
    """A share of the account becomes an amount."""
    for share in draft.budget_shares:
        account = draft.fields.get("account")
        if account is None:
            draft.ask_which("account", f"{say_figure(share * 100)}% of which account value?")
        else:
            draft.put("budget", share * account)


PLAIN: Mapping[str, Callable[[Draft, Any], None]] = {
    "spot": _spot,
    "volatility": _volatility,
    "vix": _vix,
    "rate": _yearly("rate"),
    "dividend_yield": _yearly("dividend_yield"),
    "no_rate": _none("rate"),
    "no_dividend": _none("dividend_yield"),
    "account": _account,
    "budget": _budget,
}
