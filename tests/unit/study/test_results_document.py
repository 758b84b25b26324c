"""Whatever is missing or of another kind in results.json reads as empty, None or NaN."""

import math

import pytest

from spinlens.statistics.estimate import Estimate
from spinlens.study import results_document as document

STRANGE = [None, 0, 1.5, "text", True, [], [1, None], {"value": None}, {"value": "2", "error": 0.1}, {"error": 0.1}]


@pytest.mark.parametrize("found", STRANGE)
def test_what_is_strange_is_no_number(found):
    assert document.reference(found) is None
    assert document.measured(found) is None
    assert math.isnan(document.number(found))


@pytest.mark.parametrize("found", STRANGE[:7])
def test_what_is_strange_is_empty(found):
    results = {"models": found, "claims": found, "critical": found}
    assert document.models(results) == {}
    assert document.section(results, "critical") == {}
    assert document.entries(results, "claims") == []
    assert math.isnan(document.temperature_unit(results))


def test_numbers_that_are_there():
    exact, measured = {"value": 2, "error": 0}, {"value": 2.5, "error": 0.5}
    assert document.reference(exact) == Estimate(2.0, 0.0)
    assert document.measured(exact) is None
    assert document.measured(measured) == Estimate(2.5, 0.5)
    assert document.reference({"value": 2.5, "error": -0.5}) is None
    assert (document.number(measured), document.number(measured, "error")) == (2.5, 0.5)


def test_the_unit_of_temperature_is_the_one_used():
    model = {"critical": {"temperature": {"value": 2.5, "error": 0.5}}, "equilibrium": {"temperature": 2.4}}
    assert document.critical_temperature(model) == (2.5, 0.5)
    assert document.temperature_unit(model) == 2.4
    assert document.temperature_unit({**model, "equilibrium": {"temperature": 0.0}}) == 2.5


def test_models_have_labels():
    models = document.models({"models": {"a": {"label": "power law"}, "b": {}, "c": None}})
    assert {name: document.label(model, name) for name, model in models.items()} == {"a": "power law", "b": "b"}
