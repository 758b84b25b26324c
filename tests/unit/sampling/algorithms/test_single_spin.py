"""Local fields, pieces of a run, vertical counters, streams of replicas, cost of clock moves, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.errors import CouplingError
from spinlens.sampling.algorithms.algorithm import ChainState
from spinlens.sampling.algorithms.clock import Clock
from spinlens.sampling.algorithms.multispin import MultiSpin, colours
from spinlens.sampling.algorithms.single_spin import HeatBath, Metropolis, fixed_point, local_fields
from spinlens.sampling.kernels.multispin import COUNTERS, count_lanes


def chain_of(model, seed=0):
    random = np.random.default_rng(seed)
    spins = (2 * random.integers(0, 2, model.n_sites) - 1).astype(np.int8)
    return ChainState(spins, random.integers(1, 2**63, 4).astype(np.uint64))


@pytest.mark.parametrize("shape", [(9,), (5, 6), (3, 4, 5)])
def test_local_fields_are_exact(shape):
    model = IsingModel(shape, PowerLaw(1.2))
    integers, unit = fixed_point(model.coupling_table)
    np.testing.assert_allclose(integers * unit, model.coupling_table, atol=1e-15 * model.coupling_sum)
    spins = chain_of(model).spins.reshape(shape)
    axes = tuple(range(len(shape)))
    direct = sum(integers[r] * np.roll(spins.astype(np.int64), r, axis=axes) for r in np.ndindex(shape))
    np.testing.assert_array_equal(local_fields(integers, spins.ravel()), direct.ravel())


@pytest.mark.parametrize("update", [Metropolis, HeatBath, Clock])
@pytest.mark.parametrize("shape", [(7,), (5, 6), (5, 4, 5)])
def test_a_run_in_pieces_is_the_run(update, shape):
    model = IsingModel(shape, PowerLaw(1.2), field=0.1)
    whole, pieces = chain_of(model), chain_of(model)
    algorithm = update(model, 0.8 * model.coupling_sum)
    together = algorithm.advance(whole, 40, 2, True, True)
    parts = [algorithm.advance(pieces, n, 2, True, True) for n in (1, 19, 20)]
    np.testing.assert_array_equal(together.states, np.concatenate([part.states for part in parts]))
    np.testing.assert_array_equal(whole.words, pieces.words)
    np.testing.assert_allclose(
        together.energy, model.energy(together.states.reshape(-1, *shape)), rtol=1e-12, atol=1e-12
    )
    np.testing.assert_array_equal(together["magnetization"], together.states.sum(axis=1))


def test_listed_and_tabled_couplings_make_the_same_moves(monkeypatch):
    model = IsingModel((5, 6), PowerLaw(1.2))
    states = []
    for few in (0, 64):
        monkeypatch.setattr("spinlens.sampling.algorithms.single_spin._FEW", few)
        states.append(Metropolis(model, 6.0).advance(chain_of(model), 50, 1, False, True).states)
    np.testing.assert_array_equal(*states)


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1000])
def test_vertical_counters(n):
    words = np.random.default_rng(n).integers(0, 2**64, n, dtype=np.uint64)
    totals = np.empty(64)
    count_lanes(words, np.empty(COUNTERS, np.uint64), totals)
    np.testing.assert_array_equal(totals, [int(((words >> np.uint64(k)) & np.uint64(1)).sum()) for k in range(64)])


@pytest.mark.parametrize("shape", [(3,), (4,), (3, 4), (5, 7), (3, 3, 3), (4, 6, 8)])
def test_neighbours_have_other_colours(shape):
    colour = colours(shape)
    for axis in range(len(shape)):
        assert np.all(colour != np.roll(colour, 1, axis))
    assert colour.max() == (1 if all(side % 2 == 0 for side in shape) else 2)


@pytest.mark.parametrize("algorithm", ["multi-spin-metropolis", "multi-spin-heat-bath"])
def test_draws_of_a_replica_do_not_depend_on_how_many_are_asked(algorithm):
    model = IsingModel((5, 4), NearestNeighbour(0.8), field=0.1)
    few, many = (
        sample(model, 2.0, 30, chains, 3, algorithm, keep_spins=True, workers=workers, warmup=20)
        for chains, workers in ((3, 1), (70, 2))
    )
    assert many.sizes["chain"] == 70
    for name in ("spins", "energy", "magnetization", "m2", "mode_x", "mode_y"):
        np.testing.assert_array_equal(few[name], many[name].isel(chain=slice(3)))
    np.testing.assert_allclose(many.energy, model.energy(many.spins.values) / 20, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(many.magnetization, many.spins.mean(("x", "y")), rtol=1e-12, atol=1e-12)
    assert len(np.unique(many.spins.values.reshape(70, -1), axis=0)) == 70  # no two replicas alike


@pytest.mark.parametrize("algorithm", ["metropolis", "heat-bath", "clock", "multi-spin-metropolis"])
@pytest.mark.parametrize("shape", [(7,), (5, 12), (3, 4, 5)])
def test_modes_are_those_of_the_states(algorithm, shape):
    model = IsingModel(shape, NearestNeighbour())
    data = sample(model, 3.0, 20, chains=2, algorithm=algorithm, keep_spins=True, warmup=5)
    power = np.abs(np.fft.fftn(data.spins.values, axes=range(3, 3 + len(shape)))) ** 2 / model.n_sites**2
    for axis, name in enumerate(("mode_x", "mode_y", "mode_z")[: len(shape)]):
        lowest = tuple(int(axis == other) for other in range(len(shape)))
        np.testing.assert_allclose(data[name], power[(..., *lowest)], rtol=1e-9, atol=1e-12)


def test_replicas_warm_up_from_the_data():
    data = sample(IsingModel((8, 8), NearestNeighbour()), 3.0, 10, algorithm="multi-spin-metropolis")
    assert bool(data.warm.all())
    assert 64 <= int(data.warmup[0, 0]) < 5000


def test_pieces_of_a_group_are_the_run():
    update = MultiSpin(IsingModel((5, 4), NearestNeighbour()), 2.0)
    whole, pieces = update.start(1, 0), update.start(1, 0)
    update.advance_group(whole, 12, 1, False, False)
    for n in (5, 7):
        update.advance_group(pieces, n, 1, False, False)
    np.testing.assert_array_equal(whole.words, pieces.words)
    np.testing.assert_array_equal(whole.streams, pieces.streams)


def test_clock_without_couplings_is_free():
    """Σ|J| = 0: spins in a field alone, ⟨m⟩ = tanh βh, from 32,000 spins within 4 errors."""
    model = IsingModel((4, 4), CouplingTable(np.zeros((4, 4))), field=0.5)
    for update in (Clock, Metropolis, HeatBath):
        draws = update(model, 1.0).advance(chain_of(model), 2000, 20, False, False)
        assert abs(draws["magnetization"].mean() / 16 - np.tanh(0.5)) < 4 * np.cosh(0.5) ** -1 / np.sqrt(32000)


def test_multispin_refusals():
    with pytest.raises(
        CouplingError, match=r"needs NearestNeighbour\(\), got PowerLaw.*use 'metropolis' or 'heat-bath'"
    ):
        sample(IsingModel((4, 4), PowerLaw(1.2)), 2.0, 5, algorithm="multi-spin-heat-bath")


def test_multispin_draws_limits_of_temperature_exactly():
    data = sample(IsingModel((4, 4), NearestNeighbour()), (0.0, 2.0, np.inf), 5, 70, algorithm="multi-spin-metropolis")
    assert np.all(np.abs(data.magnetization.sel(temperature=0.0)) == 1)
    assert data.attrs["algorithm"] == "Exact, MultiSpin"
