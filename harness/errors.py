"""Which exceptions are a user's business, and the words that each becomes."""

from __future__ import annotations

import errno

from spoonbench.harness.advise.facts import UnknownFact
from spoonbench.harness.advise.lookups.figures import BadFigures
from spoonbench.harness.advise.models import BadModel
from spoonbench.harness.advise.profiles import BadProfile
from spoonbench.harness.advise.quality import BadQuality
from spoonbench.harness.advise.topics import UnknownTopic
from spoonbench.harness.artifacts import BusyArtifact, DamagedArtifact
from spoonbench.harness.claims.bundles import BadBundle
from spoonbench.harness.claims.reading import BadClaims
from spoonbench.harness.commands.training import TrainingFailed
from spoonbench.harness.duel.session import NobodyAnswered
from spoonbench.harness.executors.interpreters import BadInterpreter
from spoonbench.harness.executors.parcels import BadParcel
from spoonbench.harness.executors.ray_library import NoCluster
from spoonbench.harness.finetune.plan import BadPlan
from spoonbench.harness.finetune.rendering import BadConfiguration
from spoonbench.harness.frameworks.reading import BadFramework
from spoonbench.harness.frameworks.walking import BadAnswer
from spoonbench.harness.gates.sides import BadComparison
from spoonbench.harness.matrix.axes import BadSweep
from spoonbench.harness.matrix.run import ModelMissing
from spoonbench.harness.matrix.saved import BadBenchmarks
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.reference.records import BadReference
from spoonbench.harness.registry import CannotLoad, UnknownName
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import BadInput, Unsupported

_EXPECTED = (
    BadAnswer,
    BadBenchmarks,
    BadBundle,
    BadClaims,
    BadConfiguration,
    BadFigures,
    BadFramework,
    BadComparison,
    BadInput,
    BadInterpreter,
    BadModel,
    BadParcel,
    BadPlan,
    BadProfile,
    BadQuality,
    BadReference,
    BadSweep,
    BadTask,
    BusyArtifact,
    CannotLoad,
    DamagedArtifact,
    ModelMissing,
    NoCluster,
    NobodyAnswered,
    StoreError,
    TrainingFailed,
    UnknownFact,
    UnknownName,
    UnknownTopic,
    Unsupported,
)
_DISK = {
    errno.ENOSPC: "no space is left on the disk",
    errno.EACCES: "permission is denied",
    errno.EROFS: "the file system is read-only",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of the path is no folder",
    errno.ENOENT: "it, or its folder, is not there and cannot be made",
    errno.EEXIST: "a file stands where a folder is to be",
    errno.ENAMETOOLONG: "the name is too long",
}


def explain(exc: BaseException) -> str | None:
    """Words for a person, harmless on a terminal.

    Returns:
        One sentence, or several lines where the message has them; None for what is a fault of
        ours and deserves its traceback.
    """
    if isinstance(exc, _EXPECTED):
        lines = [make_plain(line.rstrip()) for line in str(exc).split("\n")]
        return "\n".join(line for line in lines if line)
    if isinstance(exc, OSError) and exc.errno in _DISK:
        return make_plain(f"{exc.filename or 'a file'}: {_DISK[exc.errno]}.")
    return None
