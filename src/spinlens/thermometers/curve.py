"""Calibration curves: ⟨A⟩(T) between measured temperatures, with its error and its inverse."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator
from scipy.optimize import isotonic_regression

from spinlens.arrays import Array

_RESOLUTION = 0.1  # a thermometer is in range where its calibration ensembles resolve T to this fraction
_TABLE = 64  # points of the inverse table per interval


def fluctuation_slope(values: Array, energies: Array, temperatures: Array) -> Array:
    """d⟨A⟩/dT = cov(A, E) / T² at each temperature, from the samples themselves; 0 at T = 0.

    `values` (K, n, ...), total `energies` (K, n), `temperatures` (K,). Returns (K, ...).
    """
    centred = energies - energies.mean(axis=1, keepdims=True)
    covariance = np.einsum("kn,kn...->k...", centred, values) / (energies.shape[1] - 1)
    squared = np.where(temperatures > 0, temperatures, np.inf) ** 2
    return np.asarray(covariance / squared.reshape(-1, *([1] * (values.ndim - 2))))


def interpolation_error(temperatures: Array, mean: Array, slope: Array) -> Array:
    """Error of the cubic Hermite interpolation near each node, with its sign, an array like `mean`.

    Each inner node is predicted from its two neighbours. The error of that is of fourth order in the spacing, so
    half the spacing has a sixteenth of it. End nodes take the value of the node beside them.
    """
    error = np.zeros_like(mean)
    for k in range(1, len(temperatures) - 1):
        ends = [k - 1, k + 1]
        predicted = CubicHermiteSpline(temperatures[ends], mean[ends], slope[ends])(temperatures[k])
        error[k] = (predicted - mean[k]) / 16
    if len(temperatures) > 2:
        error[0], error[-1] = error[1], error[-2]
    return error


@dataclass(frozen=True, eq=False)
class Curve:
    """A monotone curve ⟨A⟩(T) through measured means; every field is an array over the calibration temperatures.

    Attributes
    ----------
    temperatures : rising, T = 0 allowed.
    mean : ⟨A⟩, made monotone by weighted isotonic regression (noise only: A is monotone in T by assumption).
    error : standard error of `mean`, interpolation included.
    slope : d⟨A⟩/dT used for the cubic Hermite interpolation, limited so that the curve is monotone within its noise.
    spread : standard deviation of A over single states.
    """

    temperatures: Array
    mean: Array
    error: Array
    slope: Array
    spread: Array

    @classmethod
    def fit(cls, temperatures: Array, values: Array, energies: Array | None, inflation: npt.ArrayLike = 1.0) -> Curve:
        """The curve of one statistic: `values` (K, n) at K rising temperatures.

        With the total `energies` (K, n) the slopes at the nodes come from the fluctuation formula
        d⟨A⟩/dT = cov(A, E) / T²; without them the interpolation is PCHIP. `inflation` (K,), √(2 τ_int) of the samples,
        multiplies the statistical errors.
        """
        mean, spread = values.mean(axis=1), values.std(axis=1, ddof=1)
        statistical = spread / np.sqrt(values.shape[1]) * np.asarray(inflation)
        floor = 1e-6 * float(np.ptp(mean)) + 1e-12  # T = 0 has no spread, hence no error
        sign = _direction(mean)
        monotone = sign * isotonic_regression(sign * mean, weights=1 / (statistical**2 + floor**2)).x
        if energies is None:
            slope = PchipInterpolator(temperatures, monotone).derivative()(temperatures)
        else:
            slope = fluctuation_slope(values, energies, temperatures)
        slope = _limit(temperatures, monotone, statistical, slope)
        between = interpolation_error(temperatures, monotone, slope)
        return cls(temperatures, monotone, np.hypot(statistical, between), slope, spread)

    @cached_property
    def range(self) -> tuple[float, float]:
        """Ends of the longest run of temperatures that the calibration ensembles resolve to 10 %; nan where none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            resolved = np.sqrt(2) * self.error / np.abs(self.slope) <= _RESOLUTION * self.temperatures
        resolved &= (self.temperatures > 0) & (self.slope != 0)
        best: list[int] = []
        run: list[int] = []
        for k, good in enumerate(resolved):
            run = [*run, k] if good else []
            best = run if len(run) > len(best) else best
        if not best:
            return (float("nan"), float("nan"))
        return (float(self.temperatures[best[0]]), float(self.temperatures[best[-1]]))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest ⟨A⟩ of the curve."""
        return (float(self.mean.min()), float(self.mean.max()))

    def value(self, temperature: float) -> float:
        """⟨A⟩ at one temperature inside the calibrated ones."""
        return float(self._spline(temperature))

    def slope_at(self, temperature: float) -> float:
        """d⟨A⟩/dT at one temperature."""
        return float(self._spline(temperature, 1))

    def error_at(self, temperature: float) -> float:
        """Calibration error of ⟨A⟩ at one temperature."""
        return float(np.interp(temperature, self.temperatures, self.error))

    def invert(self, value: float) -> float:
        """The temperature at which ⟨A⟩ is `value`; the nearest end of the curve where there is none."""
        sign, grid, table = self._table
        return float(np.interp(sign * value, table, grid))

    def half_width(self, value: float, error: float) -> float:
        """Error of T from that of ⟨A⟩ by inverting both ends; at an end of the curve the side that is left."""
        centre, one, other = self.invert(value), self.invert(value - error), self.invert(value + error)
        smallest, largest = self.ends
        if value - error < smallest or value + error > largest:
            return max(abs(one - centre), abs(other - centre))
        return abs(one - other) / 2

    def to_arrays(self) -> dict[str, Array]:
        """The fields by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @cached_property
    def _spline(self) -> CubicHermiteSpline:
        return CubicHermiteSpline(self.temperatures, self.mean, self.slope)

    @cached_property
    def _table(self) -> tuple[float, Array, Array]:
        steps = np.arange(_TABLE * (len(self.temperatures) - 1) + 1) / _TABLE
        grid = np.interp(steps, np.arange(len(self.temperatures)), self.temperatures)
        sign = _direction(self.mean)
        return sign, grid, np.maximum.accumulate(sign * self._spline(grid))


def _direction(mean: Array) -> float:
    return 1.0 if mean[-1] > mean[0] else -1.0


def _limit(temperatures: Array, mean: Array, error: Array, slope: Array) -> Array:
    """Slopes of the curve's direction, and at most three times the smaller secant beside them.

    This keeps cubic Hermite pieces monotone (Fritsch & Carlson, SIAM J. Numer. Anal. 17, 238 (1980)). Where nodes are
    so close that noise makes the secant, twice its error is allowed for: the fluctuation slope is the better number.
    """
    noise = 2 * np.hypot(error[1:], error[:-1])
    secants = (np.abs(np.diff(mean)) + noise) / np.diff(temperatures)
    smaller = np.minimum(np.append(secants, secants[-1]), np.insert(secants, 0, secants[0]))
    sign = _direction(mean)
    return np.asarray(sign * np.clip(sign * slope, 0.0, 3 * smaller))
