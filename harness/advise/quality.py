"""Reads the measured quality of advice, as `bench/advice_quality.py --json` wrote it.

What it was where it was measured last ships with the package, without the outcome of each pair.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "quality.json"
_MOST_BYTES = 50_000_000


class BadQuality(ValueError):
    """The file is none of these; the message says why."""


def read_quality(path: Path) -> dict[str, Any]:
    """The figures, as JSON values.

    Raises:
        BadQuality: the file cannot be read, is too long, or holds no JSON object with figures.
    """
    try:
        n_bytes = path.stat().st_size
        text = path.read_text(encoding="utf-8") if n_bytes <= _MOST_BYTES else ""
        found = json.loads(text, parse_constant=_refuse) if text else {}
    except OSError as exc:
        raise BadQuality(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    except (ValueError, RecursionError) as exc:
        raise BadQuality(f"{path} is no JSON: {exc}.") from exc
    if n_bytes > _MOST_BYTES:
        raise BadQuality(f"{path} is longer than {_MOST_BYTES:,} bytes: no table of advice is.")
    if not isinstance(found, dict) or not found:
        raise BadQuality(f"{path} holds no JSON object with figures of advice.")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
