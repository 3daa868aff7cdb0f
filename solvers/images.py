"""Images of problems as arrays, and the refusal of problems without a fitting one.

Imported by implementation modules only, because it needs NumPy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.learning import failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.api import Answer, Example, Image, Problem


def brightness(problems: Sequence[Problem]) -> NDArray[np.float64]:
    """The images of problems that all have one of the same shape.

    Args:
        problems: shape (n,); none of them refused by `refuse_image`.

    Returns:
        shape (n, height, width), brightness in [0, 1].
    """
    rows = []
    for problem in problems:
        assert problem.image is not None  # for the type checker: such problems are refused
        rows.append(np.array(problem.image.pixels, dtype=np.float64) / problem.image.maximum)
    return np.stack(rows)


def common_shape(examples: Sequence[Example]) -> tuple[int, int]:
    """The height and width of all images.

    Raises:
        ValueError: an example has no image, a broken one, or one of another shape than the first.
    """
    shape = _shape(examples[0].problem.image)
    for example in examples:
        refusal = refuse_image(example.problem, shape)
        if refusal is not None:
            raise ValueError(f"problem {example.problem.problem_id!r}: {refusal.reason}")
    return shape


def refuse_image(problem: Problem, shape: tuple[int, int]) -> Answer | None:
    """A failed answer where there is no image of this shape and within its range, else None."""
    image = problem.image
    if image is None:
        return failed("the problem has no image")
    if _shape(image) != shape or any(len(row) != shape[1] for row in image.pixels):
        return failed(f"the image is not {shape[0]} by {shape[1]} pixels")
    # Written so that NaN fails as well.
    if not 0 < image.maximum < math.inf:
        return failed("the brightest value of the image must be above 0 and finite")
    if not all(0 <= value <= image.maximum for row in image.pixels for value in row):
        return failed(f"a pixel is not in the range from 0 to {image.maximum:g}")
    return None


def _shape(image: Image | None) -> tuple[int, int]:
    if image is None or not image.pixels:
        return (0, 0)
    return (len(image.pixels), len(image.pixels[0]))
