"""Streams, workers, shapes of the result, the random generator, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.errors import CouplingError, InputError
from spinlens.sampling import streams
from spinlens.sampling.algorithms.bond_tables import alias_table, poisson_table
from spinlens.sampling.kernels.xoshiro import random_words
from spinlens.seeding import seed_sequence


def test_xoshiro_known_answer():
    """First words of xoshiro256++ from the state 1, 2, 3, 4, as the authors' reference program gives them."""
    state, out = np.array([1, 2, 3, 4], dtype=np.uint64), np.empty(5, dtype=np.uint64)
    random_words(state, out)
    assert out.tolist() == [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]


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


def test_the_name_of_a_model_is_that_of_its_whole_table(monkeypatch):
    model = IsingModel((6, 5), PowerLaw(1.2))
    words = seed_sequence(0, model.coupling_table.tobytes().hex()).spawn_key[:4]
    for piece in (7, 1 << 20):
        monkeypatch.setattr(streams, "_PIECE", piece)
        assert streams.model_key(model) == "PowerLaw:" + "-".join(map(str, words))


def test_thinning_keeps_every_kth_state():
    model = IsingModel((5, 5), NearestNeighbour())
    every = sample(model, 2.5, 60, seed=1, warmup=10, keep_spins=True)
    third = sample(model, 2.5, 20, seed=1, warmup=10, keep_spins=True, thin=3)
    np.testing.assert_array_equal(every.spins[:, :, 2::3].values, third.spins.values)


def test_metropolis_at_high_temperature_warms_up_at_once():
    data = sample(IsingModel((5, 5), NearestNeighbour()), 50.0, 20, algorithm="metropolis")
    assert bool(data.warm.all())
    assert int(data.warmup.max()) < 1000


def test_alias_table_reproduces_its_weights():
    weights = np.random.default_rng(0).random(37) ** 3
    weights[0] = 0.0
    probability, alias = alias_table(weights)
    drawn = probability.copy()
    np.add.at(drawn, alias, 1 - probability)
    np.testing.assert_allclose(drawn / 37, weights / weights.sum(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mean", [0.01, 1.0, 30.0, 5000.0])
def test_poisson_table_covers_the_distribution(mean):
    cdf, first = poisson_table(mean)
    assert cdf[-1] == pytest.approx(1.0, abs=1e-15)
    numbers = first + np.searchsorted(cdf, np.random.default_rng(0).random(200_000), side="right")
    assert abs(numbers.mean() - mean) < 4 * np.sqrt(mean / 200_000)
    assert numbers.var() == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"temperatures": -1.0}, "temperature must be ≥ 0"),
        ({"temperatures": float("nan")}, "temperature must be ≥ 0"),
        ({"temperatures": []}, "empty"),
        ({"temperatures": [1.0, 1.0]}, "repeat"),
        ({"draws": 0}, "draws must be an integer"),
        ({"draws": 2.5}, "draws must be an integer"),
        ({"chains": 0}, "chains"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"algorithm": "cluster"}, "algorithm must be one of"),
    ],
)
def test_bad_arguments_are_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        sample(IsingModel((4, 4), NearestNeighbour()), **{"temperatures": 2.0, "draws": 5, **arguments})


def test_cluster_moves_refuse_negative_couplings():
    table = np.full((4, 4), -0.1)
    with pytest.raises(CouplingError, match="use 'metropolis'"):
        sample(IsingModel((4, 4), CouplingTable(table)), 2.0, 5, algorithm="swendsen-wang")
    with pytest.raises(CouplingError, match="T = 0"):
        sample(IsingModel((4, 4), CouplingTable(table)), 0.0, 5)
