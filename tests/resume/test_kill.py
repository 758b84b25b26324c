"""SIGKILL of the main process at any instant: the resumed study ends with the bytes of the unbroken one."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toy_tasks

from spinlens.study.running.runner import run

DRIVE = Path(__file__).with_name("drive.py")


def killed(folder, *options):
    return subprocess.run([sys.executable, str(DRIVE), str(folder), *options], capture_output=True).returncode == -9


@pytest.mark.parametrize("rename", [0, 1, 2, 5, 12, 21])
def test_killed_at_a_rename(tmp_path, rename, digest, unbroken):
    assert killed(tmp_path / "study", "--die-at", str(rename))
    run(toy_tasks.study(), tmp_path / "study")
    assert digest(tmp_path / "study") == unbroken
    assert not (tmp_path / "study" / "damaged").exists()
    assert not (tmp_path / "study" / ".partial").exists()


@pytest.mark.parametrize("trial", range(2))
def test_killed_again_and_again_at_random_instants(tmp_path, trial, digest, unbroken):
    draw = random.Random(trial)
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, str(DRIVE), str(tmp_path / "study"), "--workers", str(1 + trial % 2)],
            stderr=subprocess.DEVNULL,
        )
        time.sleep(draw.uniform(0.2, 1.2))
        process.kill()
        process.wait()
    run(toy_tasks.study(), tmp_path / "study")
    assert digest(tmp_path / "study") == unbroken
    assert not (tmp_path / "study" / "damaged").exists()
