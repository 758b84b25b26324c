"""Streams, workers and shapes of the result."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample

PLAIN = ["swendsen-wang", "wolff", "metropolis", "clock"]


@pytest.mark.parametrize(
    ("coupling", "algorithm"),
    [(coupling, name) for coupling in (NearestNeighbour(), PowerLaw(1.2)) for name in PLAIN]
    + [(NearestNeighbour(), "multi-spin-heat-bath")],
)
def test_draws_do_not_depend_on_workers(coupling, algorithm):
    together = algorithm.startswith("multi")
    model = IsingModel((6, 6), coupling)
    for options in ({"keep_spins": True}, {"series": False}):
        arguments = {"temperatures": (3.0, 4.0), "draws": 150, "seed": 4, "algorithm": algorithm}
        arguments["chains"] = 140 if together else 3
        one, two, eight = (sample(model, **arguments, **options, workers=n) for n in (1, 2, 8))
        xr.testing.assert_identical(one, two)
        xr.testing.assert_identical(one, eight)


def test_draws_do_not_depend_on_the_other_temperatures():
    model = IsingModel((6, 6), PowerLaw(1.2))
    both = sample(model, (6.0, 7.0), 100, seed=4)
    alone = sample(model, 7.0, 100, seed=4)
    np.testing.assert_array_equal(both.m2.sel(temperature=7.0), alone.m2.sel(temperature=7.0))


def test_other_seeds_chains_and_models_draw_otherwise():
    model = IsingModel((6, 6), PowerLaw(1.2))
    data = sample(model, 7.0, 100, chains=2, seed=4)
    assert not np.array_equal(data.bonds[0, 0], data.bonds[0, 1])
    assert not np.array_equal(data.bonds, sample(model, 7.0, 100, seed=5).bonds)
    assert not np.array_equal(data.bonds, sample(IsingModel((6, 6), PowerLaw(1.3)), 7.0, 100, seed=4).bonds)


def test_energy_and_magnetization_belong_to_the_kept_spins():
    for coupling in (NearestNeighbour(0.8), PowerLaw(1.2)):
        for algorithm in ("swendsen-wang", "metropolis"):
            model = IsingModel((5, 4), coupling)
            data = sample(model, 4.0, 50, seed=1, keep_spins=True, algorithm=algorithm)
            assert data.spins.dims == ("temperature", "chain", "draw", "x", "y")
            np.testing.assert_allclose(model.energy(data.spins.values) / 20, data.energy, rtol=1e-12)
            np.testing.assert_allclose(data.spins.values.mean(axis=(-2, -1)), data.magnetization, atol=1e-12)


def test_thinning_keeps_every_kth_state():
    model = IsingModel((5, 5), NearestNeighbour())
    every = sample(model, 2.5, 60, seed=1, warmup=10, keep_spins=True)
    third = sample(model, 2.5, 20, seed=1, warmup=10, keep_spins=True, thin=3)
    np.testing.assert_array_equal(every.spins[:, :, 2::3].values, third.spins.values)
