"""What theory expects of a coupling."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import NearestNeighbour, PowerLaw
from spinlens.criticality.universality import (
    MEAN_FIELD_BINDER,
    correction_exponents,
    energy_expansion,
    higher_corrections,
    reference,
)


def test_power_laws_have_what_is_known_of_their_class():
    assert reference(PowerLaw(1.2), 2).expansion == energy_expansion(1.2, 2)
    assert "contested" in reference(PowerLaw(1.9), 2).note
    assert reference(PowerLaw(2.5), 2).temperature.estimate.value == pytest.approx(3.69232)
    assert reference(PowerLaw(2.5), 2).binder.estimate.value == reference(NearestNeighbour(), 2).binder.estimate.value
    assert reference(PowerLaw(0.5), 2).binder.estimate.value == MEAN_FIELD_BINDER


def test_the_mean_field_cumulant_is_that_of_a_quartic_weight():
    m = np.linspace(-6, 6, 20_001)
    weight = np.exp(-(m**4))
    m2, m4 = (float((m**k * weight).sum() / weight.sum()) for k in (2, 4))
    assert pytest.approx(1 - m4 / (3 * m2**2), abs=1e-9) == MEAN_FIELD_BINDER


def test_expansions_begin_at_the_gaussian_value():
    """At σ = d/2 both orders give Δ_ε = d − σ; a little above, the first order is d − σ + (2σ − d)/3."""
    assert energy_expansion(1.0, 2) == (1.0, 1.0)
    assert energy_expansion(1.1, 2)[0] == pytest.approx(0.9 + 0.2 / 3)


@pytest.mark.parametrize("strength", [0.5, 3.0])
def test_temperatures_are_in_units_of_the_coupling(strength):
    for coupling in (NearestNeighbour, lambda **options: PowerLaw(1.2, **options)):
        one, other = (reference(coupling(strength=J), 2) for J in (1.0, strength))
        assert other.temperature.estimate.value == pytest.approx(strength * one.temperature.estimate.value)
        assert other.delta_spin == one.delta_spin


@pytest.mark.parametrize(
    ("coupling", "dimension", "slowest", "further"),
    [
        (NearestNeighbour(), 2, (1.75,), (1.75, 2.0, 3.0)),
        (NearestNeighbour(), 3, (0.83,), (1.66, 1.96)),
        (PowerLaw(0.3), 1, (0.2,), (0.4, 0.6, 2.0)),
        (PowerLaw(1.2), 2, (0.4, 1.0, 1.5, 2.0), (0.8, 1.2, 2.0)),
        (PowerLaw(1.6), 2, (0.15, 1.0, 1.5, 2.0), (0.15, 0.5, 1.6, 2.0)),
        (PowerLaw(2.5), 2, (0.75,), (1.75, 2.0, 3.0)),
    ],
)
def test_corrections_to_scaling(coupling, dimension, slowest, further):
    assert correction_exponents(coupling, dimension) == pytest.approx(slowest)
    assert higher_corrections(reference(coupling, dimension).regime, coupling, dimension) == pytest.approx(further)


def test_there_is_no_transition_where_there_is_none():
    assert reference(NearestNeighbour(), 1).regime == reference(PowerLaw(1.5), 1).regime == "no transition"


def test_known_temperatures_come_with_their_source():
    known = reference(PowerLaw(1.2, strength=2.0), 2).temperature
    assert (known.estimate.value, known.estimate.error) == pytest.approx((2 * 6.83427, 2e-5))
    assert known.source == "Angelini, Parisi & Ricci-Tersenghi 2014"
    assert reference(PowerLaw(0.875), 1).temperature.estimate.value == 2.10589
    assert reference(PowerLaw(1.2, cell="integrated"), 2).temperature is None
