"""From what a text tells to what it asks: readings, each with what it takes for granted.

The asked amount is sought backwards: through what happens to an owner's amount over time, through
parts and wholes, through comparisons, and through what is counted by what. Every way that works is
a reading; its cost says how much was taken for granted, numbers that play no part included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    EACH,
    GROUP,
    NO_THING,
    NOBODY,
    Amount,
    Asked,
    Story,
    Thing,
    thing_distance,
)
from spoonbench.solvers.rules.word_problems.asking import dimension_of
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Reading, Term, combine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAIN = frozenset({"get", "take", "make", "buy", "earn"})
LOSS = frozenset({"lose", "give", "sell", "spend"})
MOVE = frozenset({"put", "come", "go"})
CHANGE = GAIN | LOSS | MOVE
STATE = frozenset({"state", "boundary", "hold", ""})
FAR = 5.0
NEAR = 0.9

_TOTAL = (" in all ", " total ", " altogether ", " together ", " combined ", " sum ", " both ", " overall ", " in total ", " all ", " entire ", " entirely ")
_LEFT = (" left ", " remain ", " remaining ", " remains ", " still ", " rest ", " leftover ", " over ", " unused ", " unsold ")
_START = (" start ", " started ", " begin ", " beginning ", " began ", " originally ", " initially ", " at first ", " before ", " original ", " previously ", " to begin with ", " in the first place ", " first ")
_NOW = (" now ", " end ", " will ", " finished ", " currently ", " today ")
_OTHERS = (" other ", " others ", " rest ", " not ", " different ", " else ", " remaining ", " remainder ")


@dataclass(slots=True)
class Goal:
    """What is sought.

    Attributes:
        asked: the question.
        thing: what is to be counted.
        dimension: of a measure, or "".
        is_total: the question says "in all" or the like.
        is_left: it says "left".
        is_start: it asks for the start.
    """

    asked: Asked
    thing: Thing
    dimension: str
    is_total: bool
    is_left: bool
    is_start: bool
    is_now: bool
    is_others: bool
    doubts: frozenset[str]

    @property
    def amount(self) -> Amount:
        """The asked amount with its frame."""
        return self.asked.amount


def _thing_done(asked: Amount, amounts: Sequence[Amount]) -> Thing:
    """"She picked peaches. How many did she pick?": what the same verb was said of."""
    for amount in amounts:
        if amount.is_vague and amount.lemma == asked.lemma and amount.thing.head and amount.verb_class in CHANGE:
            return amount.thing
    return NO_THING


def goal_of(asked: Asked, words: frozenset[str], amounts: Sequence[Amount]) -> Goal:
    """Read the question's words for what kind of amount is sought."""
    text = asked.text
    amount = asked.amount
    told = amount.is_thing_told
    return Goal(
        asked=asked,
        thing=amount.thing if told else _thing_done(amount, amounts),
        dimension=dimension_of(asked),
        is_total=_says(text, _TOTAL),
        is_left=_says(text, _LEFT),
        is_start=_says(text, _START) or amount.verb_class == "boundary" and amount.lemma != "end",
        is_now=_says(text, _NOW),
        doubts=words & load_lexicon().words["doubts"],
        is_others=_says(text, _OTHERS) or amount.is_negated or bool(words & {"rest", "others", "remainder"}),
    )


def _says(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def find_readings(story: Story) -> list[Reading]:
    """All readings of a text that come to a value, cheapest first."""
    if story.asked is None:
        return []
    goal = goal_of(story.asked, story.words, story.amounts)
    if goal.asked.how == "long" and not goal.dimension and any(
        _dimension(Thing(amount.per)) == "time" for amount in story.amounts if amount.per
    ):
        goal.dimension = "time"
    told = [
        Term(amount.value, amount, frozenset({index}))
        for index, amount in enumerate(story.amounts)
        if amount.value is not None
    ]
    found: list[Reading] = []
    for terms in _worlds(told, goal, story.owners):
        terms = in_one_unit(terms, goal)  # noqa: PLW2901
        for term in seek(goal, terms, story, 0):
            found.append(_reading(term, told, goal))
    found.sort(key=lambda reading: reading.cost)
    return found


def in_one_unit(terms: Sequence[Term], goal: Goal) -> list[Term]:
    """Amounts of the dimension that is sought, in the unit that is asked for.

    Where the question names no unit, the one of the first of them is taken.
    """
    lexicon = load_lexicon()
    units = lexicon.units
    dimension = goal.dimension
    if not dimension:
        return list(terms)
    wanted = units.get(goal.thing.head)
    if wanted is None and dimension == "money":
        wanted = units["dollar"] if any(term.amount.thing.head == "dollar" for term in terms) else None
    converted: list[Term] = []
    for term in terms:
        unit = units.get(term.amount.thing.head)
        if unit is None or unit.dimension != dimension:
            converted.append(term)
            continue
        wanted = wanted or unit
        if unit.factor == wanted.factor:
            converted.append(term)
            continue
        if dimension == "time" and term.amount.role in {"for", "in", "on", "within", "during"}:
            # "3 hours for 6 days": a stretch of time in which it happens, not more of the same.
            converted.append(Term(term.value, replace(term.amount, thing=replace(term.amount.thing, head=""), is_span=True), term.uses, term.step, term.cost, term.assumptions))
            continue
        factor = unit.factor / wanted.factor
        like = replace(term.amount, thing=Thing(wanted.name, frozenset({wanted.name})))
        step = combine("unit", (("", term), ("*", factor)), like, f"one {unit.name} is {factor} {wanted.name}")
        assert step is not None  # noqa: S101 - no division
        converted.append(step)
    return converted


def _reading(term: Term, told: Sequence[Term], goal: Goal) -> Reading:
    """Add what the numbers cost that play no part."""
    cost, assumptions = term.cost, list(term.assumptions)
    used = [other.amount for other in told if other.uses <= term.uses]
    for other in told:
        if other.uses <= term.uses:
            continue
        extra, why = _leftover(other, goal, term)
        if _is_description(other.amount) and not goal.is_others:
            extra = min(extra, 0.3)
        elif extra < 2 and _belongs(other.amount, used):
            extra = max(extra, 1.6)
        cost += extra
        if extra >= 1:
            assumptions.append(why)
    for one in used:
        if one.verb_class == "unknown":
            cost += 0.8
            assumptions.append(f"what {one.lemma!r} does is not known")
    cost += 0.1 * max(len(term.uses) - 2, 0)
    if goal.thing.head in {"number", "integer"}:
        cost += 1.5
        assumptions.append("a number of no things")
    owner = goal.amount.owner
    if owner not in {NOBODY, GROUP} and goal.amount.verb_class in STATE and not any(
        owner in one.amount.owners or owner in one.amount.context or set(owner.split()) & one.amount.context
        or (one.amount.compare is not None and one.amount.compare.other == owner)
        for one in told
    ):
        cost += 2.0
        assumptions.append(f"nothing is told of {owner}")
    if " ago " in goal.asked.text or " next " in goal.asked.text:
        cost += 2.0
        assumptions.append("another time is asked about")
    if goal.doubts:
        cost += 0.7
        assumptions.append(f"{min(goal.doubts)!r} is passed over")
    value = term.value
    if value < 0:
        cost += 6
        assumptions.append("less than nothing")
    if value.denominator != 1 and goal.asked.how == "many" and not goal.dimension:
        whole_inputs = all(other.value.denominator == 1 for other in told if other.uses <= term.uses)
        if whole_inputs:
            cost += 4
            assumptions.append("a part of a thing that is counted whole")
    if value == 0:
        cost += 2
    return Reading(term, cost, tuple(assumptions))


def _belongs(amount: Amount, used: Sequence[Amount]) -> bool:
    """Whether an amount is of the kind of one that was used, with the same owner."""
    head = amount.thing.head
    if not head or amount.value == 1:
        return False
    for one in used:
        if one.per and head == one.per and not amount.per:
            return True
        if head == one.thing.head and amount.thing.words == one.thing.words and not amount.per and not one.per:
            if amount.owner == one.owner or GROUP in {amount.owner, one.owner} or NOBODY in {amount.owner, one.owner}:
                return amount.place == one.place or NOBODY in {amount.place, one.place}
    return False


def _leftover(other: Term, goal: Goal, term: Term) -> tuple[float, str]:
    amount = other.amount
    text = f"{amount.value} {amount.thing.head} plays no part"
    if amount.form != "number":
        return 2.5, text
    distance = _distance(amount, goal)
    lexicon = load_lexicon()
    if amount.role == "whole":
        return 1.0, text
    if amount.value is not None and amount.value == len(term.uses) and amount.value > 1 and distance > NEAR:
        # "2 pumpkins; the first weighed ..., the second ...": it counts what was listed.
        return 0.1, text
    if amount.in_question:
        return 3.0, text
    if amount.value == 1 and distance > NEAR:
        return 0.2, text
    if amount.per:
        return 1.5 if distance > FAR else 2.0, text
    if distance > FAR:
        if amount.thing.head in lexicon.words["times"]:
            return 0.4, text
        return 0.3, text
    owner = goal.amount.owner
    if owner not in {NOBODY, GROUP} and owner not in amount.owners and amount.owner not in {NOBODY, GROUP}:
        return 0.3, text
    if goal.amount.lemma != amount.lemma and goal.amount.lemma and amount.verb_class not in CHANGE:
        return 0.6, text
    return 1.5, text


# -- worlds: comparisons resolved ---------------------------------------------------------------


def _worlds(told: list[Term], goal: Goal, people: Sequence[str]) -> Iterator[list[Term]]:
    """Terms with every comparison put to use."""
    comparing = [term for term in told if term.amount.compare is not None]
    plain = _with_shares([term for term in told if term.amount.compare is None], goal)
    if not comparing:
        yield plain
        return
    resolved = list(plain)
    pending = list(comparing)
    progress = True
    while pending and progress:
        progress = False
        for term in list(pending):
            derived = _resolve(term, resolved, people, goal.amount.owner)
            if derived is not None:
                resolved.append(derived)
                pending.remove(term)
                progress = True
    for term in pending:
        derived = _resolve(term, resolved, people, goal.amount.owner, is_loose=True)
        if derived is not None:
            resolved.append(derived)
    yield resolved
    # "She bought 5 more" may be no comparison at all.
    loose = [
        Term(term.value, replace(term.amount, compare=None, is_extra=True), term.uses, cost=1.5)
        for term in told
        if term.amount.form == "number"
    ]
    if loose:
        yield loose


_IS_CHANGED = frozenset({"off", "discount", "sale", "tax", "interest", "tip", "commission", "profit", "increase", "decrease", "less", "more", "fewer"})
"""Words that make a percentage more than a share of what was told of."""


def _with_shares(terms: list[Term], goal: Goal) -> list[Term]:
    """Shares and percents as amounts: "half of them" is half of what there was.

    A share whose whole is not plain is left out, and then its number plays no part.
    """
    if all(term.amount.form == "number" for term in terms) or goal.thing.head in {"fraction", "part", "portion", "share", "percent", "percentage"}:
        return terms
    known: list[Term] = []
    for term in terms:
        amount = term.amount
        if amount.form == "number":
            known.append(term)
            continue
        if amount.form == "times":
            continue
        wholes = [
            other for other in known
            if not other.amount.per and not other.amount.is_part
            and thing_distance(other.amount.thing, amount.thing) < NEAR
            and other.amount.clause <= amount.clause
        ]
        own = [other for other in wholes if other.amount.owner == amount.owner or other.amount.place == amount.place != NOBODY]
        if len(wholes) != 1 and len(own) == 1:
            wholes = own
        if _IS_CHANGED & amount.context or len(wholes) != 1 or {"remaining", "rest", "remainder"} & amount.context:
            continue
        factor: tuple[tuple[str, Term | Fraction], ...] = (("*", term),)
        if amount.form == "percent":
            factor = (("*", term), ("/", Fraction(100)))
        unit = amount if amount.thing.head else replace(amount, thing=wholes[0].amount.thing)
        derived = combine("share", [("", wholes[0]), *factor], replace(unit, form="number", is_part=True), "a share of the whole", cost=0.4)
        if derived is not None:
            known.append(derived)
    return known


def _resolve(
    term: Term,
    known: Sequence[Term],
    people: Sequence[str],
    asked_owner: str,
    *,
    is_loose: bool = False,
) -> Term | None:
    """The amount that a comparison tells of, from one that is known."""
    amount = term.amount
    compare = amount.compare
    assert compare is not None  # noqa: S101 - asked for comparisons only
    candidates = [
        other
        for other in known
        if not other.amount.per
        and (thing_distance(other.amount.thing, amount.thing) < FAR or not amount.is_thing_told or _same_unit(other.amount, amount))
    ]
    if is_loose:
        candidates = candidates or [other for other in known if not other.amount.per]
    of_other = [other for other in candidates if _is_compared(other.amount, compare.other, compare.other_words, amount)]
    of_owner = [other for other in candidates if other not in of_other and _is_owners(other.amount, amount)]
    cost = 0.0
    everybody = {name for one in known for name in one.amount.owners}
    if not of_owner and amount.lemma == "be":
        # "..., which is 5 more than Ann has": of what was told just before.
        before = [other for other in candidates if other.amount.sentence == amount.sentence and 0 <= amount.clause - other.amount.clause <= 1]
        of_owner = [other for other in before if other not in of_other][-1:]
    if compare.other not in everybody and compare.other != asked_owner and not of_other and of_owner and compare.other not in people:
        # "Than expected", "than last year": the other amount is the one already told of.
        of_other, of_owner = of_owner, []
    if not of_other and not of_owner:
        if not is_loose or len(candidates) < 1:
            return None
        of_other, cost = candidates[-1:], 1.0
    if of_other:
        base = of_other[-1]
        like = replace(amount, thing=base.amount.thing if not amount.is_thing_told or compare.kind in {"more", "fewer"} and amount.thing.head not in base.amount.thing.words and not _same_unit(base.amount, amount) else amount.thing, is_extra=False, lemma=amount.lemma, form="number")
        if compare.kind == "times":
            return combine("times", (("", base), ("*", term)), like, "so many times the other amount", cost=cost)
        sign = "+" if compare.kind == "more" else "-"
        return combine("compare", (("", base), (sign, term)), like, f"{compare.kind} than the other amount", cost=cost)
    base = of_owner[-1]
    like = replace(base.amount, owner=compare.other or NOBODY, is_extra=False, context=compare.other_words | {*compare.other_words})
    if compare.kind == "times":
        return combine("times", (("", base), ("/", term)), like, "the other amount is so many times smaller", cost=cost)
    sign = "-" if compare.kind == "more" else "+"
    return combine("compare", (("", base), (sign, term)), like, f"this one is {compare.kind} than the other", cost=cost)


def _same_unit(one: Amount, other: Amount) -> bool:
    units = load_lexicon().units
    first, second = units.get(one.thing.head), units.get(other.thing.head)
    return first is not None and second is not None and first.dimension == second.dimension


def _is_compared(amount: Amount, other: str, words: frozenset[str], comparison: Amount) -> bool:
    if other and other in {amount.owner, amount.to, amount.place}:
        return amount.owner != comparison.owner or other != amount.owner
    if not other and not words:
        return False
    return bool(words) and words <= (amount.context | amount.thing.words | amount.times)


def _is_owners(amount: Amount, comparison: Amount) -> bool:
    if amount.owner and amount.owner == comparison.owner:
        return True
    return False


# -- the goal -----------------------------------------------------------------------------------


def _distance(amount: Amount, goal: Goal) -> float:
    """How far an amount is from counting what is sought."""
    if amount.is_span:
        return 9.0
    if goal.thing.head in {"fraction", "part", "portion", "share"} and amount.value is not None:
        return 0.2 if amount.value < 1 else 9.0
    lexicon = load_lexicon()
    unit = lexicon.units.get(amount.thing.head)
    if goal.dimension:
        if unit is not None and unit.dimension == goal.dimension:
            if goal.dimension == "money" or not goal.thing.head:
                return 0.0
            return 0.0 if unit is lexicon.units.get(goal.thing.head) or amount.thing.head == goal.thing.head else 0.6
        if goal.thing.head and goal.thing.head not in lexicon.units and thing_distance(amount.thing, goal.thing) < 1:
            return thing_distance(amount.thing, goal.thing)
        return 9.0
    if not goal.thing.head:
        return 0.3
    if unit is not None and goal.thing.head in amount.context and goal.asked.how == "much":
        # "Her hair is 18 inches long; how much hair ...": a measure of what is asked for.
        return 0.5
    return thing_distance(amount.thing, goal.thing)


def seek(goal: Goal, terms: list[Term], story: Story, depth: int) -> Iterator[Term]:
    """Ways to come to what is sought."""
    rates, counts = _split_rates(goal, terms)
    is_rate = _is_rate_goal(goal)
    for term in settle(goal, counts, story):
        if is_rate:
            term.cost += 2.0
        elif rates and goal.asked.how == "long":
            term.cost += 1.5
        yield term
    if rates:
        yield from _by_products(goal, rates, counts, story)
        yield from _by_division(goal, rates, counts, story)
    if is_rate or goal.asked.how == "fast":
        yield from _by_sharing(goal, rates, counts, story)
    yield from _by_pairs(goal, counts)
    yield from _by_spans(goal, counts)
    if depth == 0:
        yield from _fallback(goal, terms)


_SHARED = (" each ", " per ", " apiece ", " every ")


def _is_rate_goal(goal: Goal) -> bool:
    return bool(goal.amount.per) or _says(goal.asked.text, _SHARED) or goal.asked.how == "fast"


def _split_rates(goal: Goal, terms: Sequence[Term]) -> tuple[list[Term], list[Term]]:
    """Amounts counted by something, and all others.

    "A bee has 6 legs" is counted by bees only where bees are counted or asked for.
    """
    rates, counts = [], []
    for term in terms:
        amount = term.amount
        if amount.per:
            rates.append(term)
        elif amount.soft_per and _is_counted(amount.soft_per, goal, terms, term):
            rates.append(Term(term.value, replace(amount, per=amount.soft_per), term.uses, term.step, term.cost + 0.1, term.assumptions))
        else:
            counts.append(term)
    return rates, counts


def _is_counted(noun: str, goal: Goal, terms: Sequence[Term], besides: Term) -> bool:
    if goal.amount.is_thing_told and noun in goal.thing.words:
        return True
    return any(term is not besides and noun in {term.amount.thing.head, term.amount.thing.of} and term.value != 1 for term in terms)


def _by_products(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """Amounts counted by groups, times the groups."""
    world = list(counts)
    pending = list(rates)
    used: list[Term] = []
    progress = True
    while pending and progress:
        progress = False
        for rate in list(pending):
            if goal.thing.head and _names_groups(goal, rate.amount) and _distance(rate.amount, goal) > 1:
                continue
            matches = [count for count in world if _counts_groups(count.amount, rate.amount) and not count.uses & rate.uses]
            matches = _nearest(matches, rate.amount)
            if not matches:
                continue
            for count in matches:
                world[world.index(count)] = _product(count, rate)
            pending.remove(rate)
            used.append(rate)
            progress = True
    is_rate = _is_rate_goal(goal)
    if not is_rate:
        yield from _by_one_rate(goal, rates, counts, story)
    if used:
        for term in settle(goal, world, story):
            if is_rate:
                term.cost += 1.0
            yield term
        if pending:
            lone = [_as_count(rate, 1.0) for rate in pending]
            yield from settle(goal, world + lone, story)
    elif not is_rate or goal.asked.is_more:
        yield from settle(goal, counts + [_as_count(rate, 0.2 if _dimension(Thing(rate.amount.per)) == "time" else 0.8) for rate in rates], story)
    for rate in rates:
        if rate in used or _distance(rate.amount, goal) > FAR or goal.thing.head and _names_groups(goal, rate.amount):
            continue
        others = [count for count in counts if _distance(count.amount, goal) > FAR]
        inner = replace(goal, thing=NO_THING, dimension="")
        for term in sorted(settle(inner, others, story), key=lambda one: one.cost)[:2] or others[:1]:
            result = combine("groups", (("", term), ("*", rate)), replace(goal.amount), "so many for each of them", cost=1.2)
            if result is not None:
                yield result


def _by_one_rate(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """How many groups there are in all, times what is in one of them."""
    for rate in rates:
        if _distance(rate.amount, goal) > FAR or rate.amount.per == EACH or (goal.thing.head and _names_groups(goal, rate.amount)):
            continue
        groups = [count for count in counts if _counts_groups(count.amount, rate.amount)]
        if len(groups) < 2:  # noqa: PLR2004
            continue
        asked = replace(goal.asked, amount=replace(goal.amount, lemma="", verb_class="", thing=groups[0].amount.thing))
        inner = replace(goal, asked=asked, thing=NO_THING, dimension="")
        for term in sorted(settle(inner, groups, story), key=lambda one: one.cost)[:3]:
            result = combine("groups", (("", term), ("*", rate)), replace(goal.amount), f"so many for each {rate.amount.per}")
            if result is not None:
                yield result


def _as_count(rate: Term, cost: float) -> Term:
    return Term(rate.value, replace(rate.amount, per=""), rate.uses, rate.step, rate.cost + cost, rate.assumptions)


def _nearest(matches: list[Term], rate: Amount) -> list[Term]:
    """Counts of the rate's own owner or clause, where some are; all of them otherwise."""
    exact = [match for match in matches if match.amount.thing.head == rate.per]
    if load_lexicon().is_kind_of(rate.per, "person"):
        return matches
    return exact or matches


def _product(count: Term, rate: Term) -> Term:
    amount = replace(
        count.amount,
        thing=rate.amount.thing,
        context=count.amount.context | rate.amount.context,
        is_thing_told=True,
        per="",
        soft_per="",
        compare=None,
    )
    product = combine(
        "groups", (("", count), ("*", rate)), amount,
        f"{rate.amount.thing.head or 'amount'} by {rate.amount.per}, times their number",
    )
    assert product is not None  # noqa: S101 - no division
    product.cost += _group_cost(count.amount, rate.amount)
    return product


def _counts_groups(count: Amount, rate: Amount) -> bool:
    """Whether an amount counts what a rate is counted by."""
    if rate.per == EACH:
        return True
    per = rate.per
    if not count.thing.head:
        return False
    if per in {count.thing.head, count.thing.of} or per in count.thing.words:
        return True
    lexicon = load_lexicon()
    if lexicon.is_kind_of(count.thing.head, per) or lexicon.is_kind_of(per, count.thing.head):
        return True
    if lexicon.is_kind_of(count.thing.head, "person") and lexicon.is_kind_of(per, "person"):
        return True
    unit, other = lexicon.units.get(count.thing.head), lexicon.units.get(per)
    return unit is not None and unit is other


def _group_cost(count: Amount, rate: Amount) -> float:
    if rate.per == count.thing.head:
        return 0.0
    return 0.4


def _by_division(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """How many groups: a total over what one holds."""
    for rate in rates:
        is_named = _names_groups(goal, rate.amount)
        if not is_named and _distance(rate.amount, goal) < 2:
            continue
        inner = replace(goal, thing=rate.amount.thing, dimension=_dimension(rate.amount.thing))
        others = [count for count in counts if not count.uses & rate.uses and (rate.amount.per == EACH or not _counts_groups(count.amount, rate.amount))]
        totals = sorted(settle(inner, others, story), key=lambda term: term.cost)[:3]
        if not totals and is_named:
            totals = [Term(one.value, one.amount, one.uses, one.step, one.cost + 1.0, one.assumptions) for one in others if one.amount.thing.head][:2]
        elif not totals:
            totals = [Term(one.value, one.amount, one.uses, one.step, one.cost + (0.0 if _distance(one.amount, inner) <= NEAR else 0.5), one.assumptions) for one in others if _distance(one.amount, inner) < FAR][:2]
        for total in totals:
            result = combine(
                "groups", (("", total), ("/", rate)), replace(goal.amount),
                f"so many {rate.amount.thing.head or 'of them'} make one {rate.amount.per}",
                cost=0.0 if is_named else 0.8,
            )
            if result is not None:
                yield result


def _dimension(thing: Thing) -> str:
    unit = load_lexicon().units.get(thing.head)
    return "" if unit is None else unit.dimension


def _names_groups(goal: Goal, rate: Amount) -> bool:
    """Whether the groups are asked for that a rate is counted by."""
    per = Thing(rate.per, frozenset({rate.per}))
    if rate.per == EACH:
        return False
    if goal.thing.head:
        if rate.per in goal.thing.words or thing_distance(per, goal.thing) < 2:
            return True
        containers = load_lexicon().words["containers"]
        return rate.per in containers and goal.thing.head in containers
    if goal.dimension:
        return goal.dimension == _dimension(per)
    return goal.asked.how == "long" and _dimension(per) == "time"


def _by_sharing(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """A total over the number of groups: what each holds."""
    per = goal.amount.per
    if goal.asked.how == "fast":
        lengths = [count for count in counts if _dimension(count.amount.thing) == "length"]
        times = [count for count in counts if _dimension(count.amount.thing) == "time"]
        for length in lengths:
            for time in times:
                result = combine("rate", (("", length), ("/", time)), replace(goal.amount), "distance by time")
                if result is not None:
                    yield result
        return
    named = [count for count in counts if _is_per(count.amount, per)]
    others = [count for count in counts if count not in named]
    groups = named or [count for count in counts if _distance(count.amount, goal) > FAR] or [
        count for count in counts if not count.amount.is_thing_told or not goal.thing.head
    ]
    if len(groups) > 1:
        groups = [count for count in groups if count.value != 1] or groups
    for count in groups:
        cost = 0.0 if named else 0.7
        inner_terms = [term for term in counts if term is not count]
        totals = sorted(settle(goal, inner_terms, story), key=lambda term: term.cost)[:3]
        singles = [term for term in inner_terms if _distance(term.amount, goal) < FAR]
        if len(singles) == 1:
            totals = [singles[0], *totals]
        for total in totals:
            result = combine(
                "sharing", (("", total), ("/", count)), replace(goal.amount), "shared out equally", cost=cost,
            )
            if result is not None:
                yield result
    del others, rates


def _is_per(amount: Amount, per: str) -> bool:
    if not per or per == EACH or not amount.thing.head:
        return False
    lexicon = load_lexicon()
    head = amount.thing.head
    if per == "person":
        return head in lexicon.words["people"] or lexicon.is_kind_of(head, "person")
    return per == head or per in amount.thing.words or lexicon.is_kind_of(head, per) or lexicon.is_kind_of(per, head)


def _by_spans(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """"3 hours for 6 days": so much in each of the days."""
    spans = [term for term in counts if term.amount.is_span]
    for span in spans:
        for term in counts:
            if term is not span and term.amount.clause == span.amount.clause and _distance(term.amount, goal) <= NEAR:
                result = combine("groups", (("", term), ("*", span)), replace(goal.amount), "so much each time", cost=0.6)
                if result is not None:
                    yield result


def _by_pairs(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """Two amounts that belong together, and a third of the kind of one of them.

    "It takes 4 apples to make 1 pie; how many apples for 12 pies?"
    """
    for first in counts:
        if _distance(first.amount, goal) > NEAR:
            continue
        for second in counts:
            if second is first or second.amount.sentence != first.amount.sentence or second.amount.in_question and not first.amount.in_question:
                continue
            if not second.amount.thing.head or thing_distance(second.amount.thing, first.amount.thing) < FAR:
                continue
            if abs(second.amount.clause - first.amount.clause) > 1:
                continue
            for third in counts:
                if third is second or third is first or third.amount.thing.head != second.amount.thing.head or third.amount.clause == second.amount.clause:
                    continue
                cost = 0.2 if second.value == 1 else 0.6
                if third.amount.in_question or third.amount.is_if:
                    cost -= 0.2
                one = first if second.value == 1 else combine("rate", (("", first), ("/", second)), replace(first.amount), f"for one {second.amount.thing.head}")
                if one is None:
                    continue
                one = Term(one.value, one.amount, one.uses | second.uses, one.step, one.cost, one.assumptions)
                result = combine("groups", (("", one), ("*", third)), replace(goal.amount), "so many for each of them", cost=cost)
                if result is not None:
                    yield result


# -- settling: changes, totals, parts, differences ----------------------------------------------


def settle(goal: Goal, terms: Sequence[Term], story: Story) -> list[Term]:
    """Ways to come to the goal by adding and taking away."""
    found: list[Term] = []
    near = [term for term in terms if _distance(term.amount, goal) <= NEAR]
    _direct(goal, near, found)
    if len(near) >= 1:
        _settle_among(goal, near, story, found, 0.0)
    maybe = [term for term in terms if _distance(term.amount, goal) < FAR]
    if len(maybe) > len(near):
        _settle_among(goal, maybe, story, found, 0.6)
    same = [term for term in terms if _same_head(term.amount, goal)]
    if len(same) > len(maybe):
        _parts(goal, same, found, 0.2)
        _differences(goal, same, found, 0.2)
        _settle_among(goal, same, story, found, 2.0)
    if len(terms) > len(same) and len(terms) > len(maybe) and goal.is_total:
        _totals(goal, list(terms), found, 2.0)
    if len(terms) > len(maybe):
        _differences(goal, list(terms), found, 1.5)
    _margin(goal, terms, found)
    return found


def _direct(goal: Goal, terms: Sequence[Term], found: list[Term]) -> None:
    """A derived amount that is what is asked for."""
    derived = [term for term in terms if term.step is not None]
    owner = goal.amount.owner
    for term in derived:
        cost = 0.0
        if owner not in {NOBODY, GROUP}:
            if not _names(term.amount, owner, frozenset(owner.split())):
                if len(derived) > 1 or term.amount.owner not in {NOBODY, GROUP}:
                    continue
                cost = 0.3
        elif goal.amount.times and goal.amount.times & term.amount.times and not any(
            goal.amount.times & other.amount.times for other in terms if other is not term
        ):
            cost = 0.0
        elif len(terms) > 1:
            cost = 1.0 if len(derived) > 1 or goal.is_total or owner == GROUP else 0.4
        if goal.asked.is_more:
            cost += 2.0
        if goal.is_left or goal.is_start or goal.is_others:
            cost += 1.0
        lemma = goal.amount.lemma
        if term.amount.lemma != lemma and term.amount.verb_class in LOSS and goal.amount.verb_class in STATE:
            cost += 0.5
        found.append(Term(term.value, term.amount, term.uses, term.step, term.cost + cost, term.assumptions))


def _same_head(amount: Amount, goal: Goal) -> bool:
    return bool(amount.thing.words & goal.thing.words) or _distance(amount, goal) < FAR


def _settle_among(goal: Goal, terms: list[Term], story: Story, found: list[Term], cost: float) -> None:
    _changes(goal, terms, story, found, cost)
    _remainder(goal, terms, found, cost)
    doubt = 0.0
    if goal.amount.verb_class in STATE and not goal.is_start:
        holders = _holders(goal, terms)
        if _is_open(goal, story, holders):
            doubt = 2.0
        elif any(amount.is_vague and not amount.is_asked and amount.verb_class in CHANGE and amount.role != "none" and _is_near(amount, goal) and _concerns(amount, goal, holders) for amount in story.amounts):
            doubt = 1.0
    cost += doubt
    _totals(goal, terms, found, cost, frozenset(story.owners))
    _parts(goal, terms, found, cost, frozenset(story.owners))
    _differences(goal, terms, found, cost)


def _sign(amount: Amount, goal: Goal, holders: frozenset[str], *, is_only: bool) -> int | None:
    """What an amount does to the one that is sought: 0 sets it, 1 adds, -1 takes; None nothing."""
    verb_class = amount.verb_class
    owner = goal.amount.owner
    is_money = _dimension(amount.thing) == "money"
    mine = holders
    if verb_class == "divide" and amount.to:
        verb_class = "give"
    if verb_class in {"state", "boundary", "hold", "need", "think", "do", "", "weigh", "travel", "divide", "group"}:
        return 0 if verb_class in {"state", "boundary", "hold", ""} else None
    is_subject = amount.owner in mine
    if verb_class in {"buy", "spend", "cost"}:
        sign = -1 if is_money else 1
        if verb_class == "spend":
            sign = -1
        if amount.holder in mine and not is_subject and amount.owner:
            return -1
        if amount.source in mine:
            return -1
        return sign if is_subject or not mine or amount.owner == GROUP else None
    if verb_class in {"sell", "earn"}:
        sign = 1 if is_money or verb_class == "earn" else -1
        if amount.to in mine:
            return 1
        return sign if is_subject or not mine or amount.owner in {GROUP, NOBODY} else None
    if verb_class in {"get", "make"}:
        if amount.to in mine or amount.beneficiary in mine:
            return 1
        if is_subject:
            return -1 if amount.is_passive and verb_class == "get" and False else 1
        if amount.source in mine or (amount.holder in mine and amount.owner):
            return -1
        if amount.lemma == "bring" and amount.is_extra and amount.source == NOBODY:
            return 1
        return 1 if not mine or amount.place in mine else None
    if verb_class == "take":
        if is_subject and not amount.is_passive:
            return 1
        if amount.source in mine or amount.holder in mine or amount.place in mine:
            return -1
        return -1 if amount.is_passive or not mine or amount.is_part or is_only else None
    if verb_class == "give":
        if amount.to in mine and not is_subject:
            return 1
        if is_subject:
            return 1 if amount.is_passive else -1
        if amount.is_extra and amount.owner and amount.to == NOBODY:
            return 1
        return -1 if not mine or amount.source in mine or amount.holder in mine else None
    if verb_class == "lose":
        if is_subject or not mine or amount.owner in {NOBODY, GROUP} or amount.holder in mine or amount.is_part or amount.role == "subject":
            return -1
        return -1 if amount.place in mine or amount.source in mine or is_only else None
    if verb_class == "put":
        if amount.place in mine or amount.to in mine or not mine or amount.is_extra:
            return 1
        return None if is_subject else 1
    if verb_class == "come":
        return 1
    if verb_class == "go":
        return -1
    return None


def _holders(goal: Goal, terms: Sequence[Term]) -> frozenset[str]:
    """Whose amount is followed over time."""
    amount = goal.amount
    owner = amount.owner
    names = set()
    if owner not in {NOBODY, GROUP} and not amount.is_passive:
        names.add(owner)
    if amount.group:
        names |= amount.group
    if amount.place:
        names.add(amount.place)
    known = {name for term in terms for name in term.amount.owners}
    names &= known
    if owner == GROUP and not amount.group:
        names |= {term.amount.owner for term in terms if term.amount.verb_class in STATE | GAIN} - {NOBODY, GROUP}
    if not names:
        for term in terms:
            if term.amount.verb_class in STATE:
                names |= {term.amount.owner, term.amount.place} - {NOBODY, GROUP}
                break
    return frozenset(names)


def _is_only_holder(holders: frozenset[str], terms: Sequence[Term]) -> bool:
    """Whether nobody else is told to have or to get any."""
    return not any(
        term.amount.owner not in holders | {NOBODY, GROUP}
        and term.amount.verb_class in STATE | {"get", "buy", "make"}
        and not term.amount.is_part
        and term.amount.place not in holders | {NOBODY}
        for term in terms
    )


def _changes(goal: Goal, terms: list[Term], story: Story, found: list[Term], cost: float) -> None:
    """An amount over time: its start, what changes it, and its end; one of them is sought."""
    holders = _holders(goal, terms)
    is_only = _is_only_holder(holders, terms)
    states: list[Term] = []
    changes: list[tuple[int, Term]] = []
    for term in terms:
        amount = term.amount
        if amount.is_negated:
            continue
        sign = _sign(amount, goal, holders, is_only=is_only)
        if sign is None:
            continue
        if sign == 0:
            if holders and amount.owner not in holders | {NOBODY, GROUP} and amount.place not in holders and not _owns_loosely(amount, holders):
                continue
            if holders and amount.owner == NOBODY and amount.place not in holders | {NOBODY}:
                continue
            if amount.is_part or amount.lemma == "be" and amount.role == "subject" and any(t.amount.clause < amount.clause for t in states) and not amount.place:
                continue
            states.append(term)
        else:
            changes.append((sign, term))
    moved = [term for _, term in changes]
    first_move = min((term.amount.clause for term in moved), default=None)
    vague = [amount for amount in story.amounts if amount.is_vague and not amount.is_asked and amount.verb_class in CHANGE]
    starts, ends = _start_and_end(states, moved, vague, goal)
    is_open = _is_open(goal, story, holders)
    if len(starts) == 2 and not ends and not changes and _is_same_holding(starts[0].amount, starts[1].amount) and not goal.is_total:  # noqa: PLR2004
        # Two amounts of the same at two times.
        cost += 0.4
        starts, ends = starts[:1], starts[1:]
    like = replace(goal.amount)
    q_class = goal.amount.verb_class
    asks_change = q_class in CHANGE and not goal.is_left
    if any(term.amount.is_total for term in terms):
        cost += 1.5
    if goal.is_left and not starts and not ends and changes and all(sign < 0 for sign, _ in changes):
        others = [term for term in terms if term not in moved and not term.amount.is_part and term.amount.clause <= changes[0][1].amount.clause]
        if len(others) == 1:
            starts, cost = others, cost + 0.3
    # The end.
    if changes and not ends and not goal.is_start:
        parts: list[tuple[str, Term]] = [("+", term) for term in starts]
        signed = changes
        if not starts and signed[0][0] < 0:
            parts = []
        parts += [("+" if sign > 0 else "-", term) for sign, term in signed]
        extra = 0.0
        if not starts:
            gains = [term for sign, term in signed if sign > 0]
            if not gains:
                parts = []
            extra += 0.6 if any(term.amount.is_extra for term in gains[:1]) else 0.2
        if asks_change:
            extra += 1.2
        if goal.asked.is_more:
            extra += 2.0
        if is_open or any(_concerns(amount, goal, holders) and _is_near(amount, goal) for amount in vague):
            extra += 2.0
        if parts and len(parts) > 1:
            parts.sort(key=lambda part: part[0] != "+")
            _add(found, "change", parts, like, "what was there at the start and every change", cost + extra)
    # The start.
    if ends and changes and (goal.is_start or (not starts and not asks_change)):
        inverse = [("+", ends[-1])] + [("-" if sign > 0 else "+", term) for sign, term in changes]
        extra = 0.0 if goal.is_start else 1.0
        _add(found, "change", inverse, like, "what is there at the end, every change undone", cost + extra)
    if goal.is_start and not ends and changes and starts:
        inverse = [("+", starts[-1])] + [("-" if sign > 0 else "+", term) for sign, term in changes]
        _add(found, "change", inverse, like, "what is there at the end, every change undone", cost + 0.5)
    # The change.
    if starts and ends:
        known = [("-" if sign > 0 else "+", term) for sign, term in changes]
        forward = [("+", ends[-1]), *[("-", term) for term in starts], *known]
        backward = [("+", term) for term in starts] + [("-", ends[-1])] + [
            ("+" if sign > 0 else "-", term) for sign, term in changes
        ]
        up = sum((term.value if sign == "+" else -term.value) for sign, term in forward) >= 0
        extra = 0.0 if asks_change or goal.amount.is_vague else 1.2
        if goal.is_left or goal.is_now and not asks_change:
            extra += 2
        _add(found, "change", forward if up else backward, like, "between the start and the end", cost + extra)
    elif ends and changes and asks_change and not starts:
        # "Joan found 70. She gave some away. She has 27."
        gains = [("+", term) for sign, term in changes if sign > 0]
        losses = [("-", term) for sign, term in changes if sign < 0]
        if gains and q_class in LOSS | {"go"}:
            _add(found, "change", [*gains, *losses, ("-", ends[-1])], like, "what was got, less what is left", cost)
        elif losses and q_class in GAIN | {"come", "put"}:
            _add(found, "change", [("+", ends[-1]), *losses], like, "what is left and what was lost", cost + 0.5)
    elif asks_change and starts and not ends and changes and q_class in LOSS:
        pass
    del first_move


def _is_same_holding(one: Amount, other: Amount) -> bool:
    return (
        bool(one.owner or one.place)
        and one.owner == other.owner
        and one.place == other.place
        and one.thing.words == other.thing.words
        and one.clause != other.clause
    )


def _owns_loosely(amount: Amount, holders: frozenset[str]) -> bool:
    return any(holder in amount.context for holder in holders)


def _is_near(amount: Amount, goal: Goal) -> bool:
    return not amount.thing.head or not goal.thing.head or thing_distance(amount.thing, goal.thing) < FAR


def _is_open(goal: Goal, story: Story, holders: frozenset[str]) -> bool:
    """Whether somebody is said to have "some", so that no number is known to start from."""
    return any(
        amount.is_vague
        and not amount.is_asked
        and amount.verb_class in {"state", "boundary"}
        and amount.lemma != ""
        and amount.role != "none"
        and _is_near(amount, goal)
        and _concerns(amount, goal, holders)
        for amount in story.amounts
    )


def _concerns(amount: Amount, goal: Goal, holders: frozenset[str]) -> bool:
    del goal
    return not holders or bool(amount.owners & holders)


def _start_and_end(
    states: list[Term], moved: list[Term], vague: Sequence[Amount], goal: Goal
) -> tuple[list[Term], list[Term]]:
    """States before the changes, and the one after them."""
    if not states:
        return [], []
    clauses = [term.amount.clause for term in moved] + [amount.clause for amount in vague]
    first = min(clauses, default=None)
    ends: list[Term] = []
    starts: list[Term] = []
    for term in states:
        amount = term.amount
        is_marked = amount.is_now or amount.is_left or (
            amount.tense == "present"
            and any(other.amount.tense == "past" for other in states if other is not term)
        )
        if amount.is_earlier and not amount.is_now:
            starts.append(term)
        elif first is not None:
            (ends if amount.clause > first or (amount.clause == first and is_marked) else starts).append(term)
        elif is_marked and (starts or goal.is_start):
            ends.append(term)
        elif starts and amount.times and starts[-1].amount.times and amount.times != starts[-1].amount.times:
            ends.append(term)
        else:
            starts.append(term)
    return starts, ends


def _add(
    found: list[Term], rule: str, parts: Sequence[tuple[str, Term]], like: Amount, why: str, cost: float
) -> None:
    term = combine(rule, list(parts), like, why, cost=cost)
    if term is not None:
        found.append(term)


_PAYING = frozenset({"buy", "spend", "cost"})


def _totals(goal: Goal, terms: list[Term], found: list[Term], cost: float, people: frozenset[str] = frozenset()) -> None:
    """A whole from its parts."""
    amount = goal.amount
    if goal.asked.is_more or goal.is_others:
        cost += 2.0
    if goal.thing.head in {"fraction", "part", "portion", "share"} and not goal.is_left and not goal.is_others:
        shares = [term for term in terms if term.value < 1]
        if len(shares) > 1 and sum(term.value for term in shares) <= 1:
            _add(found, "total", [("+", term) for term in shares], replace(amount), "shares of one whole, added", cost)
    usable = [
        term for term in terms
        if not (term.amount.role == "with" and term.amount.verb_class == "spend")
        and not term.amount.is_negated and not term.amount.is_part and term.amount.verb_class not in {"think"}
    ]
    if amount.owner not in {NOBODY, GROUP}:
        own = [
            term for term in usable
            if amount.owner in {term.amount.owner, term.amount.to, term.amount.holder, term.amount.beneficiary}
            or term.amount.owner not in people
        ]
        usable = own if len(own) >= 2 else usable  # noqa: PLR2004
    if amount.group:
        own = [term for term in usable if term.amount.owner in amount.group or term.amount.holder in amount.group]
        usable = own if len(own) >= 2 else usable  # noqa: PLR2004
    groups: list[tuple[list[Term], float]] = []
    same_verb = [term for term in usable if term.amount.lemma == amount.lemma]
    classes = _PAYING if amount.verb_class in _PAYING and goal.dimension == "money" else {amount.verb_class}
    same_class = [term for term in usable if term.amount.verb_class in classes]
    if len(same_verb) >= 2:  # noqa: PLR2004
        groups.append((same_verb, 0.0))
    if len(same_class) >= 2 and len(same_class) > len(same_verb):  # noqa: PLR2004
        groups.append((same_class, 1.0 if same_verb else 0.3))
    if len(usable) >= 2 and len(usable) > len(same_class):  # noqa: PLR2004
        mixed = {term.amount.verb_class in LOSS | {"go"} for term in usable}
        groups.append((usable, 0.7 + (1.0 if len(mixed) > 1 else 0.0)))
    for members, extra in groups:
        if goal.is_total or amount.owner == GROUP or amount.group:
            extra += 0.0
        elif amount.verb_class in STATE:
            extra += 0.4
        else:
            extra += 0.1
        if goal.is_left or goal.is_start:
            extra += 1.5
        if any(term.amount.is_now for term in members):
            extra += 1.0
        if any(term.amount.is_total for term in members) and len({term.amount.clause for term in members}) > 1:
            extra += 2.0
        if amount.times and any(term.amount.times and not term.amount.times & amount.times for term in members):
            extra += 1.0
        if any(term.amount.verb_class == "need" and term.amount.in_question for term in members):
            extra += 3.0
        told = {term.amount.lemma for term in members}
        if amount.lemma not in told and amount.verb_class not in STATE | {"cost", "spend", "buy", "weigh"} and not goal.is_total:
            extra += 1.0
        if any(term.amount.is_left for term in members):
            extra += 1.0
        if len(members) == 2 and members[0].amount.verb_class in STATE and not goal.is_total and _is_same_holding(members[0].amount, members[1].amount):  # noqa: PLR2004
            extra += 1.5
        _add(found, "total", [("+", term) for term in members], replace(amount), "all of them together", cost + extra)


def _is_description(amount: Amount) -> bool:
    """"9 were torn": told of some of them, and nothing happens to them."""
    return amount.is_part and amount.role == "subject" and amount.verb_class in STATE | {"do", "lose"} and amount.lemma not in {"eat"} and (amount.verb_class != "lose" or not amount.is_passive or amount.lemma in _DAMAGE)


_DAMAGE = frozenset({"tear", "break", "crack", "spoil", "rot", "damage", "bruise", "use", "paint", "sign"})


def _names_part(goal: Goal, wholes: Sequence[Term]) -> bool:
    """Whether the question names a kind of the things that no whole is of."""
    words = goal.thing.words
    return bool(words) and any(words - term.amount.thing.words for term in wholes)


def _remainder(goal: Goal, terms: list[Term], found: list[Term], cost: float) -> None:
    """Everything told of, less the parts of it that are told of too."""
    parts = [term for term in terms if term.amount.is_part and not term.amount.is_asked]
    wholes = [term for term in terms if not term.amount.is_part]
    if not parts or not wholes:
        return
    if any(term.amount.verb_class in LOSS | {"go", "need"} or term.amount.is_now for term in wholes):
        cost += 1.0
    if len({term.amount.owner for term in wholes}) > 1 and goal.amount.owner not in {NOBODY, GROUP}:
        cost += 0.6
    if not (goal.is_left or goal.is_others or goal.is_now) and goal.amount.verb_class not in STATE:
        cost += 0.3
    if goal.is_start or goal.is_total:
        cost += 0.5
    lemma = goal.amount.lemma
    if lemma not in {"be", "have", ""} and any(term.amount.lemma == lemma for term in wholes) and not goal.is_others:
        cost += 1.0
    if any(_is_description(term.amount) for term in parts) and not (goal.is_left or goal.is_others or _names_part(goal, wholes)):
        cost += 0.8
    extra = 0.3 if len(wholes) == 1 else 0.5
    _add(found, "part", [("+", term) for term in wholes] + [("-", term) for term in parts], replace(goal.amount), "the whole less the parts that are told", cost + extra)


def _parts(goal: Goal, terms: list[Term], found: list[Term], cost: float, people: frozenset[str] = frozenset()) -> None:
    """A part from the whole and the other parts."""
    if len(terms) < 2 or (goal.thing.head == "fraction" and not (goal.is_left or goal.is_others)):  # noqa: PLR2004
        return
    wholes = [
        term for term in terms
        if term.amount.is_total and not any(other is not term and other.amount.clause == term.amount.clause and other.amount.role == term.amount.role for other in terms)
    ] or [max(terms, key=lambda term: term.value)]
    whole = wholes[0]
    rest = [term for term in terms if term is not whole]
    extra = 0.0 if goal.is_others or whole.amount.is_total else 0.6
    targets = [term for term in terms if term.amount.verb_class == "need" and term.amount.in_question]
    if targets:
        whole = targets[0]
        rest = [term for term in terms if term is not whole]
        _add(found, "need", [("+", whole), *[("-", term) for term in rest]], replace(goal.amount), "what is wanted less what is there", cost + 0.1)
        return
    lemma = goal.amount.lemma
    told = {term.amount.lemma for term in terms}
    is_other_verb = lemma not in told and lemma not in {"be", "have", ""} and len(told) > 1
    if all(term.amount.is_part for term in rest):
        extra = max(extra - 0.3, 0.0)
    elif is_other_verb:
        extra += 0.2
    else:
        extra += 0.7
    if any(_is_anothers(term.amount, whole.amount) for term in rest) and not goal.is_others and whole.amount.owner in people:
        extra += 1.5
    if any(term.amount.verb_class in CHANGE for term in rest) and goal.amount.verb_class in STATE:
        extra += 0.4
    if goal.is_left:
        extra += 0.3
    if goal.is_total:
        extra += 1.5
    if goal.is_start:
        extra += 2.0
    if whole in wholes and whole.amount.is_total:
        extra = 0.0
    elif lemma in told and not goal.is_others and lemma not in {"be", "have"}:
        extra += 0.8
    _add(found, "part", [("+", whole), *[("-", term) for term in rest]], replace(goal.amount), "the whole less its other parts", cost + max(extra, 0))


def _is_anothers(amount: Amount, whole: Amount) -> bool:
    """Whether two amounts belong to two people."""
    nobody = {NOBODY, GROUP}
    return amount.owner not in nobody and whole.owner not in nobody and amount.owner != whole.owner and not amount.is_part and amount.holder != whole.owner


def _differences(goal: Goal, terms: list[Term], found: list[Term], cost: float) -> None:
    """How many more: one amount less another."""
    if len(terms) < 2 or not goal.asked.is_more and " than " not in goal.asked.text and " difference " not in goal.asked.text:  # noqa: PLR2004
        return
    amount, other = goal.amount, goal.asked.other
    extra = 0.0
    if other is not None:
        theirs = [term for term in terms if _names(term.amount, other.other, other.other_words)]
        ours = [term for term in terms if term not in theirs and _names(term.amount, amount.owner, amount.thing.words | amount.context)]
        if theirs and not ours:
            ours = [term for term in terms if term not in theirs]
        if ours and not theirs:
            theirs = [term for term in terms if term not in ours]
        if ours and theirs:
            one, two = sum(term.value for term in ours), sum(term.value for term in theirs)
            parts = [("+", term) for term in ours] + [("-", term) for term in theirs]
            if one < two:
                parts = [("+", term) for term in theirs] + [("-", term) for term in ours]
                extra += 0.2
            _add(found, "difference", parts, replace(amount), "one amount less the other", cost + extra)
            return
    needs = [term for term in terms if term.amount.verb_class in {"need", "cost"} or term.amount.modal in {"want", "need"} or (term.amount.in_question and term.amount.verb_class == "need")]
    haves = [term for term in terms if term not in needs]
    if other is None and needs and haves and len(terms) > 2:  # noqa: PLR2004
        if len(needs) > 1 and any(term.amount.verb_class == "need" and term.amount.in_question for term in needs):
            haves += [term for term in needs if not term.amount.in_question]
            needs = [term for term in needs if term.amount.in_question]
        lost = [term for term in haves if term.amount.verb_class in LOSS | {"go"} or term.amount.is_part]
        kept = [term for term in haves if term not in lost]
        _add(found, "need", [("+", term) for term in (*needs, *lost)] + [("-", term) for term in kept], replace(amount), "what is needed less what is there", cost + 0.2 + 0.3 * bool(lost))
        return
    if len(terms) == 2:  # noqa: PLR2004
        big, small = sorted(terms, key=lambda term: term.value, reverse=True)
        _add(found, "difference", [("+", big), ("-", small)], replace(amount), "one amount less the other", cost + 0.3)
        return
    targets = [term for term in terms if term.amount.verb_class == "need" or term.amount.modal in {"want", "need"} or term.amount.in_question]
    if targets:
        target = targets[-1]
        rest = [term for term in terms if term is not target]
        _add(found, "difference", [("+", target), *[("-", term) for term in rest]], replace(amount), "what is wanted less what is there", cost + 0.4)


_MARGINS = frozenset({"change", "profit", "gain", "loss"})


def _margin(goal: Goal, terms: Sequence[Term], found: list[Term]) -> None:
    """Change: what is paid with less what is paid; profit: what is earned less what is spent."""
    if not goal.thing.words & _MARGINS and " profit " not in goal.asked.text and " change " not in goal.asked.text:
        return
    money = [term for term in terms if _dimension(term.amount.thing) == "money"]
    if len(money) < 2:  # noqa: PLR2004
        return
    big = max(money, key=lambda term: term.value)
    rest = [term for term in money if term is not big]
    _add(found, "margin", [("+", big), *[("-", term) for term in rest]], replace(goal.amount), "what comes in less what goes out", 0.2)


def _names(amount: Amount, owner: str, words: frozenset[str]) -> bool:
    if owner and owner not in {GROUP} and owner in {amount.owner, amount.to, amount.place, amount.holder}:
        return True
    keys = words & (amount.context | amount.thing.words | amount.times)
    return bool(keys) and len(keys) == len(words)


# -- what is left when nothing else fits --------------------------------------------------------


def _fallback(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """Two numbers and the words of the question, without any structure."""
    if len(terms) < 2:  # noqa: PLR2004
        return
    near = [term for term in terms if _distance(term.amount, goal) < FAR]
    pool = near if len(near) >= 2 else list(terms)  # noqa: PLR2004
    like = replace(goal.amount)
    has_rate = any(term.amount.per for term in pool)
    big = max(pool, key=lambda term: term.value)
    rest = [term for term in pool if term is not big]
    total = combine("guess", [("+", term) for term in pool], like, "added up", cost=4.0 + (2.0 if goal.asked.is_more or goal.is_left else 0.0))
    less = combine("guess", [("+", big), *[("-", term) for term in rest]], like, "taken away", cost=4.5 + (1.5 if goal.is_total else 0.0))
    if total is not None:
        yield total
    if less is not None:
        yield less
    yield from _guess_three(goal, terms, like)
    if len(terms) == 2:  # noqa: PLR2004
        one, two = terms
        each = _says(goal.asked.text, _SHARED)
        product = combine("guess", [("", one), ("*", two)], like, "multiplied", cost=5.0 - (2.0 if has_rate else 0.0))
        first, second = (one, two) if one.value >= two.value else (two, one)
        quotient = combine("guess", [("", first), ("/", second)], like, "divided", cost=5.0 - (2.0 if each else 0.0))
        if product is not None:
            yield product
        if quotient is not None:
            yield quotient


def _guess_three(goal: Goal, terms: Sequence[Term], like: Amount) -> Iterator[Term]:
    """Two amounts of one kind and a factor."""
    rates = [term for term in terms if term.amount.per or term.amount.soft_per]
    plain = [term for term in terms if term not in rates]
    if len(terms) != 3 or len(rates) != 1:  # noqa: PLR2004
        return
    rate = rates[0]
    one, two = plain
    if _distance(rate.amount, goal) < FAR and (goal.thing.head or goal.dimension):
        factor, cost = "*", 3.4
    elif _names_groups(goal, rate.amount) or rate.amount.thing.head in {one.amount.thing.head, two.amount.thing.head}:
        factor, cost = "/", 3.4
    else:
        return
    is_less = goal.is_left or goal.is_others or any(term.amount.is_part or term.amount.is_left or term.amount.is_negated or term.amount.verb_class in LOSS | {"go"} for term in plain)
    total = combine("guess", [("+", one), ("+", two)], one.amount, "added up", cost=0.8 if is_less else 0.0)
    big, small = (one, two) if one.value >= two.value else (two, one)
    rest = combine("guess", [("+", big), ("-", small)], one.amount, "taken away", cost=0.0 if is_less else 0.8)
    for inner in (total, rest):
        if inner is None:
            continue
        result = combine("guess", [("", inner), (factor, rate)], like, "by what is in one group", cost=cost)
        if result is not None:
            yield result
