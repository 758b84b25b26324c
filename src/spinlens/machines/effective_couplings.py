"""The pair couplings that a machine has learned, read off its weights exactly."""

from __future__ import annotations

import numpy as np

from spinlens.machines.gibbs import Array, Machine

_TAIL = 40.0  # e^{−40} is below rounding of 1
_DEVIATIONS = 9.0  # a sum of independent ±W_k exceeds 9 standard deviations with probability below 6e-18 (Hoeffding)
_COLUMNS = 20_000  # quadrature nodes per matrix product


def effective_couplings(machine: Machine) -> Array:
    """Pair couplings J_ij of −ln p(v) = const − Σ_i H_i v_i − Σ_{i<j} J_ij v_i v_j − …, (n_visible, n_visible).

    The coefficient of v_i v_j in the expansion of ln p in products of spins [Cossu et al. 2019] is

        J_ij = ¼ Σ_a E_x[ln cosh(θ + W_i + W_j) + ln cosh(θ − W_i − W_j)
                         − ln cosh(θ + W_i − W_j) − ln cosh(θ − W_i + W_j)],   θ = c_a + Σ_{k≠i,j} W_ka x_k

    over independent x_k = ±1. With the Fourier transform of ln cosh the average over x factorises,

        J_ij = Σ_a ∫_0^∞ dk cos(k c_a) sin(k W_i) sin(k W_j) Π_{l≠i,j} cos(k W_l) / (k sinh(πk/2)),

    whose integrand is even and analytic, so the trapezoidal rule gives it to rounding (≈ 1e-14) for any weights:
    neither enumeration nor a Gaussian approximation of θ is needed. For a machine trained on an Ising model at T it is
    compared with J(r)/T; for the exact machine the two are equal.

    Returns
    -------
    Dimensionless couplings, symmetric, zero on the diagonal. Cost O(n_hidden · nodes · n_visible²), ≈ 50–1000 nodes.

    Examples
    --------
    >>> from spinlens.machines.rbm import RBM
    >>> w = np.arccosh(np.exp(2 * 0.3)) / 2
    >>> float(effective_couplings(RBM.from_weights([[w], [w]]))[0, 1].round(12))
    0.3
    """
    weights = np.asarray(machine.weights_, dtype=np.float64)
    bias = np.asarray(machine.hidden_bias_, dtype=np.float64)
    J = np.zeros((len(weights), len(weights)))
    columns: list[tuple[Array, Array]] = []
    waiting = 0
    for unit in np.flatnonzero(np.count_nonzero(weights, axis=0) >= 2):
        tangent, share = _nodes(weights[:, unit], float(bias[unit]))
        columns.append((tangent, share))
        waiting += len(share)
        if waiting > _COLUMNS:
            J += _product(columns)
            columns, waiting = [], 0
    if columns:
        J += _product(columns)
    np.fill_diagonal(J, 0.0)
    return (J + J.T) / 2


def _nodes(w: Array, bias: float) -> tuple[Array, Array]:
    """tan(k w_i) (n_visible, nodes) and node weights of one unit: Π_{l≠i,j} cos is Π_l cos times two tangents."""
    spread = min(float(np.abs(w).sum()), _DEVIATIONS * float(np.sqrt(w @ w))) + abs(bias)
    # Images of θ at multiples of 2π/step are the error of the rule: the bracket falls as e^{−2|θ|} outside `spread`.
    step = 2 * np.pi / (2 * spread + _TAIL / 2)
    k = step * np.arange(1, int(np.ceil(2 / np.pi * _TAIL / step)) + 1)
    phase = np.multiply.outer(w, k)
    share = step * np.cos(k * bias) * np.prod(np.cos(phase), axis=0) / (k * np.sinh(np.pi * k / 2))
    # At k → 0 the integrand is (2/π) w_i w_j, and an end point counts half.
    return np.column_stack([w, np.tan(phase)]), np.append(step / np.pi, share)


def _product(columns: list[tuple[Array, Array]]) -> Array:
    tangent = np.concatenate([part[0] for part in columns], axis=1)
    share = np.concatenate([part[1] for part in columns])
    return np.asarray((tangent * share) @ tangent.T)
