"""Hand-made evidence of a matrix: a full one, one of a GPU, and the odd ones."""

import math
import random
from dataclasses import replace

import pytest

from spoonbench.harness.duel_records import Entry, SplitFacts, TaskFacts
from spoonbench.harness.estimates import PairedTest
from spoonbench.harness.instruction_sets import arithmetic_of
from spoonbench.harness.matrix.crossovers import find_crossovers
from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence, Noise
from spoonbench.harness.matrix.sweep import Sweep, cell_name, placements
from spoonbench.harness.matrix_records import Matrix, MatrixCell
from spoonbench.harness.records import Environment
from spoonbench.harness.stats import (
    estimate,
    holm,
    mcnemar,
    proportion,
    smallest_difference,
)
from spoonbench.reports.matrix import MatrixReport
from spoonbench.reports.matrix_plots import draw_matrix_plots

N_ITEMS = 500
N_ROUNDS = 3
# Bytes of a weight, answers a second at a batch of one, how batches help, items lost and won.
SETTINGS = {
    ("float32", "none"): (4.0, 9.0, 0.55, (0, 0)),
    ("bfloat16", "none"): (2.0, 8.7, 0.80, (4, 6)),
    ("float16", "none"): (2.0, 3.1, 0.4, (2, 1)),
    ("float32", "torch-int8dyn"): (1.1, 19.0, 0.45, (14, 9)),
    ("float32", "bnb-int8"): (4.0, 4.1, 0.6, (0, 0)),
    ("bfloat16", "bnb-nf4"): (0.62, 5.2, 0.7, (51, 12)),
}
WHY_NOT = {
    "torchao-int8wo": "torchao-int8wo needs torchao: pip install torchao",
}
TASK = TaskFacts(
    name="word-problems",
    version="1",
    kind="number",
    source="generated from sentence frames, seed 0",
    sha256={"train": "ab" * 32},
    n_training=10_000,
    n_validation=500,
    splits=(
        SplitFacts(
            name="test",
            summary="Same distribution as the training part.",
            items_hash="ef" * 32,
            n_items=N_ITEMS,
            n_unanswerable=0,
        ),
    ),
)
MACHINE = Environment(
    processor="A processor with 2 cores",
    architecture="x86_64",
    n_cores=2,
    instruction_sets=("avx2", "avx512_bf16"),
    memory_bytes=8_000_000_000,
    devices=(),
    system="Linux 6.1",
    python="3.11.9",
    libraries={"torch": "2.8.0"},
)


def make_rates(cell, draw):
    at = cell.placement
    _, first, gain, _ = SETTINGS[at.dtype, at.quantization]
    middle = first * at.batch_size**gain / (1 + at.batch_size / 300)
    return [middle * math.exp(draw.gauss(0, 0.012)) for _ in range(N_ROUNDS)]


def make_cell(cell, rates):
    """A cell that was measured whole."""
    at = cell.placement
    per_weight, _, _, (lost, won) = SETTINGS[at.dtype, at.quantization]
    n_right = 231 - lost + won
    is_quantized = at.quantization != "none"
    weights = int(27e6 * per_weight * (1.16 if at.quantization == "bnb-nf4" else 1.004))
    call = at.batch_size / rates[1]
    return CellEvidence(
        cell=cell,
        status="ok",
        accuracy=proportion(n_right, N_ITEMS),
        coverage=proportion(490, N_ITEMS),
        n_failed=3 if at.batch_size == 64 and is_quantized else 0,
        natural_stops=proportion(480, N_ITEMS),
        answers_per_s=estimate(rates),
        call_s=estimate([at.batch_size / rate for rate in rates]),
        call_p95_s=1.2 * call,
        first_token_s=0.11 * call,
        token_s=0.05 * call,
        tokens_per_s=18 * rates[1],
        tokens_per_answer=18.2,
        warmup_s=(2.1 * call, 1.05 * call),
        load_s=1.3,
        cold_start_s=1.3 + 2.1 * call,
        cold_first_token_s=0.4 * call,
        arithmetic=arithmetic_of(
            at.device, at.dtype, at.quantization, MACHINE.architecture, MACHINE.instruction_sets
        ),
        baseline_bytes=310_000_000,
        resident_bytes=weights + 20_000_000,
        peak_bytes=weights + 30_000_000 + 1_300_000 * at.batch_size,
        weight_bytes=weights,
        predicted_weight_bytes=cell.weight_bytes,
        kernel=f"{at.quantization} linear layers" if is_quantized else None,
        layers_quantized=(0 if at.quantization == "bnb-int8" else 24) if is_quantized else None,
        layers_skipped=(25 if at.quantization == "bnb-int8" else 1) if is_quantized else None,
        bytes_before=108_000_000 if is_quantized else None,
        n_stalls=2 if at.batch_size == 8 and not is_quantized else 0,
        missing={"energy_j_per_item": "this machine has no energy meter that can be read"},
        run_ids=tuple(f"run-{cell.name}-{index}" for index in range(N_ROUNDS)),
    )


def with_tests(cells, baseline):
    """Paired with the baseline, corrected as in a real matrix."""
    compared = [one for one in cells if one.accuracy and one.cell.name != baseline]
    pairs = {one.cell.name: SETTINGS[setting_of(one)][3] for one in compared}
    p_values = [mcnemar(*pairs[one.cell.name]) for one in compared]
    tests = {}
    for one, p_value, p_holm in zip(compared, p_values, holm(p_values), strict=True):
        lost, won = pairs[one.cell.name]
        tests[one.cell.name] = PairedTest(
            split="test",
            first=baseline,
            second=one.cell.name,
            n=N_ITEMS,
            n_first_only=lost,
            n_second_only=won,
            p_value=p_value,
            p_holm=p_holm,
            smallest_difference=smallest_difference(N_ITEMS, (lost + won) / N_ITEMS),
        )
    return tuple(
        replace(
            one,
            test=tests[one.cell.name],
            n_changed=sum(pairs[one.cell.name]) * 2 + 1,
        )
        if one.cell.name in tests
        else one
        for one in cells
    )


def setting_of(one):
    return one.cell.placement.dtype, one.cell.placement.quantization


def make_matrix(cells, baseline):
    return Matrix(
        matrix_id="m" * 16,
        created_at="2026-01-02T03:04:05+00:00",
        command=("spoonbench", "matrix", "lm-tiny"),
        environment_id="e" * 16,
        n_rounds=N_ROUNDS,
        task=TASK,
        model=Entry(label="lm-tiny", solver="lm-tiny", level=5, summary="A small model."),
        cells=tuple(cells),
        baseline=baseline,
    )


def make_report():
    """Seven series at four batch sizes; some skipped, failed, failed late, not run, left out."""
    placed = placements(
        Sweep(
            axes={
                "batch": [1, 8, 64, 256],
                "dtype": ["fp32", "bf16", "fp16"],
                "quantization": ["none", "torch-int8dyn", "bnb-int8", "bnb-nf4", "torchao-int8wo"],
            },
            exclude=[
                {"dtype": "fp16", "quantization": "torch-int8dyn"},
                {"dtype": "fp16", "quantization": "bnb-int8"},
                {"dtype": "fp16", "quantization": "bnb-nf4"},
                {"dtype": "bf16", "quantization": "bnb-int8"},
                {"dtype": "fp32", "quantization": "bnb-nf4"},
                {"dtype": "fp16", "quantization": "torchao-int8wo"},
                {"dtype": "fp16", "batch": 256},
            ],
        )
    )
    cells = [make_planned(at, placed) for at in placed]
    draw = random.Random(0)
    rates = {one.name: make_rates(one, draw) for one in cells if one.why_skipped is None}
    baseline = cells[0].name
    broken = {name: None for name in rates if "fp16" in name and name.endswith("64")}
    measured = []
    for cell in cells:
        if cell.why_skipped is not None:
            one = CellEvidence(cell=cell, status="skipped", reason=cell.why_skipped)
        elif cell.name.endswith("bnb-nf4-batch256"):
            one = CellEvidence(
                cell=cell, status="oom", reason="needed more than its limit of 500 MB",
                run_ids=("run-x",),
            )  # fmt: skip
            del rates[cell.name]
        elif cell.name == "fp32-bnb-int8-batch256":
            one = CellEvidence(cell=cell, status="missing", reason="not run yet")
            del rates[cell.name]
        else:
            one = make_cell(cell, rates[cell.name])
        if cell.name in broken:
            one = replace(one, status="timeout", reason="took longer than 600 s")
        measured.append(one)
    matrix = make_matrix(cells, baseline)
    first, *rest = with_tests(measured, baseline)
    return MatrixReport(
        evidence=MatrixEvidence(
            matrix=matrix,
            cells=(replace(first, is_deterministic=True), *rest),
            noise=Noise(ratios=(1.012, 0.985, 1.004), low=0.985, high=1.012),
            crossovers=find_crossovers(
                matrix, {name: dict(enumerate(found)) for name, found in rates.items()}
            ),
        ),
        environment=MACHINE,
        notes=("2 runs were left aside.",),
    )


def make_planned(at, placed):
    why = WHY_NOT.get(at.quantization)
    if at.dtype == "bfloat16" and at.quantization == "torch-int8dyn":
        why = "torch-int8dyn computes in float32, not bfloat16"
    name = cell_name(at, placed)
    per_weight = SETTINGS.get((at.dtype, at.quantization), (1.0,))[0]
    return MatrixCell(
        name=name,
        key=f"key-{name}",
        placement=at,
        why_skipped=why,
        weight_bytes=int(27e6 * per_weight),
    )


def narrowed(report, keep, **changes):
    """The same report with some of its cells."""
    cells = tuple(one for one in report.evidence.cells if keep(one))
    matrix = replace(report.matrix, cells=tuple(one.cell for one in cells))
    evidence = replace(report.evidence, matrix=matrix, cells=cells, crossovers=())
    return replace(report, evidence=replace(evidence, **changes))


@pytest.fixture(scope="session")
def report():
    return make_report()


@pytest.fixture(scope="session")
def bare_report(report):
    """Cells that ended well, with nothing but their answers: every optional figure is None."""
    cells = tuple(
        CellEvidence(cell=one.cell, status=one.status, reason=one.reason, accuracy=one.accuracy)
        for one in report.evidence.cells
    )
    bare = replace(report, environment=None, notes=())
    return replace(bare, evidence=MatrixEvidence(matrix=report.matrix, cells=cells, noise=None))


@pytest.fixture(scope="session")
def nothing_report(report):
    """Nothing was run."""
    cells = tuple(
        CellEvidence(cell=one.cell, status="missing", reason="not run yet")
        for one in report.evidence.cells
    )
    return replace(report, evidence=MatrixEvidence(matrix=report.matrix, cells=cells))


@pytest.fixture(scope="session")
def single_report(report):
    """One cell, the baseline."""
    return narrowed(report, lambda one: one.cell.name == report.matrix.baseline)


@pytest.fixture(scope="session")
def device_report(report):
    """Cells of an accelerator, with long names."""

    def moved(one):
        at = replace(one.cell.placement, device="cuda:0", engine="torch-compile", threads=2)
        name = f"cuda:0-torch-compile-{one.cell.name}-threads2"
        cell = replace(one.cell, placement=at, name=name)
        return replace(one, cell=cell, device_peak_bytes=one.peak_bytes and 2 * one.peak_bytes)

    cells = tuple(moved(one) for one in report.evidence.cells)
    matrix = make_matrix([one.cell for one in cells], cells[0].cell.name)
    evidence = replace(report.evidence, matrix=matrix, cells=cells, crossovers=())
    return replace(report, evidence=evidence)


HOSTILE = (
    "<script>alert(1)</script>{{ 7*7 }} [red]a[/red] :smile: \x1b[31m\x07\u202eabc\ud800\x00\r\n"
    "| `code` **bold** [link](javascript:alert(1)) </style> $x^2$ \\ =1+1"
)


@pytest.fixture(scope="session")
def hostile_text():
    return HOSTILE


@pytest.fixture(scope="session")
def hostile_report(report):
    """Text that acts somewhere, at every place where text of a model or a child can stand."""
    changed: dict[str, dict[str, object]] = {
        "skipped": {"reason": HOSTILE},
        "oom": {"reason": HOSTILE},
        "ok": {"kernel": HOSTILE, "missing": {HOSTILE: HOSTILE}},
    }
    cells = tuple(replace(one, **changed.get(one.status, {})) for one in report.evidence.cells)
    matrix = replace(
        report.matrix,
        command=("spoonbench", HOSTILE),
        model=replace(report.matrix.model, label=HOSTILE, summary=HOSTILE),
        task=replace(TASK, name=HOSTILE, source=HOSTILE, options={HOSTILE: HOSTILE}),
    )
    crossovers = tuple(replace(one, text=HOSTILE) for one in report.evidence.crossovers)
    evidence = replace(report.evidence, matrix=matrix, cells=cells, crossovers=crossovers)
    return replace(report, evidence=evidence, notes=(HOSTILE,))


@pytest.fixture(scope="session")
def plots(report):
    """Every plot of the full report, drawn once."""
    return draw_matrix_plots(report)
