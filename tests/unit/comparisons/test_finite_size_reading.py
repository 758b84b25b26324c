"""Observables of states and their slopes in T against sums over all states."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, effective_dimensions
from spinlens.comparisons.finite_size_reading import OBSERVABLES, columns, reading, slopes
from truths import boltzmann, drawn, second_moment_xi

MODEL, T = IsingModel((4, 4), NearestNeighbour()), 2.6


def exact_values(T):
    """m2, U4, ξ/L, energy, Δ_s of all states."""
    states, p = boltzmann(MODEL, T)
    m, energy = states.mean(axis=(1, 2)), MODEL.energy(states) / 16
    table = np.array([[p @ (states * np.roll(states, (-x, -y), (1, 2))).mean(axis=(1, 2)) for y in range(4)]
                      for x in range(4)])  # fmt: skip
    m2, m4 = p @ m**2, p @ m**4
    decay = -0.5 * np.log2(table[0, 2] / table[0, 1])
    return [m2, 1 - m4 / (3 * m2**2), second_moment_xi(table) / 4, p @ energy, decay]


@pytest.mark.parametrize("wrong", [False, True])
def test_readings_are_those_of_all_states(wrong):
    states = drawn(MODEL, T * (1.1 if wrong else 1.0), 20_000, 0)
    blocks = columns(states, MODEL).reshape(40, -1, 6).mean(axis=1)
    found = reading(blocks, MODEL)
    apart = [abs(getattr(found, name).deviation(v)) for name, v in zip(OBSERVABLES, exact_values(T), strict=True)]
    assert (min(apart) > 6) if wrong else (max(apart) < 4)


def test_errors_are_those_of_independent_states():
    tables = [columns(drawn(MODEL, T, 2000, seed), MODEL).reshape(40, -1, 6).mean(axis=1) for seed in range(30)]
    for name in OBSERVABLES:
        found = [getattr(reading(blocks, MODEL), name) for blocks in tables]
        spread = np.std([v.value for v in found], ddof=1)
        assert np.mean([v.error for v in found]) == pytest.approx(spread, rel=0.45)  # of 30: 13 % each way, 3.4 of them


def test_slopes_are_derivatives_in_ln_t():
    found = slopes(columns(drawn(MODEL, T, 100_000, 1), MODEL), MODEL, T)
    up, down = np.array(exact_values(T * 1.001)), np.array(exact_values(T / 1.001))
    up[0], down[0] = np.log(up[0]), np.log(down[0])
    known = (up - down) / (2 * np.log(1.001))
    for name, value in zip(OBSERVABLES, known, strict=True):
        assert found[name] == pytest.approx(value, rel=0.04)


def test_delta_spin_is_that_of_effective_dimensions():
    states = drawn(IsingModel((4, 4), NearestNeighbour()), T, 400, 3)
    found = reading(columns(states, MODEL).reshape(20, -1, 6).mean(axis=1), MODEL)
    assert found.delta_spin.value == pytest.approx(effective_dimensions(states).delta_spin.value, abs=1e-12)


def test_what_is_undefined_is_none():
    staggered = np.where(np.indices((4, 4)).sum(axis=0) % 2, -1, 1)[None].repeat(20, 0).astype(np.int8)
    found = reading(columns(staggered, MODEL).reshape(10, -1, 6).mean(axis=1), MODEL)
    assert found.m2 is None
    assert found.delta_spin is None
    assert found.energy.value == 2.0
