"""Correlators at half the lattice against sums over all states, and the dimensions of the square lattice from them."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import Estimate, IsingModel, NearestNeighbour, PowerLaw
from spinlens.criticality.correlators.fit import fit_dimension
from spinlens.criticality.correlators.measure import check_with_correlators, correlators, half_lattice
from spinlens.errors import ConvergenceError, InputError
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
    """Values within four errors, slopes of the logarithms within 6 %; values of a T that is 5 % off are seen."""
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
    hot = check_with_correlators(SQUARE, 2.5, draws=500, seed=1)
    assert hot.delta_spin.deviation(0.125) > 10
    assert hot.spin.p_value < 1e-6
    assert hot.delta_energy is None  # hidden by noise, and said
    near = check_with_correlators(SQUARE, Estimate(1.02 * T_C, 0.0), draws=2000, seed=1)
    honest = check_with_correlators(SQUARE, Estimate(1.02 * T_C, 0.02 * T_C), draws=2000, seed=1)
    assert near.delta_spin.deviation(0.125) > 4
    assert abs(honest.delta_spin.deviation(0.125)) < 2
    assert honest.delta_spin.error > 2 * near.delta_spin.error


def synthetic_pulls(fitted, seeds=400):
    """ln G of Δ = 0.4 at four sizes with corrections, noise, and a T_c that is off; the pulls of `fit_dimension`."""
    sizes, exponents = np.array([8, 16, 32, 64]), (0.8, 1.2, 2.0)
    noise, slopes = 0.002 * sizes**0.3, 0.05 * sizes
    pulls = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        amplitudes, moved = rng.normal(size=3), rng.normal() * 0.02 * slopes
        clean = (
            1.3 - 0.8 * np.log(sizes) + sum(b * (sizes / 2) ** -p for b, p in zip(amplitudes, exponents, strict=True))
        )
        values = clean + noise * rng.normal(size=4) + moved
        found = fit_dimension(sizes, values, noise, *((exponents, 0.02 * slopes) if fitted else ((), 0.0)))
        pulls.append((found.value.deviation(0.4), found.p_value))
    return np.array(pulls).T


def test_errors_cover_known_corrections_and_a_shifted_temperature():
    """400 sets. Without corrections and T_c in the fit the same data are off by many errors, with vanishing p."""
    pulls, p_values = synthetic_pulls(fitted=True)
    assert 0.9 < pulls.std() < 1.1
    assert abs(pulls.mean()) < 0.2
    assert 0.02 < np.mean(p_values < 0.05) < 0.09
    wrong, wrong_p = synthetic_pulls(fitted=False)
    assert wrong.std() > 5
    assert np.median(wrong_p) < 1e-3


def test_parts_of_the_error():
    sizes, values = (8, 16, 32), -0.25 * np.log([8, 16, 32])
    whole = fit_dimension(sizes, values, [0.01] * 3, (1.0,), [0.01, 0.02, 0.04])
    assert whole.value.error == pytest.approx(np.hypot(whole.statistical, whole.systematic))
    assert 0 < whole.from_temperature < whole.systematic
    bare = fit_dimension(sizes, values, [0.01] * 3, ())
    assert bare.systematic == 0
    assert bare.value.error == pytest.approx(0.01 / (2 * np.sqrt(2) * np.log(2)))
    with pytest.raises(InputError, match="two sizes"):
        fit_dimension((8, 8), [0.0, 0.1], [0.1, 0.1], ())
    assert np.isnan(fit_dimension((8, 16), [0.0, -0.2], [0.1, 0.1], (2.0,)).p_value)


def test_what_cannot_be_answered_is_said():
    with pytest.raises(InputError, match="even sizes"):
        correlators(IsingModel((5, 5), NearestNeighbour()), 2.3, 100)
    with pytest.raises(InputError, match="at least 16"):
        correlators(SQUARE[0], 2.3, 5)
    with pytest.raises(InputError, match="temperature"):
        check_with_correlators(SQUARE, float("nan"), 100)
    with pytest.raises(InputError, match="two sizes"):
        check_with_correlators(SQUARE[:1], T_C, 100)
    with pytest.raises(ConvergenceError, match="lost in noise"):
        check_with_correlators(SQUARE, 50.0, 100)
    assert half_lattice(np.ones((2, 6), dtype=np.int8), 1)[0].tolist() == [1.0, 1.0]
