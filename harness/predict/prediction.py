"""A prediction of memory: its components, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spoonbench.solvers.held_memory import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.held_memory import Held, Tensors

Moment = Literal[
    "reading the prompts",
    "writing the last token",
    "scoring the texts",
    "forward and backward pass",
    "step of the optimizer",
]

WORDS: Mapping[str, str] = {
    **LABELS,
    "weights": "the weights",
    "optimizer": "the states of the optimizer",
    "engine_weights": "the engine's copies of weights",
    "engine_buffers": "what the engine keeps of a pass",
    "overhead": "what the libraries hold for themselves",
}
"""Components of a prediction, in words."""
COMPONENTS = tuple(WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPrediction:
    """What is held at the worst moment, in bytes, the components adding up to the whole.

    Attributes:
        moment: when that is.
        weights: parameters and tables, adapters among them.
        cache: keys and values of earlier tokens.
        gradients: of the parameters.
        optimizer: its states, and what a step of it needs for a moment.
        weight_copies: weights in the number format of autocast.
        activations: all other tensors of the pass.
        logits: tensors with a number for each token of the vocabulary.
        engine_weights: copies that an engine makes for itself (`predict.engines`).
        engine_buffers: what an engine holds of a pass beside the tensors that torch would.
        overhead: what libraries take beside tensors, as measured (`predict.overhead`); 0 where it
            was not.
        largest: tensors of the pass at that moment, those with most bytes first.
        n_products: products of matrices that texts of another length make anew
            (`solvers.held_memory.Held`).
        n_products_written: likewise of the last new token, which the length of the cache makes new.
    """

    moment: Moment
    weights: int = 0
    cache: int = 0
    gradients: int = 0
    optimizer: int = 0
    weight_copies: int = 0
    activations: int = 0
    logits: int = 0
    engine_weights: int = 0
    engine_buffers: int = 0
    overhead: int = 0
    largest: tuple[Tensors, ...] = ()
    n_products: int = 0
    n_products_written: int = 0

    @property
    def components(self) -> dict[str, int]:
        """Bytes by name, those left out that are 0."""
        return {name: getattr(self, name) for name in COMPONENTS if getattr(self, name)}

    @property
    def total(self) -> int:
        """Bytes of all components."""
        return sum(self.components.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether a prediction fits a limit.

    Attributes:
        fits: true where it does.
        missing_bytes: by how much it does not; 0 where it does.
        sentence: the same for people.
    """

    fits: bool
    missing_bytes: int
    sentence: str


def prediction_of(
    held: Held, moment: Moment, *, weights: int, optimizer: int = 0, overhead: int = 0
) -> MemoryPrediction:
    """A prediction from what a pass holds and what is there besides."""
    return MemoryPrediction(
        moment=moment,
        weights=weights,
        optimizer=optimizer,
        overhead=overhead,
        largest=held.largest,
        n_products=held.n_products,
        **{name: getattr(held, name) for name in LABELS},
    )


def fits(prediction: MemoryPrediction, limit_bytes: int) -> Fit:
    """Whether a prediction fits a limit, and by how much it does not.

    Args:
        prediction: to be held against it.
        limit_bytes: memory that is there, at least 1.

    Raises:
        ValueError: a limit below 1 byte.
    """
    if limit_bytes < 1:
        raise ValueError(f"a limit must be at least 1 byte, not {limit_bytes}")
    missing = max(0, prediction.total - limit_bytes)
    parts = prediction.components
    largest = max(parts, key=lambda name: parts[name], default=None)
    verdict = (
        f"{size_text(prediction.total)} do not fit {size_text(limit_bytes)}: "
        f"{size_text(missing)} are missing"
        if missing
        else f"{size_text(prediction.total)} fit {size_text(limit_bytes)}"
    )
    most = (
        ""
        if largest is None
        else (
            f"; the largest part is {WORDS[largest]} ({size_text(parts[largest])}), "
            f"at the {prediction.moment}"
        )
    )
    return Fit(fits=not missing, missing_bytes=missing, sentence=f"{verdict}{most}.")


def size_text(n_bytes: int) -> str:
    """Bytes in a unit of powers of ten.

    >>> size_text(16_060_000_000), size_text(2_500_000), size_text(12)
    ('16.06 GB', '2.5 MB', '12 bytes')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.{2 if unit == 'GB' else 1}f} {unit}"
    return f"{n_bytes} bytes"
