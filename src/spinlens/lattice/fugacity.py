"""The fugacity v(T) of a frozen bond: a graph of n bonds of the cluster moves weighs v^n, and θ = ln v."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array

_LARGEST = 709.0  # e to that power is still a float


class Fugacity(Protocol):
    """v as a function of temperature, its inverse and its slopes."""

    def value(self, temperature: float) -> float:
        """v(T)."""
        ...

    def log(self, temperature: float) -> float:
        """θ = ln v(T)."""
        ...

    def slopes(self, temperature: float) -> tuple[float, float]:
        """dθ/dβ and d²θ/dβ²."""
        ...

    def temperature(self, theta: npt.ArrayLike) -> Array:
        """T at which ln v = θ; of the shape of θ."""
        ...


@dataclass(frozen=True)
class SingleBonds:
    """At most one bond a pair, all of one `strength` J (Swendsen & Wang 1987): v = e^{2βJ} − 1.

    >>> round(SingleBonds(1.0).value(2 / np.log(1 + np.sqrt(2))), 12)  # √2 at T_c of the square, which is self-dual
    1.414213562373
    """

    strength: float

    def value(self, temperature: float) -> float:
        K = 2 * self.strength / temperature
        return math.expm1(K) if K < _LARGEST else math.inf

    def log(self, temperature: float) -> float:
        K = 2 * self.strength / temperature
        return K + math.log(-math.expm1(-K))  # ln(e^K − 1) without overflow

    def slopes(self, temperature: float) -> tuple[float, float]:
        share = -math.expm1(-2 * self.strength / temperature)  # v / (v + 1)
        return 2 * self.strength / share, -4 * self.strength**2 * (1 - share) / share**2

    def temperature(self, theta: npt.ArrayLike) -> Array:
        v = np.exp(np.asarray(theta, dtype=np.float64))
        return np.asarray(2 * self.strength / np.log1p(v))


@dataclass(frozen=True)
class PoissonBonds:
    """Any number of bonds a pair, Poisson(2βJ_ij) between equal spins (Fukui & Todo 2009): v = β whatever J(r) is.

    >>> PoissonBonds().value(4.0)
    0.25
    """

    def value(self, temperature: float) -> float:
        return 1 / temperature

    def log(self, temperature: float) -> float:
        return -math.log(temperature)

    def slopes(self, temperature: float) -> tuple[float, float]:
        return temperature, -(temperature**2)

    def temperature(self, theta: npt.ArrayLike) -> Array:
        return np.asarray(1 / np.exp(np.asarray(theta, dtype=np.float64)))
