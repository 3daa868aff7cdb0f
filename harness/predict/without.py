"""What a fit would have said of cells if it had not seen them: it is made again without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.predict.reach import Reach
from spoonbench.harness.predict.time_fit import fit_terms
from spoonbench.harness.predict.time_telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.harness.predict.observations import Observation
    from spoonbench.harness.predict.time_fit import Design
    from spoonbench.harness.predict.time_telling import Fit
    from spoonbench.harness.predict.time_terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A cell that was left out, and then asked for.

    Attributes:
        left: logarithm of measured over told.
        spread: standard deviation of that, as the fit without it says.
    """

    left: float
    spread: float


class Without:
    """A fit that can be made again without some of its cells."""

    def __init__(
        self, observations: Sequence[Observation], terms: Terms, design: Design, fitted: Fit
    ) -> None:
        import numpy as np  # noqa: PLC0415  # as in `time_fit`

        self._observations = observations
        self._terms = terms
        self._design = design
        self._start = fitted.values
        self._wanted = np.log([one.seconds for one in observations])

    def asked(self, numbers: Sequence[int]) -> Iterator[Asked]:
        """Leave cells out and ask for each; what lies beyond all others is not answered."""
        import numpy as np  # noqa: PLC0415

        kept = np.ones(len(self._observations), dtype=bool)
        kept[list(numbers)] = False
        others = [one for one, is_kept in zip(self._observations, kept, strict=True) if is_kept]
        reach = Reach(others, self._terms)
        reached = [
            number for number in numbers if reach.why_not(self._observations[number].point) is None
        ]
        if not reached:
            return
        fitted = fit_terms(self._terms.terms, self._design, self._wanted, kept, self._start)
        for number in reached:
            told, spread = tell(fitted, self._terms.row(self._observations[number].point))
            yield Asked(left=float(self._wanted[number]) - told, spread=spread)
