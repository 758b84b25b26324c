"""Is what another learner generates critical, one with exact likelihood and no chain? The rule stands in LEARNER.md.

    python validation/map/learner.py run FOLDER LATTICE [SIDE …]   # a file a learner; goes on where it was stopped
    python validation/map/learner.py train FOLDER LATTICE          # beside it, on another core
    python validation/map/learner.py collect FOLDER                # learner.json
    python validation/map/learner_judged.py                        # tables and verdicts from learner.json

LATTICE is nearest-neighbour or power-law. On one core about a quarter of an hour for each of both.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import RBM, AutoregressiveNetwork, Estimate, IsingModel, NearestNeighbour, PowerLaw, gap, sample
from spinlens import open as load
from spinlens.comparisons.finite_size_reading import columns, reading
from spinlens.criticality.universality import reference
from spinlens.flows.dimension_curve import DimensionCurve, dimension_curve
from spinlens.flows.examination import examine
from spinlens.flows.own_states import own_states
from spinlens.lattice.correlation import axis_correlation
from spinlens.machines.training.phases import fit_phases
from spinlens.seeding import purpose_seed
from spinlens.statistics.estimate import as_entry
from spinlens.study.stages.flowing import known
from spinlens.thermometers.instrument_table import instrument_table
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments

HERE = Path(__file__).parent
RESULTS = HERE / "learner.json"
COUPLINGS = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}
INSTRUMENTS = ("energy", "xi", "correlation", "pseudo_likelihood")
RELATIVE = [0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2]
NEAR = slice(0, 9)  # all of them: within 0.8 … 1.2 T_c, where pulls are quoted
SEEDS, DRAWS = (0, 1, 2, 3), 10_000
STATES = 20_000  # to learn from
SEEN = {4: 400_000, 8: 600_000, 16: 400_000}  # that go through a training in all, whatever their number; a quarter
# of that in controls
HIDDEN = {4: 16, 8: 64, 16: 64}
DENSE = {8: 160}  # hidden units of an RBM with as many parameters
HOT, CONTROLS = 1.05, ("hot", "scrambled")


@dataclass(frozen=True)
class Case:
    """One learner: what it is, on what lattice and side, how many states it learned from, which seed."""

    lattice: str
    side: int
    kind: str
    states: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.lattice}.{self.side}.{self.kind.replace(' ', '-')}.{self.states}.{self.seed}"


def cases(lattice: str) -> Iterator[Case]:
    """All learners of one lattice, those that decide first."""
    learners = ("lattice", "network", "logistic", "hot", "scrambled")
    rows = [(side, kind, STATES) for side in (8, 16) for kind in learners]
    rows += [(4, kind, STATES) for kind in ("lattice", "network")]
    rows += [(side, kind, STATES) for side, kind in ((8, "tied RBM"), (8, "dense RBM"), (16, "tied RBM"))]
    rows += [(8, "network", n) for n in (5_000, 80_000)]
    for side, kind, n in rows:
        yield from (Case(lattice, side, kind, n, seed) for seed in SEEDS)


def critical(lattice: str) -> Estimate:
    """T_c as the package knows it; an exact one has the error that a rule asks for."""
    found = reference(COUPLINGS[lattice], 2).temperature.estimate
    return Estimate(found.value, max(found.error, 1e-9))


def drawn(model: IsingModel, T: float, n: int, *purpose: str | int, thin: int = 6) -> np.ndarray:
    """`n` states (n, L, L), four chains one after the other."""
    seed = purpose_seed(0, "learner", *purpose)
    data = sample(model, T, -(-n // 4), 4, seed, keep_spins=True, thin=thin, energy=False, workers=1, progress=False)
    return np.asarray(data.spins.values.reshape(-1, *model.shape)[:n])


@dataclass(frozen=True)
class Bench:
    """Instruments of one lattice and side, Δ at every temperature, and states of T_c that nobody learned from."""

    model: IsingModel
    T: float
    instruments: InstrumentSet
    curve: DimensionCurve
    pulls: dict[str, float]
    held_out: np.ndarray


@cache
def bench(lattice: str, side: int) -> Bench:
    """Calibrated on one half of the states, with pulls of the other."""
    model, T = IsingModel((side, side), COUPLINGS[lattice]), critical(lattice).value
    grid = [T * relative for relative in RELATIVE]
    first, second = (
        np.stack([drawn(model, at, DRAWS, lattice, side, half, k) for k, at in enumerate(grid)])
        for half in ("calibration", "test")
    )
    instruments = calibrate_instruments(model, grid, first, names=INSTRUMENTS, workers=1, progress=False)
    rows = instrument_table(instruments, grid, second).to_dict()["thermometers"]
    pulls = {name: float(np.sqrt(np.nanmean(np.array(rows[name]["pull"], float)[NEAR] ** 2))) for name in INSTRUMENTS}
    curve = dimension_curve(dict(zip(grid, second, strict=True)))
    return Bench(model, T, instruments, curve, pulls, second[RELATIVE.index(1.0)])


def kept(case: Case, folder: Path) -> tuple[RBM | AutoregressiveNetwork, float]:
    """The trained learner and the seconds of one core that it took, from its file where there is one."""
    place = folder / f"{case.name}.safetensors"
    if not place.exists():
        begun = time.process_time()
        machine = learned(case)
        machine.history_ = [*machine.history_[-1:], {"seconds": time.process_time() - begun}]
        machine.save(place)
    found: RBM | AutoregressiveNetwork = load(place)
    return found, found.history_[-1]["seconds"]


def learned(case: Case) -> RBM | AutoregressiveNetwork:
    """The trained learner."""
    shape, T = (case.side, case.side), critical(case.lattice).value * (HOT if case.kind == "hot" else 1.0)
    model = IsingModel(shape, COUPLINGS[case.lattice])
    heat = "hot" if case.kind == "hot" else "training"
    X = drawn(model, T, case.states, case.lattice, case.side, heat, case.seed, thin=3).reshape(case.states, -1)
    if case.kind == "scrambled":
        X = np.random.default_rng(case.seed).permuted(X, axis=1)
    if case.kind == "tied RBM":
        return RBM.for_lattice(shape, filters=2, seed=case.seed).fit(X, progress=False)
    if case.kind == "dense RBM":
        options: dict[str, Any] = {"n_hidden": DENSE[case.side], "augment": shape, "seed": case.seed}
        first = RBM(**options, learning_rate=0.03, final_rate=0.3, epochs=10)
        last = {"persistent": True, "learning_rate": 0.01, "final_rate": 0.001, "averaging": 0.2, "epochs": 30}
        return fit_phases([(first, X), (RBM(**options, **last), X)])
    hidden = 0 if case.kind == "logistic" else HIDDEN[case.side]
    augment = None if case.kind == "scrambled" else shape
    seen = SEEN[case.side] // (4 if case.kind in CONTROLS else 1)
    network = AutoregressiveNetwork(hidden, epochs=max(1, seen // case.states), augment=augment, seed=case.seed)
    return network.fit(X, progress=False)


def measured(case: Case, on: Bench, folder: Path) -> dict[str, Any]:
    """One learner made and read: JSON data."""
    machine, seconds = (None, 0.0) if case.kind == "lattice" else kept(case, folder)
    row: dict[str, Any] = {**asdict(case), "seconds": seconds, "gap": None, "parameters": None, "tau": None}
    chains = 0
    if machine is None:
        states = drawn(on.model, on.T, DRAWS, case.lattice, case.side, "again", case.seed)
    elif isinstance(machine, AutoregressiveNetwork):
        states = machine.sample(DRAWS, seed=case.seed).reshape(-1, *on.model.shape)
        unseen = machine.n_visible * (machine.n_visible + 1) // 2  # of `direct`, on its diagonal and above
        row["parameters"] = sum(part.size for part in machine.conditionals_) - unseen
    else:
        chains, flat = DRAWS // 5, on.held_out.reshape(len(on.held_out), -1)
        tau = machine.gibbs_tau(flat, chains=100, seed=case.seed)
        own = own_states(machine, flat[:chains], tau, seed=case.seed)
        states = own.on(on.model.shape)
        free = 2 * case.side**2 if case.kind == "tied RBM" else machine.weights_.size
        row |= {"parameters": free, "tau": as_entry(tau), "settled": own.settled}
    if machine is not None:
        found = gap(machine, on.model, on.T, on.held_out, chains=DRAWS // 5, seed=case.seed, workers=1, progress=False)
        row["gap"] = {**as_entry(found.per_state), "method": found.method}
    all_ = known(examine(states, on.instruments, on.instruments.equilibrium, chains), on.curve)
    row["end"] = {"settled": row.get("settled", True), "all": all_}
    return row | read(states, on.model)


def read(states: np.ndarray, model: IsingModel) -> dict[str, Any]:
    """⟨m²⟩, U4, ξ/L, energy, Δ_s, and G(L/2)."""
    blocks = np.array([part.mean(axis=0) for part in np.array_split(columns(states, model), 50)])
    found = {name: as_entry(value) for name, value in vars(reading(blocks, model)).items()}
    far = np.array([part.mean() for part in np.array_split(axis_correlation(states)[:, -1], 50)])
    half = Estimate(float(far.mean()), float(far.std(ddof=1) / np.sqrt(len(far))))
    return {"reading": found, "half": as_entry(half)}


def run(folder: Path, lattice: str, *sides: str) -> None:
    """All learners that are not there yet, on these sides or on all."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases(lattice):
        if (folder / f"{case.name}.json").exists() or (sides and str(case.side) not in sides):
            continue
        on = bench(lattice, case.side)
        about = {"pulls": on.pulls, "T": on.T, "error": critical(lattice).error}
        about |= {"temperatures": on.curve.temperatures.tolist()}
        (folder / f"bench.{lattice}.{case.side}.json").write_text(json.dumps(about))
        row = measured(case, on, folder)
        (folder / f"{case.name}.json").write_text(json.dumps(row))
        print(case.name, f"{row['seconds']:.1f} s", row["gap"], flush=True)


def train(folder: Path, lattice: str) -> None:
    """The learners of 16 × 16 that are not there yet, from the last seed to the first; `run` goes to meet it."""
    for case in sorted(cases(lattice), key=lambda case: (case.kind != "network", -case.seed)):
        if case.side == 16 and case.kind in ("network", "hot"):
            kept(case, folder)


def collect(folder: Path) -> None:
    """Everything in one file, to seven digits."""
    read = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    benches = {name.removeprefix("bench."): found for name, found in read.items() if name.startswith("bench.")}
    rows = [found for name, found in read.items() if not name.startswith("bench.")]
    RESULTS.write_text(json.dumps(short({"benches": benches, "rows": rows}), indent=1) + "\n")


def short(value: Any) -> Any:
    """Numbers to seven digits."""
    if isinstance(value, dict):
        return {key: short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [short(item) for item in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    if what in ("run", "train"):
        (run if what == "run" else train)(Path(folder), *rest)
    else:
        collect(Path(folder))
