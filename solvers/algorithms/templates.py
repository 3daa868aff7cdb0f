"""Level 2: an image is what the template is that it correlates with best.

Nothing is optimized: a template is a training image, or the mean image of a class. The
correlations themselves are computed in `correlation`, imported late.

Not covered: shifted, turned or resized images; images of other sizes than those trained on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.solvers.api import FitReport, Size, SolverInfo, Unsupported
from spoonbench.solvers.learning import (
    NOT_FITTED,
    abstained,
    answered,
    check_settings,
    failed,
    require_examples,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.solvers.algorithms.correlation import Templates
    from spoonbench.solvers.api import Answer, Example, Problem, Progress, Settings

_CHOICES = ("all", "mean")


class TemplateSolver:
    """Nearest template under normalised cross-correlation.

    Parameter: `templates`, "all" for every training image (the default: the nearest neighbour
    under this similarity) or "mean" for the mean image of each class.

    Confidence is 1 minus the ratio of the distance to the best class and the distance to the
    second best, where distance is 1 minus correlation: 0 where both fit equally.

    References:
        Gonzalez and Woods 2018, Digital Image Processing, 4th edition, section 12.3
        (correlation coefficient); Lowe 2004, "Distinctive Image Features from Scale-Invariant
        Keypoints", section 7.1 (ratio of distances).
    """

    info = SolverInfo(
        name="template-matching",
        version="1",
        level=2,
        summary="Answers with the class of the template that an image correlates with best.",
        kinds=("label",),
        payload="image",
        needs_training=True,
        requires=("numpy",),
        source="Gonzalez and Woods 2018, Digital Image Processing, section 12.3",
        modules=(
            "spoonbench.solvers.algorithms.templates",
            "spoonbench.solvers.algorithms.correlation",
        ),
    )

    def __init__(self) -> None:
        self._choice = "all"
        self._templates: Templates | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the parameters and import what correlates.

        Raises:
            Unsupported: a setting or parameter that it does not have.
        """
        params = dict(settings.params)
        choice = params.pop("templates", "all")
        check_settings(self.info, replace(settings, params=params), {})
        if choice not in _CHOICES:
            raise Unsupported(f"the parameter templates must be all or mean, not {choice!r}")
        self._choice = str(choice)
        from spoonbench.solvers.algorithms import correlation  # noqa: F401  # imported untimed

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],  # nothing is chosen
        progress: Progress,
        checkpoints: Path | None,  # takes seconds
        /,
    ) -> FitReport:
        """Keep the templates.

        Raises:
            ValueError: there are no examples, one of them is no image with a label, or the
                images differ in size.
        """
        from spoonbench.solvers.algorithms.correlation import Templates

        require_examples(training)
        images, labels = [], []
        for example in training:
            image, name = example.problem.image, example.problem.problem_id
            if image is None or example.target is None or example.problem.kind != "label":
                raise ValueError(f"problem {name!r} is no image with a label")
            images.append(image)
            labels.append(example.target)
        self._templates = Templates.build(images, labels, means=self._choice == "mean")
        progress(1.0, "templates kept")
        return FitReport(
            n_examples=len(training),
            notes={
                "n_templates": self._templates.n_templates,
                "n_without_contrast": self._templates.n_without_contrast,
            },
        )

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every image with the class of its best template."""
        templates = self._templates
        if templates is None:
            return [failed(NOT_FITTED) for _ in problems]
        return [_solve_one(templates, problem) for problem in problems]

    def close(self) -> None:
        """Free the templates."""
        self._templates = None

    def size(self, problems: Sequence[Problem], /) -> Size:  # the same for all
        """Pixels of all templates, and the additions and multiplications for one image."""
        if self._templates is None:
            return Size()
        return Size(
            n_parameters=self._templates.n_values,
            weight_bytes=self._templates.n_bytes,
            operations_per_problem=float(2 * self._templates.n_values),
            formula="2 x templates x pixels",
        )


def _solve_one(templates: Templates, problem: Problem) -> Answer:
    if problem.image is None:
        return abstained("reads images, not text")
    if problem.kind != "label":
        return abstained(f"answers with a label, not a {problem.kind}")
    try:
        label, confidence = templates.match(problem.image)
    except ValueError as exc:
        return abstained(str(exc))
    return answered(label, confidence)
