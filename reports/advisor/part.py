"""The advisor for a page: frameworks that answer in the browser, as they do at the command line.

What the page needs is in it, as JSON; its script fetches nothing, and everything that is shown of
the JSON becomes text, never markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from spoonbench.harness.frameworks.exporting import framework_json
from spoonbench.harness.frameworks.reading import shipped_ids
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.predict.published import LADDER, LEAST, MOST, NEAR
from spoonbench.reports.advisor.contestants import contestants_json
from spoonbench.reports.advisor.crossings import crossing_json
from spoonbench.reports.advisor.figures import figure_json
from spoonbench.reports.advisor.settings import table_json
from spoonbench.reports.templating import read_template, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.frameworks.graph import Framework
    from spoonbench.harness.predict.decoders import Outline
    from spoonbench.reports.advisor.contestants import ContestantTable
    from spoonbench.reports.advisor.crossings import CrossingRow
    from spoonbench.reports.advisor.figures import MeasuredFigure
    from spoonbench.reports.advisor.settings import SettingTable

_SCRIPTS = (
    "values",
    "walk",
    "memory",
    "tree",
    "questionnaire",
    "calculators",
    "crossings",
    "limits",
    "choice",
    "settings",
    "contestants",
    "start",
)
_ORDER = ("tool", "device", "quantize", "fit", "finetune")
"""What comes first; the others follow by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisorPart:
    """What a page includes; all three, or it does not work.

    Attributes:
        html: a section, its data in it.
        style: CSS, for a `style` element of a page that has `report.css`.
        script: for a `script` element after the section, as it stands: `allowance` is its hash.
    """

    html: Markup
    style: str
    script: str

    @property
    def allowance(self) -> str:
        """For `script-src` of a Content-Security-Policy: this script runs and no other.

        >>> AdvisorPart(html=Markup(), style="", script="").allowance
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
        """
        digest = hashlib.sha256(self.script.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def advisor_part(
    frameworks: Sequence[Framework],
    thresholds: Mapping[str, Mapping[str, Sequence[MeasuredFigure]]] | None = None,
    outlines: Sequence[Outline] = (),
    crossings: Sequence[CrossingRow] = (),
    *,
    settings: Sequence[SettingTable] = (),
    contestants: Sequence[ContestantTable] = (),
    claims: Mapping[str, str] | None = None,
) -> AdvisorPart:
    """The advisor, to be included in a page.

    Args:
        frameworks: that may be asked.
        thresholds: id of a framework, then name of a threshold, to what was measured in the place
            of the rule of thumb, the best source first; the first that speaks for a case counts.
        outlines: models whose memory can be asked for by name.
        crossings: where one device overtakes another, as measured.
        settings: matrices to choose a setting from.
        contestants: duels to choose a contestant from.
        claims: id to a sentence that says what is claimed and whether it holds.

    Raises:
        ValueError: a figure is not a number.
    """
    data = {
        "frameworks": [framework_json(one) for one in sorted(frameworks, key=_place)],
        "shipped": sorted({one.framework_id for one in frameworks} & set(shipped_ids())),
        "measured": _measured(thresholds or {}),
        "claims": dict(claims or {}),
        "published": _published(outlines),
        "crossings": [crossing_json(one) for one in crossings],
        "settings": [table_json(one) for one in settings],
        "contestants": [contestants_json(one) for one in contestants],
    }
    html = render("advisor_part.html", {"data": embed(data)})
    bodies = "\n".join(read_template(f"advisor_{name}.js") for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{bodies}}})();\n'
    return AdvisorPart(html=Markup(html), style=read_template("advisor.css"), script=script)  # noqa: S704  # escaped by the template


def render_advisor_page(part: AdvisorPart) -> str:
    """The advisor as a page of its own, which opens without a network.

    Args:
        part: as `advisor_part` makes it.
    """
    ours = {"allowance": part.allowance, "advisor_style": part.style, "script": part.script}
    return render(
        "advisor.html",
        {name: Markup(text) for name, text in ours.items()} | {"section": part.html},  # noqa: S704  # ours
    )


def embed(data: Any) -> Markup:
    r"""JSON that may stand inside a `script` element: nothing in it ends the element.

    Whatever does not print is written as an escape that can be read, as everywhere in a report.

    >>> embed({"a": "</script><!--"})
    Markup('{"a":"\\u003c/script\\u003e\\u003c!--"}')

    Raises:
        ValueError: a number is not one.
    """
    text = json.dumps(_plain(data), separators=(",", ":"), allow_nan=False)
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # noqa: S704  # no mark of HTML is left


def _place(framework: Framework) -> tuple[int, str]:
    known = framework.framework_id in _ORDER
    return (
        _ORDER.index(framework.framework_id) if known else len(_ORDER),
        framework.framework_id,
    )


def _published(outlines: Sequence[Outline]) -> dict[str, Any]:
    """What the closed form of memory takes: models by name, and those that it fills in between."""
    return {
        "outlines": [asdict(one) for one in outlines],
        "ladder": [asdict(one) for one in LADDER],
        "least": LEAST,
        "most": MOST,
        "near": NEAR,
    }


def _measured(
    thresholds: Mapping[str, Mapping[str, Sequence[MeasuredFigure]]],
) -> dict[str, Any]:
    return {
        framework_id: {
            name: [figure_json(one) for one in offered if one.evidence.value is not None]
            for name, offered in figures.items()
        }
        for framework_id, figures in thresholds.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return make_plain(value)
    if isinstance(value, dict):
        return {make_plain(str(name)): _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
