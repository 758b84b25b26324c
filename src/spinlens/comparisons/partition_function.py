"""ln Z of a lattice: exact where an exact solution exists, by thermodynamic integration for any other coupling."""

from __future__ import annotations

import math

import numpy as np

from spinlens import checks, exact
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Progress
from spinlens.sampling.sampler import sample
from spinlens.statistics.estimate import Estimate

METHODS = ("auto", "exact", "integration")
_LARGEST_ENUMERATION = 16


@checked
def log_partition_function(
    model: IsingModel,
    temperature: float,
    method: str = "auto",
    *,
    nodes: int = 33,
    draws: int = 10_000,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = None,
) -> Estimate:
    """ln Z = ln Σ_s e^{−H(s)/T} of a lattice, in nats.

    Exact for the square with nearest neighbours [Kaufman1949]_ and for up to 16 sites; otherwise
    ln Z(β) = N ln 2 less the integral of ⟨H⟩ from 0 to β, by Clenshaw–Curtis quadrature over `nodes` sampled
    temperatures.

    Parameters
    ----------
    model : IsingModel
        The lattice; integration takes any coupling that `sample` takes.
    temperature : float
        T ≥ J/350, J the largest |J(r)|, in units of J/k_B; inf gives N ln 2.
    method : {"auto", "exact", "integration"}
        "auto" is exact where that can be.
    nodes : int
        Of the quadrature, 2^k + 1 of them; that of infinite temperature is known.
    draws : int
        Sweeps measured in each of two chains at every node.
    seed : int
        Seeds the sampling.
    workers : int, optional
        Threads that sample side by side; as many as there are cores by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    Estimate
        The error holds the statistical one, autocorrelation included, and the difference from half the nodes where that
        is larger than it; 0 where the answer is exact.

    Raises
    ------
    InputError
        A temperature below that, a number of nodes that is no power of two and one, or "exact" where there is no exact
        solution.

    Notes
    -----
    Cost: a run of `sample` at each node. The statistical error falls with the square root of `draws`.

    References
    ----------
    .. [Kaufman1949] Kaufman, Phys. Rev. 76, 1232 (1949).

    Examples
    --------
    Nine spins that are free at infinite temperature.

    >>> from spinlens import PowerLaw
    >>> found = log_partition_function(IsingModel((3, 3), PowerLaw(1.2)), float("inf"))
    >>> float(round(found.value / math.log(2), 12))
    9.0
    """
    (T,) = checks.temperatures(temperature)
    checks.choice("method", method, METHODS)
    if T == 0:
        raise InputError("ln Z diverges at T = 0: give a temperature above 0")
    if math.isinf(T):
        return Estimate(model.n_sites * math.log(2), 0.0)
    checks.temperature(T, float(np.abs(model.coupling_table).max()))
    known = None if method == "integration" else _exact(model, T)
    if known is not None:
        return Estimate(known, 0.0)
    if method == "exact":
        raise InputError(f"no exact ln Z of {model}: use method='integration'")
    return _integrated(model, T, nodes, draws, seed, workers, progress)


def _exact(model: IsingModel, T: float) -> float | None:
    square = model.dimension == 2 and len(set(model.shape)) == 1
    if isinstance(model.coupling, NearestNeighbour) and square and not model.field:
        return exact.kaufman(model.shape[0], T / model.coupling.strength).log_z
    return exact.enumerate(model, T).log_z if model.n_sites <= _LARGEST_ENUMERATION else None


def _integrated(
    model: IsingModel, T: float, nodes: int, draws: int, seed: int, workers: int | None, progress: Progress
) -> Estimate:
    if nodes < 5 or (nodes - 1) & (nodes - 2):
        raise InputError(f"nodes must be a power of two and one, such as 17, 33 or 65; got {nodes!r}")
    place = (1 + np.cos(np.pi * np.arange(nodes) / (nodes - 1))) / 2  # of β′ / β, from 1 down to 0
    grid = [T / x for x in place[:-1]]
    data = sample(model, grid, draws, 2, seed, series=False, workers=workers, progress=progress)
    energy, error = (
        np.append(data[name].sel(observable="energy").values * model.n_sites, 0.0) for name in ("average", "error")
    )  # ⟨H⟩ = 0 at infinite temperature
    weight = clenshaw_curtis(nodes) / T
    fine, coarse = -weight @ energy, -(clenshaw_curtis((nodes + 1) // 2) / T) @ energy[::2]
    statistical = float(np.sqrt(np.sum((weight * error) ** 2)))
    excess = max(0.0, abs(float(fine - coarse)) - 2 * statistical)
    return Estimate(float(model.n_sites * math.log(2) + fine), math.hypot(statistical, excess))


def clenshaw_curtis(nodes: int) -> Array:
    """Weights (nodes,) of the integral over [0, 1] of a function at (1 + cos(π k / (nodes − 1))) / 2.

    >>> clenshaw_curtis(3).round(12).tolist()  # Simpson's rule
    [0.166666666667, 0.666666666667, 0.166666666667]
    """
    n = nodes - 1
    angle = np.pi * np.arange(nodes) / n
    frequency = np.arange(0, n + 1, 2)
    share = np.where((frequency == 0) | (frequency == n), 1.0, 2.0) / (1.0 - frequency**2)
    weights = np.cos(np.outer(angle, frequency)) @ share / n
    weights[[0, -1]] /= 2
    return np.asarray(weights)
