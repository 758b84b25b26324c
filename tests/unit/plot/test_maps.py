"""Maps of visible-hidden correlations."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from spinlens import visible_hidden_correlation
from spinlens.errors import InputError
from spinlens.plot.maps import correlation_map

FREE = np.where(np.random.default_rng(0).random((400, 8, 8)) < 0.5, 1, -1)
FOUND = visible_hidden_correlation(FREE, FREE[:, ::2, ::2])


def test_the_map_lies_about_the_unit_with_its_block(ax: Axes) -> None:
    assert correlation_map(FOUND, ax) is ax
    (image,) = ax.images
    assert np.asarray(image.get_array()).T.tolist() == FOUND.values.tolist()
    left, right, _, _ = image.get_extent()
    assert (left + FOUND.centre[0], right - left) == (-0.5, 8)
    (block,) = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert (block.get_x(), block.get_width()) == (-1, 2)
    assert ax.figure.axes[1].get_ylabel() == "connected ⟨v h⟩"
    assert FOUND.plot(bar=False) is not ax


def test_colours_diverge_about_zero_only_where_something_is_negative(ax: Axes) -> None:
    correlation_map(np.array([[0.1, 0.5], [0.2, 0.3]]), ax, bar=False)
    correlation_map(np.array([[-0.1, 0.5], [0.2, 0.3]]), ax, bar=False)
    first, second = ax.images
    assert first.get_clim() == (0.1, 0.5)
    assert second.get_clim() == (-0.5, 0.5)
    assert first.get_cmap().name != second.get_cmap().name


def test_what_is_no_map_of_a_square_is_refused() -> None:
    with pytest.raises(InputError, match=r"must be \(x, y\)"):
        correlation_map(np.ones(16))
