"""Localization of maps that are known, its independence of noise, and what is not given."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.flows.correlators import CorrelationMap
from spinlens.flows.localization import localization


def made_up_map(noise: float, width: float = 1.5, floor: float = 0.2, seed: int = 0) -> CorrelationMap:
    side = np.arange(16) - 7.5
    squared = np.add.outer(side**2, side**2)
    truth = floor + 0.5 * np.exp(-squared / (2 * width**2))
    bins = truth + noise * np.random.default_rng(seed).normal(size=(20, 16, 16))
    replicas = (bins.sum(axis=0) - bins) / 19
    errors = np.sqrt(19 * replicas.var(axis=0))
    return CorrelationMap(bins.mean(axis=0), errors, replicas, (7.5, 7.5), 2, True)


def test_localization_of_a_gaussian_and_its_independence_of_noise() -> None:
    exact = localization(made_up_map(0.0))
    assert exact.rms_radius.value == pytest.approx(1.5, abs=0.01)  # D² has variance width²/2 an axis
    assert exact.participation.value == pytest.approx(2 * np.pi * 1.5**2, rel=0.01)
    assert exact.background.value == pytest.approx(0.2, abs=1e-6)
    assert exact.peak_to_background.value == pytest.approx(exact.peak.value / 0.2, rel=1e-5)
    pulls = []
    for seed in range(20):
        noisy = localization(made_up_map(0.1, seed=seed))
        pulls.append((noisy.rms_radius.value - 1.5) / noisy.rms_radius.error)
        assert noisy.rms_radius.value < 2.2
    assert abs(np.mean(pulls)) < 4 / np.sqrt(20)
    assert np.std(pulls) < 1.6


def test_localization_tells_a_wide_unit_from_a_narrow_one() -> None:
    narrow, wide = localization(made_up_map(0.05)), localization(made_up_map(0.05, width=3.0))
    assert wide.rms_radius.deviation(narrow.rms_radius) > 5
    assert wide.participation.deviation(narrow.participation) > 5


def test_ratio_to_an_unresolved_background_is_not_given() -> None:
    assert localization(made_up_map(0.1, floor=0.0)).peak_to_background is None
