"""Where the report's figures are drawn: axes on a figure of one width, without pyplot."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot.tiles import Tiling

WIDTH = 4.2  # inches: about the width of a phone, so that a panel is never scaled by much


def grid(
    rows: int = 1,
    columns: int = 1,
    *,
    height: float = 2.7,
    left: float = 0.62,
    right: float = 0.1,
    bottom: float = 0.48,
    top: float = 0.08,
    gap: tuple[float, float] = (0.16, 0.16),
    **options: Any,
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """A figure of the standard width with rows × columns axes; margins and gaps (vertical, horizontal) in inches."""
    figure = Figure(figsize=(WIDTH, height))
    axes_height = (height - top - bottom - (rows - 1) * gap[0]) / rows
    axes_width = (WIDTH - left - right - (columns - 1) * gap[1]) / columns
    spacing = {
        "left": left / WIDTH,
        "right": 1 - right / WIDTH,
        "bottom": bottom / height,
        "top": 1 - top / height,
        "hspace": gap[0] / axes_height,
        "wspace": gap[1] / axes_width,
    }
    return figure, figure.subplots(rows, columns, squeeze=False, gridspec_kw=spacing, **options)


def picture(
    shape: tuple[int, int], count: int, columns: int, titles: int = 0, left: float = 0.04
) -> tuple[Figure, Axes]:
    """A figure that `count` lattices of a shape just fill, set in rows; `left` is a margin in inches."""
    tiling = Tiling(shape, count, columns, titles, WIDTH - left - 0.04)
    figure, axes = grid(height=tiling.height + 0.08, left=left, right=0.04, bottom=0.04, top=0.04)
    return figure, axes[0, 0]
