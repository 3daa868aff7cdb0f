"""What runs on a node of a Ray cluster: one runner, which does one job at a time.

Each job runs in an isolated child of the runner, by the same executor as on a single machine, so
that a crash, a hang or an exhausted memory is a typed result there too. Weights and texts are
fetched when they are first needed, and kept until the runner ends.

Not covered: going on with a training that was interrupted: it begins again.
"""

from __future__ import annotations

import importlib.metadata
import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import canonical_json, to_json
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.executors.held_folder import HeldFolder
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.parcels import BadParcel, Parcel, hash_folder, pack, unpack
from spoonbench.harness.executors.ray_library import load_ray
from spoonbench.harness.executors.ray_messages import read_message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.protocol import Job, JobResult

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def look() -> bytes:
    """What this node is, as JSON: environment, name, version of spoonbench, running kernel."""
    try:
        boot_id = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        boot_id = None
    seen = {
        "environment": to_json(probe()),
        "hostname": socket.gethostname(),
        "version": importlib.metadata.version("spoonbench"),
        "boot_id": boot_id,
    }
    return canonical_json(seen).encode("ascii")


class NodeRunner:
    """Does jobs on the node on which it was made."""

    def __init__(self, extra_paths: Sequence[str] = (), *, shares_folders: bool = True) -> None:
        """Prepare; nothing is started before the first job.

        Args:
            extra_paths: folders of this node in which children find further modules.
            shares_folders: look whether folders of the sender are here under the same path.
        """
        self._executor = LocalExecutor(extra_paths=extra_paths)
        self._shares_folders = shares_folders
        self._held = HeldFolder()
        self._folders: dict[str, str] = {}
        self._texts: dict[str, Any] = {}

    def lacking(self, folders: Mapping[str, str]) -> tuple[str, ...]:
        """Hashes of the folders that have to be sent here.

        Args:
            folders: path on the machine that sends, to the hash of the content.
        """
        for path, sha256 in folders.items():
            if sha256 not in self._folders and self._is_here(Path(path), sha256):
                self._folders[sha256] = path
        return tuple(sha256 for sha256 in folders.values() if sha256 not in self._folders)

    def run(
        self, message: bytes, texts: Mapping[str, Any], parcels: Mapping[str, Parcel]
    ) -> tuple[bytes, Parcel | None]:
        """Do one job.

        Args:
            message: of `ray_messages.Outbox`.
            texts: hash to a reference to its JSON.
            parcels: hash to the parcel of each folder that may be lacking here.

        Returns:
            the result, what was seen of this node and notes, as JSON, and the folder that a
            training left, if any.

        Raises:
            BadParcel: a folder did not arrive as it was sent.
            OSError: the disk of this node failed or is full.
        """
        ray = load_ray()
        for name, reference in texts.items():
            if name not in self._texts:
                self._texts[name] = json.loads(ray.get(reference))
        for sha256, parcel in parcels.items():
            if sha256 not in self._folders:
                folder = self.new_folder(sha256)
                unpack(parcel, folder, ray.get)
                self._folders[sha256] = str(folder)
        job = read_message(message, self._texts, self._folders)
        result, saved = self._do(job, ray)
        notes, self._executor.notes = self._executor.notes, []
        reply = {"result": to_json(result), "observed": to_json(observe()), "notes": notes}
        return canonical_json(reply).encode("ascii"), saved

    def new_folder(self, name: str) -> Path:
        """An empty folder that lasts as long as the runner."""
        folder = self._held.path / name
        number = 1
        while folder.exists():  # what a failed attempt left
            number += 1
            folder = self._held.path / f"{name}-{number}"
        folder.mkdir()
        return folder

    def close(self) -> None:
        """End what was started and remove what was kept."""
        self._executor.close()
        self._held.close()

    def _do(self, job: Job, ray: Any) -> tuple[JobResult, Parcel | None]:
        training = job.training
        if training is None or training.save_to is None:
            return self._executor.run(job), None
        content = self.new_folder("content")
        checkpoints = None
        if training.checkpoints is not None:
            checkpoints = str(self.new_folder("checkpoints"))
        training = replace(training, save_to=str(content), checkpoints=checkpoints)
        result = self._executor.run(replace(job, training=training))
        return result, pack(content, ray.put) if result.status == "ok" else None

    def _is_here(self, path: Path, sha256: str) -> bool:
        if not self._shares_folders or not path.is_dir():
            return False
        try:
            return hash_folder(path) == sha256
        except (OSError, BadParcel):
            return False
