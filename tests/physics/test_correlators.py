"""Correlators at half the lattice against sums over all states, and the dimensions of the square lattice from them."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import Estimate, IsingModel, NearestNeighbour, PowerLaw
from spinlens.criticality.correlators.measure import check_with_correlators, correlators, half_lattice
from truths import all_states, normalised

SQUARE = [IsingModel((L, L), NearestNeighbour()) for L in (8, 16, 32)]
T_C = 2.269185


def exact_correlators(model):
    """A function of T: G(L/2) and the connected ⟨ε ε⟩(L/2) of a 4 × 4 lattice."""
    states = all_states(16).reshape(-1, 4, 4)
    energies, parts = model.energy(states), half_lattice(states, 2)

    def at(temperature):
        spin, pairs, mean = (normalised(-energies / temperature) @ part for part in parts)
        return np.array([spin, pairs - mean**2])

    return at


@pytest.mark.parametrize(("coupling", "temperature"), [(NearestNeighbour(), 2.4), (PowerLaw(1.2), 5.6)])
def test_values_and_slopes_agree_with_enumeration(coupling, temperature):
    """Values within four errors, slopes of the logarithms within 6 %; the power check: 5 % of T are seen."""
    model, step = IsingModel((4, 4), coupling), 1e-3
    exact, found = exact_correlators(model), correlators(IsingModel((4, 4), coupling), temperature, 10_000, seed=2)
    slopes = (np.log(exact(temperature + step)) - np.log(exact(temperature - step))) / (2 * step)
    wrong = exact(1.05 * temperature)
    for k, part in enumerate((found.spin, found.energy)):
        assert abs(part.deviation(float(exact(temperature)[k]))) < 4
        assert abs(part.deviation(float(wrong[k]))) > 4
    assert found.spin_slope == pytest.approx(slopes[0], rel=0.06)
    assert found.energy_slope == pytest.approx(slopes[1], rel=0.06)


def test_correlators_give_the_dimensions_of_the_square():
    check = check_with_correlators(SQUARE, Estimate(T_C, 0.001), draws=4000, seed=1)
    assert check.exponents == (1.75, 2.0, 3.0)
    assert check.delta_energy is not None
    for part, truth in ((check.spin, 0.125), (check.energy, 1.0)):
        assert abs(part.value.deviation(truth)) < 4
        assert part.p_value > 1e-3
        assert part.sizes == (8, 16, 32)
    assert check.delta_spin.error < 0.01
    assert check.delta_energy.error < 0.1
    for one, other in zip(check.sizes[:-1], check.sizes[1:], strict=True):  # ∂ ln G/∂T ~ L^{1/ν}
        assert other.spin_slope / one.spin_slope == pytest.approx(2, rel=0.15)


def test_a_wrong_temperature_gives_other_dimensions():
    hot = check_with_correlators(SQUARE, 2.5, draws=200, seed=1)
    assert hot.delta_spin.deviation(0.125) > 10
    assert hot.spin.p_value < 1e-6
    assert hot.delta_energy is None  # hidden by noise, and said
    near = check_with_correlators(SQUARE, Estimate(1.02 * T_C, 0.0), draws=2000, seed=1)
    honest = check_with_correlators(SQUARE, Estimate(1.02 * T_C, 0.02 * T_C), draws=2000, seed=1)
    assert near.delta_spin.deviation(0.125) > 4
    assert abs(honest.delta_spin.deviation(0.125)) < 2
    assert honest.delta_spin.error > 2 * near.delta_spin.error
