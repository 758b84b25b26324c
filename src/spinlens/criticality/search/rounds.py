"""Rounds of a budget: a frozen state of all sizes, the plan of the next round, and what its runs make of the state."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import xarray as xr

from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.budget import allot
from spinlens.criticality.search.windows import around
from spinlens.lattice.ising import IsingModel

CHAINS = 2
_BLOCKS = 64
_ROUND_SHARE, ROUND_MOST = 0.2, 5e9  # spin updates of a round: share of the budget, and never more
_LEAST_DRAWS = 400  # of a chain
_MOST_DRAWS = 2_000_000  # of one size in one round, all chains together: 10⁷ of them would need gigabytes
_POINTS, _STEP = 3, 0.4  # temperatures of a round, and their distance in standard deviations of the number of bonds
_FORGOTTEN, _SHORTEST = 20, 64  # a round's warm-up in τ_int of the first runs, and its least sweeps


@dataclass(frozen=True)
class SizeState:
    """The runs of one size so far, and how they go on.

    Attributes
    ----------
    draws : all temperatures and chains together.
    warmup : sweeps that each round discards.
    rounds : rounds that the size has behind it, its first runs being one.
    grid : temperatures of the last round; none after the first runs, which are wider.
    """

    curves: SizeCurves
    draws: int
    warmup: int
    rounds: int = 1
    grid: tuple[float, ...] = ()

    @classmethod
    def first(cls, model: IsingModel, data: xr.Dataset) -> SizeState:
        """After the runs in a window."""
        warmup = max(_SHORTEST, math.ceil(_FORGOTTEN * float(data["tau_int"].max())))
        return cls(SizeCurves.from_dataset(model, data, _BLOCKS), _number(data), warmup)

    def joined(self, data: xr.Dataset) -> SizeState:
        """With the runs of one more round."""
        more = SizeCurves.from_dataset(self.curves.model, data, _BLOCKS)
        return replace(
            self,
            curves=SizeCurves.joined([self.curves, more]),
            draws=self.draws + _number(data),
            grid=tuple(data["temperature"].values.tolist()),
        )

    def next_grid(self, temperature: float) -> tuple[float, ...]:
        """Temperatures of a round: those of the last one unless T_c has moved by a third of their spacing."""
        size = self.curves
        low, high = size.histograms.support
        centre = min(max(size.theta(temperature), low), high)
        step = _STEP / size.bond_spread(centre)
        if self.grid and abs(size.theta(self.grid[len(self.grid) // 2]) - centre) < step / 3:
            return self.grid
        return around(size.model, float(size.temperature(centre)), _POINTS, step)


@dataclass(frozen=True)
class RoundPlan:
    """A round: its number, the T_c about which it is run, and the draws of a chain of each size, 0 for none."""

    number: int
    temperature: float
    draws: tuple[int, ...]


@dataclass(frozen=True)
class SearchState:
    """All sizes, increasing, the crossing of the largest two, and the round underway or done last."""

    sizes: tuple[SizeState, ...]
    centre: float
    plan: RoundPlan | None = None

    @property
    def curves(self) -> tuple[SizeCurves, ...]:
        """The runs of each size."""
        return tuple(size.curves for size in self.sizes)

    @property
    def draws(self) -> dict[int, int]:
        """Draws of each size L."""
        return {size.curves.L: size.draws for size in self.sizes}

    @property
    def spent(self) -> int:
        """Spin updates measured so far."""
        return sum(size.draws * size.curves.model.n_sites for size in self.sizes)

    @property
    def rounds(self) -> int:
        """Rounds that all sizes have behind them."""
        return min(size.rounds for size in self.sizes)

    @property
    def underway(self) -> RoundPlan | None:
        """The round that some sizes have not finished; None between rounds."""
        return self.plan if self.plan is not None and self.plan.number == self.rounds else None


def window_draws(model: IsingModel, updates: float, points: int) -> int:
    """Draws of a chain of the first runs of a size, for a number of spin updates."""
    return max(_LEAST_DRAWS, _draws(model, updates, points))


def next_round(
    state: SearchState, updates: float, timed: bool, temperature: float, influence: Sequence[float]
) -> RoundPlan | None:
    """Shares of the next round by size, from their `influence` on the variance of T_c; None where nothing is left.

    `updates` is the budget, what is spent of it included. A size whose share is less than half of the fewest draws that
    make sense is left out, in the last round of a time budget (`timed`) one with a smaller share than those.
    """
    models, left = [size.curves.model for size in state.sizes], updates - state.spent
    if left <= max(0.01 * updates, _LEAST_DRAWS * CHAINS * _POINTS * models[0].n_sites):
        return None
    portion = _portion(left, min(_ROUND_SHARE * updates, ROUND_MOST), timed)
    costs = [model.n_sites for model in models]
    parts = allot(influence, [size.draws for size in state.sizes], costs, portion)
    least = _LEAST_DRAWS if timed and portion >= left else _LEAST_DRAWS // 2
    draws = [_draws(model, float(part), _POINTS) for model, part in zip(models, parts, strict=True)]
    kept = tuple(max(_LEAST_DRAWS, n) if n >= least else 0 for n in draws)
    return RoundPlan(state.rounds, temperature, kept) if any(kept) else None


def _portion(left: float, usual: float, timed: bool) -> float:
    """Spin updates of a round; the last round of a time budget is short, so that it ends in time."""
    if left > 1.5 * usual:
        return usual
    return left if not timed or left < 0.7 * usual else 0.6 * left


def absorb(state: SearchState, number: int, k: int, data: xr.Dataset | None) -> SearchState:
    """The state after size number k has finished a round, with its runs, or None where it had no draws in it."""
    size = state.sizes[k] if data is None else state.sizes[k].joined(data)
    finished = replace(size, rounds=number + 1)
    return replace(state, sizes=(*state.sizes[:k], finished, *state.sizes[k + 1 :]))


def _draws(model: IsingModel, updates: float, points: int) -> int:
    """Draws of a chain for a number of spin updates; never more than the memory is sure to hold."""
    chains = CHAINS * points
    return min(_MOST_DRAWS // chains, int(updates / (chains * model.n_sites)))


def _number(data: xr.Dataset) -> int:
    return data.sizes["temperature"] * data.sizes["chain"] * data.sizes["draw"]
