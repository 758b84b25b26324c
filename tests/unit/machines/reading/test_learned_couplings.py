"""J_eff(r) over translations and machines, and couplings of larger groups."""

import itertools

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.lattice.couplings import PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.likelihood.free_energy import pseudo_log_likelihood
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.effective_couplings import effective_couplings, group_couplings
from spinlens.machines.reading.learned_couplings import learned_couplings
from truths import all_states, machine_distribution


def random_machine(biased=True, seed=0):
    generator = np.random.default_rng(seed)
    W, b, c = generator.normal(size=(8, 5)) * 0.7, generator.normal(size=8), generator.normal(size=5)
    return RBM.from_weights(W, b * biased, c * biased)


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_group_couplings_are_projections_of_ln_p(size, biased):
    machine = random_machine(biased)
    v = all_states(8)
    groups = list(itertools.combinations(range(8), size))
    expected = [np.mean(-machine.free_energy(v) * np.prod(v[:, group], axis=1)) for group in groups]
    np.testing.assert_allclose(group_couplings(machine, groups), expected, atol=2e-12)


def test_pairs_are_the_effective_couplings():
    machine = random_machine()
    found = group_couplings(machine, [(0, 3), (6, 2)])
    J = effective_couplings(machine)
    np.testing.assert_allclose(found, [J[0, 3], J[2, 6]], atol=1e-13)


@pytest.mark.parametrize("group", [(), (1, 1), (0, 8), (-1, 2)])
def test_a_group_that_is_none_is_refused(group):
    with pytest.raises(InputError, match="group"):
        group_couplings(random_machine(), [group])


def test_couplings_of_an_exact_machine_at_every_distance():
    model = IsingModel((4, 3), PowerLaw(1.2))
    found = learned_couplings([RBM.exact(model, 5.0)] * 2, (4, 3))
    np.testing.assert_allclose(found.table, model.coupling_table / 5.0, atol=1e-10)
    np.testing.assert_allclose(found.table_error, 0, atol=1e-12)
    np.testing.assert_allclose(found.roughness, 0, atol=1e-10)
    assert found.components == [(0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    np.testing.assert_allclose(found.distance[:3], [1, 1, np.sqrt(2)])


def test_averages_errors_and_roughness():
    def ring(*bonds):  # a machine of bonds J_{i,i+1} on a ring of 3
        w = np.arccosh(np.exp(2 * np.array(bonds))) / 2
        return RBM.from_weights(np.array([[w[0], 0, w[2]], [w[0], w[1], 0], [0, w[1], w[2]]]))

    found = learned_couplings([ring(0.1, 0.2, 0.3), ring(0.4, 0.4, 0.4)], (3,))
    np.testing.assert_allclose(found.coupling, [0.3], atol=1e-12)
    np.testing.assert_allclose(found.error, [0.1], atol=1e-12)
    np.testing.assert_allclose(found.roughness, [np.sqrt(0.02 / 6)], atol=1e-12)
    assert np.isnan(learned_couplings([ring(0.1, 0.1, 0.1)], (3,)).error[0])
    with pytest.raises(InputError, match="4 visible units"):
        learned_couplings([ring(0.1, 0.1, 0.1)], (4,))


def test_pseudo_likelihood_is_the_sum_of_conditionals():
    machine = random_machine()
    v, p = machine_distribution(machine)
    p = p.reshape((2,) * 8)  # an axis a unit
    expected = sum(np.log(p / p.sum(axis=i, keepdims=True)) for i in range(8))
    np.testing.assert_allclose(pseudo_log_likelihood(machine, v), expected.ravel(), atol=1e-10)
