"""Enumeration against numbers from an independent program, sums written out, and limits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.errors import InputError


def test_enumeration_agrees_with_the_reference(reference_data):
    for case in reference_data("enumeration")["cases"]:
        if case["coupling"] == "nearest-neighbour":
            coupling = NearestNeighbour()
        else:
            coupling = PowerLaw(case["sigma"], images=case["images"])
        result = exact.enumerate(IsingModel(case["shape"], coupling), case["T"])
        for name in ("log_z", "energy", "energy_squared", "abs_m", "m2", "m4"):
            assert getattr(result, name) == pytest.approx(case[name], rel=1e-12)
        for key, value in case["G"].items():
            assert result.correlation[tuple(int(n) for n in key.split(","))] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("shape", [(5,), (3, 4), (3, 3)])
@pytest.mark.parametrize("coupling", [NearestNeighbour(), PowerLaw(0.8), PowerLaw(0.8, cell="integrated")])
@pytest.mark.parametrize("field", [0.3, -1.1])
def test_enumeration_in_a_field_is_the_sum_over_states(shape, coupling, field):
    """Against a sum of Boltzmann weights written out here, all of its averages."""
    model, temperature = IsingModel(shape, coupling, field), 0.7 * IsingModel(shape, coupling).coupling_sum
    states = np.array(list(itertools.product([-1, 1], repeat=model.n_sites))).reshape(-1, *shape)
    energies = model.energy(states)
    weights = np.exp(-energies / temperature)
    m = states.reshape(len(states), -1).mean(axis=1)
    result = exact.enumerate(model, temperature)

    def average(values):
        return (weights * values).sum() / weights.sum()

    assert result.log_z == pytest.approx(np.log(weights.sum()), rel=1e-13)
    assert result.energy == pytest.approx(average(energies) / model.n_sites, rel=1e-13)
    assert result.energy_squared == pytest.approx(average(energies**2) / model.n_sites**2, rel=1e-13)
    moments = [average(m), average(abs(m)), average(m**2), average(m**4)]
    np.testing.assert_allclose([result.magnetization, result.abs_m, result.m2, result.m4], moments, rtol=1e-12)
    neighbour = average((states * np.roll(states, 1, axis=-1)).mean(axis=tuple(range(1, len(shape) + 1))))
    assert result.correlation[(0,) * (len(shape) - 1) + (1,)] == pytest.approx(neighbour, rel=1e-12)
    assert result.correlation.flat[0] == pytest.approx(1.0, rel=1e-14)


def test_free_spins_in_a_field():
    model = IsingModel((3, 4), CouplingTable(np.zeros((3, 4))), field=0.7)
    result = exact.enumerate(model, 1.3)
    assert result.magnetization == pytest.approx(np.tanh(0.7 / 1.3), rel=1e-13)
    assert result.log_z == pytest.approx(12 * np.log(2 * np.cosh(0.7 / 1.3)), rel=1e-13)
    assert result.correlation[1, 2] == pytest.approx(np.tanh(0.7 / 1.3) ** 2, rel=1e-13)


def test_enumeration_is_odd_and_even_in_the_field_and_smooth_at_zero():
    up, down, none, tiny = (
        exact.enumerate(IsingModel((3, 3), PowerLaw(1.2), field=h), 6.0) for h in (0.4, -0.4, 0.0, 1e-9)
    )
    assert up.magnetization == pytest.approx(-down.magnetization, rel=1e-13)
    assert up.energy == pytest.approx(down.energy, rel=1e-13)
    assert none.magnetization == 0.0
    for name in ("log_z", "energy", "specific_heat", "abs_m", "m2", "m4", "binder"):
        assert getattr(tiny, name) == pytest.approx(getattr(none, name), rel=1e-12)
    assert tiny.magnetization == pytest.approx(1e-9 / 6.0 * 9 * none.m2, rel=1e-6)  # χ = N⟨m²⟩/T


def test_enumeration_refuses_what_it_cannot_sum():
    with pytest.raises(InputError, match="at most 20 spins"):
        exact.enumerate(IsingModel((5, 5), NearestNeighbour()), 2.0)
    with pytest.raises(InputError, match="temperature must be"):
        exact.enumerate(IsingModel((3, 3), NearestNeighbour()), 0.0)
