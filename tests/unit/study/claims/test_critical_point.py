"""Claim A on made-up results of each kind."""

import pytest

from made_up_machines import Measured, model, results
from spinlens.study.claims import claim_a


def test_agreement_with_known_values_by_both_analyses_supports_it():
    verdict = claim_a(results(model()))
    assert verdict.outcome == "supported"
    assert "T_c = 5.0000(10) by fit and 5.0000(10) by crossings against 5" in verdict.because
    assert len(verdict.effects) == 4  # Δ_ε has no known value
    assert "0.950(6) by fit and 0.950(6) by crossings without a known value" in verdict.because
    assert verdict.decides == ""


@pytest.mark.parametrize("analysis", ["critical", "crossings"])
@pytest.mark.parametrize(("name", "value"), [("T", 5.05), ("delta_spin", 0.45)])
def test_one_quantity_outside_by_one_analysis_contradicts_it(analysis, name, value):
    verdict = claim_a(results(model(**{analysis: {name: value}})))
    assert verdict.outcome == "contradicted"
    assert "outside in" in verdict.because


def test_where_nothing_is_known_the_two_analyses_must_agree():
    apart = model(crossings={"delta_spin": 0.45})
    apart["reference"]["delta_spin"] = None
    assert claim_a(results(apart)).outcome == "contradicted"
    both = model(critical={"T": 5.1}, crossings={"T": 5.1})
    both["reference"]["temperature"] = None
    assert claim_a(results(both)).outcome == "supported"
    both["reference"]["temperature"] = {"value": 5.1, "error": 0.0}
    assert claim_a(results(both)).outcome == "supported"


def test_the_energy_dimension_counts_where_it_is_known():
    assert claim_a(results(model(crossings={"delta_energy": 1.2}))).outcome == "supported"
    known = model()
    known["reference"]["delta_energy"] = {"value": 1.2, "error": 0.0}
    assert claim_a(results(known)).outcome == "contradicted"


def test_a_known_value_that_could_decide_nothing_is_not_held_against():
    """An error of a third of the margin leaves no room for an inside."""
    vague = model(critical={"T": 5.06}, crossings={"T": 5.06})
    vague["reference"]["temperature"] = {"value": 5.0, "error": 0.01}
    verdict = claim_a(results(vague))
    assert verdict.outcome == "supported"
    assert "T_c, fit − crossings" in [effect.name for effect in verdict.effects]


def test_large_errors_leave_it_undecided_and_it_says_how_much_more_would_decide():
    verdict = claim_a(results(model(see=Measured(n=100))))
    assert verdict.outcome == "undecided"
    assert "times the states" in verdict.decides


def test_it_needs_a_power_law_and_unanimity():
    assert claim_a(results(model(short_range=True))).outcome == "undecided"
    assert claim_a(results(model(), model(critical={"T": 5.2}))).outcome == "depends on the lattice"


def test_nearest_neighbours_are_shown_as_the_control():
    verdict = claim_a(results(model(), model(short_range=True, critical={"T": 5.2})))
    assert verdict.outcome == "supported"
    assert [(part.subject, part.found) for part in verdict.parts] == [
        ("power law", "inside"),
        ("nearest neighbour", "outside"),
    ]
