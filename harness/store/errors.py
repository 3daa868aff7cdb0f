"""What can go wrong with a store, as one exception. A leaf."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do, for a person."""
