"""What algorithms share: energies of large lattices, Fourier modes that can be left out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain


@pytest.mark.parametrize("field", [0.0, 0.3])
def test_single_precision_transform_of_large_lattices(field):
    """From 2^18 sites on energies are right to 1e-6 J a spin (measured: 1e-7)."""
    model = IsingModel((512, 512), PowerLaw(1.2), field)
    algorithm = make_algorithm(model, 7.0, "swendsen-wang")
    draws = algorithm.advance(start_chain(model, 1, 7.0, 0), 3, 2, energy=True, states=True)
    np.testing.assert_allclose(draws.energy, model.energy(draws.states.reshape(-1, 512, 512)), atol=1e-6 * 512**2)


def test_modes_can_be_left_out():
    model = IsingModel((4, 4), NearestNeighbour())
    algorithm = make_algorithm(model, 2.5, "swendsen-wang")
    without = dataclasses.replace(algorithm, modes=False)
    one, other = (moves.advance(start_chain(model, 1, 2.5, 0), 20, 1, True, True) for moves in (algorithm, without))
    np.testing.assert_array_equal(one.states, other.states)
    assert set(one.names) - set(other.names) == {"mode_x", "mode_y"}
    with pytest.raises(KeyError, match="mode_x was not measured; measured: bonds"):
        other["mode_x"]
