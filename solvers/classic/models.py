"""The fitted models behind the contestants of this level: features, estimator, and their answers.

Imports scikit-learn: registered modules import this one when they are prepared.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import Ridge

from spoonbench.solvers.api import FitReport, Size
from spoonbench.solvers.classic.classifier import (
    Classifier,
    boosting_classifier,
    boosting_rounds,
    kernel_classifier,
    linear_classifier,
)
from spoonbench.solvers.classic.features import (
    OperationFeatures,
    Reduction,
    TextFeatures,
    WordFeatures,
)
from spoonbench.solvers.images import brightness, common_shape, refuse_image
from spoonbench.solvers.learning import (
    abstained,
    answered,
    is_too_long,
    number_targets,
    program_answer,
    refuse_length,
)
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.programs import INEXPRESSIBLE, label_of, label_programs, masked_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Answer, Example, Json, Problem

_LINEAR_FORMULA = "2 x nonzero features x classes"


def readable(examples: Sequence[Example]) -> list[Example]:
    """The examples whose text is not too long.

    Raises:
        ValueError: there are examples, and all of them are too long.
    """
    kept = [example for example in examples if not is_too_long(example.problem.text)]
    if examples and not kept:
        raise ValueError(f"all {len(examples)} texts are too long to read")
    return kept


def class_answer(label: str | None, confidence: float) -> Answer:
    """The answer of a classifier of labels."""
    if label is None:
        return abstained("like training problems that have no answer", confidence)
    return answered(label, confidence)


class _TextModel:
    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse a text that is too long."""
        return refuse_length(problem.text) if is_too_long(problem.text) else None


class LabelModel(_TextModel):
    """Texts to labels: TF-IDF, reduced for trees, and a classifier."""

    def __init__(self, reduction: Reduction | None, classifier: Classifier) -> None:
        self._features = TextFeatures()
        self._reduction = reduction
        self._classifier = classifier

    def fit(self, training: Sequence[Example], validation: Sequence[Example]) -> FitReport:
        """Learn, and calibrate the confidences."""
        learned, checked = readable(training), readable(validation)
        features = self._features.fit([example.problem.text for example in learned])
        dense = features if self._reduction is None else self._reduction.fit(features)
        self._classifier.fit(dense, [example.target for example in learned])
        n_calibrated = 0
        if checked:
            sparse = self._features.transform([example.problem.text for example in checked])
            n_calibrated = self._classifier.calibrate(
                self._reduce(sparse), [example.target for example in checked]
            )
        notes: dict[str, Json] = {
            "features": features.shape[1],
            "too long": len(training) - len(learned),
            **classifier_notes(self._classifier, n_calibrated),
        }
        if self._reduction is not None:
            notes["components"] = self._reduction.n_components
            notes["boosting rounds"] = boosting_rounds(len(self._classifier.classes))
            notes["reduced"] = (
                f"{features.shape[1]} features to {self._reduction.n_components} components, and "
                f"few rounds, because each round grows a tree for each class"
            )
        return FitReport(n_examples=len(learned), notes=notes)

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer; a text without any known piece of a word is abstained from."""
        sparse = self._features.transform([problem.text for problem in problems])
        known = np.diff(sparse.indptr) > 0
        predicted = self._classifier.predict(self._reduce(sparse))
        return [
            class_answer(*pair) if is_known else abstained("no word of it occurs in training")
            for pair, is_known in zip(predicted, known, strict=True)
        ]

    def size(self, problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for an average problem."""
        sparse = self._features.transform([problem.text for problem in problems])
        nonzero = sparse.nnz / len(problems)
        if self._reduction is None:
            return linear_size(self._classifier, nonzero)
        n_parameters, operations = boosting_size(self._classifier)
        reducing = 2.0 * nonzero * self._reduction.n_components
        return Size(
            n_parameters=n_parameters + sparse.shape[1] * self._reduction.n_components,
            operations_per_problem=operations + reducing,
            formula="2 x nonzero features x components + comparisons down each tree + 1 a tree",
        )

    def _reduce(self, sparse: Any) -> Any:
        return sparse if self._reduction is None else self._reduction.transform(sparse)


class OperationModel(_TextModel):
    """Texts to programs over their numbers: masked text, facts, a linear classifier."""

    def __init__(self, classifier: Classifier) -> None:
        self._features = OperationFeatures()
        self._classifier = classifier
        self._known_counts: frozenset[int] = frozenset()

    def fit(self, training: Sequence[Example], validation: Sequence[Example]) -> FitReport:
        """Find the program of each training problem, and learn to tell it from the text."""
        learned, checked = readable(training), readable(validation)
        texts = [masked_text(example.problem.text) for example in learned]
        labels = label_programs([t.numbers for t in texts], number_targets(learned))
        if not any(labels):
            raise ValueError(f"no program gives the answer of any of {len(labels)} problems")
        self._known_counts = frozenset(len(text.numbers) for text in texts)
        known = [label or INEXPRESSIBLE for label in labels]
        self._classifier.fit(self._features.fit(texts), list(known))
        n_calibrated = self._calibrate(checked, Counter(known)) if checked else 0
        notes: dict[str, Json] = {
            "programs": len(set(known)),
            "inexpressible": known.count(INEXPRESSIBLE),
            "too long": len(training) - len(learned),
            **classifier_notes(self._classifier, n_calibrated),
        }
        return FitReport(n_examples=len(learned), notes=notes)

    def _calibrate(self, examples: Sequence[Example], frequency: Counter[str]) -> int:
        texts = [masked_text(example.problem.text) for example in examples]
        targets = number_targets(examples)
        labels: list[str | None] = [
            label_of(text.numbers, target, frequency) or INEXPRESSIBLE
            for text, target in zip(texts, targets, strict=True)
        ]
        return self._classifier.calibrate(self._features.transform(texts), labels)

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Classify, then compute exactly."""
        texts = [masked_text(problem.text) for problem in problems]
        predicted = self._classifier.predict(self._features.transform(texts))
        return [
            program_answer(name or INEXPRESSIBLE, text.numbers, confidence, self._known_counts)
            for (name, confidence), text in zip(predicted, texts, strict=True)
        ]

    def size(self, problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for an average problem."""
        sparse = self._features.transform([masked_text(problem.text) for problem in problems])
        return linear_size(self._classifier, sparse.nnz / len(problems))


class RegressionModel(_TextModel):
    """Texts to numbers by ridge regression (Hoerl and Kennard 1970) on TF-IDF."""

    def __init__(self, regularization: float, seed: int) -> None:
        self._features = WordFeatures()
        self._ridge = Ridge(alpha=regularization, solver="sparse_cg", random_state=seed)
        self._is_whole = True

    def fit(self, training: Sequence[Example]) -> FitReport:
        """Learn; problems without an answer are left out, and counted in the notes."""
        learned = readable(training)
        pairs = [
            (example.problem.text, target)
            for example, target in zip(learned, number_targets(learned), strict=True)
            if target is not None
        ]
        if not pairs:
            raise ValueError("no training problem has an answer to regress on")
        values = [finite_float(target) for _, target in pairs]
        self._is_whole = all(target.denominator == 1 for _, target in pairs)
        self._ridge.fit(self._features.fit([text for text, _ in pairs]), values)
        notes: dict[str, Json] = {
            "features": int(self._ridge.coef_.size),
            "left out, no answer": len(learned) - len(pairs),
            "too long": len(training) - len(learned),
            "rounded to whole numbers": self._is_whole,
        }
        return FitReport(n_examples=len(pairs), notes=notes)

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer every problem with whatever number the regression gives."""
        features = self._features.transform([problem.text for problem in problems])
        return [answered(self._write(float(value))) for value in self._ridge.predict(features)]

    def _write(self, value: float) -> str:
        # Four decimals: a regression has no more to say, and "a/2**40" helps nobody.
        return write_number(Fraction(round(value) if self._is_whole else f"{value:.4f}"))

    def size(self, problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for an average problem."""
        features = self._features.transform([problem.text for problem in problems])
        n_parameters = int(self._ridge.coef_.size) + 1
        return Size(
            n_parameters=n_parameters,
            weight_bytes=8 * n_parameters,
            operations_per_problem=2.0 * features.nnz / len(problems),
            formula="2 x nonzero features",
        )


class PixelModel:
    """Images to labels: their pixels, scaled to [0, 1], and a classifier."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._shape = (0, 0)

    def fit(self, training: Sequence[Example], validation: Sequence[Example]) -> FitReport:
        """Learn, and calibrate the confidences."""
        self._shape = common_shape([*training, *validation])
        self._classifier.fit(
            pixels([example.problem for example in training]), [e.target for e in training]
        )
        n_calibrated = 0
        if validation:
            features = pixels([example.problem for example in validation])
            n_calibrated = self._classifier.calibrate(features, [e.target for e in validation])
        notes: dict[str, Json] = {
            "pixels": math.prod(self._shape),
            **classifier_notes(self._classifier, n_calibrated),
        }
        return FitReport(n_examples=len(training), notes=notes)

    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse a problem without an image, or with one of another shape."""
        return refuse_image(problem, self._shape)

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer; no problem of which is refused."""
        return [class_answer(*pair) for pair in self._classifier.predict(pixels(problems))]

    def size(self, _problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for a problem: all images are of one size."""
        if self._classifier.estimator is None:
            return Size(n_parameters=0, operations_per_problem=0.0, formula="one class only")
        if hasattr(self._classifier.estimator, "support_vectors_"):
            return kernel_size(self._classifier.estimator)
        n_parameters, operations = boosting_size(self._classifier)
        return Size(
            n_parameters=n_parameters,
            operations_per_problem=operations,
            formula="comparisons down each tree, and one addition each",
        )


def label_model(n_components: int, n_labels: int, regularization: float, seed: int) -> LabelModel:
    """A linear model of labels; a boosted one where `n_components` is above 0."""
    if n_components:
        reduction = Reduction(n_components, seed)
        return LabelModel(reduction, boosting_classifier(n_labels, seed))
    return LabelModel(None, linear_classifier(regularization, seed))


def operation_model(regularization: float, seed: int) -> OperationModel:
    """A linear model of programs."""
    return OperationModel(linear_classifier(regularization, seed))


def pixel_kernel_model(regularization: float) -> PixelModel:
    """A support vector machine on pixels."""
    return PixelModel(kernel_classifier(regularization))


def pixel_boosting_model(n_labels: int, seed: int) -> PixelModel:
    """Boosted trees on pixels."""
    return PixelModel(boosting_classifier(n_labels, seed))


def pixels(problems: Sequence[Problem]) -> Any:
    """Images as rows, shape (n, height * width), brightness in [0, 1]."""
    return brightness(problems).reshape(len(problems), -1)


def finite_float(value: Fraction) -> float:
    """A number as a float.

    Raises:
        ValueError: it is too large for one.
    """
    try:
        return float(value)
    except OverflowError as exc:
        raise ValueError("a target is too large to regress on") from exc


def classifier_notes(classifier: Classifier, n_calibrated: int) -> dict[str, Json]:
    """What a report says of a classifier."""
    return {
        "classes": len(classifier.classes),
        "temperature": classifier.temperature,
        "examples calibrated on": n_calibrated,
        "warnings": list(classifier.messages),
    }


def linear_size(classifier: Classifier, nonzero: float) -> Size:
    """Size of a linear classifier that is given `nonzero` features on average."""
    if classifier.estimator is None:
        return Size(n_parameters=0, operations_per_problem=0.0, formula="one class only")
    coefficients = classifier.estimator.coef_
    n_parameters = int(coefficients.size + classifier.estimator.intercept_.size)
    return Size(
        n_parameters=n_parameters,
        weight_bytes=8 * n_parameters,
        operations_per_problem=2.0 * nonzero * coefficients.shape[0],
        formula=_LINEAR_FORMULA,
    )


def kernel_size(estimator: Any) -> Size:
    """Size of a support vector machine with a Gaussian kernel."""
    n_vectors, n_features = estimator.support_vectors_.shape
    n_parameters = int(
        estimator.support_vectors_.size + estimator.dual_coef_.size + estimator.intercept_.size
    )
    return Size(
        n_parameters=n_parameters,
        weight_bytes=8 * n_parameters,
        operations_per_problem=float(3 * n_vectors * n_features + 2 * estimator.dual_coef_.size),
        formula="3 x support vectors x pixels + 2 x dual coefficients",
    )


def boosting_size(classifier: Classifier) -> tuple[int, float]:
    """Numbers kept in the trees (two a split, one a leaf), and operations for one problem."""
    return (0, 0.0) if classifier.estimator is None else tree_size(classifier.estimator)


def tree_size(estimator: Any) -> tuple[int, float]:
    """The same of boosted trees of any kind."""
    n_parameters, operations = 0, 0.0
    # The trees have no public face; their nodes are a structured array.
    for trees in estimator._predictors:  # noqa: SLF001
        for tree in trees:
            is_leaf = tree.nodes["is_leaf"].astype(bool)
            n_parameters += int(2 * (~is_leaf).sum() + is_leaf.sum())
            shares = tree.nodes["count"][is_leaf] / max(1, tree.nodes["count"][is_leaf].sum())
            operations += 1.0 + float((shares * tree.nodes["depth"][is_leaf]).sum())
    return n_parameters, operations
