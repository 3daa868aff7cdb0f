"""What the rules reach on the sets of this folder, written one after another after the rules.

Each set has problems of one step, problems varied to mislead, and texts from which a needed fact
was removed, so that the right answer is none. The writers knew neither the rules nor the sets
before. A set was read once it had been measured, and the rules were mended; the last one is not
read, and should stay so.

    python bench/word_problem_sets.py
    python bench/word_problem_sets.py --wrong 4

Not covered: contestants other than `rules`; `spoonbench duel FILE` measures any of them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from spoonbench.harness.scoring import score
from spoonbench.harness.tasks.public.task import TOLERANCE
from spoonbench.solvers.api import Answer, Problem, Settings
from spoonbench.solvers.rules.word_problems.contestant import RuleSolver

FOLDER = Path(__file__).with_suffix("")
PARTS = {"one_step": "answered, right", "varied": "answered, right", "removed": "abstained"}
"""Each part of a set, and what is shown of it."""


def main() -> None:
    """Print a line for each set, and on request what was answered wrong in one of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--wrong", metavar="SET", help="show its wrong answers too")
    options = parser.parse_args()
    solver = RuleSolver()
    solver.prepare(Settings(params={"forced": False}))
    print(f"{'set':5}" + "".join(f"{f'{part}: {shown}':>30}" for part, shown in PARTS.items()))
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        cells = []
        for part in PARTS:
            rows = read_rows(folder / f"{part}.jsonl")
            answers = solver.solve([problem for problem, _ in rows])
            cells.append(cell(rows, answers))
            if options.wrong == folder.name:
                show_wrong(rows, answers)
        print(f"{folder.name:5}" + "".join(f"{text:>30}" for text in cells))


def read_rows(path: Path) -> list[tuple[Problem, str | None]]:
    """Problems with what is right; None where nothing is."""
    rows = []
    for line in path.read_text("utf-8").splitlines():
        values = json.loads(line)
        right = None if values["answer"] is None else str(values["answer"])
        problem = Problem(problem_id=values["id"], text=values["question"], kind="number")
        rows.append((problem, right))
    return rows


def is_right(answer: Answer, right: str | None) -> bool:
    """Whether an answer is the right one, as a duel would judge it."""
    return score("number", answer, right, TOLERANCE).is_correct


def cell(rows: list[tuple[Problem, str | None]], answers: list[Answer]) -> str:
    """The share answered, and the share of those that is right; or the share abstained from."""
    answered = [
        is_right(answer, right)
        for (_, right), answer in zip(rows, answers, strict=True)
        if answer.status == "answered"
    ]
    if all(right is None for _, right in rows):
        return f"{1 - len(answered) / len(rows):.1%} of {len(rows)}"
    precision = sum(answered) / len(answered) if answered else 0.0
    return f"{len(answered) / len(rows):.1%}, {precision:.1%} of {len(rows)}"


def show_wrong(rows: list[tuple[Problem, str | None]], answers: list[Answer]) -> None:
    """One line for each wrong answer."""
    for (problem, right), answer in zip(rows, answers, strict=True):
        if answer.status == "answered" and not is_right(answer, right):
            print(f"  {problem.problem_id}: {answer.value}, not {right}: {problem.text}")


if __name__ == "__main__":
    main()
