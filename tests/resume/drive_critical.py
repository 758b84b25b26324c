"""Searches in processes of their own that kill themselves: python drive_critical.py KIND FOLDER NUMBER ...

One process has everything loaded and forks a child for every number, which dies at that call of `os.replace`
(see `dying_replace`); each goes on where the one before died. The number of children that died is printed.
"""

import sys
from functools import partial
from pathlib import Path

from dying import dies

from spinlens import NearestNeighbour, find_critical_point
from spinlens.criticality.search import windows
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains
from spinlens.sampling.sampler import sample

KINDS = {"fixed": {"draws": 2_000}, "budget": {"budget": 4e6}}
CHUNK = 1 << 13


def search(kind, **saving):
    """The critical point, from chains that are saved as often as they can be."""
    chains.CHUNK, running._SAVING = CHUNK, 0.0
    windows.sample = partial(sample, checkpoint_seconds=0.0)
    return find_critical_point(NearestNeighbour(), (4, 6, 8), points=3, seed=6, **KINDS[kind], **saving)


def child(kind, folder, k):
    """What a forked process does, in turn with one thread and with two."""
    search(kind, checkpoint=folder / "runs", workers=1 + k % 2)


if __name__ == "__main__":
    kind, folder, *numbers = sys.argv[1:]
    find_critical_point(NearestNeighbour(), (4, 6, 8), points=3, budget=1e6)  # everything is loaded and compiled
    deaths = [dies(lambda: child(kind, Path(folder), k), int(number)) for k, number in enumerate(numbers)]  # noqa: B023
    print(sum(deaths))
