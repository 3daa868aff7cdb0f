"""The task `option-outcome`: will this option trade make a profit? No formula knows.

Trades are simulated in a world whose prices do not follow the Black-Scholes assumptions, or come
from a user's own file; what is known of each at its opening is a row of numbers. Parts are cut by
time alone: the earliest trades teach, the next calibrate, later ones are measured, and those that
were open across a border are left out. Nothing is shuffled.

The desk makes the trades (`spoonbench.solvers.hybrid.options_desk.outcomes`), by the same code
that it computes features with when it is asked; it is imported by name, as contestants are.
"""

from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.harness.tasks.options import refuse_unknown, whole_number
from spoonbench.solvers.api import BadInput, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "option-outcome"
VERSION = "1"

_OUTCOMES = "spoonbench.solvers.hybrid.options_desk.outcomes"
_SIMULATED = {"world": "market", "seed": 0, "n_years": 20, "per_day": 2}
_SHARES = (0.5, 0.15, 0.2, 0.15)
_SUMMARIES = {
    "train": "The earliest trades, to learn from.",
    "validation": "Those of the next period, to calibrate on.",
    "later": "Trades opened after all that was learned from or calibrated on.",
    "later-still": "Those of the period after.",
}


def make(options: Mapping[str, object]) -> Task:
    """Trades by time: train, validation, and two later periods that are measured.

    Args:
        options: `target` (win: is there a profit? severe: is at least half of the stress loss lost?
            see docs/option_outcome.md); `world` (market; also fair-quotes, premium, and
            black-scholes, where the formula is the truth), `seed` (0), `n_years` of prices (20) and
            `per_day` trades (2); or `file`, a CSV or Parquet file of one's own trades, whose
            columns docs/option_outcome.md tells.

    Raises:
        BadTask: an option is unknown or wrong, or the file is.
    """
    refuse_unknown(NAME, options, [*_SIMULATED, "file", "target"])
    target = str(options.get("target", "win"))
    if target not in (known := _labels()):
        raise BadTask(f"{NAME}: target is {' or '.join(known)}, not {target!r}")
    given = {name: value for name, value in options.items() if name != "target"}
    try:
        history, chosen, sha256 = _history(given)
        periods = import_module(f"{_OUTCOMES}.history").cut_by_time(history, _SHARES)
    except BadInput as exc:
        raise BadTask(f"{NAME}: {exc}") from exc
    _require_known(history, target)
    splits = [
        _split(name, part, target) for name, part in zip(_SUMMARIES, periods.parts, strict=True)
    ]
    return Task(
        name=NAME,
        version=VERSION,
        kind="label",
        payload="row",
        training=splits[0],
        validation=splits[1],
        splits=tuple(splits[2:]),
        source=f"{history.source}; cut by time on {', '.join(map(str, periods.starts))}",
        sha256=sha256,
        options={**chosen, "target": target, "trades": len(history), "purged": periods.n_purged},
    )


def _labels() -> Mapping[str, tuple[str, str]]:
    """What can be asked, with the label of yes and of no."""
    labels: Mapping[str, tuple[str, str]] = import_module(f"{_OUTCOMES}.history").LABELS
    return labels


def _history(options: Mapping[str, object]) -> tuple[Any, dict[str, object], dict[str, str]]:
    """Trades, the options as they were understood, and the sum of the file where there is one."""
    if "file" not in options:
        chosen = _simulation({**_SIMULATED, **options})
        return import_module(f"{_OUTCOMES}.simulation").simulate_trades(**chosen), chosen, {}
    if len(options) > 1:
        raise BadTask(f"{NAME}: options of the simulation do not go with a file")
    path = Path(str(options["file"]))
    history = import_module(f"{_OUTCOMES}.trade_files").read_history(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return history, {"file": path.name}, {path.name: digest}


def _simulation(given: Mapping[str, object]) -> dict[str, object]:
    return {
        "world": str(given["world"]),
        "seed": whole_number("seed", given["seed"], least=0, most=2**63 - 1),
        "n_years": whole_number("n_years", given["n_years"], least=1, most=200),
        "per_day": whole_number("per_day", given["per_day"], least=1, most=100),
    }


def _require_known(history: Any, target: str) -> None:
    """Refuse trades of which nobody knows whether their loss was severe."""
    n_unknown = int((history.is_severe != history.is_severe).sum()) if target == "severe" else 0
    if n_unknown:
        raise BadTask(f"{NAME}: of {n_unknown:,} trades it is not known whether a loss was severe")


def _split(name: str, part: Any, target: str) -> Split:
    items = tuple(_item(part, row, target) for row in range(len(part)))
    return Split(name=name, items=items, summary=_SUMMARIES[name])


def _item(part: Any, row: int, target: str) -> Item:
    features = import_module(f"{_OUTCOMES}.features")
    known = features.row_of(part.features(row))
    problem = Problem(
        # The day of opening leads, so that later trades can be grouped by time.
        problem_id=f"{part.opened[row]}/{part.number[row]}",
        text=", ".join(f"{name} {_shown(value)}" for name, value in known.values),
        kind="label",
        payload=known,
    )
    happened = part.is_win[row] if target == "win" else part.is_severe[row] == 1
    return Item(problem=problem, target=_labels()[target][not happened])


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
