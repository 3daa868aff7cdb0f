"""What was probably meant by a name that is unknown. A leaf: cheap to import."""

from __future__ import annotations

import difflib


def suggest(name: str, known: tuple[str, ...]) -> str:
    """One sentence: the name is unknown, and what was probably meant."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{name!r} is unknown. {hint}Known: {', '.join(known)}."
