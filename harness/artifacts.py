"""Things that are made once and found again: trained weights, tokenizers.

A recipe says how something is made; its hash is the artifact's id, known before it is made.
An artifact lies in a folder named by the first 16 digits of its id:

    <models>/<id>/content/        what `save` wrote
    <models>/<id>/artifact.json   recipe, hash and size of the content; written last

While it is being made the folder is called `<id>.partial` and holds `checkpoints/` too, so that
interrupted making goes on. It gets its name by one rename, when everything is on the disk.
A folder whose content no longer has the hash that was written is renamed to `<id>.damaged` and
never used.

Not covered: two processes that make the same thing at once on Windows, which has no file locks
of this kind; elsewhere the second is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from spoonbench.harness.canonical import canonical_json, digest, to_json, without_defaults
from spoonbench.harness.records import Artifact

if sys.platform != "win32":
    import fcntl
if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "artifact.json"
MANIFEST_VERSION = 1
SHOWN_DIGITS = 16
_BLOCK_BYTES = 1 << 20


class DamagedArtifact(Exception):
    """An artifact is not what was written; it was moved aside. The message says where."""


class BusyArtifact(Exception):
    """Another process is making the same artifact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides what comes out.

    Attributes:
        kind: for example "weights".
        solver: registered name.
        solver_version: of the contestant.
        settings: of its `prepare`, JSON values.
        data_hash: SHA-256 of the items that are learned from.
        seed: of the making.
        parents: ids of artifacts that go into it.
    """

    kind: str
    solver: str
    solver_version: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    data_hash: str | None = None
    seed: int = 0
    parents: tuple[str, ...] = ()

    @property
    def artifact_id(self) -> str:
        """SHA-256 of the canonical JSON, defaults left out: a new field keeps old ids."""
        return digest(without_defaults(self))


@dataclass(slots=True, kw_only=True)
class Making:
    """An artifact in the making; holds the lock on its folder until it is closed.

    Attributes:
        recipe: of it.
        folder: `<id>.partial`.
        lock: descriptor of the locked folder; None where there are no locks.
    """

    recipe: Recipe
    folder: Path
    lock: int | None = None

    @property
    def checkpoints(self) -> Path:
        """Kept until the artifact is finished."""
        return self.folder / "checkpoints"

    @property
    def content(self) -> Path:
        """Empty at first; what lies here becomes the artifact."""
        return self.folder / "content"

    def close(self) -> None:
        """Give the folder free, checkpoints left in place; may be called twice."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ArtifactStore:
    """Artifacts in one folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when something is.

        Args:
            folder: for example `spoonbench-results/models`.
        """
        self._folder = folder.resolve()

    def find(self, recipe: Recipe) -> Artifact | None:
        """The artifact of a recipe, its content checked; None where there is none.

        Raises:
            DamagedArtifact: there is one, but not as it was written.
        """
        folder = self._place(recipe)
        if not folder.is_dir():
            return None
        try:
            artifact = _read_manifest(folder)
            _check(artifact, recipe)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise DamagedArtifact(_move_aside(folder, exc)) from exc
        # Left over where the making was killed right after it got its name.
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)
        return artifact

    def begin(self, recipe: Recipe) -> Making:
        """A folder to make it in, with the checkpoints of an interrupted making.

        Raises:
            BusyArtifact: another process is making it.
        """
        folder = self._place(recipe).with_suffix(".partial")
        making = Making(recipe=recipe, folder=folder, lock=_lock(folder))
        shutil.rmtree(making.content, ignore_errors=True)
        making.content.mkdir()
        making.checkpoints.mkdir(exist_ok=True)
        return making

    def finish(self, making: Making, facts: Mapping[str, Any] | None = None) -> Artifact:
        """Keep what was made.

        Args:
            making: its content is complete.
            facts: of the making, JSON values, kept beside it (`facts_of`).

        Raises:
            ValueError: there is no content, or it holds something that is no plain file.
        """
        sha256, size = hash_content(making.content)
        if size == 0:
            raise ValueError(f"{making.content} holds nothing to keep")
        _write_manifest(making, sha256, size, facts or {})
        _sync_tree(making.folder)
        place = self._place(making.recipe)
        if place.exists():
            # Someone without a lock was faster; what is complete stays.
            shutil.rmtree(making.folder)
        else:
            making.folder.rename(place)
            _sync(self._folder)
        making.close()
        shutil.rmtree(place / "checkpoints", ignore_errors=True)
        return _read_manifest(place)

    def list(self) -> tuple[Artifact, ...]:
        """Complete artifacts by id, their content not checked.

        Raises:
            DamagedArtifact: a manifest cannot be read; the folder was moved aside.
        """
        found = []
        for path in sorted(self._folder.glob(f"*/{MANIFEST}")):
            if path.parent.suffix:
                continue  # in the making, or damaged
            try:
                found.append(_read_manifest(path.parent))
            except (OSError, ValueError, KeyError, TypeError) as exc:
                raise DamagedArtifact(_move_aside(path.parent, exc)) from exc
        return tuple(found)

    def _place(self, recipe: Recipe) -> Path:
        return self._folder / recipe.artifact_id[:SHOWN_DIGITS]


def facts_of(artifact: Artifact) -> dict[str, Any]:
    """What was told about the making when it was finished."""
    path = Path(artifact.path).parent / MANIFEST
    facts: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))["facts"]
    return facts


def hash_content(folder: Path) -> tuple[str, int]:
    """SHA-256 over sorted relative paths and bytes of all files, and the bytes of all files.

    Raises:
        ValueError: something in it is neither a plain file nor a folder.
    """
    total, size = hashlib.sha256(), 0
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    for name, path in sorted(paths.items()):
        if path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file():
            raise ValueError(f"{path} is no plain file")
        n_bytes = path.stat().st_size
        # Lengths before texts: no two trees give the same stream.
        total.update(f"{len(name.encode())} {name} {n_bytes} ".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                total.update(block)
        size += n_bytes
    return total.hexdigest(), size


def _check(artifact: Artifact, recipe: Recipe) -> None:
    if artifact.artifact_id != recipe.artifact_id:
        raise ValueError("it belongs to another recipe")
    sha256, size = hash_content(Path(artifact.path))
    if (sha256, size) != (artifact.sha256, artifact.bytes):
        raise ValueError(
            f"its content has {size} bytes and the hash {sha256[:SHOWN_DIGITS]}, "
            f"written were {artifact.bytes} and {artifact.sha256[:SHOWN_DIGITS]}"
        )


def _read_manifest(folder: Path) -> Artifact:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="ascii"))
    if manifest["version"] != MANIFEST_VERSION:
        raise ValueError(f"its manifest has version {manifest['version']!r}")
    recipe = manifest["recipe"]
    return Artifact(
        artifact_id=manifest["artifact_id"],
        kind=recipe["kind"],
        recipe=recipe,
        parents=tuple(recipe["parents"]),
        data_hash=recipe["data_hash"],
        seed=recipe["seed"],
        sha256=manifest["sha256"],
        bytes=manifest["bytes"],
        path=str(folder / "content"),
    )


def _write_manifest(making: Making, sha256: str, size: int, facts: Mapping[str, Any]) -> None:
    manifest = {
        "version": MANIFEST_VERSION,
        "artifact_id": making.recipe.artifact_id,
        "recipe": to_json(making.recipe),
        "sha256": sha256,
        "bytes": size,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "facts": to_json(facts),
    }
    (making.folder / MANIFEST).write_text(canonical_json(manifest), encoding="ascii")


def _move_aside(folder: Path, why: Exception) -> str:
    """Rename a damaged folder; returns the sentence that says so."""
    aside = folder.with_suffix(".damaged")
    count = 1
    while aside.exists():
        count += 1
        aside = folder.with_suffix(f".damaged-{count}")
    with contextlib.suppress(FileNotFoundError):  # another process was faster
        folder.rename(aside)
    return f"the artifact {folder.name} is damaged ({why}) and was moved to {aside}"


def _lock(folder: Path) -> int | None:
    """Lock a folder, made if need be; the lock ends with the process.

    Raises:
        BusyArtifact: another process holds it.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            return None
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(lock)
            raise BusyArtifact(
                f"another process is making {folder.stem}: wait for it, or use another folder"
            ) from exc
        if _is_same(lock, folder):
            return lock
        os.close(lock)  # finished and renamed between opening and locking


def _is_same(descriptor: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), folder.stat())
    except FileNotFoundError:
        return False


def _sync_tree(folder: Path) -> None:
    """Everything in the folder reaches the disk; checkpoints may stay behind."""
    for path in [*(folder / "content").rglob("*"), folder / MANIFEST, folder / "content", folder]:
        _sync(path)


def _sync(path: Path) -> None:
    """A file, or a folder where the system can do that."""
    if path.is_dir() and sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
