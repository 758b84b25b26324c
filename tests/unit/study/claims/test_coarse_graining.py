"""Claim D on made-up results of each kind."""

import pytest

from made_up_machines import Measured, model, results
from spinlens.study.claims import claim_d


def judge(**parts):
    return claim_d(results(model(**parts)))


def test_exponents_of_block_spins_contradict_it_and_others_support_it():
    assert judge(learned_map=(0.02, -0.03)).outcome == "contradicted"
    assert judge(learned_map=(-0.3, 0.0)).outcome == "supported"
    assert judge(learned_map=(0.0, -0.2)).outcome == "supported"


def test_at_the_margin_it_is_undecided():
    verdict = judge(learned_map=(0.0, -0.1))
    assert verdict.outcome == "undecided"
    assert "y_h" in verdict.decides


def test_fewer_than_four_machines_decide_nothing():
    verdict = judge(learned_map=(0.0, -0.3), seeds=3)
    assert verdict.outcome == "undecided"
    assert "1 more machine." in verdict.decides


def changed(name, change):
    one = model(learned_map=(-0.3, 0.0))
    for entry in one["coarse"]:
        if entry["map"] == name:
            change(entry)
    return claim_d(results(one))


@pytest.mark.parametrize("name", ["untrained", "kadanoff-machine", "majority", "learned"])
@pytest.mark.parametrize("change", [lambda e: e.update(y_h=None), lambda e: e.update(systematic=None)])
def test_what_is_missing_decides_nothing(name, change):
    """An outside of y_t needs no y_h, so it is the learned map alone that may lack one."""
    outcome = changed(name, change).outcome
    assert outcome in ("not assayed", "undecided") or (name in ("learned", "untrained") and outcome == "supported")


def test_other_operators_cannot_be_compared():
    assert changed("learned", lambda e: e.update(operators=[3, 2])).outcome == "undecided"


def test_controls_gate_it():
    same = changed("untrained", lambda e: e.update(y_t=Measured()(1.1, 0.01), y_h=Measured()(1.6, 0.01)))
    assert same.outcome == "not assayed"
    assert "the untrained map must be outside" in same.because
    assert changed("kadanoff-machine", lambda e: e.update(y_h=Measured()(1.2, 0.01))).outcome == "not assayed"


def test_majority_blocks_with_wrong_exponents_gate_it():
    one = model()
    one["reference"]["delta_spin"] = {"value": 0.1, "error": 0.0}  # y_h 1.9 against 1.6
    assert claim_d(results(one)).outcome == "not assayed"


def test_short_range_models_are_shown_beside():
    verdict = claim_d(results(model(), model(short_range=True, learned_map=(-0.3, 0.0))))
    assert verdict.outcome == "contradicted"
    assert "Beside: nearest neighbour: outside" in verdict.because
    assert claim_d(results(model(short_range=True))).outcome == "undecided"
