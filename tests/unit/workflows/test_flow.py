"""`spinlens flow` from Python: what is computed, for any number of workers, and what is found again in the folder."""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, StackedRBM, sample
from spinlens.comparisons.controls import Case
from spinlens.errors import InputError
from spinlens.files.formats import MARKER
from spinlens.lattice.film import Film
from spinlens.report.interactive.player import flow_reels
from spinlens.versions import made_with
from spinlens.workflows import flow
from spinlens.workflows.flow import run_flow
from spinlens.workflows.flow_settings import FlowSettings

MODEL = IsingModel((8, 8), NearestNeighbour())
GRID = (0.8, 0.9, 1.0, 1.1, 1.4, 2.0)
SETTINGS = FlowSettings(
    MODEL, 2.269, 2.4, steps=6, samples=40, training=200, epochs=2, calibration=60, instruments=("energy", "xi"),
    blocks=("majority",), cases=(Case("exact"),), seed=3,
)  # fmt: skip


@pytest.fixture(autouse=True)
def few_temperatures(monkeypatch):
    monkeypatch.setattr(flow, "GRID", GRID)


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """What a flow gives with a machine trained here, its folder, and the steps that it told."""
    folder, steps = tmp_path_factory.mktemp("flow"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "GRID", GRID)
        return run_flow(SETTINGS, folder, steps.append), folder, steps


def test_everything_of_the_page_is_there_and_fits_into_json(computed):
    found, _, _ = computed
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["instruments"] == ["energy", "xi"]
    assert found["machine"] == {"name": "machine", "kind": "sampled", "steps": 6}
    assert [(row["recipe"] or row["control"], row["start"]) for row in found["flows"]] == [
        (name, start) for name in ("machine", "exact") for start in ("cold", "critical", "hot")
    ]
    assert set(found["fields"]) == {"machine", "majority blocks"}
    assert found["layers"]["majority blocks"]["layer"] == [8, 4]
    assert {row["source"] for row in found["patterns"]} == {"machine", "majority blocks"}


def test_spins_are_kept_step_by_step_of_the_machine_and_of_blocks(computed):
    films = {films["source"]: films["starts"] for films in computed[0]["films"]}
    assert [film["name"] for film in films["machine"]] == ["cold", "critical", "hot"]
    assert {len(film["frames"]) for starts in films.values() for film in starts} == {3}
    cold, blocks = films["machine"][0], films["majority blocks"][2]
    assert (cold["steps"], cold["G"][0][:2]) == ([0, 1, 2, 3, 4, 5, 6], [1.0, 1.0])
    assert (blocks["name"], blocks["shapes"]) == ("1.00 T_c", [[8, 8], [4, 4]])
    first = Film.made(cold, np.array([list(base64.b64decode(sample)) for sample in cold["frames"]], dtype=np.uint8))
    assert abs(first.record(0).mean(axis=(1, 2))).tolist() == [1, 1, 1]


def test_the_page_plays_what_was_kept(computed):
    document = {**computed[0], "title": "nearest neighbour, 8 × 8: flow of machine"}
    (lattice,) = flow_reels(document)["lattices"]
    machine, blocks = lattice["flows"]
    (energy,) = (
        row for row in document["readings"] if (row["control"], row["start"], row["step"]) == ("given", "hot", 6)
        and row["instrument"] == "energy"
    )  # fmt: skip
    assert machine["starts"][2]["T"]["energy"][-1] == [energy["nearest"], energy["temperature_error"]]
    at, layer = document["layers"]["majority blocks"], blocks["starts"][0]["T"]["xi"][1]
    assert layer[0] == at["temperature"][0][1][at["instrument"].index("xi")]
    assert flow_reels({**document, "films": []}) is None


def test_the_exact_machine_leaves_the_ensemble_where_it_is(computed):
    found, _, _ = computed
    (row,) = (row for row in found["flows"] if row["control"] == "exact" and row["start"] == "critical")
    assert row["in_range_energy"]
    assert abs(row["T_energy"] - 2.4) < 4 * row["T_energy_error"] < 0.8


def test_block_spins_flow_away_from_the_critical_point(computed):
    """Majority blocks heat what is above T_c and cool what is below it."""
    rows = computed[0]["layers"]["majority blocks"]
    change = np.array(rows["change"], dtype=float)[:, 1, rows["instrument"].index("energy")]
    by_start = dict(zip(rows["start"], change, strict=True))
    assert by_start[0.9] < by_start[1.1]


def test_steps_tell_what_is_underway(computed):
    said = [str(step) for step in computed[2]]
    assert said[0].startswith("states of the lattice: ")
    assert "calibrating instruments" in said
    assert any("training a machine of 64 hidden units" in line for line in said)
    assert said[-1] == "flow fields and layers"


def test_a_second_run_finds_its_machine_and_flows(computed, monkeypatch):
    found, folder, _ = computed
    monkeypatch.setattr(RBM, "fit", lambda *_, **__: pytest.fail("the machine was there"))
    before = {path: path.stat().st_mtime_ns for path in (folder / "flows").iterdir()}
    assert run_flow(dataclasses.replace(SETTINGS, workers=2), folder) == found
    assert {path: path.stat().st_mtime_ns for path in (folder / "flows").iterdir()} == before
    assert RBM.load(folder / "machine").weights_.shape == (64, 64)


def test_a_flow_that_goes_on_with_other_libraries_says_so(computed, tmp_path):
    found, folder, _ = computed
    assert found["made_with"] == [made_with()]
    shutil.copytree(folder, tmp_path / "flow")
    marker, old = tmp_path / "flow" / MARKER, {**made_with(), "numpy": "1.26.4"}
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "made_with": [old]}))
    with pytest.warns(RuntimeWarning, match="its numbers are a mixture, which results say"):
        assert run_flow(SETTINGS, tmp_path / "flow") == {**found, "made_with": [old, made_with()]}


def test_a_stack_is_read_layer_by_layer():
    states = sample(MODEL, 2.4, 100, chains=1, keep_spins=True, thin=4).spins.values[0, 0]
    stack = StackedRBM((16, 4), epochs=1).fit(states.reshape(-1, 64))
    found = run_flow(dataclasses.replace(SETTINGS, states=states, machine=stack, name="stack", cases=()))
    assert {row["recipe"] for row in found["flows"]} == {"stack"}
    assert found["layers"]["stack"]["layer"] == [8, 4]  # the layer of 2 × 2 cannot be read
    assert set(found["fields"]) == {"stack", "stack, layer 1", "majority blocks"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 0.0}, "temperature must be a finite number above 0"),
        ({"steps": 0}, "steps must be an integer of at least 1"),
        ({"samples": 1}, "samples must be an integer of at least 2"),
        ({"machine": RBM.from_weights(np.eye(9))}, "9 visible units and the lattice"),
        ({"model": IsingModel((9, 9), NearestNeighbour())}, "every L even"),
        ({"states": np.ones((3, 8, 8), dtype=np.int8)}, "needs at least 4 states, got 3"),
    ],
)
def test_what_does_not_fit_is_said(change, message, tmp_path):
    with pytest.raises(InputError, match=message):
        run_flow(dataclasses.replace(SETTINGS, **change), tmp_path / "out")
    assert not (tmp_path / "out").exists()
