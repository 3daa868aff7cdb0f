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

import random
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.harness.tasks.formats import check_digits, dates, emails, money, phones, versions
from spoonbench.harness.tasks.formats.cases import draw_case
from spoonbench.harness.tasks.options import refuse_unknown, whole_number
from spoonbench.solvers.api import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.tasks.formats.cases import Case, Form

NAME = "formats"
VERSION = "1"
VALID, INVALID = "valid", "invalid"

# After so many texts in a row that all stand somewhere already, there are too few of them.
MOST_REPEATS = 2_000

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
    limits = {
        "n_training": (1, 1_000_000),
        "n_validation": (0, 100_000),
        "n_items": (1, 100_000),
        "seed": (-(2**63), 2**63 - 1),
    }
    refuse_unknown(NAME, options, [field.name for field in fields(Options)])
    numbers = {
        name: whole_number(name, value, least=limits[name][0], most=limits[name][1])
        for name, value in options.items()
        if name != "answers"
    }
    return Options(answers=_read_answers(options.get("answers", "labels")), **numbers)


def _read_answers(value: object) -> Literal["labels", "values"]:
    if value == "labels":
        return "labels"
    if value == "values":
        return "values"
    raise BadTask(f"answers must be labels or values, got {ascii(value)[:60]}")


def _draw_split(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> Split:
    """Draw items whose text is not in `taken`, and put them there."""
    prefix = f"{NAME}-{plan.name}"
    items = [
        _item(f"{prefix}-{place}", case, options)
        for place, case in enumerate(_new_cases(plan, n_items, options, taken), 1)
    ]
    return Split(name=plan.name, items=tuple(items), summary=plan.summary)


def _item(problem_id: str, case: Case, options: Options) -> Item:
    if options.answers == "values":
        problem = Problem(problem_id=problem_id, text=case.question, kind="text")
        return Item(problem=problem, target=case.value)
    problem = Problem(problem_id=problem_id, text=case.question, kind="label")
    return Item(problem=problem, target=INVALID if case.value is None else VALID)


def _new_cases(plan: _Plan, n_items: int, options: Options, taken: set[str]) -> list[Case]:
    rng = random.Random(f"{NAME} {VERSION} {plan.name} {options.seed}")  # noqa: S311  # no secret
    names = tuple(plan.families)
    cases: list[Case] = []
    repeats = 0
    while len(cases) < n_items:
        case = draw_case(rng, rng.choice(plan.families[rng.choice(names)]))
        key = text_key(case.question)
        repeats = repeats + 1 if key in taken else 0
        if repeats > MOST_REPEATS:
            raise BadTask(
                f"too few different problems: {plan.name} has {len(cases)} of {n_items}, and "
                "no new one is found; ask for fewer"
            )
        if not repeats:
            taken.add(key)
            cases.append(case)
    return cases


def text_key(text: str) -> str:
    """What makes two texts the same: everything but letter case and white space at the ends."""
    return text.casefold().strip()
