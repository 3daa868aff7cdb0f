"""The task `formats`: is this text valid in the format that is named, or what does it stand for?

"IBAN: GB82 WEST 1234 5698 7654 32" is valid; with one digit wrong it is not. About half of all
texts are near misses: valid ones with one character changed, of which those that happen to be valid
still are kept as valid. With `answers=values` the canonical form is asked for instead ("2021-03-03"
of "March 3rd, 2021"), and abstaining is right for what is invalid. The texts are the same.

Truth comes from construction and from the published standards; each family's module names them.
Held-out splits are drawn first, each from chance of its own, and no text stands in two splits.

Not covered: whether an address, number or account exists; forms that only a convention settles.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.harness.tasks.drawing import Question, chance, draw_distinct
from spoonbench.harness.tasks.formats import check_digits, dates, emails, money, phones, versions
from spoonbench.harness.tasks.formats.cases import draw_case
from spoonbench.harness.tasks.options import generated_numbers
from spoonbench.solvers.api import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.tasks.formats.cases import Form

NAME = "formats"
VERSION = "2"
VALID, INVALID = "valid", "invalid"

FAMILIES: dict[str, tuple[Form, ...]] = {
    "dates": dates.FORMS,
    "emails": emails.FORMS,
    "phones": phones.FORMS,
    "money": money.FORMS,
    "versions": versions.FORMS,
    "check-digits": check_digits.FORMS,
}
UNSEEN: dict[str, tuple[Form, ...]] = {
    "dates": dates.UNSEEN_FORMS,
    "phones": phones.UNSEEN_FORMS,
    "money": money.UNSEEN_FORMS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the task is made.

    Attributes:
        answers: "labels", valid or invalid; "values", the canonical form.
        n_training: training problems.
        n_validation: validation problems.
        n_items: problems of each held-out split.
        seed: of everything that is drawn.
    """

    answers: Literal["labels", "values"] = "labels"
    n_training: int = 10_000
    n_validation: int = 500
    n_items: int = 1_000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One split to draw, from families of forms that are equally likely."""

    name: str
    families: Mapping[str, tuple[Form, ...]]
    summary: str


_HELD_OUT = (
    _Plan(
        name="test",
        families=FAMILIES,
        summary="All families alike; half of the texts have one wrong character.",
    ),
    *(
        _Plan(name=name, families={name: forms}, summary=f"Only {name.replace('-', ' ')}.")
        for name, forms in FAMILIES.items()
    ),
    _Plan(
        name="unseen-forms",
        families=UNSEEN,
        summary="Dates, phone numbers and money in forms that the training part does not have.",
    ),
)
_VALIDATION = _Plan(name="validation", families=FAMILIES, summary="To choose by.")
_TRAINING = _Plan(name="train", families=FAMILIES, summary="To learn from.")


def make(options: Mapping[str, object]) -> Task:
    """Generate the task; the same options give the same items on every platform.

    Args:
        options: any of the fields of `Options`, as numbers or as text.

    Raises:
        BadTask: an option is unknown or wrong, or more texts are asked for than there are.
    """
    chosen = read_options(options)
    taken: set[str] = set()
    held_out = [_draw_split(plan, chosen.n_items, chosen, taken) for plan in _HELD_OUT]
    validation = _draw_split(_VALIDATION, chosen.n_validation, chosen, taken)
    training = _draw_split(_TRAINING, chosen.n_training, chosen, taken)
    return Task(
        name=NAME,
        version=VERSION,
        kind="label" if chosen.answers == "labels" else "text",
        training=training,
        validation=validation,
        splits=tuple(held_out),
        source=f"generated with seed {chosen.seed} from the published standards",
        options=asdict(chosen),
    )


def read_options(options: Mapping[str, object]) -> Options:
    """Check the options and fill in the defaults.

    Raises:
        BadTask: an option is unknown, or its value is none that it can have.
    """
    numbers = generated_numbers(NAME, options, [field.name for field in fields(Options)])
    return Options(answers=_read_answers(options.get("answers", "labels")), **numbers)


def _read_answers(value: object) -> Literal["labels", "values"]:
    if value == "labels":
        return "labels"
    if value == "values":
        return "values"
    raise BadTask(f"answers must be labels or values, got {ascii(value)[:60]}")


def _draw_split(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> Split:
    """Draw items whose text is not in `taken`, and put them there."""
    drawn = draw_distinct(
        plan.name, _questions(plan, options), n_items, taken, key=text_key, advice="ask for fewer"
    )
    items = tuple(
        _item(f"{NAME}-{plan.name}-{place}", question, options)
        for place, question in enumerate(drawn, 1)
    )
    return Split(name=plan.name, items=items, summary=plan.summary)


def _questions(plan: _Plan, options: Options) -> Iterator[Question]:
    """Questions without end, some of them twice."""
    rng = chance(NAME, VERSION, plan.name, options.seed)
    names = tuple(plan.families)
    while True:
        case = draw_case(rng, rng.choice(plan.families[rng.choice(names)]))
        yield Question(text=case.question, answer=case.value)


def _item(problem_id: str, question: Question, options: Options) -> Item:
    if options.answers == "values":
        problem = Problem(problem_id=problem_id, text=question.text, kind="text")
        return Item(problem=problem, target=question.answer)
    problem = Problem(problem_id=problem_id, text=question.text, kind="label")
    return Item(problem=problem, target=INVALID if question.answer is None else VALID)


def text_key(text: str) -> str:
    """What makes two texts the same: everything but letter case and white space at the ends."""
    return text.casefold().strip()
