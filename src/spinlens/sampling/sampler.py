"""`sample`: Monte Carlo of one model over temperatures and chains, as an xarray Dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr

from spinlens import checks
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import ALGORITHMS, make_algorithm
from spinlens.sampling.chains import ChainRun, run_chain, start_chain

_AXES = ("x", "y", "z")
_DESCRIPTIONS = {
    "energy": ("energy per spin", "J"),
    "magnetization": ("magnetization per spin", "1"),
    "m2": ("m² per draw (cluster moves: improved estimator)", "1"),
    "m4": ("m⁴ per draw (cluster moves: improved estimator)", "1"),
    "bonds": ("frozen bonds of the cluster move", "1"),
    "largest_cluster": ("largest cluster as a fraction of the sites", "1"),
    "spins": ("spins ±1 after the draw", "1"),
}


def sample(
    model: IsingModel,
    temperatures: float | Sequence[float],
    draws: int,
    chains: int = 2,
    seed: int = 0,
    algorithm: str = "auto",
    keep_spins: bool = False,
    workers: int = 1,
    thin: int = 1,
    warmup: int | None = None,
    energy: bool = True,
    progress: Callable[[int], None] | None = None,
) -> xr.Dataset:
    """Sample the Boltzmann distribution p(s) ∝ e^{−H(s)/T} of an Ising model.

    Parameters
    ----------
    model : the lattice and its coupling.
    temperatures : T ≥ 0 in units of J/k_B; 0 (a ground state, ± with equal probability) and inf (free spins) are legal.
    draws : measurements per chain, one every `thin` sweeps.
    chains : independent chains per temperature, each with a random start and a stream of its own.
    seed : the one seed; the same seed gives the same draws for any number of workers.
    algorithm : "auto" (Swendsen–Wang for J ≥ 0, else Metropolis), "swendsen-wang" (Fukui–Todo for long range,
        O(N) a sweep) or "metropolis".
    keep_spins : keep the state of every draw (int8, one byte a spin).
    workers : threads that run chains side by side.
    thin : sweeps between draws.
    warmup : sweeps to discard; None decides from the data (50 τ_int, halves that agree).
    energy : measure the energy of every draw (for power laws an O(N log N) Fourier transform a draw).
    progress : called with the number of sweeps done, from any thread.

    Returns
    -------
    Dataset with dims (temperature, chain, draw[, x, y, z]): `magnetization` (signed, per spin), `m2`, `m4`
    (per-spin moments, for cluster moves the improved estimators ⟨m²⟩ = Σ n_c²/N²), `energy` (per spin), and for
    cluster moves `bonds` with the coordinate `fugacity` v(T) such that a graph weighs v^bonds, and `largest_cluster`.
    `warmup` (temperature, chain) holds the sweeps discarded and `warm` whether they sufficed.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> data = sample(IsingModel((4, 4), NearestNeighbour()), 0.0, draws=3, chains=1)
    >>> float(data.energy.mean())
    -2.0
    """
    grid = checks.temperatures(temperatures)
    draws = checks.positive_integer("draws", draws)
    chains = checks.positive_integer("chains", chains)
    thin = checks.positive_integer("thin", thin)
    workers = checks.positive_integer("workers", workers)
    if warmup is not None:
        warmup = checks.positive_integer("warmup", warmup, minimum=0)
    seed = checks.seed(seed)
    checks.choice("algorithm", algorithm, ALGORITHMS)
    updates = [make_algorithm(model, temperature, algorithm) for temperature in grid]

    def run(task: tuple[int, int]) -> ChainRun:
        number, chain = task
        start = start_chain(model, seed, grid[number], chain)
        return run_chain(updates[number], start, draws, thin, warmup, energy, keep_spins, progress)

    tasks = [(number, chain) for number in range(len(grid)) for chain in range(chains)]
    if workers == 1:
        runs = [run(task) for task in tasks]
    else:
        with ThreadPoolExecutor(workers) as pool:
            runs = list(pool.map(run, tasks))
    data = _dataset(model, runs, len(grid), chains, draws, keep_spins, updates[0].has_bonds)
    fugacities = [update.fugacity for update in updates]
    data = data.assign_coords(temperature=list(grid), fugacity=("temperature", fugacities))
    data.temperature.attrs = {"long_name": "temperature", "units": "J/k_B"}
    data.draw.attrs = {"long_name": "draw", "units": f"{thin} sweeps"}
    data.attrs = {"model": repr(model.coupling), "shape": list(model.shape), "seed": seed, "thin": thin}
    data.attrs["algorithm"] = [type(update).__name__ for update in updates]
    return data


def _dataset(
    model: IsingModel, runs: list[ChainRun], n_temperatures: int, chains: int, draws: int, spins: bool, bonds: bool
) -> xr.Dataset:
    n_sites = model.n_sites
    rows = np.stack([run.draws.rows for run in runs]).reshape(n_temperatures, chains, -1, draws)
    dims = ("temperature", "chain", "draw")
    variables = {
        "magnetization": rows[:, :, 1] / n_sites,
        "m2": rows[:, :, 2] / n_sites**2,
        "m4": rows[:, :, 3] / n_sites**4,
    }
    if runs[0].draws.energy.size:
        variables["energy"] = (
            np.stack([run.draws.energy for run in runs]).reshape(n_temperatures, chains, draws) / n_sites
        )
    if bonds:
        variables["bonds"] = rows[:, :, 0]
        variables["largest_cluster"] = rows[:, :, 4] / n_sites
    data = xr.Dataset({name: (dims, values) for name, values in variables.items()})
    data = data.assign_coords(chain=np.arange(chains), draw=np.arange(draws))
    if spins:
        states = np.stack([run.draws.states for run in runs])
        shape = (n_temperatures, chains, draws, *model.shape)
        data["spins"] = ((*dims, *_AXES[: model.dimension]), states.reshape(shape))
    for name in data.data_vars:
        data[name].attrs = dict(zip(("long_name", "units"), _DESCRIPTIONS[str(name)], strict=True))
    data["warmup"] = (dims[:2], np.array([run.warmup for run in runs]).reshape(n_temperatures, chains))
    data["warm"] = (dims[:2], np.array([run.warm for run in runs]).reshape(n_temperatures, chains))
    return data
