"""SIGKILL of a sampling process at any write: called again, it ends with the bytes of the unbroken run."""

import subprocess
import sys
from pathlib import Path

import drive_sample
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.files.netcdf import dataset_bytes
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains

DRIVE = Path(__file__).with_name("drive_sample.py")
NUMBERS = (0, 1, 3, 4, 7, 0, 5, 2)  # of `dying_replace`: before or after a write, up to the fourth of a run


@pytest.fixture(autouse=True)
def _constants_put_back(monkeypatch):
    monkeypatch.setattr(chains, "CHUNK", chains.CHUNK)
    monkeypatch.setattr(running, "_SAVING", running._SAVING)


def test_killed_again_and_again(tmp_path):
    """Eight kills of each kind of run, each run going on where the one before was killed."""
    command = [sys.executable, str(DRIVE), str(tmp_path), *map(str, NUMBERS)]
    deaths = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert list(map(int, deaths)) == [len(NUMBERS)] * len(drive_sample.KINDS)
    for kind in drive_sample.KINDS:
        assert list((tmp_path / kind).glob("chain-*")), kind
        resumed = drive_sample.draw(kind, checkpoint=tmp_path / kind, checkpoint_seconds=0.0)
        assert resumed == drive_sample.draw(kind), kind


# sends itself a signal in the fourth step of its chains, which waits until the signal has been heard
SIGNALLED = """
import itertools, os, signal, sys, time
from spinlens.cli import app
from spinlens.sampling import threads
from spinlens.sampling.chains import chain
threads._FAREWELL = 600
number, steps, advance = int(sys.argv.pop(1)), itertools.count(), chain.MarkovRun.advance
def signalling(run):
    if next(steps) == 3:
        handler = signal.getsignal(number)
        os.kill(os.getpid(), number)
        while signal.getsignal(number) is handler:
            time.sleep(0.001)
    return advance(run)
chain.CHUNK, chain.MarkovRun.advance = 1 << 13, signalling
app.main()
"""


def test_a_signal_says_how_to_go_on(tmp_path, spinlens):
    """SIGINT and SIGTERM save the chains and print the command that ends with the file of an unbroken run."""
    line = "sample --temperatures 2.3 --size 16 --draws 4000 --keep-spins --workers 2 --out".split()  # noqa: SIM905
    for name, number, code in (("a.nc", 2, 130), ("b.nc", 15, 143)):
        command = [sys.executable, "-c", SIGNALLED, str(number), *line, str(tmp_path / name)]
        stopped = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        said = stopped.stderr.splitlines()[-1]
        assert stopped.returncode == code
        assert said.startswith("spinlens: stopped; what is done is saved in ")
        assert said.endswith(f"go on with: spinlens {' '.join(line)} {tmp_path / name}")
        assert not (tmp_path / name).exists()
        assert list((tmp_path / f"{name}.checkpoint").glob("chain-*"))
    assert spinlens(*line, tmp_path / "a.nc") == 0
    assert not (tmp_path / "a.nc.checkpoint").exists()
    unbroken = sample(IsingModel((16, 16), NearestNeighbour()), 2.3, 4000, keep_spins=True)
    assert (tmp_path / "a.nc").read_bytes() == dataset_bytes(unbroken)
