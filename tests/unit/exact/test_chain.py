"""The ring in a field against enumeration, closed forms and limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, exact
from spinlens.errors import InputError


def ring(n_sites, strength, field):
    return IsingModel((n_sites,), CouplingTable(strength * NearestNeighbour().table((n_sites,))), field)


def summary(result):
    return np.array([result.log_z, result.energy, result.magnetization, result.m2, *result.correlation])


@pytest.mark.parametrize("n_sites", [3, 4, 9, 12])
@pytest.mark.parametrize("strength", [1.0, 0.4, -1.0])
@pytest.mark.parametrize("field", [0.0, 0.3, -2.0])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_chain_agrees_with_enumeration(n_sites, strength, field, temperature):
    """108 rings, ferromagnets and (frustrated) antiferromagnets, all averages and G(r) of every r."""
    summed = exact.enumerate(ring(n_sites, strength, field), temperature)
    closed = exact.chain(n_sites, temperature, strength, field)
    np.testing.assert_allclose(summary(closed), summary(summed), rtol=1e-11, atol=1e-14)


def test_a_field_wrong_by_a_millionth_is_found_out():
    summed = exact.enumerate(ring(9, 1.0, 0.3), 1.0)
    closed = exact.chain(9, 1.0, 1.0, 0.3 * (1 + 1e-6))
    assert not np.allclose(summary(closed), summary(summed), rtol=1e-9, atol=0)


@pytest.mark.parametrize("n_sites", [7, 100, 10**5])
@pytest.mark.parametrize("temperature", [0.2, 1.0, 30.0])
def test_without_a_field(n_sites, temperature):
    """Z = (2 cosh K)^N (1 + t^N), G(r) = (t^r + t^{N−r})/(1 + t^N), t = tanh K."""
    t, result = math.tanh(1 / temperature), exact.chain(n_sites, temperature)
    expected = n_sites * math.log(2 * math.cosh(1 / temperature)) + math.log1p(t**n_sites)
    assert result.log_z == pytest.approx(expected, rel=1e-14)
    assert result.magnetization == 0.0
    r = np.arange(n_sites)
    np.testing.assert_allclose(
        result.correlation, (t**r + t ** (n_sites - r)) / (1 + t**n_sites), rtol=1e-9, atol=1e-14
    )


@pytest.mark.parametrize("strength", [1.0, -0.6, 0.0])
def test_energy_and_magnetization_are_derivatives_of_ln_z(strength):
    """E = −∂ln Z/∂β and M = ∂ln Z/∂(h/T), by central differences of error 1e-9."""
    N, T, h, step = 50, 1.7, 0.4, 1e-5
    result = exact.chain(N, T, strength, h)
    colder, hotter = (exact.chain(N, 1 / (1 / T + x), strength, h).log_z for x in (step, -step))
    assert result.energy == pytest.approx((hotter - colder) / (2 * step) / N, rel=1e-8)
    more, less = (exact.chain(N, T, strength, h + x * T).log_z for x in (step, -step))
    assert result.magnetization == pytest.approx((more - less) / (2 * step) / N, rel=1e-8)


def test_free_spins():
    result = exact.chain(10, 2.0, strength=0.0, field=0.5)
    assert result.log_z == pytest.approx(10 * math.log(2 * math.cosh(0.25)), rel=1e-15)
    np.testing.assert_allclose(result.correlation[1:], math.tanh(0.25) ** 2, rtol=1e-14)


def test_deep_in_the_ground_state_nothing_overflows():
    up = exact.chain(1000, 1 / 290, 1.0, 0.5)
    assert (up.energy, up.magnetization) == (pytest.approx(-1.5), pytest.approx(1.0))
    kinked = exact.chain(5, 1 / 290, -1.0)  # one of N bonds is frustrated, wherever it is
    assert kinked.energy == pytest.approx(-3 / 5, rel=1e-14)
    assert kinked.log_z == pytest.approx(3 * 290 + math.log(10), rel=1e-14)
    np.testing.assert_allclose(kinked.correlation, [1, -3 / 5, 1 / 5, 1 / 5, -3 / 5], rtol=1e-12)


def test_a_weak_field_on_a_stiff_ring():
    """⟨m⟩ = tanh(N h/T) when all spins turn together: the small difference of two large numbers."""
    result = exact.chain(10, 1 / 20, 1.0, 1e-7 / 20)
    assert result.magnetization == pytest.approx(math.tanh(1e-6), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((2, 1.0), "n_sites must be an integer of at least 3"),
        ((5, 0.0), "temperature must be"),
        ((5, 1.0, float("nan")), "strength must be a finite number"),
        ((5, 1.0, 1.0, float("inf")), "field must be a finite number"),
        ((5, 1e-3), "use a higher temperature"),
    ],
)
def test_what_cannot_be_summed_is_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        exact.chain(*arguments)
