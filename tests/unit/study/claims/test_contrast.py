"""Claim F on made-up results of each kind."""

import pytest

from made_up_machines import along, model, results
from spinlens.study.claims import claim_f

NEAR = {"short_range": True}


def judge(far, near=None):
    return claim_f(results(model(**far), model(**{**NEAR, **(near or {})})))


def test_the_same_on_both_lattices_contradicts_it():
    assert judge({}).outcome == "contradicted"
    same = {"learned_map": (-0.3, -0.2), "stars": {"learned": 1.1}}
    assert judge(same, same).outcome == "contradicted"


@pytest.mark.parametrize("far", [{"learned_map": (0.0, -0.2)}, {"stars": {"learned": 1.1}}])
def test_a_contrast_of_either_supports_it_and_each_is_told_by_itself(far):
    verdict = judge(far)
    assert verdict.outcome == "supported"
    sides = {part.stratum: part.found for part in verdict.parts}
    assert sorted(sides.values()) == ["inside", "outside"]


def test_power_laws_of_the_short_range_class_are_no_nearest_neighbours():
    """At σ = 3 blocks are those of nearest neighbours, and its own learned map must not stand for theirs."""
    maps = {0.8: {}, 1.2: {}, 3.0: {"short_range": True, "learned_map": (0.0, -0.4)}}
    verdict = claim_f(along(maps))
    assert verdict.outcome == "contradicted"
    assert {part.subject.split(" − ")[0] for part in verdict.parts} == {"σ = 0.8", "σ = 1.2"}


def test_pairs_that_come_out_differently_depend_on_the_lattice():
    verdict = claim_f(along({0.8: {"learned_map": (0.0, -0.4)}, 1.2: {}, 1.6: {"learned_map": (0.0, 0.1)}}))
    assert (verdict.outcome, verdict.decides) == ("depends on the lattice", "")


def test_at_the_margin_and_without_both_lattices_it_is_undecided():
    assert judge({"learned_map": (0.1, 0.0)}).outcome == "undecided"
    assert claim_f(results(model())).outcome == "undecided"
    assert judge({}, {"seeds": 3}).outcome == "undecided"


def test_temperatures_that_were_not_measured_do_not_contradict_it():
    one, other = model(), model(short_range=True)
    one["fixed_points"], other["fixed_points"] = [], []
    assert claim_f(results(one, other)).outcome == "undecided"
    one = model(learned_map=(-0.4, 0.0))
    one["fixed_points"] = []
    assert claim_f(results(one, other)).outcome == "supported"


def test_controls_of_either_lattice_gate_it():
    other = model(short_range=True)
    other["coarse"] = [entry for entry in other["coarse"] if entry["map"] != "untrained"]
    verdict = claim_f(results(model(), other))
    assert verdict.outcome == "not assayed"
    assert "nearest neighbour: the untrained map" in verdict.because
