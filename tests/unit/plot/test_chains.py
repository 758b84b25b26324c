"""Series and autocorrelations: what is drawn is what was measured."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import IsingModel, NearestNeighbour, integrated_time, sample
from spinlens.errors import InputError
from spinlens.plot.chains import autocorrelation, series
from spinlens.statistics.autocorrelation import mean_estimate

DATA = sample(IsingModel((4, 4), NearestNeighbour()), [2.0, 3.0], draws=200, chains=2, seed=1)


def test_every_draw_of_every_chain_and_the_mean(ax: Axes) -> None:
    assert series(DATA, ax, temperature=3.0) is ax
    energy = DATA.energy.sel(temperature=3.0).values
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == energy.tolist()
    assert ax.lines[2].get_ydata() == [mean_estimate(energy).value] * 2
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("draw", "energy per spin / J")


def test_bins_are_drawn_of_averages(ax: Axes) -> None:
    data = sample(IsingModel((4, 4), NearestNeighbour()), 3.0, draws=2000, chains=1, series=False)
    series(data, ax)
    assert ax.lines[0].get_ydata().tolist() == data.energy.values[0, 0].tolist()
    assert ax.get_xlabel().startswith("bin")


def test_autocorrelation_is_that_of_a_known_process(ax: Axes) -> None:
    draws = np.repeat(np.random.default_rng(0).normal(size=(2, 20_000)), 4, axis=1)
    autocorrelation(draws, ax)
    *_, (bars,) = ax.containers[0]
    rho, error = ax.containers[0].lines[0].get_ydata(), np.diff([s[:, 1] for s in bars.get_segments()])[:, 0] / 2
    exact = np.maximum(1 - np.arange(len(rho)) / 4, 0)
    assert np.all(np.abs(rho - exact)[1:] < 4 * error[1:])
    assert np.all(error[4:] < 0.02)
    assert str(integrated_time(draws)) in ax.get_legend_handles_labels()[1][-1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "several temperatures"),
        ({"temperature": 2.5}, "no temperature 2.5"),
        ({"temperature": 2.0, "observable": "enthalpy"}, "no series 'enthalpy'; it has .*energy"),
    ],
)
def test_what_the_data_do_not_have_is_said(arguments: dict[str, object], words: str) -> None:
    for draw in (series, autocorrelation):
        with pytest.raises(InputError, match=words):
            draw(DATA, **arguments)


def test_arrays_that_are_no_series_are_refused() -> None:
    with pytest.raises(InputError, match=r"\(chains, draws\)"):
        series(np.ones((2, 3, 4)))
    with pytest.raises(InputError, match="constant"):
        autocorrelation(np.ones(100))
