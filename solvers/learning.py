"""What contestants that learn have in common: checked settings, targets, and plain refusals.

Not covered: the learning itself. This module is imported by the modules of registered
contestants and therefore imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, Unsupported
from spoonbench.solvers.numerals import read_number, write_number
from spoonbench.solvers.placement import check_placement
from spoonbench.solvers.programs import ABSTAIN, INEXPRESSIBLE, evaluate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from fractions import Fraction

    from spoonbench.solvers.api import Example, Json, Settings, SolverInfo

NOT_FITTED = "not trained: fit must be called, or trained weights loaded, before solve"

MAX_CHARACTERS = 100_000
"""Longer texts are refused: learned features of a text cost time for every character."""


def check_settings(
    info: SolverInfo, settings: Settings, defaults: Mapping[str, float]
) -> dict[str, float]:
    """Check that a contestant can run as asked.

    Args:
        info: of the contestant.
        settings: what is asked.
        defaults: name to default of every parameter, all of them positive numbers; an integer
            default admits integers only.

    Returns:
        Every parameter with its value.

    Raises:
        Unsupported: a device, number format, quantization or parameter that it does not have.
    """
    check_placement(info, settings)
    unknown = sorted(set(settings.params) - set(defaults))
    if unknown:
        known = ", ".join(sorted(defaults)) or "none"
        raise Unsupported(f"{info.name} has no parameter {', '.join(unknown)} (it has: {known})")
    return {
        name: _parameter(name, settings.params[name], default)
        if name in settings.params
        else default
        for name, default in defaults.items()
    }


def _parameter(name: str, value: Json, default: float) -> float:
    wanted = int if isinstance(default, int) else (int, float)
    # NaN and infinity fail the comparison; True is an int to Python, but not to a person.
    if isinstance(value, bool) or not isinstance(value, wanted) or not 0 < value < float("inf"):
        kind = "a positive integer" if isinstance(default, int) else "a positive number"
        raise Unsupported(f"the parameter {name} must be {kind}, not {value!r}")
    return value


def failed(reason: str) -> Answer:
    """The answer to a problem that could not be worked on."""
    return Answer(status="failed", reason=reason)


def abstained(reason: str, confidence: float | None = None) -> Answer:
    """The answer to a problem that is better left alone."""
    return Answer(status="abstained", reason=reason, confidence=confidence)


def answered(value: str, confidence: float | None = None) -> Answer:
    """An answer with a value."""
    return Answer(status="answered", value=value, confidence=confidence)


def number_targets(examples: Sequence[Example]) -> list[Fraction | None]:
    """The targets as exact numbers.

    Returns:
        shape (n,); None where the problem is to be abstained from.

    Raises:
        ValueError: a target is no number; the message names the problem.
    """
    return [_number_target(example) for example in examples]


def _number_target(example: Example) -> Fraction | None:
    if example.target is None:
        return None
    value = read_number(example.target)
    if value is None:
        raise ValueError(
            f"the target of problem {example.problem.problem_id!r} is no number: "
            f"{example.target[:60]!r}"
        )
    return value


def require_examples(training: Sequence[Example], least: int = 1) -> None:
    """Refuse to learn from too little.

    Raises:
        ValueError: fewer than `least` examples.
    """
    if len(training) < least:
        raise ValueError(f"{len(training)} training examples: at least {least} are needed")


def is_too_long(text: str) -> bool:
    """Whether a text is refused for its length."""
    return len(text) > MAX_CHARACTERS


def refuse_length(text: str) -> Answer:
    """The answer to a text that is too long."""
    return abstained(f"{len(text):,} characters: more than {MAX_CHARACTERS:,} are not read")


def program_answer(
    name: str, numbers: Sequence[Fraction], confidence: float, known_counts: Collection[int]
) -> Answer:
    """Run the program that a text was classified into.

    Args:
        name: of the program.
        numbers: of the text, in order.
        confidence: that it is the right program, in [0, 1].
        known_counts: how many numbers the training texts have. A text with another count is
            abstained from: nothing was learned about the role of a further number, and a
            classifier is no less sure of itself for that.
    """
    if len(numbers) not in known_counts:
        return abstained(f"no training text has {len(numbers)} numbers")
    if name == ABSTAIN:
        return abstained("like training problems that have no answer", confidence)
    if name == INEXPRESSIBLE:
        return abstained("like training problems that no known program solves", confidence)
    value = evaluate(name, numbers)
    if value is None:
        reason = f"the program {name} does not fit the {len(numbers)} numbers of the text"
        return abstained(reason, confidence)
    try:
        return answered(write_number(value), confidence)
    except ValueError:
        return failed(f"the result of {name} has too many digits to write")
