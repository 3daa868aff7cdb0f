import pytest

from spoonbench.harness.json_lines import write_lines
from spoonbench.solvers.api import Unsupported


def test_a_file_is_there_when_it_is_whole(tmp_path):
    out = tmp_path / "out.jsonl"
    write_lines(iter(["1", "2"]), out)
    assert out.read_text() == "1\n2\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize("error", [Unsupported("no memory"), KeyboardInterrupt(), OSError("gone")])
def test_what_ends_early_leaves_its_lines_under_another_name_and_says_so(tmp_path, capsys, error):
    out = tmp_path / "out.jsonl"
    out.write_text("before\n")

    def lines():
        yield "1"
        raise error

    with pytest.raises(type(error)):
        write_lines(lines(), out)
    assert out.read_text() == "before\n"
    assert (tmp_path / "out.jsonl.partial").read_text() == "1\n"
    assert "1 line is in" in capsys.readouterr().err
