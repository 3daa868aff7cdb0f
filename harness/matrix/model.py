"""The model of a matrix: a registered name, a label of the standard duel, or a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.duel.brought import bring
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.matrix.memory import KnownModel
from spoonbench.harness.registry import UnknownName, make_solver, solver_names
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.model_shapes import Shaped
from spoonbench.solvers.text_sizes import SizesTexts, TextsToRead

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.matrix.work import Texts
    from spoonbench.harness.tasks.api import Task

_NOTHING_BROUGHT = {
    "models": (), "inits": (), "tune": (), "endpoint": None, "endpoint_models": (), "answers": (),
    "shots": 4, "chat": "auto",
}  # fmt: skip


def enter_model(
    name: str, task: Task, preset: Preset, params: Mapping[str, Any] | None = None
) -> LineupEntry:
    """Who answers in every cell.

    Args:
        name: registered name, label of the preset, or a folder (or name of the hub) of a model.
        task: what is answered.
        preset: gives the parameters that it has in a duel, so that both share what was trained.
        params: go before those.

    Raises:
        BadTask: it is a hybrid, or answers elsewhere than in a process here.
        UnknownName: no contestant and no model is called so.
    """
    known = {entry.label: entry for entry in line_up(task, preset, LineupChoice())}
    is_known = name in known or name in solver_names()
    if not is_known and not Path(name).is_dir() and "/" not in name:
        raise UnknownName(
            f"Neither a contestant nor a folder is called {name!r}; "
            "`spoonbench solvers` lists contestants."
        )
    if name in known and known[name].parts:
        raise BadTask(f"{name} has parts; a matrix measures a single contestant.")
    brought = () if is_known else bring({**_NOTHING_BROUGHT, "models": (name,)})
    label = brought[0].label if brought else name
    choice = LineupChoice(
        only=(label,),
        extra=() if brought or name in known else (name,),
        brought=brought,
    )
    (entry,) = line_up(task, preset, choice)
    if entry.answered_by != "process":
        raise BadTask(f"{name} does not answer in a process of its own here.")
    return replace(entry, params={**entry.params, **params}) if params else entry


def enter_served(
    served: Mapping[str, Any], task: Task, preset: Preset, params: Mapping[str, Any] | None = None
) -> LineupEntry:
    """A model behind a server, which answers as many questions at once as a batch holds.

    Args:
        served: the options `endpoint`, `endpoint_models` (one) and `endpoint_api`.
        task: what is answered.
        preset: as for `enter_model`.
        params: go before those of the options.

    Raises:
        UsageError: options that do not go together, or an address that carries a secret.
    """
    nothing = {**_NOTHING_BROUGHT, "price_in": None, "price_out": None}
    brought = bring({**nothing, **served})
    choice = LineupChoice(only=(brought[0].label,), brought=brought)
    (entry,) = line_up(task, preset, choice)
    return replace(entry, params={**entry.params, **params}) if params else entry


def know_model(model: LineupEntry, learned: Path | None, texts: Texts, seed: int) -> KnownModel:
    """What a model tells of itself before it runs.

    Args:
        model: who answers.
        learned: folder of what it learned; None where that is not there yet.
        texts: that it will read.
        seed: of what it draws.
    """
    solver = make_solver(model.target)
    given = TextsToRead(
        problems=texts.given,
        scored=texts.scored,
        learned=texts.learned,
        training=texts.training,
        seed=seed,
    )
    return KnownModel(
        shape=solver.shape(model.params, learned) if isinstance(solver, Shaped) else None,
        sizes=solver.text_sizes(model.params, learned, given)
        if isinstance(solver, SizesTexts)
        else None,
    )
