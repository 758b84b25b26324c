"""The equilibrium test: storage, other lattices, and few excitations."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import CalibrationError, InputError, SpinsError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.equilibrium import EquilibriumReference, equilibrium_test
from truths import drawn

MODEL = IsingModel((3, 3), NearestNeighbour())
GRID = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0]


def calibrated(seed: int) -> EquilibriumReference:
    states = np.stack([drawn(MODEL, T, 600, 100 * seed + k) for k, T in enumerate(GRID)])
    return EquilibriumReference.calibrate(MODEL, GRID, states)


def test_equilibrium_reference_survives_storage_and_rejects_other_lattices() -> None:
    reference, states = calibrated(5), drawn(MODEL, 2.0, 300, 11)
    found = equilibrium_test(states, reference)
    assert EquilibriumReference.from_arrays(reference.to_arrays(), MODEL).test(states) == found
    assert list(found.pulls) == ["energy", "|m|", "energy²", "m²", "G(1)", "S(1)", "S(1,1)"]
    with pytest.raises(SpinsError, match="last axes"):
        reference.test(np.ones((5, 4, 4)))
    with pytest.raises(CalibrationError, match="calibrated on \\(3, 3\\)"):
        EquilibriumReference.from_arrays(reference.to_arrays(), IsingModel((8, 8), NearestNeighbour()))
    old = {name: array for name, array in reference.to_arrays().items() if name != "kurtosis"}
    with pytest.raises(CalibrationError, match="earlier version"):
        EquilibriumReference.from_arrays(old, MODEL)
    with pytest.raises(InputError, match="temperatures above 0"):
        EquilibriumReference.calibrate(MODEL, [0, 1, 2], np.ones((3, 5, 3, 3)))


def test_few_excitations_are_out_of_range_of_the_equilibrium_test() -> None:
    reference = calibrated(6)
    assert not reference.test(np.ones((100, 3, 3), dtype=np.int8)).in_range
    assert reference.test(drawn(MODEL, 2.5, 600, 12)).in_range


def test_states_to_tell_are_those_of_which_half_the_ensembles_are_rejected() -> None:
    """States with one spin of nine drawn anew: at the number that the distance gives, 30 to 70 % of 60 ensembles."""
    reference = calibrated(7)
    many, rng = drawn(MODEL, 2.5, 60_000, 13), np.random.default_rng(14)
    many[:, 1, 1] = np.where(rng.random(len(many)) < 0.5, 1, -1)
    n = int(reference.test(many[:20_000]).states_to_tell)
    assert 20 < n < 900
    tests = [reference.test(many[k * n : (k + 1) * n]) for k in range(60)]
    assert 0.3 < np.mean([test.p_value < 0.05 for test in tests]) < 0.7


def test_a_grid_that_reaches_into_the_frozen_phase_is_calibrated_and_tests_no_state_there() -> None:
    grid = [0.3, *GRID]
    states = np.stack([np.ones((600, 3, 3)), *(drawn(MODEL, T, 600, k) for k, T in enumerate(GRID))])
    reference = EquilibriumReference.calibrate(MODEL, grid, states)
    assert not reference.test(states[0]).in_range
    assert reference.test(drawn(MODEL, 2.2, 300, 11)).p_value > 0.001
