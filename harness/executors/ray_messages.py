"""Jobs as they travel to a node: what many jobs share is sent once, and named by its hash.

Texts (problems and examples) and folders (weights) are left out of the message and put in again
on the node. A folder is a job's artifact, or a parameter of its contestant that names one.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import canonical_json, digest, from_json, to_json
from spoonbench.harness.executors.parcels import hash_folder
from spoonbench.harness.protocol import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.solvers.api import Part

TEXTS_OF_CELL = ("problems", "examples")
TEXTS_OF_TRAINING = ("training", "validation")


class Outbox:
    """Makes messages of jobs, on the machine that sends them.

    Attributes:
        texts: hash to what `put` gave for it.
        folders: path of every folder that was named so far, to the hash of its content.
    """

    def __init__(self, put: Callable[[bytes], Any]) -> None:
        """Begin.

        Args:
            put: puts bytes into the object store.
        """
        self.texts: dict[str, Any] = {}
        self.folders: dict[str, str] = {}
        self._put = put
        # The sequence is kept beside its hash: its id is that of nothing else while it lives.
        self._hashes: dict[int, tuple[Sequence[Any], str]] = {}

    def add_folders(self, job: Job) -> None:
        """Take note of the folders of a job.

        Raises:
            BadParcel: one of them cannot be sent.
            OSError: one of them cannot be read.
        """
        for path in _folders(job):
            if path not in self.folders:
                self.folders[path] = hash_folder(Path(path))

    def message(self, job: Job) -> tuple[bytes, tuple[str, ...], tuple[str, ...]]:
        """A job as it travels.

        Returns:
            JSON, hashes of the texts that it needs, and hashes of the folders.

        Raises:
            TypeError: it holds something that JSON has no form for.
            ValueError: it holds NaN or an infinity.
        """
        names: dict[str, str] = {}
        cells = []
        for number, cell in enumerate(job.cells):
            for field in TEXTS_OF_CELL:
                names[f"{number}.{field}"] = self._hash(getattr(cell, field))
            cells.append(replace(cell, problems=(), examples=()))
        training = job.training
        if training is not None:
            for field in TEXTS_OF_TRAINING:
                names[field] = self._hash(getattr(training, field))
            training = replace(training, training=(), validation=())
        folders = {path: self.folders[path] for path in _folders(job)}
        slim = replace(job, cells=tuple(cells), training=training)
        body = {"job": to_json(slim), "texts": names, "folders": folders}
        encoded = canonical_json(body).encode("ascii")
        return encoded, tuple(names.values()), tuple(folders.values())

    def _hash(self, texts: Sequence[Any]) -> str:
        known = self._hashes.get(id(texts))
        if known is not None:
            return known[1]
        values = to_json(texts)
        name = digest(values)
        if name not in self.texts:
            self.texts[name] = self._put(canonical_json(values).encode("ascii"))
        self._hashes[id(texts)] = (texts, name)
        return name


def read_message(message: bytes, texts: Mapping[str, Any], folders: Mapping[str, str]) -> Job:
    """A job as it was before it travelled, with the folders of this node.

    Args:
        message: of `Outbox.message`.
        texts: hash to JSON values.
        folders: hash to the folder that holds this content here.
    """
    body = json.loads(message)
    packed, names = body["job"], body["texts"]
    for number, cell in enumerate(packed["cells"]):
        for field in TEXTS_OF_CELL:
            cell[field] = texts[names[f"{number}.{field}"]]
    if packed["training"] is not None:
        for field in TEXTS_OF_TRAINING:
            packed["training"][field] = texts[names[field]]
    here = {path: folders[sha256] for path, sha256 in body["folders"].items()}
    job: Job = from_json(Job, packed)
    artifact = None if job.artifact is None else here[job.artifact]
    return replace(job, artifact=artifact, part=_moved(job.part, here))


def _folders(job: Job) -> list[str]:
    """Paths, each once."""
    named = [] if job.artifact is None else [job.artifact]
    return list(dict.fromkeys([*named, *_folders_of(job.part)]))


def _folders_of(part: Part) -> list[str]:
    values = part.settings.params.values()
    found = [value for value in values if isinstance(value, str) and _is_folder(value)]
    for inner in part.settings.parts:
        found += _folders_of(inner)
    return found


def _is_folder(value: str) -> bool:
    return Path(value).is_absolute() and Path(value).is_dir()


def _moved(part: Part, here: Mapping[str, str]) -> Part:
    """The contestant with the paths of this node."""
    settings = part.settings
    params = {
        name: here.get(value, value) if isinstance(value, str) else value
        for name, value in settings.params.items()
    }
    parts = tuple(_moved(inner, here) for inner in settings.parts)
    return replace(part, settings=replace(settings, params=params, parts=parts))
