"""Does anything foresee the outcome of option trades better than the formula? Worlds and seeds.

    python bench/option_outcome.py --seeds 10 11 12 13 14 --json option_outcome.jsonl

For each world, seed and question (a profit? a severe loss?): the contestants of `option-outcome`
learn from the earliest trades, are calibrated on the next and answer all later ones; log loss,
Brier score, calibration error and lift, and the difference of the log loss to that of the formula
with its interval by blocks of a quarter. Then the desk's decision, and what its intervals of 90%
hold: in the world where the formula is the truth, how many hold that; elsewhere, in how many tenths
of the trades (by probability) the share that happened lies between the mean ends. The seed is the
unit: a table's interval is over seeds.

Figures go to the end of the JSON file, and the tables are of all that is in it: `--worlds` without
a name makes them again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t

from spoonbench.harness.registry import find_solver, make_solver, make_task
from spoonbench.solvers.api import Example, Settings
from spoonbench.solvers.hybrid.options_desk.outcomes.evaluation import blocks_of
from spoonbench.solvers.hybrid.options_desk.outcomes.history import cut_by_time
from spoonbench.solvers.hybrid.options_desk.outcomes.learning import SHARES, learn
from spoonbench.solvers.hybrid.options_desk.outcomes.simulation import simulate_trades
from spoonbench.solvers.hybrid.options_desk.outcomes.worlds import WORLDS
from spoonbench.solvers.probability_scores import (
    log_losses,
    paired_difference,
    score_probabilities,
)

QUESTIONS = {"win": "Is there a profit?", "severe": "Is there a severe loss?"}
FORMULA = "closed-form-probability"
CONTESTANTS = (
    FORMULA,
    "base-rate",
    "outcome-model",
    "outcome-logistic",
    "outcome-boosting",
    "outcome-network",
)


def answer_probabilities(task, name, seed, label):
    """Probability of a label of every later trade."""
    solver: Any = make_solver(find_solver(name).target)
    solver.prepare(Settings(seed=seed))
    parts = [
        [Example(problem=item.problem, target=item.target) for item in split.items]
        for split in (task.training, task.validation)
    ]
    solver.fit(*parts, lambda *_: None, None)
    items = [item for split in task.splits for item in split.items]
    answers = solver.solve([item.problem for item in items])
    solver.close()
    return np.array([a.confidence if a.value == label else 1 - a.confidence for a in answers])


def contest(world, seed, question):
    """Scores of every contestant, and its difference to the formula."""
    task = make_task("option-outcome", {"world": world, "seed": seed, "target": question})
    items = [item for split in task.splits for item in split.items]
    came = np.array([item.target == question for item in items], dtype=float)
    days = np.array([item.problem.problem_id.split("/")[0] for item in items], "datetime64[D]")
    given = {name: answer_probabilities(task, name, seed, question) for name in CONTESTANTS}
    rows = []
    for name, chances in given.items():
        scores = score_probabilities(chances, came)
        losses, formula = log_losses(chances, came), log_losses(given[FORMULA], came)
        over = paired_difference(losses, formula, blocks_of(days))
        row = {"world": world, "seed": seed, "question": question, "contestant": name}
        row |= {"n": scores.n}
        row |= {"log_loss": scores.log_loss, "brier": scores.brier, "lift": scores.lift}
        row |= {"calibration_error": scores.calibration_error}
        rows.append(row | {"over": over.mean, "low": over.low, "high": over.high})
    return rows


def desk(world, seed):
    """What the desk decides for each part, and what its intervals hold."""
    history = simulate_trades(world, seed=seed)
    later = cut_by_time(history, SHARES).parts[2]
    rows = []
    for part in learn(history, seed=seed).parts:
        target, found = part.foresight.target, part.evaluation
        low, high = part.intervals(later)
        chances = part.foresight.probabilities(later)
        came = later.is_win if target == "win" else later.is_severe
        formula = "probability" if target == "win" else "severe_probability"
        truth = later.columns[formula]
        tenths = np.array_split(np.argsort(chances), 10)
        held = [low[each].mean() <= came[each].mean() <= high[each].mean() for each in tenths]
        row = {"world": world, "seed": seed, "target": target, "is_better": found.is_better}
        row |= {"with_past": part.foresight.design.with_past, "over": found.over_closed_form.mean}
        row |= {"width": float((high - low).mean()), "tenths_held": float(np.mean(held))}
        held_truth = ((low <= truth) & (truth <= high)).mean()
        rows.append(row | {"truth_held": float(held_truth) if world == "black-scholes" else None})
    return rows


def interval(values):
    """Mean over seeds with its 95% interval (Student's t)."""
    mean, n = np.mean(values), len(values)
    if n == 1:
        return f"{mean:+.4f}"
    half = t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n)
    return f"{mean:+.4f} ({mean - half:+.4f} to {mean + half:+.4f})"


def contest_table(contests):
    """Markdown."""
    print(
        "| world | contestant | log loss | less that of the formula (95%, over seeds) |"
        " better / worse in | Brier | calibration error | lift |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for world in dict.fromkeys(row["world"] for row in contests):
        for name in CONTESTANTS:
            rows = [r for r in contests if (r["world"], r["contestant"]) == (world, name)]
            mean = {k: np.mean([r[k] for r in rows]) for k in ("log_loss", "brier", "lift")}
            ece = np.mean([r["calibration_error"] for r in rows])
            wins = sum(r["high"] < 0 for r in rows)
            losses = sum(r["low"] > 0 for r in rows)
            over = "-" if name == FORMULA else interval([r["over"] for r in rows])
            count = "-" if name == FORMULA else f"{wins} / {losses} of {len(rows)}"
            print(
                f"| {world} | {name} | {mean['log_loss']:.4f} | {over} | {count} | "
                f"{mean['brier']:.4f} | {ece:.4f} | {mean['lift']:.2f} |"
            )


def desk_table(desks):
    """Markdown."""
    print(
        "\n| world | target | earlier closes | model used in | log loss less the formula's | "
        "width of intervals | truth held | tenths held |"
    )
    print("|---|---|---|---:|---:|---:|---:|---:|")
    keys = dict.fromkeys((r["world"], r["target"], r["with_past"]) for r in desks)
    for key in keys:
        rows = [r for r in desks if (r["world"], r["target"], r["with_past"]) == key]
        held = [r["truth_held"] for r in rows]
        truth = "-" if None in held else f"{np.mean(held):.0%}"
        print(
            f"| {key[0]} | {key[1]} | {'yes' if key[2] else 'no'} | "
            f"{sum(r['is_better'] for r in rows)} of {len(rows)} | "
            f"{interval([r['over'] for r in rows])} | "
            f"{np.mean([r['width'] for r in rows]):.3f} | {truth} | "
            f"{np.mean([r['tenths_held'] for r in rows]):.0%} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS))
    parser.add_argument("--questions", nargs="+", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[10, 11, 12, 13, 14])
    parser.add_argument("--json", default="option_outcome.jsonl", help="figures go to its end")
    chosen = parser.parse_args()
    for world in chosen.worlds:
        for seed in chosen.seeds:
            rows = [row for question in chosen.questions for row in contest(world, seed, question)]
            rows += desk(world, seed)
            with Path(chosen.json).open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows)
            print(f"{world}, seed {seed}: done", file=sys.stderr)
    lines = Path(chosen.json).read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    for question in chosen.questions:
        rows = [r for r in found if r.get("question") == question]
        if rows:
            print(f"\n{QUESTIONS[question]}\n")
            contest_table(rows)
    desk_table([r for r in found if "target" in r])


if __name__ == "__main__":
    main()
