"""Where to spend computing time: sweeps over sizes so that the error of T_c is smallest for the spin updates spent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.criticality import critical_point
from spinlens.criticality.critical_point import CriticalPoint
from spinlens.criticality.observables import SizeCurves
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.chains import start_chain
from spinlens.sampling.sampler import sample
from spinlens.seeding import seed_sequence

_PILOT_SHARE = 0.1
_ROUNDS = 3
_LEAST_DRAWS = 200
_MARGIN = 0.05  # share of each size that is never taken away, so that no crossing starves

Array = npt.NDArray[np.float64]
Report = Callable[[int, CriticalPoint, dict[int, int]], None]


@dataclass(frozen=True)
class PlannedPoint:
    """A critical point and how the spin updates were spent: draws per temperature by size, all rounds together."""

    point: CriticalPoint
    draws: dict[int, int]
    updates: int


def plan_critical_point(
    coupling: Coupling,
    sizes: Sequence[int],
    updates: float,
    dimension: int = 2,
    seed: int = 0,
    points: int = 5,
    workers: int = 1,
    report: Report | None = None,
) -> PlannedPoint:
    """Critical point for a budget of spin updates, spent where it lowers the error of T_c most.

    A pilot round takes a tenth of the budget, in equal shares. Each further round allots sweeps to size L in proportion
    to √(v_L / c_L), the optimum for errors v_L / n_L at costs c_L a sweep (Neyman 1934), with v_L the part of the
    jackknife variance of T_c that comes from size L. Rounds are independent chains around the temperature found so far.

    Parameters
    ----------
    coupling, sizes, dimension, seed, points, workers : as `find_critical_point`.
    updates : spins updated in all, L^d per sweep; 10⁹ take about half a minute on one core. A number of updates rather
        than of seconds makes the result the same on every machine and for any number of workers.
    report : called after each round with its number, the critical point so far and the draws of each size.
    """
    sizes = critical_point.check_sizes(sizes)
    updates = checks.positive_number("updates", updates)
    models = [IsingModel((L,) * checks.positive_integer("dimension", dimension), coupling) for L in sizes]
    centre = critical_point.locate(models[0], models[1], seed, workers)
    shares = np.full(len(sizes), 1 / len(sizes))
    runs: list[list[xr.Dataset]] = [[] for _ in sizes]
    grids = [critical_point.scan_temperatures(model, centre, points, seed, workers) for model in models]
    portions = [_PILOT_SHARE] + [(1 - _PILOT_SHARE) / (_ROUNDS - 1)] * (_ROUNDS - 1)
    for number, portion in enumerate(portions):
        for k, model in enumerate(models):
            draws = max(_LEAST_DRAWS, int(portion * updates * shares[k] / (2 * points * model.n_sites)))
            round_seed = int(seed_sequence(seed, "round", number).generate_state(1)[0])
            runs[k].append(
                sample(model, grids[k], draws, 2, round_seed, "swendsen-wang", workers=workers, energy=False)
            )
        curves = [SizeCurves.from_rounds(model, parts) for model, parts in zip(models, runs, strict=True)]
        point, influence = critical_point.analyse_with_influence(curves)
        spent = {L: sum(part.sizes["draw"] for part in parts) for L, parts in zip(sizes, runs, strict=True)}
        if report is not None:
            report(number, point, spent)
        shares = _allot(influence, list(spent.values()), [model.n_sites for model in models])
    total = sum(2 * points * n * model.n_sites for n, model in zip(spent.values(), models, strict=True))
    return PlannedPoint(point, spent, total)


def _allot(variances: Sequence[float], draws: Sequence[int], costs: Sequence[int]) -> Array:
    """Shares of the next round's updates by size: √(v c) for variances v = (variance so far) × (draws so far)."""
    weight = np.sqrt(np.array(variances) * np.array(draws) * np.array(costs))
    share = weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight))
    return np.asarray((1 - _MARGIN * len(share)) * share + _MARGIN)


def updates_for(seconds: float, coupling: Coupling, workers: int = 1) -> float:
    """Spin updates that fit into a time, from a short measurement of this machine with the coupling's own kernel."""
    model = IsingModel((64, 64), coupling)
    temperature = 0.8 * model.coupling_sum
    update, chain = make_algorithm(model, temperature, "swendsen-wang"), start_chain(model, 0, temperature, 0)
    update.advance(chain, 20, 1, energy=False, states=False)
    started = time.perf_counter()
    update.advance(chain, 200, 1, energy=False, states=False)
    rate = 200 * model.n_sites / (time.perf_counter() - started)
    return max(1.0, 0.8 * rate * workers * checks.positive_number("seconds", seconds))


def seconds_of(text: str) -> float:
    """Seconds of a time budget such as "90s", "5m" or "2h".

    >>> seconds_of("1.5m")
    90.0
    """
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    try:
        seconds = float(text[:-1]) * units[text[-1:]]
    except (KeyError, ValueError):
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise InputError(f"a time budget reads like 90s, 5m or 2h, got {text!r}")
    return seconds
