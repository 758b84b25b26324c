"""The best temperature of a pattern among made-up ones, and mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.correlators import CorrelationMap, visible_hidden_correlation
from spinlens.flows.pattern_match import match_temperature


def made_up(width: float, noise: float = 0.0, seed: int = 0) -> CorrelationMap:
    """A bell of this width about the middle of 16 × 16 sites, from 20 bins with noise."""
    squared = np.add.outer((np.arange(16) - 7.5) ** 2, (np.arange(16) - 7.5) ** 2)
    bins = np.exp(-squared / width) + noise * np.random.default_rng(seed).normal(size=(20, 16, 16))
    replicas = (bins.sum(axis=0) - bins) / 19
    return CorrelationMap(bins.mean(axis=0), np.sqrt(19 * replicas.var(axis=0)), replicas, (7.5, 7.5), 2, True)


OFFERED = {width: made_up(width) for width in (4.0, 4.4, 4.8, 5.2, 5.6)}


def test_the_best_temperature_is_found_between_those_offered_with_its_error() -> None:
    """Forty noisy patterns: the parabola is off by less than 1 %, errors are right to a third, nothing is left over."""
    found = [match_temperature(made_up(4.9, 0.05, seed), OFFERED) for seed in range(40)]
    assert all(match.in_range for match in found)
    temperatures = np.array([match.temperature.value for match in found])
    assert abs(temperatures.mean() / 4.9 - 1) < 0.01
    assert 0.75 < temperatures.std() / np.mean([match.temperature.error for match in found]) < 1.35
    residuals = np.array([match.residual.deviation(0.0) for match in found])
    assert abs(residuals.mean()) < 4 / np.sqrt(40)
    assert 0.5 < residuals.std() < 1.35
    wrong = [match_temperature(made_up(6.5, 0.05, seed), OFFERED).residual.deviation(0.0) for seed in range(10)]
    assert np.mean(wrong) > 2  # no width that is offered


def test_an_amplitude_is_fitted_only_where_it_is_free() -> None:
    whole = made_up(4.8)
    half = CorrelationMap(0.5 * whole.values, whole.errors, 0.5 * whole.replicas, whole.centre, 2, True)
    assert match_temperature(half, OFFERED).amplitude.value == pytest.approx(0.5, abs=0.002)  # interpolated
    assert match_temperature(half, OFFERED).residual.value == pytest.approx(0.0, abs=0.002)
    fixed = match_temperature(half, OFFERED, free_amplitude=False)
    assert fixed.amplitude.value == 1.0
    assert fixed.residual.value > 0.5


def test_a_pattern_beyond_those_offered_is_out_of_range() -> None:
    assert not match_temperature(made_up(9.0), OFFERED).in_range


def test_mistakes_are_said() -> None:
    states = np.where(np.random.default_rng(0).random((50, 8, 8)) < 0.5, 1, -1)
    one = visible_hidden_correlation(states, states[:, ::2, ::2])
    with pytest.raises(InputError, match="3 or more temperatures"):
        match_temperature(one, {1.0: one, 2.0: one})
    raw = visible_hidden_correlation(states, states[:, ::2, ::2], connected=False)
    with pytest.raises(InputError, match="all raw or all connected"):
        match_temperature(one, {1.0: raw, 2.0: raw, 3.0: raw})
