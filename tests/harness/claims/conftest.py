"""Runs that are made up: duels and matrices as checks see them."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from spoonbench.harness.claims.ledger import check_claims
from spoonbench.harness.claims.reading import read_claims
from spoonbench.harness.claims.runs import MeasuredDuel, MeasuredMatrix, Runs
from spoonbench.harness.duel_records import Duel, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.estimates import Estimate, PairedTest
from spoonbench.harness.evidence import Measurement, SplitScore
from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence, Noise
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.records import ScoredAnswer
from spoonbench.harness.stats import proportion

N = 1_000
SIZE = "the model has about 1M parameters, as the one measured"
"""That of the matrices here."""
SIZED = re.compile(r"the model has about [0-9.,]+[MB]? parameters, as the one measured")
QUIET = Noise(ratios=(1.0, 1.0), low=1.0, high=1.0)


class MadeUp(Runs):
    """Runs that hold what they are given."""

    def __init__(self, duels=(), matrices=()):
        super().__init__(None)
        self._given = list(duels), list(matrices)

    def duels(self, task=None):
        return (one for one in self._given[0] if task in (None, one.duel.task.name))

    def matrices(self):
        return iter(self._given[1])


def facts(name="word-problems", splits=("test",)):
    return TaskFacts(
        name=name,
        version="1",
        kind="number",
        source="made up",
        sha256={},
        n_training=10_000,
        n_validation=2,
        splits=tuple(
            SplitFacts(name=one, summary="", items_hash="h", n_items=N, n_unanswerable=0)
            for one in splits
        ),
    )


def score(run_id, n_right, split="test", **more):
    share = proportion(n_right, N)
    whole = proportion(N, N)
    return SplitScore(
        split=split,
        batch_size=64,
        accuracy=share,
        coverage=whole,
        precision=share,
        run_id=run_id,
        **more,
    )


def contestant(label, n_right, *, level=1, params=None, answers=None, splits=None, **more):
    """A contestant with so many right answers of 1,000; `splits` names others of its splits."""
    entry_words = ("is_hybrid", "source_lines", "trained_from", "train_cell", "solver")
    entry = {name: more.pop(name) for name in entry_words if name in more}
    stopped = more.pop("stopped_by", {})
    failures = more.pop("failures", {})
    scores = [score(f"{label}/test", n_right, stopped_by=stopped, failures=failures)]
    scores += [score(f"{label}/{name}", n, name) for name, n in (splits or {}).items()]
    measurement = Measurement(
        entry=Entry(
            label=label,
            level=level,
            answer_cells={"test": label},
            **{"solver": label, **entry},
        ),
        status="ok",
        splits=tuple(scores),
        run_ids=(f"{label}/test",),
        **more,
    )
    said = answers or [
        ScoredAnswer(problem_id=f"p{i}", status="answered", is_correct=i < n_right)
        for i in range(N)
    ]
    return measurement, dict(params or {}), {f"{label}/test": tuple(said)}


def duel(*contestants, task="word-problems", effort=None, splits=("test",)):
    params = {one.entry.label: given for one, given, _ in contestants}
    said = {run_id: one for _, _, answers in contestants for run_id, one in answers.items()}
    planned = Duel(
        duel_id="d",
        created_at="2026-01-01T00:00:00+00:00",
        command=("spoonbench", "duel"),
        preset="case-study",
        environment_id="here",
        n_rounds=3,
        task=facts(task, splits),
        entries=tuple(one.entry for one, _, _ in contestants),
        requirements=Requirements(),
        effort=effort,
    )
    reader = SimpleNamespace(
        answers=said.get,
        cell=lambda key: SimpleNamespace(contestant=SimpleNamespace(params=params[key])),
    )
    return MeasuredDuel(
        duel=planned,
        measurements=tuple(one for one, _, _ in contestants),
        machine="a processor",
        reader=reader,  # type: ignore[arg-type]
    )


def cell(rate=100.0, n_right=500, lost=0, *, spread=0.01, name=None, **more):
    """A cell: answers a second, right answers of 1,000, and those that only the baseline got."""
    at = {k: more.pop(k) for k in tuple(more) if k in Conditions.__dataclass_fields__}
    where = Conditions(**at)
    batch = where.batch_size * where.accumulation
    name = name or "-".join(f"{k}{v}" for k, v in sorted(at.items())) or "plain"
    low, high = rate * (1 - spread), rate * (1 + spread)
    test = PairedTest(
        split="test", first="plain", second=name, n=N, n_first_only=lost, n_second_only=0,
        p_value=1.0 if not lost else 1e-9, p_holm=1.0 if not lost else 1e-9,
        smallest_difference=0.02,
    )  # fmt: skip
    values = {
        "cell": MatrixCell(name=name, key=name, placement=where),
        "status": "ok",
        "accuracy": proportion(n_right, N),
        "test": test,
        "answers_per_s": Estimate(value=rate, low=low, high=high, n_rounds=3),
        "call_s": Estimate(value=batch / rate, low=batch / high, high=batch / low, n_rounds=3),
        "next_token": proportion(1000, 2000),
        "weight_bytes": 4_000_000,
        "n_changed": lost,
        "layers_quantized": 5 if where.quantization != "none" else None,
        "kernel": "a kernel",
        "run_ids": (f"{name}/0",),
    }
    return CellEvidence(**{**values, **more})


def matrix(*cells, crossovers=(), is_elsewhere=False, noise=QUIET):
    planned = Matrix(
        matrix_id="m",
        created_at="2026-01-01T00:00:00+00:00",
        command=("spoonbench", "matrix"),
        environment_id="here",
        n_rounds=3,
        task=facts(),
        model=Entry(label="lm-tiny", solver="lm-tiny", level=5),
        cells=tuple(one.cell for one in cells),
        baseline=cells[0].cell.name,
    )
    evidence = MatrixEvidence(
        matrix=planned, cells=cells, noise=noise, crossovers=tuple(crossovers)
    )
    return MeasuredMatrix(evidence=evidence, machine="a processor", is_elsewhere=is_elsewhere)


def check_one(claim_id, *runs, kinds=("cpu",), **figures):
    """A finding from made-up runs, with other figures of the claim where they are given."""
    claims = dict(read_claims())
    claim = claims[claim_id]
    new = {n: replace(claim.figures[n], low=low, high=high) for n, (low, high) in figures.items()}
    claims[claim_id] = replace(claim, figures={**claim.figures, **new})
    duels = [one for one in runs if isinstance(one, MeasuredDuel)]
    matrices = [one for one in runs if isinstance(one, MeasuredMatrix)]
    return check_claims(claims, [claim_id], MadeUp(duels, matrices), kinds)[0]


def apart_from_size(finding):
    """The verdict, were it not for the size of the model that was measured."""
    is_all = finding.verdict == "holds only if" and SIZED.fullmatch(finding.condition)
    return "holds" if is_all else finding.verdict


@pytest.fixture
def made():
    """Makers of runs, and the check."""
    return SimpleNamespace(
        cell=cell,
        matrix=matrix,
        contestant=contestant,
        duel=duel,
        check=check_one,
        verdict=apart_from_size,
        size=SIZE,
        answer=ScoredAnswer,
    )
