"""All sizes at once: R(T, L) = R* + a₁ x + a₂ x² + corrections, x = ln(T_c/T) L^{y_t}, by least squares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from spinlens.arrays import Array
from spinlens.criticality.analysis.scaling_data import FAMILIES, Corrections, ScalingData, Shape, correction_patterns
from spinlens.criticality.analysis.scaling_fit import p_value

_STEPS = 30
_IMPOSABLE = ("y_t", "delta_spin", "binder", "critical_polynomial")
_PASSES = 3  # fits whose slopes the corrections of the next one are relative to


@dataclass(frozen=True)
class FitModel:
    """One hypothesis about finite-size scaling.

    Attributes
    ----------
    corrections : factors that vanish with L: ("power", ω) is L^{−ω}, ("wave", ω) is k^ω of the lowest wave number
        k = 2π/L, ("log", p) is (ln L)^{−p}; their amplitudes have priors, see `correction_patterns`.
    amplitude : deviation of those priors, relative to the quantities and to their slopes.
    order : highest power of x.
    smallest : sizes below are left out.
    y_t, delta_spin, binder, critical_polynomial : imposed, where not None.
    log_x, log_m2 : powers of ln L that multiply x and ⟨m²⟩ (at the upper critical dimension).
    prior_y_t : value and deviation of y_t before the data, where it is free; None for none.
    """

    corrections: Corrections
    amplitude: float
    order: int
    smallest: int
    y_t: float | None = None
    delta_spin: float | None = None
    binder: float | None = None
    critical_polynomial: float | None = None
    log_x: float = 0.0
    log_m2: float = 0.0
    prior_y_t: tuple[float, float] | None = None

    def star(self, family: str) -> float | None:
        """The imposed value at T_c as L → ∞ of one of `FAMILIES`."""
        return {"binder": self.binder, "critical_polynomial": self.critical_polynomial}.get(family)


@dataclass(frozen=True)
class Fit:
    """A fitted hypothesis: best parameters by name, and how well it fits.

    `covariance` is of the statistical errors, `truncation` what priors add to it: of amplitudes of corrections, of y_t.
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
        return p_value(self.chi2, self.freedom)

    def joint(self, names: Sequence[str]) -> tuple[Array, Array, Array]:
        """Of several parameters what `get` gives of one: values (k,), covariance and truncation (k, k)."""
        values = np.array([self.get(name)[0] for name in names])
        covariance, truncation = np.zeros((2, len(names), len(names)))
        free = [k for k, name in enumerate(names) if name in self.names]
        own = [self.names.index(names[k]) for k in free]
        covariance[np.ix_(free, free)] = self.covariance[np.ix_(own, own)]
        truncation[np.ix_(free, free)] = self.truncation[np.ix_(own, own)]
        return values, covariance, truncation

    def get(self, name: str) -> tuple[float, float, float]:
        """A parameter with the variance of its statistical error and that from truncation; 0 where it is imposed."""
        if name in self.names:
            k = self.names.index(name)
            return float(self.values[k]), float(self.covariance[k, k]), float(self.truncation[k, k])
        imposed = getattr(self.model, name) if name in _IMPOSABLE else None
        return (math.nan if imposed is None else imposed), 0.0, 0.0


def fit(data: ScalingData, model: FitModel, start: tuple[float, float]) -> Fit | None:
    """Fit one hypothesis; `start` is (T_c, y_t). None where it has no optimum near the data, or they are too few.

    Only ln T_c and y_t enter non-linearly: all amplitudes are solved for at each step (variable projection,
    Golub & Pereyra 1973). Those of the corrections are integrated out: their patterns are in the covariance.
    """
    kept = data.cut(model.smallest)
    at, shape = np.array([math.log(start[0]), *([start[1]] if model.y_t is None else [])]), kept.first_shape()
    for _ in range(_PASSES):
        y_t = float(at[1]) if model.y_t is None else model.y_t
        patterns = correction_patterns(kept, model.corrections, model.amplitude, y_t, shape, model.order)
        part = _Part(kept, model, patterns)
        if len(kept.values) < len(at) + len(part.names) + 1:
            return None
        at = part.optimum(at, data.reach)
        shape = part.shape(at, part.solved(at)[1])
        if not shape.expandable:
            return None
    residual, amplitudes = part.solved(at)
    jacobian = part.jacobian(at, amplitudes)
    length = np.linalg.norm(jacobian, axis=0)
    if not (length > 0).all() or np.linalg.cond(jacobian / length) > 1e8:
        return None
    n = len(kept.values)  # rows of the Jacobian beyond are those of the prior of y_t
    inverse = np.linalg.pinv(jacobian / length) / length[:, None]  # (p, n + …), p parameters, n values
    response = inverse[:, :n] @ part.whiten  # (p, n) ∂parameters/∂values
    unknown = np.hstack([response @ part.patterns, inverse[:, n:]])  # (p, m + …) ∂parameters/∂what has a prior
    left = part.shrink @ (np.eye(n) - jacobian[:n] @ inverse[:, :n]) @ part.shrink  # (n, n) noise → residuals
    about = part.shrink @ residual[:n]  # (n,) whitened data about the fit with its corrections
    penalty = float(residual @ residual)  # χ² with the priors of the corrections
    return Fit(
        model,
        names=("log_temperature", *(["y_t"] if model.y_t is None else []), *part.names),
        values=np.concatenate([at, amplitudes]),
        covariance=response @ kept.errors_from @ response.T,
        truncation=unknown @ unknown.T,
        chi2=float(about @ about),
        freedom=float((left**2).sum()),
        penalty=penalty,
        cut=len(data.values) - len(kept.values),
        # −2 ln p(data): χ² + ln det C + ln det of the curvature in the parameters, whose priors are flat
        evidence=penalty + part.log_determinant + float(np.linalg.slogdet(jacobian.T @ jacobian)[1]),
        influence=kept.influence(response[0]),
        residuals=kept.residuals(np.linalg.pinv(part.whiten_noise) @ about),
    )


@dataclass(frozen=True)
class _Part:
    """The values that one hypothesis is fitted to, its linear parameters and the patterns of its corrections (n, m)."""

    data: ScalingData
    model: FitModel
    patterns: Array

    @cached_property
    def whiten_noise(self) -> Array:
        """W (n, n) with Wᵀ W the inverse covariance of the noise."""
        return _whitening(self.data.noise)

    @cached_property
    def _singular(self) -> tuple[Array, Array]:
        """U (n, r) and s (r,) of the whitened patterns G = U s Vᵀ (n, m)."""
        vectors, values, _ = np.linalg.svd(self.whiten_noise @ self.patterns, full_matrices=False)
        return vectors, values

    @cached_property
    def shrink(self) -> Array:
        """(1 + G Gᵀ)^{−½} (n, n) with G the whitened patterns: what their priors leave of whitened values."""
        vectors, values = self._singular
        return np.asarray(np.eye(len(vectors)) + (vectors * (1 / np.sqrt(1 + values**2) - 1)) @ vectors.T)

    @cached_property
    def whiten(self) -> Array:
        """V (n, n) with Vᵀ V the inverse covariance of noise and corrections together."""
        return np.asarray(self.shrink @ self.whiten_noise)

    @property
    def log_determinant(self) -> float:
        """ln det(1 + G Gᵀ)."""
        return float(np.log1p(self._singular[1] ** 2).sum())

    @property
    def names(self) -> tuple[str, ...]:
        """The linear parameters, those of corrections aside."""
        names: list[str] = []
        for number in self.data.families:
            name, model = FAMILIES[number], self.model
            if model.star(name) is None:
                names.append("log_amplitude" if name == "log_m2" else name)
            if name == "log_m2" and model.delta_spin is None:
                names.append("delta_spin")
            names += [f"{name}_x{power}" for power in range(1, model.order + 1)]
        return tuple(names)

    def design(self, at: Array) -> tuple[Array, Array]:
        """What is imposed (n,), and the derivatives (n, k) with respect to the linear parameters."""
        model, L, family = self.model, self.data.sizes, self.data.family
        y_t, logs = float(at[1]) if model.y_t is None else model.y_t, np.log(L)
        x = (at[0] - self.data.log_temperature) * L**y_t * logs**model.log_x  # ln(T_c/T) L^{y_t} (ln L)^{log_x}
        offset, columns = np.zeros(len(L)), []
        for number in self.data.families:
            inside = (family == number).astype(np.float64)
            own: list[Array] = []
            star = model.star(FAMILIES[number])
            if star is None:
                own.append(inside)
            else:
                offset += star * inside
            if FAMILIES[number] == "log_m2":
                offset += model.log_m2 * np.log(logs) * inside
                if model.delta_spin is None:
                    own.append(-2 * logs * inside)  # ln⟨m²⟩ = … − 2Δ_s ln L
                else:
                    offset += -2 * model.delta_spin * logs * inside
            columns += own + [x**power * inside for power in range(1, model.order + 1)]
        return offset, np.stack(columns, axis=1)

    def optimum(self, start: Array, spread: float) -> Array:
        """ln T_c and y_t (where it is free) of the best fit, T_c within twice the `spread` of ln T around the start.

        Gauss–Newton steps, halved until χ² falls (Kaufman 1975 on variable projection).
        """
        at, low, high = start, np.array([start[0] - 2 * spread, 0.02]), np.array([start[0] + 2 * spread, 6.0])
        residual, amplitudes = self.solved(at)
        for _ in range(_STEPS):
            step = np.linalg.lstsq(self.jacobian(at, amplitudes), residual, rcond=None)[0][: len(at)]
            for scale in 0.5 ** np.arange(12):
                proposed = np.asarray(np.clip(at + scale * step, low[: len(at)], high[: len(at)]))
                found, amplitudes_there = self.solved(proposed)
                if found @ found <= residual @ residual:
                    break
            else:
                return at
            moved, at, residual, amplitudes = np.abs(proposed - at), proposed, found, amplitudes_there
            if (moved < 1e-7).all():
                return at
        return at

    def solved(self, at: Array) -> tuple[Array, Array]:
        """Whitened residuals (n,), then that of the prior of y_t, and the best amplitudes (k,) at ln T_c and y_t."""
        offset, design = self.design(at)
        target, matrix = self.whiten @ (self.data.values - offset), self.whiten @ design  # (n,) and (n, k)
        amplitudes = np.asarray(np.linalg.lstsq(matrix, target, rcond=None)[0], dtype=np.float64)
        residual = target - matrix @ amplitudes
        if self._prior is None:
            return residual, amplitudes
        return np.append(residual, (self._prior[0] - at[1]) / self._prior[1]), amplitudes

    @property
    def _prior(self) -> tuple[float, float] | None:
        """Of y_t where it is free."""
        return None if self.model.y_t is not None else self.model.prior_y_t

    def jacobian(self, at: Array, amplitudes: Array) -> Array:
        """Derivatives (n, …) of the whitened fit: ln T_c, y_t (by differences), amplitudes."""
        columns = []
        for k in range(len(at)):
            step = np.zeros(len(at))
            step[k] = 1e-6 if k == 0 else 1e-5
            change = (self.fitted(at + step, amplitudes) - self.fitted(at - step, amplitudes)) / (2 * step[k])
            columns.append(change)
        found = self.whiten @ np.concatenate([np.stack(columns, axis=1), self.design(at)[1]], axis=1)
        if self._prior is None:
            return np.asarray(found)
        last = np.zeros(found.shape[1])
        last[1] = 1 / self._prior[1]
        return np.vstack([found, last])

    def fitted(self, at: Array, amplitudes: Array) -> Array:
        """Values of the scaling law without corrections."""
        offset, design = self.design(at)
        return np.asarray(offset + design @ amplitudes)

    def shape(self, at: Array, amplitudes: Array) -> Shape:
        """The same with its dependence on temperature: the powers of x."""
        values = self.fitted(at, amplitudes)
        parts = self.design(at)[1] * amplitudes  # (n, k)
        every, first = (np.array([mark in name for name in self.names]) for mark in ("_x", "_x1"))
        return self.data.shape(values, parts[:, every].sum(axis=1), parts[:, first].sum(axis=1))


def _whitening(covariance: Array) -> Array:
    """W with Wᵀ W the inverse of a covariance, directions without any variance left out."""
    scale = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    usable = values > 1e-12 * values[-1]
    root = np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    return np.asarray(root[:, None] * vectors.T / scale)
