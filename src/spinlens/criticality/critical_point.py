"""From a coupling to its critical point: bracket, runs, crossings, global fit."""

from __future__ import annotations

from collections.abc import Sequence

from spinlens import checks
from spinlens.criticality.analysis import analyse, analyse_with_influence
from spinlens.criticality.location import Progress, Windows, locate, scan, scan_temperatures
from spinlens.criticality.observables import SizeCurves
from spinlens.criticality.result import CriticalPoint
from spinlens.criticality.universality import Regime
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import sample
from spinlens.seeding import seed_sequence

__all__ = [
    "CriticalPoint", "analyse", "analyse_with_influence", "find_critical_point", "locate", "scan", "scan_temperatures",
]  # fmt: skip


def find_critical_point(
    coupling: Coupling,
    sizes: Sequence[int] = (8, 16, 32, 64),
    dimension: int = 2,
    seed: int = 0,
    draws: int = 20_000,
    chains: int = 2,
    points: int = 5,
    workers: int = 1,
    progress: Progress | None = None,
    regime: Regime | None = None,
    runs: list[SizeCurves] | None = None,
) -> CriticalPoint:
    """Critical point of a ferromagnetic coupling by finite-size scaling, without being told any temperature.

    A ladder of temperatures walks down from the mean-field value Σ J until U4 of the two smallest sizes has crossed;
    each size is then run at `points` temperatures around the crossing of the sizes before it, in windows that move
    until it crosses too. U4, ξ/L and ⟨m²⟩ of all sizes are reweighted and fitted together.

    Parameters
    ----------
    coupling : `NearestNeighbour()` or `PowerLaw(sigma)`; tables belong to one size and cannot be scaled.
    sizes : at least three increasing L ≥ 4; ratios of two are best.
    dimension : 1, 2 or 3.
    draws : sweeps per chain and temperature; the error falls with its square root.
    chains : independent chains per temperature.
    points : temperatures per size.
    workers : threads; the result does not depend on it.
    regime : universality class to assume instead of the one that theory expects (`universality.reference`).
    runs : a list that takes the runs of every size, for figures and further analysis.

    Raises
    ------
    ConvergenceError : no crossing in range (1D nearest neighbour has no transition), or too few draws.

    Source: Binder (1981) for U4; Ballesteros et al. (1996) for the quotients; Jay & Neil (2021) for the averages.
    """
    models = make_models(coupling, sizes, dimension)
    draws, chains = checks.positive_integer("draws", draws), checks.positive_integer("chains", chains)
    points = checks.positive_integer("points", points, minimum=2)

    def run(k: int, grid: tuple[float, ...], attempt: int) -> SizeCurves:
        purpose = int(seed_sequence(seed, "scan", attempt).generate_state(1)[0])
        data = sample(
            models[k], grid, draws, chains, purpose, "swendsen-wang", workers=workers, energy=False, progress=progress
        )
        return SizeCurves.from_dataset(models[k], data)

    windows = Windows(models, run, points, seed, workers)
    curves = windows.gather(locate_pair(models, seed, workers))
    if runs is not None:
        runs.extend(curves)
    return analyse(curves, regime)


def make_models(coupling: Coupling, sizes: Sequence[int], dimension: int) -> list[IsingModel]:
    """One lattice for each size."""
    dimension = checks.positive_integer("dimension", dimension)
    return [IsingModel((L,) * dimension, coupling) for L in check_sizes(sizes)]


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Sizes fit for crossings: at least three, increasing, each ≥ 4."""
    checked = tuple(checks.positive_integer("size", L, minimum=4) for L in sizes)
    if len(checked) < 3 or any(a >= b for a, b in zip(checked[:-1], checked[1:], strict=True)):
        raise InputError(f"sizes must be at least three increasing numbers, got {list(sizes)}; for example 8 16 32")
    return checked


def locate_pair(models: Sequence[IsingModel], seed: int, workers: int) -> float:
    """`locate` with the smallest size and the first that is twice as large."""
    small = models[0]
    large = next((model for model in models if model.shape[0] >= 2 * small.shape[0]), models[-1])
    return locate(small, large, seed, workers)
