"""Flows beside their controls: the table, its independence of workers and interruptions, mistakes that are said."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinlens.comparisons.compare_flows import FlowComparison, compare_flows
from spinlens.comparisons.controls import Case, flow_controls
from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.progress import Step
from spinlens.thermometers.instruments import calibrate_instruments, sample_independent

MODEL = IsingModel((4, 4), NearestNeighbour())
GRID = [1.6, 2.0, 2.4, 2.8, 3.4, 4.2]
CASES = flow_controls(16, 1, ["CD-1"], [4])
OPTIONS = {"epochs": 2}
RECORD = (0, 2, 5, 12)


@pytest.fixture(scope="module")
def setting() -> dict[str, Any]:
    states = sample_independent(MODEL, GRID, 200, 0)
    instruments = calibrate_instruments(MODEL, GRID, states, names=["energy", "magnetization", "correlation"])
    starts = {"critical": states[2, :60], "hot": states[-1, :60]}
    return {
        "training": states[2], "starts": starts, "instruments": instruments, "equilibrium": instruments.equilibrium
    }  # fmt: skip


def compare(setting: dict[str, Any], cases: Any = CASES, **options: Any) -> FlowComparison:
    return compare_flows(
        MODEL,
        2.4,
        **setting,
        cases=cases,
        **{"steps": 12, "record": RECORD, "options": OPTIONS, "workers": 1, **options},
    )


def test_the_table_has_every_reading_of_every_machine_with_its_test(setting, tmp_path) -> None:
    found = compare(setting, machines={"mine": RBM.from_weights(np.eye(16))})
    assert {row["control"] for row in found.flows} == {
        "given", "exact", "lattice", "geometry-free", "mean-field", "redrawn"
    }  # fmt: skip
    assert len(found.flows) == 6 * 2
    steps = {row["step"] for row in found.readings}
    assert len(found.readings) == 12 * len(steps) * 3
    first = [row for row in found.readings if row["step"] == 0 and row["start"] == "hot"]
    assert len({row["temperature"] for row in first if row["instrument"] == "energy"}) == 1  # all from the same states
    assert all(0 <= row["equilibrium_p"] <= 1 for row in found.readings if row["equilibrium_in_range"])
    assert all(row["gibbs_tau"] >= 0.5 for row in found.flows)
    found.save(tmp_path)
    kept = json.loads((tmp_path / "comparison.json").read_text())
    assert kept["flows"] == json.loads(json.dumps(found.flows))
    with open(tmp_path / "readings.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found.readings)
    assert float(rows[5]["statistic"]) == found.readings[5]["statistic"]


def test_workers_and_interruptions_change_no_number(setting, tmp_path) -> None:
    one = compare(setting)
    assert compare(setting, workers=3).readings == one.readings
    assert compare(setting, seed=1).readings != one.readings

    def stop(step: Step) -> None:
        if "geometry" in step.text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(setting, checkpoint=tmp_path, progress=stop)
    finished = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "flows").iterdir()}
    assert 1 <= len(finished) < len(CASES)
    machine = next((tmp_path / "machines").glob("lattice-*"))
    machine.write_bytes(b"damaged")
    flow = tmp_path / "flows" / next(iter(finished))
    flow.write_text(flow.read_text().replace('"hot"', '"hit"'))
    again = compare(setting, checkpoint=tmp_path)
    assert again.readings == one.readings
    assert again.flows == one.flows
    assert RBM.load(machine).weights_.shape == (16, 4)
    made: list[Step] = []
    assert compare(setting, checkpoint=tmp_path, progress=made.append).flows == one.flows
    assert [step.share for step in made] == [k / len(CASES) for k in range(1, len(CASES) + 1)]


def test_other_settings_find_nothing_in_the_folder(setting, tmp_path) -> None:
    first = compare(setting, [Case("lattice", "CD-1", 4)], checkpoint=tmp_path)
    other = compare(setting, [Case("lattice", "CD-1", 4)], checkpoint=tmp_path, options={"epochs": 3})
    assert first.readings != other.readings
    assert len(list((tmp_path / "machines").iterdir())) == 2


def test_a_stack_is_compared_by_its_passage_up_and_down(setting) -> None:
    stack = StackedRBM((8, 4), epochs=1).fit(setting["training"].reshape(-1, 16))
    found = compare(setting, (), machines={"stack": stack})
    assert {row["n_hidden"] for row in found.flows} == {4}
    assert all(row["gibbs_tau"] is None for row in found.flows)


def test_mistakes_are_said_before_anything_is_trained(setting) -> None:
    with pytest.raises(InputError, match="16 sites"):
        compare(setting, machines={"mine": RBM.from_weights(np.eye(9))})
    with pytest.raises(InputError, match="options are those of RBM"):
        compare(setting, options={"epoch": 3})
    with pytest.raises(InputError, match="must not hold 'steps'"):
        compare(setting, options={"steps": 3})
    with pytest.raises(InputError, match="nothing to compare"):
        compare(setting, ())
    with pytest.raises(InputError, match="only \\+1 and -1"):
        compare({**setting, "training": 2 * setting["training"]})
    other = calibrate_instruments(IsingModel((6, 6), NearestNeighbour()), GRID, names=["energy"], samples=20)
    with pytest.raises(InputError, match="calibrated on a lattice \\(6, 6\\)"):
        compare({**setting, "instruments": other})
    with pytest.raises(InputError, match="kind must be one of"):
        compare(setting, kind="quantum")
    assert not list(Path().glob("machines"))
