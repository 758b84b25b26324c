"""Draw in processes of their own that are killed: python drive_sample.py FOLDER NUMBER ... (see `dying`).

One process has everything loaded and compiled and forks a child for every kill, so that a kill costs milliseconds.
The checkpoint is FOLDER/KIND. The number of children of each kind that died is printed.
"""

import sys
from pathlib import Path

from dying import dies

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.files.netcdf import dataset_bytes
from spinlens.sampling import threads as running
from spinlens.sampling.chains import chain as chains

SQUARE, LONG = NearestNeighbour(), PowerLaw(1.2)
KINDS = {
    "series": (IsingModel((8, 8), SQUARE), {"temperatures": (2.0, 2.3), "draws": 1_500, "keep_spins": True}),
    "averages": (IsingModel((6, 5), LONG), {"temperatures": 7.0, "draws": 3_000, "series": False}),
    "wolff": (IsingModel((6, 6), LONG), {"temperatures": (6.0, 9.0), "draws": 1_000, "algorithm": "wolff"}),
    "metropolis": (IsingModel((6, 6), LONG), {"temperatures": 8.0, "draws": 3_000, "algorithm": "metropolis"}),
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


def child(kind, folder, number):
    """What a forked process does, in turn with one thread and with two."""
    draw(kind, checkpoint=folder / kind, checkpoint_seconds=0.0, workers=1 + number % 2)


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    for kind, (model, arguments) in KINDS.items():
        sample(model, **{**arguments, "draws": 1, "warmup": 2})
        deaths = [dies(lambda: child(kind, Path(folder), int(number)), int(number)) for number in numbers]  # noqa: B023
        print(sum(deaths))
