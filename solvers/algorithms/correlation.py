"""Normalised cross-correlation of an image with many templates at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from spoonbench.solvers.api import Image

    FloatArray = npt.NDArray[np.float32]

_NO_CONTRAST = 1e-6
"""An image whose values deviate from their mean by no more than this, together, is uniform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Templates with mean 0 and norm 1, so that a scalar product is a correlation.

    Attributes:
        values: shape (n_templates, n_pixels).
        shape: (height, width) of an image.
        classes: shape (n_classes,), sorted.
        starts: shape (n_classes,): where the templates of a class begin; they stand together.
        n_without_contrast: uniform images left out: they correlate with nothing.
    """

    values: FloatArray
    shape: tuple[int, int]
    classes: tuple[str, ...]
    starts: npt.NDArray[np.intp]
    n_without_contrast: int

    @classmethod
    def build(cls, images: Sequence[Image], labels: Sequence[str], *, means: bool) -> Templates:
        """Make templates of training images.

        Args:
            images: shape (n,), of one size.
            labels: shape (n,).
            means: one mean image for each class, or every image.

        Raises:
            ValueError: images of several sizes, unreadable ones, or none with contrast.
        """
        pixels = np.stack(_one_size([read_pixels(image) for image in images]))  # (n, h, w)
        shape = pixels.shape[1], pixels.shape[2]
        order = np.argsort(np.array(labels), kind="stable")
        values = pixels.reshape(len(pixels), -1)[order]  # shape (n, n_pixels)
        names = np.array(labels)[order]
        if means:
            unique = np.unique(names)
            values = np.stack([values[names == name].mean(axis=0) for name in unique])
            names = unique
        normal, kept = _normalise(values)
        if not kept.any():
            raise ValueError("no training image has any contrast")
        classes, starts = np.unique(names[kept], return_index=True)
        return cls(
            values=normal[kept],
            shape=shape,
            classes=tuple(str(name) for name in classes),
            starts=starts,
            n_without_contrast=int((~kept).sum()),
        )

    @property
    def n_templates(self) -> int:
        """Templates of all classes."""
        return len(self.values)

    @property
    def n_values(self) -> int:
        """Pixels of all templates."""
        return int(self.values.size)

    @property
    def n_bytes(self) -> int:
        """Bytes of all templates."""
        return int(self.values.nbytes)

    def match(self, image: Image) -> tuple[str, float | None]:
        """The class of the best template, and how clearly it is the best.

        Returns:
            The class, and 1 minus the ratio of the distances to the best and the second best
            class, in [0, 1]; None where there is one class only.

        Raises:
            ValueError: the image cannot be compared; the message says why.
        """
        pixels = read_pixels(image)
        if pixels.shape != self.shape:
            raise ValueError(f"an image of {_times(pixels.shape)}, trained on {_times(self.shape)}")
        normal, kept = _normalise(pixels.reshape(1, -1))
        if not kept[0]:
            raise ValueError("the image has no contrast: every pixel has the same value")
        correlations = self.values @ normal[0]  # shape (n_templates,)
        best = np.maximum.reduceat(correlations, self.starts)  # shape (n_classes,)
        winner = int(best.argmax())
        if len(best) == 1:
            return self.classes[winner], None
        second = float(np.delete(best, winner).max())
        return self.classes[winner], _clearness(float(best[winner]), second)


def read_pixels(image: Image) -> FloatArray:
    """The image as numbers in [0, 1], shape (height, width).

    Raises:
        ValueError: no pixels, rows of several lengths, or values that are no brightness.
    """
    widths = {len(row) for row in image.pixels}
    if len(widths) != 1 or widths == {0}:
        raise ValueError("the image has no pixels, or rows of several lengths")
    if not 0 < image.maximum < float("inf"):
        raise ValueError(f"the brightest value must be above 0, not {image.maximum}")
    pixels = np.array(image.pixels, dtype=np.float64) / image.maximum
    if not np.isfinite(pixels).all():
        raise ValueError("a pixel is no finite number")
    return pixels.astype(np.float32)


def _one_size(images: list[FloatArray]) -> list[FloatArray]:
    shapes = sorted({image.shape for image in images})
    if len(shapes) > 1:
        raise ValueError(f"images of {_times(shapes[0])} and of {_times(shapes[1])}")
    return images


def _normalise(values: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Mean 0 and norm 1 along rows, and which rows have contrast; the others are all 0."""
    centred = values - values.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    kept = norms > _NO_CONTRAST
    return np.where(kept, centred / np.where(kept, norms, 1), 0), kept[:, 0]


def _clearness(best: float, second: float) -> float:
    """0 where two classes fit equally, 1 for a perfect fit beside none."""
    if second >= 1:
        return 0.0
    return min(1.0, max(0.0, 1 - (1 - best) / (1 - second)))


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length) for length in shape)
