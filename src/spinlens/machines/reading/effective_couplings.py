"""The couplings that a machine has learned, pairs and larger groups of spins, read off its weights exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinlens.arrays import Array, Integers
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.machines.units.gibbs import log_two_cosh
from spinlens.machines.units.parameters import Layer

_TAIL = 40.0  # e^{−40} is below rounding of 1
_DEVIATIONS = 9.0  # a sum of independent ±W_k exceeds 9 standard deviations with probability below 6e-18 (Hoeffding)
_COLUMNS = 20_000  # quadrature nodes per matrix product


@checked
def effective_couplings(machine: Layer) -> Array:
    """Pair couplings J_ij of a machine: −ln p(v) = const − Σ_i H_i v_i − Σ_{i<j} J_ij v_i v_j − …

    The coefficient of v_i v_j in the expansion of ln p in products of spins [Cossu2019]_, [Decelle2024]_ is::

        J_ij = ¼ Σ_a E_x[ln cosh(θ + W_i + W_j) + ln cosh(θ − W_i − W_j)
                         − ln cosh(θ + W_i − W_j) − ln cosh(θ − W_i + W_j)],   θ = c_a + Σ_{k≠i,j} W_ka x_k

    over independent x_k = ±1. With the Fourier transform of ln cosh the average over x factorises::

        J_ij = Σ_a ∫₀^∞ dk cos(k c_a) sin(k W_i) sin(k W_j) Π_{l≠i,j} cos(k W_l) / (k sinh(πk/2)),

    whose integrand is even and analytic, so the trapezoidal rule gives it to rounding (≈ 1e-14) for any weights:
    neither enumeration nor a Gaussian approximation of θ is needed. For a machine trained on an Ising model at T it is
    compared with J(r)/T; for the exact machine the two are equal.

    Parameters
    ----------
    machine : RBM
        The machine; biases may be anything.

    Returns
    -------
    ndarray of float64
        (n_visible, n_visible), dimensionless, symmetric, zero on the diagonal.

    Notes
    -----
    Cost O(n_hidden · nodes · n_visible²), ≈ 50 to 1000 nodes.

    References
    ----------
    .. [Cossu2019] Cossu, Del Debbio, Giani, Khamseh and Wilson, Phys. Rev. B 100, 064304 (2019).
    .. [Decelle2024] Decelle, Furtlehner, Navas Gómez and Seoane, SciPost Phys. 16, 095 (2024).

    Examples
    --------
    One hidden unit that is the bond K = 0.3: cosh 2w = e^{2K}.

    >>> from spinlens import RBM
    >>> w = np.arccosh(np.exp(2 * 0.3)) / 2
    >>> float(effective_couplings(RBM.from_weights([[w], [w]]))[0, 1].round(12))
    0.3
    """
    weights = np.asarray(machine.weights_, dtype=np.float64)
    bias = np.asarray(machine.hidden_bias_, dtype=np.float64)
    J = np.zeros((len(weights), len(weights)))
    columns: list[tuple[Array, Array]] = []
    waiting = 0
    seen = np.count_nonzero(weights, axis=0)
    _add_bonds(J, weights, bias, np.flatnonzero(seen == 2))
    for unit in np.flatnonzero(seen > 2):
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


def _add_bonds(J: Array, weights: Array, bias: Array, units: Integers) -> None:
    """Add the couplings of units that see two sites each, which need no average: those of an exact machine."""
    site = np.nonzero(weights[:, units].T)[1].reshape(-1, 2)
    first, second = weights[site[:, 0], units], weights[site[:, 1], units]
    signs = ((1, 1, 1), (-1, -1, 1), (1, -1, -1), (-1, 1, -1))
    coupling = sum(s * log_two_cosh(bias[units] + a * first + b * second) for a, b, s in signs) / 4
    np.add.at(J, (site[:, 0], site[:, 1]), 2 * coupling)  # the mean with the transposed is taken in the end


@checked
def group_couplings(machine: Layer, groups: Sequence[Sequence[int]]) -> Array:
    """Couplings of groups of visible units: the coefficient of Π_{i∈A} v_i in ln p(v) [Cossu2019]_.

    Four-spin couplings tell a machine of pairs from one that needs more. With n = |A|, odd or even::

        J_A = Σ_a (−1)^{⌊(n−1)/2⌋} ∫₀^∞ dk c(k c_a) Π_{i∈A} sin(k W_i) Π_{l∉A} cos(k W_l) / (k sinh(πk/2)),

    c = cos for even n and sin for odd n; a single unit has its visible bias added. Zero for a model of pairs alone,
    up to what a finite machine can do.

    Parameters
    ----------
    machine : RBM
        The machine.
    groups : sequence of sequence of int
        Numbers of different visible units, those of one group each: (0, 1, 16, 17) is a square of a lattice of side 16.

    Returns
    -------
    ndarray of float64
        (n_groups,), dimensionless; exact to ≈ 1e-12.

    Raises
    ------
    InputError
        A group that is empty, names a unit twice or one that is not there.

    Notes
    -----
    Cost O(n_hidden · nodes · (n_visible + n_groups)).

    References
    ----------
    .. [Cossu2019] Cossu, Del Debbio, Giani, Khamseh and Wilson, Phys. Rev. B 100, 064304 (2019).

    Examples
    --------
    >>> from spinlens import RBM
    >>> w = np.arccosh(np.exp(2 * 0.3)) / 2
    >>> float(group_couplings(RBM.from_weights([[w], [w]]), [(0, 1)])[0].round(12))
    0.3
    """
    chosen = [tuple(int(i) for i in group) for group in groups]
    weights = np.asarray(machine.weights_, dtype=np.float64)
    for group in chosen:
        if not group or len(set(group)) != len(group) or not all(0 <= i < len(weights) for i in group):
            raise InputError(f"a group must hold different units from 0 to {len(weights) - 1}, got {group}")
    found = np.array([machine.visible_bias_[group[0]] if len(group) == 1 else 0.0 for group in chosen])
    for unit in np.flatnonzero(np.any(weights != 0, axis=0)):
        found += _group_share(weights[:, unit], float(machine.hidden_bias_[unit]), chosen)
    return found


def _group_share(w: Array, bias: float, groups: list[tuple[int, ...]]) -> Array:
    step, k = _grid(w, bias)
    phase = np.multiply.outer(w, k)
    sine, cosine = np.sin(phase), np.cos(phase)
    tangent = sine / cosine
    kernel = step / (k * np.sinh(np.pi * k / 2))
    even, odd = (kernel * outer * np.prod(cosine, axis=0) for outer in (np.cos(k * bias), np.sin(k * bias)))
    share = np.empty(len(groups))
    for number, group in enumerate(groups):
        n = len(group)
        # At k → 0 the integrand is (2/π) w_i w_j for a pair, (2/π) c w_i for a single unit and zero for larger groups.
        edge = step / np.pi * (w[group[0]] * (w[group[1]] if n == 2 else bias)) if n <= 2 else 0.0
        integral = edge + (odd if n % 2 else even) @ np.prod(tangent[list(group)], axis=0)
        share[number] = -integral if (n - 1) // 2 % 2 else integral
    return share


def _nodes(w: Array, bias: float) -> tuple[Array, Array]:
    """tan(k w_i) (n_visible, nodes) and node weights of one unit: Π_{l≠i,j} cos is Π_l cos times two tangents."""
    step, k = _grid(w, bias)
    phase = np.multiply.outer(w, k)
    share = step * np.cos(k * bias) * np.prod(np.cos(phase), axis=0) / (k * np.sinh(np.pi * k / 2))
    # At k → 0 the integrand is (2/π) w_i w_j, and an end point counts half.
    return np.column_stack([w, np.tan(phase)]), np.append(step / np.pi, share)


def _grid(w: Array, bias: float) -> tuple[float, Array]:
    """Step and nodes k > 0 of the trapezoidal rule for one unit."""
    spread = min(float(np.abs(w).sum()), _DEVIATIONS * float(np.sqrt(w @ w))) + abs(bias)
    # Images of θ at multiples of 2π/step are the error of the rule: the bracket falls as e^{−2|θ|} outside `spread`.
    step = 2 * np.pi / (2 * spread + _TAIL / 2)
    return step, step * np.arange(1, int(np.ceil(2 / np.pi * _TAIL / step)) + 1, dtype=np.float64)


def _product(columns: list[tuple[Array, Array]]) -> Array:
    tangent = np.concatenate([part[0] for part in columns], axis=1)
    share = np.concatenate([part[1] for part in columns])
    return np.asarray((tangent * share) @ tangent.T)
