"""From finite sizes to infinity: fits with a correction L^{−x}, averaged over x and over the smallest size kept."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from spinlens.arrays import Array
from spinlens.statistics.estimate import Estimate

_IMPROBABLE = 0.05


def extrapolate(
    sizes: npt.ArrayLike,
    values: Array,
    covariance: Array,
    exponents: Sequence[float],
    families: npt.ArrayLike | None = None,
) -> tuple[Estimate, float]:
    """The common limit of values(L) = limit + a_f L^{−x} for unknown x, with an amplitude a_f for each family f.

    Every x in `exponents`, with all sizes or without the smallest ones, is one generalised least-squares fit, and so is
    no correction at all (a = 0). They are averaged with the weights exp(−AIC/2), AIC = χ² + 2 k + 2 n_cut
    (Jay & Neil 2021), and improbable ones have larger errors, see `misfit`.

    Parameters
    ----------
    sizes : array of numbers
        (n,), L of each value; for a crossing, the smaller of the two.
    values, covariance : array of floats
        (n,) and (n, n).
    exponents : sequence of floats
        x tried, spanning what is physically possible.
    families : array of ints, optional
        (n,), the family of each value; families tend to the same limit with corrections of their own.

    Returns
    -------
    limit : Estimate
        With its total error: statistical, and the spread between fits, in quadrature.
    spread : float
        Standard deviation of the limit between the fits, by their weights.
    """
    L = np.asarray(sizes, dtype=np.float64)
    family = np.zeros(len(L), dtype=int) if families is None else np.asarray(families)
    fits = []
    distinct = np.unique(L)
    for smallest in distinct[: max(1, len(distinct) - 1)]:
        kept = smallest <= L
        for x in (None, *exponents):
            columns = [np.ones(kept.sum())]
            if x is not None:
                columns += [np.where(family[kept] == f, L[kept] ** -x, 0.0) for f in np.unique(family)]
            if len(columns) <= kept.sum():
                cut = int((~kept).sum())
                fits.append(_fit(np.stack(columns, axis=1), values[kept], covariance[np.ix_(kept, kept)], cut))
    limits, variances, aic = np.array(fits).T.copy()  # (fits,) each
    weights = np.exp(-0.5 * (aic - aic.min()))
    weights /= weights.sum()
    mean = float(weights @ limits)
    spread = math.sqrt(float(weights @ (limits - mean) ** 2))
    return Estimate(mean, math.hypot(math.sqrt(float(weights @ variances)), spread)), spread


def _fit(design: Array, values: Array, covariance: Array, cut: int) -> tuple[float, float, float]:
    """Limit, its variance and the AIC of one generalised least-squares fit; design (n, k), the limit first."""
    precision = np.linalg.pinv(covariance, hermitian=True)  # C⁻¹ (n, n)
    normal = np.linalg.inv(design.T @ precision @ design)  # (Xᵀ C⁻¹ X)⁻¹ (k, k), the covariance of the parameters
    parameters = normal @ design.T @ precision @ values  # (k,)
    residual = values - design @ parameters
    chi2 = float(residual @ precision @ residual)
    variance = float(normal[0, 0]) * misfit(chi2, len(values) - design.shape[1])
    return float(parameters[0]), variance, chi2 + 2 * design.shape[1] + 2 * cut


def misfit(chi2: float, freedom: float) -> float:
    """What the variances of a fit are multiplied by: χ²/ν where p < 5 %, else 1.

    After the Particle Data Group, who do it for any χ² > ν; but there chance alone would enlarge errors.
    """
    return max(1.0, chi2 / max(1.0, freedom)) if p_value(chi2, freedom) < _IMPROBABLE else 1.0


def p_value(chi2: float, freedom: float) -> float:
    """Probability of a larger χ² by chance; nan without degrees of freedom."""
    return float(chdtrc(freedom, max(chi2, 0.0))) if freedom > 0 else math.nan
