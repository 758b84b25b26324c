"""How long to wait: sweeps are discarded until the data say that the start is forgotten."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array
from spinlens.errors import CheckpointError
from spinlens.sampling.chains.checkpoint import Snapshot, taken
from spinlens.statistics.autocorrelation import integrated_time

FIRST = 64
LAST = 1 << 16
_LENGTHS = 50  # a run of fewer than 50 τ_int says little about τ_int
_AGREE = 4.0  # standard errors between the means of two halves


class WarmUp:
    """Runs of 64, 128, 256, … sweeps until one is 50 τ_int long and its two halves agree; or a fixed number of sweeps.

    `spent` sweeps are discarded; `done` says that measuring may begin, `warm` that the sweeps sufficed: it is False
    when 65,536 or more sweeps were not enough.
    """

    def __init__(self, fixed: int | None = None) -> None:
        self.fixed = fixed
        self.spent: int = 0
        self.length: int = FIRST
        self.done, self.warm = fixed == 0, True
        self._parts: list[Array] = []

    @property
    def fresh(self) -> bool:
        """Whether a stretch begins, the time to tune an update; a fixed number of sweeps has two stretches."""
        if self.fixed is not None:
            return self.spent in (0, self.fixed // 2)
        return not self._parts

    @property
    def left(self) -> int:
        """Sweeps until the end of the stretch."""
        if self.fixed is not None:
            return (self.fixed // 2 if self.spent < self.fixed // 2 else self.fixed) - self.spent
        return self.length - sum(int(part.shape[1]) for part in self._parts)

    def take(self, series: Array) -> None:
        """Further sweeps, (k, n) for k observables, n ≤ `left`."""
        self.spent += series.shape[1]
        if self.fixed is not None:
            self.done = self.spent >= self.fixed
            return
        self._parts.append(series)
        if self.left > 0:
            return
        run = np.concatenate(self._parts, axis=1)
        self._parts = []
        self.warm = all(_settled(values) for values in run)
        self.done = self.warm or self.spent >= LAST
        self.length *= 2

    def snapshot(self) -> Snapshot:
        """All of the state, for a checkpoint."""
        run = np.concatenate(self._parts, axis=1) if self._parts else np.empty((0, 0))
        notes = {"spent": self.spent, "length": self.length, "done": self.done, "warm": self.warm}
        return Snapshot({"run": run}, notes)

    def restore(self, snapshot: Snapshot) -> None:
        """Take over the state that `snapshot` gave."""
        for name in ("spent", "length", "done", "warm"):
            setattr(self, name, snapshot.notes[name])
        run = snapshot.arrays["run"]
        self._parts = [taken(snapshot.arrays, "run", (len(run), run.shape[1]), np.float64)] if run.size else []
        if self.spent < 0 or not (self.done or self.left > 0):
            raise CheckpointError(f"a saved warm-up of {self.spent} sweeps is not over and has nothing left")


def _settled(series: Array) -> bool:
    """Whether a series is longer than 50 τ_int and its halves agree within 4 standard errors."""
    tau = integrated_time(series).value
    first, second = np.array_split(series, 2)
    error = np.sqrt(2 * tau * series.var() * 4 / len(series))
    return bool(len(series) >= _LENGTHS * tau and abs(first.mean() - second.mean()) <= _AGREE * error)
