"""Machines of 0/1 units without biases, as earlier flows used them, trained by CD-1 and mapped to ±1 units exactly.

With v = (1 + s)/2 and h = (1 + t)/2 the energy −Σ v_i W_ia h_a is

    −Σ s_i (W_ia/4) t_a − Σ_i s_i (Σ_a W_ia)/4 − Σ_a t_a (Σ_i W_ia)/4 + a constant:

±1 units with the weights W/4 and the biases Σ_a W_ia / 4 and Σ_i W_ia / 4. The field of t_a is ½ Σ_i v_i W_ia, so
that p(h_a = 1) = (1 + tanh of it)/2 = 1/(1 + e^{−Σ v W}), as it must be.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from spinlens.arrays import Single, Spins
from spinlens.machines.rbm import RBM
from spinlens.machines.units import gibbs

SCALE = 0.1  # of the first weights
BATCH = 100


def plus_minus(weights: Single) -> RBM:
    """The machine of ±1 units with the same law as one of 0/1 units with `weights` (n_visible, n_hidden), no biases."""
    W = np.asarray(weights, dtype=np.float64) / 4
    return RBM.from_weights(W, W.sum(axis=1), W.sum(axis=0))


class ContrastiveDivergence:
    """CD-1 of 0/1 units without biases at a constant rate; batches in one fixed order, means of h in the gradient.

    The gradient of W_ia is ⟨v_i p(h_a | v)⟩ of the data less that one step later; nothing else moves.
    """

    def __init__(self, states: Spins, n_hidden: int, rate: float, seed: int) -> None:
        self.generator = np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(1,)))
        self.data = (states > 0).astype(np.float32)  # (n, n_visible)
        n_visible = self.data.shape[1]
        self.weights = (SCALE * self.generator.standard_normal((n_visible, n_hidden))).astype(np.float32)
        self.rate, self.epochs = rate, 0
        self._lanes = gibbs.make_lanes(self.generator)

    def epoch(self) -> None:
        """One pass over the data."""
        first, second = (np.empty((BATCH, self.weights.shape[1]), np.float32) for _ in range(2))
        for start in range(0, len(self.data) - BATCH + 1, BATCH):
            v = self.data[start : start + BATCH]
            half = self.weights / 2
            np.matmul(v, half, out=first)  # the field of ±1 units, (BATCH, n_hidden)
            gibbs.draw_and_mean(first, self._lanes, second, 0.5)  # ½ tanh, and t = ±1
            field = (second + 1) @ half.T / 2  # h = (t + 1)/2
            gibbs.draw(field, self._lanes)
            again = (field + 1) / 2
            np.matmul(again, half, out=second)
            gibbs.mean(second, 0.5)
            first += 0.5  # p(h = 1 | v) = (1 + tanh)/2
            second += 0.5
            self.weights += np.float32(self.rate / BATCH) * (v.T @ first - again.T @ second)
        self.epochs += 1

    def save(self, path: Path) -> None:
        """Weights and random state, written to a temporary name first."""
        part = path.with_suffix(".part.npz")
        np.savez(part, weights=self.weights, lanes=self._lanes, epochs=self.epochs)
        os.replace(part, path)

    def load(self, path: Path) -> None:
        """Go on from what `save` wrote."""
        with np.load(path) as found:
            self.weights[:], self._lanes, self.epochs = found["weights"], found["lanes"], int(found["epochs"])
