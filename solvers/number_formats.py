"""Number formats by name: those of torch, and one in which weights and products differ.

Under autocast the weights stay in float32 and matrix products are made in bfloat16: torch converts
what goes into each, and keeps the converted weights as long as a call lasts.

Not covered: autocast to float16, which overflows where bfloat16 does not.
"""

from __future__ import annotations

AUTOCAST = "autocast-bfloat16"


def weight_format(dtype: str) -> str:
    """What weights are held in, as torch names it.

    >>> weight_format("autocast-bfloat16"), weight_format("float16")
    ('float32', 'float16')
    """
    return "float32" if dtype == AUTOCAST else dtype


def autocast_format(dtype: str) -> str | None:
    """What torch.autocast multiplies in, as torch names it; None where there is no autocast.

    >>> autocast_format("autocast-bfloat16"), autocast_format("float32")
    ('bfloat16', None)
    """
    return "bfloat16" if dtype == AUTOCAST else None
