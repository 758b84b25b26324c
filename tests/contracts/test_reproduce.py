"""The whole study, tiny: same bytes for any number of workers and for a second run, and a report at its end."""

from __future__ import annotations

import json

import pytest

from spinlens.study.definition.toml_file import parse_study
from spinlens.workflows import reproduce as workflow

TINY = {
    "study": {"name": "tiny", "seed": 3},
    "criticality": {"sizes": [8, 12, 16], "draws": 1000, "points": 4},
    "ensembles": {
        "temperatures": [0.0, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.3, 1.7, 2.6],
        "training": 100,
        "critical": 600,
        "calibration": 100,
        "test": 100,
        "grids": [{"name": "low", "temperatures": [0.6, 0.9, 1.0]}],
    },
    "machines": {
        "seeds": 2,
        "recipes": [
            {"name": "low", "training_set": "low", "epochs": 2, "phases": [{}, {"persistent": True, "updates": 20}]},
            {
                "name": "learned", "training_set": "critical", "torus": True, "optimizer": "natural", "epochs": 3,
                "persistent": "growing", "learning_rate": 0.1,
            },
        ],
    },
    "controls": {"kinds": ["exact", "lazy", "redrawn"]},
    "stack": {"seeds": 2, "epochs": 3},
    "flows": {
        "samples": 60, "steps": 20, "record": [0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20], "most_steps": 300,
        "starts": [0.9, 0.95, 1.0, 1.05, 1.1],
    },
    "coarse": {"seeds": 1, "updates": 20, "states": 640},
    "published": {"steps": 3},
    "thermometers": {"hidden": 8, "epochs": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """The same study with one worker and with two."""
    study = parse_study(TINY)
    folders = [tmp_path_factory.mktemp("studies") / f"workers-{n}" for n in (1, 2)]
    return [(folder, workflow.reproduce(study, folder, workers=n)) for n, folder in enumerate(folders, 1)]


def test_results_do_not_depend_on_workers(studies):
    (one, _), (two, _) = studies
    assert (one / "results.json").read_bytes() == (two / "results.json").read_bytes()
    names = [sorted(path.name for path in (folder / "artefacts").rglob("*.*")) for folder in (one, two)]
    assert names[0] == names[1]  # names hold the checksums of the contents


def test_every_part_of_the_study_is_in_the_results(studies):
    _, results = studies[0]
    assert set(results["models"]) == {"nearest-neighbour", "power-law"}
    assert [claim["id"] for claim in results["claims"]] == ["A", "B", "C", "C′", "D", "E", "F", "G"]
    for model in results["models"].values():
        found, known = model["critical"]["temperature"], model["reference"]["temperature"]["value"]
        assert abs(found["value"] - known) < 4 * found["error"] < 0.05 * known
        assert len(model["machines"]) == 4 + 3
        assert len(model["flows"]) == 2 * 3  # the first machine of each recipe
        assert len(model["rg"]) == 2 * 5
        assert len(model["stack"]) == 2 * 5
        assert [entry["map"] for entry in model["coarse"]][-1] == "learned"
        assert {entry["flow"] for entry in model["fixed_points"]} == {"majority", "average", "stack", "learned"}
        assert {entry["case"] for entry in model["published"]} > {"exact", "lazy", "redrawn", "Monte Carlo"}
        assert all(len(flow["layers"]) == 3 for flow in model["rg"] + model["stack"])
    json.dumps(results, allow_nan=False)


def test_so_small_a_study_decides_nothing_about_machines(studies):
    outcomes = {claim["id"]: claim["outcome"] for claim in studies[0][1]["claims"]}
    del outcomes["A"]
    assert set(outcomes.values()) <= {"undecided", "not assayed"}


def test_the_report_stands_and_can_be_written_anew(studies):
    folder, results = studies[0]
    report = folder / "report.html"
    before = report.read_text(encoding="utf-8")
    assert before.count("<figure") >= 10
    assert before.count("No data in this study") == 1  # of recipes that differ in their training set alone
    report.unlink()
    assert workflow.report(folder) == results
    assert report.read_text(encoding="utf-8") == before


def test_a_second_run_computes_nothing(studies):
    folder, results = studies[0]
    stamps = {path: path.stat().st_mtime_ns for path in (folder / "artefacts").rglob("*.*")}
    again = workflow.reproduce(str(folder / "study.toml"), folder)
    assert again == results
    assert {path: path.stat().st_mtime_ns for path in (folder / "artefacts").rglob("*.*")} == stamps
