"""How good the advice is: choices held against what was measured afterwards, beside four baselines.

    python bench/advice_quality.py --work DIR               # measures, then the table
    python bench/advice_quality.py --work DIR --smallest    # everything much smaller, to try it
    python bench/advice_quality.py --work DIR --items 600 --rounds 10 --seconds 1  # what ships
    python bench/advice_quality.py --work DIR --no-measuring --json FILE
    python bench/advice_quality.py --work DIR --no-measuring --ship   # what reports show

Six tasks, of which the advisor chooses the contestant of a duel: from the answers to one half of
the items (by a hash) and the first round of timing. What its choice is worth is told by the other
half and the other rounds. And six configurations of a matrix (task, reading, writing, lengths), of
which the performance model chooses the cell: it is fitted to all other configurations and to one
half of the cells (by a hash) of this one, and may choose among the other half alone.

The requirements are the same for every task and every configuration (`bench/advice/`), and were
written down before anything was measured. A choice costs the time of one answer, and is held
against the least that does what is asked: of the contestants of a duel the advisor is therefore
asked for the quickest, and beside that without a word of it. Measuring goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent / "advice"))

import duels  # type: ignore[import-not-found]
import matrices  # type: ignore[import-not-found]
from outcomes import Outcome, rows, shown_rows, table, verdict  # type: ignore[import-not-found]

from spoonbench.harness.advise.lookups.figures import machine_words
from spoonbench.harness.advise.quality import SHIPPED
from spoonbench.harness.canonical import to_json
from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONFIGURATIONS: Mapping[str, Sequence[str]] = {
    "answers to word problems": ("--task", "word-problems", "--mode", "answer", "--items", "60"),
    "answers about formats": ("--task", "formats", "--mode", "answer", "--items", "60"),
    "reading 32": ("--mode", "prefill", "--prompt", "32"),
    "reading 256": ("--mode", "prefill", "--prompt", "256"),
    "writing 16 after 32": ("--mode", "decode", "--prompt", "32", "--new", "16"),
    "writing 48 after 128": ("--mode", "decode", "--prompt", "128", "--new", "48"),
}
AXES = (
    "--batch", "1,2,4,8,16,32", "--dtype", "fp32,bf16",
    "--quantization", "none,torch-int8dyn,bnb-nf4", "--set", "max_seconds=15",
)  # fmt: skip
SMALLEST = (
    "--batch", "1,4,16", "--dtype", "fp32,bf16", "--quantization", "none", "--rounds", "2",
    "--seconds", "0.1", "--set", "max_seconds=5",
)  # fmt: skip


_COMMAND = "command.txt"
"""File of what was asked for last, which the table names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured; all of it is the same for every task and every configuration.

    Attributes:
        rounds: of duels and matrices.
        seconds: of each cell in each round.
        items: of each duel; None: as the preset has it.
        is_smallest: everything much smaller, whatever the others say.
    """

    rounds: int
    seconds: float
    items: int | None
    is_smallest: bool

    @property
    def command(self) -> str:
        """What measures so much."""
        words = [f"--rounds {self.rounds}", f"--seconds {self.seconds:g}"]
        words += [] if self.items is None else [f"--items {self.items}"]
        return " ".join(
            [
                "python bench/advice_quality.py --work DIR",
                *words,
                *self.is_smallest * ["--smallest"],
            ]
        )

    @property
    def options(self) -> tuple[str, ...]:
        """Of a task."""
        return () if self.items is None else (f"n_items={self.items}",)


SMALLEST_OPTIONS = ("n_training=400", "n_validation=100", "n_items=60")


def commands(work: Path, effort: Effort) -> Iterator[tuple[str, list[str]]]:
    """What has to be measured: a name, and the words of a command."""
    base = [sys.executable, "-m", "spoonbench.harness.cli"]
    rounds = ["--rounds", str(effort.rounds)]
    for task in duels.TASKS:
        words = ["duel", "--task", task, "--preset", "quick", "--no-report"]
        options = SMALLEST_OPTIONS if effort.is_smallest else effort.options
        words += [] if effort.is_smallest else rounds
        if effort.is_smallest:
            words += ["--set", "lm-tiny.max_seconds=5"] if task == "word-problems" else []
        if task != "digits":
            words += [word for one in options for word in ("--option", one)]
        yield f"duel {task}", [*base, *words, "--out", str(work / "duels")]
    for name, own in CONFIGURATIONS.items():
        axes = (*AXES, *rounds, "--seconds", str(effort.seconds))
        yield (
            f"matrix {name}",
            [
                *[*base, "matrix", *own, *(SMALLEST if effort.is_smallest else axes)],
                *["--no-report", "--out", str(_of(work, name))],
            ],
        )


def _of(work: Path, name: str) -> Path:
    return work / name.replace(" ", "-")


def measure(work: Path, effort: Effort) -> None:
    """Run what has not run yet; each command goes on where it stopped."""
    work.mkdir(parents=True, exist_ok=True)
    (work / _COMMAND).write_text(effort.command + "\n")
    for name, words in commands(work, effort):
        done = work / f"{name.replace(' ', '-')}.done"
        if done.exists():
            continue
        print(f"{name} ...", flush=True)
        with (work / "log.txt").open("a", encoding="utf-8") as log:
            code = subprocess.run(words, stdout=log, stderr=log, check=False).returncode
        # A duel that recommends nothing ends with 1, and is measured all the same.
        if code not in {0, 1}:
            sys.exit(f"{name} ended with {code}; see {work / 'log.txt'}.")
        done.touch()


def evaluate(work: Path) -> tuple[list[Outcome], str]:
    """Outcomes of all pairs that were measured, and how far off predicted times are."""
    found: list[Outcome] = []
    store = work / "duels" / "store.sqlite"
    if store.exists():
        with open_reader(store) as reader:
            measured = {duel.task.name for duel in reader.duels()}
            for task in duels.TASKS:
                found += duels.outcomes_of(reader, task) if task in measured else []
    evidence = {}
    for name in CONFIGURATIONS:
        path = _of(work, name) / "store.sqlite"
        if path.exists():
            with open_reader(path) as reader:
                matrix = reader.matrices()[0]
                runs = reader.runs([cell.key for cell in matrix.cells], matrix.environment_id)
                evidence[name] = summarize_matrix(matrix, runs, reader.answers)
    if not evidence:
        return found, "No cell was predicted."
    fitted = list(matrices.fitted(evidence))
    return [*found, *matrices.outcomes_of(evidence, fitted)], matrices.errors_of(fitted)


def _machine(work: Path) -> str:
    """Where the duels were measured, in words."""
    with open_reader(work / "duels" / "store.sqlite") as reader:
        return machine_words(to_json(reader.environment(reader.duels()[0].environment_id)))


def _report(outcomes: Sequence[Outcome], errors: str, machine: str, command: str) -> dict[str, Any]:
    places = dict.fromkeys(one.where for one in outcomes)
    n_pairs = len({(one.where, one.requirement) for one in outcomes})
    print(f"\n{n_pairs} pairs of {len(places)} tasks and configurations\n")
    groups = {
        "all pairs": outcomes,
        "which contestant": [one for one in outcomes if one.where in duels.TASKS],
        "which cell": [one for one in outcomes if one.where in CONFIGURATIONS],
    }
    for name, group in groups.items():
        if group:
            print(f"{name}:\n")
            print("\n".join(table(group)), end="\n\n")
    print(verdict(outcomes))
    print(errors)
    return {
        "verdict": verdict(outcomes),
        "measured": (
            f"{n_pairs} pairs of {len(places)} tasks and configurations, measured on {machine}, "
            f"by {command}."
        ),
        "errors": errors,
        "rows": {name: rows(group) for name, group in groups.items() if group},
        "shown": {name: shown_rows(group) for name, group in groups.items() if group},
        "outcomes": [{**asdict(one), "cost": one.cost} for one in outcomes],
    }


def main() -> None:
    """Measure what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of the measurements")
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, help="of all duels and matrices")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each cell in each round")
    parser.add_argument("--items", type=int, help="of all duels but digits [200]")
    parser.add_argument("--no-measuring", action="store_true", help="only what is there already")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--ship", action="store_true", help=f"write the table to {SHIPPED}")
    given = parser.parse_args()
    if not given.no_measuring:
        effort = Effort(
            rounds=given.rounds,
            seconds=given.seconds,
            items=given.items,
            is_smallest=given.smallest,
        )
        measure(given.work, effort)
    outcomes, errors = evaluate(given.work)
    if not outcomes:
        sys.exit(f"Nothing was measured in {given.work} yet.")
    command = (given.work / _COMMAND).read_text().strip()
    report = _report(outcomes, errors, _machine(given.work), command)
    if given.json:
        given.json.write_text(json.dumps(report, indent=1))
    if given.ship:
        table = {name: report[name] for name in ("verdict", "measured", "errors", "shown")}
        SHIPPED.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
