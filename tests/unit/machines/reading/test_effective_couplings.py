"""Couplings read off the weights: against the defining average over all states, and against known Hamiltonians."""

import numpy as np
import pytest

from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.exact_rbm import pair_couplings
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.effective_couplings import effective_couplings
from truths import all_states


def projection(machine):
    """Coefficient of v_i v_j in ln p(v) = −F(v) by projection over all 2^n states: 2^{−n} Σ_v v_i v_j (−F(v))."""
    n = machine.n_visible
    v = all_states(n)
    J = np.einsum("s,si,sj->ij", -machine.free_energy(v), v, v) / len(v)
    np.fill_diagonal(J, 0)
    return J


@pytest.mark.parametrize("scale", [0.02, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("biased", [False, True])
def test_couplings_are_the_projection_of_the_free_energy(scale, biased):
    generator = np.random.default_rng(4)
    W, c = generator.normal(size=(9, 5)) * scale, generator.normal(size=5) * biased
    machine = RBM.from_weights(W, generator.normal(size=9) * biased, c)
    np.testing.assert_allclose(effective_couplings(machine), projection(machine), atol=1e-13 * (1 + scale) * 10)


@pytest.mark.parametrize(
    ("coupling", "temperature"),
    [(NearestNeighbour(), 2.269), (NearestNeighbour(), 0.5), (PowerLaw(1.2), 6.8), (PowerLaw(1.2), 1e4)],
)
def test_the_exact_machine_gives_back_its_hamiltonian(coupling, temperature):
    model = IsingModel((5, 6), coupling)
    J = effective_couplings(RBM.exact(model, temperature))
    np.testing.assert_allclose(J, pair_couplings(model) / temperature, atol=1e-14, rtol=1e-11)


def test_many_units_are_summed_in_parts():
    W = np.random.default_rng(0).normal(size=(20, 400)) * 0.3
    parts = sum(effective_couplings(RBM.from_weights(W[:, start : start + 50])) for start in range(0, 400, 50))
    np.testing.assert_allclose(effective_couplings(RBM.from_weights(W)), parts, atol=1e-13)


def test_units_of_one_weight_or_none_couple_nothing():
    assert not effective_couplings(RBM.from_weights([[0.0, 2.0], [0.0, 0.0]])).any()
