"""Colours are told apart: contrast after WCAG 2, colour blindness after Machado et al. 2009."""

from itertools import combinations

import numpy as np
import pytest

from spoonbench.reports.palette import DARK, LIGHT, MARKERS, STAND_IN, style_sheet, with_variables

SEEN_BY = {
    "everyone": np.eye(3),
    "protanopes": np.array(
        [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]
    ),
    "deuteranopes": np.array(
        [[0.3673, 0.8607, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]
    ),
    "tritanopes": np.array(
        [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    values = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light = sorted(float((TO_XYZ @ linear(colour))[1]) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb):
    x = (TO_XYZ @ np.clip(rgb, 0, 1)) / np.array([0.9505, 1, 1.089])
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_colours_stand_out_from_the_ground(palette):
    assert min(contrast(colour, palette.ground) for colour in palette.levels) >= 3
    assert contrast(palette.ink, palette.ground) >= 7
    assert contrast(palette.muted, palette.ground) >= 4.5
    assert contrast(palette.ink, palette.heat) >= 4.5
    assert contrast(palette.ink, palette.cold) >= 4.5


@pytest.mark.parametrize("viewer", SEEN_BY)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_above_and_below_are_told_apart(palette, viewer):
    above, below = (lab(SEEN_BY[viewer] @ linear(one)) for one in (palette.heat, palette.cold))
    assert np.linalg.norm(above - below) >= 30


@pytest.mark.parametrize("viewer", SEEN_BY)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_levels_are_told_apart(palette, viewer):
    seen = [lab(SEEN_BY[viewer] @ linear(colour)) for colour in palette.levels]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) >= 15


def test_levels_differ_in_more_than_colour():
    assert len(set(MARKERS.values())) == len(MARKERS)


def test_every_stand_in_becomes_a_variable_that_the_style_sheet_sets():
    variables = with_variables(" ".join(STAND_IN.variables().values()))
    assert "#" not in variables
    sheet = style_sheet(":root")
    assert all(sheet.count(f"{name}:#") == 2 for name in STAND_IN.variables())
