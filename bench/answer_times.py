"""How long the advisor takes to answer: each topic, without results and with a folder of them.

    python bench/answer_times.py                        # nobody's results
    python bench/answer_times.py --results DIR          # and once more on these
    python bench/answer_times.py --results DIR --rounds 30 --json FILE

The results need a duel and a matrix of word problems. What they add up to is kept by the first
question of each kind, which is the round that is not counted.

Each question is asked in a process of its own, as on a command line; all of them take turns, beside
an interpreter that does nothing, which is what a machine that is slow at the time takes longer for,
too. An answer that fails ends the run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.stats import median, quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BAR_S = 0.3
EMPTY = "an interpreter that does nothing"
NOBODYS = "/nonexistent"
QUESTIONS: Mapping[str, str] = {
    "tool": "--rules yes --accuracy 1.0",
    "device": "--parameters 124M --batch 4 --device cpu",
    "quantize": "--parameters 124M --task arithmetic --memory 24GB",
    "fit": "--parameters 7B --dtype bf16 --context 4096 --batch 8 --memory 24GB",
    "finetune": "--parameters 2B --memory 16GB --device mps --examples 3600",
    "setting": "--parameters 0.8M --latency 0.05 --memory 24GB --interactive no",
}
ON_RESULTS: Mapping[str, str] = {
    "of a duel": "tool --task word-problems --accuracy 1.0",
    "of a matrix": "setting --task word-problems --latency 0.05",
    "of a batch that the matrix has not": "setting --task word-problems --latency 0.05 --batch 12",
    "and by how much": "quantize --parameters 0.8M --batch 12 --memory 24GB --task word-problems",
}
"""What is asked of results beside that: what a duel and a matrix of one's own settle."""


def commands(results: Path | None) -> dict[str, list[str]]:
    """Words of each process, by what it is."""
    program = Path(sys.executable).with_name("spoonbench")
    base = [str(program)] if program.exists() else [sys.executable, "-m", "spoonbench.harness.cli"]
    found = {EMPTY: [sys.executable, "-c", ""]}
    for topic, words in QUESTIONS.items():
        found[topic] = [*base, "advise", topic, *words.split(), "--out", NOBODYS]
    if results is not None:
        for topic, words in QUESTIONS.items():
            asked = [*base, "advise", topic, *words.split(), "--out", str(results)]
            found[f"{topic}, with results"] = asked
        for name, words in ON_RESULTS.items():
            topic = words.partition(" ")[0]
            found[f"{topic}, {name}"] = [*base, "advise", *words.split(), "--out", str(results)]
    return found


def timed(asked: Mapping[str, Sequence[str]], n_rounds: int) -> dict[str, list[float]]:
    """Seconds of each process in each round; one round before them is not counted."""
    found: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(-1, n_rounds):
        for name, words in asked.items():
            start = time.perf_counter()
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            taken = time.perf_counter() - start
            if done.returncode != 0:
                sys.exit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
            if number >= 0:
                found[name].append(taken)
    return found


def main() -> None:
    """Ask, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, help="folder of results, as --out has it")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.results is not None and not (given.results / "store.sqlite").exists():
        parser.error(f"{given.results} holds no store.sqlite.")
    found = timed(commands(given.results), given.rounds)
    print(f"| question | median | nine of ten within | under {BAR_S} s | beside nothing |")
    print("| --- | --- | --- | --- | --- |")
    for name, seconds in found.items():
        ratio = median([one / none for one, none in zip(seconds, found[EMPTY], strict=True)])
        n_under = sum(one < BAR_S for one in seconds)
        print(
            f"| {name} | {median(seconds):.2f} s | {quantile(seconds, 0.9):.2f} s "
            f"| {n_under} of {len(seconds)} | {ratio:.1f} |"
        )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
