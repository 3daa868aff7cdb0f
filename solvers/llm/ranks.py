"""Processes that train one model together: each takes its share of every step.

A launcher starts the processes and whoever runs them joins them; torch.distributed is then
initialized, and `Ranks.here` finds that. Without it there is one process, and nothing here does
anything. What depends on a clock or a disk is decided by the first process alone.

Every process holds the whole model and its optimizer. Gradients are added up after the backward
pass, in buckets.

Not covered: weights or optimizer states in shards; sums that run beside the backward pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import distributed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BUCKET_NUMBERS = 1 << 24
"""Gradients that are added up at once: 64 MiB of float32."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """The processes of one training.

    Attributes:
        rank: of this process, from 0.
        world: processes in all.
        device: of the tensors that are exchanged.
    """

    rank: int = 0
    world: int = 1
    device: str = "cpu"

    @classmethod
    def here(cls, device: str) -> Ranks:
        """The processes that this one was joined with; itself alone where it was not."""
        if not (distributed.is_available() and distributed.is_initialized()):
            return ALONE
        rank, world = distributed.get_rank(), distributed.get_world_size()
        return cls(rank=rank, world=world, device=device)

    @property
    def is_first(self) -> bool:
        """This process reads and writes checkpoints, and has the clock."""
        return self.rank == 0

    def share(self, items: Sequence[T]) -> list[T]:
        """The items of this process: every `world`-th."""
        return list(items[self.rank :: self.world])

    def sum(self, values: Sequence[float]) -> list[float]:
        """Add up numbers over the processes, in float64."""
        if self.world == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)  # (n,)
        distributed.all_reduce(total)
        return [float(value) for value in total.tolist()]

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Add up gradients over the processes, in place; one that is not there counts as 0."""
        if self.world == 1:
            return
        for bucket in _buckets(parameters):
            for parameter in bucket:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
            gradients = [p.grad for p in bucket if p.grad is not None]
            flat = torch.cat([gradient.reshape(-1) for gradient in gradients])  # (numbers,)
            distributed.all_reduce(flat)
            parts = flat.split([gradient.numel() for gradient in gradients])
            for gradient, part in zip(gradients, parts, strict=True):
                gradient.copy_(part.view_as(gradient))

    def copy_from_first(self, tensors: Iterable[torch.Tensor]) -> None:
        """Give every process the first one's values, in place."""
        if self.world == 1:
            return
        for tensor in tensors:
            sent = tensor.detach().to(self.device).contiguous()
            distributed.broadcast(sent, 0)
            tensor.detach().copy_(sent)

    def hear_first(self, text: str) -> str:
        """What the first process says; the text of the others is not looked at."""
        if self.world == 1:
            return text
        content = text.encode() if self.is_first else b""
        (length,) = self.sum([len(content)])
        letters = torch.zeros(int(length), dtype=torch.uint8, device=self.device)  # (length,)
        if self.is_first and content:
            letters.copy_(torch.frombuffer(bytearray(content), dtype=torch.uint8))
        distributed.broadcast(letters, 0)
        return bytes(letters.tolist()).decode()

    def require_same(self, text: str, what: str) -> None:
        """Refuse to go on where a process has another text than the first.

        Raises:
            ValueError: in every process.
        """
        differs = self.hear_first(text) != text
        (n_others,) = self.sum([float(differs)])
        if n_others:
            raise ValueError(
                f"{n_others:.0f} of {self.world} processes have other {what} than the first: "
                "give all of them the same command, files and versions"
            )


ALONE = Ranks()
"""One process."""


def _buckets(parameters: Iterable[torch.nn.Parameter]) -> Iterator[list[torch.nn.Parameter]]:
    """Those that learn, in order, a bucket of one number format each."""
    bucket: list[torch.nn.Parameter] = []
    size = 0
    for parameter in parameters:
        if not parameter.requires_grad:
            continue
        full = size + parameter.numel() > _BUCKET_NUMBERS
        if bucket and (full or parameter.dtype != bucket[0].dtype):
            yield bucket
            bucket, size = [], 0
        bucket.append(parameter)
        size += parameter.numel()
    if bucket:
        yield bucket
