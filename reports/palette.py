"""Colours: told apart by the colour-blind, readable on light and on dark, named once.

Plots are drawn once, in light colours. Where one goes into a page, each colour becomes a CSS
variable; so the same drawing follows the reader's choice of light or dark.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoonbench.harness.duel_records import Entry

MARKERS = {1: "o", 2: "s", 3: "^", 4: "D", 5: "P"}
"""Level to marker: nobody has to tell levels apart by colour alone."""

HYBRID_MARKER = "X"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as "#rrggbb".

    Attributes:
        ink: text and axes.
        muted: secondary text, ticks.
        line: grids and borders.
        heat: fill of a full share; drawn with the share as opacity.
        cold: the same, for what lies below where `heat` is what lies above.
        ground: what everything stands on.
        levels: of levels 1 to 5, then of hybrids.
    """

    ink: str
    muted: str
    line: str
    heat: str
    cold: str
    ground: str
    levels: tuple[str, str, str, str, str, str]

    def of(self, entry: Entry) -> str:
        """Colour of a contestant: that of its level, or the one of hybrids."""
        return self.levels[5 if entry.is_hybrid else entry.level - 1]

    def variables(self) -> dict[str, str]:
        """CSS variable to colour."""
        named = {"ink": self.ink, "muted": self.muted, "line": self.line, "heat": self.heat}
        named |= {"cold": self.cold, "ground": self.ground}
        named |= {f"level-{index + 1}": colour for index, colour in enumerate(self.levels)}
        return {f"--{name}": colour for name, colour in named.items()}


# Okabe and Ito's colours, darkened for white and lightened for black until each stands out from
# the ground by 3 : 1 or more, and every two stay apart in all three kinds of colour blindness.
LIGHT = Palette(
    ink="#1d2430",
    muted="#5a6473",
    line="#d5dae1",
    heat="#7cb7e4",
    cold="#eba26c",
    ground="#ffffff",
    levels=("#0067b5", "#008a63", "#b98500", "#cf5fae", "#a33000", "#4a515c"),
)
DARK = Palette(
    ink="#e8ebf0",
    muted="#a3adba",
    line="#38414d",
    heat="#1f5f94",
    cold="#8a4a1c",
    ground="#12161c",
    levels=("#4aa3ff", "#2fc79a", "#f7cf5a", "#f2a6dc", "#f0743c", "#8d97a5"),
)
STAND_IN = replace(LIGHT, ground="#fefefe")
"""The light colours, none of them one that the drawing library uses by itself: each can be found
again in a drawing, and becomes a CSS variable there."""


def marker_of(entry: Entry) -> str:
    """Marker of a contestant's level."""
    return HYBRID_MARKER if entry.is_hybrid else MARKERS[entry.level]


def with_variables(svg: str) -> str:
    """The drawing with each stand-in colour replaced by its CSS variable."""
    for name, colour in STAND_IN.variables().items():
        svg = svg.replace(colour, f"var({name})")
    return svg


def style_sheet(selector: str) -> str:
    """CSS that sets the variables for light and for dark."""
    light = _rules(LIGHT)
    dark = _rules(DARK)
    return f"{selector}{{{light}}}@media (prefers-color-scheme:dark){{{selector}{{{dark}}}}}"


def _rules(palette: Palette) -> str:
    return "".join(f"{name}:{colour};" for name, colour in palette.variables().items())
