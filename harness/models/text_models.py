"""Opens a language model that continues or reads text, wherever it lies.

The name of a model is, in this order: a label in the folder of results ("lm-tiny"), the beginning
of the id of one of its models, a folder, a name of the model hub. An endpoint has an address.

Not covered: hybrids; contestants that write no text.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import canonical_json
from spoonbench.harness.environment import n_cores
from spoonbench.harness.models.folders import find_model
from spoonbench.harness.models.trained import (
    described,
    label_of,
    list_trained,
    newest_of_each_task,
)
from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.solvers.api import Keeps, Settings, Solves, Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.records import Artifact

_ID = re.compile(r"[0-9a-f]{4,64}")
_VOCABULARIES = ("tokenizer.model", "spiece.model", "vocab.json", "merges.txt", "vocab.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where models are looked for, and how they run.

    Attributes:
        results: folder of results.
        device: a torch name.
        dtype: number format, a torch name.
        chat: texts are what a user says, and the model answers through its chat template.
        params: further parameters of the contestant.
    """

    results: Path
    device: str = "cpu"
    dtype: str = "float32"
    chat: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextModel:
    """A model that is ready.

    Attributes:
        name: as it was asked for.
        origin: what it is, for a person.
        solver: prepared; whoever opened the model closes it.
        tokenizer: SHA-256 of what the tokenizer does; None where that cannot be seen.
    """

    name: str
    origin: str
    solver: Solves
    tokenizer: str | None = None


def open_text_model(name: str, opening: Opening) -> TextModel:
    """Open a model of the folder of results, of another folder, or of the hub.

    Raises:
        Unsupported: there is no such model, or it cannot run so; says what is there.
    """
    trained = _find_trained(name, opening.results)
    return _open_folder(name, opening) if trained is None else _open_trained(name, trained, opening)


def open_endpoint(url: str, name: str, opening: Opening) -> TextModel:
    """Reach a model through a server.

    Raises:
        Unsupported: the server cannot be asked so; says why.
    """
    api = "chat" if opening.chat else "completions"
    params: dict[str, Any] = {"url": url, "model": name, "shots": 0, "api": api}
    solver = _prepared("endpoint", params, opening)
    return TextModel(name=name, origin=f"whatever {url} serves as {name}", solver=solver)


def _open_trained(name: str, model: Artifact, opening: Opening) -> TextModel:
    made_with = model.recipe["settings"].get("params", {})
    solver = _prepared(model.recipe["solver"], made_with, opening)
    if not isinstance(solver, Keeps):
        solver.close()
        raise Unsupported(f"{name} is a model of {model.recipe['solver']}, which loads none.")
    solver.load(Path(model.path))
    return TextModel(
        name=name,
        origin=f"{label_of(model)} {described(model)}",
        solver=solver,
        tokenizer=tokenizer_identity(Path(model.path)),
    )


def _open_folder(name: str, opening: Opening) -> TextModel:
    try:
        found = find_model(name)
    except Unsupported as exc:
        # Where there is something, what is wrong with it has been said.
        if os.path.lexists(name):
            raise
        raise Unsupported(_nowhere(name, opening.results, exc)) from exc
    # What is a chat is said at each call.
    params = {"model": str(found.path), "shots": 0, "chat": "no"}
    return TextModel(
        name=name,
        origin=f"{found.path}",
        solver=_prepared("pretrained", params, opening),
        tokenizer=tokenizer_identity(found.path),
    )


def _find_trained(name: str, results: Path) -> Artifact | None:
    """The model of that label, else the one whose id begins so; None if there is neither.

    Raises:
        Unsupported: there are several.
    """
    models = list_trained(results)
    labelled = newest_of_each_task(m for m in models if label_of(m) == name)
    is_id = _ID.fullmatch(name) is not None
    found = labelled or [m for m in models if is_id and m.artifact_id.startswith(name)]
    if len(found) > 1:
        known = "; ".join(f"{label_of(model)} {described(model)}" for model in found)
        raise Unsupported(
            f"{results / 'models'} holds several models {name!r}: {known}. Give the id of one."
        )
    return found[0] if found else None


def _nowhere(name: str, results: Path, why: Unsupported) -> str:
    """One sentence: what was looked at, and what was probably meant."""
    labels = sorted({label for model in list_trained(results) if (label := label_of(model))})
    close = difflib.get_close_matches(name, labels, n=1, cutoff=0.5)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    held = f"holds {', '.join(labels)}" if labels else "holds no model"
    said = str(why).removeprefix(f"--model {name}: ")
    return f"There is no model {name!r}.{meant} {results / 'models'} {held}; elsewhere, {said}"


def _prepared(name: str, params: Mapping[str, Any], opening: Opening) -> Solves:
    """The contestant registered under a name, ready.

    Raises:
        Unsupported: it cannot run so, or does not fit the memory.
    """
    registered = find_solver(name)
    solver = make_solver(registered.target)
    settings = Settings(
        params={**registered.params, **params, **opening.params},
        device=opening.device,
        dtype=opening.dtype,
        threads=n_cores(),
    )
    try:
        solver.prepare(settings)
    except MemoryError as exc:
        raise Unsupported(
            f"{name}: the model does not fit the memory of {opening.device}."
        ) from exc
    return solver


def tokenizer_identity(folder: Path) -> str | None:
    """SHA-256 of what a tokenizer does; None where the folder does not show it.

    How it pads and cuts is left out: that changes no token of a text.
    """
    whole = folder / "tokenizer.json"
    if whole.is_file():
        content = json.loads(whole.read_text(encoding="utf-8"))
        kept = {key: content[key] for key in content if key not in ("padding", "truncation")}
        return hashlib.sha256(canonical_json(kept).encode()).hexdigest()
    parts = [path for name in _VOCABULARIES if (path := folder / name).is_file()]
    return _hash_of(parts) if parts else None


def _hash_of(paths: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        total.update(f"{path.name} {len(content)} ".encode() + content)
    return total.hexdigest()
