"""Searches in processes of their own that are killed: python drive_critical.py KIND FOLDER NUMBER ...

As drive_sample.py: one process has everything loaded and forks a child for every kill, after a random time that the
number decides. The number of children that died is printed.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from dying import killed

from spinlens import NearestNeighbour, find_critical_point
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains

KINDS = {"fixed": {"draws": 3_000}, "budget": {"budget": 4e6}}
CHUNK = 1 << 13


def search(kind, **saving):
    """The critical point, from chains that are saved as often as they can be."""
    chains.CHUNK, running._SAVING = CHUNK, 0.0
    return find_critical_point(NearestNeighbour(), (4, 6, 8), points=3, seed=6, **KINDS[kind], **saving)


def child(kind, folder, workers):
    """A forked process that searches."""
    pid = os.fork()
    if pid:
        return pid
    search(kind, checkpoint=folder / "runs", workers=workers)
    os._exit(0)


if __name__ == "__main__":
    kind, folder, *numbers = sys.argv[1:]
    find_critical_point(NearestNeighbour(), (4, 6, 8), points=3, budget=1e6)
    deaths = 0
    for number in numbers:
        pid = child(kind, Path(folder), 1 + int(number) % 2)
        time.sleep(random.Random(int(number)).expovariate(1 / 0.4))
        os.kill(pid, signal.SIGKILL)
        deaths += killed(pid)
    print(deaths)
