"""Fine-tuning: what the documents' own numbers add up to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import compare, find, left_to_run, recomputed
from spoonbench.harness.claims.mixtures import (
    exact_share,
    fitting_counts,
    fitting_shares,
    overlap,
)
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import show, show_range

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.mixtures import Mixture


@checks("F4")
def tokens_of_easy_and_hard(claim: Claim, grounds: Grounds) -> Finding:
    """Examples times length, and what share of all tokens the hard ones are."""
    del grounds
    easy = claim.number("easy_examples") * claim.number("easy_length")
    hard = claim.number("hard_examples") * claim.number("hard_length")
    share = hard / (easy + hard)
    compared = [
        compare(claim, "easy_tokens", easy),
        compare(claim, "hard_tokens", hard),
        compare(claim, "hard_share", share, digits=3),
    ]
    asked = claim.figures["hard_share"].value
    why = f"{show(hard)} of {show(easy + hard)} tokens are {show(share, 'share')}."
    if asked < 1:
        length = asked / (1 - asked) * easy / claim.number("hard_examples")
        why += (
            f" For {show(asked, 'share')} a hard example would need {show(length, 'tokens')}, not "
            f"{show(claim.number('hard_length'))}."
        )
    return recomputed(claim, compared, why)


@checks("F8")
def improvement_of_perplexity(claim: Claim, grounds: Grounds) -> Finding:
    """What share of the first perplexity is gone."""
    del grounds
    before, after = claim.number("before"), claim.number("after")
    return recomputed(claim, [compare(claim, "improvement", 1 - after / before)])


@checks("F17")
def overfitting(claim: Claim, grounds: Grounds) -> Finding:
    """The perplexity of the training loss against the one in evaluation."""
    del grounds
    training = math.exp(claim.figures["train_loss"].value)
    evaluation = claim.figures["eval_perplexity"].value
    ratio, most = evaluation / training, claim.number("most_ratio")
    is_close = ratio <= most
    shown = show(training, "perplexity", 4), show(evaluation, "", 4)
    return find(
        claim,
        "holds" if is_close else "does not hold",
        found=f"{shown[0]} in training, {shown[1]} in evaluation",
        value=ratio,
        unit="times",
        why=(
            f"A loss of {show(claim.figures['train_loss'].value)} is a perplexity of "
            f"{show(training, '', 4)}; evaluation is {show(ratio, '', 3)} times that"
            + (", which is close." if is_close else ": the model foresees what it was trained on "
               "and not what it was not, which is what overfitting means.")
        ),
    )  # fmt: skip


@checks("F19")
def price_of_an_hour(claim: Claim, grounds: Grounds) -> Finding:
    """What an hour costs by each document."""
    del grounds
    cost, hours = claim.figures["cost"], claim.figures["hours"]
    first = (cost.low / hours.high, cost.high / hours.low)
    other_cost, other_hours = claim.ends("other_cost"), claim.ends("other_hours")
    second = (other_cost[0] / other_hours[1], other_cost[1] / other_hours[0])
    most = claim.number("most_ratio")
    is_one_market = second[0] <= first[1] * most and first[0] <= second[1] * most
    nearest, farthest = second[0] / first[1], second[1] / first[0]
    return find(
        claim,
        "holds" if is_one_market else "does not hold",
        found=f"{show_range(*first, 'USD/hour')} against {show_range(*second, 'USD/hour')}",
        value=sum(first) / 2,
        low=first[0],
        high=first[1],
        unit="USD/hour",
        why=(
            f"An hour of the first card comes to {show_range(*first, 'USD')}, one of the other to "
            f"{show_range(*second, 'USD')}: {show_range(nearest, farthest, 'times')} as much."
            + ("" if is_one_market else " They cannot be prices of one market, the less so as the "
               "other card is the slower one.")
        ),
    )  # fmt: skip


@checks("F2")
def forgetting(claim: Claim, grounds: Grounds) -> Finding:
    """One share of easy questions for both overall figures; the training is another study."""
    del grounds
    before, after = mixture_of(claim, "before"), mixture_of(claim, "after")
    shares = [fitting_shares(one) for one in (before, after)]
    text = _needed(before, after)
    if overlap(shares) is None:
        spans = [show_range(*one, "share") if one else "no share" for one in shares]
        why = f"{text} Rounding included it would be {spans[0]} and {spans[1]}: never one test."
        return find(claim, "does not hold", found=text, why=why)
    return left_to_run(claim, "Its figures add up.", found=text)


@checks("F9")
def gains_on_one_test(claim: Claim, grounds: Grounds) -> Finding:
    """As F2, with the number of questions known, so that every figure is a count."""
    del grounds
    before, after = mixture_of(claim, "before"), mixture_of(claim, "after")
    n = round(claim.number("questions"))
    counts = fitting_counts(n, [before, after])
    text = _needed(before, after)
    easy, hard = claim.number("easy_examples"), claim.number("hard_examples")
    trained = easy / (easy + hard)
    if not counts:
        why = f"{text} No number of easy questions out of {n} rounds to all six figures."
        return find(claim, "does not hold", found=text, why=why)
    low, high = counts[0], counts[-1]
    return find(
        claim,
        "holds only if",
        found=text,
        low=low / n,
        high=high / n,
        unit="share",
        condition=f"{low} to {high} of the {n} questions are easy",
        why=(
            f"{text} Rounded figures leave {show_range(low / n, high / n, 'share')} for both. In "
            f"the training data {show(trained, 'share')} are easy."
        ),
        is_borne_out=True,
    )


def mixture_of(claim: Claim, when: str) -> Mixture:
    """Easy, hard and overall figures before or after."""
    figures = claim.figures
    return figures[f"easy_{when}"], figures[f"hard_{when}"], figures[f"overall_{when}"]


def _needed(before: Mixture, after: Mixture) -> str:
    shares = [exact_share(one) for one in (before, after)]
    words = [show(one, "share") if one is not None else "any share" for one in shares]
    return f"Taken as exact, {words[0]} would be easy before and {words[1]} after."
