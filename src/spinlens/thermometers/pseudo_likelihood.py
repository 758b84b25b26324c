"""Pseudo-likelihood thermometer: the β at which every spin is as likely, given all others, as H says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Self

import numpy as np
import numpy.typing as npt
import scipy.fft
from numpy.polynomial import chebyshev
from scipy.optimize import brentq

from spinlens.arrays import AnyArray, Array, Fields
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import Calibration, Ensemble, inflation
from spinlens.thermometers.thermometer import Thermometer

_NODES = 16  # ln β at which scores are kept; the polynomial through them is right to 1e-6 of β over a factor of 12
_MARGIN = 1.5  # nodes reach so far beyond the calibrated temperatures
_RESOLUTION = 0.1  # as for curves: in range where calibration ensembles resolve T to this fraction
_FEWEST = 3  # temperatures in a row that make a range
_CHUNK = 1 << 18  # sites at a time
_POINTS = chebyshev.chebpts1(_NODES)
_TO_COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(_POINTS, _NODES - 1))  # of values at the points
_FINE = np.linspace(-1.0, 1.0, 129)


class PseudoLikelihoodThermometer(Thermometer):
    """Reads T = 1/β from the maximum of the pseudo-likelihood Σ_states Σ_i ln p(s_i | all others) over β, given H.

    With the local field h_i = Σ_j J_ij s_j + h, p(s_i | rest) = 1/(1 + e^{−2β s_i h_i}), and the maximum is where the
    score Σ_i h_i (s_i − tanh β h_i) vanishes on average [Besag1975]_; its error is that of the sandwich formula over
    states [Godambe1960]_. In equilibrium the score has mean zero at the true β exactly, state by state, at any size and
    on either side of T_c: the thermometer is absolute, and its curve is the identity without an error. Calibration
    ensembles only say between which temperatures T can be read: where they resolve T to 10 %, three in a row at least,
    else nowhere. States that the true H did not make, at the temperature it reads, are not seen by it as such. Cost
    O(N log N) a state, and 16 tanh a spin.

    Parameters
    ----------
    model : IsingModel
        The lattice with its coupling and field.
    curve : Curve
        The identity over the temperatures that can be read; `PseudoLikelihoodThermometer.calibrate` makes it.
    resolved : bool, default True
        Whether calibration found a range.

    References
    ----------
    .. [Besag1975] Besag, The Statistician 24, 179 (1975).
    .. [Godambe1960] Godambe, Ann. Math. Statist. 31, 1208 (1960).

    Examples
    --------
    All 512 states of a 3 × 3 lattice, each as often as it has weight at T = 2.5:

    >>> from spinlens.exact.enumeration import all_states
    >>> model = IsingModel((3, 3), NearestNeighbour())
    >>> states = all_states(9).reshape(-1, 3, 3)
    >>> share = np.exp(-model.energy(states) / 2.5)
    >>> counts = np.round(1e6 * share / share.sum()).astype(int)
    >>> grid = np.array([2.0, 2.5, 3.0])
    >>> curve = Curve(grid, grid, 0 * grid, np.ones(3), np.ones(3))
    >>> thermometer = PseudoLikelihoodThermometer(model, curve)
    >>> print(f"{thermometer.pseudo_values(np.repeat(thermometer.statistic(states), counts, axis=0)).mean():.3f}")
    2.500
    """

    name = "pseudo_likelihood"

    def __init__(self, model: IsingModel, curve: Curve, resolved: bool = True) -> None:
        super().__init__(model, curve)
        self.resolved = resolved
        low, high = curve.ends
        ends = math.log(1 / (high * _MARGIN)), math.log(_MARGIN / low)
        self._middle, self._half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
        self.nodes = np.exp(self._middle + self._half * _POINTS)  # (16,) of β

    @property
    def range(self) -> tuple[float, float]:
        """The temperatures between which it reads; nan where there are none."""
        return self.curve.range if self.resolved else (math.nan, math.nan)

    @classmethod
    def _fit(cls, known: Calibration) -> Self:
        known = known.warm()
        model, grid = known.model, known.temperatures
        trial = cls(model, _identity(grid, np.zeros(len(grid))))
        values = np.stack([trial.pseudo_values(trial.statistic(part)) for part in known.parts])  # (K, n)
        spread = values.std(axis=1, ddof=1)
        error = spread * [inflation(row, known.chains) for row in values] / values.shape[1] ** 0.5
        inside = _longest_run((np.sqrt(2) * error <= _RESOLUTION * grid) & (spread > 0))
        if inside.stop - inside.start < _FEWEST:
            return cls(model, _identity(grid, spread), resolved=False)
        return cls(model, _identity(grid[inside], spread[inside]))

    def _values(self, given: Ensemble) -> Array:
        """Score per site Σ_i h_i (s_i − tanh βh_i) / N of each state at the 16 `nodes` of β: (n, 16)."""
        states, chunk = given.states, max(1, _CHUNK // self.model.n_sites)
        parts = [self._scores(states[k : k + chunk]) for k in range(0, len(states), chunk)]
        return np.asarray(np.concatenate(parts))

    def _scores(self, states: Fields) -> Array:
        fields = local_fields(self.model, states)  # h_i
        aligned = np.einsum("ni,ni->n", fields, states.reshape(len(states), -1).astype(np.float64))  # Σ h_i s_i
        single = fields.astype(np.float32)
        columns = [
            aligned - np.einsum("ni,ni->n", single, np.tanh(np.float32(beta) * single), dtype=np.float64)
            for beta in self.nodes
        ]
        return np.asarray(np.column_stack(columns) / fields.shape[1])

    def _linearized(self, values: Array) -> Array:
        mean = _TO_COEFFICIENTS @ values.mean(axis=0)  # Chebyshev coefficients in x = (ln β − middle) / half
        x = _root(mean)
        beta = math.exp(self._middle + self._half * x)
        slope = float(chebyshev.chebval(x, chebyshev.chebder(mean))) / (self._half * beta)  # of the score in β
        own = values @ (_TO_COEFFICIENTS.T @ chebyshev.chebvander([x], _NODES - 1)[0]) - chebyshev.chebval(x, mean)
        change = -own / slope if slope < 0 else np.zeros(len(values))  # of β̂ by each state
        return np.asarray(1 / beta - change / beta**2)

    def _own_arrays(self) -> dict[str, AnyArray]:
        return {"resolved": np.array(self.resolved)}

    @classmethod
    def _rebuild(cls, model: IsingModel, curve: Curve, arrays: Mapping[str, AnyArray]) -> Self:
        return cls(model, curve, bool(arrays.get("resolved", True)))  # before it was said, all were


def local_fields(model: IsingModel, states: Fields) -> Array:
    """h_i = Σ_j J_ij s_j + h of each state: (n, *shape) → (n, N), by O(N log N) transforms (sums if nearest)."""
    axes = tuple(range(1, states.ndim))
    if isinstance(model.coupling, NearestNeighbour):
        near = sum(np.roll(states, step, axis).astype(np.float64) for axis in axes for step in (1, -1))
        fields = model.coupling.strength * np.asarray(near)
    else:
        spectrum = scipy.fft.rfftn(model.coupling_table)
        modes = scipy.fft.rfftn(states.astype(np.float64), axes=axes)
        fields = scipy.fft.irfftn(modes * spectrum, model.shape, axes=axes)
    return np.asarray(fields.reshape(len(states), -1) + model.field)


def _root(mean: Array) -> float:
    """Zero of a falling score between −1 and 1, from its Chebyshev coefficients; the nearer end where it has none."""
    values = chebyshev.chebval(_FINE, mean)
    if values[0] <= 0:
        return -1.0
    if values[-1] >= 0:
        return 1.0
    place = int(np.argmax(values <= 0))
    return float(brentq(chebyshev.chebval, _FINE[place - 1], _FINE[place], args=(mean,), xtol=1e-14))


def _identity(grid: Array, spread: Array) -> Curve:
    return Curve(grid, grid, np.zeros(len(grid)), np.ones(len(grid)), spread)


def _longest_run(good: npt.NDArray[np.bool_]) -> slice:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int8), [0]])))
    if not len(edges):
        return slice(0, 0)
    starts, stops = edges[::2], edges[1::2]
    best = int(np.argmax(stops - starts))
    return slice(int(starts[best]), int(stops[best]))
