"""The compiled steps against slow and obvious NumPy references."""

import numpy as np
import pytest

from spinlens.machines.units import gibbs
from spinlens.machines.units.kernels import (
    LANES,
    draw_and_mean_units,
    draw_units,
    mean_units,
    momentum_step,
)

N_DRAWS = 4000


def draw_frequencies(field, stretch=1.0):
    """z-scores of the drawn means against tanh(field), over N_DRAWS independent draws of each unit."""
    lanes = gibbs.make_lanes(np.random.default_rng(3))
    total = np.zeros(field.size)
    spins = np.empty_like(field)
    for _ in range(N_DRAWS):
        draw_units(np.float32(stretch) * field, lanes, spins)
        assert set(np.unique(spins)) <= {-1.0, 1.0}
        total += spins
    expected = np.tanh(field.astype(np.float64))
    return (total / N_DRAWS - expected) / np.sqrt((1 - expected**2) / N_DRAWS)


FIELD = np.linspace(-2.0, 2.0, 1500).astype(np.float32)  # longer than one block, not a multiple of the lanes


def test_drawn_units_have_the_mean_tanh_of_their_field():
    z = draw_frequencies(FIELD)
    assert abs(z.mean() * np.sqrt(z.size)) < 4
    assert abs((z.var() - 1) * np.sqrt(z.size / 2)) < 4


def test_draws_at_a_field_wrong_by_two_percent_are_noticed():
    z = draw_frequencies(FIELD, stretch=1.02)
    assert abs(np.sum(z * np.sign(FIELD)) / np.sqrt(z.size)) > 4


def test_units_are_drawn_independently():
    lanes = gibbs.make_lanes(np.random.default_rng(5))
    spins = np.stack([gibbs.draw(np.zeros(3 * LANES, np.float32), lanes) for _ in range(N_DRAWS)])
    correlation = (spins.T @ spins) / N_DRAWS
    between_units = correlation[np.triu_indices(3 * LANES, 1)] * np.sqrt(N_DRAWS)
    between_draws = (spins[:-1].T @ spins[1:]).ravel() / np.sqrt(N_DRAWS - 1)
    for z in (between_units, between_draws):
        assert abs((z.var() - 1) * np.sqrt(z.size / 2)) < 4


def test_strong_fields_fix_the_unit():
    field = np.array([1e4, -1e4, 60.0, -60.0], np.float32)
    assert gibbs.draw(field.copy(), gibbs.make_lanes(np.random.default_rng(0))).tolist() == [1, -1, 1, -1]


def test_the_random_numbers_are_xoshiro128_plus_plus():
    """First draws against the published recurrence [Blackman & Vigna 2019], lane by lane, in Python integers."""
    lanes = gibbs.make_lanes(np.random.default_rng(1))
    state = [[int(word) for word in row] for row in lanes]
    spins = np.empty(2 * LANES, np.float32)
    field = np.linspace(-1, 1, 2 * LANES).astype(np.float32)
    draw_units(field, lanes, spins)
    for number, (x, spin) in enumerate(zip(field, spins, strict=True)):
        lane = number % LANES
        a, b, c, d = (state[row][lane] for row in range(4))
        total = (a + d) & 0xFFFFFFFF
        bits = ((((total << 7) | (total >> 25)) & 0xFFFFFFFF) + a) & 0xFFFFFFFF
        shifted = (b << 9) & 0xFFFFFFFF
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ shifted, ((d << 11) | (d >> 21)) & 0xFFFFFFFF
        for row, word in enumerate((a, b, c, d)):
            state[row][lane] = word
        uniform = (bits >> 8) * 2.0**-24 + 2.0**-25
        assert spin == (1 if uniform < 1 / (1 + np.exp(-2 * float(x))) else -1)


def test_mean_units_are_factor_times_tanh():
    field = np.linspace(-50, 50, 4001).astype(np.float32)
    mean = np.empty_like(field)
    mean_units(field, np.float32(-0.25), mean)
    np.testing.assert_allclose(mean, -0.25 * np.tanh(field.astype(np.float64)), atol=1e-7)  # float32 rounding


def test_draws_and_means_of_one_field_are_those_of_each_alone():
    field = np.linspace(-5, 5, 2500).astype(np.float32)
    lanes = gibbs.make_lanes(np.random.default_rng(4))
    spins, mean = np.empty_like(field), field.copy()
    draw_and_mean_units(mean, lanes.copy(), np.float32(0.5), spins, mean)
    np.testing.assert_array_equal(spins, gibbs.draw(field.copy(), lanes))
    np.testing.assert_array_equal(mean, gibbs.mean(field.copy(), 0.5))


@pytest.mark.parametrize("l1", [0.0, 0.01])
def test_momentum_step_is_the_formula(l1):
    value, gradient, velocity = (np.random.default_rng(i).normal(size=50).astype(np.float32) for i in range(3))
    expected_velocity = 0.5 * velocity + 0.1 * (gradient - 0.02 * value - l1 * np.sign(value))
    expected = value + expected_velocity
    momentum_step(value, gradient, velocity, *(np.float32(x) for x in (0.1, 0.5, 0.02, l1)))
    np.testing.assert_allclose(velocity, expected_velocity, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-7)
