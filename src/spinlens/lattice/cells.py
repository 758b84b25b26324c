"""Power laws averaged over unit cells, the couplings that Luijten & Blöte (1997) simulate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from spinlens.arrays import Array

_BATCH = 1 << 18  # points evaluated at once
_ROUNDING = 36.0  # −ln of the error wanted, below the rounding of the sums


def cell_integrals(box: tuple[range, ...], exponent: float, extra: int = 0) -> Array:
    """∫ |x|^{−s} d^dx over the unit cell centred at every R of a box; 0 for the cell at the origin.

    Gauss–Legendre products. The integrand is singular at the origin only; seen from a cell whose largest component
    is M that is at least 2M − 1 half cells away, off the axis of integration, so n points leave an error of
    ρ^{−2n} with ρ = 2M − 1 + √((2M − 1)² + 1) [Trefethen2013]_: 22 points at M = 1, 5 at 30.

    Parameters
    ----------
    box : tuple of range
        For each axis the components of R, integers ≥ 0.
    exponent : float
        s.
    extra : int, default 0
        Points added to every order, to see whether they change anything.

    Returns
    -------
    ndarray
        The integrals, of the shape of the box.

    References
    ----------
    .. [Trefethen2013] L. N. Trefethen, Approximation Theory and Approximation Practice (2013), ch. 19.

    Examples
    --------
    >>> round(float(cell_integrals((range(3),), 2.0)[1]), 12)  # 1/(1/2) − 1/(3/2)
    1.333333333333
    """
    largest = np.zeros((), dtype=np.int64)
    for components in box:
        largest = np.maximum.outer(largest, np.array(components))
    orders = _orders(int(largest.max()), exponent) + extra
    order_of_cell = orders[largest]
    start = np.array([components[0] for components in box])
    table = np.zeros(largest.shape)
    for order in np.unique(order_of_cell):
        chosen = (order_of_cell == order) & (largest > 0)
        if chosen.any():
            table[chosen] = _integrate(start + np.argwhere(chosen), exponent, int(order))
    return table


def outside_integral(dimension: int, exponent: float) -> float:
    """∫ |x|^{−s} d^dx over all space outside the unit cell at the origin: the sum of all couplings between cells.

    By the divergence theorem (d/σ) ∫ (¼ + y²)^{−s/2} d^{d−1}y over a face, s = d + σ.

    >>> round(outside_integral(1, 1.5), 12) == round(2 * 2**0.5 / 0.5, 12)
    True
    >>> round(outside_integral(2, 3.0), 12) == round(8 * 2**0.5, 12)
    True
    """
    nodes, weights = np.polynomial.legendre.leggauss(60)
    squared, weight = np.full((), 0.25), np.ones(())
    for _ in range(dimension - 1):
        squared = np.add.outer(squared, (nodes / 2) ** 2)
        weight = np.multiply.outer(weight, weights / 2)
    return float(dimension / (exponent - dimension) * np.sum(weight * squared ** (-exponent / 2)))


def _orders(largest: int, exponent: float) -> npt.NDArray[np.int64]:
    """Gauss–Legendre points for cells whose largest component is 0 … `largest`; the first entry is not used."""
    distance = 2 * np.maximum(np.arange(largest + 1), 1) - 1.0
    gain = 2 * np.log(distance + np.hypot(distance, 1))
    degree = 2 * np.ceil(_ROUNDING / gain)
    growth = gammaln(degree + exponent) - gammaln(degree + 1) - gammaln(exponent)
    return np.asarray(np.ceil((_ROUNDING + growth) / gain), dtype=np.int64)


def _integrate(cells: npt.NDArray[np.int64], exponent: float, order: int) -> Array:
    """Integrals over the unit cells centred at `cells` (n, d)."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    dimension = cells.shape[1]
    weight = np.ones(())
    for _ in range(dimension):
        weight = np.multiply.outer(weight, weights / 2)
    batch = max(1, _BATCH // weight.size)
    parts = [_values(cells[k : k + batch], nodes / 2, exponent) @ weight.ravel() for k in range(0, len(cells), batch)]
    return np.concatenate(parts)


def _values(cells: npt.NDArray[np.int64], nodes: Array, exponent: float) -> Array:
    """|x|^{−s} at the points (n, order^d) of a product rule in each cell."""
    squared = np.zeros((len(cells), 1))
    for axis in range(cells.shape[1]):
        component = (cells[:, axis, None] + nodes) ** 2
        squared = (squared[:, :, None] + component[:, None, :]).reshape(len(cells), -1)
    return np.asarray(squared ** (-exponent / 2))
