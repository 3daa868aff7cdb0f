"""Files of rows: no cell goes under a name that is not its own."""

import pandas as pd
import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.tables import read_table, write_table


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("spot,strike\n100,95,7\n", "more cells"),
        ("spot,strike\n100,95,\n", "more cells"),
        ("spot,strike,spot\n100,95,101\n", "two columns 'spot'"),
    ],
)
def test_cells_without_a_name_of_their_own_are_refused(tmp_path, text, said):
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_table(path)


def test_a_table_is_written_into_a_new_folder(tmp_path):
    path = tmp_path / "new" / "rows.csv"
    write_table(pd.DataFrame({"spot": ["100"]}), path)
    assert read_table(path)["spot"].tolist() == ["100"]
