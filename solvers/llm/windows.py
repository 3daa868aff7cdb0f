"""The windows through which a long text is read.

A window is up to `window` tokens that the model reads; it says how likely each token after them
is, the one behind the last of them included. The next window begins `stride` tokens later and
scores what has no score yet. So every token is scored once, by the first window that reaches it,
with at least window - stride + 1 tokens before it, or all there are.

This module imports nothing heavy: contestants that reach their model through a server use it too.
"""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """Tokens [start, end) are read; the last `n_scored` of them say how likely the next are."""

    start: int
    end: int
    n_scored: int


def check_window(window: int | None, stride: int | None, positions: int | None) -> tuple[int, int]:
    """Window and stride with what was left open filled in.

    Raises:
        ValueError: the window is below 1 or above the positions, or not given where these are not
            known; or the stride lies outside [1, window].
    """
    if window is None:
        window = positions
    if window is None:
        raise ValueError("the model does not say how many tokens it reads: give a window")
    if window < 1 or (positions is not None and window > positions):
        limit = "" if positions is None else f" and at most {positions}, what the model reads"
        raise ValueError(f"the window must be at least 1{limit}, not {window}")
    if stride is None:
        stride = max(1, window // 2)
    if not 1 <= stride <= window:
        raise ValueError(f"the stride must be at least 1 and at most the window, not {stride}")
    return window, stride


def make_windows(n_targets: int, window: int, stride: int) -> list[Window]:
    """The windows of a text.

    Args:
        n_targets: tokens to score, those after the first; at least 1.
        window: tokens read at once.
        stride: tokens by which the window moves, at most `window`.

    >>> [tuple(each) for each in make_windows(9, 4, 2)]
    [(0, 4, 4), (2, 6, 2), (4, 8, 2), (6, 9, 1)]
    """
    first = min(window, n_targets)
    windows = [Window(0, first, first)]
    while windows[-1].end < n_targets:
        start, scored = windows[-1].start + stride, windows[-1].end
        end = min(start + window, n_targets)
        windows.append(Window(start, end, end - scored))
    return windows
