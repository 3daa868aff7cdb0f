"""A folder cut into pieces for an object store, and put together again elsewhere.

What is sent is known by the hash of its content, so that a machine that has it already (because
it got it before, or shares the folder) needs nothing. Links to files are followed: what arrives
are the files.

Not covered: empty folders, which are left out; rights and times of files.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """One file of a parcel.

    Attributes:
        name: relative path, with "/".
        n_bytes: of its content.
        pieces: what `put` gave for each piece, in order.
    """

    name: str
    n_bytes: int
    pieces: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A folder whose content lies in an object store.

    Attributes:
        sha256: of `hash_folder`.
        files: sorted by name.
    """

    sha256: str
    files: tuple[PackedFile, ...]


class BadParcel(Exception):
    """A folder cannot be sent, or did not arrive as it was sent; the message is for a person."""


def hash_folder(folder: Path) -> str:
    """SHA-256 over relative paths, sizes and bytes of all files.

    Raises:
        BadParcel: it holds something that is neither a file nor a folder.
        OSError: it cannot be read.
    """
    total = hashlib.sha256()
    for name, path in _files(folder):
        total.update(_heading(name, path.stat().st_size))
        for piece in _pieces(path):
            total.update(piece)
    return total.hexdigest()


def pack(folder: Path, put: Callable[[bytes], Any]) -> Parcel:
    """Put the content of a folder into an object store, one piece after another.

    Args:
        folder: is only read.
        put: takes at most `PIECE_BYTES` bytes, and gives what `get` of `unpack` understands.

    Raises:
        BadParcel: it holds something that is neither a file nor a folder.
        OSError: it cannot be read.
    """
    total, packed = hashlib.sha256(), []
    for name, path in _files(folder):
        n_bytes = path.stat().st_size
        total.update(_heading(name, n_bytes))
        pieces = []
        for piece in _pieces(path):
            total.update(piece)
            pieces.append(put(piece))
        packed.append(PackedFile(name=name, n_bytes=n_bytes, pieces=tuple(pieces)))
    return Parcel(sha256=total.hexdigest(), files=tuple(packed))


def unpack(parcel: Parcel, folder: Path, get: Callable[[Any], bytes]) -> None:
    """Write the files of a parcel.

    Args:
        parcel: of `pack`.
        folder: exists and is empty.
        get: gives the bytes of one piece.

    Raises:
        BadParcel: what arrived is not what was sent.
        OSError: it cannot be written.
    """
    total = hashlib.sha256()
    for packed in parcel.files:
        path = folder / packed.name
        path.parent.mkdir(parents=True, exist_ok=True)
        total.update(_heading(packed.name, packed.n_bytes))
        with path.open("xb") as file:
            for piece in packed.pieces:
                content = get(piece)
                total.update(content)
                file.write(content)
    if total.hexdigest() != parcel.sha256:
        raise BadParcel(f"what arrived in {folder} has another hash than what was sent")


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Relative names and paths of all files, sorted by name."""
    found = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        for name in (*names, *folders):
            path = Path(parent, name)
            if path.is_file():
                found.append((path.relative_to(folder).as_posix(), path))
            elif path.is_symlink() or not path.is_dir():
                raise BadParcel(f"{path} is neither a file nor a folder, and cannot be sent")
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def _heading(name: str, n_bytes: int) -> bytes:
    # Lengths before texts: no two folders give the same stream.
    return f"{len(name.encode())} {name} {n_bytes} ".encode()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
