"""Exponents against the operators kept."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import block_spin_flow, mcrg
from spinlens.errors import InputError
from spinlens.plot.exponents import mcrg as draw

RNG = np.random.default_rng(0)
FREE = np.where(RNG.random((3000, 16, 16)) < 0.5, 1, -1)
FOUND = mcrg(block_spin_flow(FREE, steps=2))


@pytest.mark.parametrize("parity", ["even", "odd"])
def test_one_line_a_step_with_every_truncation(ax: Axes, parity: str) -> None:
    assert FOUND.plot(ax, parity=parity, known=1.0) is ax
    assert len(ax.containers) == len(FOUND.steps)
    for container, step in zip(ax.containers, FOUND.steps, strict=True):
        values = [spectrum.exponent.value for spectrum in getattr(step, parity)]
        finite = [value for value in values if np.isfinite(value)]
        assert container.lines[0].get_ydata().tolist() == finite
    assert ax.lines[-1].get_ydata() == [1.0, 1.0]
    assert ax.get_legend_handles_labels()[1][-1] == "8×8 → 4×4"


def test_what_was_not_measured_is_said() -> None:
    with pytest.raises(InputError, match="no odd operators"):
        draw(mcrg(block_spin_flow(FREE, steps=1), odd=()), parity="odd")
    with pytest.raises(InputError, match=r"spinlens\.mcrg"):
        draw(FREE)
    with pytest.raises(InputError, match="parity must be one of"):
        draw(FOUND, parity="both")
