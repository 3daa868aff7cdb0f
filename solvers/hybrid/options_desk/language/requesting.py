"""Makes a request of what was gathered: its strategy or legs, its figures, what is missing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from spoonbench.solvers.hybrid.options_desk.language.amounts import check_vix, settle_budget
from spoonbench.solvers.hybrid.options_desk.language.checks import missing_notes, validate
from spoonbench.solvers.hybrid.options_desk.language.figures import say_figure
from spoonbench.solvers.hybrid.options_desk.language.names import name_strategy
from spoonbench.solvers.hybrid.options_desk.language.reading import Reading
from spoonbench.solvers.hybrid.options_desk.language.roles import Roles
from spoonbench.solvers.hybrid.options_desk.requests import Request, StatedLeg

if TYPE_CHECKING:
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft, Mention
    from spoonbench.solvers.hybrid.options_desk.language.words import Word

_MONTHS, _DAYS = 12, 31
_LEAST_RATIO, _MOST_RATIO = Decimal("0.3"), Decimal(3)
"""A strike lies between these times the spot."""


def finish(text: str, draft: Draft, today: date) -> Reading:
    """The reading of a text whose phrases were all placed."""
    settle_budget(draft)
    for day, question in draft.doubtful:
        # Said as a number of days as well, it is meant.
        if draft.fields.get("expiry") != day:
            draft.ask_which("expiry", question)
    _ask_dates(draft)
    name = _resolve(draft)
    check_vix(draft)
    for word in draft.loose:
        draft.unplaced(word)
    if draft.unread:
        pieces = tuple(dict.fromkeys(piece for _, piece in sorted(draft.unread)))
        return Reading(text=text, request=None, unread=pieces)
    request = None if draft.problems else _request(text, draft, name)
    problems = (*draft.problems, *(validate(request, today=today) if request is not None else ()))
    if problems:
        return Reading(text=text, request=None, problems=tuple(problems))
    assert request is not None
    asked = {note.about for note in draft.unclear}
    missing = [note for note in missing_notes(request) if note.about not in asked]
    if draft.unclear and (asked & {"strategy", "legs"} or name is not None):
        missing = [note for note in missing if note.about != "strategy"]
    return Reading(
        text=text,
        request=None if draft.unclear else request,
        missing=(*draft.unclear, *missing),
    )


def _ask_dates(draft: Draft) -> None:
    """A day and a month without a year, as "12/18", look like two strikes."""
    spot = draft.fields.get("spot")
    for word in draft.runs:
        low, high = min(word.value), max(word.value)
        is_day = len(word.value) == 2 and low <= _MONTHS and high <= _DAYS  # noqa: PLR2004
        if is_day and (spot is None or not _is_near(high, spot)):
            draft.ask_which("expiry", f"Is {word.text} a date or two strikes? A date has a year.")


def _is_near(value: Decimal, spot: Decimal) -> bool:
    """It may be a strike."""
    return spot <= 0 or _LEAST_RATIO * spot <= value <= _MOST_RATIO * spot


def _request(text: str, draft: Draft, name: str | None) -> Request:
    fields: dict[str, Any] = {"strikes": {}, "deltas": {}, "widths": {}, **draft.fields}
    return Request(text=text, strategy=name, remarks=tuple(draft.remarks), **fields)


def _resolve(draft: Draft) -> str | None:
    """The strategy; legs and roles go into the fields of the draft."""
    strategies = [mention for mention in draft.mentions if mention.is_strategy]
    options = [mention for mention in draft.mentions if not mention.is_strategy]
    if strategies:
        return _named(draft, strategies, options)
    if draft.shares_word is not None:
        draft.unplaced(draft.shares_word)
    if len(options) == 1 and _is_single(options[0]):
        return _single(draft, options[0])
    if options:
        _spell_out(draft, options)
        return None
    _settle_weak(draft, None)
    if draft.strikes or draft.deltas or draft.widths or draft.is_at_money or draft.off_money:
        draft.ask_which("strategy", "Which strategy are the strikes for?")
    if draft.loose:
        _ask_loose(draft)
    return None


def _is_single(mention: Mention) -> bool:
    return mention.head != "share" and mention.price is None


def _named(draft: Draft, strategies: list[Mention], options: list[Mention]) -> str | None:
    names = {name_strategy(mention, draft) for mention in strategies}
    if len(strategies) > 1 and len({(m.head, *(w.kind for w in m.words)) for m in strategies}) > 1:
        draft.problems.clear()
        draft.unclear.clear()
        draft.problem("strategy", "There are two strategies, and one can be looked at at a time.")
    name = names.pop() if len(names) == 1 else None
    if name is None:
        _forget(draft, strategies)
        return None
    roles = Roles(name, draft)
    if draft.shares_word is not None and all(s.kind != "share" for s in roles.strategy.slots):
        draft.unplaced(draft.shares_word)
    for mention in strategies:
        _take_numbers(draft, mention, roles)
    _settle_weak(draft, roles)
    _settle_loose(draft, roles)
    roles.place(options)
    _fill(draft, roles)
    return name


def _forget(draft: Draft, strategies: list[Mention]) -> None:
    """Without a strategy nothing can be said of bare numbers; they are not unread."""
    draft.loose = []
    for mention in strategies:
        mention.numbers, mention.apart = [], []
    if draft.problems:
        draft.weak = []
    _settle_weak(draft, None)


def _fill(draft: Draft, roles: Roles) -> None:
    found = {"strikes": roles.strikes, "deltas": roles.deltas, "widths": roles.widths}
    draft.fields.update({name: values for name, values in found.items() if values})


def _take_numbers(draft: Draft, mention: Mention, roles: Roles) -> None:
    """Bare numbers before a strategy: how many, and strikes."""
    if mention.quantity is not None:
        draft.put("quantity", mention.quantity)
    numbers = [*mention.numbers, *mention.apart]
    n = len(roles.ranks())
    if mention.numbers and mention.quantity is None:
        first = mention.numbers[0]
        is_count = len(numbers) == n + 1 or (
            len(mention.numbers) == 1
            and not first.article
            and (first.is_spelled or mention.is_plural or first.value == 1 or mention.is_apart)
        )
        if is_count:
            numbers = _counted(draft, first, numbers)
    draft.loose += numbers


def _counted(draft: Draft, first: Word, numbers: list[Word]) -> list[Word]:
    if first.value != int(first.value) or first.value < 1:
        draft.problem("quantity", f"{first.text} is no number of contracts.")
    else:
        draft.put("quantity", int(first.value))
    return [word for word in numbers if word is not first]


def _settle_weak(draft: Draft, roles: Roles | None) -> None:
    """What stood as in "AAPL at 190": the spot, or the strike where the spot was said elsewhere."""
    for word in draft.weak:
        spot = draft.fields.get("spot")
        if spot is None:
            if word.is_unclear:
                draft.ask_which("spot", f"Is the dot in {word.text} one of thousands?")
            draft.put("spot", word.value)
            draft.remark(f"{word.text} is taken as the price of the underlying.")
        elif spot == word.value:
            continue
        elif _is_strike(draft, roles, word.value):
            draft.strikes.append(("all", (word.value,)))
            draft.remark(f"{word.text} is taken as the strike.")
        else:
            draft.put("spot", word.value)
    draft.weak = []


def _is_strike(draft: Draft, roles: Roles | None, value: Decimal) -> bool:
    is_one = roles is not None and len(roles.ranks()) == 1 and not draft.strikes
    return is_one and _is_near(value, draft.fields["spot"])


def _settle_loose(draft: Draft, roles: Roles) -> None:
    """Bare numbers behind a strategy, or between a symbol and it: its strikes."""
    loose, ranks = draft.loose, roles.ranks()
    if not loose or draft.strikes or roles.strikes:
        return
    if "spot" not in draft.fields:
        _ask_loose(draft)
    elif len(loose) == len(ranks) and all(
        _is_near(word.value, draft.fields["spot"]) for word in loose
    ):
        roles_values = [word.value for word in loose]
        draft.strikes.append(("all", tuple(roles_values)))
        said = ", ".join(map(say_figure, roles_values))
        draft.remark(f"{said}: taken as {'the strike' if len(ranks) == 1 else 'strikes'}.")
        draft.loose = []


def _ask_loose(draft: Draft) -> None:
    if len(draft.loose) == 1 and "spot" not in draft.fields:
        (word,) = draft.loose
        draft.ask_which("spot", f"Is {word.text} the price of the underlying?")
        draft.loose = []


def _single(draft: Draft, mention: Mention) -> str | None:
    """One option: a strategy of its own."""
    if not mention.side:
        draft.ask_which("strategy", f"Is the {mention.head} bought or sold?")
        mention.numbers, draft.loose = [], []
        _settle_weak(draft, None)
        return None
    name = f"{'long' if mention.side > 0 else 'short'} {mention.head}"
    roles = Roles(name, draft)
    _settle_count(draft, mention)
    if mention.quantity is not None:
        draft.put("quantity", mention.quantity)
    _settle_weak(draft, roles if not mention.strikes and mention.delta is None else None)
    if not mention.strikes and mention.delta is None:
        _settle_loose(draft, roles)
    if mention.is_at_money:
        draft.is_at_money = True
    if mention.strikes:
        draft.strikes.append(("all", tuple(mention.strikes)))
    if mention.delta is not None:
        draft.deltas.append(("all", mention.delta))
    roles.place(())
    _fill(draft, roles)
    return name


def _settle_count(draft: Draft, mention: Mention) -> None:
    """What stood as in "buy 200 calls": contracts or the strike, where the spot does not tell."""
    for word in mention.numbers:
        spot = draft.fields.get("spot")
        has_strike = mention.strikes or mention.delta is not None or draft.strikes or draft.deltas
        is_near = spot is None or _is_near(word.value, spot)
        if not has_strike and is_near and word.value != 1:
            draft.ask_which("quantity", f"Is {word.text} the number of contracts or the strike?")
        elif word.value != int(word.value) or word.value < 1:
            draft.problem("quantity", f"{word.text} is no number of contracts.")
        else:
            mention.quantity = int(word.value)
            if word.value != 1:
                draft.remark(f"{word.text} is taken as the number of contracts.")
    mention.numbers = []


def _spell_out(draft: Draft, mentions: list[Mention]) -> None:
    """Legs of no named strategy."""
    _settle_weak(draft, None)
    side = 0
    legs = []
    for mention in mentions:
        if not mention.side and mention.is_joined and side:
            mention.side = side
            draft.remark(
                f"The {mention.head} after the 'and' is {'bought' if side > 0 else 'sold'}, too."
            )
        side = mention.side
        _settle_count(draft, mention)
        legs.append(_leg(draft, mention, is_only=len(mentions) == 1))
    if draft.widths or draft.off_money or draft.is_at_money or draft.deltas or draft.strikes:
        draft.ask_which("legs", "Which of the legs are the strikes or deltas for?")
    if draft.fields.get("quantity") is not None and len(mentions) == 1:
        draft.problem("quantity", "The number of contracts was said twice.")
    if draft.shares_word is None and not draft.unclear and not draft.problems:
        draft.fields["legs"] = tuple(leg for leg in legs if leg is not None)


def _leg(draft: Draft, mention: Mention, *, is_only: bool) -> StatedLeg | None:
    if not mention.side:
        draft.ask_which("legs", f"Is the {mention.head} bought or sold?")
    if mention.is_at_money:
        mention.strikes += Roles("long call", draft).spot()
    if is_only and not mention.strikes and mention.delta is None and len(draft.strikes) == 1:
        mention.strikes += draft.strikes.pop()[1]
    if len(mention.strikes) > 1 or (mention.strikes and mention.delta is not None):
        draft.problem("legs", f"A {mention.head} has one strike or one delta.")
        return None
    if mention.head != "share" and not mention.strikes and mention.delta is None:
        draft.ask_which("legs", f"Which strike has the {mention.head}?")
    if mention.quantity is None and draft.fields.get("quantity") is None:
        draft.remark("One of each leg, where no number was said.")
    quantity = mention.quantity
    if quantity is None and is_only:
        quantity = draft.fields.pop("quantity", None)
    return StatedLeg(
        kind=cast("Any", mention.head),
        quantity=(mention.side or 1) * (quantity or 1),
        strike=mention.strikes[0] if mention.strikes else None,
        delta=mention.delta,
        price=mention.price,
    )
