"""Colours of sites, streams of replicas, groups in pieces."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.sampling.algorithms.multispin import MultiSpin, colours


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


def test_replicas_warm_up_from_the_data():
    data = sample(IsingModel((8, 8), NearestNeighbour()), 3.0, 10, algorithm="multi-spin-metropolis")
    assert bool(data.warm.all())
    assert 64 <= int(data.warmup[0, 0]) < 5000


def test_pieces_of_a_group_are_the_run():
    algorithm = MultiSpin(IsingModel((5, 4), NearestNeighbour()), 2.0)
    whole, pieces = algorithm.start(1, 0), algorithm.start(1, 0)
    algorithm.advance_group(whole, 12, 1, False, False)
    for n in (5, 7):
        algorithm.advance_group(pieces, n, 1, False, False)
    np.testing.assert_array_equal(whole.words, pieces.words)
    np.testing.assert_array_equal(whole.streams, pieces.streams)
