"""Correlation functions, their localization and effective dimensions against slow twins and made-up fields."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.correlators import (
    CorrelationMap,
    spin_correlation,
    visible_hidden_correlation,
)
from spinlens.flows.dimensions import effective_dimensions
from spinlens.flows.localization import localization


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


@pytest.mark.parametrize("shape", [(7,), (4, 6), (3, 4, 4)])
def test_spin_correlation_agrees_with_a_sum_over_sites(shape: tuple[int, ...]) -> None:
    states = random_spins(4, *shape)
    found = spin_correlation(states)
    axes = tuple(range(1, states.ndim))
    for move in itertools.product(*(range(side) for side in shape)):
        slow = (states * np.roll(states, [-x for x in move], axis=axes)).mean(axis=axes)
        assert found.table[move] == pytest.approx(slow.mean(), abs=1e-12)
        assert found.table_error[move] == pytest.approx(slow.std(ddof=1) / 2, abs=1e-12)
    first = [found.table[tuple(int(axis == k) for k in range(len(shape)))] for axis in range(len(shape))]
    assert found.value[1] == pytest.approx(np.mean(first))
    assert found.value[0] == pytest.approx(1.0)


def test_visible_hidden_map_agrees_with_loops() -> None:
    visible, hidden = random_spins(30, 4, 4), random_spins(30, 2, 2, seed=1)
    hidden[visible[:, ::2, ::2] == 1] = 1
    found = visible_hidden_correlation(visible, hidden)
    slow = np.zeros((4, 4))
    for a, b, x, y in itertools.product(range(2), range(2), range(4), range(4)):
        covariance = np.cov(visible[:, (2 * a + x) % 4, (2 * b + y) % 4], hidden[:, a, b])[0, 1]
        slow[(x + 1) % 4, (y + 1) % 4] += covariance / 4  # block sites 0 and 1 go to the middle, 1 and 2
    assert np.allclose(found.values, slow, atol=1e-12)
    assert found.centre == (1.5, 1.5)


def test_errors_of_the_map_are_those_of_repeated_ensembles() -> None:
    maps = []
    for seed in range(40):
        visible = random_spins(100, 4, 4, seed=seed)
        maps.append(visible_hidden_correlation(visible, visible[:, ::2, ::2]))
    observed = np.std([found.values for found in maps], axis=0)
    expected = np.mean([found.errors for found in maps], axis=0)
    away = np.ones((4, 4), dtype=bool)
    away[1, 1] = False  # there v h = 1 always
    assert np.mean(observed[away] / expected[away]) == pytest.approx(1.0, abs=0.15)


def test_given_centres_move_the_map_with_the_units() -> None:
    visible = random_spins(200, 8, 8)
    hidden = np.roll(visible, (-3, -2), axis=(1, 2))[:, ::2, ::2]
    corners = np.array(list(itertools.product(range(0, 8, 2), repeat=2)))
    found = visible_hidden_correlation(visible, hidden, centres=corners + np.array([3.4, 2.6]))
    assert np.unravel_index(found.values.argmax(), (8, 8)) == (3, 3)
    assert found.values.max() > 0.9
    plain = visible_hidden_correlation(visible, hidden)
    assert np.unravel_index(plain.values.argmax(), (8, 8)) == (6, 5)


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


def test_bad_input_gets_one_clear_error() -> None:
    with pytest.raises(InputError, match="not the visible one"):
        visible_hidden_correlation(random_spins(5, 8, 8), random_spins(5, 3, 3))
    with pytest.raises(InputError, match="same samples"):
        visible_hidden_correlation(random_spins(5, 8, 8), random_spins(4, 4, 4))
    with pytest.raises(InputError, match="centres must have shape"):
        visible_hidden_correlation(random_spins(5, 8, 8), random_spins(5, 4, 4), centres=[[0, 0]])
    with pytest.raises(InputError, match="n_samples ≥ 2"):
        spin_correlation(random_spins(1, 4, 4))
    with pytest.raises(InputError, match="2 × near"):
        effective_dimensions(random_spins(5, 4, 4), near=2)
