"""Whatever is written is opened again, and what cannot be is said in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import spinlens as sl
from spinlens.comparisons.compare_flows import FlowComparison
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.errors import ArtefactError, InputError, StudyError
from spinlens.files import formats
from spinlens.files.plain import plain
from spinlens.files.run_folder import claim
from spinlens.study.storage.codec import Arrays, encode
from spinlens.workflows.critical import SearchSettings, find, write
from spinlens.workflows.train import TrainSettings, run_training

MODEL = sl.IsingModel((4, 4), sl.NearestNeighbour())
DATA = sl.sample(MODEL, 2.5, 50, chains=2, seed=1, keep_spins=True)
STATES = DATA.spins.values.reshape(100, 4, 4)
RBM = sl.RBM(4, epochs=2).fit(STATES.reshape(100, 16))
STACK = sl.StackedRBM((4, 2), epochs=2).fit(STATES.reshape(100, 16))


def test_datasets_and_their_states(tmp_path):
    sl.save(DATA, tmp_path / "a.nc")
    again = sl.open(tmp_path / "a.nc")
    assert again.identical(DATA)
    assert sl.model_of(again) == MODEL
    sl.save(DATA.spins, tmp_path / "spins.nc")
    assert sl.open(str(tmp_path / "spins.nc")).spins.identical(DATA.spins)
    assert (tmp_path / "spins.nc").stat().st_size < 20_000


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.safetensors"])
def test_arrays(name, tmp_path):
    flat = STATES.reshape(100, 16)
    sl.save(flat, tmp_path / name)
    found = sl.open(tmp_path / name)
    np.testing.assert_array_equal(found["states"] if name == "a.npz" else np.asarray(found), flat)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_archives_keep_names(tmp_path):
    sl.save({"cold": STATES, "hot": -STATES}, tmp_path / "a.npz")
    assert sorted(sl.open(tmp_path / "a.npz")) == ["cold", "hot"]


@pytest.mark.parametrize("machine", [RBM, STACK])
@pytest.mark.parametrize("name", ["folder", "file.safetensors", "rbms.h5"])
def test_machines(machine, name, tmp_path):
    if name == "rbms.h5" and machine is STACK:
        pytest.skip("rbms has no stacks")
    sl.save(machine, tmp_path / name)
    again = sl.open(tmp_path / name)
    assert type(again) is type(machine)
    for key, value in machine.to_arrays().items():
        np.testing.assert_allclose(again.to_arrays()[key], value, atol=1e-6 if name == "rbms.h5" else 0)


def test_instruments_and_trajectories(tmp_path):
    instruments = sl.calibrate_instruments(MODEL, [2.0, 2.5, 3.0], samples=40, names=["energy"])
    sl.save(instruments, tmp_path / "instruments")
    assert repr(sl.open(tmp_path / "instruments")) == repr(instruments)
    flow = sl.rbm_flow(RBM, STATES, 2)
    sl.save(flow, tmp_path / "flow.npz")
    assert repr(sl.open(tmp_path / "flow.npz")) == repr(flow)
    np.testing.assert_array_equal(sl.open(tmp_path / "flow.npz").at(2), flow.at(2))


def test_the_folder_of_a_training_is_its_machine(tmp_path):
    claim(tmp_path / "begun", "train", {})
    with pytest.raises(StudyError, match="has no machine yet: the command that made it goes on"):
        sl.open(tmp_path / "begun")
    run_training(TrainSettings(STATES, (4,), {"epochs": 8}), tmp_path / "out")
    assert sl.open(tmp_path / "out").n_hidden == 4
    assert "log_likelihood" in sl.open(tmp_path / "out" / "results.json")


def test_folders_of_flows_and_studies_are_their_results(tmp_path):
    for folder, make in (("flow", lambda p: claim(p, "flow", {})), ("study", lambda p: (p / "study.json").touch())):
        (tmp_path / folder).mkdir()
        make(tmp_path / folder)
        (tmp_path / folder / "machine").mkdir()  # a flow keeps the machine that it trained
        with pytest.raises(StudyError, match="has no results yet"):
            sl.open(tmp_path / folder)
        (tmp_path / folder / "results.json").write_text('{"readings": [], "flows": [], "unit": 2.3}')
        assert sl.open(tmp_path / folder) == {"readings": [], "flows": [], "unit": 2.3}


def kept(folder, payload, **about):
    """A file as a task of a study leaves it."""
    suffix, content = encode(payload, about)
    (folder / f"task{suffix}").write_bytes(content)
    return folder / f"task{suffix}"


@pytest.mark.parametrize("machine", [RBM, STACK], ids=["machine", "stack"])
def test_machines_of_a_study_are_machines(machine, tmp_path):
    again = sl.open(kept(tmp_path, Arrays(machine.to_arrays(), plain({"config": machine.config()}))))
    assert type(again) is type(machine)
    flat = STATES.reshape(100, 16)
    np.testing.assert_array_equal(again.transform(flat), machine.transform(flat))


def test_what_else_a_study_keeps_is_what_it_was(tmp_path):
    grid = sl.sample(MODEL, [2.0, 2.4, 3.0], 60, chains=1, warmup=20, keep_spins=True).spins.values[:, 0]
    instruments = sl.calibrate_instruments(MODEL, [2.0, 2.4, 3.0], grid, names=("energy", "magnetization"))
    inputs = {"model": {"kind": "NearestNeighbour"}}
    again = sl.open(kept(tmp_path, Arrays(instruments.to_arrays(), {"T_c": 2.3}), inputs=inputs))
    assert again["energy"].read(STATES).temperature.value == instruments["energy"].read(STATES).temperature.value
    assert sl.open(kept(tmp_path, {"gap": 0.5})) == {"gap": 0.5}
    assert sl.open(kept(tmp_path, Arrays({}, {"temperature": 2.3}))) == {"temperature": 2.3}
    assert list(sl.open(kept(tmp_path, {"film": np.ones(3)}))) == ["film"]
    np.testing.assert_array_equal(sl.open(kept(tmp_path, DATA)).spins.values, DATA.spins.values)


def test_a_damaged_file_of_a_study_is_said(tmp_path):
    place = kept(tmp_path, Arrays(RBM.to_arrays(), plain({"config": RBM.config()})))
    place.write_bytes(place.read_bytes()[:-8])
    with pytest.raises(ArtefactError, match="cannot be read"):
        sl.open(place)


def test_tables_of_flows(tmp_path):
    sl.save(FlowComparison([{"step": 0}], [{"steps": 5}]), tmp_path / "table")
    for path in (tmp_path / "table", tmp_path / "table" / "comparison.json"):
        found = sl.open(path)
        assert (found.readings, found.flows) == ([{"step": 0}], [{"steps": 5}])


def test_critical_points_of_the_command_and_of_python(tmp_path):
    found = find(SearchSettings(sl.NearestNeighbour(), (4, 6, 8), draws=1000, chains=2, seed=1))
    write(found, tmp_path / "point.json")
    sl.save(found.point, tmp_path / "own.json")
    for name in ("point.json", "own.json"):
        again = sl.open(tmp_path / name)
        assert isinstance(again, CriticalPoint)
        assert again.temperature == found.point.temperature


def test_numbers_become_json(tmp_path):
    sl.save({"T": np.array([1.0, np.nan]), "who": sl.Estimate(1.0, 0.1)}, tmp_path / "a.json")
    assert sl.open(tmp_path / "a.json") == {"T": [1.0, None], "who": {"value": 1.0, "error": 0.1}}


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"text", InputError, "of no format that spinlens knows; it opens states"),
        (b"{", ArtefactError, "cannot be read"),
        (b"\x89HDF", ArtefactError, "cannot be read"),
        ((9).to_bytes(8, "little") + b'{"a": {}}', ArtefactError, "safetensors"),
    ],
)
def test_damaged_and_foreign_files_are_said(tmp_path, content, error, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(error, match=message):
        sl.open(tmp_path / "file")


def test_folders_that_cannot_be_opened_are_said(tmp_path):
    with pytest.raises(InputError, match="no folder of spinlens; it opens states"):
        sl.open(tmp_path)
    (tmp_path / formats.CHECKPOINT).write_text("{}")
    with pytest.raises(InputError, match="the checkpoint of a run"):
        sl.open(tmp_path)
    with pytest.raises(InputError, match=r"cannot read .*nowhere: No such file"):
        sl.open(tmp_path / "nowhere")


def test_what_has_no_form_is_said(tmp_path):
    with pytest.raises(InputError, match=r"arrays are saved as .npy, .npz or .safetensors"):
        sl.save(STATES, tmp_path / "states.dat")
    with pytest.raises(InputError, match="cannot hold object"):
        sl.save(object(), tmp_path / "a.json")
    with pytest.raises(StudyError, match="cannot write"):
        sl.save({"a": 1}, tmp_path / "nowhere" / "a.json")
    assert not list(tmp_path.iterdir())


def test_a_file_of_states_needs_little_of_the_package(tmp_path):
    """10⁷ states open within 200 MiB because nothing is loaded that could compute with them."""
    sl.save(DATA, tmp_path / "a.nc")
    code = f"""
import sys, spinlens
spinlens.open({str(tmp_path / "a.nc")!r})
print([name for name in ("numba", "sklearn", "scipy.optimize", "matplotlib") if name in sys.modules])
"""
    assert json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout) == []
