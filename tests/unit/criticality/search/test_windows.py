"""Windows: around the crossing of the sizes before, placed by the first draws, moved until sizes cross in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.criticality.search.windows import Prospect, around, first_draws, scan, window_runs
from spinlens.errors import ConvergenceError
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE as T_C

SMALL, MIDDLE, LARGE = (IsingModel((L, L), NearestNeighbour()) for L in (8, 16, 24))


def prospect_of(model, grid, temperature):
    data = sample(model, grid, 2000, 2, 1, "swendsen-wang", energy=False)
    return Prospect.after(first_draws(model, data), temperature)


@pytest.fixture(scope="module")
def wide():
    """L = 8 at temperatures from 1.9 to 2.8."""
    return prospect_of(SMALL, np.linspace(1.9, 2.8, 7).tolist(), T_C)


def temperatures(data):
    return data.temperature.values


def test_a_window_is_about_the_prospect_at_steps_in_which_histograms_overlap(wide):
    data, after = scan(MIDDLE, wide, 5, window_runs(400, 2, 3))
    theta = np.log(data.fugacity.values)
    np.testing.assert_allclose(np.diff(theta), np.diff(theta)[0], rtol=1e-4)  # temperatures have seven digits
    assert temperatures(data)[2] == pytest.approx(T_C, rel=1e-6)
    assert abs(np.diff(theta)[0]) * float(data.bonds[2].std()) == pytest.approx(1, rel=0.2)
    assert abs(after.temperature - T_C) < 0.05


@pytest.mark.parametrize("factor", [0.91, 1.1])
def test_a_window_beside_the_crossing_moves_towards_it(wide, factor):
    data, after = scan(LARGE, replace(wide, temperature=factor * T_C), 4, window_runs(1000, 2, 3))
    assert data.sizes["temperature"] in (8, 12)
    assert temperatures(data).min() < T_C < temperatures(data).max()
    assert abs(after.temperature - T_C) < 0.04
    assert len(np.unique(temperatures(data))) == data.sizes["temperature"]


def test_sizes_that_do_not_cross_where_the_smaller_one_was_run_are_said():
    cold = prospect_of(SMALL, (1.5, 1.55, 1.6), 1.55)
    with pytest.raises(ConvergenceError, match=r"U4 of L = 8 and 16 do not cross between T = .* use more draws"):
        scan(MIDDLE, cold, 3, window_runs(1000, 2, 3))


def test_where_noise_hides_the_crossing_the_next_size_is_run_where_this_one_was(wide):
    data, after = scan(MIDDLE, wide, 3, window_runs(40, 2, 3))
    assert data.sizes["temperature"] == 3
    assert temperatures(data)[0] < after.temperature < temperatures(data)[2]


def test_more_draws_prolong_chains_where_they_are(wide):
    """The first thousand draws of a chain decide about windows, also about that of the next size."""
    runs = [scan(LARGE, replace(wide, temperature=0.93 * T_C), 4, window_runs(draws, 2, 3)) for draws in (1000, 1500)]
    (short, after_short), (long, after_long) = runs
    assert (temperatures(short) == temperatures(long)).all()
    assert (short.m2.values == long.m2.values[:, :, :1000]).all()
    assert after_short.temperature == after_long.temperature
    assert after_short.spread == after_long.spread


def test_the_smallest_size_is_run_where_the_first_look_says():
    look = Prospect(T_C, 0.8)
    data, after = scan(SMALL, look, 5, window_runs(300, 2, 3))
    assert temperatures(data).tolist() == list(around(SMALL, T_C, 5, 1 / (0.8 * 8)))
    assert after.temperature == T_C
    assert after.before.L == 8
