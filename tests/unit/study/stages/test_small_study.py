"""A study of one small lattice, run whole: what results say of machines, controls and ends."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from spinlens.flows.correlators import spin_correlation
from spinlens.lattice.film import Film
from spinlens.study.definition.costs import sized
from spinlens.study.definition.toml_file import parse_study, to_toml
from spinlens.study.running.runner import run
from spinlens.study.stages import study_tasks
from spinlens.study.stages.collect import results as collect
from spinlens.study.stages.figures import figure_data
from spinlens.study.storage.labelled import as_arrays, as_dataset
from spinlens.versions import made_with
from spinlens.workflows.interim_report import interim_report
from spinlens.workflows.reproduce import is_finished

SIX = ["energy", "magnetization", "xi", "correlation", "pseudo_likelihood", "network"]
STUDY = {
    "study": {"name": "small", "seed": 5},
    "models": [{"name": "pl", "coupling": "power-law", "sigma": 1.2}],
    "criticality": {"sizes": [4, 6, 8], "draws": 600, "points": 3},
    "ensembles": {
        "size": 10, "temperatures": [0.0, 0.6, 0.8, 0.9, 1.0, 1.1, 1.3, 1.7, 2.6],
        "training": 60, "critical": 400, "calibration": 120, "test": 120,
        "grids": [{"name": "low", "temperatures": [0.6, 1.0]}, {"name": "high", "temperatures": [1.0, 1.7]}],
    },
    "machines": {
        "hidden": 12, "seeds": 2,
        "recipes": [
            {"name": "low", "training_set": "low", "epochs": 2},
            {"name": "high", "training_set": "high", "epochs": 2},
            {
                "name": "phases", "training_set": "critical", "augment": True,
                "phases": [{"updates": 8}, {"epochs": 3, "persistent": True, "learning_rate": 0.01}],
            },
            {
                "name": "tied", "training_set": "critical", "torus": True, "optimizer": "natural", "epochs": 3,
                "persistent": "growing", "learning_rate": 0.1, "batch_size": 50, "initial_scale": 0.05,
            },
            {"name": "unlike", "training_set": "geometry-free", "epochs": 1, "control": True},
        ],
    },
    "stack": {"seeds": 0},
    "coarse": {"seeds": 0},
    "flows": {"samples": 100, "steps": 6, "record": [0, 1, 3, 6], "most_steps": 300, "rules": []},
    "thermometers": {"hidden": 4, "epochs": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The results of a study of size 10, which no blocks fit, without stacks."""
    tasks = sized(study_tasks(parse_study(STUDY)))
    return run(tasks, tmp_path_factory.mktemp("study") / "study").results


@pytest.fixture(scope="module")
def model(study):
    return study["results"]["models"]["pl"]


def machines(model, recipe):
    return [machine for machine in model["machines"] if machine["recipe"] == recipe]


def test_results_say_what_they_were_made_with(study):
    assert study["results"]["made_with"] == [made_with()]


def test_every_machine_says_what_it_is(model):
    found = {(m["recipe"], m["number"]): m for m in model["machines"]}
    assert len(found) == 5 * 2 + 5
    assert found["low", 0]["family"] == found["high", 1]["family"] == "low"
    assert (found["tied", 0]["tied"], found["tied", 0]["hidden"]) == (True, 100)
    assert (found["exact", 0]["kind"], found["exact", 0]["hidden"]) == ("exact", 100 * 99 // 2)
    assert found["redrawn", 0]["kind"] == "redrawn"
    assert {recipe for (recipe, _), m in found.items() if m["control"]} == {
        "unlike", "exact", "lazy", "geometry-free", "mean-field", "redrawn",
    }  # fmt: skip
    assert [m["training_set"] for m in machines(model, "mean-field")] == ["mean-field"]


def test_ends_are_read_with_all_instruments_and_held_against_equilibrium(model):
    for machine in model["machines"]:
        end = machine["end"]
        assert end["steps"] >= 50
        for states in ("cold", "hot", "all"):
            found = end[states]
            assert list(found["temperature"]) == list(found["in_range"]) == SIX
            assert found["equilibrium"]["distance"]["value"] >= 0
            assert set(found["excess"]) in ({"delta_spin", "delta_energy"}, set())
        assert set(machine["gibbs_tau"]) == {"value", "error", "settled"}


def test_the_exact_machine_is_the_lattice_and_controls_are_not(model):
    exact, T_c = machines(model, "exact")[0], model["equilibrium"]["temperature"]
    assert abs(exact["gap"]["value"]) < 1e-6
    assert exact["gap"]["learned"] is True
    assert exact["gap"]["error"] > 0
    energy = exact["end"]["all"]["temperature"]["energy"]
    assert abs(energy["value"] - T_c) < 5 * energy["error"] + 0.01 * T_c
    np.testing.assert_allclose(exact["couplings"]["learned"], exact["couplings"]["lattice"], rtol=1e-9)
    for recipe in ("lazy", "geometry-free", "mean-field", "redrawn"):
        gap = machines(model, recipe)[0]["gap"]
        assert gap["value"] > 3 * gap["error"]
        assert gap["learned"] is False


def test_seeds_differ_and_flows_are_those_of_judged_recipes(model):
    first, second = machines(model, "phases")
    assert first["gap"]["value"] != second["gap"]["value"]
    assert {flow["recipe"] for flow in model["flows"]} == {"low", "high", "phases", "tied"}
    assert len(model["flows"]) == 4 * 3  # the first machine of each, from three starts
    assert (model["rg"], model["stack"], model["stacks"]) == ([], [], [])
    assert list(model["thermometers_by_size"]) == ["10"]


def test_couplings_are_those_of_machines(model):
    found = machines(model, "tied")[0]["couplings"]
    assert found["r"] == [1.0, 2**0.5, 2.0]
    assert len(found["learned"]) == len(found["error"]) == len(found["lattice"]) == 3
    assert all(error > 0 for error in found["error"])
    assert found["lattice_slope"] is None


def test_results_are_json_and_figures_have_what_there_is(study):
    json.dumps(study["results"], allow_nan=False)
    data = figure_data(study["results"]["study"], study)
    recipes = ["low", "high", "phases", "tied"]
    kinds = ["critical", "snapshots", "thermometers", "flow", "correlation"]
    kinds += [f"{kind}/machine/{recipe}" for kind in ("film", "units") for recipe in recipes]
    assert set(data) == {f"{kind}/pl" for kind in kinds}
    assert list(data["flow/pl"]["recipe"].values) == recipes


def test_flows_are_kept_step_by_step_with_states_of_every_start(study, model):
    data = figure_data(study["results"]["study"], study)
    kept = data["film/machine/tied/pl"]
    films = [Film.made(kept.attrs["film"], frames) for frames in kept["frames"].values]
    assert [film.steps for film in films] == [(0, 1, 3, 6)] * 3
    assert np.array_equal(films[2].record(0), study["ensemble/pl/L10"]["test"].values[-1][:3])  # the hot start
    tiles = data["flow/pl"].sel(recipe="tied", start="cold")
    assert np.array_equal(tiles["flow_spins"].values[-1], films[0].record(3)[0])
    (path,) = (
        row["path"] for row in model["flows"] if (row["recipe"], row["seed"], row["start"]) == ("tied", 0, "hot")
    )
    assert path["steps"] == [0, 1, 3, 6]
    assert path["correlation"][0][1] == pytest.approx(
        spin_correlation(study["ensemble/pl/L10"]["test"].values[-1][:100]).value[1], rel=1e-4
    )


def test_of_an_unfinished_study_there_is_an_interim_report(study, tmp_path):
    folder = tmp_path / "half"
    shutil.copytree(study.folder.path, folder)
    (folder / "study.toml").write_text(to_toml(parse_study(STUDY)))
    for stage in ("results", "end", "reference"):
        shutil.rmtree(folder / "artefacts" / stage)
    assert not is_finished(folder)
    page, found = interim_report(folder)
    text = page.read_text()
    assert f"{found.done} of {found.total} tasks" in text
    assert 0 < found.done < found.total
    assert page.name == "interim.html"
    assert not (folder / "results.json").exists()
    assert "<title>Interim: " in text
    assert 'id="player-data"' in text  # flows are done, their numbers wait for the reference


def test_flows_of_a_study_that_kept_a_few_states_are_drawn_from_those(study):
    old = dict(study)
    for name in [name for name in study if name.startswith("flow/")]:
        data = as_dataset(study[name])
        few = data.drop_vars(["film", "units"]).assign(correlation=data["correlation"].isel(step=-1))
        few["spins"] = (("start", "snapshot", "x", "y"), np.ones((3, 2, 10, 10), dtype=np.int8))
        old[name] = as_arrays(few.assign(snapshot_step=("snapshot", [0, 6])))
    found, now = (figure_data(study["results"]["study"], artefacts) for artefacts in (old, study))
    assert found["flow/pl"]["snapshot_step"].values.tolist() == [0, 6]
    assert found["correlation/pl"].identical(now["correlation/pl"])
    assert not [key for key in found if key.startswith(("film/", "units/"))]


def test_results_are_a_pure_function_of_what_is_read(study):
    (task,) = [task for task in study_tasks(parse_study(STUDY)) if task.name == "results"]
    found = collect(task.inputs, {need: study[need] for need in task.needs})
    assert {**found, "made_with": [made_with()]} == study["results"]


def test_every_machine_learned_from_the_states_it_names(study):
    grid = study["training/pl"]
    assert grid["grid"].shape == (9, 60, 10, 10)
    counts = {name: study[f"machine/pl/{name}/0"].attrs["states"] for name in ("low", "phases", "unlike", "exact")}
    assert counts == {"low": 120, "phases": 400, "unlike": 400, "exact": None}
    history = study["machine/pl/phases/1"].attrs["config"]["history"]
    assert [entry["epoch"] for entry in history] == [1, 2, 3]


def test_without_any_control_flow_or_stack_there_is_still_a_study():
    bare = {**STUDY, "controls": {"kinds": []}, "flows": {**STUDY["flows"], "starts": []}}
    stages = {task.stage for task in study_tasks(parse_study(bare))}
    assert {"machine", "end", "flow", "results"} <= stages
    assert not {"stack", "layers", "blocks"} & stages
