"""What the networks of this level are asked through: encoding, classes, answers, configuration.

Imports torch: registered modules import this one when they are prepared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.api import Size, Unsupported
from spoonbench.solvers.calibration import best_temperature, softmax
from spoonbench.solvers.images import brightness, common_shape, refuse_image
from spoonbench.solvers.learning import (
    abstained,
    answered,
    is_too_long,
    number_targets,
    program_answer,
    refuse_length,
)
from spoonbench.solvers.neural.networks import ImageNetwork, TextNetwork, count_parameters
from spoonbench.solvers.neural.training import Inputs, Labelled, score
from spoonbench.solvers.neural.vocabulary import (
    TextInputs,
    Vocabulary,
    learn_vocabulary,
    split_words,
)
from spoonbench.solvers.programs import (
    INEXPRESSIBLE,
    label_of,
    label_programs,
    masked_text,
)
from spoonbench.solvers.roles import number_facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from torch import Tensor, nn

    from spoonbench.solvers.api import Answer, Example, Json, Problem

BATCH_SIZE = 128
"""Problems of one forward pass, however many are asked at a time."""

_DECIMALS = 4
_MOST_WORDS = 20_000
_N_BUCKETS = 4_096


class NetworkModel(ABC):
    """A network with all that turns problems into its inputs, and its scores into answers.

    Attributes:
        network: on the device.
        classes: what it tells apart; None is "abstain".
        temperature: of the softmax over the scores.
    """

    network: nn.Module
    classes: list[str | None]
    temperature: float = 1.0

    @abstractmethod
    def refuse(self, problem: Problem) -> Answer | None:
        """The answer to a problem that the network cannot read, else None."""

    @abstractmethod
    def encode(self, problems: Sequence[Problem]) -> Inputs:
        """Problems, none of them refused, as the network reads them."""

    @abstractmethod
    def find_labels(self, examples: Sequence[Example]) -> list[str | None]:
        """The class that each example belongs to; it may be none of `classes`."""

    @abstractmethod
    def configuration(self) -> dict[str, Json]:
        """What `load` needs beside the weights and what every model has."""

    @abstractmethod
    def size(self, problems: Sequence[Problem]) -> Size:
        """Size, its arithmetic counted over at least one problem, none of them refused."""

    def answer_class(self, _problem: Problem, label: str | None, confidence: float) -> Answer:
        """The answer that a class stands for."""
        if label is None:
            return abstained("like training problems that have no answer", confidence)
        return answered(label, confidence)

    def label(self, examples: Sequence[Example]) -> Labelled:
        """Encode examples, those left out that are refused or of an unknown class."""
        readable = [example for example in examples if self.refuse(example.problem) is None]
        index = {label: number for number, label in enumerate(self.classes)}
        pairs = zip(readable, self.find_labels(readable), strict=True)
        known = [(example.problem, index[label]) for example, label in pairs if label in index]
        device = next(self.network.parameters()).device
        labels = torch.tensor([number for _, number in known], dtype=torch.int64, device=device)
        return Labelled(inputs=self.encode([problem for problem, _ in known]), labels=labels)

    def calibrate(self, validation: Labelled) -> None:
        """Choose the temperature on a validation part."""
        if len(validation):
            scores = _as_array(score(self.network, validation.inputs, BATCH_SIZE))
            self.temperature = best_temperature(scores, validation.labels.cpu().numpy())

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer at least one problem, none of them refused.

        Confidences are rounded to four decimals: the last digits of a sum depend on how many
        problems are asked at a time.
        """
        scores = _as_array(score(self.network, self.encode(problems), BATCH_SIZE))
        probabilities = softmax(scores, self.temperature)
        best = probabilities.argmax(axis=1)
        return [
            self.answer_class(
                problem, self.classes[int(index)], round(float(row[index]), _DECIMALS)
            )
            for problem, index, row in zip(problems, best, probabilities, strict=True)
        ]


class TextModel(NetworkModel):
    """Texts, to labels or to programs over their numbers."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        classes: Sequence[str | None],
        known_counts: Sequence[int] | None,
        *,
        width: int,
        most_words: int,
        device: str,
    ) -> None:
        """Make an untrained model.

        Args:
            vocabulary: of words.
            classes: labels, or names of programs.
            known_counts: how many numbers the training texts have; None for labels.
            width: of the embeddings and of each convolution.
            most_words: longer texts are refused.
            device: a torch name.
        """
        self.classes = list(classes)
        self._vocabulary = vocabulary
        self._known_counts = None if known_counts is None else frozenset(known_counts)
        self._frequency: Counter[str] = Counter()
        self._width = width
        self._most_words = most_words
        self._device = device
        network = TextNetwork(vocabulary.n_embeddings, len(self.classes), width)
        self.network = network.to(device)

    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse a text of too many characters or words."""
        if is_too_long(problem.text):
            return refuse_length(problem.text)
        n_words = len(self._words(problem.text))
        if n_words > self._most_words:
            return abstained(f"{n_words:,} words: more than max_words={self._most_words:,}")
        return None

    def encode(self, problems: Sequence[Problem]) -> TextInputs:
        """Words and their pieces, as indices."""
        rows = [self._vocabulary.encode(self._words(problem.text)) for problem in problems]
        return TextInputs(rows=rows, device=self._device)

    def _words(self, text: str) -> list[str]:
        return number_words(text) if self._known_counts is not None else split_words(text)

    def find_labels(self, examples: Sequence[Example]) -> list[str | None]:
        """Targets, or the programs that give them, the most frequent one where there are more."""
        if self._known_counts is None:
            return [example.target for example in examples]
        pairs = zip(examples, number_targets(examples), strict=True)
        return [
            label_of(masked_text(example.problem.text).numbers, target, self._frequency)
            or INEXPRESSIBLE
            for example, target in pairs
        ]

    def prefer(self, frequency: Mapping[str, int]) -> None:
        """How often each program explains a training problem; it decides between programs."""
        self._frequency = Counter(frequency)

    def answer_class(self, problem: Problem, label: str | None, confidence: float) -> Answer:
        """A label, or what a program gives on the numbers of the text."""
        if self._known_counts is None:
            return super().answer_class(problem, label, confidence)
        numbers = masked_text(problem.text).numbers
        return program_answer(label or INEXPRESSIBLE, numbers, confidence, self._known_counts)

    def configuration(self) -> dict[str, Json]:
        """Vocabulary and shape."""
        counts: Json = None if self._known_counts is None else [*sorted(self._known_counts)]
        return {
            "words": list(self._vocabulary.words),
            "buckets": self._vocabulary.n_buckets,
            "known_counts": counts,
            "frequency": dict(self._frequency),
            "width": self._width,
            "max_words": self._most_words,
        }

    def size(self, problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for an average problem."""
        n_parameters, n_bytes = count_parameters(self.network)
        n_words = sum(len(self._words(problem.text)) for problem in problems) / len(problems)
        by_word = 8 * self._width + 2 * (3 + 5) * self._width**2
        return Size(
            n_parameters=n_parameters,
            weight_bytes=n_bytes,
            operations_per_problem=n_words * by_word + 2.0 * 4 * self._width * len(self.classes),
            formula="words x (8 width + 2 (3 + 5) width^2) + 2 x 4 width x classes",
        )


class ImageModel(NetworkModel):
    """Grey images of one shape, to labels."""

    def __init__(
        self, shape: tuple[int, int], classes: Sequence[str | None], width: int, device: str
    ) -> None:
        self.classes = list(classes)
        self._shape = shape
        self._width = width
        self._device = device
        self.network = ImageNetwork(len(self.classes), width).to(device)

    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse a problem without an image, or with one of another shape."""
        return refuse_image(problem, self._shape)

    def encode(self, problems: Sequence[Problem]) -> ImageInputs:
        """Brightness in [0, 1]."""
        if not problems:
            return ImageInputs(images=torch.empty(0, *self._shape, device=self._device))
        images = torch.from_numpy(brightness(problems)).float()
        return ImageInputs(images=images.to(self._device))

    def find_labels(self, examples: Sequence[Example]) -> list[str | None]:
        """The targets."""
        return [example.target for example in examples]

    def configuration(self) -> dict[str, Json]:
        """Shape of the images and of the network."""
        return {"height": self._shape[0], "width": self._shape[1], "channels": self._width}

    def size(self, _problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for a problem: all images are of one size."""
        n_parameters, n_bytes = count_parameters(self.network)
        n_pixels, width = self._shape[0] * self._shape[1], self._width
        convolutions = 2 * 9 * n_pixels * (width + width * 2 * width)
        return Size(
            n_parameters=n_parameters,
            weight_bytes=n_bytes,
            operations_per_problem=float(convolutions + 2 * 32 * width * len(self.classes)),
            formula="2 x 9 pixels (channels + 2 channels^2) + 2 x 32 channels x classes",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInputs:
    """Images, shape (n, height, width), on the device of the network."""

    images: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def lengths(self, rows: Sequence[int]) -> list[int]:
        """All alike."""
        return [1] * len(rows)

    def select(self, rows: Sequence[int]) -> Tensor:
        """Shape (len(rows), height, width)."""
        return self.images[list(rows)]


def require_device(device: str) -> None:
    """Refuse a device that is not there.

    Raises:
        Unsupported: torch cannot use it here.
    """
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as exc:
        # AssertionError: a torch built without CUDA. Behind the first sentence torch lists all that
        # it knows, on many lines.
        why = str(exc).split(". ")[0].splitlines()[0]
        raise Unsupported(f"torch cannot use the device {device} here: {why}") from exc


def number_words(text: str) -> list[str]:
    """The words of a word problem: numbers masked, then facts about the numbers."""
    numbered = masked_text(text)
    return [*split_words(numbered.masked), *number_facts(numbered)]


def text_model(examples: Sequence[Example], width: int, most_words: int, device: str) -> TextModel:
    """An untrained model for these examples: programs for numbers, else labels.

    Raises:
        ValueError: the examples ask for numbers and for labels, or no program gives an answer.
    """
    kinds = {example.problem.kind for example in examples}
    if "number" not in kinds:
        classes = sorted_classes([example.target for example in examples])
        words = [split_words(example.problem.text) for example in examples]
        vocabulary = learn_vocabulary(words, _MOST_WORDS, _N_BUCKETS)
        return TextModel(
            vocabulary, classes, None, width=width, most_words=most_words, device=device
        )
    if len(kinds) > 1:
        raise ValueError(
            f"the examples ask for several kinds of answer: {', '.join(sorted(kinds))}"
        )
    numbers = [masked_text(example.problem.text).numbers for example in examples]
    programs = label_programs(numbers, number_targets(examples))
    if not any(programs):
        raise ValueError(f"no program gives the answer of any of {len(programs)} problems")
    frequency = Counter(program or INEXPRESSIBLE for program in programs)
    words = [number_words(example.problem.text) for example in examples]
    vocabulary = learn_vocabulary(words, _MOST_WORDS, _N_BUCKETS)
    counts = sorted({len(found) for found in numbers})
    model = TextModel(
        vocabulary, sorted(frequency), counts, width=width, most_words=most_words, device=device
    )
    model.prefer(frequency)
    return model


def restore_text_model(
    classes: Sequence[str | None], configuration: Mapping[str, Any], device: str
) -> TextModel:
    """An untrained model from what `TextModel.configuration` gave.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    vocabulary = Vocabulary(configuration["words"], int(configuration["buckets"]))
    model = TextModel(
        vocabulary,
        classes,
        configuration["known_counts"],
        width=int(configuration["width"]),
        most_words=int(configuration["max_words"]),
        device=device,
    )
    model.prefer(configuration["frequency"])
    return model


def image_model(examples: Sequence[Example], width: int, device: str) -> ImageModel:
    """An untrained model for these examples.

    Raises:
        ValueError: an example has no image, or the images differ in shape.
    """
    classes = sorted_classes([example.target for example in examples])
    return ImageModel(common_shape(examples), classes, width, device)


def sorted_classes(targets: Sequence[str | None]) -> list[str | None]:
    """The different targets, None first."""
    return sorted(set(targets), key=lambda target: (target is not None, target or ""))


def _as_array(scores: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    array: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = scores.cpu().double().numpy()
    return array
