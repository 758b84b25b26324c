"""A closed terminal ends a command as SIGTERM does: what is done is saved, and afterwards the bytes are equal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import toy_tasks

import spinlens as sl
from spinlens.study.running.runner import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind, no SIGHUP")

HANG_UP, DRIVE = (str(Path(__file__).with_name(name)) for name in ("hanging_up.py", "drive.py"))
LINES = {
    "sample": "sample --temperatures 2.3 --size 16 --draws 4000 --keep-spins --workers 2 --out out",
    "critical": "critical --sizes 4,6,8 --draws 2000 --points 3 --workers 2 --out out",
    "train": "train states.nc --hidden 4 --epochs 8 --out out",
}
KEPT = {"sample": "out.checkpoint/chain-*", "critical": "out.checkpoint/*", "train": "out/training-state.safetensors"}


def hang_up(ready: Path, *command: str, **environment: str) -> int:
    """What a command in a terminal ends with that is closed when `ready` is there."""
    line = [sys.executable, HANG_UP, str(ready), sys.executable, *command]
    ended = subprocess.run(line, cwd=ready.parent, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
    return int(ended.stdout)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("command", list(LINES))
def test_a_command_goes_on_with_the_same_bytes(command, tmp_path, spinlens, monkeypatch):
    places = [tmp_path / name for name in ("whole", "closed")]
    for place in places:
        place.mkdir()
        if command == "train":
            data = sl.sample(sl.IsingModel((4, 4), sl.NearestNeighbour()), 2.5, 100, keep_spins=True)
            sl.save(data, place / "states.nc")
    monkeypatch.chdir(places[0])
    assert spinlens(*LINES[command].split()) == 0
    monkeypatch.chdir(places[1])
    ready = places[1] / "ready"
    code = hang_up(ready, HANG_UP, "--waiting", str(ready), "spinlens", *LINES[command].split())
    assert code == 128 + signal.SIGHUP
    ready.unlink()
    assert list(places[1].glob(KEPT[command]))
    assert "out" not in contents(places[1])
    assert spinlens(*LINES[command].split()) == 0
    assert contents(places[0]) == contents(places[1])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_goes_on_with_the_same_bytes(workers, tmp_path, digest, unbroken):
    """Its workers hear of the closed terminal, too, and leave it to the main process."""
    gate = tmp_path / "gate"
    gate.mkdir()
    code = hang_up(gate / "first", DRIVE, str(tmp_path / "study"), str(workers), TOY_GATE=str(gate))
    assert code == 128 + signal.SIGHUP
    assert len(digest(tmp_path / "study")) <= 1
    run(toy_tasks.study(), tmp_path / "study")
    assert digest(tmp_path / "study") == unbroken
