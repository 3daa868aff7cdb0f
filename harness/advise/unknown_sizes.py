"""Models larger or smaller than any that is known here: what can still be said of their memory.

Nothing is known of their shape, but their weights alone may already be more than there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.models import has_outlines, outlines
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.case import Case

_LEAST_BYTES: Mapping[str, float] = {"float32": 4, "bfloat16": 2, "float16": 2}
_LEAST_FORMAT = "bfloat16"
_BYTES_OF_BITS: Mapping[str, float] = {"int8": 1, "int4": 0.5}
_FOUR_BITS_METHOD = "qlora"


def weights_alone(
    case: Case, *, dtype: str | None = None, bits: str | None = None, method: str | None = None
) -> float | None:
    """Bytes of the weights of a model beyond all known sizes, where they do not fit.

    Args:
        case: that is asked about.
        dtype: number format in the place of the case's.
        bits: quantized so, "int8" or "int4".
        method: trained so; "qlora" holds weights of 4 bits.

    Returns:
        None where a model of that size is known, or where its weights would fit: then it
        depends on the rest, which nothing tells.
    """
    parameters, memory = case.number("parameters"), case.number("memory")
    if parameters is None or memory is None or not untold(case):
        return None
    if method == _FOUR_BITS_METHOD:
        bits = "int4"
    if bits is None:
        each = _LEAST_BYTES[dtype or str(case.value("dtype") or _LEAST_FORMAT)]
    else:
        each = _BYTES_OF_BITS[bits]
    return parameters * each if parameters * each > memory else None


def untold(case: Case) -> str:
    """Why the memory of a case's model cannot be predicted; empty where it can."""
    parameters = case.number("parameters")
    if parameters is None or not has_outlines():
        return ""
    if case.model is not None and case.model.outline.parameters == parameters:
        return ""
    module = outlines()
    low, high = module.LEAST, module.MOST
    if low <= parameters <= high:
        return ""
    return (
        f"No decoder of {show_number(parameters, 'parameters')} parameters is known here, only "
        f"from {show_number(low, 'parameters')} to {show_number(high, 'parameters')}: its memory "
        "cannot be predicted."
    )
