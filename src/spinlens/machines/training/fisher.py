"""The Fisher information of a machine from states of its own, solved in the space of those states.

With the deviations A (n, P) of the sufficient statistics ∂ ln p̃/∂w of n states from their mean, each row times the root
of its weight, F = Aᵀ A. For P ≫ n the natural gradient (F + λ)⁻¹ g = [g − Aᵀ (A Aᵀ + λ)⁻¹ A g] / λ costs n × n numbers
only; of a dense machine A is never formed, since A Aᵀ is a product of overlaps of states. For P < n, a lattice with
fewer sites than states that share one filter, F itself is the smaller system.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import scipy.linalg

from spinlens.arrays import AnyArray, Array, Single
from spinlens.machines.units.translations import Translations


class Fisher:
    """The Fisher information of the weights, from `visible` states (n, n_visible) and means tanh θ (n, n_hidden).

    `weights` (n,) are the probabilities of the states, 1/n each by default; with `tied` it is the information of the
    shared numbers.
    """

    def __init__(
        self, visible: Single, hidden: Single, tied: Translations | None = None, weights: Array | None = None
    ) -> None:
        self.visible, self.hidden, self.tied = visible, hidden, tied
        self._root = np.sqrt(np.full(len(visible), 1 / len(visible)) if weights is None else weights)

    def solve(self, gradient: AnyArray, damping: float) -> tuple[AnyArray, float]:
        """x = (F + λ)⁻¹ g in the shape of g, and the r.m.s. change of ln p̃ of a state along it, √(xᵀ F x).

        `gradient` is (n_visible, n_hidden), or (n_shared,) of tied weights.
        """
        if self._few:
            return self._solve_shared(gradient, damping)
        gram = self._gram.copy()
        gram[np.diag_indices(len(gram))] += damping
        factor = scipy.linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        y = scipy.linalg.cho_solve(factor, self._along(gradient), check_finite=False)  # (A Aᵀ + λ)⁻¹ A g, which is A x
        return (gradient - self._combination(y)) / damping, float(np.sqrt(np.sum(y**2)))

    @property
    def _few(self) -> bool:
        """Whether there are fewer numbers than states."""
        return self.tied is not None and self.tied.n_shared < len(self.visible)

    def _solve_shared(self, gradient: AnyArray, damping: float) -> tuple[AnyArray, float]:
        information = self._information
        system = information + damping * np.eye(len(information))
        factor = scipy.linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        step = scipy.linalg.cho_solve(factor, gradient.astype(np.float64), check_finite=False)
        return step, float(np.sqrt(step @ information @ step))

    @cached_property
    def _information(self) -> Array:
        """F = Aᵀ A of shared numbers, (n_shared, n_shared)."""
        deviations = self._centred(self._statistics.astype(np.float64)) * self._root[:, None]
        return np.asarray(deviations.T @ deviations)

    @cached_property
    def _gram(self) -> Array:
        """A Aᵀ, (n, n)."""
        centred = self._centred(self._centred(self.overlap().astype(np.float64)).T)
        return np.asarray(centred * self._root * self._root[:, None])

    def _centred(self, rows: Array) -> Array:
        """Rows (n, …) less their mean over the states."""
        return rows - np.tensordot(self._root**2, rows, axes=1)

    def _along(self, gradient: AnyArray) -> Array:
        """A g, (n,)."""
        return self._centred(self.change(gradient).astype(np.float64)) * self._root

    def _combination(self, y: Array) -> AnyArray:
        """Aᵀ y in the shape of the gradient."""
        share = y * self._root
        return self.combination((share - self._root**2 * share.sum()).astype(np.float32))

    @cached_property
    def _statistics(self) -> Single:
        """∂ ln p̃/∂w of each state in the shared numbers, (n, n_shared)."""
        assert self.tied is not None
        return self.tied.statistics(self.visible, self.hidden)

    def free(self, gradient: AnyArray) -> AnyArray:
        """The gradient in the numbers that are free: itself, or its sum over equal weights."""
        return gradient if self.tied is None else self.tied.sum(gradient)

    def spread(self, step: AnyArray) -> AnyArray:
        """A step of the free numbers as one of the weights (n_visible, n_hidden)."""
        return step if self.tied is None else self.tied.spread(step)

    def overlap(self) -> AnyArray:
        """Products of the statistics of any two states, not centred, (n, n)."""
        if self.tied is None:
            return (self.visible @ self.visible.T) * (self.hidden @ self.hidden.T)
        shared = self._statistics.astype(np.float64)  # sums over a large lattice: rounding in float32 can exceed λ
        return shared @ shared.T

    def change(self, gradient: AnyArray) -> AnyArray:
        """How ln p̃ of each state changes along a step, (n,)."""
        if self.tied is None:
            return np.asarray(np.einsum("na,na->n", self.visible @ gradient, self.hidden))
        return self._statistics @ gradient.astype(np.float32)

    def combination(self, share: Single) -> AnyArray:
        """The sum of the statistics of all states, each times its `share` (n,), in the shape of the gradient."""
        if self.tied is None:
            return self.visible.T @ (share[:, None] * self.hidden)
        return share @ self._statistics
