"""G(r), S(k) and the lengths from them, against sums written out and fields with one known wave."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.lattice.correlation import (
    axis_correlation,
    dispersion_length,
    local_bonds,
    second_moment_length,
    self_correlation,
    structure_factor,
)


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


@pytest.mark.parametrize("shape", [(7,), (4, 6), (3, 4, 4)])
def test_correlations_are_sums_over_sites(shape: tuple[int, ...]) -> None:
    states = random_spins(4, *shape)
    axes, table = tuple(range(1, states.ndim)), self_correlation(states)
    for move in itertools.product(*(range(side) for side in shape)):
        slow = (states * np.roll(states, [-x for x in move], axis=axes)).mean(axis=axes)
        assert table[(slice(None), *move)] == pytest.approx(slow, abs=1e-12)
    lines = axis_correlation(states)
    assert lines.shape == (4, min(shape) // 2 + 1)
    for r in range(lines.shape[1]):
        slow = np.mean([(states * np.roll(states, -r, axis)).mean(axis=axes) for axis in axes], axis=0)
        assert lines[:, r] == pytest.approx(slow, abs=1e-12)


def test_structure_factor_of_a_single_wave() -> None:
    wave = np.where((np.arange(12) // 3) % 2 == 0, 1, -1)  # period 6: wave number 2
    states = np.broadcast_to(wave[:, None], (12, 12))[None].astype(np.int8)
    power = np.abs(np.fft.fftn(states[0])) ** 2 / 144
    expected = [power[0, 0], *((power[j, 0] + power[0, j]) / 2 for j in (1, 2, 3)), (power[1, 1] + power[1, -1]) / 2]
    assert np.allclose(structure_factor(states, (1, 2, 3))[0], expected)
    assert expected[2] > 10
    assert structure_factor(states[:, :, 0], (1, 2, 3)).shape == (1, 4)


@pytest.mark.parametrize("shape", [(8,), (4, 6), (3, 4, 4)])
def test_structure_factor_is_the_transform_of_the_correlation(shape: tuple[int, ...]) -> None:
    """S(k) is the transform of G(r): Σ_r G(r) e^{−ikr}, at k = 0 and at the longest wave of each axis."""
    states = random_spins(3, *shape, seed=1)
    table = self_correlation(states)
    axes = tuple(range(1, states.ndim))
    assert structure_factor(states)[:, 0] == pytest.approx(table.sum(axis=axes), abs=1e-10)
    modes = []
    for axis, side in enumerate(shape, 1):
        phase = np.cos(2 * np.pi * np.arange(side) / side).reshape(*([1] * axis), -1, *([1] * (len(shape) - axis)))
        modes.append((table * phase).sum(axis=axes))
    assert structure_factor(states)[:, 1] == pytest.approx(np.mean(modes, axis=0), abs=1e-10)


def test_local_bonds_of_a_stripe_and_of_a_field() -> None:
    stripes = np.tile([[1, 1, 1, 1], [-1, -1, -1, -1]], (1, 2, 1))
    assert np.all(local_bonds(stripes) == 0)  # −1 across, +1 along
    assert np.all(local_bonds(0.5 * np.ones((2, 3, 3, 3))) == 0.75)


def test_lengths_of_a_known_dispersion() -> None:
    """S(k) ∝ 1/(1 + (k̂ξ)^p) with k̂ = 2 sin π/L gives ξ back; with another p it does not."""
    L, xi = 12, 3.0
    for power in (2.0, 1.2):
        ratio = 1 + (2 * np.sin(np.pi / L) * xi) ** power
        assert L * dispersion_length(ratio, L, power) == pytest.approx(xi, rel=1e-12)
        assert abs(L * dispersion_length(ratio, L, power + 0.2) / xi - 1) > 0.01
    assert second_moment_length(1 + (2 * np.sin(np.pi / L) * xi) ** 2, L) == pytest.approx(xi, rel=1e-12)
    assert second_moment_length([0.9, np.inf], L).tolist() == [0.0, np.inf]
