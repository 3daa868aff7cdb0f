"""Writes the verdicts on claims that need no measurement, as the advisor reads them.

python bench/ledger_of_advice.py
"""

import json

from spoonbench.harness.advise.lookups.assertions import FILE, rows_of_ledger

if __name__ == "__main__":
    rows = rows_of_ledger()
    FILE.write_text("".join(f"{json.dumps(row, sort_keys=True)}\n" for row in rows), "utf-8")
