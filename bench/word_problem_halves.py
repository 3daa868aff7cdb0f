"""What the rules for word problems reach on your copies of public sets, by halves.

A hash of each problem's id divides a set into a half to look at while rules are written and a half
only to measure on; a text that stands in two files is in the half of the first. Rows are JSON
lines with id, question and answer, and may have subsets (a list of names), ops (the operations of
the published equation) and label_error (true leaves a row out).

    python bench/word_problem_halves.py mawps.jsonl aggregate.jsonl gsm8k.jsonl
    python bench/word_problem_halves.py mawps.jsonl --duel mawps-halves.jsonl

The second form writes a file for `spoonbench duel`, in which contestants learn from the half to
look at and are measured on the other one.

Not covered: contestants that learn; `spoonbench duel` measures those.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from spoonbench.harness.stats import greatest_share
from spoonbench.solvers.api import Problem, Settings
from spoonbench.solvers.numerals import read_number
from spoonbench.solvers.rules.word_problems.contestant import RuleSolver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spoonbench.solvers.api import Answer

TOLERANCE = 1e-3
N_ROUNDS = 7
_NO_DIGITS_OR_LETTERS = re.compile(r"[^a-z0-9]")
_POINT_ZERO = re.compile(r"(\d)\.0\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One problem with its published answer."""

    row_id: str
    question: str
    answer: float
    names: tuple[str, ...]
    is_looked_at: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one problem went: forced to answer, and free to abstain."""

    is_right: bool
    is_answered: bool


def main() -> None:
    """Print one table for each half."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, help="JSON lines; the first one decides")
    parser.add_argument("--duel", type=Path, metavar="OUT", help="write a file for a duel instead")
    options = parser.parse_args()
    rows = list(read_rows(options.files))
    if options.duel is not None:
        write_for_duel(rows, options.duel)
        return
    solvers = {is_forced: prepared(is_forced=is_forced) for is_forced in (True, False)}
    problems = [Problem(problem_id=row.row_id, text=row.question, kind="number") for row in rows]
    forced, free = (solvers[is_forced].solve(problems) for is_forced in (True, False))
    results = [
        Result(is_right=is_right(row, one), is_answered=other.status == "answered")
        for row, one, other in zip(rows, forced, free, strict=True)
    ]
    for half, name in ((True, "looked at"), (False, "only measured on")):
        print(f"\nThe half {name}")
        print_table(
            (row, result)
            for row, result in zip(rows, results, strict=True)
            if row.is_looked_at == half
        )
    print_speed(solvers, problems)


def read_rows(paths: Iterable[Path]) -> Iterator[Row]:
    """Read all files, rows with known label errors left out."""
    halves: dict[str, bool] = {}
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            values = json.loads(line)
            # Twins share the half of the first one, so that no text is in both.
            text = plain(values["question"])
            half = halves.setdefault(text, half_of(values["id"]))
            if values.get("label_error"):
                continue
            yield Row(
                row_id=values["id"],
                question=values["question"],
                answer=float(values["answer"]),
                names=names_of(path.stem, values),
                is_looked_at=half,
            )


def write_for_duel(rows: Iterable[Row], path: Path) -> None:
    """Write rows with the half to look at as the part to learn from."""
    lines = [
        json.dumps(
            {
                "id": row.row_id,
                "question": row.question,
                "answer": row.answer,
                "split": "train" if row.is_looked_at else "test",
                "subsets": [name.partition("/")[2] for name in row.names if "/" in name],
            }
        )
        for row in rows
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def half_of(row_id: str) -> bool:
    """Whether a problem may be looked at: the first byte of the hash of its id is even."""
    return hashlib.sha256(row_id.encode()).digest()[0] % 2 == 0


def plain(text: str) -> str:
    """A text by which twins are found: letters and digits only, "8.0" as "8"."""
    return _NO_DIGITS_OR_LETTERS.sub("", _POINT_ZERO.sub(r"\1", text.lower()))


def names_of(stem: str, values: dict[str, object]) -> tuple[str, ...]:
    """The sets that a problem counts for: its file, its subsets, one-step sums and differences."""
    subsets = values.get("subsets")
    names = [stem]
    if isinstance(subsets, list):
        names += [f"{stem}/{name}" for name in subsets]
    if values.get("ops") in {"+", "-"}:
        names.append(f"{stem}/one + or -")
    return tuple(names)


def prepared(*, is_forced: bool) -> RuleSolver:
    """The rules, made to answer or free to abstain."""
    solver = RuleSolver()
    solver.prepare(Settings(params={"forced": is_forced}))
    return solver


def print_speed(solvers: Mapping[bool, RuleSolver], problems: Sequence[Problem]) -> None:
    """Problems a second of processor time, both ways in turn; all were answered once before.

    As in a duel, what exists by then is frozen, so that no collection walks through it again.
    """
    rates: dict[bool, list[float]] = {is_forced: [] for is_forced in solvers}
    gc.collect()
    gc.freeze()
    for _ in range(N_ROUNDS):
        for is_forced, solver in solvers.items():
            start = time.process_time()
            solver.solve(problems)
            rates[is_forced].append(len(problems) / (time.process_time() - start))
    print(f"\nProblems a second on one core, median of {N_ROUNDS} rounds (least to most)")
    for is_forced, found in sorted(rates.items()):
        name = "forced" if is_forced else "free to abstain"
        print(f"{name:24}{median(found):9,.0f}  ({min(found):,.0f} to {max(found):,.0f})")


def is_right(row: Row, answer: Answer) -> bool:
    """Whether an answer is within the relative tolerance of the published one."""
    value = None if answer.value is None else read_number(answer.value)
    return value is not None and abs(float(value) - row.answer) <= TOLERANCE * abs(row.answer)


def print_table(pairs: Iterable[tuple[Row, Result]]) -> None:
    """One line for each set: right when forced, share answered, right of those answered."""
    by_name: defaultdict[str, list[Result]] = defaultdict(list)
    for row, result in pairs:
        for name in row.names:
            by_name[name].append(result)
    columns = ("problems", "forced", "answered", "right of those", "at least", "wrong kept")
    widths = (9, 8, 10, 16, 10, 12)
    titles = (f"{name:>{width}}" for name, width in zip(columns, widths, strict=True))
    print(f"{'set':24}" + "".join(titles))
    for name, results in sorted(by_name.items()):
        answered = [result for result in results if result.is_answered]
        n_right = sum(result.is_right for result in answered)
        n_wrong = len(answered) - n_right
        wrong = sum(not result.is_right for result in results)
        least = 1 - greatest_share(n_wrong, len(answered)) if answered else 0.0
        kept = 1 - n_wrong / wrong if wrong else 1.0
        print(
            f"{name:24}{len(results):9,}{share(sum(r.is_right for r in results), len(results)):>8}"
            f"{share(len(answered), len(results)):>10}{share(n_right, len(answered)):>16}"
            f"{least:>10.1%}{kept:>12.1%}"
        )


def share(part: int, whole: int) -> str:
    """A share in percent; a dash where there is nothing to take a share of."""
    return f"{part / whole:.1%}" if whole else "-"


if __name__ == "__main__":
    main()
