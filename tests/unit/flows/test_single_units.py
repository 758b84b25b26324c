import numpy as np
import pytest

from spinlens.flows.single_units import single_units
from spinlens.machines.rbm import RBM


@pytest.fixture
def states():
    return np.random.default_rng(0).choice([-1, 1], (400, 6, 6)).astype(np.int8)


def field(x, y, size=1.0):
    table = np.zeros((6, 6))
    table[x, y], table[(x + 1) % 6, y], table[x - 1, y] = size, size / 2, size / 2
    return table.ravel()


def test_units_are_centred_across_the_border_with_a_positive_sign(states):
    found = single_units(RBM.from_weights(np.stack([field(0, 5), -field(5, 0, 0.6)], axis=1)), states, 9)
    for table, size in zip(found.fields, (1.0, 0.6), strict=True):
        assert table[3, 3] == pytest.approx(size)
        assert table[[2, 4], [3, 3]] == pytest.approx(size / 2)


def test_maps_are_the_covariance_of_spins_and_means(states):
    weights = field(3, 3)[:, None]
    found = single_units(RBM.from_weights(weights), states, 9)
    flat = states.reshape(len(states), -1).astype(float)
    expected = [np.cov(spin, np.tanh(flat @ weights[:, 0]))[0, 1] for spin in flat.T]
    assert found.maps[0].ravel() == pytest.approx(np.array(expected))


def test_numbers_of_a_known_field(states):
    found = single_units(RBM.from_weights(field(0, 0)[:, None]), states, 1)
    assert found.norm[0] == pytest.approx(1.5**0.5)
    assert found.participation[0] == pytest.approx(1.5**2 / (1 + 2 / 16))
    assert found.radius[0] == pytest.approx((0.5 / 1.5) ** 0.5)


def test_a_few_units_stand_for_all_from_the_largest_to_the_smallest(states):
    weights = np.random.default_rng(1).normal(size=(36, 50)) * np.linspace(0.1, 2, 50)
    found = single_units(RBM.from_weights(weights), states, 5)
    norms = np.sort(np.linalg.norm(weights, axis=0))[::-1]
    assert found.norm == pytest.approx(norms[[0, 12, 24, 37, 49]])


def test_tied_weights_are_shown_once_a_filter(states):
    machine = RBM(36, torus=(6, 6), epochs=1, seed=0).fit(states.reshape(-1, 36))
    assert len(single_units(machine, states, 24).fields) == 1
