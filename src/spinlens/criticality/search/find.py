"""From a coupling to its critical point: a first look, windows, what a strategy spends in them, and the analysis."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from spinlens import checks
from spinlens.border import checked
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.analysis.curve_tables import scaling_curves
from spinlens.criticality.search.budget import TimeBudget, seconds_of
from spinlens.criticality.search.budgeted import Budget
from spinlens.criticality.search.request import Search, SearchRequest
from spinlens.criticality.search.search_folder import SearchFolder
from spinlens.criticality.search.sizes import make_models
from spinlens.criticality.search.strategy import FixedDraws, Strategy
from spinlens.criticality.universality import Regime
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.progress import Progress, Tell, silent, telling
from spinlens.resources import SWEEP, afford
from spinlens.versions import made_with


@checked
def find_critical_point(
    coupling: Coupling,
    sizes: Sequence[int] = (8, 16, 32, 64),
    dimension: int = 2,
    seed: int = 0,
    draws: int | None = None,
    chains: int | None = None,
    points: int = 5,
    workers: int | None = None,
    progress: Progress = None,
    regime: Regime | None = None,
    *,
    wrapping: bool = False,
    budget: str | float | TimeBudget | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> CriticalPoint:
    """Critical point of a ferromagnetic coupling by finite-size scaling, without being told any temperature.

    A ladder of temperatures walks down from the mean-field value Σ J until U4 of the two smallest sizes has crossed;
    each size is then run at `points` temperatures around the crossing of the two sizes before it, in a window that
    moves until it crosses too. U4, ξ/L and ⟨m²⟩ of all sizes are reweighted in the number of frozen bonds and fitted
    together, R(T, L) = R* + a₁ x + a₂ x² + corrections, x = ln(T_c/T) L^{y_t}.

    Parameters
    ----------
    coupling : Coupling
        `NearestNeighbour()` or `PowerLaw(sigma)`, J(r) ≥ 0; tables belong to one size and cannot be scaled.
    sizes : sequence of int
        At least three increasing L ≥ 4; ratios of two are best.
    dimension : int
        1, 2 or 3.
    seed : int
        The one seed; the same seed gives the same numbers for any number of workers.
    draws : int, optional
        Sweeps per chain and temperature, 20,000 without a budget; the error falls with its square root.
    chains : int, optional
        Independent chains per temperature, 2 without a budget.
    points : int
        Temperatures per size.
    workers : int, optional
        Threads; as many as there are cores by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt. A callable is told a
        `Step` before the runs of a size, after every round of a budget (these are `lasting`), and now and then while
        runs are underway; see `spinlens.progress`.
    regime : str, optional
        Universality class to assume instead of the one that theory expects: "short-range", "long-range", "mean-field"
        or "boundary".
    wrapping : bool, default False
        Count Fortuin–Kasteleyn clusters that wind around the torus, too (two dimensions): their R_p = R_2 − 2 R_0 joins
        U4 and ξ/L in the fit and in the crossings. Sweeps take longer for it, and the error of T_c is lower.
    budget : str or float, optional
        What to spend, instead of `draws` and `chains`: a time such as "5m", or a number of spin updates, L^d a sweep.
        Sweeps then go where they lower the error of T_c most.
    checkpoint : path, optional
        A folder that keeps the runs. Called again with the same arguments after any kill, the search goes on and gives
        the numbers of an unbroken one; more draws or a larger budget prolong it.

    Returns
    -------
    CriticalPoint
        T_c, Δ_s, Δ_ε, U4 and ξ/L with total errors: of noise, between fits, and of unknown corrections to scaling.

    Raises
    ------
    ConvergenceError
        No crossing in range (nearest neighbours in one dimension have no transition), or too few draws: draw more, or
        take other sizes.
    InputError
        Arguments that cannot be used; the message says which and why.
    CheckpointError
        The folder belongs to another search or is damaged: give another one, or remove it.

    Notes
    -----
    Cost: O(N) a sweep whatever the range. Errors assume the corrections to scaling of the class; with sizes below 8
    they may be larger than the fits know.

    References
    ----------
    .. [Binder1981] Binder, Z. Phys. B 43, 119 (1981), for U4.
    .. [Ballesteros1996] Ballesteros et al., Phys. Lett. B 378, 207 (1996), for the quotients at crossings.
    .. [FerrenbergSwendsen1989] Ferrenberg & Swendsen, Phys. Rev. Lett. 63, 1195 (1989), for the reweighting.
    .. [Lepage2002] Lepage et al., Nucl. Phys. B Proc. Suppl. 106, 12 (2002), for priors of corrections.

    Examples
    --------
    The square lattice, T_c = 2 / ln(1 + √2) = 2.269185… and Δ_s = 1/8:

    >>> from spinlens import NearestNeighbour
    >>> point = find_critical_point(NearestNeighbour(), (4, 8, 16), draws=2000, seed=1)
    >>> bool(abs(point.temperature.deviation(2.269185)) < 4), bool(abs(point.delta_spin.deviation(0.125)) < 4)
    (True, True)
    """
    threads = checks.workers("workers", workers)
    strategy = make_strategy(draws, chains, budget, threads)
    with telling(progress) as tell:
        about = (dimension, seed, points, threads, regime, wrapping)
        return search(coupling, sizes, strategy, *about, tell, checkpoint).point


def search(
    coupling: Coupling,
    sizes: Sequence[int],
    strategy: Strategy,
    dimension: int = 2,
    seed: int = 0,
    points: int = 5,
    workers: int = 1,
    regime: Regime | None = None,
    wrapping: bool = False,
    tell: Tell = silent,
    checkpoint: str | os.PathLike[str] | None = None,
) -> Search:
    """`find_critical_point` with the runs that the critical point rests on; `strategy` decides about their draws."""
    models = make_models(coupling, sizes, dimension)
    asked = {
        "coupling": repr(coupling), "sizes": [model.shape[0] for model in models], "dimension": dimension,
        "seed": checks.seed(seed), "points": checks.positive_integer("points", points, minimum=2),
        **({"wrapping": True} if wrapping else {}), **strategy.arguments(),
    }  # fmt: skip
    check_wrapping(wrapping, dimension)
    checks.positive_integer("workers", workers)
    updates = strategy.updates(sum(model.n_sites for model in models), points)
    afford("this search", SWEEP * updates / workers, 0, "ask for fewer draws, or give a budget of time, such as '2h'")
    folder = None if checkpoint is None else SearchFolder(checkpoint, asked)
    found = strategy.search(SearchRequest(models, seed, points, workers, regime, folder, tell, wrapping))
    makes = (made_with(),) if folder is None else tuple(folder.made_with)
    return replace(found, point=replace(found.point, curves=scaling_curves(found.curves)), made_with=makes)


def check_wrapping(wrapping: bool, dimension: int) -> None:
    """Raise where clusters cannot wind around a torus in two directions."""
    if wrapping and dimension != 2:
        raise InputError(f"wrapping is for two dimensions, got dimension = {dimension}")


def make_strategy(
    draws: int | None, chains: int | None, budget: str | float | TimeBudget | None, workers: int
) -> Strategy:
    """`FixedDraws`, or `Budget` where one is given: a number of spin updates, or a time, which text such as "5m" is."""
    if budget is None:
        given = {"draws": draws, "chains": chains}
        return FixedDraws(**{name: value for name, value in given.items() if value is not None})
    if draws is not None or chains is not None:
        raise InputError("a budget decides about draws and chains itself: give either budget, or draws and chains")
    return Budget(TimeBudget(seconds_of(budget), workers) if isinstance(budget, str) else budget)
