"""`spoonbench options learn`: an outcome model from simulated trades or a file of one's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.learning import learn
from spoonbench.solvers.hybrid.options_desk.outcomes.model import FILE_NAME
from spoonbench.solvers.hybrid.options_desk.outcomes.simulation import simulate_trades
from spoonbench.solvers.hybrid.options_desk.outcomes.trade_files import read_history

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.solvers.hybrid.options_desk.outcomes.evaluation import Evaluation
    from spoonbench.solvers.hybrid.options_desk.outcomes.history import History
    from spoonbench.solvers.hybrid.options_desk.outcomes.model import Learned, OutcomeModel
    from spoonbench.solvers.probability_scores import ProbabilityScores

_TARGETS = {"win": "a profit", "severe": "a severe loss"}
_HEADER = f"{'':<14}{'log loss':>10}{'Brier':>9}{'calibration error':>19}{'lift':>8}"


def run_learning(
    *,
    file: Path | None,
    simulated: bool,
    world: str | None,
    seed: int | None,
    out: Path,
    as_json: bool,
) -> None:
    """Learn, print the comparison on later trades and what is decided, and keep the model.

    Raises:
        BadInput: not exactly one source of trades is given, or it cannot be learned from.
    """
    history = _history(file, simulated=simulated, world=world, seed=seed)
    model = learn(history, seed=seed or 0, progress=lambda text: click.echo(text, err=True))
    model.save(out)
    if as_json:
        click.echo(json.dumps(_summary(model), indent=2))
        return
    for line in _lines(model):
        click.echo(line)
    click.echo(f"\nKept in {out / FILE_NAME}. This is no investment advice.")


def _history(file: Path | None, *, simulated: bool, world: str | None, seed: int | None) -> History:
    if (file is not None) == simulated:
        raise BadInput("give a file of trades or --simulated, one of both")
    if file is not None:
        if world is not None:
            raise BadInput("--world is for --simulated")
        return read_history(file)
    if seed is None:
        raise BadInput("--simulated needs a --seed")
    return simulate_trades(world or "market", seed=seed)


def _lines(model: OutcomeModel) -> list[str]:
    calibrated, judged = model.starts
    lines = [
        f"{model.n_trades:,} trades, {model.source}.",
        f"Calibrated on those from {calibrated}, judged by those from {judged}.",
        f"{model.n_purged:,} that were open across a border are left out.",
        *model.remarks,
    ]
    for part in model.parts:
        lines += ["", *_part_lines(part)]
    return lines


def _part_lines(part: Learned) -> list[str]:
    found = part.evaluation
    known = "with" if part.foresight.design.with_past else "without"
    what = f"Probability of {_TARGETS[part.foresight.target]}"
    over = found.over_closed_form
    interval = f"95% interval {over.low:+.4f} to {over.high:+.4f}, {found.n_blocks} quarters"
    return [
        f"{what}, {known} the underlying's earlier closes, on {found.model.n:,} later trades:",
        _HEADER,
        _score_line("outcome model", found.model),
        _score_line("closed form", found.closed_form),
        _score_line("base rate", found.base_rate),
        f"Log loss of the model less that of the closed form: {over.mean:+.4f} ({interval}).",
        _decision(found),
    ]


def _score_line(name: str, scores: ProbabilityScores) -> str:
    lift = "-" if scores.lift is None else f"{scores.lift:.2f}"
    return (
        f"{name:<14}{scores.log_loss:>10.4f}{scores.brier:>9.4f}"
        f"{scores.calibration_error:>19.4f}{lift:>8}"
    )


def _decision(found: Evaluation) -> str:
    if found.is_better:
        return "The model is better, so the desk uses it."
    return "The model is not shown to be better, so the desk uses the closed form."


def _summary(model: OutcomeModel) -> dict[str, object]:
    return {
        "source": model.source,
        "trades": model.n_trades,
        "purged": model.n_purged,
        "starts": list(model.starts),
        "remarks": list(model.remarks),
        "parts": [
            {
                "target": part.foresight.target,
                "with_past": part.foresight.design.with_past,
                "uses": "outcome model" if part.evaluation.is_better else "closed form",
                **_evaluation(part.evaluation),
            }
            for part in model.parts
        ],
    }


def _evaluation(found: Evaluation) -> dict[str, object]:
    return {
        "first_day": found.first_day,
        "last_day": found.last_day,
        "blocks": found.n_blocks,
        "model": asdict(found.model),
        "closed_form": asdict(found.closed_form),
        "base_rate": asdict(found.base_rate),
        "over_closed_form": found.over_closed_form._asdict(),
        "over_base_rate": found.over_base_rate._asdict(),
        "reliability": [one._asdict() for one in found.table],
        "closed_form_reliability": [one._asdict() for one in found.closed_form_table],
    }
