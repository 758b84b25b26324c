"""Controls: machines and data that cannot know the geometry of a lattice, but look alike to careless eyes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special

from spinlens import checks, seeding
from spinlens.arrays import AnyArray, Spins
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.units.parameters import Layer
from spinlens.machines.units.translations import Translations

_PIECE = 4096  # states made at once


def redrawn(machine: Layer, family: str = "normal", seed: int = 0) -> RBM:
    """A machine whose weights are independent draws from the distribution fitted to those of another.

    It has the same histogram of weights and no geometry. The sign of a hidden unit is a gauge: choose every unit's sign
    so that its weights sum to a positive number first, or the mean of all weights is lost in noise.

    Parameters
    ----------
    machine : RBM
        The machine whose weights are fitted.
    family : {"normal", "student", "shuffled"}
        Mean and standard deviation; Student's t by maximum likelihood, for heavy tails; the very same weights in random
        places.
    seed : int
        Seeds the draws.

    Returns
    -------
    RBM
        Of the same shape, precision and biases.

    Raises
    ------
    InputError
        Another family.

    Examples
    --------
    >>> W = np.array([[0.5, -0.1], [0.2, 0.0]])
    >>> np.sort(redrawn(RBM.from_weights(W), "shuffled").weights_.ravel()).tolist()
    [-0.1, 0.0, 0.2, 0.5]
    """
    checks.choice("family", family, ("normal", "student", "shuffled"))
    generator = seeding.generator(checks.seed(seed), "rbm", "redrawn", family)
    weights: Any = np.asarray(machine.weights_)
    flat = weights.ravel().astype(np.float64)
    if family == "shuffled":
        drawn = generator.permutation(flat)
    elif family == "normal":
        drawn = generator.normal(flat.mean(), flat.std(), flat.size)
    else:
        from scipy import stats  # half of what spinlens loads, for this alone

        drawn = stats.t(*stats.t.fit(flat)).rvs(flat.size, random_state=generator)
    new = np.asarray(drawn).reshape(weights.shape).astype(weights.dtype)
    return RBM.from_weights(new, machine.visible_bias_, machine.hidden_bias_)


def one_sign(machine: Layer) -> RBM:
    """The same machine with h_a → −h_a where Σ_i W_ia < 0: free signs would hide the mean of the weights in noise."""
    weights: Any = np.asarray(machine.weights_)
    signs = np.where(weights.sum(axis=0) < 0, -1, 1).astype(weights.dtype)
    return RBM.from_weights(weights * signs, machine.visible_bias_, np.asarray(machine.hidden_bias_) * signs)


def extreme_states(n: int, n_sites: int, seed: int = 0) -> Spins:
    """States half at T = 0 (all up or all down) and half at T = ∞ (free spins), in random order.

    They know the magnetization and nothing of the lattice: any ordering of the sites would do.

    Parameters
    ----------
    n : int
        States; ⌊n/2⌋ of them at T = 0.
    n_sites : int
        Spins of each.
    seed : int
        Seeds the draws.

    Returns
    -------
    ndarray of int8
        (n, n_sites) of ±1.

    Raises
    ------
    InputError
        No states or no sites.

    Examples
    --------
    >>> states = extreme_states(6, 400)
    >>> int((np.abs(states.mean(axis=1)) == 1).sum())
    3
    """
    generator = seeding.generator(checks.seed(seed), "rbm", "extreme states")
    shape = (checks.positive_integer("n", n), checks.positive_integer("n_sites", n_sites))
    states = np.empty(shape, np.int8)
    for piece in _pieces(states):
        piece[:] = np.where(generator.random(piece.shape) < 0.5, 1, -1)
    cold = generator.permutation(shape[0])[: shape[0] // 2]
    states[cold] = states[cold, :1]
    return states


def mean_field_states(n: int, n_sites: int, reduced_coupling: float, seed: int = 0) -> Spins:
    """Independent states of the mean-field (Curie–Weiss) model, drawn exactly.

    p(s) ∝ exp(K M² / (2 N)), M = Σ s: all pairs have the coupling K / N, each counted once, and K = 1 is critical.

    Parameters
    ----------
    n : int
        States.
    n_sites : int
        N spins of each.
    reduced_coupling : float
        K = J N / T, of any sign.
    seed : int
        Seeds the draws.

    Returns
    -------
    ndarray of int8
        (n, n_sites) of ±1.

    Raises
    ------
    InputError
        No states, no sites, or a coupling that is not finite.

    Examples
    --------
    Far below its critical temperature all spins agree.

    >>> states = mean_field_states(5, 8, 50.0)
    >>> np.abs(states.sum(axis=1)).tolist()
    [8, 8, 8, 8, 8]
    """
    generator = seeding.generator(checks.seed(seed), "rbm", "mean-field states")
    checks.positive_integer("n", n)
    checks.positive_integer("n_sites", n_sites)
    if not np.isfinite(reduced_coupling):
        raise InputError(f"reduced_coupling must be a finite number, got {reduced_coupling!r}")
    up = np.arange(n_sites + 1)
    log_p = -special.gammaln(up + 1) - special.gammaln(n_sites - up + 1)
    log_p = log_p + reduced_coupling * (2 * up - n_sites) ** 2 / (2 * n_sites)
    p = np.exp(log_p - log_p.max())
    count = generator.choice(up, size=n, p=p / p.sum())
    states = np.empty((n, n_sites), np.int8)
    for piece, ups in zip(_pieces(states), _pieces(count), strict=True):
        rank = np.argsort(np.argsort(generator.random(piece.shape), axis=1), axis=1)
        piece[:] = np.where(rank < ups[:, None], 1, -1)
    return states


def _pieces(states: AnyArray) -> Iterator[AnyArray]:
    """States (n, …) in views of some thousand: random numbers and ranks take eight bytes each."""
    return (states[first : first + _PIECE] for first in range(0, len(states), _PIECE))


@checked
def kadanoff_machine(shape: tuple[int, ...], p: float, scale: int = 2) -> RBM:
    """The machine whose hidden units are Kadanoff's block spins: the positive control of a learned coarse-graining.

    W_ia = p for the sites i of block a and 0 elsewhere, so that p(h_a | v) ∝ exp(p h_a Σ_{i∈a} v_i)
    [KadanoffHoughton1975]_; for p → ∞ the majority rule. It is no model of any states: only its way up is meant.

    Parameters
    ----------
    shape : tuple of int
        Sides of the lattice of visible units.
    p : float
        Strength of the rule, p ≥ 0.
    scale : int, default 2
        Side of a block; it divides every side.

    Returns
    -------
    RBM
        With a unit a block, in C order of the blocks.

    Raises
    ------
    InputError
        A strength below 0, or blocks that do not fill the lattice.

    References
    ----------
    .. [KadanoffHoughton1975] Kadanoff & Houghton, Phys. Rev. B 11, 377 (1975).

    Examples
    --------
    >>> kadanoff_machine((4,), 0.5).weights_.tolist()
    [[0.5, 0.0], [0.5, 0.0], [0.0, 0.5], [0.0, 0.5]]
    """
    if not checks.finite_number("p", p) >= 0:
        raise InputError(f"p must be at least 0, got {p!r}")
    sides = tuple(checks.positive_integer("side", side) for side in shape)
    blocks = math.prod(side // checks.positive_integer("scale", scale) for side in sides)
    tied = Translations(sides, blocks, scale)
    own = np.zeros(sides)
    own[(slice(scale),) * len(sides)] = p
    return RBM.from_weights(tied.spread(own.ravel()))
