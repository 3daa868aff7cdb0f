"""How large the cache of a model was while a call ran: read off what its forward passes return.

Not covered: engines that keep a cache of their own instead of returning one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.texts import CacheHeld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch


def largest_cache(model: Any, call: Callable[[], object]) -> CacheHeld | None:
    """Make a call, and tell the largest cache that the model returned meanwhile.

    Args:
        model: of transformers.
        call: runs it, in whatever way.

    Returns:
        None where it returned none.
    """
    largest: CacheHeld | None = None

    def look(_model: Any, _args: Any, found: Any) -> None:
        nonlocal largest
        held = _measured(getattr(found, "past_key_values", None))
        if held is not None and (largest is None or held.bytes > largest.bytes):
            largest = held

    hook = model.register_forward_hook(look)
    try:
        call()
    finally:
        hook.remove()
    return largest


def _measured(cache: Any) -> CacheHeld | None:
    tensors = list(_tensors(cache))
    if not tensors:
        return None
    # A view keeps all that it is a view of.
    storages = {one.untyped_storage().data_ptr(): one.untyped_storage().nbytes() for one in tensors}
    return CacheHeld(
        bytes=sum(storages.values()),
        n_texts=int(tensors[0].shape[0]),
        n_tokens=int(cache.get_seq_length()),
    )


def _tensors(cache: Any) -> Iterator[torch.Tensor]:
    """Keys and values of the layers that have any."""
    for layer in getattr(cache, "layers", ()):
        for name in ("keys", "values"):
            found = getattr(layer, name, None)
            if found is not None and found.numel():
                yield found
