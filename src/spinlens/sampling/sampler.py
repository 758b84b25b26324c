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
from spinlens.sampling.algorithms import ALGORITHMS
from spinlens.sampling.chains import Run
from spinlens.sampling.checkpoint import CheckpointFolder
from spinlens.sampling.ensemble import AXES, require_converged
from spinlens.sampling.exchange import check_ladder
from spinlens.sampling.log import Plan
from spinlens.sampling.provenance import TABLE, arguments, attributes, needs_table
from spinlens.sampling.setup import Setup

_SAVING = 20.0  # saving takes at most a twentieth of the time


@dataclass(frozen=True)
class Progress:
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
    exchange: bool = False,
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
        O(N) a sweep), "wolff", "metropolis", "heat-bath", "clock" (single spins at a cost independent of the range),
        "multi-spin-metropolis" or "multi-spin-heat-bath" (nearest neighbours, 64 chains a word: as fast for 64 chains
        as for one, and some ten times faster per chain than the plain moves).
    keep_spins : keep the state of every draw (one bit a spin while running, one byte in the result).
    workers : threads that run chains side by side.
    thin : sweeps between draws.
    warmup : sweeps to discard; None decides from the data (50 τ_int, halves that agree).
    energy : measure the energy of every draw (for power laws an O(N log N) Fourier transform a draw).
    progress : called after every step of a chain, from any thread.
    series : keep every draw. False keeps bin means (512 to 1,024 bins a chain, all of 2^l draws) and blocking
        variances, in the same amount of memory for 10⁵ sweeps as for 10⁹.
    exchange : single-spin chains at neighbouring temperatures swap their states after every draw, see `Ladder`. For
        couplings of mixed sign, metastable states in a field, domains; aim at a `swap_acceptance` of 0.2 in every gap.
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
    `converged`, chains all warm and in agreement. What a temperature does not have, as the clusters of T = 0, is nan.
    `correlation` (temperature, chain, correlation_bin, r_x, …). With `exchange`: `swap_acceptance` (chain, gap) between
    rising temperatures, `round_trips` (chain,) cold → hot → cold, and `replica` (temperature, chain, draw).
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
    if exchange:
        algorithm = check_ladder(grid, algorithm)
    setup = Setup(model, grid, algorithm, chains, seed, exchange, plan)
    setup.updates  # noqa: B018  refuses what the couplings do not allow
    folder = None
    if checkpoint is not None:
        options = {"chains": chains, "seed": seed, "algorithm": algorithm, "thin": plan.thin, "warmup": plan.warmup}
        options |= {"energy": energy, "keep_spins": keep_spins, "series": series, "correlations": correlations}
        options |= {"exchange": exchange}
        folder = CheckpointFolder(checkpoint, arguments(model, grid, options))
    halt = Event()

    def run(number: int, chain: int) -> Run:
        keeper = _Keeper(setup.make(number, chain), folder, number, chain, checkpoint_seconds)

        def report(sweeps: int) -> None:
            if progress is not None:
                progress(_progress(keeper.run, setup.lowest(number), chain, sweeps))

        return keeper.finish(halt, report)

    data = _described(setup.result(_in_threads(run, setup.tasks, workers, halt)), setup)
    if strict:
        require_converged(data, model)
    return data


def _described(data: xr.Dataset, setup: Setup) -> xr.Dataset:
    """The Dataset with its coordinates, the table of couplings where the model needs it, and where it came from."""
    model, grid, plan = setup.model, setup.temperatures, setup.plan
    fugacities = [update.fugacity for update in setup.updates]
    data = data.assign_coords(
        temperature=("temperature", list(grid), {"long_name": "temperature", "units": "J/k_B"}),
        fugacity=("temperature", fugacities, {"long_name": "fugacity", "units": "1"}),
    )
    data["chain"].attrs = {"long_name": "independent chain", "units": "1"}
    if "draw" in data.dims:
        data["draw"].attrs = {"long_name": "draw", "units": f"{plan.thin} sweeps"}
    if needs_table(model):
        dims = [f"r_{axis}" for axis in AXES[: model.dimension]]
        data[TABLE] = (dims, model.coupling_table, {"long_name": "coupling J(r)", "units": "J"})
    names = [type(update).__name__ for update in setup.updates]
    data.attrs = dict(attributes(model, setup.seed, plan.thin, names))
    if setup.exchange:
        data.attrs["algorithm"] += " with replica exchange"
    return data


class _Halted(Exception):
    """A chain that was asked to stop; its state is saved."""


@dataclass
class _Keeper:
    """A run and the saving of it."""

    run: Run
    folder: CheckpointFolder | None
    temperature: int
    number: int
    seconds: float

    def finish(self, halt: Event, report: Callable[[int], None]) -> Run:
        """Carry the run to its end; raises `_Halted`, with its state saved, when asked to stop."""
        if self.folder is not None and (found := self.folder.load(self.temperature, self.number)) is not None:
            self.run.restore(found)
        self._saved, self._due = True, time.monotonic() + self.seconds
        report(0)
        while not self.run.finished:
            if halt.is_set():
                self._save()
                raise _Halted
            if time.monotonic() >= self._due or self.run.before_rest:
                self._save()
            sweeps = self.run.advance()
            self._saved = False
            report(sweeps)
        self._save()
        return self.run

    def _save(self) -> None:
        if self.folder is None or self._saved or not self.run.savable:
            return
        begun = time.monotonic()
        self.folder.save(self.temperature, self.number, self.run.snapshot())
        self._saved = True
        self._due = time.monotonic() + max(self.seconds, _SAVING * (time.monotonic() - begun))


def _in_threads(
    run: Callable[[int, int], Run], tasks: Sequence[tuple[int, int]], workers: int, halt: Event
) -> list[Run]:
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


def _progress(run: Run, temperature: float, number: int, sweeps: int) -> Progress:
    waiting, first = run.warmup, run.logs[0].record
    warm = waiting.warm if waiting.done else None
    return Progress(temperature, number, sweeps, run.draws, waiting.spent, warm, first.tau_int, len(run.logs))
