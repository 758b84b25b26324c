"""Coarse-grainings and published estimators in a study: what is made of what, and what results hold of it."""

from __future__ import annotations

import pytest

from spinlens.errors import InputError
from spinlens.study.definition.toml_file import parse_study
from spinlens.study.running.runner import run
from spinlens.study.stages import study_tasks
from spinlens.study.stages.coarse import coarse_entries, fixed_point_entries
from spinlens.study.stages.published import published_entries

MODEL = "square"
STARTS = [0.85, 0.95, 1.0, 1.05, 1.2]
TINY = {
    "models": [{"name": MODEL, "coupling": "nearest-neighbour"}],
    "criticality": {"sizes": [4, 6, 8], "draws": 400},
    "ensembles": {
        "size": 12, "temperatures": [0.0, 0.7, *STARTS, 1.5, 2.6], "thin": 4, "critical": 2000, "training": 50,
        "calibration": 100, "test": 300, "grids": [],
    },
    "machines": {"seeds": 1, "recipes": [{"name": "plain", "epochs": 3}]},
    "controls": {"kinds": ["redrawn"]},
    "stack": {"seeds": 1, "hidden": [36, 9], "epochs": 3},
    "coarse": {"seeds": 1, "updates": 300, "states": 1000},
    "flows": {"starts": STARTS, "steps": 5, "record": [0, 2, 5]},
    "thermometers": {"epochs": 3},
    "published": {"steps": 5},
}  # fmt: skip


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    tasks = {task.name: task for task in study_tasks(parse_study(TINY))}
    wanted = [name for name in tasks if name.split("/")[0] in ("blocks", "layers", "learned", "blockings", "published")]
    needed: dict[str, None] = {}
    while wanted:
        name = wanted.pop()
        needed[name] = None
        wanted += tasks[name].needs
    return run([tasks[name] for name in tasks if name in needed], tmp_path_factory.mktemp("study") / "study").results


def test_all_maps_are_measured_with_the_same_operators_on_the_same_lattices(artefacts):
    found = coarse_entries(MODEL, artefacts)
    assert [(entry["map"], entry["number"]) for entry in found] == [
        ("majority", None), ("decimation", None), ("kadanoff-machine", None), ("untrained", None), ("learned", 0),
    ]  # fmt: skip
    assert {(tuple(entry["operators"]), tuple(entry["sides"])) for entry in found} == {((13, 9), (12, 6))}
    y_h = {entry["map"]: entry["y_h"]["value"] for entry in found}
    assert y_h["kadanoff-machine"] == pytest.approx(y_h["majority"], abs=0.05)
    assert y_h["learned"] == pytest.approx(y_h["majority"], abs=0.3)
    assert y_h["untrained"] is None or abs(y_h["untrained"] - y_h["majority"]) > 0.3


def test_every_flow_has_its_fixed_point_by_every_instrument_in_units_of_T_c(artefacts):
    found = fixed_point_entries(MODEL, artefacts)
    assert {(entry["flow"], entry["number"]) for entry in found} == {
        ("majority", None), ("average", None), ("stack", 0), ("learned", 0),
    }  # fmt: skip
    assert len({entry["instrument"] for entry in found}) == 6
    by = {entry["instrument"]: entry for entry in found if entry["flow"] == "majority"}
    for entry in found:
        places = [entry[name] for name in ("value", "above", "below") if entry[name] is not None]
        assert all(0.8 < place < 1.25 for place in places)
    assert by["energy"]["value"] is None or abs(by["energy"]["value"] - 1) < 0.1


def test_published_estimators_run_on_machines_controls_and_the_lattice(artefacts):
    found = published_entries(MODEL, artefacts)
    cases = {(entry["case"], entry["estimator"]) for entry in found}
    assert cases == {
        ("Monte Carlo", "sorted by label"), ("Monte Carlo at T_c", "sorted by label"),
        ("averages at T_c", "averages read formally"), ("average", "raw vh"), ("stack", "raw vh"),
        ("learned", "raw vh"),
        ("plain", "sorted by label"), ("redrawn", "sorted by label"),
    }  # fmt: skip
    assert all(entry["at_label"] == pytest.approx(1.0) for entry in found if entry["estimator"] == "sorted by label")
    lattice = next(entry for entry in found if entry["case"] == "Monte Carlo at T_c")
    assert lattice["delta_spin"]["value"] > 0.02


def test_a_study_without_them_has_no_such_tasks():
    stages = {task.stage for task in study_tasks(parse_study({"coarse": {"seeds": 0}, "published": {"seeds": 0}}))}
    assert not stages & {"held-out", "blockings", "coarse", "learned", "published"}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"layers": 3}, "coarse: 3 layers of 2x2 blocks do not fit on size 12"),
        ({"optimizer": "sgd", "training_set": "nowhere"}, "coarse: training_set must be one of"),
        ({"biases": True}, "coarse: optimizer='natural'"),
        ({"epochs": 3, "updates": 3}, "epochs or updates, not both"),
    ],
)
def test_sections_that_do_not_fit_are_refused_in_one_sentence(section, message):
    with pytest.raises(InputError, match=message):
        parse_study({**TINY, "coarse": section})
