"""Two-lattice matching: the critical temperature as the one at which blocking a lattice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import ConvergenceError, InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Parts, Progress, counted, telling
from spinlens.renormalization.block_spin import BlockRule, block_spin_flow
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.measurements import bin_slices, kept_means
from spinlens.renormalization.operators import AnyOperator, CouplingOperator, operator_values
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import estimate_of_rows, jackknife_error

_DEGREE = 3
_BEYOND = 0.5  # of half the range of temperatures: how far beyond its ends a zero is believed


@dataclass(frozen=True)
class Matching:
    """Where the large lattice blocked n + 1 times and the small one blocked n times agree.

    Attributes
    ----------
    blockings : int
        n.
    shape : tuple of int
        The lattice on which both end.
    operators : tuple of str
        Their names.
    temperatures : tuple of Estimate
        T_c from each operator.
    combined : Estimate
        Their mean weighted by 1/error², with its own jackknife error.
    spread : float
        Largest less smallest of `temperatures`.
    """

    blockings: int
    shape: tuple[int, ...]
    operators: tuple[str, ...]
    temperatures: tuple[Estimate, ...]
    combined: Estimate
    spread: float


@dataclass(frozen=True)
class TwoLatticeMatching:
    """Matchings with n = 0, 1, 2, …: each further blocking comes closer to the fixed point.

    Attributes
    ----------
    matchings : tuple of Matching
        One for each n, with `temperatures` (T_c from each of its `operators`), their mean `combined` weighted by
        1/error², and their `spread`, the largest less the smallest.
    """

    matchings: tuple[Matching, ...]

    @property
    def temperature(self) -> Estimate:
        """T_c of the last matching, with its statistical error."""
        return self.matchings[-1].combined

    @property
    def systematic(self) -> float:
        """How far T_c still moves: the change of the last blocking or the spread of operators, the larger."""
        values = [matching.combined.value for matching in self.matchings[-2:]]
        return max(self.matchings[-1].spread, max(values) - min(values))


@checked
def two_lattice_matching(
    coupling: Coupling,
    temperatures: Sequence[float],
    large: npt.ArrayLike,
    small: npt.ArrayLike,
    steps: int | None = None,
    scale: int = 2,
    rule: BlockRule = "majority",
    p: float | None = None,
    operators: Sequence[AnyOperator] | None = None,
    chains: int = 1,
    bins: int = 32,
    seed: int = 0,
    progress: Progress = None,
) -> TwoLatticeMatching:
    """T_c of a coupling from states of an L and an L/b lattice at the same temperatures.

    At T_c, and close to the fixed point, the L lattice blocked n + 1 times and the L/b lattice blocked n times are the
    same ensemble on the same lattice, so that finite-size effects cancel (an idea of Wilson, as used in [Pawley1984]_).
    The differences ⟨S_α⟩_L − ⟨S_α⟩_{L/b} pass from positive (cold) to negative (hot); their zero is found from a cubic
    in T through values and slopes, d⟨S⟩/dT = (⟨S E⟩ − ⟨S⟩⟨E⟩)/T² with the energy E of the lattice before blocking.

    Parameters
    ----------
    coupling : Coupling
        Of both lattices; its energy gives the slopes.
    temperatures : sequence of float
        (n_temperatures ≥ 2,) around T_c, within a few per cent: the cubic is local.
    large : array_like
        (n_temperatures, n_samples, L, …) spins ±1, equilibrium states of the coupling.
    small : array_like
        (n_temperatures, n_samples′, L/b, …) likewise.
    steps : int, optional
        Matchings n = 0 … steps − 1; by default it goes on until the common lattice is about to fall below 4.
    scale : int, default 2
        As in `block_spins`.
    rule : {"majority", "average", "decimation", "kadanoff"}
        As in `block_spins`.
    p : float, optional
        As in `block_spins`.
    operators : sequence of Operator, optional
        Even operators to match; by default the first four of `default_operators`.
    chains : int, default 1
        Runs of equal length that the samples consist of, one after the other.
    bins : int, default 32
        Jackknife bins, to be much longer than τ_int.
    seed : int, default 0
        Of the coins of random rules.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    TwoLatticeMatching
        T_c by blocking and operator with statistical errors; `systematic` beside them.

    Raises
    ------
    InputError
        Lattices that do not fit each other, one temperature only.
    ConvergenceError
        No zero within the temperatures: use others, or more samples.

    References
    ----------
    .. [Pawley1984] Pawley, Swendsen, Wallace & Wilson, Phys. Rev. B 29, 4030 (1984).

    Examples
    --------
    >>> from spinlens import NearestNeighbour, sample
    >>> T = [2.2, 2.35]
    >>> one, two = (sample(IsingModel((L, L), NearestNeighbour()), T, 1000, keep_spins=True) for L in (16, 8))
    >>> large, small = (data.spins.values.reshape(2, 2000, L, L) for data, L in ((one, 16), (two, 8)))
    >>> found = two_lattice_matching(NearestNeighbour(), T, large, small, steps=1, chains=2)
    >>> abs(found.temperature.value - 2.269) < 0.05
    True
    """
    grid = np.array(checks.temperatures(temperatures))
    scale, seed = checks.positive_integer("scale", scale, minimum=2), checks.seed(seed)
    states = (checks.spins("large", large), checks.spins("small", small))
    chains = checks.positive_integer("chains", chains)
    _check(grid, states, scale)
    sides = states[1].shape[2:]
    steps = _most(sides, scale) if steps is None else checks.positive_integer("steps", steps)
    chosen = _operators(operators, sides, scale ** (steps - 1))
    curves = []
    with telling(progress) as tell:
        sizes = Parts(tell, [scale ** len(sides), 1])
        for which, (name, ensemble) in enumerate(zip(("large", "small"), states, strict=True)):
            model = IsingModel(ensemble.shape[2:], coupling)
            parts = bin_slices(ensemble.shape[1], chains, checks.positive_integer("bins", bins, minimum=2))
            rows = []
            for number, temperature in enumerate(counted(grid, len(grid), sizes.part(which), "temperatures")):
                coins = int(seeding.generator(seed, name, number).integers(2**31))
                levels = [ensemble[number]]
                if steps > which:
                    levels.extend(
                        block_spin_flow(
                            ensemble[number], steps - which, scale, rule, p, coins, shape=ensemble.shape[2:]
                        ).states[1:]
                    )
                rows.append(_curve(model, float(temperature), ensemble[number], levels[1 - which :], chosen, parts))
            curves.append(np.stack(rows))
    difference = curves[0] - curves[1]  # (temperatures, steps, 2, bins + 1, operators)
    names = tuple(operator.name for operator in chosen)
    shapes = [tuple(side // scale**n for side in sides) for n in range(steps)]
    return TwoLatticeMatching(tuple(_match(n, shapes[n], names, grid, difference[:, n]) for n in range(steps)))


def _check(grid: Array, states: Sequence[npt.NDArray[np.int8]], scale: int) -> None:
    large, small = states
    if len(grid) < 2 or not np.all(np.isfinite(grid)) or grid.min() <= 0:
        raise InputError(f"matching needs at least two finite temperatures above 0, got {grid.tolist()}")
    for name, ensemble in zip(("large", "small"), states, strict=True):
        if not 3 <= ensemble.ndim <= 5 or len(ensemble) != len(grid):
            raise InputError(
                f"{name} must have shape (n_temperatures = {len(grid)}, n_samples, L_1, …), got {ensemble.shape}"
            )
    if large.shape[2:] != tuple(scale * side for side in small.shape[2:]):
        raise InputError(
            f"the sides of the large lattice must be {scale} times those of the small one, got {large.shape[2:]} and "
            f"{small.shape[2:]}"
        )


def _operators(
    operators: Sequence[AnyOperator] | None, sides: tuple[int, ...], blocked: int
) -> tuple[AnyOperator, ...]:
    """The operators asked for, or the first four defaults that fit the coarsest lattice."""
    if operators is None:
        chosen = default_operators(len(sides), "even", min(sides) // blocked)[:4]
        if not chosen:
            raise InputError(f"sides {sides} of the small lattice leave no room for operators: take fewer steps")
        return chosen
    if not operators or any(operator.parity != "even" for operator in operators):
        raise InputError(f"matching needs even operators, got {[operator.name for operator in operators]}")
    return tuple(operators)


def _most(sides: tuple[int, ...], scale: int) -> int:
    """Matchings until a side of the common lattice would not be whole or fall below 4."""
    steps = 1
    while all(side % scale**steps == 0 and side // scale**steps >= 4 for side in sides):
        steps += 1
    return steps


def _curve(
    model: IsingModel,
    temperature: float,
    states: npt.NDArray[np.int8],
    levels: Sequence[npt.NDArray[np.int8]],
    operators: Sequence[AnyOperator],
    parts: Sequence[slice],
) -> Array:
    """⟨S⟩ and d⟨S⟩/dT of every level, of all bins and without each: (levels, 2, bins + 1, operators)."""
    energy = -operator_values(states, [CouplingOperator("energy", model.coupling)])
    energy -= energy.mean()
    mean_energy = kept_means(energy, parts)
    found = []
    for level in levels:
        values = operator_values(level, operators)
        mean = kept_means(values, parts)
        slope = (kept_means(values * energy, parts) - mean * mean_energy) / temperature**2
        found.append(np.stack([mean, slope]))
    return np.stack(found)


def _match(n: int, shape: tuple[int, ...], names: tuple[str, ...], grid: Array, difference: Array) -> Matching:
    """The zeros of differences (temperatures, 2, bins + 1, operators)."""
    centre, half = (grid.max() + grid.min()) / 2, np.ptp(grid) / 2
    scaled = difference * np.array([1.0, half])[:, None, None]  # slopes per half range
    zeros = np.stack([_zeros((grid - centre) / half, scaled[..., k]) for k in range(len(names))])
    if not np.isfinite(zeros).all():  # of all data, or without one bin
        lost = [name for name, row in zip(names, zeros, strict=True) if not np.isfinite(row).all()]
        raise ConvergenceError(
            f"{', '.join(lost)} after {n} blockings of the small lattice: no match between T = {grid.min():g} and "
            f"{grid.max():g}; use temperatures around T_c, or more samples"
        )
    temperatures = centre + half * zeros  # (operators, bins + 1)
    estimates = tuple(estimate_of_rows(row) for row in temperatures)
    weights = 1 / np.array([max(found.error, 1e-12 * found.value) for found in estimates]) ** 2
    combined = estimate_of_rows(weights @ temperatures / weights.sum())
    return Matching(n, shape, names, estimates, combined, float(np.ptp(temperatures[:, 0])))


def _zeros(x: Array, difference: Array) -> Array:
    """Falling zeros of cubics through values and slopes (temperatures, 2, bins + 1): of all, and without each bin."""
    power = np.arange(_DEGREE + 1)
    rows = np.stack([x[:, None] ** power, power * x[:, None] ** np.maximum(power - 1, 0)], axis=1).reshape(
        -1, len(power)
    )
    data = difference.reshape(-1, difference.shape[-1])  # (temperatures · 2, bins + 1)
    replicas = data[:, 1:]
    error = jackknife_error(replicas.T)
    error = np.maximum(error, 1e-9 * np.abs(data[:, 0]).max())
    coefficients = np.linalg.lstsq(rows / error[:, None], data / error[:, None], rcond=None)[0]
    full = _falling_zero(coefficients[:, 0], 0.0)
    return np.array([full, *(_falling_zero(column, full) for column in coefficients[:, 1:].T)])


def _falling_zero(coefficients: Array, near: float) -> float:
    """The zero next to `near` at which the polynomial falls, within the temperatures or a little beyond; else nan."""
    polynomial = np.polynomial.Polynomial(coefficients)
    roots = polynomial.roots()
    real = roots[np.abs(roots.imag) < 1e-9].real
    good = [float(root) for root in real if abs(root) <= 1 + _BEYOND and polynomial.deriv()(root) < 0]
    return min(good, key=lambda root: abs(root - near)) if good else float("nan")
