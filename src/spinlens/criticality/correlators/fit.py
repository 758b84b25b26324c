"""A scaling dimension from one correlator at several sizes: power law, corrections with a prior, uncertain T_c."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens.criticality.analysis.scaling_fit import p_value
from spinlens.errors import InputError
from spinlens.statistics.estimate import Estimate


@dataclass(frozen=True)
class Dimension:
    """Δ of G(L/2) ~ L^{−2Δ} (1 + corrections), and how well that describes the sizes.

    Attributes
    ----------
    value : Δ with all of its error.
    statistical : the error from the noise of the correlators alone.
    systematic : from the unknown amplitudes of corrections and from the error of T_c.
    from_temperature : the part of `systematic` that comes from T_c.
    chi2, freedom : of the data about the power law, with the freedom that priors and T_c give them.
    sizes : those that entered.
    """

    value: Estimate
    statistical: float
    systematic: float
    from_temperature: float
    chi2: float
    freedom: int
    sizes: tuple[int, ...]

    @property
    def p_value(self) -> float:
        """Probability of a larger χ² if the power law with corrections holds; nan for two sizes."""
        return p_value(self.chi2, self.freedom)


def fit_dimension(
    sizes: Sequence[int],
    log_values: npt.ArrayLike,
    errors: npt.ArrayLike,
    exponents: Sequence[float],
    shifts: npt.ArrayLike = 0.0,
) -> Dimension:
    """Fit ln G = A − 2Δ ln L + Σ_p b_p r^{−p} at r = L/2, all b_p with a normal prior of mean 0, deviation 1.

    Parameters
    ----------
    sizes, log_values, errors : L and ln G(L/2) with its statistical error, independent between sizes, (n,), n ≥ 2.
    exponents : the p of corrections to scaling.
    shifts : what one standard deviation of T_c does to each of `log_values`, all together, (n,).

    Least squares with b_p and T_c integrated out: they add r^{−p} r'^{−p} and `shifts` × `shifts` to the covariance.

    >>> fit_dimension((8, 16, 32), -0.25 * np.log([8, 16, 32]), [0.01] * 3, (2.0,)).value.value
    0.125
    """
    L = np.asarray(sizes, dtype=np.float64)
    y, noise, moved = (np.broadcast_to(np.asarray(x, dtype=np.float64), L.shape) for x in (log_values, errors, shifts))
    if len(set(L.tolist())) < 2:
        raise InputError("a dimension needs at least two sizes")
    patterns = np.stack([(L / 2) ** -p for p in exponents], axis=1) if exponents else np.zeros((len(L), 0))
    inverse = np.linalg.inv(np.diag(noise**2) + patterns @ patterns.T + np.outer(moved, moved))
    design = np.stack([np.ones(len(L)), -2 * np.log(L)], axis=1)
    response = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse)  # of A and Δ to the values
    found = response @ y
    left, row = y - design @ found, response[1]
    noisy, unknown, warm = (float(np.linalg.norm(part)) for part in (row * noise, row @ patterns, row @ moved))
    return Dimension(
        Estimate(round(float(found[1]), 12), math.hypot(noisy, unknown, warm)),
        noisy,
        math.hypot(unknown, warm),
        warm,
        float(left @ inverse @ left),
        len(L) - 2,
        tuple(int(size) for size in sizes),
    )
