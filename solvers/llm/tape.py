"""A record of the tensors that come and go while code of torch runs.

Every operation is seen below autograd and autocast, so that what they keep or convert is seen too;
a tensor is gone when the last that refers to its storage is. On fake tensors nothing is computed
and no memory is taken: shapes and lifetimes are all there is.

Where code asks a fake tensor a question of yes and no, the answer is yes: transformers asks whether
all tokens of a mask count and whether all positions follow each other, as in a full batch.

Not covered: memory that a kernel takes for itself and gives back before it returns.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from spoonbench.solvers.held_memory import LABELS, Held, Tensors
from spoonbench.solvers.llm.products import ProductLog

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACTIVATIONS, _LOGITS, _COPIES = "activations", "logits", "weight_copies"
_N_LARGEST = 12
_TO_PYTHON = "aten._local_scalar_dense.default"


@dataclass(slots=True)
class _Storage:
    """Bytes of one storage, and what it is; the label may be learned later."""

    bytes: int
    label: str
    made_by: str
    shape: tuple[int, ...]
    dtype: str


class Tape(TorchDispatchMode):  # type: ignore[misc]  # torch has no types
    """Notes storages as they come and go while it is entered.

    Args:
        parameters: tensors that are there already and do not count.
        vocabulary: a tensor whose last side is as long counts among the logits.

    Attributes:
        products: of matrices, that were made meanwhile.
    """

    def __init__(self, parameters: Iterable[torch.Tensor], vocabulary: int) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        # A storage's object lives as long as the storage, so its id is its own until it is gone.
        self._kept = [each.untyped_storage() for each in parameters]
        self._parameters = {id(storage) for storage in self._kept}
        self._numbers: dict[int, int] = {}
        self._storages: list[_Storage] = []
        self._events: list[tuple[int, int]] = []
        self.products = ProductLog()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run the operation and note what it made."""
        name = str(func)
        if name == _TO_PYTHON and _asks_the_unknown(args[0]):
            return True
        self.products.note(name, args)
        found = func(*args, **(kwargs or {}))
        for tensor in tree_iter(found):
            if isinstance(tensor, torch.Tensor):
                self._note(tensor, name, args)
        return found

    def hold(self, tensors: Iterable[torch.Tensor], label: str) -> None:
        """Count tensors as one component of `Held`, those too that were there before."""
        for tensor in tensors:
            number = self._number(tensor, label, "held before")
            if number is not None:
                self._storages[number].label = label

    def live_bytes(self) -> int:
        """Bytes that are there now."""
        return sum(self._storages[number].bytes for number in self._numbers.values())

    def peak(self) -> Held:
        """What was there when most was there."""
        now = most = 0
        at = 0
        for place, (number, sign) in enumerate(self._events):
            now += sign * self._storages[number].bytes
            if now > most:
                most, at = now, place + 1
        live: set[int] = set()
        for number, sign in self._events[:at]:
            (live.add if sign > 0 else live.discard)(number)
        return _held([self._storages[number] for number in live])

    def _note(self, tensor: torch.Tensor, made_by: str, args: tuple[Any, ...]) -> None:
        source = args[0] if args else None
        if made_by.startswith("aten._to_copy") and self._is_parameter(source):
            label = _COPIES
        elif tensor.dim() and tensor.shape[-1] == self._vocabulary:
            label = _LOGITS
        else:
            label = _ACTIVATIONS
        self._number(tensor, label, made_by)

    def _number(self, tensor: torch.Tensor, label: str, made_by: str) -> int | None:
        """Of the tensor's storage, new or not; None for a parameter's."""
        storage = tensor.untyped_storage()
        key = id(storage)
        if key in self._parameters:
            return None
        if key not in self._numbers:
            number = len(self._storages)
            self._storages.append(
                _Storage(
                    bytes=storage.nbytes(),
                    label=label,
                    made_by=made_by,
                    shape=tuple(tensor.shape),
                    dtype=str(tensor.dtype).removeprefix("torch."),
                )
            )
            self._numbers[key] = number
            self._events.append((number, 1))
            weakref.finalize(storage, self._forget, key).atexit = False
        return self._numbers[key]

    def _forget(self, key: int) -> None:
        self._events.append((self._numbers.pop(key), -1))

    def _is_parameter(self, value: Any) -> bool:
        return isinstance(value, torch.Tensor) and id(value.untyped_storage()) in self._parameters


def _asks_the_unknown(tensor: torch.Tensor) -> bool:
    return isinstance(tensor, FakeTensor) and tensor.dtype == torch.bool


def _held(storages: list[_Storage]) -> Held:
    sums = dict.fromkeys(LABELS, 0)
    alike: defaultdict[tuple[str, tuple[int, ...], str], list[int]] = defaultdict(list)
    for storage in storages:
        sums[storage.label] += storage.bytes
        alike[storage.made_by, storage.shape, storage.dtype].append(storage.bytes)
    tensors = [
        Tensors(made_by=made_by, shape=shape, dtype=dtype, count=len(sizes), bytes=sum(sizes))
        for (made_by, shape, dtype), sizes in alike.items()
    ]
    tensors.sort(key=lambda each: -each.bytes)
    return Held(**sums, largest=tuple(tensors[:_N_LARGEST]))
