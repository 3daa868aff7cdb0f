"""Pages from templates: what is printed is escaped and harmless; style and pictures are inside."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from spoonbench.reports.palette import style_sheet
from spoonbench.reports.plaintext import SHOWN_RULES, make_plain, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.reports.plots import Plot

_SHOWN_ROWS = 200


def render(template: str, content: Mapping[str, Any]) -> str:
    """A whole page.

    Args:
        template: name of its file.
        content: what it shows; `style` is added.

    Returns:
        HTML that needs nothing from outside, in UTF-8-encodable characters.
    """
    style = Markup(style_sheet(":root") + read_template("report.css"))  # noqa: S704  # ours
    return _environment().get_template(template).render(style=style, **content)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        # Whatever is printed and is not our own markup loses what could act.
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "picture": _picture,
        "short": shorten,
        "lines": _lines,
        "rules": _rules,
        "most": _most,
        "ours": _ours,
    }
    return environment


def read_template(name: str) -> str:
    """A file of the folder of templates: a template, a style or a script."""
    return files("spoonbench.reports").joinpath("templates", name).read_text(encoding="utf-8")


def _finalize(value: Any) -> Any:
    return make_plain(value) if type(value) is str else value


def _picture(plot: Plot) -> Markup:
    """The drawing, with what it shows for who cannot see it. The drawing itself is our own."""
    label = escape(make_plain(plot.alt))
    opening = Markup('<svg role="img" aria-label="{}" ').format(label)
    return Markup(plot.svg.replace("<svg ", opening, 1))  # noqa: S704  # drawn by us


def _ours(text: str) -> Markup:
    """Markup, style or script that this package wrote; it made foreign text harmless itself."""
    return Markup(text)  # noqa: S704  # ours


def _lines(text: str) -> Markup:
    return escape(make_plain(shorten(text), keep_newlines=True))


def _rules(text: str) -> Markup:
    return escape(make_plain(shorten(text, SHOWN_RULES), keep_newlines=True))


def _most(rows: Sequence[str]) -> list[str]:
    shown = [shorten(row) for row in rows[:_SHOWN_ROWS]]
    left = len(rows) - len(shown)
    return [*shown, f"... and {left:,} more; all of them are in report.json."] if left else shown
