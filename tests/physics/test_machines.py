"""Machines against exactly solved lattices."""

import numpy as np
import pytest

from spinlens import exact
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE, kaufman
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.exact_rbm import pair_couplings
from spinlens.machines.rbm import RBM
from spinlens.sampling.sampler import sample
from spinlens.statistics.autocorrelation import mean_estimate

T_POWER_LAW = 6.8  # near the critical temperature of σ = 1.2 at these sizes: fluctuations are large


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


def gibbs_deviations(model, temperature, machine_temperature):
    """Deviations of ⟨E⟩, ⟨|m|⟩, ⟨m²⟩ of the exact machine's chains from enumeration, in errors."""
    machine = RBM.exact(model, machine_temperature)
    generator = np.random.default_rng(7)
    states = machine.gibbs(np.where(generator.random((500, model.n_sites)) < 0.5, 1, -1), 300, generator)
    energy, m = [], []
    for _ in range(300):
        states = machine.gibbs(states, 5, generator)
        energy.append(model.energy(states.reshape(-1, *model.shape)) / model.n_sites)
        m.append(states.mean(axis=1))
    truth = exact.enumerate(model, temperature)
    series = {"energy": np.array(energy).T, "abs_m": np.abs(m).T, "m2": np.square(m).T}
    return [abs(mean_estimate(values).deviation(getattr(truth, name))) for name, values in series.items()]


@pytest.mark.parametrize(
    ("model", "temperature"),
    [(IsingModel((4, 4), NearestNeighbour()), 2.5), (IsingModel((4, 4), PowerLaw(1.2)), T_POWER_LAW)],
)
def test_gibbs_samples_of_the_exact_machine_are_the_lattices(model, temperature):
    assert max(gibbs_deviations(model, temperature, temperature)) < 4
    assert max(gibbs_deviations(model, temperature, 1.02 * temperature)) > 4


def machine_deviations(epochs):
    """|deviation| of E and |m| of a trained machine's samples from held-out states, in combined errors."""
    model = IsingModel((3, 3), NearestNeighbour())
    data = sample(model, 3.0, draws=10_000, chains=2, seed=3, keep_spins=True, thin=3)
    states = data.spins.values.reshape(-1, 9)
    machine = RBM(9, epochs=epochs, exact_gradient=True, learning_rate=0.2, batch_size=500, seed=1).fit(states)
    drawn = machine.sample(20_000, steps=200, seed=2)
    truth = exact.enumerate(model, 3.0)
    pairs = [
        (model.energy(drawn.reshape(-1, 3, 3)) / 9, truth.energy),
        (np.abs(drawn.mean(axis=1)), truth.abs_m),
    ]
    # The training states have errors of the machine's samples' size: hence √2.
    return [abs(x.mean() - value) / (np.sqrt(2 / len(x)) * x.std()) for x, value in pairs]


def test_a_well_trained_machine_has_the_energy_and_magnetization_of_the_lattice():
    assert max(machine_deviations(epochs=40)) < 4


def test_an_undertrained_machine_has_not():
    assert max(machine_deviations(epochs=1)) > 4
