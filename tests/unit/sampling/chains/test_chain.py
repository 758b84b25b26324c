"""Warm-up, checkpoints and what a result says of itself."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
import xarray as xr

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.errors import CheckpointError, ConvergenceError, InputError
from spinlens.lattice.model_document import model_of
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains
from spinlens.sampling.chains.checkpoint import Snapshot, decode, encode
from spinlens.sampling.chains.warmup import WarmUp
from spinlens.sampling.dataset import to_inference
from spinlens.study.storage.codec import dataset_bytes

SQUARE = IsingModel((4, 4), NearestNeighbour())


@pytest.fixture
def small_steps(monkeypatch):
    """Chunks of 20 draws of a 4 × 4 lattice, saved after each."""
    monkeypatch.setattr(chains, "CHUNK", 20 * 16)
    monkeypatch.setattr(running, "_SAVING", 0.0)


class Stop(Exception):
    pass


def stop_after(steps):
    count = 0

    def progress(step):
        nonlocal count
        count += 1
        if count > steps:
            raise Stop

    return progress


ALGORITHMS = ["swendsen-wang", "wolff", "metropolis", "heat-bath", "clock", "multi-spin-metropolis", "exchange"]
KINDS = [{}, {"keep_spins": True}, {"series": False, "correlations": True}]


@pytest.mark.parametrize("options", KINDS, ids=["series", "spins", "averages"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_run_stopped_anywhere_goes_on_to_the_same_bytes(tmp_path, small_steps, algorithm, options):
    model = IsingModel((4, 4), NearestNeighbour() if "multi" in algorithm else PowerLaw(1.2))
    arguments = {"temperatures": (6.0, 8.0), "draws": 130, "seed": 3, "algorithm": algorithm, **options}
    if algorithm == "exchange":
        arguments |= {"algorithm": "heat-bath", "exchange": True, "chains": 4}
    if "multi" in algorithm:
        arguments["chains"] = 70
    unbroken = dataset_bytes(sample(model, **arguments))
    saving = {"checkpoint": tmp_path / "run", "checkpoint_seconds": 0.0}
    for steps in (0, 1, 2, 7, 12, 20):
        with pytest.raises(Stop):
            sample(model, **arguments, **saving, progress=stop_after(steps))
    assert dataset_bytes(sample(model, **arguments, **saving, workers=2)) == unbroken
    assert dataset_bytes(sample(model, **arguments, **saving)) == unbroken


@pytest.mark.parametrize("options", KINDS, ids=["series", "spins", "averages"])
@pytest.mark.parametrize("algorithm", ["auto", "multi-spin-heat-bath"])
def test_more_draws_go_on_where_fewer_ended(tmp_path, small_steps, options, algorithm):
    options = options | {"algorithm": algorithm}
    longer = sample(SQUARE, 2.5, 210, seed=3, **options)
    done = []
    for draws in (50, 130, 210):
        steps = []
        data = sample(SQUARE, 2.5, draws, seed=3, checkpoint=tmp_path / "run", progress=steps.append, **options)
        done.append(sum(step.sweeps for step in steps))
    assert dataset_bytes(data) == dataset_bytes(longer)
    runs = 2 if algorithm == "auto" else 1  # from the last full chunk of 20 on, both chains: 40 → 130, 120 → 210
    assert done[1:] == [runs * 90, runs * 90]


def test_exchange_is_prolonged_but_not_shortened(tmp_path, small_steps):
    arguments = {"temperatures": (2.0, 3.0), "seed": 3, "exchange": True}
    longer = sample(SQUARE, draws=210, **arguments)
    for draws in (50, 210):
        data = sample(SQUARE, draws=draws, **arguments, checkpoint=tmp_path / "run")
    assert dataset_bytes(data) == dataset_bytes(longer)
    with pytest.raises(CheckpointError, match="exchange runs over 200 draws and 70 were asked for"):
        sample(SQUARE, draws=70, **arguments, checkpoint=tmp_path / "run")


@pytest.mark.parametrize("options", [{}, {"series": False}])
@pytest.mark.parametrize("algorithm", ["swendsen-wang", "wolff", "multi-spin-metropolis"])
def test_limits_of_temperature_beside_others(options, algorithm):
    """What T = 0 and ∞ do not have is nan there, in whatever order the temperatures come."""
    found = [
        sample(SQUARE, grid, 200, algorithm=algorithm, **options).sel(temperature=2.5)
        for grid in ((0.0, 2.5, np.inf), (2.5, np.inf, 0.0), (2.5,))
    ]
    for data in found[:2]:
        for name in found[2].data_vars:
            np.testing.assert_array_equal(data[name], found[2][name], err_msg=name)
    if algorithm == "swendsen-wang":
        ends = sample(SQUARE, (0.0, 2.5, np.inf), 200, **options)
        assert np.all(np.isnan(ends.bonds.sel(temperature=[0.0, np.inf])))
        assert bool(ends.converged.all())


def test_fewer_draws_are_the_beginning_of_more(tmp_path, small_steps):
    sample(SQUARE, 2.5, 200, seed=3, checkpoint=tmp_path / "run")
    shorter = sample(SQUARE, 2.5, 70, seed=3, checkpoint=tmp_path / "run")
    xr.testing.assert_identical(shorter, sample(SQUARE, 2.5, 70, seed=3))
    sample(SQUARE, 2.5, 200, checkpoint=tmp_path / "bins", series=False)
    with pytest.raises(CheckpointError, match="averages over 200 draws and 70 were asked for"):
        sample(SQUARE, 2.5, 70, checkpoint=tmp_path / "bins", series=False)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seed": 4}, "seed was 3 and is 4"),
        ({"temperatures": 2.6}, "temperatures was"),
        ({"algorithm": "wolff"}, 'algorithm was "auto" and is "wolff"'),
        ({"thin": 2}, "thin was 1 and is 2"),
        ({"chains": 3}, "chains was 2 and is 3"),
        ({"series": False}, "series was true and is false"),
        ({"model": IsingModel((4, 4), NearestNeighbour(), field=0.1)}, "model was"),
    ],
)
def test_a_checkpoint_of_other_arguments_is_refused(tmp_path, change, text):
    arguments = {"model": SQUARE, "temperatures": 2.5, "draws": 20, "seed": 3}
    sample(**arguments, checkpoint=tmp_path / "run")
    with pytest.raises(CheckpointError, match=text):
        sample(**{**arguments, **change}, checkpoint=tmp_path / "run")


def test_damage_and_strangers_are_refused(tmp_path, small_steps):
    path = tmp_path / "run"
    sample(SQUARE, 2.5, 40, checkpoint=path)
    file = path / "chain-0000-0001.spl"
    content = file.read_bytes()
    for damaged in (content[:-1], content[:200] + b"x" + content[201:], b"", content.replace(b"chain 1", b"chain 9")):
        file.write_bytes(damaged)
        with pytest.raises(CheckpointError, match="chain-0000-0001"):
            sample(SQUARE, 2.5, 40, checkpoint=path)
    (path / "checkpoint.json").write_text("{")
    with pytest.raises(CheckpointError, match="damaged"):
        sample(SQUARE, 2.5, 40, checkpoint=path)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("mine")
    with pytest.raises(CheckpointError, match="holds other files"):
        sample(SQUARE, 2.5, 40, checkpoint=tmp_path / "thesis")
    with pytest.raises(CheckpointError, match="cannot write"):
        sample(SQUARE, 2.5, 40, checkpoint=tmp_path / "thesis" / "thesis.tex")


def test_snapshots_come_back_whole():
    arrays = {"a": np.arange(5, dtype=np.uint64) << np.uint64(60), "b": np.array([True, False]), "c": np.empty((0, 0))}
    found = decode(encode(Snapshot(arrays, {"clusters": 7, "warm": True})))
    assert found.notes == {"clusters": 7, "warm": True}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype


def test_warm_up_waits_for_a_drift_and_not_for_noise():
    rng = np.random.default_rng(0)
    for drift, spent in ((0.0, 64), (1e4, 1000)):
        wait, time = WarmUp(), 0
        while not wait.done:
            times = np.arange(time, time + wait.left)
            wait.take(rng.normal(size=(2, wait.left)) + drift * np.exp(-times / 40))
            time = int(times[-1]) + 1
        assert wait.warm
        assert wait.spent == spent if drift == 0 else wait.spent > 200
    wait = WarmUp()
    while not wait.done:
        wait.take(np.cumsum(rng.normal(size=(1, wait.left)), axis=1))
    assert not wait.warm
    assert wait.spent >= 1 << 16


def test_chains_that_disagree_are_flagged_and_refused_when_asked():
    """At T = 1, Metropolis chains of a large lattice stay in different arrangements of domains."""
    arguments = {"temperatures": 1.0, "draws": 60, "chains": 4, "seed": 0, "algorithm": "metropolis", "warmup": 5}
    model = IsingModel((24, 24), NearestNeighbour())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = sample(model, **arguments)
    assert not bool(data.converged[0])
    assert float(data.split_r_hat.sel(observable="m2")[0]) > 1.05
    with pytest.raises(ConvergenceError, match=r"not converged at T = 1: chains disagree about .* ask for more draws"):
        sample(model, **arguments, strict=True)
    assert bool(sample(SQUARE, 3.0, 2000, strict=True).converged[0])


@pytest.mark.parametrize("options", [{"keep_spins": True}, {"series": False, "correlations": True}])
def test_a_file_opens_in_plain_xarray_and_makes_its_model_again(tmp_path, options):
    table = np.random.default_rng(0).random((3, 4))
    table = table + np.roll(np.flip(table), 1, axis=(0, 1))
    models = [
        IsingModel((3, 5), NearestNeighbour(0.5), field=0.25),
        IsingModel((4, 4), PowerLaw(1.3, images="minimum")),
        IsingModel((4, 4), PowerLaw(1.3, cell="integrated")),
        IsingModel((3, 4), CouplingTable(table)),
    ]
    for model in models:
        data = sample(model, 5.0, 8, seed=1, **options)
        (tmp_path / "a.nc").write_bytes(dataset_bytes(data))
        data.to_netcdf(tmp_path / "plain.nc", engine="h5netcdf")
        for name in ("a.nc", "plain.nc"):
            with xr.open_dataset(tmp_path / name) as found:
                again = model_of(found)
                assert (again.shape, again.field) == (model.shape, model.field)
                np.testing.assert_array_equal(again.coupling_table, model.coupling_table)
                np.testing.assert_array_equal(found.energy, data.energy)
                assert json.loads(found.attrs["versions"])["spinlens"]
                assert found.attrs["seed"] == 1
                assert found.energy.attrs["units"] == "J"
                assert all("long_name" in variable.attrs for variable in found.data_vars.values())


def test_export_by_chain_and_draw():
    data = sample(SQUARE, (2.0, 3.0), 10, chains=3, keep_spins=True)
    arrays = to_inference(data, 3.0)
    assert arrays["spins"].shape == (3, 10, 4, 4)
    np.testing.assert_array_equal(arrays["m2"], data.m2[1])
    with pytest.raises(InputError, match="give one of the temperatures"):
        to_inference(data)
    with pytest.raises(InputError, match=r"temperature 4.0 was not sampled"):
        to_inference(data, 4.0)


def test_a_field_has_draws_of_its_own():
    plain, field = (sample(IsingModel((4, 4), NearestNeighbour(), field=h), 50.0, 30) for h in (0.0, 1e-9))
    assert not np.array_equal(plain.m2, field.m2)


def test_keep_spins_and_averages_exclude_each_other():
    with pytest.raises(InputError, match="keep_spins needs series=True"):
        sample(SQUARE, 2.5, 10, keep_spins=True, series=False)
