"""What the runs of a matrix add up to: types only. `summary` makes them, the reports show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spoonbench.harness.estimates import Estimate, PairedTest, Proportion
from spoonbench.harness.instruction_sets import Arithmetic
from spoonbench.harness.matrix_records import Matrix, MatrixCell, plainest
from spoonbench.harness.records import USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEvidence:
    """Everything measured in one cell. None: not measured, or not there to be measured.

    Attributes:
        cell: of the matrix.
        status: "ok", "skipped", "missing" (not run yet), or the status of the run that failed.
        reason: why it is not ok.
        accuracy: right answers (rightly abstaining included) among all items.
        coverage: answered, or rightly abstained from, among all items.
        test: paired with the baseline on the same items, corrected for all cells (Holm); None for
            the baseline itself.
        n_changed: items answered otherwise than in the baseline.
        log_probability_shift: median distance, in natural logarithms, between the log-probabilities
            that this cell and the baseline gave to one and the same text.
        bits_per_byte: on a text that was held out: how badly it was foreseen.
        next_token: tokens of that text that the model held the likeliest.
        parts: share of an answering call that each part of it takes, in [0, 1].
        n_failed: items without an answer because something went wrong.
        natural_stops: texts that the model ended by itself among all it wrote.
        answers_per_s: items a second over whole passes; in other modes than "answer", texts.
        even_answers_per_s: the same at the machine's usual pace (`MatrixEvidence.paces`); None
            where none is known.
        call_s: seconds of one call with a full batch; every answer of it comes at its end.
        call_p95_s: 95th percentile over all full calls of all rounds.
        first_token_s: seconds to the first new token.
        token_s: seconds of each later token.
        tokens_per_s: new tokens a second, of all rows together; tokens read in the modes "prefill",
            "score" and "train".
        tokens_per_answer: new tokens of an answer, on average.
        warmup_s: of each call before the timed ones, of the first round.
        is_settled: the last two of these were about as fast as each other; None: too few to tell.
        load_s: import, prepare, load, and quantize.
        cold_start_s: from the first import to the end of the first call of a child that has just
            been started: loading, building the engine, and that call; the start of the interpreter
            left out.
        cold_first_token_s: seconds to the first new token in that call.
        arithmetic: what the processor has for the number formats of the cell, as the child saw it.
        baseline_bytes: resident memory of the child before it prepared anything.
        resident_bytes: after loading, above that.
        peak_bytes: highest during the cell, above that.
        device_peak_bytes: highest on the accelerator.
        lean_peak_bytes: as `peak_bytes`, in one more call with freed memory given back at once.
        cache_bytes: keys and values that were held in that call.
        predicted_cache_bytes: the same, told for as many texts and tokens.
        weight_bytes: of the model's weights as they are held.
        predicted_weight_bytes: the same, said before the cell ran.
        predicted_peak_bytes: said likewise of `lean_peak_bytes`, or of `device_peak_bytes` on an
            accelerator.
        energy_j_per_item: joules.
        kernel: library and form of the layers that compute.
        layers_quantized: see `solvers.api.Quantized`.
        layers_skipped: likewise.
        bytes_before: of all weights before quantization.
        n_stalls: timed calls beyond three times the median of their round.
        is_deterministic: the twin of the baseline gave the same answers; None for all others.
        missing: name of a meter to the reason why it gave nothing.
        run_ids: every record used.
    """

    cell: MatrixCell
    status: str
    reason: str | None = None
    accuracy: Proportion | None = None
    coverage: Proportion | None = None
    test: PairedTest | None = None
    n_changed: int | None = None
    log_probability_shift: float | None = None
    bits_per_byte: float | None = None
    next_token: Proportion | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    n_failed: int | None = None
    natural_stops: Proportion | None = None
    answers_per_s: Estimate | None = None
    even_answers_per_s: float | None = None
    call_s: Estimate | None = None
    call_p95_s: float | None = None
    first_token_s: float | None = None
    token_s: float | None = None
    tokens_per_s: float | None = None
    tokens_per_answer: float | None = None
    warmup_s: tuple[float, ...] = ()
    is_settled: bool | None = None
    load_s: float | None = None
    cold_start_s: float | None = None
    cold_first_token_s: float | None = None
    arithmetic: tuple[Arithmetic, ...] = ()
    baseline_bytes: int | None = None
    resident_bytes: int | None = None
    peak_bytes: int | None = None
    device_peak_bytes: int | None = None
    lean_peak_bytes: int | None = None
    cache_bytes: int | None = None
    predicted_cache_bytes: int | None = None
    weight_bytes: int | None = None
    predicted_weight_bytes: int | None = None
    predicted_peak_bytes: int | None = None
    energy_j_per_item: float | None = None
    kernel: str | None = None
    layers_quantized: int | None = None
    layers_skipped: int | None = None
    bytes_before: int | None = None
    n_stalls: int = 0
    is_deterministic: bool | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    run_ids: tuple[str, ...] = ()

    @property
    def weight_ratio(self) -> float | None:
        """Measured over predicted bytes of the weights."""
        return _ratio(self.weight_bytes, self.predicted_weight_bytes)

    @property
    def cache_ratio(self) -> float | None:
        """Measured over predicted bytes of keys and values."""
        return _ratio(self.cache_bytes, self.predicted_cache_bytes)

    @property
    def peak_ratio(self) -> float | None:
        """Measured over predicted memory at its highest, freed memory given back."""
        on_device = self.cell.placement.device != USUAL.device
        measured = self.device_peak_bytes if on_device else self.lean_peak_bytes
        return _ratio(measured, self.predicted_peak_bytes)

    @property
    def kept_peak_ratio(self) -> float | None:
        """Likewise with freed memory kept, as in all timed calls; None on an accelerator."""
        on_device = self.cell.placement.device != USUAL.device
        return None if on_device else _ratio(self.peak_bytes, self.predicted_peak_bytes)


def _ratio(measured: int | None, predicted: int | None) -> float | None:
    """None where either is not known, or nothing."""
    return measured / predicted if measured and predicted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The baseline against itself, run twice in every round.

    Attributes:
        ratios: second over first, answers a second, one for each round that has both.
        low: lowest of them.
        high: highest of them.
    """

    ratios: tuple[float, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the machine's own speed changed while the matrix ran: what all cells had in common.

    Attributes:
        deviation: standard deviation of natural logarithms of seconds: 0.1 is some 10%.
        spell_s: seconds after which a fast or slow spell has gone by two thirds.
        share: of the variance within cells that this has, in (0, 1).
    """

    deviation: float
    spell_s: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossover:
    """Where one setting overtakes another as batches grow.

    Attributes:
        axis: on which the two differ.
        first: value that is faster at the smallest batches, or everywhere.
        second: the other.
        others: what the two have in common, in words; "" where nothing else varies.
        batch_size: at which they are equally fast, by the fit; None where that is not within the
            range measured.
        low: lower end of the 95% interval; None with `batch_size`.
        high: upper end.
        text: one sentence with what was found.
    """

    axis: str
    first: str
    second: str
    others: str
    batch_size: float | None
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixEvidence:
    """A whole matrix.

    Attributes:
        matrix: as it was planned.
        cells: in its order.
        noise: None where the baseline was not run twice in any round.
        crossovers: of pairs of settings that differ on one axis.
        paces: device to the machine's pace there; devices whose runs tell none are left out.
    """

    matrix: Matrix
    cells: tuple[CellEvidence, ...]
    noise: Noise | None = None
    crossovers: tuple[Crossover, ...] = ()
    paces: Mapping[str, Pace] = field(default_factory=dict)

    @property
    def baseline(self) -> CellEvidence:
        """The cell that all others are compared with."""
        return next(one for one in self.cells if one.cell.name == self.matrix.baseline)

    def reference_of(self, cell: CellEvidence) -> CellEvidence:
        """What the speed of a cell is compared with: the plainest cell that does the same work."""
        work = cell.cell.placement.work
        same = [one for one in self.cells if one.cell.placement.work == work]
        if self.baseline in same:
            return self.baseline
        name = plainest(one.cell for one in same).name
        return next(one for one in same if one.cell.name == name)
