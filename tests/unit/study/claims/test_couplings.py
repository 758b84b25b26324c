"""Claim C′ on made-up results of each kind."""

from dataclasses import replace

from made_up_machines import CONTROLS, LATTICE, LAZY, model, results
from spinlens.study.claims import claim_c_prime


def judge(**parts):
    return claim_c_prime(results(model(**parts)))


def test_couplings_of_the_lattice_support_it():
    verdict = judge()
    assert verdict.outcome == "supported"
    assert [e.name for e in verdict.effects if e.subject.endswith(", learned")] == [
        "J_eff/(J/T) − 1 at r = 1",
        "J_eff/(J/T) − 1 at r = 1.41",
        "J_eff/(J/T) − 1 at r = 2",
        "slope of ln J_eff − lattice",
    ]


def test_weak_couplings_or_another_slope_of_a_learned_machine_say_neither():
    for off in (replace(LATTICE, coupling=-0.1), replace(LATTICE, slope=0.5)):
        verdict = judge(recipes={"learned": off})
        assert verdict.outcome == "undecided"
        assert "outside in" in verdict.because
    assert judge(recipes={"learned": replace(LATTICE, coupling=0.05)}).outcome == "undecided"


def test_it_depends_on_training():
    assert judge(recipes={"learned": LATTICE, "cd1-critical": LAZY}).outcome == "depends on training"
    assert judge(recipes={"cd1-critical": LAZY}).outcome == "undecided"


def test_controls_are_read_by_their_couplings():
    assert judge(controls={**CONTROLS, "lazy": replace(LAZY, coupling=0.0, slope=0.0)}).outcome == "not assayed"
    hot = replace(LATTICE, temperature=1.2)  # flows say nothing of couplings
    assert judge(controls={**CONTROLS, "exact": hot}).outcome == "supported"


def without_couplings(recipe, short_range=False):
    one = model(short_range=short_range)
    for machine in one["machines"]:
        if machine["recipe"] == recipe:
            machine["couplings"] = None
    return one


def test_an_exact_machine_too_large_to_be_read_is_stood_in_for_by_another():
    large = without_couplings("exact")
    assert claim_c_prime(results(large)).outcome == "not assayed"
    assert claim_c_prime(results(large, model(short_range=True))).outcome == "supported"


def test_a_recipe_without_couplings_is_not_measured():
    verdict = claim_c_prime(results(without_couplings("learned")))
    assert verdict.outcome == "undecided"
    assert "not measured" in verdict.because
