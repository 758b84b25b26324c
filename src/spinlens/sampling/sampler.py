"""`sample`: Monte Carlo of one model over temperatures and chains, as an xarray Dataset."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence

import xarray as xr

from spinlens import checks
from spinlens.border import checked
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Progress, Tell, silent, telling
from spinlens.sampling.chain_layout import ChainLayout
from spinlens.sampling.chains.checkpoint import CheckpointFolder
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.cost import require_affordable
from spinlens.sampling.dataset import require_converged
from spinlens.sampling.threads import Threads

__all__ = ["RunRequest", "Threads", "sample", "start_sampling"]


@checked
def sample(
    model: IsingModel,
    temperatures: float | Sequence[float],
    draws: int,
    chains: int = 2,
    seed: int = 0,
    algorithm: str = "auto",
    keep_spins: bool = False,
    workers: int | None = None,
    thin: int = 1,
    warmup: int | None = None,
    energy: bool = True,
    progress: Progress = None,
    *,
    series: bool = True,
    correlations: bool = False,
    exchange: bool = False,
    wrapping: bool = False,
    strict: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 30.0,
) -> xr.Dataset:
    """Sample the Boltzmann distribution p(s) ∝ e^{−H(s)/T} of an Ising model.

    Cluster moves cost O(N) a sweep whatever the range of the couplings. Error bars contain autocorrelation: error² is
    2 τ_int var / n.

    Parameters
    ----------
    model : IsingModel
        The lattice with its coupling and field.
    temperatures : float or sequence of float
        T ≥ 0 in units of J/k_B, each once. 0 (the ground states of a ferromagnet, ± with equal probability) and inf
        (free spins) are legal and drawn exactly.
    draws : int
        Measurements of each chain, one every `thin` sweeps.
    chains : int, default 2
        Independent chains of each temperature, each with a random start and a stream of its own. Two at least, so that
        they can be compared.
    seed : int, default 0
        The one seed ≥ 0; the same seed gives the same draws for any number of workers and whatever else is sampled.
    algorithm : str, default "auto"
        "auto" (Swendsen–Wang for J ≥ 0, else Metropolis), "swendsen-wang" ([FukuiTodo2009]_ for long range), "wolff"
        ([LuijtenBlote1995]_ for long range), "metropolis", "heat-bath", "clock" (single spins at a cost independent of
        the range, [Michel2019]_), "multi-spin-metropolis" or "multi-spin-heat-bath" (nearest neighbours, 64 chains in
        the bits of a word: 64 chains take the time of one).
    keep_spins : bool, default False
        Keep the state of every draw: one bit a spin while running, one byte in the result.
    workers : int, optional
        Threads that run chains side by side; as many as there are cores by default.
    thin : int, default 1
        Sweeps between draws.
    warmup : int, optional
        Sweeps to discard; by default the data decide: 50 τ_int, and halves that agree.
    energy : bool, default True
        Measure the energy of every draw: for power laws an O(N log N) Fourier transform a draw.
    progress : bool or callable, optional
        True shows where the run stands, False does not; by default a bar in notebooks and at the prompt. A callable is
        told a `Step` every quarter of a second and when the chains of a temperature are warm; see `spinlens.progress`.
    series : bool, default True
        Keep every draw. False keeps bin means (512 to 1,024 bins a chain, all of 2^l draws) and blocking variances, in
        the same amount of memory for 10⁵ sweeps as for 10⁹.
    correlations : bool, default False
        Average G(r) = ⟨s_0 s_r⟩ over up to 32 bins, by an O(N log N) Fourier transform a draw.
    exchange : bool, default False
        Single-spin chains at neighbouring temperatures swap their states after every draw [HukushimaNemoto1996]_. For
        couplings of mixed sign, metastable states in a field, domains; aim at a `swap_acceptance` of 0.2 in every gap.
    wrapping : bool, default False
        Swendsen–Wang in two dimensions without a field: say of every draw whether clusters wind around the torus.
        A bond leads the shortest way; of two equally short ones each pair has its own.
    strict : bool, default False
        Raise where `converged` would be False.
    checkpoint : path-like, optional
        A folder that keeps the state of every chain. Called again after any kill, with the same arguments, the run goes
        on and gives the numbers of the unbroken one; with more `draws` it is prolonged.
    checkpoint_seconds : float, default 30.0
        Time between saves of a chain; saving never takes more than a twentieth of the time.

    Returns
    -------
    xarray.Dataset
        With dims (temperature, chain, draw[, x, y, z]), or (temperature, chain, bin) with ``series=False``:
        `magnetization` (signed, per spin), `m2`, `m4` (per-spin moments, for cluster moves improved estimators such as
        ⟨m²⟩ = Σ n_c²/N²), `energy` (per spin, in units of J), the lowest Fourier modes `mode_x`, … for ξ, `spins` of ±1
        when kept; for Swendsen–Wang `bonds`, with the coordinate `fugacity` v(T) such that a graph weighs v^bonds, and
        `largest_cluster`; with `wrapping` `wraps_none`, whether no cluster winds around the torus (its mean is R_0),
        and `wraps_both`, whether one does so in two directions (R_2; [Newman2001]_; R_2 − 2 R_0 vanishes at T_c of the
        square at any L). Bins hold in addition `abs_magnetization` and products (`energy_squared`, `bonds_m2`, …),
        whose averages do not follow from bin means, `draw_variance` and `blocking_error` (…, level) of blocks of
        2^level draws.

        (temperature, observable): `average`, its `error` (one standard deviation, autocorrelation included), `tau_int`
        in draws, `split_r_hat`. (temperature, chain): `warmup`, the sweeps discarded, and `warm`, whether they
        sufficed; (temperature): `converged`, chains all warm and in agreement, with an attribute ``remedy`` that says
        what to do where some are not. What a temperature does not have, as the clusters of T = 0, is nan. `correlation`
        (temperature, chain, correlation_bin, r_x, …). With `exchange`: `swap_acceptance` (chain, gap) between rising
        temperatures, `round_trips` (chain,) cold → hot → cold, and
        `replica` (temperature, chain, draw). `model_of` makes the model again from it, also after a stay in a file.

    Raises
    ------
    InputError
        An argument cannot be used: the message says what is expected.
    CouplingError
        The algorithm cannot move these couplings: use the one that the message names.
    CheckpointError
        The checkpoint is of other arguments or damaged: give another path or remove it.
    ConvergenceError
        With `strict`, a run that is too short: the message says whether to warm up or to draw more.

    References
    ----------
    .. [SwendsenWang1987] R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987).
    .. [Wolff1989] U. Wolff, Phys. Rev. Lett. 62, 361 (1989).
    .. [LuijtenBlote1995] E. Luijten and H. W. J. Blöte, Int. J. Mod. Phys. C 6, 359 (1995).
    .. [FukuiTodo2009] K. Fukui and S. Todo, J. Comput. Phys. 228, 2629 (2009).
    .. [Michel2019] M. Michel, X. Tan and Y. Deng, Phys. Rev. E 99, 010105 (2019).
    .. [Newman2001] M. E. J. Newman and R. M. Ziff, Phys. Rev. E 64, 016706 (2001): clusters that wrap, by union–find.
    .. [HukushimaNemoto1996] K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996).

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
        series, correlations, exchange, wrapping,
    )  # fmt: skip
    with telling(progress) as tell, Threads(checks.workers("workers", workers)) as threads:
        data = start_sampling(threads, request, tell, checkpoint, checkpoint_seconds)()
    if strict:
        require_converged(data, model)
    return data


def start_sampling(
    threads: Threads,
    request: RunRequest,
    tell: Tell = silent,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 30.0,
) -> Callable[[], xr.Dataset]:
    """Queue the chains of a request; the function returned waits for them and gives what `sample` gives.

    Several models share the threads in this way, so that none is idle while the last chain of one model ends.
    """
    layout = ChainLayout(request)
    require_affordable(request, layout.algorithms, threads.workers)  # before a checkpoint is made
    folder = None if checkpoint is None else CheckpointFolder(checkpoint, request.arguments)
    found = threads.start(layout, folder, checks.seconds("checkpoint_seconds", checkpoint_seconds), tell)
    if folder is None or len(folder.made_with) == 1:
        return found
    return lambda: found().assign_attrs(mixed_with=json.dumps(folder.made_with[:-1]))
