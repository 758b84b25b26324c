"""`sample`: Monte Carlo of one model over temperatures and chains, as an xarray Dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import xarray as xr

from spinlens import checks
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.chain_layout import ChainLayout
from spinlens.sampling.chains.checkpoint import CheckpointFolder
from spinlens.sampling.dataset import require_converged
from spinlens.sampling.request import RunRequest
from spinlens.sampling.threads import ChainProgress, Threads

__all__ = ["ChainProgress", "RunRequest", "Threads", "sample", "start_sampling"]


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
    progress: Callable[[ChainProgress], None] | None = None,
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
    The attribute `model` is JSON from which `spinlens.lattice.model_document.model_of` makes the model again.

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
    request = RunRequest(
        model, checks.temperatures(temperatures), draws, chains, seed, algorithm, keep_spins, thin, warmup, energy,
        series, correlations, exchange,
    )  # fmt: skip
    with Threads(checks.positive_integer("workers", workers)) as threads:
        data = start_sampling(threads, request, progress, checkpoint, checkpoint_seconds)()
    if strict:
        require_converged(data, model)
    return data


def start_sampling(
    threads: Threads,
    request: RunRequest,
    progress: Callable[[ChainProgress], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 30.0,
) -> Callable[[], xr.Dataset]:
    """Queue the chains of a request; the function returned waits for them and gives what `sample` gives.

    Several models share the threads in this way, so that none is idle while the last chain of one model ends.
    """
    layout = ChainLayout(request)
    layout.algorithms  # noqa: B018  refuses what the couplings do not allow, before a checkpoint is made
    folder = None if checkpoint is None else CheckpointFolder(checkpoint, request.arguments)
    return threads.start(layout, folder, checkpoint_seconds, progress)
