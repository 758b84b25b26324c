"""Where a run stands, put together from the steps of its chains, which threads take in any order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from spinlens.progress import Step, Tell
from spinlens.progress.parts import SECONDS
from spinlens.sampling.chains.request import RunRequest


@dataclass(frozen=True)
class ChainProgress:
    """One step of one chain: the sweeps it did, and where the chain stands.

    `draws` are done so far (those of a checkpoint included); `warmup` sweeps were discarded, and `warm` is None until
    the warm-up is over. `tau_int()` is the longest τ_int so far, in draws: it costs a transform, so ask now and then.
    Where several chains move together `chain` is the first of `together`; with exchange they are those of one ladder,
    and `temperature` is its lowest.
    """

    temperature: float
    chain: int
    sweeps: int
    draws: int
    warmup: int
    warm: bool | None
    tau_int: Callable[[], float]
    together: int = 1


class RunProgress:
    """Tells when the chains of a temperature are warm, and every quarter of a second where the run stands."""

    def __init__(self, request: RunRequest, tell: Tell) -> None:
        grid, chains = request.temperatures, request.chains
        self._tell = tell
        self._total = len(grid) * chains * request.draws
        self._warming = len(grid) * chains if request.exchange else chains  # chains whose warm-up is told in one step
        self._label = f"{min(grid):g} to {max(grid):g}" if request.exchange else ""
        self._lock = threading.Lock()
        self._draws: dict[tuple[float, int], int] = {}
        self._times: dict[tuple[float, int], float] = {}
        self._warm: dict[float, dict[int, ChainProgress]] = {}
        self._kept = self._sweeps = 0
        self._begun = self._told = time.monotonic()

    def take(self, step: ChainProgress) -> None:
        """Take one step of a chain; called from any thread."""
        with self._lock:
            key = step.temperature, step.chain
            if key not in self._draws:
                self._kept += step.draws * step.together
            self._draws[key] = step.draws * step.together
            self._sweeps += step.sweeps * step.together
            self._note_warmup(step)
            now = time.monotonic()
            if now - self._told >= SECONDS or sum(self._draws.values()) == self._total:
                self._told = now
                if step.draws >= 4:
                    self._times[key] = step.tau_int()
                self._tell(self._standing(now - self._begun))

    def _standing(self, spent: float) -> Step:
        """Draws, sweeps a second, τ_int, effective draws, time left."""
        done = sum(self._draws.values())
        numbers = {"draws": float(done), "sweeps_per_second": self._sweeps / max(spent, 1e-9)}
        parts = [f"{done} of {self._total} draws", f"{_number(numbers['sweeps_per_second'])} sweeps/s"]
        if self._times:
            tau = max(self._times.values())
            numbers |= {"tau_int": tau, "effective": done / (2 * tau)}
            parts += [f"tau_int {tau:.3g} draws", f"{_number(numbers['effective'])} effective"]
        left = spent * (self._total - done) / (done - self._kept) if self._kept < done < self._total else None
        return Step(", ".join(parts), done / self._total, left, numbers=numbers)

    def _note_warmup(self, step: ChainProgress) -> None:
        known = self._warm.setdefault(step.temperature, {})
        if step.warm is None or step.chain in known:
            return
        known[step.chain] = step
        if sum(other.together for other in known.values()) == self._warming:
            spent = ", ".join(str(known[chain].warmup) for chain in sorted(known))
            warm = all(other.warm for other in known.values())
            label = self._label or f"{step.temperature:g}"
            text = f"T = {label}: {'warm' if warm else 'NOT warm'} after {spent} sweeps"
            self._tell(Step(text, lasting=True))


def _number(value: float) -> str:
    return f"{value:.0f}" if value < 1e5 else f"{value:.2g}"
