"""Earlier closes: read in order, or refused by row."""

from datetime import date

import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.closes_file import read_closes


def test_closes_are_read_in_order(tmp_path):
    file = tmp_path / "closes.csv"
    file.write_text("date,volume,close\n2026-11-18,7,5890.5\n2026-11-20,9,5900\n", encoding="utf-8")
    assert read_closes(file) == ((date(2026, 11, 18), 5890.5), (date(2026, 11, 20), 5900.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,price\n2026-11-18,1\n", "no column 'close'"),
        ("date,close\n18.11.2026,1\n", "row 2: '18.11.2026' is no day"),
        ("date,close\n2026-11-18,\n", "row 2: '' is no price"),
        ("date,close\n2026-11-18,nan\n", "is no price"),
        ("date,close\n2026-11-18,inf\n", "is no price"),
        ("date,close\n2026-11-18,-1\n", "is no price"),
        ("date,close\n2026-11-18,1\n2026-11-18,2\n", "row 3: 2026-11-18 does not come after"),
        ("", "is no table"),
    ],
)
def test_a_fault_is_named_with_its_row(tmp_path, text, message):
    file = tmp_path / "closes.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        read_closes(file)
