"""Random symmetries of a torus: energies stay, every one of them comes, other shapes are refused."""

import numpy as np
import pytest

from spinlens import IsingModel, PowerLaw
from spinlens.errors import SpinsError
from spinlens.machines.units.symmetries import random_symmetry


@pytest.mark.parametrize("shape", [(6,), (3, 5), (4, 4), (3, 3, 3)])
def test_energies_do_not_change_but_states_do(shape):
    generator = np.random.default_rng(0)
    states = generator.choice([-1, 1], size=(200, int(np.prod(shape)))).astype(np.int8)
    moved = random_symmetry(states, shape, generator)
    model = IsingModel(shape, PowerLaw(1.2))
    before, after = (model.energy(part.reshape(-1, *shape)) for part in (states, moved))
    np.testing.assert_allclose(after, before, atol=1e-12)
    assert (moved != states).any(axis=1).mean() > 0.7


def test_every_symmetry_comes_equally_often():
    """The 3 × 3 torus has 9 translations and, with reflections and exchange of axes, 72 symmetries in all."""
    generator = np.random.default_rng(1)
    state = np.array([[1, 1, -1, 1, -1, -1, -1, -1, -1]], dtype=np.int8)  # without a symmetry of its own
    drawn = np.concatenate([random_symmetry(np.repeat(state, 20, axis=0), (3, 3), generator) for _ in range(720)])
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    expected = len(drawn) / 72 * np.ones(len(counts)) * (72 / len(counts))
    assert 72 % len(counts) == 0
    assert ((counts - expected) ** 2 / expected).sum() < len(counts) + 5 * np.sqrt(2 * len(counts)) * 20


def test_a_torus_of_another_size_is_refused():
    with pytest.raises(SpinsError, match="8 units"):
        random_symmetry(np.ones((2, 8), np.int8), (3, 3), np.random.default_rng(0))
