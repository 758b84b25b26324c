"""Replica exchange: single-spin chains at several temperatures that swap their states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.chains import model_key
from spinlens.sampling.updates import Algorithm, Array, ChainState
from spinlens.sampling.warmup import WarmUp
from spinlens.seeding import generator, seed_sequence

_AXES = ("x", "y", "z")
_SINGLE_SPIN = ("metropolis", "heat-bath", "clock")


@dataclass
class Ladder:
    """One replica a temperature, in rising order; `advance` sweeps them all and then proposes swaps of neighbours.

    Pairs (0, 1), (2, 3), … and (1, 2), (3, 4), … take turns [Okabe et al., Chem. Phys. Lett. 335, 435 (2001)]: a
    replica whose swaps are accepted drifts along the ladder instead of diffusing.
    """

    updates: list[Algorithm]
    states: list[ChainState]
    betas: Array
    swaps: np.random.Generator
    rounds: int = 0
    replicas: npt.NDArray[np.int64] = field(init=False)
    tried: Array = field(init=False)
    accepted: Array = field(init=False)
    trips: int = 0

    def __post_init__(self) -> None:
        self.replicas = np.arange(len(self.states))
        self._last_end = np.zeros(len(self.states), dtype=np.int64)  # −1: coldest, +1: hottest seen last
        self.reset()

    def reset(self) -> None:
        """Forget the record of swaps, not the states."""
        self.tried, self.accepted = np.zeros(len(self.states) - 1), np.zeros(len(self.states) - 1)
        self.trips = 0

    def advance(self, thin: int) -> tuple[Array, Array]:
        """`thin` sweeps at every temperature; total M and E there, (temperatures,) each."""
        pairs = zip(self.updates, self.states, strict=True)
        parts = [update.advance(state, 1, thin, True, False) for update, state in pairs]
        return np.array([part["magnetization"][0] for part in parts]), np.array([part.energy[0] for part in parts])

    def swap(self, energies: Array) -> None:
        """Swap neighbours with min(1, e^{Δβ ΔE}); every round uses as many random numbers."""
        chances = self.swaps.random(len(self.tried))
        energies = energies.copy()
        for pair in range(self.rounds % 2, len(self.tried), 2):
            gain = (self.betas[pair] - self.betas[pair + 1]) * (energies[pair] - energies[pair + 1])
            self.tried[pair] += 1
            if chances[pair] < math.exp(min(gain, 0.0)):
                self.accepted[pair] += 1
                cold, hot = self.states[pair], self.states[pair + 1]
                cold.spins, hot.spins = hot.spins, cold.spins
                self.replicas[[pair, pair + 1]] = self.replicas[[pair + 1, pair]]
        self.rounds += 1
        self._count_trips()

    def _count_trips(self) -> None:
        """A round trip ends where a replica is coldest again after having been hottest."""
        coldest, hottest = self.replicas[0], self.replicas[-1]
        self.trips += int(self._last_end[coldest] == 1)
        self._last_end[coldest] = -1
        if self._last_end[hottest] == -1:
            self._last_end[hottest] = 1


def sample_exchange(
    model: IsingModel,
    temperatures: Sequence[float],
    draws: int,
    chains: int = 2,
    seed: int = 0,
    algorithm: str = "heat-bath",
    keep_spins: bool = False,
    workers: int = 1,
    thin: int = 1,
    warmup: int | None = None,
) -> xr.Dataset:
    """Sample several temperatures of one model together, by single-spin moves and swaps of whole states.

    A swap between neighbouring temperatures is accepted with min(1, e^{(β − β')(E − E')}) [Hukushima & Nemoto, J. Phys.
    Soc. Japan 65, 1604 (1996)]. Worth it where single-spin chains get stuck: couplings of mixed sign, metastable states
    in a field, domains.

    Parameters
    ----------
    model : any coupling, of either sign, and any field.
    temperatures : two or more T > 0, in any order; inf is legal. Neighbours must overlap in energy: aim at a swap
        acceptance of 0.2 or more in every gap.
    draws : measurements, one a round. thin : sweeps in a round, after which swaps are proposed.
    chains : independent ladders. seed : the same seed gives the same draws for any number of workers.
    algorithm : "heat-bath", "metropolis" or "clock".
    keep_spins : keep the states (int8). workers : threads, a ladder each.
    warmup : rounds to discard; None decides from energy and m² at every temperature.

    Returns
    -------
    Dataset as from `sample`, dims (temperature, chain, draw[, x, y, z]), temperatures rising, and besides
    `replica` (temperature, chain, draw), which replica was there; `swap_acceptance` (chain, gap), between temperatures
    number gap and gap + 1; `round_trips` (chain,), journeys cold → hot → cold in all draws of a ladder.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> data = sample_exchange(IsingModel((3, 3), NearestNeighbour()), (2.0, 3.0, 4.5), draws=200, seed=1)
    >>> bool((data.swap_acceptance > 0.3).all()), bool((data.round_trips > 0).all())
    (True, True)
    """
    grid = sorted(checks.temperatures(temperatures))
    if len(grid) < 2 or grid[0] == 0:
        raise InputError(f"replica exchange needs two or more temperatures above 0, got {tuple(grid)}; use `sample`")
    checks.choice("algorithm", algorithm, _SINGLE_SPIN)
    draws, thin = checks.positive_integer("draws", draws), checks.positive_integer("thin", thin)
    chains, seed = checks.positive_integer("chains", chains), checks.seed(seed)
    if warmup is not None:
        warmup = checks.positive_integer("warmup", warmup, minimum=0)

    def run(chain: int) -> xr.Dataset:
        ladder = start_ladder(model, grid, algorithm, seed, chain)
        wait = _warm_up(ladder, thin, warmup)
        return _measure(model, ladder, draws, thin, keep_spins).assign(warmup=wait.spent, warm=wait.warm)

    with ThreadPoolExecutor(checks.positive_integer("workers", workers)) as pool:
        runs = list(pool.map(run, range(chains)))
    data = xr.concat(runs, "chain").transpose("temperature", "chain", "draw", ...)
    data = data.assign_coords(temperature=grid, chain=np.arange(chains), draw=np.arange(draws))
    data.temperature.attrs = {"long_name": "temperature", "units": "J/k_B"}
    data.draw.attrs = {"long_name": "draw", "units": f"{thin} sweeps"}
    data.attrs = {"model": repr(model.coupling), "shape": list(model.shape), "field": model.field}
    data.attrs |= {"seed": seed, "thin": thin, "algorithm": f"replica exchange, {algorithm}"}
    return data


def start_ladder(model: IsingModel, temperatures: Sequence[float], algorithm: str, seed: int, chain: int) -> Ladder:
    """Free spins and a stream for every temperature, and one for the swaps; all named by the numbers given."""
    name = ("exchange", algorithm, repr(model.shape), model_key(model), float(model.field), chain)
    updates = [make_algorithm(model, temperature, algorithm) for temperature in temperatures]
    states = []
    for temperature in temperatures:
        words = seed_sequence(seed, *name, float(temperature)).generate_state(4, np.uint64).astype(np.uint64)
        bits = generator(seed, *name, float(temperature), "start").integers(0, 2, size=model.n_sites, dtype=np.int8)
        states.append(ChainState(2 * bits - 1, words))
    betas = 1 / np.asarray(temperatures, dtype=np.float64)
    return Ladder(updates, states, betas, generator(seed, *name, "swaps"))


def _warm_up(ladder: Ladder, thin: int, fixed: int | None) -> WarmUp:
    wait = WarmUp(fixed)
    while not wait.done:
        series = np.empty((2 * len(ladder.states), wait.left))
        for step in range(series.shape[1]):
            M, E = ladder.advance(thin)
            ladder.swap(E)
            series[:, step] = np.concatenate([M**2, E])
        wait.take(series)
    ladder.reset()
    return wait


def _measure(model: IsingModel, ladder: Ladder, draws: int, thin: int, keep_spins: bool) -> xr.Dataset:
    n_temperatures, N = len(ladder.states), model.n_sites
    M, E = np.empty((n_temperatures, draws)), np.empty((n_temperatures, draws))
    replicas = np.empty((n_temperatures, draws), dtype=np.int32)
    spins = np.empty((n_temperatures, draws if keep_spins else 0, N), dtype=np.int8)
    for draw in range(draws):
        M[:, draw], E[:, draw] = ladder.advance(thin)
        replicas[:, draw] = ladder.replicas
        if keep_spins:
            spins[:, draw] = [state.spins for state in ladder.states]
        ladder.swap(E[:, draw])
    m, dims = M / N, ("temperature", "draw")
    attrs = {"units": "1"}
    data = xr.Dataset(
        {
            "magnetization": (dims, m, attrs | {"long_name": "magnetization per spin"}),
            "m2": (dims, m**2, attrs | {"long_name": "m² per draw"}),
            "m4": (dims, m**4, attrs | {"long_name": "m⁴ per draw"}),
            "energy": (dims, E / N, {"long_name": "energy per spin", "units": "J"}),
            "replica": (dims, replicas, attrs | {"long_name": "replica at this temperature"}),
            "swap_acceptance": ("gap", _ratio(ladder.accepted, ladder.tried), attrs),
            "round_trips": ((), ladder.trips, attrs),
        }
    )
    if keep_spins:
        data["spins"] = ((*dims, *_AXES[: model.dimension]), spins.reshape(n_temperatures, draws, *model.shape))
    return data


def _ratio(accepted: Array, tried: Array) -> Array:
    return np.divide(accepted, tried, out=np.full_like(tried, np.nan), where=tried > 0)
