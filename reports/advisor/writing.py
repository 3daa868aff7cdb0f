"""The advisor written as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.sources import Sources
from spoonbench.reports.advisor.gathering import gather_advisor
from spoonbench.reports.advisor.part import render_advisor_page
from spoonbench.reports.files import write_files

if TYPE_CHECKING:
    from pathlib import Path


def write_advisor_page(file: Path, results: Path | None) -> None:
    """Write the page, as a whole or not at all.

    Args:
        file: of the page.
        results: folder of the user's results, measured figures from which are shown first.

    Raises:
        BadFigures: a reference or the store holds a figure that is none.
        StoreError: the store is damaged.
        OSError: the file cannot be written.
    """
    sources = Sources(results)
    try:
        page = render_advisor_page(gather_advisor(sources))
    finally:
        sources.close()
    write_files(file.parent, {file.name: page.encode()}, ())
