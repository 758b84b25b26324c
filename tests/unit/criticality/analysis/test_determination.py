"""From values near T_c to a critical point: the start does not matter, and what data lack is left out."""

from __future__ import annotations

import math

import pytest

from spinlens import NearestNeighbour, PowerLaw
from spinlens.criticality.analysis.determination import Lattices, determine
from spinlens.criticality.analysis.scaling_data import FAMILIES, scaling_data
from spinlens.criticality.synthetic import Truth, synthetic_curves

SIZES = (8, 16, 32)
SQUARE = Lattices(NearestNeighbour(), 2, "short-range", SIZES)


@pytest.fixture(scope="module")
def data():
    return scaling_data(synthetic_curves(Truth(), NearestNeighbour(), SIZES, (20_000,) * 3, 2), 2.3, ("binder", "xi"))


@pytest.fixture(scope="module")
def point(data):
    return determine(data, SQUARE, (2.3, 1.0))[0]


def test_the_truth_whatever_the_start(data, point):
    for name, true in (
        ("temperature", 2.3),
        ("delta_spin", 0.125),
        ("delta_energy", 1.0),
        ("binder", 0.61),
        ("xi", 0.9),
    ):
        assert abs(getattr(point, name).deviation(true)) < 3
    other, influence = determine(data, SQUARE, (2.305, 0.9))
    assert other.temperature.value == pytest.approx(point.temperature.value, rel=1e-5)
    assert len(influence) == len(SIZES)
    assert sum(point.influence.values()) == pytest.approx(1)


def test_it_knows_its_lattices(point):
    assert (point.coupling, point.dimension, point.sizes, point.made_from) == (NearestNeighbour(), 2, SIZES, "runs")
    assert point.crossings == ()
    assert point.by_crossings is None


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_that_was_not_measured_gives_nothing(data, family):
    left = data.only(data.family != FAMILIES.index(family))
    found, _ = determine(left, SQUARE, (2.3, 1.0))
    assert abs(found.temperature.deviation(2.3)) < 3
    name = "delta_spin" if family == "log_m2" else family
    estimate = getattr(found, name)
    assert estimate is None or math.isnan(estimate.value)
    assert name not in found.covariance


def test_without_a_coupling_the_document_is_empty(data):
    found, _ = determine(data, Lattices(None, 2, "unknown", SIZES), (2.3, 1.0))
    assert found.coupling is None
    assert found.coupling_document == {}
    assert math.isnan(found.check.p_value)


def test_a_wrong_class_is_contradicted(data):
    found, _ = determine(data, Lattices(PowerLaw(1.2), 2, "long-range", SIZES), (2.3, 1.0))
    assert found.check.contradicted
