"""The runs of a planned search: a pilot round, then rounds whose chains of all sizes share the threads."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from spinlens import checks
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.bracketing import Progress, Windows, around, locate_pair
from spinlens.criticality.search.budget import Account, TimeBudget, allot
from spinlens.criticality.search.plan_folder import PlanFolder
from spinlens.errors import CheckpointError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import RunRequest, Threads, sample, start_sampling
from spinlens.seeding import purpose_seed

_PILOT_SHARE = 0.08
_ROUND_SHARE, _ROUND_MOST = 0.2, 5e9  # spin updates of a round: share of the budget, and never more
_LEAST_DRAWS = 400
_MOST_DRAWS = 2_000_000  # of one size in one round, all chains together: 10⁷ of them would need gigabytes
_BLOCKS = 64
_CHAINS = 2
_POINTS = 3  # temperatures of a round, within 0.4 standard deviations of the bond number
_STEP = 0.4
_FORGOTTEN, _SHORTEST = 20, 64  # a round's warm-up in τ_int of the pilot, and its least sweeps


@dataclass
class PlannedRun:
    """The runs of all sizes so far, and how they go on.

    Attributes
    ----------
    draws : of each size, all temperatures and chains together.
    grids : temperatures of each size's last round.
    done : rounds that each size has behind it.
    warmups : sweeps that each size's rounds discard, from the τ_int of its pilot.
    planned : the round underway: its number, its T_c, the draws of a chain of each size.
    updates : the budget; of a time budget, what it is worth by the speed of the last round.
    pilot : the budget of which the pilot takes its share.
    centre : the crossing that the pilot found.
    """

    models: Sequence[IsingModel]
    seed: int
    points: int
    workers: int
    folder: PlanFolder | None
    progress: Progress | None = None
    curves: list[SizeCurves] = field(default_factory=list)
    draws: dict[int, int] = field(default_factory=dict)
    grids: list[tuple[float, ...]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    warmups: dict[int, int] = field(default_factory=dict)
    planned: dict[str, Any] = field(default_factory=dict)
    updates: float = 0.0
    pilot: float = 0.0
    centre: float = 0.0
    account: Account | None = None

    @property
    def elapsed(self) -> float:
        """Seconds spent of a time budget."""
        return 0.0 if self.account is None else self.account.elapsed

    @property
    def seconds(self) -> float | None:
        """The time budget, None without one."""
        return None if self.account is None else self.account.budget.seconds

    @property
    def spent(self) -> int:
        """Spin updates measured so far."""
        return sum(self.draws[model.shape[0]] * model.n_sites for model in self.models)

    @property
    def rounds(self) -> int:
        """Rounds that all sizes have behind them."""
        return min(self.done)

    def begin(self, updates: float | TimeBudget) -> None:
        """The pilot round, or what the folder holds of an earlier run."""
        self.draws = {model.shape[0]: 0 for model in self.models}
        notes = self.folder.notes if self.folder is not None else {}
        if self.folder is not None and "centre" in notes:
            self._resume(self.folder, notes)
            self._open(updates, notes)
        else:
            self._explore(updates, notes)
        self._revalue()
        self._note(centre=self.centre)
        if self.folder is not None:
            self.folder.forget_parts()

    def _resume(self, folder: PlanFolder, notes: dict[str, Any]) -> None:
        self.centre, self.planned = float(notes["centre"]), dict(notes.get("planned", {}))
        for model in self.models:
            found = folder.load(model)
            if found is None:
                raise CheckpointError(f"{folder.path} lacks the histograms of L = {model.shape[0]}; remove the folder")
            size, own = found
            if "warmup" not in own:
                raise CheckpointError(f"{folder.path} was written by an earlier version; remove it to start over")
            self.curves.append(size)
            self.draws[size.L], self.warmups[size.L] = int(own["draws"]), int(own["warmup"])
            self.done.append(int(own["rounds"]))
            self.grids.append(tuple(own["grid"]))

    def _explore(self, updates: float | TimeBudget, notes: dict[str, Any]) -> None:
        """The pilot round; a run that was stopped in it has kept its ladder, its shares and its chains."""
        self.centre = float(notes.get("ladder") or locate_pair(self.models, self.seed, self.workers))
        self._open(updates, notes)
        self.pilot = float(notes.get("pilot") or self.updates)
        self._note(ladder=self.centre, pilot=self.pilot)
        windows = Windows(self.models, self._pilot, self.points, self.seed, self.workers)
        self.curves, self.centre = windows.gather(self.centre), windows.centre
        self.grids, self.done = [()] * len(self.models), [1] * len(self.models)
        for k in range(len(self.models)):
            self._save(k)

    def _open(self, updates: float | TimeBudget, notes: dict[str, Any]) -> None:
        """Take the budget: spin updates, or a time, of which earlier calls may have spent a part."""
        if not isinstance(updates, TimeBudget):
            self.updates = checks.positive_number("updates", updates)
            return
        self.account = Account(updates, *(float(notes.get(name) or 0.0) for name in ("elapsed", "rate", "analysis")))
        if not self.account.rate:
            self.account.rate = updates.speed(self.models, self.centre)
        self._revalue()

    def _revalue(self) -> None:
        """The budget in spin updates, by what is left of a time."""
        if self.account is not None:
            self.updates = max(1.0, self.spent + self.account.worth())

    def _note(self, **notes: Any) -> None:
        """Keep notes in the folder, and with them what was spent."""
        if self.folder is not None:
            account = {} if self.account is None else self.account.notes
            self.folder.note(**notes, **account, updates=self.updates)

    def _pilot(self, k: int, grid: tuple[float, ...], attempt: int) -> SizeCurves:
        model = self.models[k]
        share = min(_PILOT_SHARE * self.pilot, _ROUND_MOST) / len(self.models)
        draws = max(_LEAST_DRAWS, self._draws(k, share, len(grid)))
        kept = None if self.folder is None else self.folder.part(attempt, model.shape[0])
        data = sample(
            model, grid, draws, _CHAINS, self._seed(k, "pilot", attempt), "swendsen-wang", workers=self.workers,
            energy=False, progress=self.progress, checkpoint=kept,
        )  # fmt: skip
        self._note()
        return self._taken(k, data)

    def _draws(self, k: int, updates: float, points: int) -> int:
        """Draws of a chain for a number of spin updates; never more than the memory is sure to hold."""
        chains = _CHAINS * points
        return min(_MOST_DRAWS // chains, int(updates / (chains * self.models[k].n_sites)))

    def _seed(self, k: int, purpose: str, number: int) -> int:
        return purpose_seed(self.seed, purpose, number, self.models[k].shape[0], bits=32)

    def _taken(self, k: int, data: xr.Dataset) -> SizeCurves:
        """Histograms of runs, which are counted; the warm-up of later ones follows from those of the pilot."""
        L = self.models[k].shape[0]
        self.draws[L] += data.sizes["temperature"] * data.sizes["chain"] * data.sizes["draw"]
        if not self.done:
            self.warmups[L] = max(_SHORTEST, math.ceil(_FORGOTTEN * float(data["tau_int"].max())))
        return SizeCurves.from_dataset(self.models[k], data, _BLOCKS)

    def next_round(self) -> int | None:
        """The number of the next round, None when the budget is spent."""
        if max(self.done) > self.rounds:
            return self.rounds
        least = _LEAST_DRAWS * _CHAINS * _POINTS * self.models[0].n_sites
        return self.rounds if self.updates - self.spent > max(0.01 * self.updates, least) else None

    def underway(self, number: int) -> bool:
        """Whether this round was planned before and some sizes may have finished it."""
        return bool(self.planned) and int(self.planned["number"]) == number

    def analysed(self, begun: float) -> None:
        """Take note of the time that an analysis took, since the last one takes as long."""
        if self.account is not None:
            self.account.analysis = self.elapsed - begun

    def plan(self, number: int, temperature: float, influence: Sequence[float]) -> bool:
        """Shares of a round by size, from their `influence` on the variance of T_c; kept before anything is run.

        A size whose share is less than half of the fewest draws that make sense is left out, in the last round of a
        time budget one with a smaller share than those. False where all are left out.
        """
        costs = [model.n_sites for model in self.models]
        portion = self._portion()
        parts = allot(influence, [self.draws[model.shape[0]] for model in self.models], costs, portion)
        draws = [self._draws(k, float(part), _POINTS) for k, part in enumerate(parts)]
        least = _LEAST_DRAWS // 2 if self.account is None or portion < self.updates - self.spent else _LEAST_DRAWS
        draws = [max(_LEAST_DRAWS, n) if n >= least else 0 for n in draws]
        if not any(draws):
            return False
        self.planned = {"number": number, "temperature": temperature, "draws": draws}
        self._note(planned=self.planned)
        return True

    def _portion(self) -> float:
        """Spin updates of the next round; the last round of a time budget is short, so that it ends in time."""
        left, portion = self.updates - self.spent, min(_ROUND_SHARE * self.updates, _ROUND_MOST)
        if left > 1.5 * portion:
            return portion
        return left if self.account is None or left < 0.7 * portion else 0.6 * left

    def spend(self, number: int, begun: float) -> None:
        """The runs of the planned round that are not there yet, from the largest size down.

        `begun` is what was `elapsed` before the round was planned.
        """
        before, draws = self.spent, self.planned["draws"]
        with Threads(self.workers) as threads:
            started = [
                (k, self._start(threads, k, number, draws[k]))
                for k in reversed(range(len(self.models))) if self.done[k] <= number
            ]  # fmt: skip
            for k, result in started:
                if result is not None:
                    self.curves[k] = SizeCurves.joined([self.curves[k], self._taken(k, result())])
                self.done[k] = number + 1
                self._save(k)
                self._note()
        if self.account is not None:
            self.account.round(self.spent - before, begun)
        self._revalue()
        self._note()

    def _start(self, threads: Threads, k: int, number: int, draws: int) -> Callable[[], xr.Dataset] | None:
        """Queue the chains of one size for a round, None where it has no draws in it."""
        if not draws:
            return None
        self.grids[k] = self._grid(k, float(self.planned["temperature"]))
        model, seed = self.models[k], self._seed(k, "round", number)
        request = RunRequest(
            model, self.grids[k], draws, _CHAINS, seed, "swendsen-wang",
            warmup=self.warmups[model.shape[0]], energy=False,
        )  # fmt: skip
        return start_sampling(threads, request, self.progress)

    def _grid(self, k: int, temperature: float) -> tuple[float, ...]:
        """Temperatures of a round: those of the last one unless T_c has moved by a third of their spacing."""
        size = self.curves[k]
        low, high = size.histograms.support
        centre = min(max(size.theta(temperature), low), high)
        step = _STEP / math.sqrt(float(size.histograms.full.bonds(centre)[1][0]))
        last = self.grids[k]
        if last and abs(size.theta(last[len(last) // 2]) - centre) < step / 3:
            return last
        return around(size.model, float(size.temperature(centre)), _POINTS, step)

    def _save(self, k: int) -> None:
        if self.folder is not None:
            size = self.curves[k]
            own = {"draws": self.draws[size.L], "warmup": self.warmups[size.L], "grid": list(self.grids[k])}
            self.folder.save(size, {"rounds": self.done[k], **own})
