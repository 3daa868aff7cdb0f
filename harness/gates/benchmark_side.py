"""One side of a comparison from a JSON file of pytest-benchmark, of any suite.

Times come from the plugin's own figures. Where a benchmark carries what the suites here write into
`extra_info` (a record with its answers, items a call), accuracy and memory are there too.

Not covered: means, standard deviations and operations a second, which a stall moves at will.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import from_json
from spoonbench.harness.gates.figures import FIGURES
from spoonbench.harness.gates.rounds import MB, MS, P95, scores_of, single
from spoonbench.harness.gates.sides import BadComparison, Scores, Series, Side, Subject
from spoonbench.harness.records import ScoredAnswer
from spoonbench.harness.stats import proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OURS = "spoonbench"
_MACHINE = ("machine", "processor", "system", "release", "python_implementation", "python_version")
_CPU = ("brand_raw", "count", "arch")
_BYTES = {
    "peak_mb": "peak_bytes",
    "resident_mb": "resident_bytes",
    "device_peak_mb": "device_peak_bytes",
    "weights_mb": "weight_bytes",
}


def side_from_benchmarks(path: Path) -> Side:
    """Read a file that pytest-benchmark saved.

    Raises:
        BadComparison: it cannot be read, is none of the plugin's, or is damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except OSError as exc:
        raise BadComparison(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    except (ValueError, RecursionError) as exc:
        raise BadComparison(f"{path} is no JSON: {exc}.") from exc
    if not isinstance(data, dict) or not isinstance(data.get("benchmarks"), list):
        raise BadComparison(f"{path} is no file that pytest-benchmark saved.")
    if not data["benchmarks"]:
        raise BadComparison(f"{path} holds no benchmark.")
    try:
        return _side(path, data)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as exc:
        raise BadComparison(f"{path} is damaged, or of another version: {exc}.") from exc


def side_from_folder(folder: Path) -> Side:
    """All files of a folder as one side: each is a process of its own, and so one round.

    Times are the quantiles of each file; memory is the highest of all, answers those of the first.

    Raises:
        BadComparison: there is no such folder or no such file in it, one is damaged, or they were
            saved on different machines.
    """
    sides = [side_from_benchmarks(path) for path in sorted(folder.glob("*.json"))]
    if not sides:
        raise BadComparison(f"{folder}/ holds no file that pytest-benchmark saved (*.json).")
    if any(side.machine != sides[0].machine for side in sides):
        raise BadComparison(f"The files of {folder}/ were saved on different machines.")
    names = dict.fromkeys(one.name for side in sides for one in side.subjects)
    return replace(
        sides[0],
        title=f"{folder.name}/ of {len(sides)} files",
        is_one_process=False,
        subjects=tuple(_merged(name, sides) for name in names),
    )


def _merged(name: str, sides: Sequence[Side]) -> Subject:
    found = [
        (index, one)
        for index, side in enumerate(sides)
        for one in side.subjects
        if one.name == name
    ]
    figures = dict.fromkeys(figure for _, one in found for figure in one.series)
    return replace(
        found[0][1],
        series={figure: _by_file(figure, found) for figure in figures},
    )


def _by_file(figure: str, found: Sequence[tuple[int, Subject]]) -> Series:
    there = [(index, one.series[figure]) for index, one in found if figure in one.series]
    values = tuple(series.value for _, series in there)
    if FIGURES[figure].kind == "size":
        return Series(values=(max(values),))
    return Series(
        values=values, rounds=tuple(index for index, _ in there), detail=there[0][1].detail
    )


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no figure")


def _side(path: Path, data: Mapping[str, Any]) -> Side:
    ours = data.get(OURS, {})
    subjects = tuple(_subject(one, ours) for one in data["benchmarks"])
    names = [subject.name for subject in subjects]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two benchmarks are called {twice[0]!r}")
    splits = tuple(dict.fromkeys(split for one in subjects for split in one.scores))
    task = ours.get("matrix", {}).get("task", {})
    return Side(
        title=f"{path.name} of {str(data.get('datetime', 'an unknown day'))[:16]}",
        kind="benchmark",
        subjects=subjects,
        task=f"{task['name']} (version {task['version']})" if task else None,
        machine=_machine(data.get("machine_info", {})),
        splits=splits,
        deciding=splits[0] if splits else None,
        is_one_process=True,
    )


def _machine(info: Mapping[str, Any]) -> dict[str, object]:
    if OURS in info:
        return dict(info[OURS]["environment"])
    facts = {name: info[name] for name in _MACHINE if name in info}
    cpu = info.get("cpu", {})
    return facts | {f"cpu {name}": cpu[name] for name in _CPU if name in cpu}


def _subject(one: Mapping[str, Any], ours: Mapping[str, Any]) -> Subject:
    extra, stats = one.get("extra_info", {}), one["stats"]
    seconds = _seconds(stats)
    missing: dict[str, str] = {}
    if "data" not in stats:
        missing["p95_ms"] = (
            "no raw times were saved: use --benchmark-json FILE, or add --benchmark-save-data"
        )
    sizes = {
        name: single(_number(extra.get(key)), MB)
        for name, key in _BYTES.items()
        if extra.get(key) is not None
    }
    return Subject(
        name=str(one.get("fullname") or one["name"]),
        scores=_scores(extra, ours),
        series={
            **_times(seconds, stats, extra),
            **{name: size for name, size in sizes.items() if size},
        },
        missing=missing,
    )


def _seconds(stats: Mapping[str, Any]) -> list[float]:
    """Of each round; empty where they were not saved."""
    return [_number(value) for value in stats.get("data", ())]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no figure")
    if value < 0:
        raise ValueError(f"{value!r} is below 0")
    return float(value)


def _times(
    seconds: Sequence[float], stats: Mapping[str, Any], extra: Mapping[str, Any]
) -> dict[str, Series]:
    n_items = extra.get("items_per_call")
    if not seconds:
        return {"p50_ms": Series(values=(_number(stats["median"]) * MS,))}
    calls = tuple(value * MS for value in seconds if value > 0)
    if not calls:
        return {}
    rounds = tuple(range(len(calls)))
    found = {
        "p50_ms": Series(values=calls, rounds=rounds),
        "p95_ms": Series(values=calls, rounds=rounds, share=P95),
    }
    if n_items:
        rates = tuple(_number(n_items) * MS / call for call in calls)
        found["throughput"] = Series(values=rates, rounds=rounds, detail=f"{n_items} a call")
    return found


def _scores(extra: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Scores]:
    """Answers where the record has them, else counts where those are there."""
    task = ours.get("matrix", {}).get("task", {})
    split = task["splits"][0]["name"] if task else "items"
    items_hash = ours.get("items_hash")
    answers = extra.get("record", {}).get("answers")
    if answers is not None:
        said = [from_json(ScoredAnswer, answer) for answer in answers]
        return {split: scores_of(said, items_hash)} if said else {}
    n_right, n_items = extra.get("n_right"), extra.get("n_items")
    if n_right is None or not n_items:
        return {}
    return {split: Scores(items_hash=items_hash, shares={"accuracy": proportion(n_right, n_items)})}
