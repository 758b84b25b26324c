"""SIGKILL of a search for a critical point at any write: called again, it ends with the numbers of one unbroken."""

import subprocess
import sys
from pathlib import Path

import drive_critical
import pytest

from spinlens.criticality.search import windows
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains

DRIVE = Path(__file__).with_name("drive_critical.py")
WRITES = {
    "fixed": [0, 1, 2, 3, 20, 31, 52, 75],  # of the 200 or so: in every window
    "budget": [0, 1, 4, 15, 40, 51, 50, 9, 2, 5, 8, 3, 7, 4],  # 90 in the pilot, then 5 a round
}


@pytest.fixture(autouse=True)
def _constants_put_back(monkeypatch):
    monkeypatch.setattr(chains, "CHUNK", chains.CHUNK)
    monkeypatch.setattr(running, "_SAVING", running._SAVING)
    monkeypatch.setattr(windows, "sample", windows.sample)


@pytest.mark.parametrize("kind", drive_critical.KINDS)
def test_killed_again_and_again(tmp_path, kind):
    """Before or after a write, with one thread and with two, each search continuing the one before."""
    command = [sys.executable, str(DRIVE), kind, str(tmp_path), *map(str, WRITES[kind])]
    assert int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) == len(WRITES[kind])
    assert (tmp_path / "runs" / "plan.json").exists()
    assert drive_critical.search(kind, checkpoint=tmp_path / "runs") == drive_critical.search(kind)
