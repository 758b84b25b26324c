"""Spectra and receptive fields."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.weights import receptive_fields, spectrum


def test_noise_stays_below_its_edge_and_a_planted_mode_is_found():
    generator = np.random.default_rng(0)
    noise = generator.normal(size=(200, 100))
    found = spectrum(RBM.from_weights(noise))
    assert 0.95 < found.values[0] / found.noise_edge < 1.03
    assert found.participation > 60
    planted = np.ones(200) / np.sqrt(200)
    found = spectrum(RBM.from_weights(noise + 40 * np.outer(planted, np.ones(100) / 10)))
    assert found.values[0] > 1.2 * found.noise_edge
    assert found.values[1] < 1.03 * found.noise_edge
    assert found.modes[0] @ planted > 0.9


def test_modes_diagonalise_the_weights():
    W = np.random.default_rng(1).normal(size=(6, 4))
    found = spectrum(RBM.from_weights(W))
    np.testing.assert_allclose(np.linalg.norm(found.modes @ W, axis=1), found.values)
    np.testing.assert_allclose(found.modes @ found.modes.T, np.eye(4), atol=1e-12)
    assert spectrum(RBM.from_weights(np.zeros((3, 2)))).participation == 0.0


def test_receptive_fields_are_the_strongest_units_with_a_fixed_sign():
    W = np.zeros((6, 3))
    W[2, 1], W[4, 0] = -3.0, 1.0
    fields = receptive_fields(RBM.from_weights(W), (2, 3), 2)
    assert fields.shape == (2, 2, 3)
    assert fields[0, 0, 2] == 3.0
    assert fields[1, 1, 1] == 1.0
    with pytest.raises(InputError, match="6 visible units"):
        receptive_fields(RBM.from_weights(W), (2, 2))


def neighbours_seen(machine: RBM, shape: tuple[int, int]) -> bool:
    """Whether every receptive field is two equal weights on neighbouring sites, each bond of the lattice once."""
    found = set()
    for field in receptive_fields(machine, shape):
        sites = np.argwhere(field > 0.99 * field.max())
        found.add(tuple(map(tuple, sites)))
        step = np.abs(sites[0] - sites[-1])
        if len(sites) != 2 or np.minimum(step, np.array(shape) - step).sum() != 1 or np.any(field < 0):
            return False
    return len(found) == 2 * shape[0] * shape[1]


def test_the_exact_machine_sees_the_bonds_and_on_wrong_sites_or_signs_it_does_not():
    generator = np.random.default_rng(2)
    exact = RBM.exact(IsingModel((4, 5), NearestNeighbour()), 2.5)
    signs, order = generator.choice([-1, 1], size=40), generator.permutation(40)
    assert neighbours_seen(RBM.from_weights((exact.weights_ * signs)[:, order]), (4, 5))  # the gauge is taken out
    assert not neighbours_seen(RBM.from_weights(generator.permutation(exact.weights_)), (4, 5))
    assert not neighbours_seen(RBM.from_weights(exact.weights_), (5, 4))
    staggered = np.where(np.arange(20) % 2, -1.0, 1.0)[:, None]
    assert not neighbours_seen(RBM.from_weights(exact.weights_ * staggered), (4, 5))
