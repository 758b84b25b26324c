"""Stories of the command line, each command as it is typed."""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import spinlens as sl


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A command in an empty folder: what it prints; a text that it says on stderr where it is refused."""
    monkeypatch.chdir(tmp_path)

    def run(line: str, refused: bool = False) -> str:
        command = [sys.executable, "-m", *shlex.split(line)]
        found = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"})
        assert found.returncode == (2 if refused else 0), found.stderr
        return found.stderr if refused else found.stdout

    return run


def test_sample_and_go_on_in_python(shell):
    said = shell("spinlens sample -L 16 -T 2.0:2.6:0.1 --draws 500 -o scan.nc")
    assert "energy/J" in said
    data = sl.open("scan.nc")
    assert np.allclose(data.temperature, np.arange(2.0, 2.65, 0.1))
    energy = data.average.sel(observable="energy")
    exact = [sl.exact.kaufman(16, T).energy for T in data.temperature.values]
    assert (np.abs(energy - exact) < 4 * data.error.sel(observable="energy")).all()


def test_a_critical_point_and_what_to_cite(shell):
    said = shell("spinlens critical -L 4,8,16 --draws 2000 -o point.json")
    assert "T_c" in said
    point = sl.open("point.json")
    assert abs(point.temperature.deviation(2 / np.log(1 + np.sqrt(2)))) < 4
    assert "Ferrenberg" in shell("spinlens cite point.json")


def test_states_of_my_own_train_a_machine(shell):
    signs = np.random.default_rng(1).choice([-1, 1], size=(1000, 1, 1))
    np.save("own.npy", (signs * np.ones((1, 4, 4))).astype(np.int8).reshape(1000, 16))
    shell("spinlens train own.npy --shape 4x4 --hidden 4 --epochs 10 -o own")
    machine = sl.open("own")
    assert machine.log_likelihood("own.npy").value > -16 * np.log(2)  # it knows more than free spins
    assert "another run" in shell("spinlens train own.npy --shape 4x4 --hidden 8 -o own", refused=True)


def test_what_a_study_would_take(shell):
    said = shell("spinlens reproduce --preset quick --dry-run")
    assert "203 to do, 0 done before" in said
    assert "core time" in said


def test_mistakes_are_said_before_anything_is_computed(shell):
    assert "numbers" in shell("spinlens sample -T warm", refused=True)
    assert "at least three" in shell("spinlens critical -L 4,8", refused=True)
    assert shell("spinlens --version").strip() == f"spinlens {sl.__version__}"


def test_what_lies_in_a_file(shell):
    shell("spinlens sample -L 8 -T 2.0,2.4 --draws 400 -o scan.nc")
    rows = list(csv.DictReader(shell("spinlens show scan.nc --csv").splitlines()))
    cold, hot = (float(row["mean"]) for row in rows if row["observable"] == "energy")
    assert cold < hot < 0
    shell("spinlens plot scan.nc --quantity binder -o binder.png")
    assert Path("binder.png").read_bytes().startswith(b"\x89PNG")


def test_the_temperature_of_my_own_states(shell):
    states = sl.sample(sl.IsingModel((8, 8), sl.NearestNeighbour()), 3.0, 400, thin=8, keep_spins=True, seed=1)
    np.save("own.npy", states.spins.values.reshape(-1, 64))  # flat, as other programs have them
    said = shell("spinlens read own.npy -L 8 --grid 2.2:3.8:0.4 --samples 300 --instruments energy,xi --json")
    for row in json.loads(said)["readings"]:
        assert abs(row["temperature"] - 3.0) < 4 * row["temperature_error"]
