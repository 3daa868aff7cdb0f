"""What the contestants of this level share: settings, training, keeping and asking a network.

Training takes seconds and is therefore not resumed: the folder for checkpoints is not used. A
limit on its time (`max_seconds`) makes weights depend on the speed of the machine where it is
reached; the report of the training says so ("time limit").

Not covered: the networks, which stand in modules that import torch.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from spoonbench.solvers.api import Settings, Size, Unsupported
from spoonbench.solvers.learning import NOT_FITTED, check_settings, failed, require_examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import (
        Answer,
        Example,
        FitReport,
        Json,
        Problem,
        Progress,
        SolverInfo,
    )
    from spoonbench.solvers.neural.models import NetworkModel
    from spoonbench.solvers.neural.training import Recipe

_CONFIGURATION = "config.json"
_WEIGHTS = "weights.safetensors"
_FORMAT = 1


class NetworkSolver(ABC):
    """A contestant around a network that is trained here."""

    info: SolverInfo
    defaults: ClassVar[Mapping[str, float]] = {}

    def __init__(self) -> None:
        self._settings = Settings()
        self._params: dict[str, float] = dict(self.defaults)
        self._model: NetworkModel | None = None
        self._optimizer: Any = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings, import torch and set its threads."""
        self._params = check_settings(self.info, settings, self.defaults)
        self._settings = settings
        self.close()
        import torch

        # Imported now, so that neither training nor the first answer pays for it.
        from spoonbench.solvers.neural.models import require_device

        require_device(settings.device)
        torch.set_num_threads(settings.threads)

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        _checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Train from nothing; the best weights on the validation part are kept.

        Raises:
            ValueError: there is nothing that can be learned from.
        """
        from spoonbench.solvers.neural.training import train

        require_examples(training)
        progress(0.0, f"{self.info.name}: training on {len(training)} examples")
        with self._seeded():
            model = self._build_model(training)
            learned, checked = model.label(training), model.label(validation)
            if not len(learned):
                raise ValueError(f"none of the {len(training)} training problems can be read")
            report = train(model.network, learned, checked, self._recipe(), progress)
        model.calibrate(checked)
        self._model, self._optimizer = model, None
        notes: dict[str, Json] = {
            "classes": len(model.classes),
            "temperature": model.temperature,
            "left out": len(training) - len(learned),
            "validated on": len(checked),
        }
        return replace(report, notes=notes)

    def step(self, examples: Sequence[Example], /, *, accumulation: int = 1) -> float:
        """One training step; a network is made for these examples where none was trained.

        Raises:
            ValueError: there are no examples, or none of a class that the network knows.
            Unsupported: a step of several passes.
        """
        from spoonbench.solvers.neural.training import make_optimizer, train_step

        if accumulation != 1:
            raise Unsupported(f"{self.info.name} takes a step in one pass, not {accumulation}")
        require_examples(examples)
        if self._model is None:
            with self._seeded():
                self._model = self._build_model(examples)
        network = self._model.network
        if self._optimizer is None:
            self._optimizer = make_optimizer(network, self._recipe())
        batch = self._model.label(examples)
        if not len(batch):
            raise ValueError("no example is of a class that the network knows")
        inputs = batch.inputs.select(range(len(batch)))
        return train_step(network, self._optimizer, inputs, batch.labels)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem, in order; all of them fail before `fit` or `load`."""
        model = self._model
        if model is None:
            return [failed(NOT_FITTED) for _ in problems]
        refusals = [model.refuse(problem) for problem in problems]
        accepted = [p for p, refusal in zip(problems, refusals, strict=True) if refusal is None]
        answers = iter(model.answer(accepted) if accepted else [])
        return [next(answers) if refusal is None else refusal for refusal in refusals]

    def close(self) -> None:
        """Forget the network."""
        self._model = None
        self._optimizer = None

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Size of the network; all unknown before `fit` or `load`."""
        model = self._model
        if model is None:
            return Size()
        accepted = [problem for problem in problems if model.refuse(problem) is None]
        return model.size(accepted) if accepted else Size()

    def save(self, folder: Path, /) -> None:
        """Write `config.json` and `weights.safetensors`.

        Raises:
            RuntimeError: nothing was trained.
        """
        from safetensors.torch import save_file

        if self._model is None:
            raise RuntimeError(NOT_FITTED)
        weights = {k: v.contiguous().cpu() for k, v in self._model.network.state_dict().items()}
        save_file(weights, folder / _WEIGHTS)
        configuration = {
            "format": _FORMAT,
            "solver": self.info.name,
            "version": self.info.version,
            "classes": self._model.classes,
            "temperature": self._model.temperature,
            "model": self._model.configuration(),
        }
        text = json.dumps(configuration, indent=1, sort_keys=True)
        (folder / _CONFIGURATION).write_text(text + "\n", encoding="utf-8")

    def load(self, folder: Path, /) -> None:
        """Read what `save` wrote.

        Raises:
            Unsupported: the folder holds nothing of this contestant and version, or is damaged.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            text = (folder / _CONFIGURATION).read_text(encoding="utf-8")
            model = self._read_configuration(json.loads(text))
            model.network.load_state_dict(load_file(folder / _WEIGHTS))
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as exc:
            # RuntimeError: weights of other shapes. Unsupported itself passes through.
            raise Unsupported(f"{folder} holds no trained {self.info.name}: {exc}") from exc
        model.network.eval()
        self._model, self._optimizer = model, None

    def _read_configuration(self, configuration: Mapping[str, Any]) -> NetworkModel:
        expected = (_FORMAT, self.info.name, self.info.version)
        found = tuple(configuration[key] for key in ("format", "solver", "version"))
        if found != expected:
            raise ValueError(f"made by {found[1]} {found[2]}, format {found[0]}")
        with self._seeded():
            model = self._restore_model(configuration["classes"], configuration["model"])
        model.temperature = float(configuration["temperature"])
        return model

    @contextmanager
    def _seeded(self) -> Iterator[None]:
        """Random numbers follow the seed inside, and those outside are left alone."""
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._settings.seed)
            yield

    @abstractmethod
    def _recipe(self) -> Recipe:
        """How to train."""

    @abstractmethod
    def _build_model(self, examples: Sequence[Example]) -> NetworkModel:
        """An untrained model for these examples."""

    @abstractmethod
    def _restore_model(
        self, classes: Sequence[str | None], configuration: Mapping[str, Any]
    ) -> NetworkModel:
        """An untrained model from what `NetworkModel.configuration` gave."""
