"""Weights, spectra and learning curves."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import RBM
from spinlens import spectrum as measure
from spinlens.errors import InputError
from spinlens.plot.machines import learning_curve, spectrum, weights

MACHINE = RBM.from_weights(np.random.default_rng(0).normal(scale=0.1, size=(16, 8)))
HISTORY = [{"epoch": 1, "weight_rms": 0.1}, {"epoch": 2, "weight_rms": 0.2, "log_likelihood": -3.0,
                                             "log_likelihood_error": 0.5}]  # fmt: skip


def test_the_histogram_is_a_density_of_all_weights(ax: Axes) -> None:
    assert weights(MACHINE, ax) is ax
    values, edges, _ = ax.patches[0].get_data()
    density, _ = np.histogram(MACHINE.weights_, edges, density=True)
    assert values.tolist() == density.tolist()
    assert np.sum(values * np.diff(edges)) == pytest.approx(1)
    x, gaussian = ax.lines[0].get_data()
    assert np.sum(gaussian) * (x[1] - x[0]) == pytest.approx(1, abs=0.02)


def test_singular_values_above_the_noise(ax: Axes) -> None:
    found = measure(MACHINE)
    found.plot(ax)
    points = ax.containers[0].lines[0]
    assert points.get_ydata().tolist() == found.values.tolist()
    assert points.get_xdata().tolist() == list(range(1, 9))
    assert ax.patches[0].get_bbox().intervaly.tolist() == [0, found.noise_edge]


def test_only_epochs_where_it_was_measured(ax: Axes) -> None:
    learning_curve(HISTORY, ax, known=-2.5)
    assert ax.containers[0].lines[0].get_xydata().tolist() == [[2, -3.0]]
    assert ax.lines[-1].get_ydata() == [-2.5, -2.5]


def test_what_was_not_measured_or_trained_is_said() -> None:
    with pytest.raises(InputError, match="no 'energy'; it has log_likelihood, log_likelihood_error, weight_rms"):
        learning_curve(HISTORY, quantity="energy")
    with pytest.raises(InputError, match="history_ of a machine"):
        learning_curve(MACHINE)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="fit it"):
        weights(RBM(4))
    with pytest.raises(InputError, match=r"spinlens.spectrum\(machine\)"):
        spectrum(MACHINE)
