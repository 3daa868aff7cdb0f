"""The folder of summaries beside a store: reading all answers takes long.

A file for each plan, or for each part of what is kept of one. It counts only as long as nothing
that it was made of has changed: the form of the plan, the runs of its cells, the modules that added
them up. Whatever is wrong with a file, it is made again; the folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from spoonbench.harness.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from spoonbench.harness.records import Environment
    from spoonbench.harness.store.reader import PlanForm, StoreReader

FOLDER = "summaries"
_PACKAGE = f"{__name__.partition('.')[0]}."
_ROOT = Path(__file__).parents[2]
"""Of the project's modules."""
_Plan = TypeVar("_Plan")
_T = TypeVar("_T")


class Summaries:
    """A folder of them.

    Args:
        reader: of the store, beside which the folder lies.
        machine: that the plans were made for.

    Attributes:
        reader: see above.
        machine: likewise.
    """

    def __init__(self, reader: StoreReader, machine: Environment) -> None:
        self._folder = reader.path.parent / FOLDER
        self._machine_id = machine.environment_id
        self.reader = reader
        self.machine = machine

    def get(
        self,
        form: PlanForm,
        *,
        part: str = "",
        plan: Callable[[], _Plan],
        cells: Callable[[_Plan], Sequence[str]],
        add_up: Callable[[_Plan], _T],
        to_json: Callable[[_T], Any],
        from_json: Callable[[Any], _T],
    ) -> _T:
        """A summary: the one that was kept, else a new one, which is kept then.

        Args:
            form: of the plan.
            part: of what is kept of a plan; each has a file of its own.
            plan: reads it; asked for only where nothing is kept, and once.
            cells: keys of those whose runs are added up.
            add_up: makes the summary.
            to_json: what is kept of it.
            from_json: a summary from that; a ValueError, TypeError or KeyError: it is none.
        """
        path = self._folder / f"{digest([form.key, part, self._machine_id])[:24]}.json"
        kept = self._kept(path, form)
        if kept is not None:
            with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
                return from_json(kept)
        read = plan()
        keys = list(cells(read))
        # Before the runs are read: what is added in the meantime makes the summary count no more.
        last = self.reader.last_run(keys)
        found = add_up(read)
        summary = {
            "form": form.number,
            "machine": self._machine_id,
            "cells": keys,
            "runs": last,
            "modules": _stamps(_loaded()),
            "summary": to_json(found),
        }
        # Where nothing may be written, or no room is left, it is made again next time.
        with contextlib.suppress(OSError):
            self._write(path, json.dumps(summary, separators=(",", ":")))
        return found

    def _kept(self, path: Path, form: PlanForm) -> Any:
        """What was kept; None where there is nothing, or it counts no more."""
        try:
            kept = json.loads(path.read_text("utf-8"))
            counts = (
                (kept["form"], kept["machine"]) == (form.number, self._machine_id)
                and kept["modules"] == _stamps(kept["modules"])
                and tuple(kept["runs"]) == self.reader.last_run(kept["cells"])
            )
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return kept["summary"] if counts else None

    def _write(self, path: Path, text: str) -> None:
        """Whole or not at all, whoever else writes it."""
        self._folder.mkdir(exist_ok=True)
        own = path.with_suffix(f".{os.getpid()}.new")
        try:
            own.write_text(text, "utf-8")
            own.replace(path)
        finally:
            own.unlink(missing_ok=True)


def _loaded() -> list[str]:
    """The project's modules that are loaded, as paths below its root."""
    own = [one for name, one in list(sys.modules.items()) if name.startswith(_PACKAGE)]
    files = [getattr(module, "__file__", None) for module in own]
    paths = [Path(file) for file in files if file is not None]
    return sorted(path.relative_to(_ROOT).as_posix() for path in paths if _ROOT in path.parents)


def _stamps(names: Iterable[str]) -> dict[str, list[int]]:
    """Size and time of files below the root; of one that is gone, nothing."""
    found = {}
    for name in names:
        with contextlib.suppress(OSError):
            state = (_ROOT / name).stat()
            found[name] = [state.st_size, state.st_mtime_ns]
    return found
