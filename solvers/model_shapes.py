"""What a language model is made of, in numbers: enough to say what memory it will take.

Read from a configuration alone by `solvers.llm.shapes`; nothing here imports anything heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.held_memory import MemoryTracer


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A linear layer of a block, which a quantization may hold in fewer bits.

    Attributes:
        name: of the layer.
        rows: numbers that come out.
        columns: numbers that go in.
        n_biases: `rows`, or 0.
    """

    name: str
    rows: int
    columns: int
    n_biases: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLayer:
    """What one attention layer keeps of each token.

    Attributes:
        n_heads: of keys, and as many of values; fewer than those of queries where they are shared.
        width: of one head.
        window: tokens back that it sees; None for all.
    """

    n_heads: int
    width: int
    window: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """A causal language model.

    Attributes:
        matrices: linear layers of the blocks, in order; the head is none of them.
        n_others: all other parameters: embeddings, head (once, where it is shared), norms.
        buffer_bytes: of tables that are no parameters, in the number format they always have.
        cache: one for each attention layer.
        n_in_head: numbers of the head, which it may share with the embeddings.
        n_query_heads: of an attention layer; 0 where it is not known.
        family: type of the model, as transformers names it; None where it is not known.
        tracer: says what passes of the model hold; None where only weights and cache are known.
    """

    matrices: tuple[Matrix, ...]
    n_others: int
    buffer_bytes: int
    cache: tuple[CacheLayer, ...]
    n_in_head: int = 0
    n_query_heads: int = 0
    family: str | None = None
    tracer: MemoryTracer | None = field(default=None, compare=False, repr=False)

    @property
    def n_parameters(self) -> int:
        """All numbers that training sets."""
        return self.n_others + sum(one.rows * one.columns + one.n_biases for one in self.matrices)


@runtime_checkable
class Shaped(Protocol):
    """Knows its shape without weights, before it is prepared."""

    def shape(self, params: Mapping[str, Json], folder: Path | None, /) -> ModelShape:
        """The shape of the model that it will be.

        Args:
            params: its parameters.
            folder: of what it learned; None where that is not there yet, and the shape is then
                what the parameters say (a vocabulary learned from few texts may be smaller).

        Raises:
            Unsupported: parameters or folder describe no model.
        """
        ...
