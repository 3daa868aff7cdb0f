"""A matrix written for others comes back as it was; what ships with the package can be read."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from spoonbench.harness.cli import cli
from spoonbench.harness.duel_records import Entry, SplitFacts, TaskFacts
from spoonbench.harness.environment import probe
from spoonbench.harness.estimates import PairedTest
from spoonbench.harness.matrix.evidence import CellEvidence, Crossover, MatrixEvidence, Noise
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.reference.records import (
    BadReference,
    Reference,
    read_reference,
    read_shipped,
    reference_lines,
    shipped_names,
)
from spoonbench.harness.stats import estimate, proportion

MACHINE = probe()
TASK = TaskFacts(
    name="word-problems",
    version="1",
    kind="number",
    source="made up",
    sha256={},
    n_training=1,
    n_validation=1,
    splits=(SplitFacts(name="t", summary="t", items_hash="0", n_items=3, n_unanswerable=0),),
)
ENTRY = Entry(label="lm-tiny", solver="language-model", level=5)
CELLS = tuple(
    MatrixCell(name=f"batch{size}", key=str(size) * 64, placement=Conditions(batch_size=size))
    for size in (1, 8)
)


@pytest.fixture
def reference():
    matrix = Matrix(
        matrix_id="0123456789abcdef",
        created_at="2026-01-02T03:04:05+00:00",
        command=("spoonbench", "matrix"),
        environment_id=MACHINE.environment_id,
        n_rounds=2,
        task=TASK,
        model=ENTRY,
        cells=CELLS,
        baseline="batch1",
        overhead_bytes={"cpu float32": 20_000_000},
    )
    test = PairedTest(
        split="t", first="batch1", second="batch8", n=3, n_first_only=1, n_second_only=0,
        p_value=1.0, p_holm=1.0, smallest_difference=0.5,
    )  # fmt: skip
    good = CellEvidence(
        cell=CELLS[0],
        status="ok",
        accuracy=proportion(2, 3),
        answers_per_s=estimate([10.0, 11.0]),
        warmup_s=(0.5, 0.1),
        parts={"compute": 0.9, "rest": 0.1},
        run_ids=("a", "b"),
    )
    evidence = MatrixEvidence(
        matrix=matrix,
        cells=(good, replace(good, cell=CELLS[1], test=test, is_settled=False)),
        noise=Noise(ratios=(1.0, 1.1), low=1.0, high=1.1),
        crossovers=(
            Crossover(
                axis="dtype", first="fp32", second="bf16", others="", batch_size=3.5, low=2.0,
                high=5.0, text="one",
            ),
        ),
    )  # fmt: skip
    return Reference(evidence=evidence, environment=MACHINE)


def written(reference, path):
    path.write_text("".join(f"{line}\n" for line in reference_lines(reference)))
    return path


def test_what_was_written_comes_back_whole(reference, tmp_path):
    assert read_reference(written(reference, tmp_path / "one.jsonl")) == reference


def test_a_line_holds_a_cell(reference):
    head, *lines = map(json.loads, reference_lines(reference))
    assert head["matrix"]["matrix_id"] == "0123456789abcdef"
    assert [line["cell"] for line in lines] == ["batch1", "batch8"]


def damage(path, change):
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (list.clear, "is no reference"),
        (lambda lines: lines.pop(), "its cells are not those of its matrix"),
        (lambda lines: lines.insert(1, "{"), "is no reference"),
        (lambda lines: lines.append("[1]"), "is no reference"),
        (
            lambda lines: lines.__setitem__(0, lines[0].replace('"version":1', '"version":9')),
            "version",
        ),
        (
            lambda lines: lines.__setitem__(0, lines[0].replace('"n_cores":', '"n_corse":')),
            "unknown fields n_corse",
        ),
        (
            lambda lines: lines.__setitem__(0, lines[0].replace(MACHINE.architecture, "abacus")),
            "its machine is not that of its matrix",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(reference, tmp_path, change, why):
    path = written(reference, tmp_path / "one.jsonl")
    damage(path, change)
    with pytest.raises(BadReference, match=why):
        read_reference(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadReference, match="is no reference"):
        read_reference(tmp_path / "none.jsonl")
    with pytest.raises(BadReference, match="No reference is called 'none'"):
        read_shipped("none")


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_can_be_read_and_names_no_path(name):
    shipped = read_shipped(name)
    assert any(cell.status == "ok" for cell in shipped.evidence.cells)
    assert not any("/" in word for word in shipped.evidence.matrix.command)


def call(*words):
    return CliRunner().invoke(cli, ["reference", *map(str, words)])


def test_a_reference_is_shown_as_a_report(reference, tmp_path):
    path = written(reference, tmp_path / "one.jsonl")
    shown = call("show", path)
    assert shown.exit_code == 0, shown.output
    assert "measured elsewhere on 2026-01-02" in " ".join(shown.output.split())
    told = json.loads(call("show", path, "--json").output)
    assert [cell["name"] for cell in told["cells"]] == ["batch1", "batch8"]


def test_what_ships_is_listed():
    told = json.loads(call("--json").output)
    assert [one["name"] for one in told] == shipped_names()
    listed = call()
    assert listed.exit_code == 0
    assert all(name in listed.output for name in shipped_names())
