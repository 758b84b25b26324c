"""Pseudo-likelihood thermometer: the β at which every spin is as likely, given all others, as H says."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.fft
from scipy.interpolate import CubicSpline

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.calibration import Thermometer
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import calibration_ensembles, inflation

_NODES = 32  # β at which scores are kept; a cubic spline between them is right to 1e-6 of β
_MARGIN = 1.5  # nodes reach so far beyond the calibrated temperatures
_RESOLUTION = 0.1  # as for curves: in range where calibration ensembles resolve T to this fraction
_CHUNK = 1 << 18  # sites at a time


class PseudoLikelihoodThermometer(Thermometer):
    """Reads T = 1/β from the maximum of the pseudo-likelihood Σ_states Σ_i ln p(s_i | all others) over β, given H.

    With the local field h_i = Σ_j J_ij s_j + h, p(s_i | rest) = 1/(1 + e^{−2β s_i h_i}), and the maximum is where the
    score Σ_i h_i (s_i − tanh βh_i) vanishes on average. In equilibrium the score has mean zero at the true β exactly,
    state by state, at any size and on either side of T_c: the thermometer is absolute, and its curve is the identity
    without an error. Calibration ensembles only say between which temperatures T can be read. States that the true H
    did not make, at the temperature it reads, are not seen by it as such.

    Source: Besag, The Statistician 24, 179 (1975); error by the sandwich formula over states (Godambe 1960).
    """

    name = "pseudo_likelihood"

    def __init__(self, model: IsingModel, curve: Curve) -> None:
        super().__init__(model, curve)
        low, high = curve.ends
        self.nodes = np.geomspace(1 / (high * _MARGIN), _MARGIN / low, _NODES)

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Find the range on equilibrium ensembles of `model`; parameters as in `EnergyThermometer.calibrate`.

        Raises
        ------
        InputError : also where fewer than 3 temperatures in a row are resolved to 10 % by their ensembles.
        """
        grid, ensembles, chains = calibration_ensembles(temperatures, states, model.shape)
        grid, ensembles = grid[grid > 0], ensembles[grid > 0]
        if len(grid) < 3:
            raise InputError(f"calibration needs at least 3 finite temperatures above 0, got {len(grid)}")
        trial = cls(model, _identity(grid, np.zeros(len(grid))))
        values = [trial.pseudo_values(trial.statistic(part)) for part in ensembles]
        spread = np.array([row.std(ddof=1) for row in values])
        error = spread * [inflation(row, chains) for row in values] / ensembles.shape[1] ** 0.5
        resolved = (np.sqrt(2) * error <= _RESOLUTION * grid) & (spread > 0)
        inside = _longest_run(resolved)
        if inside.stop - inside.start < 3:
            raise InputError(
                "the pseudo-likelihood resolves fewer than 3 of the calibration temperatures to 10 %: give more "
                "states, or temperatures nearer to the critical one"
            )
        return cls(model, _identity(grid[inside], spread[inside]))

    def statistic(self, states: npt.ArrayLike) -> Array:
        """Score per site Σ_i h_i (s_i − tanh βh_i) / N of each state at 32 values of β, `nodes`: (n_samples, 32)."""
        field = checks.field("states", states, self.shape)
        flat = field.reshape(-1, *self.shape)
        chunk = max(1, _CHUNK // self.model.n_sites)
        parts = [self._scores(flat[k : k + chunk]) for k in range(0, len(flat), chunk)]
        return np.concatenate(parts).reshape(*field.shape[: -self.model.dimension], _NODES)

    def pseudo_values(self, values: Array) -> Array:
        """T at which the mean score vanishes, linearized in each state."""
        score = CubicSpline(self.nodes, values.mean(axis=0))
        beta = _root(score, self.nodes)
        slope = float(score(beta, 1))
        own = values @ CubicSpline(self.nodes, np.eye(_NODES))(beta) - float(score(beta))  # a spline is linear in data
        change = -own / slope if slope < 0 else np.zeros(len(values))
        return np.asarray(1 / beta - change / beta**2)

    def _scores(self, states: npt.NDArray[Any]) -> Array:
        fields = local_fields(self.model, states)
        spins = states.reshape(len(states), -1)
        aligned = np.einsum("ni,ni->n", fields, spins.astype(np.float64))
        single = fields.astype(np.float32)
        columns = [
            aligned - np.einsum("ni,ni->n", single, np.tanh(np.float32(beta) * single), dtype=np.float64)
            for beta in self.nodes
        ]
        return np.column_stack(columns) / spins.shape[1]


def local_fields(model: IsingModel, states: npt.NDArray[Any]) -> Array:
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


def _root(score: CubicSpline, nodes: Array) -> float:
    """Zero of a falling score; the nearest node where it has none."""
    values = score(nodes)
    if values[0] <= 0:
        return float(nodes[0])
    if values[-1] >= 0:
        return float(nodes[-1])
    place = int(np.argmax(values <= 0))
    roots = score.solve(0.0, extrapolate=False)
    near = roots[(roots >= nodes[place - 1]) & (roots <= nodes[place])]
    return float(near[0]) if len(near) else float(nodes[place])


def _identity(grid: Array, spread: Array) -> Curve:
    return Curve(grid, grid, np.zeros(len(grid)), np.ones(len(grid)), spread)


def _longest_run(good: npt.NDArray[np.bool_]) -> slice:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int8), [0]])))
    if not len(edges):
        return slice(0, 0)
    starts, stops = edges[::2], edges[1::2]
    best = int(np.argmax(stops - starts))
    return slice(int(starts[best]), int(stops[best]))
