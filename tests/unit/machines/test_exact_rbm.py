"""The exact machine is the Ising model: probabilities, ln Z, couplings."""

import numpy as np
import pytest

from spinlens.errors import CouplingError, InputError
from spinlens.lattice.couplings import CouplingTable, NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.exact_rbm import pair_couplings
from spinlens.machines.rbm import RBM
from truths import boltzmann, machine_distribution

CASES = [
    (IsingModel((3, 3), NearestNeighbour()), 2.269),
    (IsingModel((3, 4), NearestNeighbour()), 1.3),
    (IsingModel((3, 3), PowerLaw(1.2)), 6.8),
    (IsingModel((4, 3), PowerLaw(1.2, images="minimum")), 4.0),
]


@pytest.mark.parametrize(("model", "temperature"), CASES)
def test_probabilities_are_the_boltzmann_ones(model, temperature):
    _, p = boltzmann(model, temperature)
    np.testing.assert_allclose(machine_distribution(RBM.exact(model, temperature))[1], p, rtol=1e-12)
    wrong = machine_distribution(RBM.exact(model, temperature * 1.02))[1]
    assert not np.allclose(wrong, p, rtol=1e-3)


@pytest.mark.parametrize(("model", "temperature"), CASES)
def test_pair_couplings_give_the_energy(model, temperature):
    J = pair_couplings(model)
    s = np.random.default_rng(0).choice([-1, 1], size=(5, model.n_sites))
    np.testing.assert_allclose(
        -0.5 * np.einsum("ni,ij,nj->n", s, J, s), model.energy(s.reshape(-1, *model.shape)), rtol=1e-12
    )


def test_infinite_temperature_has_no_weights():
    machine = RBM.exact(IsingModel((3, 3), NearestNeighbour()), np.inf)
    assert machine.weights_.shape == (9, 18)
    assert not machine.weights_.any()


def test_what_has_no_exact_machine_is_refused():
    model = IsingModel((3, 3), NearestNeighbour())
    with pytest.raises(InputError, match="T > 0"):
        RBM.exact(model, 0.0)
    with pytest.raises(InputError, match="so low"):
        RBM.exact(model, 1e-3)
    antiferromagnet = IsingModel((3, 3), CouplingTable(-NearestNeighbour().table((3, 3))))
    with pytest.raises(CouplingError, match="negative"):
        RBM.exact(antiferromagnet, 1.0)
    with pytest.raises(InputError, match="too many"):
        RBM.exact(IsingModel((64, 64), PowerLaw(1.2)), 7.0)


def test_a_field_is_refused():
    with pytest.raises(CouplingError, match="needs field 0"):
        RBM.exact(IsingModel((3, 3), NearestNeighbour(), field=0.1), 2.0)
