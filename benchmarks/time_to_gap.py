"""How long it takes to learn a lattice at T_c: the gap to the lattice against CPU seconds of training.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/time_to_gap.py [FOLDER] [--workers N] [--only NAME]

Every point is one whole training of a given length, on one core, with its schedule scaled to that length: 20,000 states
at T_c, 3,000 others to judge by. The gap is ⟨ln p_lattice − ln p_machine⟩ in nats a state (see `spinlens.gap`), 0 for a
machine that is the lattice. Beside our recipes: scikit-learn's BernoulliRBM (PCD-1), and PCD-1 of the package `rbms`
0.5.0 where it and PyTorch are installed. Writes time_to_gap.json into FOLDER, a row as soon as it is known; rows that
are there are not run again. The table and the picture of RESULTS.md are made of it with --draw.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import multiprocessing
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import BernoulliRBM
from threadpoolctl import threadpool_limits

from spinlens import RBM, Estimate, IsingModel, NearestNeighbour, PowerLaw, log_partition_function, sample
from spinlens.comparisons.gap import gap
from spinlens.errors import SpinlensError
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.plot import style

LATTICES = {"nearest-neighbour": (NearestNeighbour(), CRITICAL_TEMPERATURE), "sigma-1.2": (PowerLaw(1.2), 6.8346)}
STATES, HELD_OUT = 20_000, 3000
NATURAL = {"optimizer": "natural", "persistent": "growing", "final_rate": 0.1, "batch_size": 300}


def tied(states: np.ndarray, L: int, epochs: int, filters: int = 1) -> RBM:
    """One filter a site, moved everywhere: natural gradient in the tied space."""
    return RBM.for_lattice((L, L), filters, epochs=epochs).fit(states)


def two_filters(states: np.ndarray, L: int, epochs: int) -> RBM:
    """Two filters a site."""
    return tied(states, L, epochs, 2)


def tied_then_dense(states: np.ndarray, L: int, epochs: int) -> RBM:
    """Ten epochs tied, then free weights that begin there; every batch is moved and mirrored at random."""
    start = tied(states, L, 10)
    options = {**NATURAL, "persistent": True, "learning_rate": 0.05, "averaging": 0.2, "damping": (20.0, 3000.0)}
    return RBM(L * L, augment=(L, L), epochs=epochs, **options).fit(states, start=start)


def dense(states: np.ndarray, L: int, epochs: int) -> RBM:
    """Free weights from noise: CD whose chains live longer and longer, plain gradient."""
    options = {"persistent": "growing", "final_rate": 0.001, "averaging": 0.1, "initial_scale": 0.05}
    return RBM(L * L, augment=(L, L), epochs=epochs, learning_rate=0.02, **options).fit(states)


def dense_natural(states: np.ndarray, L: int, epochs: int) -> RBM:
    """Free weights from noise, natural gradient."""
    options = {**NATURAL, "final_rate": 0.05, "damping": (5.0, 3000.0), "initial_scale": 0.05, "averaging": 0.1}
    return RBM(L * L, augment=(L, L), epochs=epochs, learning_rate=0.2, **options).fit(states)


def cd_then_pcd(states: np.ndarray, L: int, epochs: int) -> RBM:
    """Half the epochs CD-1, half PCD-1 at a falling rate."""
    first = RBM(L * L, augment=(L, L), epochs=max(1, epochs // 2), learning_rate=0.02, final_rate=0.5).fit(states)
    options = {"persistent": True, "learning_rate": 0.01, "final_rate": 0.001, "averaging": 0.1}
    return RBM(L * L, augment=(L, L), epochs=max(1, epochs // 2), **options).fit(states, start=first)


def pcd(states: np.ndarray, L: int, epochs: int) -> RBM:
    """PCD-1 with the package's defaults."""
    return RBM(L * L, persistent=True, epochs=epochs).fit(states)


def scikit_learn(states: np.ndarray, L: int, epochs: int) -> RBM:
    """BernoulliRBM of scikit-learn, PCD-1 on 0/1 units at a rate that suits it."""
    machine = BernoulliRBM(L * L, learning_rate=0.01, batch_size=100, n_iter=epochs, random_state=0)
    machine.fit(((states + 1) / 2).astype(np.float32))
    return from_zero_one(machine.components_.T, machine.intercept_visible_, machine.intercept_hidden_)


def rbms(states: np.ndarray, L: int, epochs: int) -> RBM:
    """PCD-1 of the package `rbms`, plain gradient ascent on 0/1 units."""
    import torch
    from rbms.bernoulli_bernoulli.classes import BBRBM
    from rbms.training.pcd import fit_batch_pcd

    torch.set_num_threads(1)
    data = torch.from_numpy((states > 0).astype(np.float32))
    n = data.shape[1]
    machine = BBRBM(0.01 * torch.randn(n, n), torch.zeros(n), torch.zeros(n))
    for parameter in machine.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer = torch.optim.SGD(machine.parameters(), lr=0.01, maximize=True)
    chains, weight = machine.init_chains(100), torch.ones(100, 1)
    for _ in range(epochs):
        for rows in torch.randperm(len(data)).split(100):
            optimizer.zero_grad(set_to_none=False)
            chains, _ = fit_batch_pcd((data[rows], weight), chains, machine, 1, 1.0, centered=False)
            optimizer.step()
    return from_zero_one(machine.weight_matrix.numpy(), machine.vbias.numpy(), machine.hbias.numpy())


def from_zero_one(weights: np.ndarray, visible: np.ndarray, hidden: np.ndarray) -> RBM:
    """The machine of ±1 units with the same distribution: v = (1 + s) / 2 on both sides."""
    W = np.asarray(weights, dtype=np.float64) / 4
    return RBM.from_weights(W, visible / 2 + W.sum(axis=1), hidden / 2 + W.sum(axis=0))


CASES: dict[str, tuple[Callable[[np.ndarray, int, int], RBM], int, tuple[int, ...]]] = {
    "tied, natural gradient": (tied, 16, (1, 2, 4, 8, 16, 32)),
    "two filters, natural gradient": (two_filters, 16, (2, 4, 8, 16, 32)),
    "tied, then dense 256": (tied_then_dense, 16, (5, 10, 20, 40)),
    "dense 256, natural gradient": (dense_natural, 16, (10, 30, 100, 200)),
    "dense 256, growing chains": (dense, 16, (10, 30, 100, 300)),
    "dense 256, CD-1 then PCD-1": (cd_then_pcd, 16, (10, 30, 100, 300)),
    "dense 256, PCD-1": (pcd, 16, (10, 30, 100, 300)),
    "scikit-learn 256, PCD-1": (scikit_learn, 16, (3, 10, 30, 100)),
    "rbms 256, PCD-1": (rbms, 16, (3, 10, 30, 100)),
    "tied, natural gradient, L = 32": (tied, 32, (3, 6, 12, 24)),
}
"""Name: training, L, numbers of epochs."""


def point(task: tuple[str, str, int]) -> dict[str, Any]:
    """One training and its gap."""
    name, lattice, epochs = task
    train, L, _ = CASES[name]
    coupling, T = LATTICES[lattice]
    model = IsingModel((L, L), coupling)
    states = _states(model, T, 1, STATES)
    with threadpool_limits(1):
        start = time.process_time()
        machine = train(states, L, epochs)
        seconds = time.process_time() - start
        row = {"case": name, "lattice": lattice, "L": L, "epochs": epochs, "seconds": seconds}
        try:
            found = gap(machine, model, T, _states(model, T, 2, HELD_OUT), log_z=_log_z(lattice, L), seed=3)
        except SpinlensError as error:
            return {**row, "gap": None, "said": str(error)}
    return {
        **row,
        "gap": found.per_state.value,
        "error": found.per_state.error,
        "method": found.method,
        "tau": found.tau.value,
    }


@cache
def _log_z(lattice: str, L: int) -> Estimate:
    coupling, T = LATTICES[lattice]
    return log_partition_function(IsingModel((L, L), coupling), T)


def _states(model: IsingModel, T: float, seed: int, n: int) -> np.ndarray:
    data = sample(model, T, n // 4, 4, seed, keep_spins=True, thin=10, energy=False)
    return np.asarray(data["spins"].values.reshape(-1, model.n_sites))


def curves(rows: list[dict[str, Any]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Rows with a gap by case and lattice, the shortest training first."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in sorted(rows, key=lambda row: row["seconds"]):
        if row["gap"] is not None and row["method"] != "bound":
            found.setdefault(row["case"], {}).setdefault(row["lattice"], []).append(row)
    return found


def draw(rows: list[dict[str, Any]], target: Path) -> None:
    """Gap against CPU seconds, a panel a lattice; prints the best of each case."""
    with style.context():
        figure = Figure((9.4, 4.2), layout="constrained")
        for ax, lattice in zip(figure.subplots(1, 2, sharey=True), LATTICES, strict=True):
            for number, (name, own) in enumerate(curves(rows).items()):
                color, marker = style.series(number)
                points = own.get(lattice, [])
                x, y = ([point[key] for point in points] for key in ("seconds", "gap"))
                ax.errorbar(
                    x, y, [point["error"] for point in points], color=color, marker=marker, ms=4, lw=1, label=name
                )
            ax.set(xscale="log", yscale="log", title=lattice, xlabel="CPU seconds of training")
        figure.axes[0].set_ylabel("gap (nats a state)")
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right center", fontsize=8)
        figure.savefig(target, dpi=110)
    for name, own in curves(rows).items():
        best = [min(points, key=lambda point: point["gap"]) for lattice in LATTICES if (points := own.get(lattice))]
        cells = [f"{Estimate(row['gap'], row['error'])} | {row['seconds']:.0f}" for row in best]
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Run what is missing, the longest first, and keep every row at once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("folder", nargs="?", default=".", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    path = arguments.folder / "time_to_gap.json"
    rows = json.loads(path.read_text()) if path.exists() else []
    if arguments.draw:
        draw(rows, path.with_suffix(".png"))
        return
    there = {(row["case"], row["lattice"], row["epochs"]) for row in rows}
    usable = importlib.util.find_spec("rbms") and importlib.util.find_spec("torch")
    tasks = [
        (name, lattice, epochs)
        for name, (train, _, numbers) in CASES.items()
        for epochs in numbers
        for lattice in LATTICES
        if arguments.only in name and (name, lattice, epochs) not in there and (train is not rbms or usable)
    ]
    tasks.sort(key=lambda task: -task[2] * CASES[task[0]][1] ** 2)
    with multiprocessing.get_context("spawn").Pool(arguments.workers) as pool:
        for row in pool.imap_unordered(point, tasks):
            print(json.dumps(row), flush=True)
            rows.append(row)
            rows.sort(key=lambda row: (row["case"], row["lattice"], row["epochs"]))
            path.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
