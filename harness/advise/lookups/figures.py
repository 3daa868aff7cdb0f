"""Measured matrices, as far as advice needs them: one row a cell, from a store or a reference.

A reference is read as JSON and not as records: that takes a tenth of the time; of it, only whole
answers are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spoonbench.harness.advise.advice import Source

REFERENCES = Path(__file__).parents[2] / "reference"
PLAIN_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Of one number of a model that is not quantized."""


class BadFigures(ValueError):
    """A reference that is damaged; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure with its interval.

    Attributes:
        value: the median over rounds, or the share.
        low: lower bound; None where there were too few rounds.
        high: upper bound.
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured in one cell. None: not measured.

    Attributes:
        name: of the cell.
        device: as in `records.Placement`, and the five below.
        dtype: see there.
        quantization: see there.
        engine: see there.
        batch: see there.
        rate: answers a second.
        even_rate: the same at the machine's usual pace; None where none is known.
        accuracy: share of right answers.
        n_right: of `n_items`.
        n_items: all of them.
        n_lost: items that only the baseline got right.
        n_won: items that only this cell got right.
        p_value: of their difference, corrected for all that were compared.
        weight_bytes: of the weights as they are held.
        peak_bytes: highest, above the process's own.
        predicted_peak_bytes: said before it ran.
        run_ids: of every record used.
        settings: all of its conditions as the matrix writes them, those as usual left out.
    """

    name: str
    device: str
    dtype: str
    quantization: str
    engine: str
    batch: int
    rate: Measured | None = None
    even_rate: float | None = None
    accuracy: Measured | None = None
    n_right: int | None = None
    n_items: int | None = None
    n_lost: int | None = None
    n_won: int | None = None
    p_value: float | None = None
    weight_bytes: int | None = None
    peak_bytes: int | None = None
    predicted_peak_bytes: int | None = None
    run_ids: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where one setting overtakes another as batches grow; see `matrix.evidence.Crossover`."""

    axis: str
    first: str
    second: str
    others: str
    batch: float | None
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a cell does in one call, as `matrix_records.Conditions` have it.

    Attributes:
        mode: what is timed.
        prompt_tokens: of every text that is read; None: as the items have it.
        new_tokens: of every text that is written; None: as the model ends it.
        accumulation: passes of one step.
    """

    mode: str = "answer"
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    accumulation: int = 1

    @property
    def tokens(self) -> int | None:
        """Of one text, read and written."""
        return None if self.prompt_tokens is None else self.prompt_tokens + (self.new_tokens or 0)

    @property
    def items(self) -> str:
        """What a batch consists of."""
        return "answers" if self.mode == "answer" else "texts"


ANSWERS = Work()
"""Whole answers to the items of a task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The cells of a matrix that do the same.

    Attributes:
        source: the store, or a reference.
        name: id of the matrix, or name of the reference.
        machine: in words.
        model: label.
        task: name.
        parameters: of the model, from the bytes of its float32 weights; None: not known.
        rows: cells that ran.
        crossings: of pairs of settings.
        planned: cells that did not run, with nothing measured.
        work: what all of these cells do.
        command: that measured it, in words; empty for a reference.
        n_rounds: of it.
    """

    source: Source
    name: str
    machine: str
    model: str
    task: str
    parameters: float | None
    rows: tuple[Row, ...]
    crossings: tuple[Crossing, ...] = field(default=())
    planned: tuple[Row, ...] = field(default=())
    work: Work = ANSWERS
    command: tuple[str, ...] = ()
    n_rounds: int = 1

    @property
    def done(self) -> str:
        """What was done: "on word-problems", "reading 256 tokens", "training on formats"."""
        work = self.work
        text = "a text" if work.prompt_tokens is None else f"{work.prompt_tokens:,} tokens"
        words = {
            "prefill": f"reading {text}",
            "decode": f"writing {work.new_tokens or 0:,} tokens after {text}",
            "score": f"scoring the texts of {self.task}",
            "train": f"training on {self.task}",
        }
        return words.get(work.mode, f"on {self.task}")


def machine_words(environment: Mapping[str, Any]) -> str:
    """A machine in words: processor, cores, devices."""
    words = [str(environment["processor"]), f"{environment['n_cores']} cores"]
    return ", ".join([*words, *map(str, environment.get("devices", ()))])


def parameters_of(rows: Sequence[Row]) -> float | None:
    """How many numbers a model has, by the bytes of its plain weights, of float32 before others."""
    for dtype, size in PLAIN_BYTES.items():
        plain = (one for one in rows if one.dtype == dtype and one.quantization == "none")
        bytes_ = next((one.weight_bytes for one in plain if one.weight_bytes), None)
        if bytes_ is not None:
            return bytes_ / size
    return None


def reference_figures(folder: Path = REFERENCES) -> tuple[Figures, ...]:
    """Every matrix that ships with the package, in the order of names.

    Raises:
        BadFigures: a file is damaged.
    """
    return tuple(read_figures(path) for path in sorted(folder.glob("*.jsonl")))


def read_figures(path: Path) -> Figures:
    """A reference.

    Raises:
        BadFigures: the file is damaged.
    """
    try:
        head, *lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
        return _figures(path.stem, head, lines)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise BadFigures(f"{path} is no reference: {exc}.") from exc


def _figures(name: str, head: dict[str, Any], lines: Sequence[dict[str, Any]]) -> Figures:
    matrix = head["matrix"]
    placements = {cell["name"]: cell.get("placement", {}) for cell in matrix["cells"]}
    found = (_row(placements[one["cell"]], one) for one in lines if one.get("status") == "ok")
    rows = tuple(row for row in found if row is not None)
    return Figures(
        source="reference",
        name=name,
        machine=machine_words(head["environment"]),
        model=matrix["model"]["label"],
        task=matrix["task"]["name"],
        parameters=parameters_of(rows),
        rows=rows,
        crossings=tuple(_crossing(one) for one in head["crossovers"]),
    )


def _row(at: dict[str, Any], cell: dict[str, Any]) -> Row | None:
    if at.get("mode", "answer") != "answer":
        return None
    accuracy, test = cell.get("accuracy"), cell.get("test") or {}
    return Row(
        name=cell["cell"],
        device=at.get("device", "cpu"),
        dtype=at.get("dtype", "float32"),
        quantization=at.get("quantization", "none"),
        engine=at.get("engine", "native"),
        batch=at.get("batch_size", 1),
        rate=_measured(cell.get("answers_per_s")),
        even_rate=cell.get("even_answers_per_s"),
        accuracy=_share(accuracy),
        n_right=accuracy and accuracy["n_successes"],
        n_items=accuracy and accuracy["n"],
        n_lost=test.get("n_first_only"),
        n_won=test.get("n_second_only"),
        p_value=test.get("p_holm"),
        weight_bytes=cell.get("weight_bytes"),
        peak_bytes=cell.get("device_peak_bytes") or cell.get("peak_bytes"),
        predicted_peak_bytes=cell.get("predicted_peak_bytes"),
        run_ids=tuple(cell.get("run_ids", ())),
        settings=at,
    )


def _measured(values: dict[str, Any] | None) -> Measured | None:
    if values is None:
        return None
    return Measured(value=values["value"], low=values.get("low"), high=values.get("high"))


def _share(values: dict[str, Any] | None) -> Measured | None:
    if values is None or not values["n"]:
        return None
    share = values["n_successes"] / values["n"]
    return Measured(value=share, low=values["low"], high=values["high"])


def _crossing(values: dict[str, Any]) -> Crossing:
    names = ("axis", "first", "second", "others", "low", "high", "text")
    return Crossing(batch=values["batch_size"], **{name: values[name] for name in names})
