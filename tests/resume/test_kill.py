"""SIGKILL of the main process at any write: the resumed study ends with the bytes of the unbroken one."""

import subprocess
import sys
from pathlib import Path

import toy_tasks

from spinlens.study.running.runner import run

DRIVE = Path(__file__).with_name("drive_kills.py")


def deaths(jobs):
    """Run the driver on (folder, workers, number); how many of its children were killed."""
    command = [sys.executable, str(DRIVE), *(":".join(map(str, job)) for job in jobs)]
    return int(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def assert_it_goes_on(folder, digest, unbroken):
    run(toy_tasks.study(), folder)
    assert digest(folder) == unbroken
    assert not (folder / "damaged").exists()
    assert not (folder / ".partial").exists()


def test_killed_at_a_write(tmp_path, digest, unbroken):
    numbers = [0, 1, 2, 3, 5, 12, 21, 24]
    assert deaths([(tmp_path / str(number), 1, number) for number in numbers]) == len(numbers)
    for number in numbers:
        assert_it_goes_on(tmp_path / str(number), digest, unbroken)


def test_killed_again_and_again(tmp_path, digest, unbroken):
    numbers = [1, 2, 3, 0, 5, 4]
    assert deaths([(tmp_path / "study", 1 + k % 2, number) for k, number in enumerate(numbers)]) == len(numbers)
    assert_it_goes_on(tmp_path / "study", digest, unbroken)
