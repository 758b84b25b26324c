"""Claim E on made-up results of each kind."""

import pytest

from made_up_machines import LAYER_INSTRUMENTS, model, results
from spinlens.study.claims import claim_e


def judge(learned, **parts):
    stars = {"learned": learned, "stack": parts.pop("stack", 1.0)}
    return claim_e(results(model(stars=stars, **parts)))


def each(*values):
    return dict(zip(LAYER_INSTRUMENTS, values, strict=True))


def test_a_higher_temperature_by_all_instruments_supports_it_even_where_they_differ():
    assert judge(1.1).outcome == "supported"
    assert judge(each(1.12, 1.05, 1.08)).outcome == "supported"


@pytest.mark.parametrize("learned", [1.0, 0.8, each(0.8, 1.0, 0.95)])
def test_no_higher_temperature_by_any_instrument_contradicts_it(learned):
    assert judge(learned).outcome == "contradicted"


def test_instruments_on_both_sides_say_that_there_is_no_temperature():
    verdict = judge(each(1.10, 1.04, 1.0))
    assert verdict.outcome == "no temperature"
    assert "instruments disagree about T*" in verdict.because


def test_instruments_on_both_sides_that_hardly_differ_decide_nothing():
    assert judge(each(1.042, 1.042, 1.018)).outcome == "undecided"


def test_one_instrument_at_the_margin_keeps_it_undecided():
    verdict = judge(each(1.1, 1.032, 1.1))
    assert verdict.outcome == "undecided"
    assert "|m|" in verdict.decides


def test_the_dense_stack_and_averages_are_shown_and_decide_nothing():
    verdict = judge(1.0, stack=1.2)
    assert verdict.outcome == "contradicted"
    found = {part.subject.split(", ", 1)[1]: part.found for part in verdict.parts}
    assert found == {
        "learned layer − majority blocks": "inside",
        "learned layer − block averages": "outside",
        "dense stack − majority blocks": "outside",
        "dense stack − block averages": "outside",
    }


def bounded(flow, **bounds):
    one = model(stars={"learned": 1.1, "stack": 1.0})
    for entry in one["fixed_points"]:
        if entry["flow"] == flow:
            entry.update({"value": None, "error": None, **bounds})
    return claim_e(results(one))


def test_zeros_beyond_all_starts_count_one_sided():
    assert bounded("learned", above=1.2).outcome == "supported"
    assert bounded("learned", below=0.85).outcome == "contradicted"
    assert bounded("learned", above=0.9).outcome == "undecided"  # it could be anything above
    assert bounded("majority", below=0.85).outcome == "supported"
    assert bounded("majority", above=1.2).outcome == "contradicted"
    assert bounded("learned").outcome == "undecided"
    assert bounded("learned", above=1.2, below=0.8).outcome == "undecided"


def test_a_zero_between_two_starts_lies_in_the_middle_with_half_their_distance():
    assert bounded("learned", above=1.1, below=1.15).outcome == "supported"
    assert bounded("learned", above=0.95, below=1.0).outcome == "contradicted"
    assert bounded("learned", above=1.0, below=1.1).outcome == "undecided"


def test_a_layer_that_leads_to_its_temperature_has_no_such_zero():
    assert bounded("learned", value=1.1, error=0.001).outcome == "supported"
    assert bounded("learned", value=1.1, error=0.001, stable=True).outcome == "undecided"


def test_numbers_and_bounds_of_several_machines_are_a_bound():
    one = model(stars={"learned": 1.1})
    for entry in one["fixed_points"]:
        if entry["flow"] == "learned" and entry["number"] < 4:
            entry.update(value=None, error=None, above=1.2)
    verdict = claim_e(results(one))
    assert verdict.outcome == "supported"
    assert {effect.bound for effect in verdict.effects} == {"lower"}


def test_later_layers_do_not_count_and_machines_are_counted_once():
    one = model(stars={"learned": 1.1})
    for entry in one["fixed_points"]:
        entry["layer"] = 2
    assert claim_e(results(one)).outcome == "undecided"
    assert judge(1.1, seeds=3).outcome == "undecided"


def test_the_controls_of_learned_maps_gate_it():
    one = model(stars={"learned": 1.1})
    one["coarse"] = [entry for entry in one["coarse"] if entry["map"] != "untrained"]
    assert claim_e(results(one)).outcome == "not assayed"
