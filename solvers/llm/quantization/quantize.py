"""Quantize a model by a method, and say what that did."""

from __future__ import annotations

import contextlib
import warnings
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.quantization.census import take_census
from spoonbench.solvers.llm.quantization.layers import head_names, linear_layers, to_linear
from spoonbench.solvers.llm.quantization.methods import APPLY, CALIBRATE
from spoonbench.solvers.quantizations import METHODS, Quantized, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.llm.quantization.census import Census
    from spoonbench.solvers.quantizations import Method


def check_method(name: str, device: str, dtype: str) -> Method:
    """The method of a name, if it can be had here.

    Raises:
        Unsupported: no such method, another device or number format, or its library is missing or
            cannot be imported.
    """
    method = METHODS.get(name)
    if method is None:
        raise Unsupported(f"no quantization {name!r}; there are {', '.join(sorted(METHODS))}")
    reason = why_not(method, device, dtype)
    if reason is not None:
        raise Unsupported(reason)
    try:
        import_module(method.module)
    except ImportError as exc:
        raise Unsupported(f"{name}: {method.requires} cannot be imported: {exc}") from exc
    return method


def quantize_model(model: Any, name: str, texts: Sequence[Sequence[int]] = ()) -> Quantized:
    """Quantize every linear layer but the head, in place.

    GPT-2's layers are turned into the usual ones first, for the libraries see no others; that
    alone changes nothing but rounding, and is counted as no quantization.

    Args:
        model: of transformers, on its device, in its number format.
        name: of a method.
        texts: token ids, for a method that calibrates.

    Raises:
        Unsupported: see `check_method`; or the method calibrates, and there are no texts.
    """
    method = check_method(name, str(model.device), str(model.dtype).removeprefix("torch."))
    if method.calibrates and not texts:
        raise Unsupported(f"{name} calibrates on texts, and was given none")
    model.eval().requires_grad_(False)
    n_turned = to_linear(model)
    before = take_census(model)
    left_out = head_names(model)
    names = frozenset(linear_layers(model)) - left_out
    # Inference mode would freeze version counters, which quanto needs.
    with torch.no_grad(), _without_farewells():
        if method.calibrates:
            CALIBRATE[name](model, texts)
        else:
            APPLY[name](model, names)
    after = take_census(model, tuple(before.layers))
    return _account(method, before, after, n_turned)


def _account(method: Method, before: Census, after: Census, n_turned: int) -> Quantized:
    changed = [name for name, state in before.layers.items() if after.layers[name] != state]
    kinds = {after.layers[name] for name in changed}
    forms = sorted({f"{one.layer}, {one.weight} of {one.dtype}" for one in kinds})
    library = f"{method.requires} {metadata.version(method.requires)}"
    return Quantized(
        method=method.name,
        layers_quantized=len(changed),
        layers_skipped=len(before.layers) - len(changed),
        skipped=tuple(name for name in before.layers if name not in set(changed)),
        layers_turned=n_turned,
        bytes_before=before.bytes,
        bytes_after=after.bytes,
        kernel=f"{library}: {'; '.join(forms)}" if forms else None,
    )


@contextlib.contextmanager
def _without_farewells() -> Iterator[None]:
    """Torch says of its own quantization at every call that it will go one day."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="torch")
        warnings.filterwarnings("ignore", message="torch.quantize_per_tensor")
        warnings.filterwarnings("ignore", message="torch.ao.quantization is deprecated")
        yield
