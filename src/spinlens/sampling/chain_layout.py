"""Which Markov runs a call of `sample` is made of, and how their logs make one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms.algorithm import Algorithm
from spinlens.sampling.algorithms.choice import make_update
from spinlens.sampling.algorithms.multispin import REPLICAS, MultiSpin
from spinlens.sampling.chains.chain import Chain, Replicas, Run, start_chain
from spinlens.sampling.chains.chain_log import Log, Plan
from spinlens.sampling.chains.ladder import Ladder, add_exchange, start_ladder
from spinlens.sampling.dataset import assemble

Task = tuple[int, int]


@dataclass(frozen=True)
class Setup:
    """One chain a temperature and chain number; 64 chains together for multi-spin coding; a ladder with exchange."""

    model: IsingModel
    temperatures: tuple[float, ...]
    algorithm: str
    chains: int
    seed: int
    exchange: bool
    plan: Plan

    @cached_property
    def updates(self) -> list[Algorithm | MultiSpin]:
        """The update of each temperature."""
        return [make_update(self.model, temperature, self.algorithm) for temperature in self.temperatures]

    @property
    def tasks(self) -> list[Task]:
        """Number of the temperature and of the first chain of each run."""
        if self.exchange:
            return [(0, chain) for chain in range(self.chains)]
        steps = [REPLICAS if isinstance(update, MultiSpin) else 1 for update in self.updates]
        return [(number, chain) for number, step in enumerate(steps) for chain in range(0, self.chains, step)]

    def make(self, number: int, chain: int) -> Run:
        """The run of a task, at its start."""
        if self.exchange:
            ladder = start_ladder(self.model, self.temperatures, self.algorithm, self.seed, chain)
            return Ladder(self.model, self.temperatures, self.algorithm, ladder, self.plan)
        update = self.updates[number]
        if isinstance(update, MultiSpin):
            state = update.start(self.seed, chain // REPLICAS)
            return Replicas(update, state, self.plan, min(REPLICAS, self.chains - chain))
        return Chain(
            self.model, update, start_chain(self.model, self.seed, self.temperatures[number], chain), self.plan
        )

    def lowest(self, number: int) -> float:
        """The temperature of a task, or the lowest of its ladder."""
        return min(self.temperatures) if self.exchange else self.temperatures[number]

    def result(self, runs: Sequence[Run]) -> xr.Dataset:
        """The Dataset of all runs, in the order of `tasks`, without the coordinates of the temperatures."""
        if not self.exchange:
            rows: list[list[Log]] = [[] for _ in self.temperatures]
            for (number, _), run in zip(self.tasks, runs, strict=True):
                rows[number] += run.logs
            return assemble(self.model, rows)
        ladders = [run for run in runs if isinstance(run, Ladder)]
        data = assemble(self.model, list(zip(*(ladder.logs for ladder in ladders), strict=True)))
        add_exchange(data, ladders)
        return data
