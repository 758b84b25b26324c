"""Time budgets, and how many spin updates this machine does in them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.chains import start_chain

_USEFUL = 0.85


@dataclass(frozen=True)
class TimeBudget:
    """Seconds to spend with a number of threads; a seventh is kept for warm-up and analysis."""

    seconds: float
    workers: int = 1

    def updates(self, models: Sequence[IsingModel], temperature: float) -> float:
        """Spin updates that fit, from a short measurement of this machine near a temperature with every size."""
        seconds = checks.positive_number("seconds", self.seconds)
        cost = float(np.mean([_time_per_update(model, temperature) for model in models]))
        return max(1.0, _USEFUL * seconds * self.workers / cost)


def _time_per_update(model: IsingModel, temperature: float) -> float:
    update, chain = make_algorithm(model, temperature, "swendsen-wang"), start_chain(model, 0, temperature, 0)
    update.advance(chain, 2, 1, energy=False, states=False)
    sweeps = max(4, int(2e6 / model.n_sites))
    started = time.perf_counter()
    update.advance(chain, sweeps, 1, energy=False, states=False)
    return (time.perf_counter() - started) / (sweeps * model.n_sites)


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
