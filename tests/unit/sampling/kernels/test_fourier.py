"""Fourier modes of states against a transform of all of them."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample


@pytest.mark.parametrize("algorithm", ["metropolis", "heat-bath", "clock", "multi-spin-metropolis"])
@pytest.mark.parametrize("shape", [(7,), (5, 12), (3, 4, 5)])
def test_modes_are_those_of_the_states(algorithm, shape):
    model = IsingModel(shape, NearestNeighbour())
    data = sample(model, 3.0, 20, chains=2, algorithm=algorithm, keep_spins=True, warmup=5)
    power = np.abs(np.fft.fftn(data.spins.values, axes=range(3, 3 + len(shape)))) ** 2 / model.n_sites**2
    for axis, name in enumerate(("mode_x", "mode_y", "mode_z")[: len(shape)]):
        lowest = tuple(int(axis == other) for other in range(len(shape)))
        np.testing.assert_allclose(data[name], power[(..., *lowest)], rtol=1e-9, atol=1e-12)
