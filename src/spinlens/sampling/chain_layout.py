"""Which Markov runs a request is made of, and how their logs make one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from spinlens.sampling.algorithms.algorithm import Algorithm
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.algorithms.multispin import REPLICAS, MultiSpin
from spinlens.sampling.chains.chain import Chain, MarkovRun, Replicas, start_chain
from spinlens.sampling.chains.chain_log import ChainLog
from spinlens.sampling.chains.ladder import TemperatureLadder, add_exchange, start_ladder
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.dataset import assemble, with_remedy
from spinlens.sampling.description import add_description

Place = tuple[int, int]


@dataclass(frozen=True)
class ChainLayout:
    """One chain a temperature and chain number; 64 chains together for multi-spin coding; a ladder with exchange."""

    request: RunRequest

    @cached_property
    def algorithms(self) -> list[Algorithm | MultiSpin]:
        """The algorithm of each temperature; `CouplingError` where the couplings do not allow it."""
        asked = self.request
        return [make_algorithm(asked.model, T, asked.algorithm, asked.wrapping) for T in asked.temperatures]

    @property
    def places(self) -> list[Place]:
        """Number of the temperature and of the first chain of each run."""
        chains = self.request.chains
        if self.request.exchange:
            return [(0, chain) for chain in range(chains)]
        steps = [REPLICAS if isinstance(algorithm, MultiSpin) else 1 for algorithm in self.algorithms]
        return [(number, chain) for number, step in enumerate(steps) for chain in range(0, chains, step)]

    def make(self, number: int, chain: int) -> MarkovRun:
        """The run of a place, at its start."""
        asked, algorithm = self.request, self.algorithms[number]
        if asked.exchange:
            one_chain = [algorithm for algorithm in self.algorithms if not isinstance(algorithm, MultiSpin)]
            return TemperatureLadder(asked, one_chain, start_ladder(asked, chain))
        if isinstance(algorithm, MultiSpin):
            state = algorithm.start(asked.seed, chain // REPLICAS)
            return Replicas(asked, algorithm, state, min(REPLICAS, asked.chains - chain))
        return Chain(asked, algorithm, start_chain(asked.model, asked.seed, asked.temperatures[number], chain))

    def lowest(self, number: int) -> float:
        """The temperature of a place, or the lowest of its ladder."""
        grid = self.request.temperatures
        return min(grid) if self.request.exchange else grid[number]

    def result(self, runs: Sequence[MarkovRun]) -> xr.Dataset:
        """The Dataset of all runs, in the order of `places`."""
        data = self._of_ladders(runs) if self.request.exchange else self._of_chains(runs)
        return with_remedy(add_description(data, self.request, self.algorithms), bool(self.request.model.field))

    def _of_chains(self, runs: Sequence[MarkovRun]) -> xr.Dataset:
        rows: list[list[ChainLog]] = [[] for _ in self.request.temperatures]
        for (number, _), run in zip(self.places, runs, strict=True):
            rows[number] += run.logs
        return assemble(self.request, rows)

    def _of_ladders(self, runs: Sequence[MarkovRun]) -> xr.Dataset:
        ladders = [run for run in runs if isinstance(run, TemperatureLadder)]
        data = assemble(self.request, list(zip(*(ladder.logs for ladder in ladders), strict=True)))
        add_exchange(data, ladders)
        return data
