"""Models of elsewhere: a folder, or a name of the model hub that is fetched into its cache.

A folder that exists goes before a name. What could run code (weights in pickle format, Python
files that a configuration names) is refused before anything large is fetched, and never fetched.
With HF_HUB_OFFLINE=1, or where the hub cannot be reached, the cache is asked alone.

Not covered: the content of weights; whoever loads them checks it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.model_files import (
    CONFIG_FILE,
    TOKENIZER_CONFIG_FILE,
    folder_sha256,
    needed_files,
    read_object,
    refuse_code,
    refuse_config,
    refuse_files,
)

_HUB_NAME = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A model that can be loaded.

    Attributes:
        path: its folder, absolute.
        name: of the folder, or of the hub.
        identity: SHA-256 of its content, see `spoonbench.solvers.model_files.folder_sha256`; the
            same for a download and a copy of it.
        n_bytes: of the files that loading needs.
        revision: commit of the hub; None for a folder.
    """

    path: Path
    name: str
    identity: str
    n_bytes: int
    revision: str | None = None


def find_model(text: str) -> ModelFolder:
    """Find a model.

    Args:
        text: a folder, or a name of the model hub ("owner/name", or "owner/name@revision").

    Raises:
        Unsupported: there is none, it cannot be had, or it cannot be used; says why.
    """
    if not text:
        raise Unsupported("--model: give the folder of a model, or a name of the model hub.")
    folder = Path(text).expanduser()
    try:
        is_folder, is_file = folder.is_dir(), folder.is_file()
    except OSError as exc:  # for example a name that is too long
        raise Unsupported(f"--model {text}: there is no such folder ({exc.strerror}).") from exc
    if is_folder:
        _check(folder, text)
        return _found(folder.resolve(), folder.resolve().name)
    if is_file:
        raise Unsupported(f"--model {text}: it is a file; give the folder of the model.")
    match = _HUB_NAME.fullmatch(text)
    if match is None or text.startswith((".", "~", os.sep)):
        raise Unsupported(f"--model {text}: there is no such folder.")
    return _fetch(match["name"], match["revision"])


def _hub() -> Any:
    """Imported here, since most commands need no hub."""
    return import_module("huggingface_hub")


def _fetch(name: str, revision: str | None) -> ModelFolder:
    """A snapshot in the cache of the hub's own library."""
    given = f"{name}@{revision}" if revision else name
    try:
        facts = _hub().HfApi().model_info(name, revision=revision)
        names, commit = [item.rfilename for item in facts.siblings or ()], facts.sha
    # The library passes on errors of whatever HTTP client it uses.
    except Exception as exc:
        return _cached(name, revision, exc)
    _refuse(given, refuse_files(names))
    wanted = needed_files(names)
    # Small files first: they say whether the large ones are worth it.
    small = [file for file in wanted if not file.endswith(".safetensors")]
    _check(_snapshot(given, name, commit, small), given, names)
    folder = _snapshot(given, name, commit, list(wanted))
    _check(folder, given)
    return _found(folder, name, commit)


def _found(folder: Path, name: str, revision: str | None = None) -> ModelFolder:
    names = needed_files([path.name for path in folder.iterdir() if path.is_file()])
    return ModelFolder(
        path=folder,
        name=name,
        identity=folder_sha256(folder),
        n_bytes=sum((folder / file).stat().st_size for file in names),
        revision=revision,
    )


def _snapshot(given: str, name: str, commit: str | None, files: list[str]) -> Path:
    try:
        return Path(_hub().snapshot_download(name, revision=commit, allow_patterns=files)).resolve()
    except Exception as exc:
        raise Unsupported(f"--model {given}: it could not be fetched ({_short(exc)}).") from exc


def _cached(name: str, revision: str | None, why: Exception) -> ModelFolder:
    """The snapshot that an earlier command fetched."""
    given = f"{name}@{revision}" if revision else name
    try:
        found = _hub().snapshot_download(name, revision=revision, local_files_only=True)
    except Exception as exc:
        raise Unsupported(
            f"--model {given}: there is no folder of that name, and the model hub does not give "
            f"it ({_short(why)})."
        ) from exc
    folder = Path(found).resolve()
    _check(folder, given)
    return _found(folder, name, folder.name if _COMMIT.fullmatch(folder.name) else None)


def _check(folder: Path, given: str, names: list[str] | None = None) -> None:
    """Refuse what the names of the files and their JSON show.

    Args:
        folder: with the JSON files.
        given: how the user calls it.
        names: of all files; None: those of the folder.
    """
    if names is None:
        names = [path.name for path in folder.iterdir() if path.is_file()]
    _refuse(given, refuse_files(names))
    _refuse(given, refuse_config(_read(folder / CONFIG_FILE, given)))
    tokenizer = folder / TOKENIZER_CONFIG_FILE
    if tokenizer.is_file() and _read(tokenizer, given).get("auto_map"):
        _refuse(given, refuse_code(TOKENIZER_CONFIG_FILE))


def _read(path: Path, given: str) -> dict[str, Any]:
    try:
        return read_object(path)
    except (OSError, ValueError) as exc:
        raise Unsupported(f"--model {given}: {exc}.") from exc


def _refuse(given: str, why: str | None) -> None:
    if why is not None:
        raise Unsupported(f"--model {given} cannot be used: {why}.")


def _short(exc: BaseException) -> str:
    """The first line of an error, without the advice behind it."""
    return (str(exc).strip() or type(exc).__name__).splitlines()[0].rstrip(".:")
