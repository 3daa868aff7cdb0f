"""The machine of a report, as the store knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.store.errors import StoreError

if TYPE_CHECKING:
    from spoonbench.harness.records import Environment
    from spoonbench.harness.store.reader import StoreReader


def known_environment(reader: StoreReader, environment_id: str) -> Environment | None:
    """The machine with this id; None where it was measured on, but never described."""
    try:
        return reader.environment(environment_id)
    except StoreError:
        return None
