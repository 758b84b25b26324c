"""What is asked of a chain, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms.algorithm import QUANTITIES, Draws
from spinlens.sampling.chains.recorders import Averages, Modes, Series, under
from spinlens.sampling.chains.warmup import WarmUp


@dataclass(frozen=True)
class Plan:
    """What is asked of a chain: see `spinlens.sample`."""

    draws: int
    thin: int = 1
    warmup: int | None = None
    energy: bool = True
    states: bool = False
    series: bool = True
    correlations: bool = False


class Log:
    """Everything kept of one chain at one temperature: its observables, and states and correlations where asked for."""

    def __init__(self, model: IsingModel, plan: Plan, warmup: WarmUp) -> None:
        self.model, self.plan, self.warmup = model, plan, warmup
        self.record: Series | Averages = Series() if plan.series else Averages()
        self.modes = Modes(model.shape) if plan.correlations else None
        self._bits: list[npt.NDArray[np.uint8]] = []

    @property
    def draws(self) -> int:
        """Draws taken so far."""
        return self.record.draws

    def take(self, draws: Draws) -> None:
        """Take further draws."""
        if self.plan.states:
            self._bits.append(np.packbits(draws.states > 0, axis=1))
        if self.modes is not None:
            self.modes.take(draws.states)
        self.record.take(observables(self.model, draws))

    @property
    def spins(self) -> npt.NDArray[np.int8]:
        """Kept states, (draws, N) of ±1."""
        bits = np.concatenate(self._bits)[: self.plan.draws]
        return 2 * np.unpackbits(bits, axis=1, count=self.model.n_sites).astype(np.int8) - 1

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All of the state, for a checkpoint."""
        parts = {"record": self.record.arrays()}
        if self.modes is not None:
            parts["modes"] = self.modes.bins.arrays()
        if self._bits:
            self._bits = [np.concatenate(self._bits)]
            parts["spins"] = {"bits": self._bits[0]}
        return {f"{part}.{name}": array for part, items in parts.items() for name, array in items.items()}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over the state that `arrays` gave."""
        self.record.restore(under("record", arrays))
        if self.modes is not None and self.draws:
            self.modes.bins.restore(under("modes", arrays))
        if "spins.bits" in arrays:
            self._bits = [np.asarray(arrays["spins.bits"])]


def observables(model: IsingModel, draws: Draws) -> dict[str, Array]:
    """Measurements per spin, (n,) by name."""
    measured = {name: draws[name] / float(model.n_sites) ** QUANTITIES[name].power for name in draws.names}
    if draws.energy.size:
        measured["energy"] = draws.energy / model.n_sites
    return measured
