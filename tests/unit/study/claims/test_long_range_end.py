"""Claim C on made-up results of each kind."""

from dataclasses import replace

import pytest

from made_up_machines import CONTROLS, LATTICE, LAZY, model, results
from spinlens.study.claims import claim_c


def judge(**parts):
    return claim_c(results(model(**parts)))


def test_dimensions_outside_support_it():
    for name, value in (("delta_spin", -0.1), ("delta_energy", 0.5)):
        verdict = judge(recipes={"learned": replace(LATTICE, **{name: value})})
        assert verdict.outcome == "supported"


def test_all_inside_contradicts_it():
    assert judge().outcome == "contradicted"


@pytest.mark.parametrize(("name", "value"), [("temperature", 1.06), ("distance", 0.5), ("apart", 0.1)])
def test_a_wrong_end_with_the_right_dimensions_says_neither_and_it_says_so(name, value):
    verdict = judge(recipes={"learned": replace(LATTICE, **{name: value})})
    assert verdict.outcome == "undecided"
    assert verdict.parts[0].found == "elsewhere"
    assert "learned says neither" in verdict.because
    assert "with the scaling dimensions of the lattice all the same" in verdict.because


def test_a_wrong_end_of_a_published_recipe_does_not_keep_it_undecided():
    hot = replace(LATTICE, temperature=1.06, gap=0.01)
    assert judge(recipes={"learned": LATTICE, "cd1-critical": hot}).outcome == "contradicted"


def test_short_sight_that_better_training_removes_depends_on_training():
    verdict = judge(recipes={"learned": LATTICE, "cd1-critical": LAZY})
    assert verdict.outcome == "depends on training"
    assert "cd1-critical (8 machines; not learned, gap 0.3" in verdict.because


def test_lazily_trained_machines_alone_decide_nothing():
    verdict = judge(recipes={"lazy": LAZY})
    assert verdict.outcome == "undecided"
    assert verdict.parts[0].found == "outside"
    assert "a learned machine is missing" in verdict.because


def test_it_is_not_assayed_where_a_redrawn_machine_passes():
    assert judge(controls={**CONTROLS, "redrawn": LATTICE}).outcome == "not assayed"


def test_dimensions_at_their_margin_leave_it_undecided_whatever_the_temperature():
    for temperature in (1.0, 1.06):
        verdict = judge(recipes={"learned": replace(LATTICE, temperature=temperature, delta_spin=0.032)})
        assert verdict.outcome == "undecided"
        assert "Δ_s − Monte Carlo" in verdict.decides


def test_a_study_without_power_law_decides_nothing():
    assert claim_c(results(model(short_range=True))).outcome == "undecided"
