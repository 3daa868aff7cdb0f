"""Which strategy of `strategies.STRATEGIES` the words name: bought or sold, of calls or of puts.

Words that fit several strategies are asked about, words that fit none are refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft, Mention

_LONG, _SHORT = 1, -1


class _Vertical(NamedTuple):
    kind: Literal["call", "put"]
    mood: Literal["BULL", "BEAR"]
    flow: Literal["CREDIT", "DEBIT"]


_VERTICALS = {
    "bull call spread": _Vertical("call", "BULL", "DEBIT"),
    "bear call spread": _Vertical("call", "BEAR", "CREDIT"),
    "bull put spread": _Vertical("put", "BULL", "CREDIT"),
    "bear put spread": _Vertical("put", "BEAR", "DEBIT"),
}
# Sold, these are for a credit.
_BOTH_WAYS: Mapping[str, str] = {
    "IRON_CONDOR": "iron condor",
    "IRON_FLY": "iron butterfly",
    "STRADDLE": "straddle",
    "STRANGLE": "strangle",
}
# One way only: the side that may be said with it.
_ONE_WAY: Mapping[str, tuple[str, frozenset[int]]] = {
    "COVERED_CALL": ("covered call", frozenset({_LONG, _SHORT})),
    "PROTECTIVE_PUT": ("protective put", frozenset({_LONG})),
    "COLLAR": ("collar", frozenset({_LONG})),
    "JADE_LIZARD": ("jade lizard", frozenset({_SHORT})),
    "RISK_REVERSAL": ("risk reversal", frozenset({_LONG})),
}
_MEANT = {
    "RISK_REVERSAL": "A risk reversal is read as the bullish one: a sold put and a bought call.",
}
_SIDED = {_LONG: "bought", _SHORT: "sold"}


def name_strategy(mention: Mention, draft: Draft) -> str | None:
    """The name of a strategy; None where the draft now holds a question or a problem."""
    kinds = [word.value.removesuffix("s") for word in mention.words if word.kind == "KIND"]
    said = " ".join(word.text.lower() for word in mention.words)
    if mention.head == "vertical":
        return _vertical(mention, kinds, draft)
    if mention.head == "named":
        return _named(mention, draft)
    if mention.head == "no_template":
        draft.problem("strategy", f"There is no template for {_article(said)}.")
    elif not kinds:
        draft.ask_which("strategy", f"Is the {said} of calls or of puts?")
    else:
        return _of_kind(mention, kinds[0], draft)
    return None


def _of_kind(mention: Mention, kind: str, draft: Draft) -> str | None:
    if mention.head == "naked":
        return _one_way(f"short {kind}", mention, frozenset({_SHORT}), draft)
    if mention.head == "ratio":
        return _one_way(f"{kind} ratio spread", mention, frozenset({_LONG}), draft)
    if mention.head == "backspread":
        return _one_way(f"{kind} backspread", mention, frozenset({_LONG}), draft)
    return _butterfly(mention, kind, draft)


def _article(said: str) -> str:
    return f"{'an' if said[:1] in 'aeiou' else 'a'} {said}"


def _vertical(mention: Mention, kinds: list[str], draft: Draft) -> str | None:
    words = {word.kind for word in mention.words}
    flows = {kind.removesuffix("_SPREAD") for kind in words} & {"CREDIT", "DEBIT"}
    if mention.side:
        flows.add("DEBIT" if mention.side == _LONG else "CREDIT")
    if draft.credit is not None:
        flows.add(draft.credit.kind)
    moods = words & {"BULL", "BEAR"}
    fitting = [
        name
        for name, vertical in _VERTICALS.items()
        if {vertical.kind} >= set(kinds) and {vertical.flow} >= flows and {vertical.mood} >= moods
    ]
    said = " ".join(word.text.lower() for word in mention.words)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        draft.ask_which("strategy", f"Which spread is meant: {_listed(fitting)}?")
        return None
    draft.problem("strategy", f"No {said} is {_how(flows)}: which spread is meant?")
    return None


def _how(flows: set[str]) -> str:
    return " and ".join("for a " + flow.lower() for flow in sorted(flows)) or "of that kind"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _named(mention: Mention, draft: Draft) -> str | None:
    kind = mention.words[0].kind
    if kind in _ONE_WAY:
        name, sides = _ONE_WAY[kind]
        found = _one_way(name, mention, sides, draft)
        if found is not None and mention.side == 0:
            draft.remark(_MEANT.get(kind))
        return found
    name = _BOTH_WAYS[kind]
    ways = {mention.side} - {0}
    if draft.credit is not None:
        ways.add(_SHORT if draft.credit.kind == "CREDIT" else _LONG)
    return _either_way(name, ways, draft)


def _either_way(name: str, ways: set[int], draft: Draft) -> str | None:
    if len(ways) == 1:
        return f"{'long' if ways == {_LONG} else 'short'} {name}"
    if ways:
        draft.problem("strategy", f"The {name} is said to be bought and sold.")
    else:
        draft.ask_which("strategy", f"Is the {name} bought (for a debit) or sold (for a credit)?")
    return None


def _one_way(name: str, mention: Mention, sides: frozenset[int], draft: Draft) -> str | None:
    if mention.side in sides | {0}:
        return name
    draft.problem("strategy", f"There is no template for a {name} that is {_SIDED[mention.side]}.")
    return None


def _butterfly(mention: Mention, kind: str, draft: Draft) -> str | None:
    name = f"{kind} {'butterfly' if mention.head == 'butterfly' else 'condor'}"
    if mention.head == "condor" and mention.side == _SHORT:
        return _one_way(name, mention, frozenset({_LONG}), draft)
    return _either_way(name, {mention.side} - {0}, draft)
