"""Learned couplings beside those of the lattice."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, learned_couplings
from spinlens.errors import InputError
from spinlens.plot.pair_couplings import couplings

MODEL = IsingModel((4, 4), NearestNeighbour())
EXACT = learned_couplings([RBM.exact(MODEL, 2.0)], (4, 4))


def test_the_exact_machine_lies_on_its_lattice(ax: Axes) -> None:
    assert EXACT.plot(ax, model=MODEL, temperature=2.0) is ax
    lattice, learned = ax.lines[0], ax.containers[0].lines[0]
    assert lattice.get_ydata()[:2].tolist() == [0.5, 0.0]
    assert learned.get_ydata() == pytest.approx(lattice.get_ydata())
    assert ax.get_xscale() == "linear"  # most couplings are zero


def test_power_laws_have_logarithmic_axes_without_what_is_lost_in_noise(ax: Axes) -> None:
    r = np.array([1.0, 2.0, 3.0])
    curve = {"r": r, "learned": [0.1, 0.01, 0.001], "error": [0.001, 0.001, 0.001], "lattice": 0.1 * r**-3.2}
    couplings({"CD-1": curve, "other": curve}, ax, looks={"other": {"color": "red", "marker": "*"}})
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    first, second = (container.lines[0] for container in ax.containers)
    assert first.get_ydata().tolist() == [0.1, 0.01]
    assert (second.get_color(), second.get_marker()) == ("red", "*")
    assert ax.lines[0].get_ydata().tolist() == (0.1 * r**-3.2).tolist()


def test_a_lattice_given_as_a_model_is_the_coupling_table(ax: Axes) -> None:
    model = IsingModel((4, 4), PowerLaw(1.2))
    couplings(EXACT, ax, model=model, temperature=3.0)
    expected = [model.coupling_table[place] / 3 for place in EXACT.components]
    assert ax.lines[0].get_ydata().tolist() == pytest.approx(expected)


def test_what_is_missing_is_said() -> None:
    with pytest.raises(InputError, match="needs temperature="):
        couplings(EXACT, model=MODEL)
    with pytest.raises(InputError, match="what learned_couplings gives"):
        couplings(RBM.exact(MODEL, 2.0))
