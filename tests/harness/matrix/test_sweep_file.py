"""A sweep is read from TOML as it is described, and refused in one sentence otherwise."""

import pytest

from spoonbench.harness.matrix import sweep_file
from spoonbench.harness.matrix.axes import BadSweep
from spoonbench.harness.matrix.sweep import placements
from spoonbench.harness.matrix.sweep_file import MODEL, N_ITEMS, read_sweep_file
from spoonbench.harness.matrix_records import Conditions


@pytest.fixture
def read(tmp_path):
    path = tmp_path / "sweep.toml"

    def run(text, **more):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_sweep_file(path, **more)

    return run


def test_the_example_of_the_module_is_a_sweep(read):
    lines = (sweep_file.__doc__ or "").splitlines()
    example = "\n".join(line.removeprefix("    ") for line in lines if line.startswith("    "))
    found = read(example)
    assert (found.model, found.task) == ("lm-tiny", "word-problems")
    assert (found.items, found.rounds) == (500, 3)
    cells = placements(found.sweep)
    assert len(cells) == 3 * 2 * 2 - 3 + 1
    assert {(one.quantization, one.threads) for one in cells[:-1]} == {
        ("none", 2),
        ("torch-int8dyn", 1),
    }


def test_only_axes_are_needed(read):
    found = read("axes = { batch = [1, 2] }", usual=Conditions(threads=2))
    assert (found.model, found.items) == (MODEL, N_ITEMS)
    assert [one.threads for one in placements(found.sweep)] == [2, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("axes = ", "is no TOML"),
        (b"\xff", "is no TOML"),
        ("axis = {}", "The key 'axis' is unknown. Did you mean 'axes'"),
        ("axes = [1]", "[axes] holds axes, each with a list of values"),
        ("axes = { batch = 1 }", "batch has a list of values, such as batch = [1]"),
        ("coupled = { batch = [1] }", "coupled is written as [[coupled]]"),
        ("[[coupled]]\nbatch = 1", "[[coupled]]: batch has a list of values"),
        ("exclude = [1]", "exclude is written as [[exclude]]"),
        ("items = 0", "items is a whole number from 1 to 100,000, not 0"),
        ("rounds = true", "rounds is a whole number from 1 to 100, not True"),
        ("rounds = 2.5", "not 2.5"),
        ("model = 3", "model is a name in quotes, not 3"),
        ("task = ''", "task is a name in quotes, not ''"),
        ("#" * (1 << 20) + "\n", "larger than a sweep ever is"),
    ],
)
def test_what_is_no_sweep_is_refused_with_the_file_and_the_reason(read, text, message):
    with pytest.raises(BadSweep) as caught:
        read(text)
    assert "sweep.toml" in str(caught.value)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadSweep, match=r"none\.toml cannot be read: No such file"):
        read_sweep_file(tmp_path / "none.toml")
