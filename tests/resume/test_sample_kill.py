"""SIGKILL of a sampling process at any instant: called again, it ends with the bytes of the unbroken run."""

import functools
import subprocess
import sys
import time
from pathlib import Path

import drive_sample
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains
from spinlens.study.storage.codec import dataset_bytes

DRIVE = Path(__file__).with_name("drive_sample.py")


@pytest.fixture(autouse=True)
def _constants_put_back(monkeypatch):
    monkeypatch.setattr(chains, "CHUNK", chains.CHUNK)
    monkeypatch.setattr(running, "_SAVING", running._SAVING)


@functools.cache
def unbroken(kind):
    return drive_sample.draw(kind)


def deaths(kind, folder, how, numbers):
    """Run the driver; the number of its children that were killed."""
    command = [sys.executable, str(DRIVE), kind, str(folder), how, *map(str, numbers)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def finish(kind, folder):
    return drive_sample.draw(kind, checkpoint=folder / "run", checkpoint_seconds=0.0)


def test_killed_at_renames(tmp_path):
    """Before or after the first rename of all, then further and further on, each run continuing the one before."""
    assert deaths("series", tmp_path, "renames", [0, 1, 2, 3, 8, 15, 22]) == 7
    assert (tmp_path / "run" / "chain-0000-0000.spl").exists()
    assert finish("series", tmp_path) == unbroken("series")


@pytest.mark.parametrize("kind", drive_sample.KINDS)
def test_killed_again_and_again_at_random_instants(tmp_path, kind):
    """Ten children a kind, 60 in all, each killed after a random time of 0.1 s on average unless it finished before."""
    assert deaths(kind, tmp_path, "instants", range(10)) >= 3
    assert finish(kind, tmp_path) == unbroken(kind)


def test_a_signal_says_how_to_go_on(tmp_path):
    """SIGINT and SIGTERM save the chains and print the command that ends with the file of an unbroken run."""
    line = "sample --temperatures 2.3 --size 64 --draws 8000 --keep-spins --workers 2 --out".split()  # noqa: SIM905
    command = [sys.executable, "-m", "spinlens", *line]
    for name, number, code in (("a.nc", 2, 130), ("b.nc", 15, 143)):
        process = subprocess.Popen([*command, str(tmp_path / name)], stderr=subprocess.PIPE, text=True)
        while not (tmp_path / f"{name}.checkpoint" / "checkpoint.json").exists():
            time.sleep(0.01)
        process.send_signal(number)
        said = process.communicate()[1].splitlines()[-1]
        assert process.returncode == code
        assert said.startswith("spinlens: stopped; what is done is saved in ")
        assert said.endswith(f"go on with: spinlens {' '.join(line)} {tmp_path / name}")
        assert not (tmp_path / name).exists()
    subprocess.run([*command, str(tmp_path / "a.nc")], check=True, capture_output=True)
    assert not (tmp_path / "a.nc.checkpoint").exists()
    unbroken = sample(IsingModel((64, 64), NearestNeighbour()), 2.3, 8000, keep_spins=True)
    assert (tmp_path / "a.nc").read_bytes() == dataset_bytes(unbroken)
