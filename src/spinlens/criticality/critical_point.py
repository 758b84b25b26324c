"""From a coupling to its critical point: bracket, runs, crossings, limit."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.criticality.crossings import QUANTITIES, Crossing, Family, Ratio, crossing_values, find_crossings
from spinlens.criticality.observables import SizeCurves
from spinlens.criticality.scaling_fit import extrapolate
from spinlens.criticality.universality import correction_exponents
from spinlens.errors import ConvergenceError, CouplingError, InputError
from spinlens.lattice.couplings import Coupling, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.sampler import Progress as ChainProgress
from spinlens.sampling.sampler import sample
from spinlens.statistics.estimate import Estimate

_LADDER_STEP = 0.92
_LADDER_END = 0.05
_PILOT_DRAWS = 2000

Progress = Callable[[ChainProgress], None]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CriticalPoint:
    """Critical temperature (J/k_B), scaling dimensions, and U4 and ξ/L at criticality, with total errors.

    `systematic` holds, by quantity, the part of each error that comes from the unknown corrections to scaling.
    """

    temperature: Estimate
    delta_spin: Estimate
    delta_energy: Estimate
    binder: Estimate
    xi: Estimate | None
    crossings: tuple[Crossing, ...]
    xi_crossings: tuple[Crossing, ...]
    sizes: tuple[int, ...]
    systematic: dict[str, float]


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
) -> CriticalPoint:
    """Critical point of a ferromagnetic coupling from crossings of U4, without being told any temperature.

    A ladder of temperatures walks down from the mean-field value Σ J until U4 of the two smallest sizes has crossed;
    each size is then run at `points` temperatures around there, reweighted, and the crossings of consecutive sizes
    extrapolated in L.

    Parameters
    ----------
    coupling : `NearestNeighbour()` or `PowerLaw(sigma)`; tables belong to one size and cannot be scaled.
    sizes : at least three increasing L ≥ 4; ratios of two are best.
    dimension : 1, 2 or 3.
    draws : sweeps per chain and temperature; the error falls with its square root.
    chains : independent chains per temperature.
    points : temperatures per size.
    workers : threads; the result does not depend on it.

    Raises
    ------
    ConvergenceError : no crossing in range (1D nearest neighbour has no transition), or too few draws.

    Source: Binder (1981) for U4; Ballesteros et al. (1996) for the quotients.
    """
    sizes = check_sizes(sizes)
    models = [IsingModel((L,) * checks.positive_integer("dimension", dimension), coupling) for L in sizes]
    start = locate(models[0], models[1], seed, workers)
    runs = [scan(model, start, draws, chains, points, seed, workers, progress) for model in models]
    return analyse([SizeCurves.from_dataset(model, data) for model, data in zip(models, runs, strict=True)])


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Sizes fit for crossings: at least three, increasing, each ≥ 4."""
    checked = tuple(checks.positive_integer("size", L, minimum=4) for L in sizes)
    if len(checked) < 3 or any(a >= b for a, b in zip(checked[:-1], checked[1:], strict=True)):
        raise InputError(f"sizes must be at least three increasing numbers, got {list(sizes)}; for example 8 16 32")
    return checked


def locate(small: IsingModel, large: IsingModel, seed: int = 0, workers: int = 1) -> float:
    """A first estimate of T_c (percent level) from the U4 crossing of two small sizes.

    The mean-field temperature Σ_r J(r) bounds T_c from above, so the ladder starts there and goes down.
    """
    if min(float(small.coupling_table.min()), float(large.coupling_table.min())) < 0:
        raise CouplingError(
            "the critical point of a coupling with negative J(r) is not a ferromagnetic one: J ≥ 0 needed"
        )
    upper = small.coupling_sum
    temperature = upper
    while temperature > _LADDER_END * upper:
        lower = temperature * _LADDER_STEP
        curves = [
            SizeCurves.from_dataset(
                model,
                sample(
                    model, (lower, temperature), _PILOT_DRAWS, 2, seed, "swendsen-wang", workers=workers, energy=False
                ),
            )
            for model in (small, large)
        ]
        ordered = [size.binder_with_error(lower) for size in curves]
        difference, error = ordered[1][0] - ordered[0][0], math.hypot(ordered[0][1], ordered[1][1])
        if difference > 3 * error and difference > 0:
            return _refine(small, large, lower, temperature / _LADDER_STEP, seed, workers)
        temperature = lower
    raise ConvergenceError(
        f"U4 of L = {small.shape[0]} and {large.shape[0]} do not cross between T = {_LADDER_END * upper:.3g} and "
        f"{upper:.5g}: there is no transition at T > 0 in range, or the sizes are too small"
    )


def _refine(small: IsingModel, large: IsingModel, low: float, high: float, seed: int, workers: int) -> float:
    grid = tuple(np.linspace(low, high, 6).tolist())
    curves = [
        SizeCurves.from_dataset(
            model, sample(model, grid, _PILOT_DRAWS, 2, seed, "swendsen-wang", workers=workers, energy=False)
        )
        for model in (small, large)
    ]
    return float(crossing_values(curves[0], curves[1])[0])


def scan_temperatures(
    model: IsingModel, centre: float, points: int, seed: int = 0, workers: int = 1
) -> tuple[float, ...]:
    """`points` temperatures around `centre`, spaced so that the histograms of neighbours overlap.

    Spacing in θ = ln v is one over the standard deviation of the number of frozen bonds, from a short pilot run.
    """
    pilot = sample(model, centre, 400, 2, seed, "swendsen-wang", workers=workers, energy=False)
    spacing = 1.0 / float(pilot["bonds"].std())
    relative = spacing * _temperature_per_theta(model, centre)
    offsets = np.arange(points) - (points - 1) / 2
    return tuple((centre * np.exp(-relative * offsets)).tolist())


def _temperature_per_theta(model: IsingModel, temperature: float) -> float:
    """−d ln T / d ln v at one temperature, by a symmetric difference."""
    step = 1e-4
    up, down = (make_algorithm(model, temperature * math.exp(s)).fugacity for s in (step, -step))
    return 2 * step / math.log(down / up)


def scan(
    model: IsingModel,
    centre: float,
    draws: int,
    chains: int = 2,
    points: int = 5,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> xr.Dataset:
    """Cluster runs of one size around `centre`, ready for reweighting; see `scan_temperatures`.

    `checkpoint` is a folder from which the runs go on when called again, and are prolonged with more draws.
    """
    grid = scan_temperatures(model, centre, points, seed, workers)
    return sample(
        model,
        grid,
        draws,
        chains,
        seed,
        "swendsen-wang",
        workers=workers,
        energy=False,
        progress=progress,
        checkpoint=checkpoint,
    )


def _crossings(curves: Sequence[SizeCurves]) -> tuple[tuple[Family, ...], Array]:
    """Crossings of all ratios that have them; ξ/L is left out where noise hides a crossing of it in some replica."""
    ratios = _ratios(curves)
    if "xi" in ratios:
        try:
            families, covariances = find_crossings(curves, ratios)
            if np.isfinite(covariances).all():
                return families, covariances
        except ConvergenceError:
            pass
    return find_crossings(curves, ("binder",))


def _ratios(curves: Sequence[SizeCurves]) -> tuple[Ratio, ...]:
    """The scale-invariant ratios: ξ/L is one below the upper critical dimension only (above it ξ outgrows L)."""
    model = curves[-1].model
    mean_field = isinstance(model.coupling, PowerLaw) and model.coupling.sigma <= model.dimension / 2
    if mean_field or not all(size.has_xi for size in curves):
        return ("binder",)
    return ("binder", "xi")


def analyse(curves: Sequence[SizeCurves]) -> CriticalPoint:
    """Crossings of consecutive sizes and their limit L → ∞, see `analyse_with_influence`."""
    return analyse_with_influence(curves)[0]


def analyse_with_influence(curves: Sequence[SizeCurves]) -> tuple[CriticalPoint, tuple[float, ...]]:
    """Crossings of consecutive sizes and their limit L → ∞.

    T_c, Δ_s and Δ_ε are the common limit of the crossings of U4 and of ξ/L, whose corrections differ. Corrections fall
    as L^{−ω} for the dimensions and the ratios and as L^{−(y_t + ω)} for the crossing temperature; ω runs over what is
    possible for the coupling (`universality.correction_exponents`), y_t is that of the largest pair.

    Returns
    -------
    The critical point, and the part of the statistical variance of T_c that each size is responsible for.
    """
    model = curves[-1].model
    families, covariances = _crossings(curves)
    covariance = covariances.sum(axis=0)
    omegas = correction_exponents(model.coupling, model.dimension)
    y_t = max(model.dimension - families[0].crossings[-1].delta_energy.value, 0.1)
    limits, spreads = {}, {}

    def limit(name: str, quantity: str, chosen: Sequence[int], exponents: Sequence[float]) -> None:
        number, rows = QUANTITIES.index(quantity), [(f, pair) for f in chosen for pair in families[f].crossings]
        index = [4 * (f * len(families[f].crossings) + k) + number for f in chosen for k in range(len(curves) - 1)]
        values = np.array([getattr(pair, quantity).value for _, pair in rows])
        sizes, members = [pair.sizes[0] for _, pair in rows], [f for f, _ in rows]
        block = covariance[np.ix_(index, index)]
        limits[name], spreads[name] = extrapolate(sizes, values, block, exponents, members)

        if name == "temperature":
            weights = _sensitivity(lambda v: extrapolate(sizes, v, block, exponents, members)[0].value, values)
            influence.extend(float(weights @ part[np.ix_(index, index)] @ weights) for part in covariances)

    influence: list[float] = []
    everything = range(len(families))
    limit("temperature", "temperature", everything, [y_t + omega for omega in omegas])
    for name in ("delta_spin", "delta_energy"):
        limit(name, name, everything, omegas)
    for number, family in enumerate(families):
        limit(family.ratio, "value", [number], omegas)
    point = CriticalPoint(
        limits["temperature"],
        limits["delta_spin"],
        limits["delta_energy"],
        limits["binder"],
        limits.get("xi"),
        families[0].crossings,
        families[1].crossings if len(families) > 1 else (),
        tuple(size.L for size in curves),
        spreads,
    )
    return point, tuple(influence)


def _sensitivity(function: Callable[[Array], float], values: Array) -> Array:
    """Derivatives of a function of a few numbers, by symmetric differences."""
    step = 1e-6 * float(np.abs(values).max())
    shifts = step * np.eye(len(values))
    return np.array([(function(values + shift) - function(values - shift)) / (2 * step) for shift in shifts])
