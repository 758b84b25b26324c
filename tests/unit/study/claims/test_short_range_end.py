"""Claim B on made-up results of each kind, and what it rests on: recipes, strata, the gate."""

from dataclasses import replace

import pytest

from made_up_machines import CONTROLS, LATTICE, LAZY, T_C, Measured, family, machines, model, results
from spinlens.study.claims import claim_b

OUTSIDE = {
    "temperature": 1.06,
    "apart": 0.06,
    "starts": 0.08,
    "distance": 0.4,
    "delta_spin": 0.08,
    "delta_energy": 0.4,
}


def judge(**parts):
    return claim_b(results(model(short_range=True, **parts)))


def test_learned_machines_that_end_at_the_critical_point_support_it():
    verdict = judge()
    assert verdict.outcome == "supported"
    assert verdict.decides == ""
    assert "learned (8 machines; learned" in verdict.because
    assert {effect.side for effect in verdict.effects if effect.subject.endswith("learned")} == {"inside"}


@pytest.mark.parametrize("name", OUTSIDE)
def test_each_effect_alone_contradicts_it(name):
    verdict = judge(recipes={"learned": replace(LATTICE, **{name: OUTSIDE[name]})})
    assert verdict.outcome == "contradicted"


@pytest.mark.parametrize("name", OUTSIDE)
def test_each_effect_alone_leaves_it_undecided_at_its_margin(name):
    margin = {"delta_spin": 0.03, "distance": 0.15, "delta_energy": 0.15}.get(name, 0.02)
    value = 1 + margin if name == "temperature" else margin
    verdict = judge(recipes={"learned": replace(LATTICE, **{name: value})})
    assert verdict.outcome == "undecided"
    assert "at its margin" in verdict.decides or "times the states" in verdict.decides


def test_it_depends_on_training_where_learned_machines_and_others_differ():
    assert judge(recipes={"learned": LATTICE, "cd1-critical": LAZY}).outcome == "depends on training"
    badly = replace(LATTICE, temperature=1.05)
    gapped = replace(LATTICE, gap=0.01)
    assert judge(recipes={"learned": badly, "cd1-critical": gapped}).outcome == "depends on training"
    assert judge(recipes={"learned": LATTICE, "cd1-critical": gapped}).outcome == "supported"


def test_without_a_learned_recipe_nothing_is_decided_and_it_says_so():
    for truth in (LAZY, replace(LATTICE, gap=0.01), replace(LATTICE, gap=1e-3)):
        verdict = judge(recipes={"cd1-critical": truth})
        assert verdict.outcome == "undecided"
        assert "a learned machine is missing" in verdict.because
        assert "gap" in verdict.decides
    assert "cd1-critical" in verdict.because


def test_a_recipe_that_is_undecided_keeps_the_claim_undecided():
    """With more data it could come out the other way, which would turn one decision into another."""
    verdict = judge(recipes={"learned": LATTICE, "cd1-critical": replace(LATTICE, temperature=1.02, gap=0.01)})
    assert verdict.outcome == "undecided"
    assert verdict.parts[0].found == "inside"
    assert "cd1-critical would have to be decided" in verdict.because


@pytest.mark.parametrize(("seeds", "outcome"), [(1, "undecided"), (3, "undecided"), (4, "supported"), (8, "supported")])
def test_fewer_than_four_machines_decide_nothing(seeds, outcome):
    verdict = judge(seeds=seeds)
    assert verdict.outcome == outcome
    assert ("fewer than 4" in verdict.because) == (seeds < 4)
    assert ("of learned would have to be trained" in verdict.decides) == (seeds < 4)


def test_one_machine_listed_eight_times_is_one_machine():
    one = machines("learned", LATTICE, Measured(), 1)
    assert judge(recipes={}, machines=one * 8).outcome == "undecided"


def test_recipes_of_a_grid_are_asked_whether_they_have_a_temperature_and_decide_nothing():
    grid = family(Measured(), {"grid": -0.08})
    verdict = judge(machines=grid)
    assert verdict.outcome == "supported"
    assert "ends at one temperature" in verdict.because
    for one in grid:
        one["end"]["all"]["equilibrium"]["distance"]["value"] = 0.9
    verdict = judge(machines=grid)
    assert verdict.outcome == "supported"
    assert "ends at no temperature" in verdict.because


@pytest.mark.parametrize("missing", CONTROLS)
def test_a_missing_control_leaves_it_not_assayed(missing):
    verdict = judge(controls={kind: truth for kind, truth in CONTROLS.items() if kind != missing})
    assert verdict.outcome == "not assayed"
    assert f"the control {missing} is missing" in verdict.because
    assert f"the control {missing} in the study" in verdict.decides


@pytest.mark.parametrize("kind", CONTROLS)
def test_a_control_that_comes_out_wrong_leaves_it_not_assayed(kind):
    wrong = LAZY if kind == "exact" else LATTICE
    verdict = judge(controls={**CONTROLS, kind: wrong})
    assert verdict.outcome == "not assayed"
    assert f"the control {kind} must be {'inside' if kind == 'exact' else 'outside'}" in verdict.because


def test_an_exact_machine_that_is_undecided_leaves_it_undecided_and_says_what_it_needs():
    verdict = judge(controls={**CONTROLS, "exact": replace(LATTICE, distance=0.12)})
    assert verdict.outcome == "undecided"
    assert "a control is undecided" in verdict.because
    assert "the control exact: about" in verdict.decides
    assert "times the states" in verdict.decides


def test_a_negative_control_need_not_settle_but_the_exact_machine_and_recipes_must():
    def unsettled(recipe):
        one = model(short_range=True)
        for machine in one["machines"]:
            if machine["recipe"] == recipe:
                machine["end"]["settled"] = False
        return claim_b(results(one))

    assert unsettled("mean-field").outcome == "supported"
    assert unsettled("learned").outcome == "undecided"
    assert unsettled("exact").outcome == "not assayed"
    assert "did not settle" in unsettled("exact").because


def with_reading(T, in_range=False, error=0.0):
    """Learned machines of which the energy reads `T`."""
    learned = machines("learned", LATTICE, Measured())
    for one in learned:
        for known in (one["end"]["all"], one["end"]["cold"], one["end"]["hot"]):
            known["temperature"]["energy"] = {"value": T, "error": error}
            known["in_range"]["energy"] = in_range
    return judge(recipes={}, machines=learned)


@pytest.mark.parametrize("T", [0.5 * T_C, 0.0, 2.6 * T_C])
def test_a_reading_pinned_at_the_end_of_the_instrument_is_outside(T):
    verdict = with_reading(T)
    assert verdict.outcome == "contradicted"
    (energy,) = (e for e in verdict.effects if e.name == "T_end/T_c − 1 by energy" and e.subject.endswith(", learned"))
    assert (energy.bound, energy.side) == ("lower" if T > T_C else "upper", "outside")
    assert ("≥" if T > T_C else "≤") in verdict.because


@pytest.mark.parametrize("T", [T_C, 1.2 * T_C, None, float("nan"), "hot"])
def test_other_readings_out_of_range_are_not_measured(T):
    verdict = with_reading(T)
    assert verdict.outcome == "undecided"
    assert "not measured" in verdict.because


def test_a_reading_in_range_needs_an_error():
    assert with_reading(T_C, in_range=True).outcome == "undecided"
    assert with_reading(T_C, in_range=True, error=0.01).outcome == "supported"


def test_a_machine_that_learns_takes_every_effect_through_its_margin():
    """From lazily trained to learned: every effect that was outside ends inside, and the claim with them."""
    sides, outcomes = [], []
    for part in (0.0, 0.5, 0.9, 0.98, 1.0):
        verdict = judge(recipes={"learned": LAZY.toward(LATTICE, part)})
        sides.append({e.name: e.side for e in verdict.effects if e.subject.endswith(", learned")})
        outcomes.append(verdict.outcome)
    moved = [name for name, side in sides[0].items() if side == "outside"]
    assert len(moved) == 8  # all but the differences of starts
    assert all(sides[-1][name] == "inside" for name in moved)
    assert outcomes[0] == "undecided"
    assert outcomes[-1] == "supported"
