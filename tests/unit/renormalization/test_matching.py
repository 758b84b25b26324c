"""Zeros of matched curves against curves that are known, slopes against differences, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import ConvergenceError, InputError
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.matching import _curve, _match, two_lattice_matching
from spinlens.renormalization.measurements import bin_slices
from spinlens.sampling.sampler import sample
from truths import drawn

NN = NearestNeighbour()


def test_slopes_are_derivatives_with_respect_to_temperature() -> None:
    model, operators = IsingModel((3, 3), NN), default_operators(2, "even", side=3)[:2]
    parts = bin_slices(40_000, 1, 20)
    states = [drawn(model, temperature, 40_000, k) for k, temperature in enumerate((2.9, 3.0, 3.1))]
    below, at, above = (
        _curve(model, T, part, [part], operators, parts)[0] for T, part in zip((2.9, 3.0, 3.1), states, strict=True)
    )
    slope = (above[0, 0] - below[0, 0]) / 0.2
    error = np.sqrt(19 * (below[0, 1:].var(axis=0) + above[0, 1:].var(axis=0))) / 0.2
    assert np.all(np.abs(at[1, 0] - slope) < 4 * np.hypot(error, np.sqrt(19 * at[1, 1:].var(axis=0))))
    foreign = IsingModel((3, 3), PowerLaw(1.2))  # the twin: fluctuations of another energy
    wrong = _curve(foreign, 3.0, states[1], [states[1]], operators, parts)[0]
    assert np.all(np.abs(wrong[1, 0] - slope) > 4 * error)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_zeros_of_known_curves_are_found_with_their_errors(count: int) -> None:
    """Falling cubics with noise: zeros at 2.3 to a third of a per cent, pulls of unit variance."""
    rng, grid = np.random.default_rng(1), np.linspace(2.2, 2.45, count)
    true = np.polynomial.Polynomial.fromroots([2.3]) * np.polynomial.Polynomial([-30.0, 4.0, -1.0])
    exact = np.stack([true(grid), true.deriv()(grid)], axis=1)
    noise = np.array([0.1, 1.0])[None, :, None, None, None]
    bins = exact[:, :, None, None, None] + noise * rng.normal(size=(count, 2, 300, 20, 1))  # 300 curves of 20 bins
    pulls = []
    for curve in np.moveaxis(bins, 2, 0):
        without = (curve.sum(axis=2, keepdims=True) - curve) / 19
        difference = np.concatenate([curve.mean(axis=2, keepdims=True), without], axis=2)
        found = _match(0, (4, 4), ("nn",), grid, difference)
        assert found.combined.value == pytest.approx(found.temperatures[0].value)
        assert found.spread == 0
        assert found.combined.error < 0.008
        pulls.append(found.combined.deviation(2.3))
    assert abs(np.mean(pulls)) < 4 / np.sqrt(300)
    assert 0.8 < np.std(pulls) < 1.25  # Student's t of 19 degrees of freedom: 1.06 ± 0.05


def test_operators_are_combined_by_their_errors() -> None:
    grid, rng = np.array([1.0, 2.0]), np.random.default_rng(2)
    curve = np.empty((2, 2, 11, 2))
    curve[:, 0] = (1.5 - grid)[:, None, None]
    curve[:, 1] = -1.0
    curve[:, 0, 1:, 0] += 0.01 * rng.normal(size=(2, 10))
    curve[:, 0, 1:, 1] += 0.05 * rng.normal(size=(2, 10))
    curve[:, 0, :, 1] += 0.02  # the second operator crosses at 1.52
    found = _match(1, (4, 4), ("a", "b"), grid, curve)
    assert [t.value for t in found.temperatures] == pytest.approx([1.5, 1.52], abs=1e-6)
    weights = np.array([1 / t.error**2 for t in found.temperatures])
    assert found.combined.value == pytest.approx(weights @ [1.5, 1.52] / weights.sum(), abs=1e-6)
    assert found.spread == pytest.approx(0.02, abs=1e-6)


def test_the_last_common_lattice_need_not_be_divisible() -> None:
    grid, states = [2.2, 2.35], []
    for L in (20, 10):
        data = sample(IsingModel((L, L), NN), grid, 1000, 2, L, keep_spins=True, warmup=100, energy=False)
        states.append(data.spins.values.reshape(2, 2000, L, L))
    found = two_lattice_matching(NN, grid, *states, chains=2)
    assert [matching.shape for matching in found.matchings] == [(10, 10), (5, 5)]
    again = two_lattice_matching(NN, grid, *states, chains=2)
    assert again == found
    assert two_lattice_matching(NN, grid, *states, chains=2, seed=1) != found  # other coins


def test_bad_input_gets_one_clear_error() -> None:
    rng = np.random.default_rng(3)
    large = np.where(rng.random((2, 64, 8, 8)) < 0.5, 1, -1)
    small = large[:, :, ::2, ::2]
    with pytest.raises(InputError, match="at least two finite temperatures"):
        two_lattice_matching(NN, [2.0], large[:1], small[:1])
    with pytest.raises(InputError, match="at least two finite temperatures"):
        two_lattice_matching(NN, [0.0, 2.0], large, small)
    with pytest.raises(InputError, match=r"large must have shape \(n_temperatures = 2"):
        two_lattice_matching(NN, [2.0, 2.1], large[0], small)
    with pytest.raises(InputError, match="must be 2 times"):
        two_lattice_matching(NN, [2.0, 2.1], large, large)
    with pytest.raises(InputError, match="even operators"):
        two_lattice_matching(NN, [2.0, 2.1], large, small, operators=default_operators(2, "odd"))
    with pytest.raises(InputError, match="no room for operators"):
        two_lattice_matching(NN, [2.0, 2.1], large, small, steps=3)
    with pytest.raises(InputError, match="scale 3 must divide"):
        two_lattice_matching(
            NN,
            [2.0, 2.1],
            np.ones((2, 64, 12, 12)),
            np.ones((2, 64, 4, 4)),
            steps=2,
            scale=3,
            operators=default_operators(2, "even")[:1],
        )
    up = np.ones_like(large)
    up[:, ::2, 0, 0] = -1
    with pytest.raises(ConvergenceError, match="no match between T = 1 and"):
        two_lattice_matching(NN, [1.0, 1.1], up, small, steps=1)
    with pytest.raises(InputError, match="cannot fill"):
        two_lattice_matching(NN, [2.0, 2.1], large[:, :1], small[:, :1])
