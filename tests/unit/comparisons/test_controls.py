"""Names of cases, what they need, which are set beside a flow, and mistakes that are said."""

from __future__ import annotations

import pytest

from spinlens.comparisons.controls import CONTROLS, RECIPES, Case, flow_controls
from spinlens.errors import InputError


def test_only_a_redrawn_machine_needs_another_one() -> None:
    redrawn = Case("redrawn", "PCD-10", 8, 3)
    assert redrawn.source == Case("lattice", "PCD-10", 8, 3)
    others = [Case(control, "CD-1", 8) for control in CONTROLS if control != "redrawn"]
    assert [case.source for case in others] == others


def test_names_differ_wherever_cases_do() -> None:
    cases = [Case(control, recipe, width, k) for control in CONTROLS for recipe in RECIPES for width in (1, 11)
             for k in (0, 1)]  # fmt: skip
    trained = [case for case in cases if case.control != "exact"]
    assert len({case.name for case in trained}) == len(trained)
    assert {case.name for case in cases if case.control == "exact"} == {"exact"}


def test_controls_of_a_flow_are_one_exact_machine_all_widths_of_the_lattice_and_the_least_of_others() -> None:
    found = flow_controls(64, 2, ["CD-1", "PCD-100"])
    assert found.count(Case("exact")) == 1
    assert {case.n_hidden for case in found if case.control == "lattice"} == {16, 32, 64, 128}
    assert {case.n_hidden for case in found if case.control not in ("lattice", "exact")} == {16}
    assert len(found) == 1 + 2 * 2 * (4 + 3)
    assert flow_controls(64, 1, ["CD-1"], [4, 4], ["lattice"]) == (Case("lattice", "CD-1", 4),)
    assert flow_controls(2, 1, ["CD-1"], controls=["lattice"])[0].n_hidden == 1  # N/4 is none


def test_machines_that_learn_have_whole_filters_and_no_data_without_a_lattice() -> None:
    assert [case.name for case in flow_controls(64, 1, ["learned"])] == [
        "exact", "lattice-learned-64-0", "lattice-learned-128-0", "redrawn-learned-64-0",
    ]  # fmt: skip
    assert flow_controls(64, 1, ["learned"], [16], ["lattice"]) == (Case("lattice", "learned", 64),)


def test_mistakes_are_said() -> None:
    with pytest.raises(InputError, match="recipe must be one of"):
        Case("lattice", "CD-7", 4)
    with pytest.raises(InputError, match="control must be one of"):
        Case("laticce", "CD-1", 4)
    with pytest.raises(InputError, match="n_hidden"):
        Case("lattice", "CD-1")
    with pytest.raises(InputError, match="widths is empty"):
        flow_controls(16, widths=[])
    with pytest.raises(InputError, match="seeds"):
        flow_controls(16, seeds=0)
