"""Effective dimensions of fields with a known decay, and of states that have none."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.dimensions import compare_dimensions, effective_dimensions


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


def test_effective_dimensions_of_a_power_law_field() -> None:
    rng = np.random.default_rng(5)
    k = np.fft.fftfreq(64) * 64
    distance = np.hypot(*np.meshgrid(k, k))
    correlation = np.where(distance > 0, distance, 0.5) ** -0.5  # Δ_s = 1/4
    spectrum = np.sqrt(np.maximum(np.fft.fft2(correlation).real, 0))
    fields = np.fft.ifft2(np.fft.fft2(rng.normal(size=(400, 64, 64))) * spectrum).real
    found = effective_dimensions(fields)
    assert (found.near, found.far) == (4, 8)
    assert found.delta_spin.value == pytest.approx(0.25, abs=4 * found.delta_spin.error)
    assert found.delta_spin.error < 0.02
    assert abs(found.delta_spin.value - 0.375) > 4 * found.delta_spin.error


def test_effective_dimensions_say_none_where_there_is_no_correlation() -> None:
    found = effective_dimensions(random_spins(50, 8, 8), near=2)
    assert found.delta_spin is None
    assert effective_dimensions(np.ones((50, 8, 8), dtype=np.int8)).delta_energy is None


def test_differences_have_the_errors_of_both_sides() -> None:
    one, other = (effective_dimensions(random_spins(400, 4, 4, seed=k) * 0.4 + 0.5) for k in (0, 1))
    found = one.minus(other)
    assert found.delta_spin.value == one.delta_spin.value - other.delta_spin.value
    assert found.delta_spin.error == pytest.approx(np.hypot(one.delta_spin.error, other.delta_spin.error))
    ordered = effective_dimensions(np.ones((50, 4, 4)))
    assert one.minus(ordered).delta_energy is None


def test_mistakes_are_said() -> None:
    with pytest.raises(InputError, match="2 × near"):
        effective_dimensions(random_spins(5, 4, 4), near=2)
    with pytest.raises(InputError, match="n_samples ≥ 2"):
        effective_dimensions(random_spins(1, 4, 4))
    free = {L: random_spins(20, L, L) for L in (4, 8)}
    with pytest.raises(InputError, match="missing: \\[8\\]"):
        compare_dimensions(free, {4: free[4]})
    with pytest.raises(InputError, match="states of size 4"):
        compare_dimensions({4: free[8]}, free)
