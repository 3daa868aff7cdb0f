"""Claims that are measured, on matrices that are made up."""

import pytest

from spoonbench.harness.matrix.evidence import Crossover
from spoonbench.harness.stats import proportion

PARTS = {"computing": 0.9, "tokenizing": 0.05, "rest": 0.05}


def formats(made, *, rate=50.0, lost=0, known=1000, sizes=(2, 1, 0.5), batch=1):
    """Float32, 16, 8 and 4 bits at one batch: megabytes of weights, and how well they do."""
    quantized = {"fp16": {"dtype": "float16"}, "int8": {"quantization": "bnb-int8"}}
    quantized["int4"] = {"quantization": "bnb-nf4"}
    return [
        made.cell(batch_size=batch),
        *(
            made.cell(
                rate=rate,
                lost=lost,
                batch_size=batch,
                weight_bytes=round(size * 1e6),
                next_token=proportion(known, 2000),
                **where,
            )
            for size, where in zip(sizes, quantized.values(), strict=True)
        ),
    ]


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [((2, 1, 0.5), "holds"), ((2, 2.5, 2.3), "holds only if"), ((4, 4, 4), "does not hold")],
)
def test_q1_counts_bytes(made, sizes, verdict):
    finding = made.check("Q1", made.matrix(*formats(made, sizes=sizes)))
    assert finding.verdict == verdict
    assert len(finding.run_ids) == 4


def test_other_figures_turn_q1(made):
    matrix = made.matrix(*formats(made, sizes=(2, 2.5, 2.3)))
    finding = made.check("Q1", matrix, int8=(0.375, 0.375), int4=(0.425, 0.425))
    assert finding.verdict == "holds"


def test_a_quantization_that_changed_nothing_is_none(made):
    cells = [made.cell(), made.cell(quantization="bnb-int8", layers_quantized=0)]
    assert made.check("Q1", made.matrix(*cells)).verdict == "not yet run"


@pytest.mark.parametrize(("lost", "verdict"), [(0, "does not hold"), (70, "holds only if")])
def test_q3_pairs_answers(made, lost, verdict):
    finding = made.check("Q3", made.matrix(*formats(made, lost=lost)))
    assert finding.verdict == verdict
    if lost:
        assert finding.condition == "it is said of 16 bits alone"


def test_q3_is_not_decided_by_a_model_that_knows_nothing(made):
    cells = [made.cell(n_right=10), made.cell(n_right=10, quantization="bnb-int8")]
    assert made.check("Q3", made.matrix(*cells)).verdict == "not yet run"


@pytest.mark.parametrize(("known", "verdict"), [(1000, "not yet run"), (970, "holds only if")])
def test_q2_counts_next_words(made, known, verdict):
    finding = made.check("Q2", made.matrix(*formats(made, known=known)))
    assert finding.verdict == verdict
    assert made.check("Q2", made.matrix(*formats(made, known=10))).verdict != "holds"


@pytest.mark.parametrize(
    ("lost", "known", "verdict"),
    [(200, 1000, "holds"), (0, 500, "does not hold"), (0, 1000, "not yet run")],
)
def test_q4_compares_both_losses(made, lost, known, verdict):
    finding = made.check("Q4", made.matrix(*formats(made, lost=lost, known=known)))
    assert finding.verdict == verdict


@pytest.mark.parametrize(
    ("rate", "lost", "verdict"),
    [(50.0, 0, "holds only if"), (200.0, 0, "does not hold"), (200.0, 100, "holds only if")],
)
def test_q5_asks_for_speed_without_loss(made, rate, lost, verdict):
    assert made.check("Q5", made.matrix(*formats(made, rate=rate, lost=lost))).verdict == verdict


def test_other_figures_turn_q5(made):
    matrix = made.matrix(*formats(made))
    assert made.check("Q5", matrix, parameters=(1000, 1000)).verdict == "not yet run"


@pytest.mark.parametrize(("rate", "verdict"), [(50.0, "does not hold"), (200.0, "holds")])
def test_q6_asks_for_speed(made, rate, verdict):
    finding = made.check("Q6", made.matrix(*formats(made, rate=rate)))
    assert finding.verdict == verdict
    # That it was not faster here says nothing against "may be".
    assert finding.is_borne_out is (True if verdict == "holds" else None)


@pytest.mark.parametrize(
    ("alone", "many", "verdict"),
    [(100, 400, "does not hold"), (100, 50, "holds"), (100, 101, "not yet run")],
)
def test_b1_compares_a_batch_of_eight(made, alone, many, verdict):
    cells = [made.cell(alone, batch_size=1), made.cell(many, batch_size=8)]
    assert made.check("B1", made.matrix(*cells)).verdict == verdict


@pytest.mark.parametrize(("many", "verdict"), [(1000, "holds"), (300, "does not hold")])
def test_b2_compares_a_batch_of_a_hundred(made, many, verdict):
    cells = [made.cell(100, batch_size=1), made.cell(many, batch_size=100)]
    matrix = made.matrix(*cells, is_elsewhere=True)
    finding = made.check("B2", matrix)
    assert (finding.verdict, finding.is_elsewhere) == (verdict, True)
    assert made.check("B2", matrix, ratio=(3, 3)).verdict != verdict


@pytest.mark.parametrize(
    ("large", "verdict"),
    [(700, "holds"), (100 / 4, "does not hold"), (150, "holds only if")],
)
def test_g6_looks_at_calls_and_examples(made, large, verdict):
    cells = [made.cell(100, batch_size=4), made.cell(large, batch_size=128)]
    assert made.check("G6", made.matrix(*cells)).verdict == verdict


@pytest.mark.parametrize(("computing", "verdict"), [(0.9, "does not hold"), (0.1, "holds")])
def test_g5_compares_parts_of_a_call(made, computing, verdict):
    parts = {"computing": computing, "tokenizing": 1 - computing}
    assert made.check("G5", made.matrix(made.cell(batch_size=4, parts=parts))).verdict == verdict


def devices(made, *, cpu, gpu, device="cuda", **more):
    """Cells of both devices by batch size, with answers a second of each."""
    return [
        made.cell(rate, device=name, batch_size=size, **more)
        for name, rates in (("cpu", cpu), (device, gpu))
        for size, rate in rates.items()
    ]


def test_what_needs_a_gpu_is_not_testable_without_one(made):
    for claim_id in ("G1", "G2", "G3", "G4", "F18", "D8", "F15"):
        finding = made.check(claim_id)
        assert finding.verdict == "not testable here"
        assert finding.why.startswith("This machine has no ")
        assert made.check(claim_id, kinds=("cpu", "cuda", "mps")).verdict == "not yet run"


def test_g2_is_decided_band_by_band(made):
    slow = {4: 1, 8: 2, 16: 100, 32: 200, 128: 400}
    cells = devices(made, cpu=dict.fromkeys(slow, 10), gpu=slow)
    assert made.check("G2", made.matrix(*cells)).verdict == "holds"
    fast = devices(made, cpu=dict.fromkeys(slow, 10), gpu=dict.fromkeys(slow, 100))
    finding = made.check("G2", made.matrix(*fast))
    assert finding.verdict == "holds only if"
    assert (
        finding.condition == "it is said of a batch of 16, a batch of 32 and a batch of 128 alone"
    )
    turned = made.check("G2", made.matrix(*fast), cpu_at_4=(1, 1), cpu_at_8=(1, 1))
    assert turned.verdict == "holds"


def crossing(device, size):
    return Crossover(
        axis="device", first="cpu", second=device, others="", batch_size=size, low=size * 0.9,
        high=size * 1.1, text="",
    )  # fmt: skip


@pytest.mark.parametrize(("size", "verdict"), [(8, "holds only if"), (40, "does not hold")])
def test_g3_reads_crossovers(made, size, verdict):
    cells = devices(made, cpu={1: 10, 64: 10}, gpu={1: 5, 64: 50})
    matrix = made.matrix(*cells, crossovers=[crossing("cuda", size)])
    finding = made.check("G3", matrix)
    assert finding.verdict == verdict
    if size == 8:
        assert "mps was not measured" in finding.condition
    mps = made.matrix(
        *devices(made, cpu={1: 10, 64: 10}, gpu={1: 5, 64: 50}, device="mps"),
        crossovers=[crossing("mps", 16)],
    )
    both = made.check("G3", matrix, mps)
    assert both.verdict == ("holds" if size == 8 else "holds only if")


def test_g3_where_the_gpu_always_wins(made):
    cells = devices(made, cpu={1: 10, 64: 10}, gpu={1: 50, 64: 500})
    finding = made.check("G3", made.matrix(*cells))
    assert finding.verdict == "does not hold"
    assert "faster from a batch of 1 on" in finding.found


@pytest.mark.parametrize(("computing", "verdict"), [(0.2, "holds"), (0.9, "does not hold")])
def test_g4_takes_copies_and_computing(made, computing, verdict):
    copies = (1 - computing) / 2
    parts = {"computing": computing, "copying_to_device": copies, "copying_back": copies}
    cell = made.cell(device="cuda", batch_size=4, parts=parts)
    assert made.check("G4", made.matrix(cell)).verdict == verdict


def test_g1_and_f18_read_training_on_apple(made):
    cells = devices(
        made, cpu={4: 36.8, 8: 40}, gpu={1: 10, 4: 18.8, 8: 18.9}, device="mps", mode="train"
    )
    matrix = made.matrix(*cells)
    assert made.check("G1", matrix).verdict == "holds"
    assert made.check("F18", matrix).verdict == "holds"
    faster = devices(made, cpu={4: 9}, gpu={1: 10, 4: 100, 8: 200}, device="mps", mode="train")
    assert made.check("G1", made.matrix(*faster)).verdict == "does not hold"
    finding = made.check("F18", made.matrix(*faster))
    assert (finding.verdict, finding.why) == ("does not hold", "Batches of 8 are faster.")
    assert made.check("F18", made.matrix(*faster), batch=(8, 8)).verdict == "holds"


@pytest.mark.parametrize(
    ("peak", "verdict"), [(50, "holds only if"), (200, "does not hold"), (98, "not yet run")]
)
def test_m6_compares_peaks_of_training(made, peak, verdict):
    cells = [
        made.cell(batch_size=4, mode="train", peak_bytes=100),
        made.cell(rate=25, batch_size=1, accumulation=4, mode="train", peak_bytes=peak),
    ]
    finding = made.check("M6", made.matrix(*cells))
    assert finding.verdict == verdict
    assert "4 times the time" in finding.found


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [(0, 300, "holds"), (0, 0, "does not hold"), (300, 300, "does not hold")],
)
def test_d7_compares_sides(made, left, right, verdict):
    cells = [
        made.cell(batch_size=1, padding="left"),
        made.cell(batch_size=8, padding="left", n_changed=left),
        made.cell(batch_size=8, padding="right", n_changed=right),
    ]
    assert made.check("D7", made.matrix(*cells)).verdict == verdict
