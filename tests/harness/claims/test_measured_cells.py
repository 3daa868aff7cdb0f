"""Claims that are measured, on matrices that are made up."""

import pytest

from spoonbench.harness.claims.wording import told
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
    assert made.verdict(finding) == verdict
    assert len(finding.run_ids) == 4


def test_other_figures_turn_q1(made):
    matrix = made.matrix(*formats(made, sizes=(2, 2.5, 2.3)))
    finding = made.check("Q1", matrix, int8=(0.375, 0.375), int4=(0.425, 0.425))
    assert made.verdict(finding) == "holds"


def test_a_quantization_that_changed_nothing_is_none(made):
    cells = [made.cell(), made.cell(quantization="bnb-int8", layers_quantized=0)]
    assert made.check("Q1", made.matrix(*cells)).verdict == "not yet run"


@pytest.mark.parametrize(("lost", "verdict"), [(0, "does not hold"), (70, "holds only if")])
def test_q3_pairs_answers(made, lost, verdict):
    finding = made.check("Q3", made.matrix(*formats(made, lost=lost)))
    assert finding.verdict == verdict
    if lost:
        assert finding.condition == f"it is said of 16 bits alone, and {made.size}"


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
    assert made.verdict(finding) == verdict


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
    assert made.verdict(finding) == verdict
    # That it was not faster here says nothing against "may be".
    assert finding.is_borne_out is (True if verdict == "holds" else None)


@pytest.mark.parametrize(
    ("alone", "many", "verdict"),
    [(100, 400, "does not hold"), (100, 50, "holds"), (100, 101, "not yet run")],
)
def test_b1_compares_a_batch_of_eight(made, alone, many, verdict):
    cells = [made.cell(alone, batch_size=1), made.cell(many, batch_size=8)]
    assert made.verdict(made.check("B1", made.matrix(*cells))) == verdict


@pytest.mark.parametrize(("many", "verdict"), [(1000, "holds"), (300, "does not hold")])
def test_b2_compares_a_batch_of_a_hundred(made, many, verdict):
    cells = [made.cell(100, batch_size=1), made.cell(many, batch_size=100)]
    matrix = made.matrix(*cells, is_elsewhere=True)
    finding = made.check("B2", matrix)
    assert (made.verdict(finding), finding.is_elsewhere) == (verdict, True)
    assert made.verdict(made.check("B2", matrix, ratio=(3, 3))) != verdict


@pytest.mark.parametrize(
    ("large", "verdict"),
    [(700, "holds"), (100 / 4, "does not hold"), (150, "holds only if")],
)
def test_g6_looks_at_calls_and_examples(made, large, verdict):
    cells = [made.cell(100, batch_size=4), made.cell(large, batch_size=128)]
    assert made.verdict(made.check("G6", made.matrix(*cells))) == verdict


@pytest.mark.parametrize(("computing", "verdict"), [(0.9, "does not hold"), (0.1, "holds")])
def test_g5_compares_parts_of_a_call(made, computing, verdict):
    parts = {"computing": computing, "tokenizing": 1 - computing}
    finding = made.check("G5", made.matrix(made.cell(batch_size=4, parts=parts)))
    assert made.verdict(finding) == verdict


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
    assert made.verdict(made.check("G2", made.matrix(*cells))) == "holds"
    fast = devices(made, cpu=dict.fromkeys(slow, 10), gpu=dict.fromkeys(slow, 100))
    finding = made.check("G2", made.matrix(*fast))
    assert finding.verdict == "holds only if"
    bands = "it is said of a batch of 16, a batch of 32 and a batch of 128 alone"
    assert finding.condition == f"{bands}, and {made.size}"
    turned = made.check("G2", made.matrix(*fast), cpu_at_4=(1, 1), cpu_at_8=(1, 1))
    assert made.verdict(turned) == "holds"


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
    assert made.verdict(both) == ("holds" if size == 8 else "holds only if")


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
    assert made.verdict(made.check("G4", made.matrix(cell))) == verdict


def test_g1_and_f18_read_training_on_apple(made):
    cells = devices(
        made, cpu={4: 36.8, 8: 40}, gpu={1: 10, 4: 18.8, 8: 18.9}, device="mps", mode="train"
    )
    matrix = made.matrix(*cells)
    assert made.verdict(made.check("G1", matrix)) == "holds"
    assert made.verdict(made.check("F18", matrix)) == "holds"
    faster = devices(made, cpu={4: 9}, gpu={1: 10, 4: 100, 8: 200}, device="mps", mode="train")
    assert made.check("G1", made.matrix(*faster)).verdict == "does not hold"
    finding = made.check("F18", made.matrix(*faster))
    assert (finding.verdict, finding.why) == ("does not hold", "Batches of 8 are faster.")
    assert made.verdict(made.check("F18", made.matrix(*faster), batch=(8, 8))) == "holds"


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


PARTS_OF_A_CALL = {"computing": 0.3, "tokenizing": 0.7}
TRAINING = ({"batch_size": 4}, {"batch_size": 1, "accumulation": 4})


def everything(made, megabytes=4):
    """Cells that feed every claim that the processor can answer."""
    sized = {"weight_bytes": megabytes * 1_000_000, "parts": PARTS_OF_A_CALL}
    batches = [made.cell(100, batch_size=size, **sized) for size in (1, 8, 100)]
    more = [made.cell(100 if size < 128 else 700, batch_size=size, **sized) for size in (4, 128)]
    trained = [
        made.cell(mode="train", peak_bytes=peak, **{**sized, **where})
        for peak, where in zip((100, 50), TRAINING, strict=True)
    ]
    # Half of the bytes: their size is not that of the model.
    small = {**sized, "weight_bytes": megabytes * 500_000}
    quantized = [
        made.cell(lost=100, batch_size=4, **{**small, **where})
        for where in ({"dtype": "float16"}, {"quantization": "bnb-int8"})
    ]
    padded = made.cell(batch_size=8, padding="right", n_changed=300, **sized)
    return made.matrix(*batches, *more, *trained, *quantized, padded)


FED = ("B1", "B2", "D7", "G5", "G6", "M6", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6")


@pytest.mark.parametrize("claim_id", FED)
def test_what_was_measured_with_a_model_says_which_and_how_large_it_is(made, claim_id):
    finding = made.check(claim_id, everything(made))
    assert finding.machine is not None
    assert (finding.model, finding.parameters) == ("lm-tiny", 1_000_000)
    assert "1M parameters" in f"{told(finding)} {finding.condition}"
    # Nobody claims anything of models that small.
    assert finding.verdict != "holds" or claim_id == "D7"
    if finding.verdict == "holds only if":
        assert finding.condition.endswith(made.size)


def test_a_verdict_on_models_of_the_claimed_size_has_no_condition(made):
    assert made.check("G6", everything(made)).condition == made.size
    of_size = made.check("G6", everything(made, megabytes=328))
    assert (of_size.verdict, of_size.condition, of_size.parameters) == ("holds", "", 82e6)
    far = made.check("G6", everything(made, megabytes=4 * 328 + 40))
    assert far.condition == "the model has about 338M parameters, as the one measured"


def test_the_size_of_a_model_is_that_of_its_plain_weights(made):
    halved = [
        made.cell(dtype="bfloat16", weight_bytes=2_000_000),
        made.cell(quantization="bnb-int8", weight_bytes=700_000),
    ]
    assert made.matrix(*halved).subject.parameters == 1_000_000
    unknown = made.matrix(made.cell(batch_size=1, weight_bytes=None), made.cell(900, batch_size=8))
    assert unknown.subject.parameters == 1_000_000
    nothing = [made.cell(rate, batch_size=n, weight_bytes=None) for rate, n in ((100, 1), (50, 8))]
    finding = made.check("B1", made.matrix(*nothing))
    assert (finding.model, finding.parameters) == ("lm-tiny", None)
    assert finding.condition == "the model has the size of lm-tiny, as the one measured"
