"""Ensembles look at their states once, and instruments of another model look for themselves."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.ensembles import Ensemble, calibration, ensemble, observed
from spinlens.thermometers.observables import joint_names
from truths import drawn

MODEL = IsingModel((4, 4), NearestNeighbour())


def test_what_is_seen_is_computed_once_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    energy = IsingModel.energy
    monkeypatch.setattr(IsingModel, "energy", lambda self, states: calls.append(1) or energy(self, states))
    states = drawn(MODEL, 2.5, 20, 0)
    calls.clear()
    given = Ensemble(MODEL, states)
    seen = dict(zip(joint_names(MODEL), given.joint.T, strict=True))
    assert np.array_equal(seen["energy"] * 16, given.energy)
    assert len(calls) == 1
    m = states.mean(axis=(1, 2))
    assert np.array_equal(seen["|m|"], np.abs(m))
    assert np.array_equal(seen["m²"], m**2)
    products = [states * np.roll(states, 2, axis) for axis in (1, 2)]
    assert np.allclose(seen["G(2)"], np.mean(products, axis=(0, 2, 3)))
    assert np.allclose(given.structure[:, 0], 16 * m**2)


def test_an_ensemble_is_passed_on_within_its_model_and_looked_at_anew_in_another() -> None:
    given = Ensemble(MODEL, drawn(MODEL, 2.5, 20, 0))
    assert observed(given, MODEL) is given
    assert ensemble(given, MODEL) is given
    other = IsingModel((4, 4), PowerLaw(1.2))
    assert np.array_equal(observed(given, other).energy, other.energy(given.states))
    assert not np.array_equal(observed(given, other).energy, given.energy)


def test_chains_become_samples_one_after_the_other() -> None:
    chains = drawn(MODEL, 2.5, 40, 1).reshape(4, 10, 4, 4)
    given = ensemble(chains, MODEL)
    assert given.chains == 4
    assert np.array_equal(given.states, chains.reshape(40, 4, 4))
    with pytest.raises(InputError, match="at least 8 draws"):
        ensemble(chains[:, :7], MODEL)


def test_calibrations_are_sorted_finite_and_warm_ones_above_zero() -> None:
    grid = [3.0, 0.0, np.inf, 2.0, 2.5]
    states = np.stack([drawn(MODEL, min(max(T, 0.1), 1e6), 10, k) for k, T in enumerate(grid)])
    known = calibration(MODEL, grid, states)
    assert known.temperatures.tolist() == [0.0, 2.0, 2.5, 3.0]
    assert np.array_equal(known.parts[-1].states, states[0])
    assert known.energies.shape == (4, 10)
    assert known.warm().temperatures.tolist() == [2.0, 2.5, 3.0]
    with pytest.raises(InputError, match="temperatures above 0, got 2"):
        calibration(MODEL, grid[:4], states[:4]).warm()
