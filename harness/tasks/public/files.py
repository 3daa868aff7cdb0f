"""Finding and reading the files of a published set: one file, or a folder with its parts."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from spoonbench.harness.tasks.public.published import PublishedSet

MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A file as it was read.

    Attributes:
        name: as it may be shown.
        part: "train", "validation" or "test"; None where it holds all rows.
        content: its bytes.
    """

    name: str
    part: str | None
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the bytes, 64 hex digits."""
        return hashlib.sha256(self.content).hexdigest()


def read_files(published: PublishedSet, data: object) -> tuple[PublishedFile, ...]:
    """Read the file, or the files of the folder, that `data` names.

    Args:
        published: whose files they are.
        data: a path as text; None where none was given.

    Returns:
        One file without a part, or the parts, the training part first.

    Raises:
        BadTask: nothing was given, nothing fits, or a file cannot be read; says what to do.
    """
    if data is None:
        raise BadTask(f"{published.name}: no data is given. {published.instruction}")
    if not isinstance(data, str | Path) or not str(data).strip():
        raise BadTask(f"{published.name}: data must be the path of a file or folder")
    path = Path(data)
    try:
        if path.is_dir():
            return tuple(_read(one, part) for part, one in _in_folder(published, path).items())
        return (_read(path, None),)
    except FileNotFoundError as exc:
        raise BadTask(f"{path}: there is no such file. {published.instruction}") from exc
    except OSError as exc:
        raise BadTask(f"{path}: it cannot be read: {exc.strerror}") from exc
    except ValueError as exc:  # a NUL character in the path
        raise BadTask(f"{str(path)!a}: there can be no such file: {exc}") from exc


def _in_folder(published: PublishedSet, folder: Path) -> dict[str | None, Path]:
    """Part to file; the part is None where one file holds all."""
    present = {path.name.casefold(): path for path in sorted(folder.iterdir()) if path.is_file()}
    whole = _present(published.whole, present)
    parts = {part: _present(names, present) for part, names in published.parts.items()}
    found: dict[str | None, list[Path]] = {part: paths for part, paths in parts.items() if paths}
    if whole:
        found[None] = whole
    if not found:
        raise BadTask(f"{folder}: no file of that name. {published.instruction}")
    twice = next((paths for paths in found.values() if len(paths) > 1), None)
    if twice is None and None in found and len(found) > 1:
        twice = [paths[0] for paths in found.values()]
    if twice is not None:
        names = " and ".join(path.name for path in twice)
        raise BadTask(f"{folder}: holds {names}; name one of them, or keep one in the folder")
    if len(found) == 1:
        return {None: next(iter(found.values()))[0]}
    if missing := {"train", "test"} - set(found):
        names = " or ".join(published.parts[missing.pop()])
        raise BadTask(f"{folder}: {names} is missing beside the other part; or name one file")
    return {part: paths[0] for part, paths in found.items()}


def _present(names: tuple[str, ...], present: dict[str, Path]) -> list[Path]:
    return [present[name.casefold()] for name in names if name.casefold() in present]


def _read(path: Path, part: str | None) -> PublishedFile:
    status = path.stat()
    # A pipe would be waited for without end.
    if not stat.S_ISREG(status.st_mode):
        raise BadTask(f"{path}: this is no regular file")
    if status.st_size > MOST_BYTES:
        raise BadTask(f"{path}: {status.st_size} bytes; at most {MOST_BYTES} are read")
    name = "".join(c if c.isprintable() else "?" for c in path.name)
    return PublishedFile(name=name, part=part, content=path.read_bytes())
