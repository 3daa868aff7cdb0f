"""Keeps the key out of the log of the HTTP library.

At level INFO it logs what a server answers after the status, and at DEBUG every header of the
reply; a server may repeat the key in both.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoonbench.solvers.llm.endpoint.key import Key

_LOGGERS = (
    "httpx2",
    *(f"httpcore2.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)


class HidingFilter(logging.Filter):
    """Cuts a key out of every record; in force from `start` to `stop`."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self._key = key

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record."""
        record.msg, record.args = self._key.hide(record.getMessage()), ()
        return True

    def start(self) -> None:
        """Put it before every logger of the library."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def stop(self) -> None:
        """Take it away."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)
