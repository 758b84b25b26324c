"""G(r) on logarithmic axes."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import spin_correlation
from spinlens.errors import InputError
from spinlens.plot.spin_correlations import correlation

R = np.arange(9)
G = np.where(R == 0, 1.0, 0.7 * np.maximum(R, 1.0) ** -0.25)


def test_values_with_errors_and_the_known_power(ax: Axes) -> None:
    assert correlation({"lattice": (R, G, 0.01 * G), "machine": (R, 0.9 * G, 0.01 * G)}, ax, delta=0.125) is ax
    first, second = (container.lines[0] for container in ax.containers)
    assert first.get_xydata().tolist() == np.column_stack([R[1:], G[1:]]).tolist()
    assert second.get_ydata().tolist() == (0.9 * G[1:]).tolist()
    power = ax.lines[-1]
    assert power.get_ydata() == pytest.approx(0.7 * power.get_xdata() ** -0.25)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_values_below_zero_are_left_out_and_noise_does_not_set_the_frame(ax: Axes) -> None:
    noisy = G.copy()
    noisy[7:] = (1e-6, -0.1)
    correlation((R, noisy, np.full(9, 0.01)), ax)
    assert ax.containers[0].lines[0].get_xdata().tolist() == R[1:8].tolist()
    assert ax.get_ylim()[0] == pytest.approx(0.8 * G[6])


def test_what_was_measured_draws_itself(ax: Axes) -> None:
    states = np.where(np.random.default_rng(0).random((50, 4, 4)) < 0.9, 1, -1)
    found = spin_correlation(states)
    found.plot(ax)
    assert ax.containers[0].lines[0].get_ydata().tolist() == found.value[1:].tolist()


def test_states_in_place_of_correlations_are_refused() -> None:
    with pytest.raises(InputError, match="draws what spin_correlation gives"):
        correlation(np.ones((5, 4, 4)))
