"""What can be asked about, and which framework answers: a shipped one, or one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.reading import read_framework, shipped, shipped_ids

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.harness.frameworks.graph import Framework

AS_WRITTEN = "-as-written"


class UnknownTopic(ValueError):
    """Nothing is known about it; the message says what is."""


def topics() -> tuple[str, ...]:
    """What can be asked about: the shipped frameworks but for those kept as written."""
    return tuple(name for name in shipped_ids() if not name.endswith(AS_WRITTEN))


def framework_of(topic: str, *, file: Path | None = None, as_written: bool = False) -> Framework:
    """The framework that answers.

    Args:
        topic: id of a shipped one.
        file: of one's own, in its place.
        as_written: the case study's own words, faults included.

    Raises:
        UnknownTopic: nothing is known about the topic, or it has no form as written.
        BadFramework: the file is none.
    """
    if file is not None:
        return read_framework(file)
    name = f"{topic}{AS_WRITTEN}" if as_written else topic
    if name not in shipped_ids():
        raise UnknownTopic(f"No framework is called {name!r}; there are: {', '.join(topics())}.")
    return shipped(name)
