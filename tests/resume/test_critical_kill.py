"""SIGKILL of a search for a critical point at any instant: called again, it ends with the numbers of one unbroken."""

import subprocess
import sys
from pathlib import Path

import drive_critical
import pytest

from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains

DRIVE = Path(__file__).with_name("drive_critical.py")


@pytest.fixture(autouse=True)
def _constants_put_back(monkeypatch):
    monkeypatch.setattr(chains, "CHUNK", chains.CHUNK)
    monkeypatch.setattr(running, "_SAVING", running._SAVING)


@pytest.mark.parametrize("kind", drive_critical.KINDS)
def test_killed_again_and_again_at_random_instants(tmp_path, kind):
    """Eight children a kind, each killed after a random time of 0.4 s on average unless it finished before."""
    command = [sys.executable, str(DRIVE), kind, str(tmp_path), *map(str, range(8))]
    assert int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) >= 3
    assert (tmp_path / "runs" / "plan.json").exists()
    assert drive_critical.search(kind, checkpoint=tmp_path / "runs") == drive_critical.search(kind)
