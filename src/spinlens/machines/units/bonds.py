"""Machines of bonds: hidden units that see two sites each, with one weight, such as those of an exact machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from spinlens.arrays import Array, Single, Spins
from spinlens.machines.units.kernels import Lanes, Sites, bond_fields, draw_units
from spinlens.machines.units.parameters import Weights

_TOGETHER = 128  # samples that take a step side by side


@dataclass(frozen=True, eq=False)
class Bonds:
    """One hidden unit a bond: sites `first` and `second` (n_bonds,) int32, coupled to it by `weights` (n_bonds,).

    A Gibbs step costs one draw a bond and sample, and no memory but for the bonds.
    """

    n_visible: int
    first: Sites
    second: Sites
    weights: Array

    @classmethod
    def of(cls, weights: Weights) -> Self | None:
        """The bonds of W (n_visible, n_hidden); None where a column is anything but the same number twice."""
        n_visible, n_hidden = weights.shape
        if np.count_nonzero(weights) != 2 * n_hidden:
            return None
        units, sites = np.nonzero(weights.T)
        ends = sites.reshape(n_hidden, 2)
        if not np.array_equal(units, np.repeat(np.arange(n_hidden), 2)):
            return None
        first, second = (weights[ends[:, side], np.arange(n_hidden)] for side in (0, 1))
        if not np.array_equal(first, second):
            return None
        return cls(n_visible, ends[:, 0].astype(np.int32), ends[:, 1].astype(np.int32), np.asarray(first, np.float64))

    @property
    def work(self) -> int:
        """Weights that a step goes through."""
        return 2 * len(self.weights)

    def scratch(self, n_samples: int) -> Single:
        """What `step` is given as `hidden`: nothing."""
        return np.empty((n_samples, 0), np.float32)

    def hidden_field(self, visible: Single, out: Single | None = None) -> Single:
        """θ = w (v_i + v_j) of each bond, (n_samples, n_bonds)."""
        field = np.add(visible[:, self.first], visible[:, self.second], out=out)
        field *= self.weights.astype(np.float32)
        return field

    def step(self, visible: Single, hidden: Single, lanes: Lanes, steps: int = 1) -> None:
        """`steps` Gibbs steps v → h → v of `visible` (n_samples, n_visible), in place; `hidden` is not used."""
        weights = self.weights.astype(np.float32)
        lean = (np.tanh(2 * self.weights) / 4).astype(np.float32)  # of 1 / (1 + e^{−2w(s + s')}) at s + s' = ±2, 0
        for begin in range(0, len(visible), _TOGETHER):
            part = visible[begin : begin + _TOGETHER]
            state = np.ascontiguousarray(part.T)  # (n_visible, samples)
            field = np.empty_like(state)
            for _ in range(steps):
                field[:] = 0
                bond_fields(self.first, self.second, weights, lean, state, field, lanes)
                draw_units(field.reshape(-1), lanes, state.reshape(-1))
            part[:] = state.T

    def free_energy(self, visible: Spins | Single | Array) -> Array:
        """F(v) = −Σ_a ln 2cosh(w_a (v_i + v_j)) of states of ±1, (n_samples,), by the pairs that agree."""
        gain = 2 * np.abs(self.weights) + np.log1p(np.exp(-4 * np.abs(self.weights))) - np.log(2.0)  # ln cosh 2w
        pairs = np.zeros((self.n_visible, self.n_visible))
        np.add.at(pairs, (self.first, self.second), gain)
        states = np.asarray(visible, np.float64)
        agreeing = 0.5 * (gain.sum() + np.einsum("ni,ni->n", states @ pairs, states))
        return np.asarray(-len(gain) * np.log(2.0) - agreeing)
