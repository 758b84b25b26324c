"""All sizes at once: R(T, L) = R* + a₁ x + a₂ x² + … + b L^{−ω} with x = ln(T_c/T) L^{y_t}, by least squares."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.stats import chi2 as chi2_distribution

from spinlens.criticality.scaling_data import FAMILIES, ScalingData

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FitModel:
    """One hypothesis about finite-size scaling.

    Attributes
    ----------
    corrections : factors that vanish with L: ("power", ω) is L^{−ω}, ("log", p) is (ln L)^{−p}.
    slope_corrections : whether the amplitude of x has the first of them as well.
    order : highest power of x.
    smallest : sizes below are left out.
    y_t, delta_spin, binder : imposed, where not None.
    log_x, log_m2 : powers of ln L that multiply x and ⟨m²⟩ (at the upper critical dimension).
    """

    corrections: tuple[tuple[str, float], ...]
    slope_corrections: bool
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

    `covariance` is of the statistical errors, `truncation` what corrections that the fit leaves out add to it;
    `residuals` are (quantity, L, (data − fit) / error) of the values at T_c.
    """

    model: FitModel
    names: tuple[str, ...]
    values: Array
    covariance: Array
    truncation: Array
    chi2: float
    freedom: int
    cut: int
    influence: dict[int, float] = field(default_factory=dict)
    residuals: tuple[tuple[str, int, float], ...] = ()

    @property
    def information(self) -> float:
        """χ² + 2 k + 2 n_cut (Jay & Neil 2021): smaller is better."""
        return self.chi2 + 2 * len(self.names) + 2 * self.cut

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


def _whitening(covariance: Array) -> Array:
    """W with Wᵀ W the inverse of a covariance, directions without any variance left out."""
    scale = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    usable = values > 1e-12 * values[-1]
    root = np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    return np.asarray(root[:, None] * vectors.T / scale)


def whitening(data: ScalingData, smallest: int) -> Array:
    """W with Wᵀ W the inverse covariance of the values of all sizes from `smallest` on."""
    kept = data.sizes >= smallest
    return _whitening((data.noise + data.truncation)[np.ix_(kept, kept)])


def fit(data: ScalingData, model: FitModel, start: tuple[float, float], whiten: Array | None = None) -> Fit | None:
    """Fit one hypothesis; `start` is (T_c, y_t). None where it has no optimum near the data or too few values.

    Only ln T_c and y_t enter non-linearly: all amplitudes are solved for at each step (variable projection,
    Golub & Pereyra 1973).
    """
    kept = data.sizes >= model.smallest
    block = np.ix_(kept, kept)
    noise, unknown, values = data.noise[block], data.truncation[block], data.values[kept]
    whiten = whitening(data, model.smallest) if whiten is None else whiten
    part = _Part(data.sizes[kept], data.family[kept], data.log_temperature[kept], model)
    free_y = model.y_t is None
    first = np.array([math.log(start[0]), *([start[1]] if free_y else [])])
    if len(values) < len(first) + len(part.names) + 1:
        return None

    def solved(parameters: Array) -> tuple[Array, Array, Array]:
        offset, design = part.design(parameters[0], parameters[1] if free_y else float(model.y_t or 0.0))
        target, matrix = whiten @ (values - offset), whiten @ design
        amplitudes = np.asarray(np.linalg.lstsq(matrix, target, rcond=None)[0], dtype=np.float64)
        return target - matrix @ amplitudes, amplitudes, matrix

    spread = float(np.ptp(data.log_temperature)) + 1e-9
    bounds = ([first[0] - 2 * spread, *([0.02] if free_y else [])], [first[0] + 2 * spread, *([6.0] if free_y else [])])
    scale = [0.1 * spread, *([0.1] if free_y else [])]
    found = least_squares(lambda p: solved(p)[0], first, bounds=bounds, x_scale=scale, xtol=1e-10, ftol=1e-12)
    residual, amplitudes, matrix = solved(found.x)
    jacobian = np.concatenate([_steps(part, whiten, found.x, amplitudes, free_y, model), matrix], axis=1)
    normal = jacobian.T @ jacobian
    if np.linalg.cond(normal / np.sqrt(np.outer(np.diag(normal), np.diag(normal)))) > 1e14:
        return None
    response = np.linalg.inv(normal) @ jacobian.T @ whiten
    names = ("log_temperature", *(["y_t"] if free_y else []), *part.names)
    return Fit(
        model,
        names,
        np.concatenate([found.x, amplitudes]),
        response @ noise @ response.T,
        response @ unknown @ response.T,
        float(residual @ residual),
        len(values) - len(names),
        int((~kept).sum()),
        _influence(response, noise, part.sizes),
        _residuals(part, np.linalg.pinv(whiten) @ residual, noise + unknown),
    )


def _residuals(part: _Part, differences: Array, covariance: Array) -> tuple[tuple[str, int, float], ...]:
    """Differences in errors of the middle of each three temperatures."""
    scaled = differences / np.sqrt(np.diag(covariance))
    rows = []
    for L in np.unique(part.sizes):
        for number in np.unique(part.family):
            here = np.flatnonzero((part.sizes == L) & (part.family == number))
            rows.append((FAMILIES[number], int(L), float(scaled[here[len(here) // 2]])))
    return tuple(rows)


def _influence(response: Array, noise: Array, sizes: Array) -> dict[int, float]:
    """Variance of ln T_c that each size is responsible for, from the response of the parameters to the values."""
    row = response[0]
    return {
        int(L): float(row[here] @ noise[np.ix_(here, here)] @ row[here])
        for L in np.unique(sizes)
        for here in [np.flatnonzero(sizes == L)]
    }


@dataclass(frozen=True)
class _Part:
    """The values that one hypothesis is fitted to, and its linear parameters."""

    sizes: Array
    family: npt.NDArray[np.int64]
    log_temperature: Array
    model: FitModel

    @property
    def names(self) -> tuple[str, ...]:
        names: list[str] = []
        for number in np.unique(self.family):
            name, model = FAMILIES[number], self.model
            if not (name == "binder" and model.binder is not None):
                names.append({"binder": "binder", "xi": "xi", "log_m2": "log_amplitude"}[name])
            if name == "log_m2" and model.delta_spin is None:
                names.append("delta_spin")
            names += [f"{name}_x{power}" for power in range(1, model.order + 1)]
            names += [f"{name}_correction{k}" for k in range(len(model.corrections))]
            if model.slope_corrections:
                names.append(f"{name}_slope_correction")
        return tuple(names)

    def design(self, log_T_c: float, y_t: float) -> tuple[Array, Array]:
        """What is imposed (n,), and the derivatives (n, k) with respect to the linear parameters."""
        model, L = self.model, self.sizes
        logs = np.log(L)
        x = (log_T_c - self.log_temperature) * L**y_t * logs**model.log_x
        factors = [L**-p if kind == "power" else logs**-p for kind, p in model.corrections]
        offset, columns = np.zeros(len(L)), []
        for number in np.unique(self.family):
            inside = (self.family == number).astype(np.float64)
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
            own += [x**power * inside for power in range(1, model.order + 1)]
            own += [factor * inside for factor in factors]
            if model.slope_corrections:
                own.append(x * factors[0] * inside)
            columns += own
        return offset, np.stack(columns, axis=1)


def _steps(part: _Part, whiten: Array, at: Array, amplitudes: Array, free_y: bool, model: FitModel) -> Array:
    """Derivatives of the whitened values with respect to ln T_c (and y_t), by symmetric differences, (n, 1 or 2)."""
    columns = []
    for k in range(len(at)):
        sides = []
        step = 1e-6 if k == 0 else 1e-5
        for sign in (1, -1):
            moved = at.copy()
            moved[k] += sign * step
            offset, design = part.design(moved[0], moved[1] if free_y else float(model.y_t or 0.0))
            sides.append(offset + design @ amplitudes)
        columns.append(whiten @ (sides[0] - sides[1]) / (2 * step))
    return np.stack(columns, axis=1)
