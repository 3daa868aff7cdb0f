"""The task `digits`: handwritten digits, for which no rules can be written down.

1,797 grey images of 8 by 8 pixels that scikit-learn brings along. Each problem also has one line
of text that stands for the image: a character for each pixel ("0" to "9", then "a" to "g", for 0
to 16), rows joined by "/".

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998; its test part, by 13 writers, as scikit-learn's `load_digits` gives it.

Not covered: who wrote which digit. The source does not say, so a writer can be on both sides.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import Item, Split, Task
from spoonbench.harness.tasks.options import refuse_unknown, share, whole_number
from spoonbench.solvers.api import Image, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "digits"
VERSION = "1"

# The brightest pixel, as the source counts 4 by 4 blocks of bits.
MAXIMUM = 16
_CHARACTERS = "0123456789abcdefg"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """How the task is made: the split is drawn by `seed`, label by label."""

    seed: int = 0
    test_share: float = 0.3
    validation_share: float = 0.1


def make(options: Mapping[str, object]) -> Task:
    """Split the digits into training, validation and test, each label in the same shares.

    Args:
        options: `seed` (0), `test_share` (0.3, of all) and `validation_share` (0.1, of the rest),
            as numbers or as text.

    Raises:
        BadTask: an option is unknown or wrong.
    """
    chosen = _read_options(options)
    rest, test = _cut(_load(), chosen.test_share, f"test {chosen.seed}")
    training, validation = _cut(rest, chosen.validation_share, f"validation {chosen.seed}")
    return Task(
        name=NAME,
        version=VERSION,
        kind="label",
        payload="image",
        training=Split(name="train", items=training, summary="To learn from."),
        validation=Split(name="validation", items=validation, summary="To choose by."),
        splits=(Split(name="test", items=test, summary="Digits that nothing was learned from."),),
        source=(
            "UCI Optical Recognition of Handwritten Digits (test part, 8 by 8 pixels), via "
            f"scikit-learn; split by SHA-256 with seed {chosen.seed}, label by label"
        ),
        options=asdict(chosen),
    )


def _read_options(options: Mapping[str, object]) -> _Options:
    default = _Options()
    given = {**asdict(default), **options}
    refuse_unknown(NAME, options, list(asdict(default)))
    return _Options(
        seed=whole_number("seed", given["seed"], least=-(2**63), most=2**63 - 1),
        test_share=share("test_share", given["test_share"]),
        validation_share=share("validation_share", given["validation_share"]),
    )


def _load() -> list[Item]:
    from sklearn.datasets import load_digits  # noqa: PLC0415  # heavy: only this task needs it

    data = load_digits()
    pairs = zip(data.images.tolist(), data.target.tolist(), strict=True)  # each image (8, 8)
    return [_item(place, image, label) for place, (image, label) in enumerate(pairs, 1)]


def _item(place: int, image: Sequence[Sequence[float]], label: int) -> Item:
    pixels = tuple(tuple(row) for row in image)
    problem = Problem(
        problem_id=f"{NAME}-{place}",
        text="/".join("".join(_CHARACTERS[int(pixel)] for pixel in row) for row in pixels),
        kind="label",
        payload=Image(pixels=pixels, maximum=float(MAXIMUM)),
    )
    return Item(problem=problem, target=str(label))


def _cut(
    items: Sequence[Item], part: float, salt: str
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """What is left, and what is cut off: this share of each label, rounded, at least one of each.

    Both in the order of the source, which mixes the labels.
    """
    by_label: dict[str | None, list[Item]] = {}
    for item in items:
        by_label.setdefault(item.target, []).append(item)
    cut: set[str] = set()
    for same in by_label.values():
        same.sort(key=lambda item: _hash(item, salt))
        cut |= {item.problem.problem_id for item in same[: max(1, round(part * len(same)))]}
    left = tuple(item for item in items if item.problem.problem_id not in cut)
    return left, tuple(item for item in items if item.problem.problem_id in cut)


def _hash(item: Item, salt: str) -> str:
    return hashlib.sha256(f"{NAME} {salt} {item.problem.text}".encode()).hexdigest()
