"""Budgets: how many spin updates this machine does in a time, and which share of them each size gets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain

_USEFUL = 0.85
_MARGIN = 0.02  # share of each size that is never taken away, so that no crossing starves
_ANALYSIS = 1.0  # seconds, until the first is done


@dataclass(frozen=True)
class TimeBudget:
    """Seconds to spend with a number of threads, from `begun` on by the `clock`; `after` of them follow the search."""

    seconds: float
    workers: int = 1
    after: float = 0.0
    clock: Callable[[], float] = field(default=time.monotonic, compare=False, repr=False)
    begun: float = field(default=math.nan, compare=False, repr=False)

    def __post_init__(self) -> None:
        checks.positive_number("seconds", self.seconds)
        if math.isnan(self.begun):
            object.__setattr__(self, "begun", self.clock())

    def speed(self, models: Sequence[IsingModel], temperature: float) -> float:
        """Spin updates a second, from a short measurement of this machine near a temperature with every size."""
        cost = float(np.mean([_time_per_update(model, temperature) for model in models]))
        return _USEFUL * self.workers / cost


@dataclass(frozen=True)
class Account:
    """What a search may spend and has spent: a number of spin updates, or a time of which earlier calls took a part.

    Attributes
    ----------
    earlier : seconds that earlier calls of the same search took.
    rate : spin updates a second, all that a round needs besides included; of the last round where there was one.
    analysis : seconds that the last analysis took, and the next one will.
    """

    budget: float | TimeBudget
    earlier: float = 0.0
    rate: float = 0.0
    analysis: float = 0.0

    @classmethod
    def opened(
        cls, budget: float | TimeBudget, notes: Mapping[str, Any], models: Sequence[IsingModel], temperature: float
    ) -> Account:
        """With what an earlier call noted; the rate of a time budget that has none is measured near a temperature."""
        if not isinstance(budget, TimeBudget):
            return cls(checks.positive_number("updates", budget))
        elapsed, rate, analysis = (float(notes.get(name) or 0.0) for name in ("elapsed", "rate", "analysis"))
        return cls(budget, elapsed, rate or budget.speed(models, temperature), analysis)

    @property
    def timed(self) -> bool:
        """Whether it is a time."""
        return isinstance(self.budget, TimeBudget)

    @property
    def elapsed(self) -> float:
        """Seconds spent of a time budget."""
        if not isinstance(self.budget, TimeBudget):
            return 0.0
        return self.earlier + self.budget.clock() - self.budget.begun

    @property
    def notes(self) -> dict[str, float]:
        """What a later call of the same search has to know."""
        if not isinstance(self.budget, TimeBudget):
            return {}
        return {"elapsed": self.elapsed, "rate": self.rate, "analysis": self.analysis}

    @property
    def left(self) -> float | None:
        """Seconds left of a time budget, None without one."""
        return max(0.0, self.budget.seconds - self.elapsed) if isinstance(self.budget, TimeBudget) else None

    def share(self, spent: float) -> float:
        """The part of the budget that is spent."""
        done, whole = (
            (spent, self.budget) if not isinstance(self.budget, TimeBudget) else (self.elapsed, self.budget.seconds)
        )
        return min(1.0, done / whole)

    def updates(self, spent: float) -> float:
        """The budget in spin updates, those that are spent and those that fit into what is left of a time."""
        if not isinstance(self.budget, TimeBudget):
            return self.budget
        reserve = self.budget.after + (self.analysis or _ANALYSIS)
        return max(1.0, spent + max(0.0, self.budget.seconds - reserve - self.elapsed) * self.rate)

    def after_analysis(self, begun: float) -> Account:
        """After an analysis that began when `elapsed` was `begun`."""
        return replace(self, analysis=self.elapsed - begun)

    def after_round(self, updates: float, begun: float) -> Account:
        """After a round of so many updates, its analysis included, that began when `elapsed` was `begun`."""
        took = self.elapsed - begun
        return replace(self, rate=updates / took) if took > 0 and updates > 0 else self


def allot(
    variances: Sequence[float], draws: Sequence[int], costs: Sequence[int], updates: float
) -> npt.NDArray[np.float64]:
    """Updates of the next round by size, after which all updates so far are shared as √(v c), or close to it.

    v = (variance so far) × (draws so far); a size that has more than its share already gets none.
    """
    spent = np.array(draws, dtype=np.float64) * np.array(costs)
    weight = np.sqrt(np.array(variances) * spent)
    share = weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight))
    target = ((1 - _MARGIN * len(share)) * share + _MARGIN) * (spent.sum() + updates)
    missing = np.maximum(target - spent, 0.0)
    return np.asarray(updates * missing / missing.sum())


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
