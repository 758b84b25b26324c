"""Prices of the units of `costs` on this machine, from short runs of the very functions that a study calls.

Times are those of the processor, so that a busy machine does not look slow. Units too large to be tried in a moment
are extrapolated from smaller ones by the operations they count.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from spinlens.criticality.universality import reference
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import coupling_of
from spinlens.machines.rbm import RBM
from spinlens.progress import Tell, counted, silent
from spinlens.sampling.sampler import sample
from spinlens.study.definition.costs import STANDARD, Unit

_STANDARD_SECONDS = 0.0123
"""Processor seconds of `_standard_work` on the machine where the factors of `costs` were measured."""

_LARGEST = 256  # side of the largest lattice that is tried
_SPINS = 1_500_000  # spin updates of one trial
_WEIGHTS = 300_000  # weights of the largest machine that is tried
_TERMS = 30_000_000  # multiplications of one trial


def measure(units: Iterable[Unit], tell: Tell = silent) -> dict[Unit, float]:
    """Seconds of each unit; a few tenths of a second for each kind of unit."""
    wanted = sorted(set(units) - {STANDARD}, key=repr)
    prices: dict[Unit, float] = {STANDARD: _typical(_standard_work, 15) / _STANDARD_SECONDS}
    for unit in counted(wanted, len(wanted), tell, "rates measured"):
        prices[unit] = _MEASURES[unit[0]](*unit[1:])
    return prices


def _typical(work: Callable[[], object], repeats: int = 3) -> float:
    """Processor seconds of `work`, the median of some repeats after one to warm up."""
    work()
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return sorted(seconds)[len(seconds) // 2]


def _standard_work() -> None:
    """Transforms, sums and products of the kind that instruments and analyses are made of."""
    spins = np.where(np.arange(400 * 256).reshape(400, 16, 16) * 7919 % 5 < 2, -1.0, 1.0)
    modes = np.fft.rfft2(spins)
    np.fft.irfft2(np.abs(modes) ** 2).mean(0)
    flat = spins.reshape(400, 256)
    np.tanh(flat @ (flat.T @ flat)).std(0)


def _sweep(model: str, L: int) -> float:
    side = min(L, _LARGEST)
    coupling = coupling_of(json.loads(model))
    lattice = IsingModel((side, side), coupling)
    known = reference(coupling, 2).temperature
    T = known.estimate.value if known is not None else 0.75 * lattice.coupling_sum
    draws = max(3, _SPINS // side**2)

    def run(count: int) -> Callable[[], object]:
        return lambda: sample(lattice, T, count, 1, 0, "swendsen-wang", workers=1, warmup=0, energy=False)

    start = max(3, min(300, draws // 4))  # the first sweeps, from free spins, are not those of equilibrium
    seconds = (_typical(run(start + draws)) - _typical(run(start))) / draws
    return max(seconds, 1e-9) * float(L / side) ** 2


def _update(n_visible: int, n_hidden: int, steps: int) -> float:
    """One update from a batch of 100, linear in the steps of the chain between two short trials."""
    shrink = max(1.0, (n_visible * n_hidden / _WEIGHTS) ** 0.5)
    v, h = max(1, round(n_visible / shrink)), max(1, round(n_hidden / shrink))
    batches = max(2, min(50, int(_TERMS / (100 * v * h * 3))))
    X = np.where(np.arange(100 * batches * v).reshape(-1, v) * 7919 % 5 < 2, -1, 1).astype(np.int8)

    def fit(k: int) -> float:
        return _typical(lambda: RBM(h, epochs=2, steps=k, seed=0).fit(X)) / (2 * batches)

    one = fit(1)
    per_step = 0.0 if steps == 1 else max(0.0, fit(5) - one) / 4
    return float((one + (steps - 1) * per_step) * (n_visible * n_hidden) / (v * h))


def _anneal(n_visible: int, n_hidden: int) -> float:
    shrink = max(1.0, (n_visible * n_hidden / _WEIGHTS) ** 0.5)
    v, h = max(1, round(n_visible / shrink)), max(1, round(n_hidden / shrink))
    weights = np.sin(np.arange(v * h)).reshape(v, h) * 0.05
    machine = RBM.from_weights(weights)
    X = np.ones((10, v), dtype=np.int8)
    runs, betas = 100, max(5, min(60, int(_TERMS / (100 * v * h))))
    seconds = _typical(lambda: machine.log_likelihood(X, method="ais", runs=runs, betas=betas))
    return float(seconds / (runs * betas) * (n_visible * n_hidden) / (v * h))


_MEASURES: Mapping[str, Callable[..., float]] = {"sweep": _sweep, "update": _update, "anneal": _anneal}


def price(work: Mapping[Unit, float], prices: Mapping[Unit, float]) -> float:
    """Processor seconds of some work."""
    return sum(amount * prices[unit] for unit, amount in work.items())
