"""Bundles: claims that another machine is to check, and what it measured, as one small file.

A bundle is a zip file with `README.md`, `claims.json` and a file of JSON Lines for each matrix, in
the format of `harness.reference`. What comes from elsewhere is data and no more: only those names
are taken, sizes are limited, nothing is unpacked under a name of the bundle's, and a matrix that
its reader does not take is refused.

Not covered: duels. The claims that need another device are all fed by matrices.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.reference.records import BadReference, read_reference, reference_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.claims.feeding import Feed
    from spoonbench.harness.reference.records import Reference

FORMAT = 1
FOLDER = "claims"
"""Folder of results that keeps what was imported."""
MOST_BYTES = 32_000_000
"""Of one file in a bundle, and of the bundle."""
MOST_FILES = 32
_ASKED, _README = "claims.json", "README.md"
_MATRIX = re.compile(r"matrices/[0-9a-f]{1,64}\.jsonl")
_NAME_LENGTH = 16


class BadBundle(ValueError):
    """A file that is no bundle, or one that cannot be written; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came out of a bundle.

    Attributes:
        references: matrices that were measured elsewhere.
        n_new: of them, not imported before.
        claims: ids that the bundle asks for.
    """

    references: tuple[Reference, ...]
    n_new: int
    claims: tuple[str, ...]


def write_bundle(
    path: Path,
    ids: Sequence[str],
    feeds: Sequence[Feed],
    references: Sequence[Reference],
    version: str,
) -> None:
    """Write a bundle.

    Args:
        path: of the file; its folder is made where there is none.
        ids: of claims that another machine is to check.
        feeds: commands that feed them.
        references: matrices that were measured here.
        version: of this program.

    Raises:
        BadBundle: the file is there already.
        OSError: it cannot be written.
    """
    if path.exists():
        raise BadBundle(f"{path} is there already; nothing was written.")
    commands = [["spoonbench", *one.words] for one in feeds]
    asked = {"format": FORMAT, "version": version, "claims": list(ids), "commands": commands}
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(_README, _readme(ids, feeds, version))
        bundle.writestr(_ASKED, json.dumps(asked, indent=2) + "\n")
        for one in references:
            text = "".join(f"{line}\n" for line in reference_lines(one))
            bundle.writestr(f"matrices/{one.evidence.matrix.matrix_id}.jsonl", text)


def _readme(ids: Sequence[str], feeds: Sequence[Feed], version: str) -> str:
    commands = "".join(
        f"    spoonbench {' '.join(one.words)}    # {', '.join(one.claims)}: "
        f"about {one.minutes:g} minutes\n"
        for one in feeds
    )
    names = " ".join(ids) or "no claim"
    return (
        "# Claims for another machine\n\n"
        f"Written by spoonbench {version}. It asks for: {names}.\n\n"
        "On a machine that has the device, with the same version installed:\n\n"
        f"    spoonbench claims {' '.join(ids)} --run\n"
        f"    spoonbench claims {' '.join(ids)} --export answer.zip\n\n"
        "This makes the following runs, and writes what they add up to:\n\n"
        f"{commands or '    (nothing to run)'}\n"
        "Back where it came from:\n\n"
        "    spoonbench claims --import answer.zip\n\n"
        "A bundle holds figures, the machine, and the words of the commands that were measured; no "
        "answers, no models, no code.\n"
    )


def import_bundle(path: Path, out: Path) -> Imported:
    """Take what was measured elsewhere into a folder of results.

    Args:
        path: of the bundle.
        out: folder of results.

    Raises:
        BadBundle: it does not exist, is no bundle, too large, or holds what no bundle holds.
        OSError: it cannot be kept.
    """
    files = _members(path)
    asked = _asked(path, files.pop(_ASKED))
    found = {_digest(text): _parse(path, name, text) for name, text in files.items()}
    folder = out / FOLDER
    n_new = 0
    for digest, (text, _) in found.items():
        kept = folder / f"{digest}.jsonl"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(text)
            n_new += 1
    return Imported(
        references=tuple(reference for _, reference in found.values()), n_new=n_new, claims=asked
    )


def read_imported(out: Path) -> list[Reference]:
    """What was imported into a folder of results, by name of the file.

    Raises:
        BadReference: a file of it was damaged.
    """
    return [read_reference(path) for path in sorted((out / FOLDER).glob("*.jsonl"))]


def _members(path: Path) -> dict[str, bytes]:
    """The files of a bundle by name, the readme left out."""
    if not path.exists():
        raise BadBundle(f"{path} does not exist.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadBundle(f"{path} is larger than {MOST_BYTES:,} bytes, and no bundle is.")
        with zipfile.ZipFile(path) as bundle:
            names = bundle.namelist()
            _check_names(path, names)
            return {name: _read(bundle, path, name) for name in names if name != _README}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as exc:
        raise BadBundle(f"{path} is no bundle: {exc}.") from exc


def _check_names(path: Path, names: Sequence[str]) -> None:
    if len(names) > MOST_FILES or len(set(names)) < len(names):
        raise BadBundle(f"{path} is no bundle: {len(names)} files, or two of one name.")
    for name in names:
        if name not in (_ASKED, _README) and not _MATRIX.fullmatch(name):
            raise BadBundle(f"{path} holds {name[:80]!r}, which no bundle holds.")
    if _ASKED not in names:
        raise BadBundle(f"{path} is no bundle: it has no {_ASKED}.")


def _read(bundle: zipfile.ZipFile, path: Path, name: str) -> bytes:
    # What a file says of its size may be false: no more is read than is allowed.
    with bundle.open(name) as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise BadBundle(f"{path}: {name} is larger than {MOST_BYTES:,} bytes.")
    return text


def _asked(path: Path, text: bytes) -> tuple[str, ...]:
    try:
        asked = json.loads(text)
        version, names = asked["format"], asked["claims"]
        is_right = isinstance(names, list) and all(isinstance(name, str) for name in names)
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise BadBundle(f"{path}: {_ASKED} cannot be read: {exc}.") from exc
    if version != FORMAT or not is_right:
        raise BadBundle(f"{path} is of another format than {FORMAT}, which this version reads.")
    return tuple(names)


def _parse(path: Path, name: str, text: bytes) -> tuple[bytes, Reference]:
    """The matrix of a file, read where nothing else lies."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "matrix.jsonl"
        place.write_bytes(text)
        try:
            return text, read_reference(place)
        except (BadReference, RecursionError) as exc:
            raise BadBundle(f"{path}: {name} is no matrix of this version.") from exc


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:_NAME_LENGTH]
