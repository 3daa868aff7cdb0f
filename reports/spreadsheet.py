"""Tables as CSV that a spreadsheet opens as text and numbers, never as formulas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from spoonbench.reports.plaintext import for_csv

if TYPE_CHECKING:
    from spoonbench.reports.tables import Table


def table_csv(table: Table) -> bytes:
    """A table with its headers, in UTF-8; notes are left to the other forms."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([for_csv(column.header) for column in table.columns])
    writer.writerows([for_csv(cell) for cell in row] for row in table.rows)
    return target.getvalue().encode()
