"""Machines against exactly solved lattices."""

import numpy as np
import pytest

from spinlens import exact
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE, kaufman
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.exact_rbm import pair_couplings
from spinlens.machines.rbm import RBM
from truths import drawn


def lattice_log_z(model, machine, temperature, **options):
    """ln Z of the lattice from AIS of its exact machine: each bond's hidden unit adds ln 2 + K."""
    found = machine.log_z("ais", **options)
    K = pair_couplings(model)[np.triu_indices(model.n_sites, 1)] / temperature
    return found, float((K[K > 0] + np.log(2)).sum())


@pytest.mark.parametrize(("off", "agrees"), [(1.0, True), (1.02, False)])
def test_ais_of_the_exact_machine_gives_kaufmans_log_z(off, agrees):
    model = IsingModel((8, 8), NearestNeighbour())
    machine = RBM.exact(model, off * CRITICAL_TEMPERATURE)
    found, constant = lattice_log_z(model, machine, off * CRITICAL_TEMPERATURE, runs=200, betas=1000, seed=1)
    assert found.error < 0.15
    assert (abs(found.deviation(kaufman(8, CRITICAL_TEMPERATURE).log_z + constant)) < 4) is agrees


def machine_deviations(epochs):
    """|deviation| of E and |m| of a trained machine's samples from enumeration, in errors."""
    model, n = IsingModel((3, 3), NearestNeighbour()), 10_000
    states = drawn(model, 3.0, n, seed=3).reshape(n, 9)
    machine = RBM(9, epochs=epochs, exact_gradient=True, learning_rate=0.2, batch_size=500, seed=1).fit(states)
    found = machine.sample(n, steps=200, seed=2)
    truth = exact.enumerate(model, 3.0)
    pairs = [
        (model.energy(found.reshape(-1, 3, 3)) / 9, truth.energy),
        (np.abs(found.mean(axis=1)), truth.abs_m),
    ]
    # The training states have errors of the machine's samples' size: hence √2.
    return [abs(x.mean() - value) / (np.sqrt(2 / len(x)) * x.std()) for x, value in pairs]


def test_a_well_trained_machine_has_the_energy_and_magnetization_of_the_lattice_and_an_undertrained_one_has_not():
    assert max(machine_deviations(epochs=60)) < 4
    assert max(machine_deviations(epochs=1)) > 4
