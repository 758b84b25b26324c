"""Runs that are stopped, prolonged and shortened."""

from __future__ import annotations

import pytest
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.errors import CheckpointError
from spinlens.files.netcdf import dataset_bytes
from spinlens.sampling.progress import RunProgress

SQUARE = IsingModel((4, 4), NearestNeighbour())


class Stop(BaseException):
    pass


def stop_after(steps):
    count = 0

    def progress(step):
        nonlocal count
        count += 1
        if count > steps:
            raise Stop

    return progress


def hear(monkeypatch, listener):
    """Every step of every chain, of which progress tells only some."""
    monkeypatch.setattr(RunProgress, "take", lambda _, step: listener(step))


ALGORITHMS = ["swendsen-wang", "wolff", "metropolis", "heat-bath", "clock", "multi-spin-metropolis", "exchange"]


KINDS = [{}, {"keep_spins": True}, {"series": False, "correlations": True}]


@pytest.mark.parametrize("options", KINDS, ids=["series", "spins", "averages"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_run_stopped_anywhere_goes_on_to_the_same_bytes(tmp_path, small_steps, monkeypatch, algorithm, options):
    model = IsingModel((4, 4), NearestNeighbour() if "multi" in algorithm else PowerLaw(1.2))
    arguments = {"temperatures": (6.0, 8.0), "draws": 130, "seed": 3, "algorithm": algorithm, **options}
    if algorithm == "exchange":
        arguments |= {"algorithm": "heat-bath", "exchange": True, "chains": 4}
    if "multi" in algorithm:
        arguments["chains"] = 70
    unbroken = dataset_bytes(sample(model, **arguments))
    saving = {"checkpoint": tmp_path / "run", "checkpoint_seconds": 0.0}
    for steps in (0, 1, 2, 7, 12, 20):
        hear(monkeypatch, stop_after(steps))
        with pytest.raises(Stop):
            sample(model, **arguments, **saving, progress=lambda step: None)
    assert dataset_bytes(sample(model, **arguments, **saving, workers=2)) == unbroken
    assert dataset_bytes(sample(model, **arguments, **saving)) == unbroken


@pytest.mark.parametrize("options", KINDS, ids=["series", "spins", "averages"])
@pytest.mark.parametrize("algorithm", ["auto", "multi-spin-heat-bath"])
def test_more_draws_go_on_where_fewer_ended(tmp_path, small_steps, monkeypatch, options, algorithm):
    options = options | {"algorithm": algorithm}
    longer = sample(SQUARE, 2.5, 210, seed=3, **options)
    done = []
    for draws in (50, 130, 210):
        steps = []
        hear(monkeypatch, steps.append)
        data = sample(SQUARE, 2.5, draws, seed=3, checkpoint=tmp_path / "run", progress=lambda step: None, **options)
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


def test_fewer_draws_are_the_beginning_of_more(tmp_path, small_steps):
    sample(SQUARE, 2.5, 200, seed=3, checkpoint=tmp_path / "run")
    shorter = sample(SQUARE, 2.5, 70, seed=3, checkpoint=tmp_path / "run")
    xr.testing.assert_identical(shorter, sample(SQUARE, 2.5, 70, seed=3))
    sample(SQUARE, 2.5, 200, checkpoint=tmp_path / "bins", series=False)
    with pytest.raises(CheckpointError, match="averages over 200 draws and 70 were asked for"):
        sample(SQUARE, 2.5, 70, checkpoint=tmp_path / "bins", series=False)
