"""How well the scaling law describes the data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FitQuality:
    """How well the fit of the largest weight describes the data, and over how many fits was averaged.

    `corrections` are (kind, exponent) as in `FitModel`, `residuals` (quantity, L, (data − fit) / error): of windows at
    T_c, of temperatures that were given at each of them.
    """

    chi2: float
    freedom: float
    p_value: float
    fits: int
    smallest: int
    order: int
    corrections: tuple[tuple[str, float], ...]
    residuals: tuple[tuple[str, int, float], ...]
