"""Weights shared by all translations of a torus: a convolutional machine, as a symmetry of the dense one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import AnyArray, Array
from spinlens.errors import InputError
from spinlens.machines.parameters import Parameters


class Translations:
    """Machines with n_hidden = n_filters · n_sites whose unit (a, t) sees W_{i,(a,t)} = w_a(i − t) on a torus.

    Units are numbered a · n_sites + t, with sites in C order. Tied weights stay tied when every gradient is averaged
    over translations, which also divides its noise.

    Examples
    --------
    >>> ring = Translations((3,), 3)
    >>> ring.average(np.array([[1.0, 0, 0], [0, 2.0, 0], [0, 0, 6.0]])).tolist()
    [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]
    """

    def __init__(self, shape: tuple[int, ...], n_hidden: int) -> None:
        self.shape = tuple(checks.positive_integer("side of the torus", side) for side in shape)
        self.n_sites = int(np.prod(self.shape))
        self.n_filters = n_hidden // self.n_sites
        if n_hidden != self.n_filters * self.n_sites or not n_hidden:
            raise InputError(
                f"a machine on the torus {self.shape} needs a multiple of {self.n_sites} hidden units, got {n_hidden}"
            )
        self._parameter = self._numbers()

    def _numbers(self) -> npt.NDArray[np.intp]:
        """(n_sites, n_hidden): which shared parameter a · n_sites + (i − t) each weight is."""
        sites = np.stack(np.unravel_index(np.arange(self.n_sites), self.shape))
        sides = np.array(self.shape)[:, None, None]
        displacement = (sites[:, :, None] - sites[:, None, :]) % sides
        shared = np.ravel_multi_index(tuple(displacement), self.shape)
        return np.concatenate([shared + a * self.n_sites for a in range(self.n_filters)], axis=1)

    def random(self, n_visible: int, generator: np.random.Generator) -> Array:
        """Tied weights (n_sites, n_hidden) of standard normal numbers."""
        if n_visible != self.n_sites:
            raise InputError(f"the torus {self.shape} has {self.n_sites} sites, the data {n_visible} visible units")
        return np.asarray(generator.standard_normal(self.n_filters * self.n_sites)[self._parameter])

    def average(self, weights: AnyArray) -> Array:
        """(n_sites, n_hidden) averaged over translations, equal entries for equal parameters."""
        total = np.bincount(self._parameter.ravel(), weights=weights.ravel(), minlength=self.n_filters * self.n_sites)
        return np.asarray((total / self.n_sites)[self._parameter])

    def tie(self, gradient: Parameters) -> None:
        """Average a gradient over translations, in place: b over all sites, c over the units of each filter."""
        gradient.weights_[:] = self.average(gradient.weights_)
        gradient.visible_bias_[:] = gradient.visible_bias_.mean()
        filters = gradient.hidden_bias_.reshape(self.n_filters, self.n_sites)
        filters[:] = filters.mean(axis=1)[:, None]


def tying(torus: tuple[int, ...] | None, n_hidden: int) -> Translations | None:
    """What ties the weights of a machine of `n_hidden` units, where they are tied."""
    return None if torus is None else Translations(torus, n_hidden)
