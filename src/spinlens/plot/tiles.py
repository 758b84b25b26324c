"""Many lattices as one image in one Axes, titles above them: drawn much faster than one set of axes a lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens.arrays import Array
from spinlens.plot import style

_TITLE = 0.25  # inches above a tile that has a title
_GAP = 0.07  # of a tile


@dataclass(frozen=True)
class Tiling:
    """Lattices of one shape set row by row from the upper left, in sites; `width` is that of all in inches.

    `titles` is how many have a title: as many as there are columns are all in the first row.
    """

    shape: tuple[int, int]
    count: int
    columns: int
    titles: int
    width: float

    @property
    def gap(self) -> int:
        """Between tiles."""
        return max(1, round(_GAP * self.shape[0]))

    @property
    def across(self) -> int:
        """Of a row of tiles."""
        return self.columns * (self.shape[0] + self.gap) - self.gap

    @property
    def head(self) -> int:
        """Room for a title."""
        return max(self.gap, round(_TITLE * self.across / self.width))

    @property
    def top(self) -> int:
        """Above the first row."""
        return self.head if self.titles else 0

    @property
    def pitch(self) -> tuple[int, int]:
        """From tile to tile."""
        return self.shape[0] + self.gap, self.shape[1] + (self.head if self.titles > self.columns else self.gap)

    @property
    def high(self) -> int:
        """Of all rows with their titles."""
        rows, between = -(-self.count // self.columns), self.pitch[1] - self.shape[1]
        return rows * self.pitch[1] - between + self.top

    @property
    def height(self) -> float:
        """Of all rows in inches."""
        return self.width * self.high / self.across

    def corners(self) -> list[tuple[int, int]]:
        """Left and lower edges of the tiles, from the lower left of all."""
        right, down = self.pitch
        first = self.high - self.top - self.shape[1]
        return [((k % self.columns) * right, first - (k // self.columns) * down) for k in range(self.count)]


def draw_tiles(ax: Axes, tiles: Array, columns: int, titles: Sequence[str] = (), **options: Any) -> Any:
    """Lattices (tile, x, y), x to the right and y up, with titles above the first of them; returns the image."""
    count, nx, ny = tiles.shape
    width = ax.get_window_extent().width / ax.figure.dpi
    tiling = Tiling((nx, ny), count, columns, len(titles), width)
    canvas = np.full((tiling.across, tiling.high), np.nan)
    for tile, (x, y) in zip(tiles, tiling.corners(), strict=True):
        canvas[x : x + nx, y : y + ny] = tile
    for title, (x, y) in zip(titles, tiling.corners(), strict=False):
        above = y + ny - 0.5 + 0.18 * tiling.head
        ax.text(x + nx / 2 - 0.5, above, title, ha="center", va="bottom", fontsize=9)
    return style.tile(ax, canvas, **options)
