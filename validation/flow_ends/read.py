"""What the instruments say of the states that `card.py` left: the numbers of README.md.

    python validation/flow_ends/read.py DATA OUT RESULTS

DATA as written by `states.py`, OUT by `card.py`, RESULTS is the JSON file to write. About five minutes of one core.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from redrawn import expected, simulated
from run import SHOWN, T_C, L, N, instruments_of, known
from states import LARGE, LARGE_GRID
from zero_one import plus_minus

from spinlens.arrays import Spins
from spinlens.files.atomic import write_file
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.study.storage.codec import plain
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments

_CALIBRATED = 200  # states a temperature at L = 100


def unpacked(bits: np.ndarray, side: int) -> Spins:
    """(..., n, L, L) of ±1."""
    states = np.unpackbits(bits, axis=-1, count=side * side).astype(np.int8)
    return np.asarray(2 * states - 1).reshape(*bits.shape[:-1], side, side)


def small(data: Path, out: Path, case: str, instruments: InstrumentSet) -> dict[str, Any]:
    """All seeds of one case at L = 10."""
    with np.load(out / f"small-{case}.npz") as found:
        arrays = dict(found)
    trained = [unpacked(np.load(data / f"small-{case}-{k}.npy"), L) for k in range(len(arrays["weights"]))]
    machines = []
    for k, weights in enumerate(arrays.pop("weights")):
        ends = {name: known(unpacked(bits[k], L), instruments, True) for name, bits in arrays.items()}
        bias = plus_minus(weights).visible_bias_
        of_data = float(np.abs(trained[k].mean(axis=(1, 2))).mean())
        law = {"weights": [float(weights.mean()), float(weights.std())], "bias": float(bias.mean())}
        machines.append({"seed": k, "trained_on_m": of_data, **law, **ends})
    m = [machine["hot-40"]["m"]["value"] for machine in machines]
    return {"m": {"mean": float(np.mean(m)), "sd": float(np.std(m, ddof=1))}, "machines": machines}


def large(out: Path, case: str, instruments: InstrumentSet) -> dict[str, Any]:
    """One machine at L = 100: its |m| along training, and its states after 40 steps."""
    card = json.loads((out / "card.json").read_text())[case]["found"]
    with np.load(out / f"large-{case}.npz") as found:
        ends = {start: known(unpacked(bits, LARGE), instruments, True) for start, bits in found.items()}
    return {**card, "ends": ends}


def large_instruments(data: Path) -> tuple[InstrumentSet, Spins]:
    """All but the network, calibrated at L = 100; and states at T_c."""
    states = unpacked(np.load(data / "large-lattice.npy"), LARGE).reshape(len(LARGE_GRID), -1, LARGE, LARGE)
    names = ["energy", "magnetization", "xi", "correlation", "pseudo_likelihood"]
    model = IsingModel((LARGE, LARGE), NearestNeighbour())
    found = calibrate_instruments(model, LARGE_GRID, states[:, :_CALIBRATED], names=names)
    return found, states[int(np.argmin(np.abs(LARGE_GRID - T_C))), -SHOWN // 2 :]


def main(data: Path, out: Path, results: Path) -> None:
    """Everything, the small machines first."""
    ours, lattice = instruments_of()
    document: dict[str, Any] = {"Monte Carlo at T_c": known(lattice, ours, True), "units": {"L": L, "N": N}}
    for case in ("lattice", "mean-field"):
        document[f"L = 10, {case}"] = small(data, out, case, ours)
    theirs, lattice = large_instruments(data)
    document["L = 100, Monte Carlo at T_c"] = known(lattice, theirs, True)
    for case in ("extremes", "lattice"):
        document[f"L = 100, {case}"] = large(out, case, theirs)
    document["L = 100, redrawn"] = {
        "expected": expected(),
        "two sets of weights a step": [simulated(False, seed) for seed in range(2)],
        "one set of weights a step": [simulated(True, seed) for seed in range(2)],
    }
    write_file(results, (json.dumps(plain(document), indent=1) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
