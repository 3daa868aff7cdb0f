"""Which of the bare numbers before an option is how many, and which its strike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.language.amounts import count

if TYPE_CHECKING:
    from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft, Mention


def sort_numbers(mention: Mention, draft: Draft) -> None:
    """Which of the bare numbers before an option is how many, and which its strike.

    One that may be either stays in `mention.numbers`.
    """
    numbers, apart = mention.numbers, mention.apart
    has_strike = bool(mention.strikes) or mention.delta is not None or mention.head == "share"
    has_strike |= mention.is_at_money
    if len(numbers) + len(apart) == 2 and mention.quantity is None and not has_strike:  # noqa: PLR2004
        first, second = [*numbers, *apart]
        mention.quantity = count(draft, first)
        mention.strikes.append(second.value)
        mention.numbers, mention.apart = [], []
        return
    mention.numbers, mention.apart = [], []
    for word in apart:
        if has_strike or mention.strikes:
            draft.unplaced(word)
        else:
            mention.strikes.append(word.value)
    for word in numbers:
        if mention.quantity is None and (has_strike or word.is_spelled or mention.is_apart):
            mention.quantity = count(draft, word)
        elif has_strike or mention.strikes:
            draft.unplaced(word)
        elif word.article or mention.quantity is not None or not mention.side:
            mention.strikes.append(word.value)
        else:
            mention.numbers.append(word)
