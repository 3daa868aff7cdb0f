"""This project beside lm-evaluation-harness: one checkpoint, the same prompts, item by item.

    tox run -e peer-lm-eval                       # trains a small model first, 5 rounds
    tox run -e peer-lm-eval -- --model FOLDER     # any causal model, asked with 4 examples

Both run as whole commands, in turn, the order changed each round. Compared are the answers of each
item, the seconds of generation (around the calls of the model; around `generate_until` there) and
the seconds of the whole evaluation, from the start of the command to its end. Ratios are medians
over rounds of the two runs that stood side by side.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from spoonbench.harness.store.reader import open_reader

HERE = Path(__file__).parent
SPOONBENCH = (sys.executable, "-m", "spoonbench.harness.cli")
QUIET = {
    **os.environ,
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
MOST_OF_THE_PEERS_TIME = 0.5
NOT_SLOWER = 1.05


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is evaluated: the words of our command, the folder for the peer, the form of prompts."""

    label: str
    ours: tuple[str, ...]
    folder: Path
    export: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One evaluation: its seconds, and the answer of each item, as (text, value, is it right)."""

    whole_s: float
    generation_s: float
    answers: dict[str, tuple[str, str | None, bool]]


def main() -> int:
    arguments = read_arguments()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    task = ("--task", arguments.task, "--option", f"n_items={arguments.items}")
    subject = given(arguments, task) if arguments.model else trained(arguments, task, work)
    export(arguments, subject, work)
    pairs = []
    for round_index in range(arguments.rounds):
        runs = {}
        for who in ("ours", "theirs") if round_index % 2 == 0 else ("theirs", "ours"):
            run = evaluate_here if who == "ours" else evaluate_there
            runs[who] = run(arguments, subject, work)
        print(line(round_index, runs), flush=True)
        pairs.append(runs)
    summary = summarize(arguments, subject, pairs)
    print(json.dumps(summary, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0 if summary["holds"] else 1


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, help="folder of a causal model [a small one is made]")
    parser.add_argument("--task", default="word-problems")
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=40, help="new tokens of an answer")
    parser.add_argument("--training-seconds", type=int, default=60)
    parser.add_argument("--work", type=Path, default=Path("spoonbench-results-peer"))
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def trained(arguments: argparse.Namespace, task: tuple[str, ...], work: Path) -> Subject:
    """A model of 0.8M parameters that is trained here once, and asked as in its training."""
    params = (f"max_seconds={arguments.training_seconds}", f"max_new_tokens={arguments.limit}")
    call(*SPOONBENCH, "train", *task, "--solver", "lm-tiny", "--out", str(work / "results"),
         *(word for param in params for word in ("--set", param)))  # fmt: skip
    with open_reader(work / "results" / "store.sqlite") as reader:
        folder = Path(reader.artifacts()[-1].path)
    overrides = (word for param in params for word in ("--set", f"lm-tiny.{param}"))
    ours = (*task, "--only", "lm-tiny", *overrides)
    return Subject(label="lm-tiny", ours=ours, folder=folder, export=("--prompt", "plain"))


def given(arguments: argparse.Namespace, task: tuple[str, ...]) -> Subject:
    """A model of elsewhere, asked with four examples."""
    folder = arguments.model.resolve()
    limit = f"{folder.name}.max_new_tokens={arguments.limit}"
    ours = (*task, "--model", str(folder), "--shots", "4", "--chat", "no", "--only", folder.name)
    return Subject(
        label=folder.name,
        ours=(*ours, "--set", limit),
        folder=folder,
        export=("--prompt", "asked", "--shots", "4"),
    )


def export(arguments: argparse.Namespace, subject: Subject, work: Path) -> None:
    call(*SPOONBENCH, "tasks", "export", arguments.task, "--option", f"n_items={arguments.items}",
         "--max-new-tokens", str(arguments.limit), *subject.export,
         "--out", str(work / "exported"))  # fmt: skip


def evaluate_here(arguments: argparse.Namespace, subject: Subject, work: Path) -> Run:
    out = work / "results"
    only_answers = ("--measure", "test", "--no-timing", "--no-report", "--rounds", "1", "--fresh")
    whole_s = call(*SPOONBENCH, "duel", *subject.ours, *only_answers, "--out", str(out))
    with open_reader(out / "store.sqlite") as reader:
        (entry,) = reader.duels()[0].entries
        run = reader.runs(cell_keys=[entry.answer_cells["test"]], status="ok")[-1]
        answers = reader.answers(run.run_id) or ()
    return Run(
        whole_s=whole_s,
        generation_s=sum(run.samples_ns) / 1e9,
        answers={a.problem_id: (a.raw_text or "", a.value, a.is_correct) for a in answers},
    )


def evaluate_there(arguments: argparse.Namespace, subject: Subject, work: Path) -> Run:
    times, samples = work / "times.json", work / "samples"
    for old in samples.rglob("samples_*.jsonl"):
        old.unlink()
    name = f"spoonbench_{arguments.task}_test"
    command = (
        *(sys.executable, str(HERE / "timed_lm_eval.py"), str(times), "run", "--model", "hf"),
        *("--model_args", f"pretrained={subject.folder},dtype=float32", "--device", "cpu"),
        *("--include_path", str(work / "exported"), "--tasks", name, "--batch_size", "64"),
        *("--log_samples", "--output_path", str(samples)),
    )
    whole_s = call(*command)
    (log,) = samples.rglob("samples_*.jsonl")
    return Run(
        whole_s=whole_s,
        generation_s=json.loads(times.read_text(encoding="utf-8"))["generation_s"],
        answers=dict(map(read_sample, log.read_text(encoding="utf-8").splitlines())),
    )


def read_sample(written: str) -> tuple[str, tuple[str, str | None, bool]]:
    sample = json.loads(written)
    (value,) = sample["filtered_resps"]
    found = (sample["resps"][0][0], value, bool(sample["exact_match"]))
    return sample["doc"]["id"], found


def call(*command: str) -> float:
    """Run a command to its end; returns its seconds. What it prints is shown only if it fails."""
    start = time.perf_counter_ns()
    done = subprocess.run(command, env=QUIET, capture_output=True, text=True, check=False)
    seconds = (time.perf_counter_ns() - start) / 1e9
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return seconds


def line(round_index: int, runs: dict[str, Run]) -> str:
    figures = (
        f"{who} {r.whole_s:.1f} s ({r.generation_s:.2f} s generating)" for who, r in runs.items()
    )
    return f"round {round_index + 1}: {', '.join(figures)}"


def summarize(
    arguments: argparse.Namespace, subject: Subject, pairs: list[dict[str, Run]]
) -> dict[str, object]:
    ours, theirs = pairs[0]["ours"].answers, pairs[0]["theirs"].answers
    n_items = len(theirs)
    same_text = sum(ours[i][0] == theirs[i][0] for i in theirs)
    same_score = sum(ours[i][2] == theirs[i][2] for i in theirs)
    ratios = {
        name: [getattr(p["ours"], name) / getattr(p["theirs"], name) for p in pairs]
        for name in ("whole_s", "generation_s")
    }
    whole, generation = median(ratios["whole_s"]), median(ratios["generation_s"])
    return {
        "model": subject.label,
        "task": arguments.task,
        "items": n_items,
        "same_items": sorted(ours) == sorted(theirs),
        "same_text": same_text,
        "same_score": same_score,
        "right_here": sum(right for _, _, right in ours.values()),
        "right_there": sum(right for _, _, right in theirs.values()),
        "whole_s_here": [round(p["ours"].whole_s, 2) for p in pairs],
        "whole_s_there": [round(p["theirs"].whole_s, 2) for p in pairs],
        "generation_s_here": [round(p["ours"].generation_s, 3) for p in pairs],
        "generation_s_there": [round(p["theirs"].generation_s, 3) for p in pairs],
        "whole_ratio": round(whole, 3),
        "generation_ratio": round(generation, 3),
        "holds": same_score == n_items
        and whole <= MOST_OF_THE_PEERS_TIME
        and generation <= NOT_SLOWER,
    }


if __name__ == "__main__":
    raise SystemExit(main())
