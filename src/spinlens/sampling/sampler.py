"""`sample`: Monte Carlo of one model over temperatures and chains, as an xarray Dataset."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event

import xarray as xr

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import ALGORITHMS, make_algorithm
from spinlens.sampling.chains import Chain, Plan, start_chain
from spinlens.sampling.checkpoint import CheckpointFolder
from spinlens.sampling.ensemble import AXES, assemble, require_converged
from spinlens.sampling.provenance import TABLE, arguments, attributes, needs_table

_SAVING = 20.0  # saving takes at most a twentieth of the time


@dataclass(frozen=True)
class Progress:
    """One step of one chain: the sweeps it did, and where the chain stands.

    `draws` are done so far (those of a checkpoint included); `warmup` sweeps were discarded, and `warm` is None until
    the warm-up is over. `tau_int()` is the longest τ_int so far, in draws: it costs a transform, so ask now and then.
    """

    temperature: float
    chain: int
    sweeps: int
    draws: int
    warmup: int
    warm: bool | None
    tau_int: Callable[[], float]


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
    progress: Callable[[Progress], None] | None = None,
    *,
    series: bool = True,
    correlations: bool = False,
    strict: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 30.0,
) -> xr.Dataset:
    """Sample the Boltzmann distribution p(s) ∝ e^{−H(s)/T} of an Ising model.

    Parameters
    ----------
    model : the lattice, its coupling and field.
    temperatures : T ≥ 0 in units of J/k_B; 0 (a ground state, ± with equal probability) and inf (free spins) are legal.
    draws : measurements per chain, one every `thin` sweeps.
    chains : independent chains per temperature, each with a random start and a stream of its own.
    seed : the one seed; the same seed gives the same draws for any number of workers.
    algorithm : "auto" (Swendsen–Wang for J ≥ 0, else Metropolis), "swendsen-wang" (Fukui–Todo for long range,
        O(N) a sweep), "wolff", "metropolis", "heat-bath" or "clock".
    keep_spins : keep the state of every draw (one bit a spin while running, one byte in the result).
    workers : threads that run chains side by side.
    thin : sweeps between draws.
    warmup : sweeps to discard; None decides from the data (50 τ_int, halves that agree).
    energy : measure the energy of every draw (for power laws an O(N log N) Fourier transform a draw).
    progress : called after every step of a chain, from any thread.
    series : keep every draw. False keeps bin means (512 to 1,024 bins a chain, all of 2^l draws) and blocking
        variances, in the same amount of memory for 10⁵ sweeps as for 10⁹.
    correlations : average G(r) = ⟨s_0 s_r⟩ over up to 32 bins, by an O(N log N) Fourier transform a draw.
    strict : raise where `converged` would be False.
    checkpoint : a folder that keeps the state of every chain. Called again after any kill, with the same arguments,
        the run goes on and gives the numbers of the unbroken one; with more `draws` it is prolonged.
    checkpoint_seconds : time between saves of a chain; saving never takes more than a twentieth of the time.

    Returns
    -------
    Dataset with dims (temperature, chain, draw[, x, y, z]), or (temperature, chain, bin) with ``series=False``:
    `magnetization` (signed, per spin), `m2`, `m4` (per-spin moments, for cluster moves improved estimators such as
    ⟨m²⟩ = Σ n_c²/N²), `energy` (per spin), the lowest Fourier modes `mode_x`, … for ξ, and for Swendsen–Wang `bonds`,
    with the coordinate `fugacity` v(T) such that a graph weighs v^bonds, and `largest_cluster`. Bins hold in addition
    `abs_magnetization` and products (`energy_squared`, `bonds_m2`, …), whose averages do not follow from bin means,
    `draw_variance` and `blocking_error` (…, level) of blocks of 2^level draws.
    (temperature, observable): `average`, `error` (autocorrelation included), `tau_int` in draws, `split_r_hat`.
    (temperature, chain): `warmup`, the sweeps discarded, and `warm`, whether they sufficed; (temperature):
    `converged`, chains all warm and in agreement. `correlation` (temperature, chain, correlation_bin, r_x, …).
    The attribute `model` is JSON from which `spinlens.sampling.provenance.model_of` makes the model again.

    Raises
    ------
    InputError, CouplingError for arguments that cannot be used; CheckpointError for a checkpoint of other arguments or
    a damaged one; with `strict`, ConvergenceError for a run that is too short.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> data = sample(IsingModel((4, 4), NearestNeighbour()), 0.0, draws=3, chains=1)
    >>> float(data.energy.mean())
    -2.0
    >>> data = sample(IsingModel((4, 4), NearestNeighbour()), 3.0, draws=10_000, series=False)
    >>> data.sizes["bin"], data.bin.units, bool(data.converged[0])
    (625, '16 draws', True)
    """
    grid = checks.temperatures(temperatures)
    plan = Plan(
        checks.positive_integer("draws", draws),
        checks.positive_integer("thin", thin),
        None if warmup is None else checks.positive_integer("warmup", warmup, minimum=0),
        energy,
        keep_spins,
        series,
        correlations,
    )
    if keep_spins and not series:
        raise InputError("keep_spins needs series=True: averages keep no states")
    chains, workers = checks.positive_integer("chains", chains), checks.positive_integer("workers", workers)
    seed = checks.seed(seed)
    checks.choice("algorithm", algorithm, ALGORITHMS)
    updates = [make_algorithm(model, temperature, algorithm) for temperature in grid]
    folder = None
    if checkpoint is not None:
        options = {"chains": chains, "seed": seed, "algorithm": algorithm, "thin": plan.thin, "warmup": plan.warmup}
        options |= {"energy": energy, "keep_spins": keep_spins, "series": series, "correlations": correlations}
        folder = CheckpointFolder(checkpoint, arguments(model, grid, options))
    halt = Event()

    def run(number: int, chain: int) -> Chain:
        state = start_chain(model, seed, grid[number], chain)
        keeper = _Keeper(Chain(model, updates[number], state, plan), folder, number, chain, checkpoint_seconds)

        def report(sweeps: int) -> None:
            if progress is not None:
                progress(_progress(keeper.chain, grid[number], chain, sweeps))

        return keeper.run(halt, report)

    tasks = [(number, chain) for number in range(len(grid)) for chain in range(chains)]
    data = assemble(model, _in_threads(run, tasks, workers, halt), len(grid))
    data = data.assign_coords(
        temperature=("temperature", list(grid), {"long_name": "temperature", "units": "J/k_B"}),
        fugacity=("temperature", [update.fugacity for update in updates], {"long_name": "fugacity", "units": "1"}),
    )
    data["chain"].attrs = {"long_name": "independent chain", "units": "1"}
    if "draw" in data.dims:
        data["draw"].attrs = {"long_name": "draw", "units": f"{plan.thin} sweeps"}
    if needs_table(model):
        dims = [f"r_{axis}" for axis in AXES[: model.dimension]]
        data[TABLE] = (dims, model.coupling_table, {"long_name": "coupling J(r)", "units": "J"})
    data.attrs = dict(attributes(model, seed, plan.thin, [type(update).__name__ for update in updates]))
    if strict:
        require_converged(data, model)
    return data


class _Halted(Exception):
    """A chain that was asked to stop; its state is saved."""


@dataclass
class _Keeper:
    """A chain and the saving of it."""

    chain: Chain
    folder: CheckpointFolder | None
    temperature: int
    number: int
    seconds: float

    def run(self, halt: Event, report: Callable[[int], None]) -> Chain:
        """Carry the chain to its end; raises `_Halted`, with the chain saved, when asked to stop."""
        if self.folder is not None and (found := self.folder.load(self.temperature, self.number)) is not None:
            self.chain.restore(found)
        self._saved, self._due = True, time.monotonic() + self.seconds
        report(0)
        while not self.chain.finished:
            if halt.is_set():
                self._save()
                raise _Halted
            if time.monotonic() >= self._due or self.chain.before_rest:
                self._save()
            sweeps = self.chain.advance()
            self._saved = False
            report(sweeps)
        self._save()
        return self.chain

    def _save(self) -> None:
        if self.folder is None or self._saved or not self.chain.savable:
            return
        begun = time.monotonic()
        self.folder.save(self.temperature, self.number, self.chain.snapshot())
        self._saved = True
        self._due = time.monotonic() + max(self.seconds, _SAVING * (time.monotonic() - begun))


def _in_threads(
    run: Callable[[int, int], Chain], tasks: Sequence[tuple[int, int]], workers: int, halt: Event
) -> list[Chain]:
    """Run the tasks on threads; the caller's thread only waits, so that after Ctrl-C chains stop between steps."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, *task) for task in tasks]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
            failed = next((future for future in futures if future.done() and future.exception()), None)
            if failed is not None:
                failed.result()
        except BaseException:
            halt.set()
            for future in futures:
                future.cancel()
            raise
        return [future.result() for future in futures]


def _progress(chain: Chain, temperature: float, number: int, sweeps: int) -> Progress:
    waiting = chain.warmup
    warm = waiting.warm if waiting.done else None
    return Progress(temperature, number, sweeps, chain.record.draws, waiting.spent, warm, chain.record.tau_int)
