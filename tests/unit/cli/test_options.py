"""Options that several commands share: what they are read as, and the one sentence where they cannot be."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
import xarray as xr

from spinlens.cli import options
from spinlens.errors import InputError, StudyInterrupted
from spinlens.files.netcdf import dataset_bytes
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw


@pytest.mark.parametrize(
    ("given", "sides"),
    [
        ((None, None, None), (32, 32)),
        ((None, 8, 3), (8, 8, 8)),
        ((None, None, 1), (32,)),
        (("32x16", None, None), (32, 16)),
        (("5X6×7", None, None), (5, 6, 7)),
        (("12", None, None), (12,)),
    ],
)
def test_sides(given, sides):
    assert options.make_sides(*given) == sides


@pytest.mark.parametrize("given", [("8by8", None, None), ("8x8", 8, None), ("8x8", None, 2), (None, 2, None)])
def test_sides_that_cannot_be(given):
    with pytest.raises(InputError, match="--s"):
        options.make_sides(*given)


@pytest.mark.parametrize(
    ("given", "coupling"),
    [
        ((None, None, "periodic"), NearestNeighbour()),
        (("nearest-neighbour", None, "periodic", "point", 0.5), NearestNeighbour(0.5)),
        ((None, 1.2, "periodic"), PowerLaw(1.2)),
        (
            ("power-law", 0.8, "minimum", "integrated", 2.0),
            PowerLaw(0.8, images="minimum", cell="integrated", strength=2.0),
        ),
    ],
)
def test_couplings(given, coupling):
    assert options.make_coupling(*given) == coupling


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("power-law", None, "periodic"), "needs --sigma, for example --sigma 1.2"),
        (("nearest-neighbour", 1.2, "periodic"), "leave one of the two out"),
        ((None, None, "minimum"), "belong to --coupling power-law"),
        ((None, -1.0, "periodic"), "sigma must be a number from 0.001 to 20"),
    ],
)
def test_couplings_that_cannot_be(given, message):
    with pytest.raises(InputError, match=message):
        options.make_coupling(*given)


def test_a_file_is_no_preset():
    assert options.preset_name("quick") == "quick"
    with pytest.raises(InputError, match=r"'my.toml' is a file, not a preset; use --study my.toml"):
        options.preset_name("my.toml")


def test_cores_are_those_asked_for_or_those_of_this_process(monkeypatch):
    assert options.cores(3) == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 4, 5}, raising=False)
    assert options.cores(None) == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert options.cores(None) == 7
    with pytest.raises(InputError, match="--workers must be an integer of at least 1"):
        options.cores(0)


def test_threads_of_linear_algebra_are_one_unless_somebody_chose(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    options.one_thread_of_blas()
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("1", "4")


def test_an_output_that_can_be_written_is_left_as_it_is(tmp_path):
    (tmp_path / "old").write_text("mine")
    options.check_output(tmp_path / "new", force=False)
    options.check_output(tmp_path / "old", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "force", "message"),
    [
        (".", True, "is a folder; give --out a file name"),
        ("old", False, "exists; choose another --out or add --force"),
        ("absent/new", True, "absent does not exist"),
    ],
)
def test_an_output_that_cannot_be_written(tmp_path, name, force, message):
    (tmp_path / "old").write_text("mine")
    with pytest.raises(InputError, match=message):
        options.check_output(tmp_path / name, force)


def test_files_without_states_are_said(tmp_path):
    file = tmp_path / "a.nc"
    data = xr.Dataset({"spins": (("draw", "x"), np.array([[1, -1, 1]], dtype=np.int8))})
    file.write_bytes(dataset_bytes(data))
    np.testing.assert_array_equal(options.read_states(file).spins, data.spins)
    file.write_bytes(dataset_bytes(data.rename(spins="energy")))
    with pytest.raises(InputError, match="holds no states: sample with --keep-spins"):
        options.read_states(file)
    file.write_bytes(b"any text")
    with pytest.raises(InputError, match=r"a.nc holds no states"):
        options.read_states(file)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_with_a_sentence(number):
    before = signal.getsignal(number)
    with pytest.raises(StudyInterrupted, match="all is saved") as stopped, options.interruptible("all is saved"):
        signal.raise_signal(number)
    assert stopped.value.signal == number
    assert signal.getsignal(number) is before
