"""Draw in processes of their own that are killed: python drive_sample.py KIND FOLDER instants|renames NUMBER ...

One process has everything loaded and compiled and forks a child for every kill, so that a kill costs milliseconds.
The checkpoint is FOLDER/run. The number of children that died is printed.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains
from spinlens.study.storage.codec import dataset_bytes

SQUARE, LONG = NearestNeighbour(), PowerLaw(1.2)
KINDS = {
    "series": (IsingModel((8, 8), SQUARE), {"temperatures": (2.0, 2.3), "draws": 3_000, "keep_spins": True}),
    "averages": (IsingModel((6, 5), LONG), {"temperatures": 7.0, "draws": 9_000, "series": False}),
    "wolff": (IsingModel((6, 6), LONG), {"temperatures": (6.0, 9.0), "draws": 3_000, "algorithm": "wolff"}),
    "metropolis": (IsingModel((6, 6), LONG), {"temperatures": 8.0, "draws": 9_000, "algorithm": "metropolis"}),
    "multi-spin": (
        IsingModel((8, 8), SQUARE),
        {"temperatures": 3.0, "draws": 1_500, "chains": 70, "series": False, "algorithm": "multi-spin-metropolis"},
    ),
    "exchange": (IsingModel((6, 6), LONG), {"temperatures": (6.0, 8.0), "draws": 1_500, "exchange": True}),
}
CHUNK = 1 << 13


def draw(kind, **saving):
    """Bytes of the result, in steps of 2^13 spin updates."""
    chains.CHUNK, running._SAVING = CHUNK, 0.0
    model, arguments = KINDS[kind]
    return dataset_bytes(sample(model, seed=5, **arguments, **saving))


def dying_replace(at):
    """`os.replace` that kills its process at a call: before renaming for even numbers, after it for odd ones."""
    replace, count = os.replace, 0

    def replacement(source, target):
        nonlocal count
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        count += 2
        if count - 1 == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return replacement


def child(kind, folder, workers, rename=None):
    """A forked process that draws."""
    pid = os.fork()
    if pid:
        return pid
    if rename is not None:
        os.replace = dying_replace(rename)
    draw(kind, checkpoint=folder / "run", checkpoint_seconds=0.0, workers=workers)
    os._exit(0)


def killed(pid):
    """Whether the process ended by SIGKILL."""
    status = os.waitpid(pid, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    kind, folder, how, *numbers = sys.argv[1:]
    model, arguments = KINDS[kind]
    sample(model, **{**arguments, "draws": 1, "warmup": 2})
    deaths = 0
    for number in numbers:
        if how == "renames":
            deaths += killed(child(kind, Path(folder), 1, int(number)))
            continue
        begun = time.monotonic()
        pid = child(kind, Path(folder), 1 + int(number) % 2)
        time.sleep(max(0.0, random.Random(int(number)).expovariate(1 / 0.1) - (time.monotonic() - begun)))
        os.kill(pid, signal.SIGKILL)
        deaths += killed(pid)
    print(deaths)
