"""`spinlens flow`: from a model, a file or an array to tables, figures and a page; mistakes in one sentence."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinlens.cli import app as cli
from spinlens.files.netcdf import dataset_bytes
from spinlens.lattice.couplings import CouplingTable, NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.sampling.sampler import sample

SMALL = ("--samples", 40, "--training", 200, "--epochs", 2, "--steps", 6, "--workers", 1)


@pytest.fixture(scope="module")
def small_calibration() -> Any:
    """Fewer calibration states and temperatures: this file tests the command, not the instruments."""
    from dataclasses import fields

    from spinlens.workflows import flow as flow_workflow

    with pytest.MonkeyPatch.context() as patch:
        defaults = list(flow_workflow.FlowSettings.__init__.__defaults__ or ())
        names = [field.name for field in fields(flow_workflow.FlowSettings)][-len(defaults) :]
        defaults[names.index("calibration")] = 60
        patch.setattr(flow_workflow.FlowSettings.__init__, "__defaults__", tuple(defaults))
        patch.setattr(flow_workflow, "GRID", (0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.4, 2.0))
        yield


def call(monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> int:
    monkeypatch.setattr(sys, "argv", ["spinlens", "flow", *map(str, arguments)])
    return cli._run()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    model = IsingModel((8, 8), NearestNeighbour())
    data = sample(model, [2.269, 2.6], draws=150, chains=1, thin=3, keep_spins=True, seed=1)
    couplings = np.zeros((8, 8))
    couplings[[0, 0, 1, -1], [1, -1, 0, 0]] = 1.0
    table = sample(IsingModel((8, 8), CouplingTable(couplings)), [2.5], draws=20, chains=1, keep_spins=True)
    paths = {name: folder / name for name in ("table.nc", "states.nc", "states.npy", "machine", "stack", "small")}
    paths["table.nc"].write_bytes(dataset_bytes(table))
    paths["states.nc"].write_bytes(dataset_bytes(data))
    np.save(paths["states.npy"], data.spins.values[0, 0])
    flat = data.spins.values[0, 0].reshape(-1, 64)
    RBM(16, epochs=2).fit(flat).save(paths["machine"])
    StackedRBM((16, 4), epochs=1).fit(flat).save(paths["stack"])
    RBM.from_weights(np.eye(9)).save(paths["small"])
    return paths


def test_a_model_is_enough_and_the_same_seed_gives_the_same_files(
    small_calibration: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--size", 8, "--temperature", "tc", "--block", "majority,average", *SMALL)
    interactive = "matplotlib.pyplot" in sys.modules
    assert call(monkeypatch, *arguments, "--out", tmp_path / "a") == 0
    said = capsys.readouterr()
    assert "cold: T by energy" in said.out.replace("  ", " ")
    assert "training a machine of 64 hidden units" in said.err
    page = (tmp_path / "a" / "index.html").read_text()
    assert page.count("<svg ") >= 4
    assert not re.search(r"src=\"https?:", page)
    assert '<section id="references"' in page
    for heading in ("Where the flow ends", "Flow field", "Layer by layer", "What hidden units see"):
        assert heading in page
    results = json.loads((tmp_path / "a" / "results.json").read_text())
    assert set(results["fields"]) == {"machine", "majority blocks", "average blocks"}
    assert results["layers"]["majority blocks"]["layer"] == [8, 4]
    assert {row["source"] for row in results["patterns"]} == {"machine", "majority blocks", "average blocks"}
    with open(tmp_path / "a" / "flows.csv", newline="") as file:
        assert [row["start"] for row in csv.DictReader(file)] == ["cold", "critical", "hot"]
    assert ("matplotlib.pyplot" in sys.modules) == interactive
    (tmp_path / "b" / "machines").mkdir(parents=True)
    (kept,) = (tmp_path / "a" / "machines").iterdir()
    kept.rename(tmp_path / "b" / "machines" / kept.name)
    (tmp_path / "b" / "run.json").write_bytes((tmp_path / "a" / "run.json").read_bytes())
    assert call(monkeypatch, *arguments, "--workers", 2, "--out", tmp_path / "b") == 0
    assert "training a machine" not in capsys.readouterr().err  # it was found in the folder
    for name in ("results.json", "index.html", "readings.csv", "flow-0.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    RBM.load(tmp_path / "a" / "machine")


@pytest.mark.parametrize(
    ("source", "machine", "more"),
    [
        ("states.nc", "machine", ("--kind", "mixed")),
        ("states.nc", "stack", ("--temperature", 2.6, "--block", "majority")),
        ("states.npy", "machine", ("--kind", "mean", "--temperature", 2.269)),
    ],
)
def test_files_machines_and_stacks(
    small_calibration: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, Path],
    source: str, machine: str, more: tuple[Any, ...],
) -> None:  # fmt: skip
    code = call(monkeypatch, files[source], "--machine", files[machine], *SMALL, *more, "--out", tmp_path / "out")
    assert code == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {row["recipe"] for row in results["flows"]} == {machine}
    assert {row["control"] for row in results["flows"]} == {"given"}
    if machine == "machine":
        assert any(row["off_lattice"] for row in results["readings"])
    else:
        assert results["layers"]["stack"]["layer"] == [8, 4]  # the layer of 2 × 2 cannot be read
        assert [row["source"] for row in results["patterns"]] == ["stack layer 1", "stack layer 2", "majority blocks"]
        assert [row["block"] for row in results["patterns"]] == [2, 4, 2]
    temperature = 2.6 if machine == "stack" else 2.269
    assert f"T = {temperature}" in results["lead"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--size", 9, "--block", "majority"), "every L even"),
        (("--size", 2), "--size must be an integer of at least 3"),
        (("--block", "median"), "--block must be one of"),
        (("--kind", "quantum"), "--kind must be one of"),
        (("--temperature", "warm"), "number above 0 or tc"),
        (("--temperature", "-1"), "number above 0 or tc"),
        (("--steps", 0), "steps must be"),
        (("--samples", 1), "samples must be"),
        (("--dimension", 1), "no critical temperature"),
        (("{table.nc}",), "T_c of a coupling table is not known"),
        (("{table.nc}", "--temperature", 3), "no temperature 3"),
        (("{states.nc}", "--sigma", 1.2), "leave --coupling and --sigma out"),
        (("{states.nc}", "--temperature", 5), "no temperature 5"),
        (("{states.nc}", "--machine", "{small}"), "9 visible units and the lattice (8, 8)"),
        (("{states.nc}", "--machine", "{states.npy}"), "not a readable safetensors"),
        (("--machine", "nowhere"), "no machine at nowhere"),
        (("nowhere.nc",), "cannot read nowhere.nc: No such file"),
        (("{zeros.npy}",), "only +1 and -1"),
        (("{flat.npy}", "--size", 16), "holds flat states of 64 sites: give their lattice, as --size"),
        (("{text.npy}",), "holds no states: states are read from .nc"),
        (("{text.nc}",), "holds no states"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str],
    arguments: tuple[Any, ...], message: str,
) -> None:  # fmt: skip
    np.save(tmp_path / "zeros.npy", np.zeros((5, 8, 8)))
    np.save(tmp_path / "flat.npy", np.ones((5, 64)))
    (tmp_path / "text.npy").write_text("text")
    (tmp_path / "text.nc").write_text("text")
    made = {**files, **{name: tmp_path / name for name in ("zeros.npy", "flat.npy", "text.npy", "text.nc")}}
    given = [str(made[a[1:-1]]) if str(a).startswith("{") else a for a in arguments]
    assert call(monkeypatch, *given, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert message in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
