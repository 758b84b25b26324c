"""What is kept of a chain."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray, Spins
from spinlens.files.bits import unpack_into
from spinlens.sampling.algorithms.algorithm import ChainDraws
from spinlens.sampling.chains.checkpoint import taken
from spinlens.sampling.chains.recorders import Averages, Modes, Series, under
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.chains.warmup import WarmUp


class ChainLog:
    """Everything kept of one chain at one temperature: its observables, and states and correlations where asked for."""

    def __init__(self, request: RunRequest, warmup: WarmUp) -> None:
        self.request, self.warmup = request, warmup
        self.record: Series | Averages = Series() if request.series else Averages()
        self.modes = Modes(request.model.shape) if request.correlations else None
        self._bits: list[npt.NDArray[np.uint8]] = []

    @property
    def draws(self) -> int:
        """Draws taken so far."""
        return self.record.draws

    def take(self, draws: ChainDraws) -> None:
        """Take further draws."""
        if self.request.keep_spins:
            self._bits.append(np.packbits(draws.states > 0, axis=1))
        if self.modes is not None:
            self.modes.take(draws.states)
        self.record.take(draws.per_spin(self.request.model.n_sites))

    def hand_over(self, spins: Spins) -> None:
        """Put the kept states into `spins` (draws, N) of ±1, and keep them no longer."""
        first = 0
        for bits in self._bits:
            part = spins[first : first + len(bits)]
            unpack_into(part, bits[: len(part)])
            first += len(part)
        self._bits = []

    def arrays(self) -> dict[str, AnyArray]:
        """All of the state, for a checkpoint."""
        parts = {"record": self.record.arrays()}
        if self.modes is not None:
            parts["modes"] = self.modes.bins.arrays()
        if self._bits:
            self._bits = [np.concatenate(self._bits)]
            parts["spins"] = {"bits": self._bits[0]}
        return {f"{part}.{name}": array for part, items in parts.items() for name, array in items.items()}

    def restore(self, arrays: Mapping[str, AnyArray], draws: int) -> None:
        """Take over the state that `arrays` gave after so many draws."""
        self.record.restore(under("record", arrays), draws)
        if self.modes is not None and draws:
            self.modes.bins.restore(under("modes", arrays))
        if self.request.keep_spins and draws:
            n_bytes = -(-self.request.model.n_sites // 8)
            self._bits = [taken(arrays, "spins.bits", (draws, n_bytes), np.uint8)]
