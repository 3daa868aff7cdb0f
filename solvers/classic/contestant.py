"""What the contestants of this level share: settings, refusals, and a fitted model to ask.

They have no `save`: a model is fitted again in each process, which takes seconds, because the
usual way of keeping scikit-learn models is pickle, and that runs code when it is read.

Not covered: the models, which stand in modules that import scikit-learn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from spoonbench.solvers.api import Settings, Size
from spoonbench.solvers.learning import NOT_FITTED, check_settings, failed, require_examples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import (
        Answer,
        Example,
        FitReport,
        Problem,
        Progress,
        SolverInfo,
    )


class Model(Protocol):
    """What was fitted."""

    def refuse(self, problem: Problem) -> Answer | None:
        """The answer to a problem that the model cannot be asked about, else None."""
        ...

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer at least one problem, none of them refused."""
        ...

    def size(self, problems: Sequence[Problem]) -> Size:
        """Size, its arithmetic counted over at least one problem, none of them refused."""
        ...


class FittedSolver(ABC):
    """A contestant around a model that is fitted in one go and kept in memory."""

    info: SolverInfo
    defaults: ClassVar[Mapping[str, float]] = {}

    def __init__(self) -> None:
        self._settings = Settings()
        self._params: dict[str, float] = dict(self.defaults)
        self._limits: Any = None
        self._model: Model | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings, import scikit-learn and limit its threads."""
        self._params = check_settings(self.info, settings, self.defaults)
        self._settings = settings
        self.close()
        # Imported now, so that neither training nor the first answer pays for it, and before the
        # limit: only the threads of libraries that are loaded can be limited.
        from threadpoolctl import threadpool_limits

        import spoonbench.solvers.classic.models  # noqa: F401

        self._limits = threadpool_limits(limits=settings.threads)

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        _checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Fit the model; checkpoints are not used, since fitting takes seconds.

        Raises:
            ValueError: there is nothing that can be learned from.
        """
        require_examples(training)
        progress(0.0, f"{self.info.name}: fitting {len(training)} examples")
        self._model, report = self._fit_model(training, validation)
        progress(1.0, f"{self.info.name}: fitted")
        return report

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem, in order; all of them fail before `fit`."""
        if self._model is None:
            return [failed(NOT_FITTED) for _ in problems]
        refusals = [self._model.refuse(problem) for problem in problems]
        accepted = [p for p, refusal in zip(problems, refusals, strict=True) if refusal is None]
        answers = iter(self._model.answer(accepted) if accepted else [])
        return [next(answers) if refusal is None else refusal for refusal in refusals]

    def close(self) -> None:
        """Forget the model and give the threads back."""
        self._model = None
        if self._limits is not None:
            self._limits.restore_original_limits()
            self._limits = None

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Size of the fitted model; all unknown before `fit`."""
        if self._model is None:
            return Size()
        accepted = [problem for problem in problems if self._model.refuse(problem) is None]
        return self._model.size(accepted) if accepted else Size()

    @abstractmethod
    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        """Fit, and say what was done."""
