"""Block Gibbs sampling of machines of shared weights by Fourier transforms, for tori of many sites."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft

from spinlens.arrays import AnyArray, Single
from spinlens.machines.units import gibbs
from spinlens.machines.units.kernels import Lanes
from spinlens.machines.units.translations import Translations

_BUTTERFLIES = 20  # weights that a site of a transform counts as, by the time that it takes


class Convolved:
    """The conditional distributions of filters w_a(r) on a torus, θ_a(t) = c_a + Σ_i w_a(i − t) v_i, in float32.

    A step of n states costs O(n F N log N) in place of O(n F N²). `filters` is (n_filters, *shape), `visible_bias` one
    number a site, `hidden_bias` one a filter.
    """

    def __init__(self, tied: Translations, filters: AnyArray, visible_bias: AnyArray, hidden_bias: AnyArray) -> None:
        self._tied, self._axes = tied, tuple(range(-len(tied.shape), 0))
        self._modes = scipy.fft.rfftn(np.asarray(filters, np.float32), axes=self._axes)
        self._visible_bias = np.asarray(visible_bias, np.float32).reshape(tied.shape)
        self._hidden_bias = np.asarray(hidden_bias, np.float32).reshape(-1, *(1,) * len(tied.shape))
        corners: Any = (..., *(slice(None, None, tied.stride),) * len(tied.shape))
        self._corners = corners

    @property
    def n_visible(self) -> int:
        """Number of visible units."""
        return self._tied.n_sites

    @property
    def work(self) -> int:
        """Weights that a step goes through, by the time that it takes."""
        return _BUTTERFLIES * self._tied.n_filters * self._tied.n_sites

    def scratch(self, n_samples: int) -> Single:
        """What `step` is given as `hidden`: nothing."""
        return np.empty((n_samples, 0), np.float32)

    def hidden_field(self, visible: Single) -> Single:
        """θ of flat states, (n_samples, n_hidden), units in the order of the dense machine."""
        modes = scipy.fft.rfftn(visible.reshape(-1, 1, *self._tied.shape), axes=self._axes)
        field = scipy.fft.irfftn(modes * np.conj(self._modes), s=self._tied.shape, axes=self._axes)
        placed = field[self._corners] + self._hidden_bias
        return np.ascontiguousarray(placed.reshape(len(visible), -1), dtype=np.float32)

    def visible_field(self, hidden: Single) -> Single:
        """b + Σ_{a,t} w_a(i − t) h_{(a,t)}, (n_samples, n_visible)."""
        tied = self._tied
        placed = hidden.reshape(len(hidden), tied.n_filters, *tied.places)
        if tied.stride > 1:
            spread = np.zeros((len(hidden), tied.n_filters, *tied.shape), np.float32)
            spread[self._corners] = placed
            placed = spread
        modes = scipy.fft.rfftn(placed, axes=self._axes)
        total = np.einsum("na...,a...->n...", modes, self._modes)
        field = scipy.fft.irfftn(total, s=tied.shape, axes=self._axes) + self._visible_bias
        return np.ascontiguousarray(field.reshape(len(hidden), -1), dtype=np.float32)

    def step(self, visible: Single, hidden: Single, lanes: Lanes, steps: int = 1) -> None:
        """`steps` Gibbs steps v → h → v of `visible` (n_samples, n_visible), in place; `hidden` is not used."""
        for _ in range(steps):
            drawn = gibbs.draw(self.hidden_field(visible), lanes)
            visible[:] = gibbs.draw(self.visible_field(drawn), lanes)
