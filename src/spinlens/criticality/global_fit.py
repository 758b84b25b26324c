"""All sizes at once: R(T, L) = R* + a₁ x + a₂ x² + corrections, x = ln(T_c/T) L^{y_t}, by least squares."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.stats import chi2 as chi2_distribution

from spinlens.criticality.scaling_data import FAMILIES, Corrections, ScalingData, correction_patterns

Array = npt.NDArray[np.float64]

_PASSES = 3  # fits whose slopes the corrections of the next one are relative to


@dataclass(frozen=True)
class FitModel:
    """One hypothesis about finite-size scaling.

    Attributes
    ----------
    corrections : factors that vanish with L: ("power", ω) is L^{−ω}, ("log", p) is (ln L)^{−p}; their amplitudes have
        priors, see `correction_patterns`.
    order : highest power of x.
    smallest : sizes below are left out.
    y_t, delta_spin, binder : imposed, where not None.
    log_x, log_m2 : powers of ln L that multiply x and ⟨m²⟩ (at the upper critical dimension).
    """

    corrections: Corrections
    order: int
    smallest: int
    y_t: float | None = None
    delta_spin: float | None = None
    binder: float | None = None
    log_x: float = 0.0
    log_m2: float = 0.0


@dataclass(frozen=True)
class Fit:
    """A fitted hypothesis: best parameters by name, and how well it fits.

    `covariance` is of the statistical errors, `truncation` what the unknown amplitudes of corrections add to it.
    `chi2` is of the data about the fit with its corrections and `freedom` its expectation (not whole: priors hold some
    amplitudes), `penalty` is χ² with the priors; `evidence` is −2 ln of the probability of the data under the
    hypothesis, up to a constant that all fits to the same sizes share.
    `residuals` are (quantity, L, (data − fit) / error) of the values at T_c.
    """

    model: FitModel
    names: tuple[str, ...]
    values: Array
    covariance: Array
    truncation: Array
    chi2: float
    freedom: float
    penalty: float
    cut: int
    evidence: float
    influence: dict[int, float] = field(default_factory=dict)
    residuals: tuple[tuple[str, int, float], ...] = ()

    @property
    def p_value(self) -> float:
        """Probability of a larger χ² if the hypothesis holds."""
        return float(chi2_distribution.sf(self.chi2, self.freedom)) if self.freedom > 0 else math.nan

    def get(self, name: str) -> tuple[float, float, float]:
        """A parameter with the variance of its statistical error and that from truncation; 0 where it is imposed."""
        if name in self.names:
            k = self.names.index(name)
            return float(self.values[k]), float(self.covariance[k, k]), float(self.truncation[k, k])
        imposed = {"y_t": self.model.y_t, "delta_spin": self.model.delta_spin, "binder": self.model.binder}.get(name)
        return (math.nan if imposed is None else imposed), 0.0, 0.0


def fit(data: ScalingData, model: FitModel, start: tuple[float, float]) -> Fit | None:
    """Fit one hypothesis; `start` is (T_c, y_t). None where it has no optimum near the data or too few values.

    Only ln T_c and y_t enter non-linearly: all amplitudes are solved for at each step (variable projection,
    Golub & Pereyra 1973), those of the corrections together with their priors.
    """
    kept = data.cut(model.smallest)
    at, smooth = np.array([math.log(start[0]), *([start[1]] if model.y_t is None else [])]), kept.values
    for _ in range(_PASSES):
        y_t = float(at[1]) if model.y_t is None else model.y_t
        part = _Part(kept, model, correction_patterns(kept, model.corrections, y_t, smooth))
        if len(kept.values) < len(at) + len(part.names) + 1:
            return None
        at = part.optimum(at, float(np.ptp(data.log_temperature)) + 1e-9)
        smooth = part.fitted(at, part.solved(at)[1])
    residual, amplitudes = part.solved(at)
    jacobian = part.jacobian(at, amplitudes)
    length = np.linalg.norm(jacobian, axis=0)
    if not (length > 0).all() or np.linalg.cond(jacobian / length) > 1e8:
        return None
    names = ("log_temperature", *(["y_t"] if model.y_t is None else []), *part.names)
    n = len(kept.values)
    inverse = np.linalg.pinv(jacobian / length) / length[:, None]
    left = np.eye(n) - (jacobian @ inverse)[:n, :n]  # residuals of the data are `left` times their noise
    response = inverse[: len(names), :n] @ part.whiten  # of the parameters to the values
    unknown = response @ part.patterns
    penalty = float(residual @ residual)
    return Fit(
        model,
        names,
        np.concatenate([at, amplitudes])[: len(names)],
        response @ kept.noise @ response.T,
        unknown @ unknown.T,
        float(residual[:n] @ residual[:n]),
        float((left**2).sum()),
        penalty,
        len(data.values) - n,
        penalty + 2 * float(np.linalg.slogdet(np.linalg.qr(jacobian, mode="r"))[1]),
        _influence(response, kept),
        _residuals(kept, np.linalg.pinv(part.whiten) @ residual[:n]),
    )


def _residuals(data: ScalingData, differences: Array) -> tuple[tuple[str, int, float], ...]:
    """Differences in statistical errors, of the middle of each three temperatures."""
    scaled = differences / np.sqrt(np.diag(data.noise))
    rows = []
    for L in data.distinct:
        for number in np.unique(data.family):
            here = np.flatnonzero((data.sizes == L) & (data.family == number))
            rows.append((FAMILIES[number], L, float(scaled[here[len(here) // 2]])))
    return tuple(rows)


def _influence(response: Array, data: ScalingData) -> dict[int, float]:
    """Variance of ln T_c that each size is responsible for, from the response of the parameters to the values."""
    row = response[0]
    return {
        L: float(row[here] @ data.noise[np.ix_(here, here)] @ row[here])
        for L in data.distinct
        for here in [np.flatnonzero(data.sizes == L)]
    }


@dataclass(frozen=True)
class _Part:
    """The values that one hypothesis is fitted to, its linear parameters and the patterns of its corrections (n, m)."""

    data: ScalingData
    model: FitModel
    patterns: Array

    @cached_property
    def whiten(self) -> Array:
        """W (n, n) with Wᵀ W the inverse covariance of the noise."""
        return _whitening(self.data.noise)

    @property
    def names(self) -> tuple[str, ...]:
        """The linear parameters, those of corrections aside."""
        names: list[str] = []
        for number in np.unique(self.data.family):
            name, model = FAMILIES[number], self.model
            if not (name == "binder" and model.binder is not None):
                names.append({"binder": "binder", "xi": "xi", "log_m2": "log_amplitude"}[name])
            if name == "log_m2" and model.delta_spin is None:
                names.append("delta_spin")
            names += [f"{name}_x{power}" for power in range(1, model.order + 1)]
        return tuple(names)

    def design(self, at: Array) -> tuple[Array, Array]:
        """What is imposed (n,), and the derivatives (n, k) with respect to the linear parameters."""
        model, L, family = self.model, self.data.sizes, self.data.family
        y_t, logs = float(at[1]) if model.y_t is None else model.y_t, np.log(L)
        x = (at[0] - self.data.log_temperature) * L**y_t * logs**model.log_x
        offset, columns = np.zeros(len(L)), []
        for number in np.unique(family):
            inside = (family == number).astype(np.float64)
            own: list[Array] = []
            if FAMILIES[number] == "binder" and model.binder is not None:
                offset += model.binder * inside
            else:
                own.append(inside)
            if FAMILIES[number] == "log_m2":
                offset += model.log_m2 * np.log(logs) * inside
                if model.delta_spin is None:
                    own.append(-2 * logs * inside)
                else:
                    offset += -2 * model.delta_spin * logs * inside
            columns += own + [x**power * inside for power in range(1, model.order + 1)]
        return offset, np.stack(columns, axis=1)

    def optimum(self, start: Array, spread: float) -> Array:
        """ln T_c and y_t (where it is free) of the best fit, T_c within twice the `spread` of ln T around the start."""
        free_y = len(start) > 1
        bounds = (
            [start[0] - 2 * spread, *([0.02] if free_y else [])],
            [start[0] + 2 * spread, *([6.0] if free_y else [])],
        )
        scale = [0.1 * spread, *([0.1] if free_y else [])]
        found = least_squares(
            lambda at: self.solved(at)[0], start, bounds=bounds, x_scale=scale, xtol=1e-10, ftol=1e-12
        )
        return np.asarray(found.x, dtype=np.float64)

    def solved(self, at: Array) -> tuple[Array, Array]:
        """Whitened residuals (n + m,), priors last, and the best amplitudes (k + m,) at ln T_c and y_t."""
        offset, design = self.design(at)
        target = np.concatenate([self.whiten @ (self.data.values - offset), np.zeros(self.patterns.shape[1])])
        matrix = self._with_priors(design)
        amplitudes = np.asarray(np.linalg.lstsq(matrix, target, rcond=None)[0], dtype=np.float64)
        return target - matrix @ amplitudes, amplitudes

    def _with_priors(self, design: Array) -> Array:
        m = self.patterns.shape[1]
        above = self.whiten @ np.concatenate([design, self.patterns], axis=1)
        return np.concatenate([above, np.eye(m, design.shape[1] + m, design.shape[1])])

    def jacobian(self, at: Array, amplitudes: Array) -> Array:
        """Derivatives (n + m, …) of the whitened fit and priors: ln T_c, y_t (differences), all amplitudes."""
        columns = []
        for k in range(len(at)):
            step = np.zeros(len(at))
            step[k] = 1e-6 if k == 0 else 1e-5
            change = (self.fitted(at + step, amplitudes) - self.fitted(at - step, amplitudes)) / (2 * step[k])
            columns.append(np.concatenate([self.whiten @ change, np.zeros(self.patterns.shape[1])]))
        return np.concatenate([np.stack(columns, axis=1), self._with_priors(self.design(at)[1])], axis=1)

    def fitted(self, at: Array, amplitudes: Array) -> Array:
        """Values of the scaling law without corrections."""
        offset, design = self.design(at)
        return np.asarray(offset + design @ amplitudes[: design.shape[1]])


def _whitening(covariance: Array) -> Array:
    """W with Wᵀ W the inverse of a covariance, directions without any variance left out."""
    scale = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    usable = values > 1e-12 * values[-1]
    root = np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    return np.asarray(root[:, None] * vectors.T / scale)
