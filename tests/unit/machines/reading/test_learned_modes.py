"""Couplings and weights by wave vector: those of exact machines, of single filters, and of noise."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, learned_modes
from spinlens.errors import InputError
from spinlens.machines.reading.learned_couplings import alike
from spinlens.machines.tori import shared


@pytest.mark.parametrize("coupling", [NearestNeighbour(), PowerLaw(1.2)], ids=["nearest neighbour", "power law"])
@pytest.mark.parametrize("shape", [(4, 4), (3, 5)])
def test_the_exact_machine_has_the_couplings_of_its_lattice(coupling, shape):
    model, T = IsingModel(shape, coupling), 5.0
    found = learned_modes([RBM.exact(model, T)], shape)
    table = np.fft.fftn(model.coupling_table).real / T
    np.testing.assert_allclose(found.coupling, [table[wave] for wave in found.components], atol=1e-12)
    assert np.all(np.diff(found.wave) >= 0)
    assert found.wave[0] == 0
    assert np.isnan(found.coupling_error).all()
    cooler = learned_modes([RBM.exact(model, 0.9 * T)], shape)
    assert np.abs(cooler.coupling - found.coupling).max() > 0.05


def test_weights_of_one_filter_are_its_power():
    """Σ_a |Σ_i W_ia e^{−ikx_i}|² / N over all places is |ŵ(k)|², and no two waves are mixed."""
    w = np.random.default_rng(0).normal(size=(4, 6))
    found = learned_modes([shared((4, 6), w[None])], (4, 6))
    power = np.abs(np.fft.fft2(w)) ** 2
    for wave, weight in zip(found.components, found.weight, strict=True):
        same = {(a % 4, b % 6) for a in (wave[0], -wave[0]) for b in (wave[1], -wave[1])}
        assert weight == pytest.approx(np.mean([power[place] for place in same]))
    assert found.mixing == pytest.approx(0, abs=1e-12)


def test_weak_weights_are_couplings():
    """J_eff = W Wᵀ off the diagonal, to the second order in weights."""
    found = learned_modes([shared((4, 4), 1e-3 * np.random.default_rng(1).normal(size=(1, 4, 4)))], (4, 4))
    sites = np.array([len(group) for group in alike((4, 4), first=0).values()])
    mean = (sites * found.weight).sum() / sites.sum()
    np.testing.assert_allclose(found.coupling, found.weight - mean, atol=1e-9)
    assert np.abs(found.coupling).max() > 1e-6


def test_noise_mixes_waves_and_machines_give_errors():
    rng = np.random.default_rng(2)
    machines = [RBM.from_weights(rng.normal(0, 0.1, (16, 16))) for _ in range(6)]
    found = learned_modes(machines, (4, 4))
    assert 0.3 < found.mixing < 15 / 16
    assert np.all(found.coupling_error > 0)
    assert np.all(np.abs(found.weight - 0.16) < 6 * found.weight_error + 0.1)


@pytest.mark.parametrize("machines", [[], [RBM.from_weights(np.ones((9, 2)))]])
def test_machines_of_another_lattice_are_refused(machines):
    with pytest.raises(InputError, match="16 visible units, the sites of"):
        learned_modes(machines, (4, 4))


def test_a_machine_without_weights_mixes_nothing():
    assert learned_modes([RBM.from_weights(np.zeros((4, 1)))], (2, 2)).mixing == 0
