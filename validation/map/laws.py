"""Gaps of machines against their number of states and of updates, nearest neighbours and sigma = 1.2 (LAWS.md).

    python validation/map/laws.py [--seeds 3]

Machines of 8 x 8 with one filter, each with states of its own; rows are kept in laws.json, one after each machine: a
run that was stopped goes on. `learning_law` does the same in one call. Some eight minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import RBM, Estimate, IsingModel, NearestNeighbour, PowerLaw, gap, sample
from spinlens.comparisons.law_of_gaps import Along, LearningLaw

OUT = Path(__file__).with_suffix(".json")
L, BATCH = 8, 100
LATTICES: dict[str, tuple[Any, float]] = {
    "nearest-neighbour": (NearestNeighbour(), 2 / math.log(1 + math.sqrt(2))),
    "sigma=1.2": (PowerLaw(1.2), 6.83427),
}
STATES, UPDATES = (400, 1_600, 6_400, 25_600), (250, 1_000, 4_000, 16_000)
FIXED = {"states": 4_000, "updates": 25_600}  # the number of the other
ALONG: tuple[Along, ...] = ("states", "updates")
SHUFFLED = 6_400


def states(model: IsingModel, T: float, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Independent states of the lattice, flat."""
    data = sample(model, T, -(-count // 4), 4, seed, keep_spins=True, thin=10, workers=1)
    flat = data.spins.values.reshape(-1, L * L)
    return np.asarray(flat[np.random.default_rng(seed).permutation(len(flat))][:count])


def row(lattice: str, kind: str, n: int, updates: int, seed: int) -> dict[str, float]:
    """Gap of one machine in nats a state; "free" ones have no weights, "shuffled" ones have seen no correlations."""
    coupling, T = LATTICES[lattice]
    model, rng = IsingModel((L, L), coupling), np.random.default_rng(seed)
    own = states(model, T, n, 100 + seed)
    if kind == "shuffled":
        own = rng.permuted(own, axis=0)
    machine = RBM.for_lattice((L, L), batch_size=BATCH, epochs=max(1, round(updates * BATCH / n)), seed=seed)
    if kind == "free":
        machine = RBM.from_weights(np.zeros((L * L, 1)))
    else:
        machine.fit(own, progress=False)
    found = gap(machine, model, T, states(model, T, 2000, 99), workers=1).per_state
    return {"gap": found.value, "error": found.error}


def jobs(seeds: int) -> list[tuple[str, str, int, int, int]]:
    """What is trained: (lattice, kind, states, updates, seed), all lattices side by side."""
    pairs = [("states", n, FIXED["states"]) for n in STATES] + [("updates", FIXED["updates"], u) for u in UPDATES]
    told = [("free", SHUFFLED, 0), ("shuffled", SHUFFLED, FIXED["states"]), *pairs]
    return [(lattice, *one, seed) for seed in range(seeds) for one in told for lattice in LATTICES]


def law_of(rows: dict[str, dict[str, float]], lattice: str, along: Along) -> LearningLaw:
    """The law of one lattice in states or updates."""
    place = 2 if along == "states" else 3
    gaps: dict[int, list[Estimate]] = {}
    for name, one in rows.items():
        parts = name.split("|")
        if parts[:2] == [lattice, along]:
            gaps.setdefault(int(parts[place]), []).append(Estimate(one["gap"], one["error"]))
    return LearningLaw.from_gaps(gaps, along)


def summary(found: LearningLaw) -> dict[str, Any]:
    """What is kept of it."""
    pair = {name: [item.value, item.error] for name, item in vars(found).items() if isinstance(item, Estimate)}
    means = {str(n): [found.mean(n).value, found.mean(n).error] for n in found.counts}
    return {**pair, "chi2": found.chi2, "freedom": found.freedom, "p": found.p_value, "means": means}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    kept: dict[str, Any] = json.loads(options.out.read_text()) if options.out.exists() else {"rows": {}}
    for job in jobs(options.seeds):
        if (name := "|".join(map(str, job))) not in kept["rows"]:
            kept["rows"][name] = row(*job)
            options.out.write_text(json.dumps(kept, indent=1) + "\n")
            print(name, kept["rows"][name], flush=True)
    kept["laws"] = {
        f"{lattice}, {along}": summary(law_of(kept["rows"], lattice, along)) for lattice in LATTICES for along in ALONG
    }
    options.out.write_text(json.dumps(kept, indent=1) + "\n")
    print(json.dumps(kept["laws"], indent=1))


if __name__ == "__main__":
    main()
