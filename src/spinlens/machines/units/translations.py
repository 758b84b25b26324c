"""Weights shared by translations of a torus: a convolutional machine, as a symmetry of the dense one."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens import checks
from spinlens.arrays import AnyArray, Array, Single
from spinlens.errors import InputError
from spinlens.machines.units.parameters import Parameters


class Translations:
    """Machines whose unit (a, t) sees W_{i,(a,t)} = w_a(i − t) on a torus, t over every `stride`-th site each way.

    Units are numbered a · n_places + t, with places in C order; n_hidden = n_filters · n_places. With a stride of 1
    every site is a place; with a stride of b units stand at the corners of blocks of b sites, as block spins do.
    The shared numbers are those of the filters, numbered a · n_sites + r. Tied weights stay tied when every gradient is
    averaged over translations, which also divides its noise.

    Examples
    --------
    >>> ring = Translations((3,), 3)
    >>> ring.average(np.array([[1.0, 0, 0], [0, 2.0, 0], [0, 0, 6.0]])).tolist()
    [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]
    >>> Translations((4,), 2, stride=2).spread(np.arange(4.0)).tolist()
    [[0.0, 2.0], [1.0, 3.0], [2.0, 0.0], [3.0, 1.0]]
    """

    def __init__(self, shape: tuple[int, ...], n_hidden: int, stride: int = 1) -> None:
        self.shape = tuple(checks.positive_integer("side of the torus", side) for side in shape)
        self.stride = checks.positive_integer("stride", stride)
        if any(side % stride for side in self.shape):
            raise InputError(f"stride {stride} does not divide the sides {self.shape} of the torus")
        self.places = tuple(side // stride for side in self.shape)
        self.n_sites, self.n_places = int(np.prod(self.shape)), int(np.prod(self.places))
        self.n_filters = n_hidden // self.n_places
        if n_hidden != self.n_filters * self.n_places or not n_hidden:
            raise InputError(
                f"a machine on the torus {self.shape} with stride {stride} needs a multiple of {self.n_places} hidden "
                f"units, got {n_hidden}"
            )

    @property
    def n_shared(self) -> int:
        """Shared numbers: one for each filter and displacement."""
        return self.n_filters * self.n_sites

    @cached_property
    def parameter(self) -> npt.NDArray[np.intp]:
        """(n_sites, n_hidden): which shared number a · n_sites + (i − t) each weight is."""
        sites = np.stack(np.unravel_index(np.arange(self.n_sites), self.shape))  # (d, n_sites)
        places = self.stride * np.stack(np.unravel_index(np.arange(self.n_places), self.places))  # (d, n_places)
        sides = np.array(self.shape)[:, None, None]
        displacement = (sites[:, :, None] - places[:, None, :]) % sides  # (d, n_sites, n_places)
        shared = np.ravel_multi_index(tuple(displacement), self.shape)
        return np.concatenate([shared + a * self.n_sites for a in range(self.n_filters)], axis=1)

    def random(self, n_visible: int, generator: np.random.Generator) -> Array:
        """Tied weights (n_sites, n_hidden) of standard normal numbers."""
        if n_visible != self.n_sites:
            raise InputError(f"the torus {self.shape} has {self.n_sites} sites, the data {n_visible} visible units")
        return self.spread(generator.standard_normal(self.n_shared))

    def spread(self, shared: AnyArray) -> Array:
        """Weights (n_sites, n_hidden) of shared numbers (n_shared,)."""
        return np.asarray(shared[self.parameter])

    def sum(self, gradient: AnyArray) -> Array:
        """The gradient in the shared numbers (n_shared,), the sum of that in the weights (n_sites, n_hidden)."""
        total = np.bincount(self.parameter.ravel(), weights=gradient.ravel(), minlength=self.n_shared)
        return np.asarray(total, dtype=np.float64)

    def average(self, weights: AnyArray) -> Array:
        """(n_sites, n_hidden) averaged over translations, equal entries for equal parameters."""
        return self.spread(self.sum(weights) / self.n_places)

    def filters(self, weights: AnyArray) -> AnyArray:
        """The filters w_a(r), (n_filters, *shape), of tied weights (n_sites, n_hidden)."""
        return np.asarray(weights[:, :: self.n_places].T.reshape(self.n_filters, *self.shape))

    def statistics(self, visible: Single, hidden: Single) -> Single:
        """Σ_t v_{t+r} h_{(a,t)} of each state, (n, n_shared): what the shared numbers multiply in −E, by FFT."""
        axes = tuple(range(-len(self.shape), 0))
        v = scipy.fft.rfftn(visible.reshape(len(visible), 1, *self.shape), axes=axes)
        placed = np.zeros((len(hidden), self.n_filters, *self.shape), np.float32)
        corners = (slice(None, None, self.stride),) * len(self.shape)
        placed[(slice(None), slice(None), *corners)] = hidden.reshape(len(hidden), self.n_filters, *self.places)
        product = v * np.conj(scipy.fft.rfftn(placed, axes=axes))  # (n, n_filters, k)
        return np.asarray(scipy.fft.irfftn(product, s=self.shape, axes=axes).reshape(len(visible), -1))

    def tie(self, gradient: Parameters) -> None:
        """Average a gradient over translations, in place: b over the sites that they take to each other, c by filter.

        With a stride of 1 these are all sites; otherwise those with the same position in their block.
        """
        gradient.weights_[:] = self.average(gradient.weights_)
        blocks = gradient.visible_bias_.reshape([n for place in self.places for n in (place, self.stride)])
        blocks[:] = blocks.mean(axis=tuple(range(0, blocks.ndim, 2)), keepdims=True)
        units = gradient.hidden_bias_.reshape(self.n_filters, self.n_places)
        units[:] = units.mean(axis=1)[:, None]


def tying(torus: tuple[int, ...] | None, n_hidden: int, stride: int = 1) -> Translations | None:
    """What ties the weights of a machine of `n_hidden` units, where they are tied."""
    if torus is None:
        if stride != 1:
            raise InputError(f"a stride of {stride} needs shared weights: give the sides of the lattice as torus")
        return None
    return Translations(torus, n_hidden, stride)


def torus_of_layer(torus: tuple[int, ...], stride: int, below: tuple[int | None, ...]) -> tuple[int, ...]:
    """Sides of the lattice that a layer of a stack stands on; `below` are the units of all layers below it, after None.

    >>> torus_of_layer((16, 16), 2, (None, 64))
    (8, 8)
    """
    scale = checks.positive_integer("stride", stride) ** (len(below) - 1)
    sides = tuple(side // scale for side in torus)
    if any(side % scale for side in torus) or below[-1] not in (None, math.prod(sides)):
        raise InputError(
            f"layer {len(below)} of a stack on the torus {tuple(torus)} with stride {stride} stands on {sides} units, "
            f"got {below[-1]} below it: give every layer but the last one filter, and sides that the strides divide"
        )
    return sides
