"""From a text as read to its answer: one schema for each kind of question."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.events import GROUP, NOBODY, Event, Question, Story, Thing
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.rates import RATE_WORDS, solve_rate
from spoonbench.solvers.rules.sentences import Unclear
from spoonbench.solvers.rules.world import (
    GAINS,
    LOSSES,
    STATES,
    Amount,
    change_between,
    final_amount,
    initial_amount,
    matching,
    owners_of_states,
    steps_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_STARTS = (
    " at first ",
    " to start with ",
    " to begin with ",
    " the beginning ",
    " originally ",
    " initially ",
    " the start ",
    " before that ",
    " start with ",
    " begin with ",
    " before ",
    " start out with ",
)
_TOTALS = (
    " in all ",
    " altogether ",
    " in total ",
    " total ",
    " together ",
    " combined ",
    " both ",
)
_UNREAD = frozenset(
    {
        "twice",
        "double",
        "triple",
        "half",
        "thrice",
        "times",
        "quarter",
        "third",
        "average",
        "pair",
        "pairs",
    }
)
_SPENDING = frozenset({"spend", "pay", "cost", "buy"})


def solve_story(story: Story) -> Amount:
    """Answer the question of a text.

    Raises:
        Unclear: the text has no reading that settles the answer, or more than one.
    """
    unread = sorted(story.words & _UNREAD)
    if unread:
        raise Unclear(f"{unread[0]!r} is not read")
    asked = _asked_thing(story)
    if story.words & RATE_WORDS:
        return solve_rate(story, asked)
    part = _remaining_part(story, asked)
    if part is None and story.question.predicate:
        raise Unclear(f"who is {' '.join(sorted(story.question.predicate))} is not told")
    amount = part or _by_kind(story, asked, _events_of(story, asked))
    if amount.n_used < 2 and not story.comparisons:  # noqa: PLR2004  # one number is no sum
        raise Unclear("only one number says anything about what is asked")
    return amount


def _asked_thing(story: Story) -> Thing:
    if story.question.thing.head:
        return story.question.thing
    times = load_lexicon().words["times"]
    for event in story.events:
        if event.thing.head and event.thing.head not in times:
            return event.thing
    raise Unclear("the text names nothing that could be counted")


def _events_of(story: Story, asked: Thing) -> list[Event]:
    """Events of the thing asked for, or of kinds of it ("geese" for "birds")."""
    events = matching(story.events, asked)
    if any(event.thing.is_within(asked) for event in events):
        return events
    kinds = load_lexicon().kinds.get(asked.head, frozenset())
    of_kind = [event for event in story.events if event.thing.words & kinds]
    if of_kind:
        return of_kind
    raise Unclear(f"the text tells nothing of {asked.head!r}")


def _by_kind(story: Story, asked: Thing, events: Sequence[Event]) -> Amount:
    question = story.question
    needs = question.verb_class == "need" or " need " in question.text
    compares = " than " in question.text or question.verb_class in STATES or needs
    if question.is_more and compares:
        return _missing(story, events) if needs else _difference(story, asked, events)
    if story.comparisons:
        return _by_comparison(story, events)
    if any(start in question.text for start in _STARTS):
        return initial_amount(steps_of(events, _owner(question, events)))
    if question.verb_class in STATES and " gone " not in question.text:
        return _having(question, events)
    return _doing(question, events)


def _owner(question: Question, events: Sequence[Event]) -> str:
    """The owner asked about; where none is named, the only one who has any."""
    if question.owner not in {NOBODY, GROUP}:
        return question.owner
    owners = owners_of_states(events) or sorted(_doers(events))
    if len(owners) != 1:
        raise Unclear("whose are meant is not plain")
    return owners[0]


def _doers(events: Sequence[Event]) -> set[str]:
    """Who does something on their own account; who brings more does it for somebody else."""
    return {
        event.subject
        for event in events
        if event.subject != NOBODY and not (event.lemma == "bring" and event.is_more)
    }


def _having(question: Question, events: Sequence[Event]) -> Amount:
    """How many there are at the end, of one owner or of all."""
    owners = owners_of_states(events)
    is_total = question.owner == GROUP or (
        question.owner == NOBODY and any(total in question.text for total in (*_TOTALS, " there "))
    )
    if not is_total or not owners:
        return final_amount(steps_of(events, _owner(question, events)))
    if question.owners and not set(question.owners) <= set(owners):
        raise Unclear("of one of those who are asked about nothing is told")
    counted = question.owners or owners
    amounts = [final_amount(steps_of(events, owner)) for owner in counted]
    joint = [event for event in events if event.subject == GROUP and not event.is_vague]
    if any(event.value is None for event in joint):
        raise Unclear("an amount that counts is not told")
    signs = [1 if event.verb_class in GAINS else -1 for event in joint]
    changes = [sign * (event.value or 0) for sign, event in zip(signs, joint, strict=True)]
    return Amount(
        value=sum((amount.value for amount in amounts), Fraction(sum(changes))),
        n_used=sum(amount.n_used for amount in amounts) + len(joint),
    )


def _doing(question: Question, events: Sequence[Event]) -> Amount:
    """How many were found, eaten, given: the sum of what is told, or what is missing."""
    if " gone " in question.text:
        return _change(events, question)
    same = [event for event in events if _is_same_deed(event, question) and not event.is_vague]
    if question.owner not in {NOBODY, GROUP}:
        same = [event for event in same if _is_doer(event, question.owner)]
    if not same or any(event.value is None for event in same):
        return _change(events, question)
    if question.lemma == "spend" and " on " in question.text:
        raise Unclear("what was spent on which is not told apart")
    values = [event.value for event in same if event.value is not None]
    totals = [event.value for event in same if event.is_total and event.value is not None]
    if len(totals) == 1 and len(values) > 1:
        return _rest_of(totals[0], sum(values, Fraction(0)) - totals[0], len(values))
    return Amount(value=sum(values, Fraction(0)), n_used=len(values))


def _is_doer(event: Event, owner: str) -> bool:
    """Whether somebody does it, or it happens at a place without anybody named."""
    return owner == (event.subject or event.place)


def _rest_of(total: Fraction, told: Fraction, n_used: int) -> Amount:
    """What a total leaves besides the parts that are told."""
    if told > total:
        raise Unclear("the parts are more than the total")
    return Amount(value=total - told, n_used=n_used)


def _is_same_deed(event: Event, question: Question) -> bool:
    if event.is_part:
        return False
    is_money = event.thing.head == "dollar"
    return event.lemma == question.lemma or (
        is_money and {event.lemma, question.lemma} <= _SPENDING
    )


def _change(events: Sequence[Event], question: Question) -> Amount:
    """What was gained or lost between two told amounts."""
    owner = question.owner
    owners = owners_of_states(events)
    if owner in {NOBODY, GROUP} or owner not in owners:
        if len(owners) != 1:
            raise Unclear("whose amount changed is not plain")
        owner = owners[0]
    amount = change_between(steps_of(events, owner))
    value = amount.value
    # "flew up" tells more than "fly": the events know the class with its particle.
    classes = {event.verb_class for event in events if event.lemma == question.lemma}
    verb_class = classes.pop() if len(classes) == 1 else question.verb_class
    if verb_class in LOSSES or (question.owner not in {owner, NOBODY, GROUP}):
        value = -value if value < 0 or verb_class in LOSSES else value
    elif verb_class not in GAINS:
        raise Unclear(f"what {question.lemma!r} does to the amount is not known")
    if value < 0:
        raise Unclear("the change goes the other way")
    return Amount(value=value, n_used=amount.n_used)


def _missing(story: Story, events: Sequence[Event]) -> Amount:
    """How many more are needed."""
    needs = [event for event in events if event.verb_class == "need" and event.value is not None]
    rest = [event for event in events if event.verb_class != "need"]
    if len(needs) != 1:
        raise Unclear("how many are needed is not told")
    has = final_amount(steps_of(rest, _owner(story.question, rest)))
    needed = needs[0].value or Fraction(0)
    if needed < has.value:
        raise Unclear("there are more than are needed")
    return Amount(value=needed - has.value, n_used=1 + has.n_used)


def _difference(story: Story, asked: Thing, events: Sequence[Event]) -> Amount:
    """How many more one has than the other."""
    question = story.question
    if " than " not in question.text:
        return _lead(question, events)
    first = _held(story, question.owner, asked, question)
    other_thing = question.other_thing if question.other_thing.head else asked
    other_owner = question.other or question.owner
    if other_owner == question.owner and other_thing == asked:
        raise Unclear("a comparison of an amount with itself")
    second = _held(story, other_owner, other_thing, question)
    is_fewer = " fewer " in question.text or " less " in question.text
    value = second.value - first.value if is_fewer else first.value - second.value
    if value < 0:
        raise Unclear("the comparison goes the other way")
    return Amount(value=value, n_used=first.n_used + second.n_used)


def _lead(question: Question, events: Sequence[Event]) -> Amount:
    """How many more one owner has, where the other is not named again."""
    owners = owners_of_states(events)
    if len(owners) != 2 or question.owner not in owners:  # noqa: PLR2004  # two are compared
        raise Unclear("with whom is compared is not plain")
    others = [owner for owner in owners if owner != question.owner]
    first = final_amount(steps_of(events, question.owner))
    second = final_amount(steps_of(events, others[0]))
    is_fewer = " fewer " in question.text or " less " in question.text
    value = second.value - first.value if is_fewer else first.value - second.value
    if value < 0:
        raise Unclear("the comparison goes the other way")
    return Amount(value=value, n_used=first.n_used + second.n_used)


def _held(story: Story, owner: str, thing: Thing, question: Question) -> Amount:
    """One side of a comparison."""
    events = matching(story.events, thing)
    if question.verb_class in STATES:
        if owner in {NOBODY, GROUP}:
            owner = _owner(question, events)
        return final_amount(steps_of(events, owner))
    done = [
        event
        for event in events
        if event.lemma == question.lemma and owner in {NOBODY, GROUP, event.subject}
    ]
    if len(done) != 1 or done[0].value is None:
        raise Unclear("one side of the comparison is not told")
    return Amount(value=done[0].value, n_used=1)


def _by_comparison(story: Story, events: Sequence[Event]) -> Amount:
    """One amount is told by another: "5 more than Mary has"."""
    question = story.question
    if len(story.comparisons) != 1 or question.owner == NOBODY:
        raise Unclear("the comparisons do not settle what is asked")
    told = story.comparisons[0]
    if question.owner == GROUP:
        raise Unclear("a comparison and a total together are not read")
    if question.owner not in {told.owner, told.other}:
        return final_amount(steps_of(events, question.owner))
    is_inverse = question.owner == told.other
    known = final_amount(steps_of(events, told.owner if is_inverse else told.other))
    if told.difference is None:
        raise Unclear("multiples are not read")
    value = known.value - told.difference if is_inverse else known.value + told.difference
    if value < 0:
        raise Unclear("there would be less than nothing")
    return Amount(value=value, n_used=known.n_used + 1)


def _remaining_part(story: Story, asked: Thing) -> Amount | None:
    """The rest of a whole of which one part is told; None where no part is."""
    parts = [event for event in story.events if event.is_part]
    wholes = [event for event in story.events if not event.is_part and event.value is not None]
    if not parts or (len(parts) > 1 and "rest" not in story.words):
        return None
    wholes = [event for event in wholes if event.thing.matches(parts[0].thing)]
    if len(wholes) != 1 or any(part.value is None for part in parts):
        return None
    if not all(_asks_for_rest(story, part, wholes[0], asked) for part in parts):
        return None
    value = (wholes[0].value or Fraction(0)) - sum(part.value or Fraction(0) for part in parts)
    if value < 0:
        raise Unclear("the part is more than the whole")
    return Amount(value=value, n_used=1 + len(parts))


def _asks_for_rest(story: Story, part: Event, whole: Event, asked: Thing) -> bool:
    """Whether the question is about those of the whole that the part leaves out."""
    words = {load_lexicon().singular(word) for word in story.question.text.split()}
    if "not" in words or "else" in words:
        return bool(words & part.predicate)
    if story.question.verb_class in GAINS | LOSSES or story.question.owner not in {
        NOBODY,
        *part.owners,
        *whole.owners,
    }:
        return False
    told = part.predicate | part.thing.words
    kinds = load_lexicon().kinds
    is_sibling = any(
        asked.head in of_kind and part.predicate & of_kind for of_kind in kinds.values()
    )
    colours = load_lexicon().words["colours"]
    is_other_colour = bool(part.predicate & colours and (words & colours) - told)
    is_other_deed = part.lemma != "be" and story.question.lemma not in {part.lemma, "be", "have"}
    return is_sibling or is_other_colour or is_other_deed or "rest" in words
