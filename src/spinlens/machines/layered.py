"""Trained machines above each other: states passed up and down through them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Single, Spins
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.machines.estimator import not_fitted
from spinlens.machines.machine import Machine
from spinlens.machines.rbm import RBM
from spinlens.machines.units import gibbs


class Layered(Machine):
    """What a stack does with its layers once they are trained."""

    _layers: list[RBM] | None = None

    @property
    def layers_(self) -> list[RBM]:
        """The trained machines from the bottom up."""
        if self._layers is None:
            raise not_fitted("this StackedRBM has no layers yet: call fit or load first")
        return self._layers

    def _lowest(self, layers: int | None) -> list[RBM]:
        trained = self.layers_
        if layers is None:
            return trained
        if checks.positive_integer("layers", layers) > len(trained):
            raise InputError(f"layers must be at most {len(trained)}, got {layers}")
        return trained[:layers]

    @checked
    def transform(self, X: Held, layers: int | None = None) -> Single:
        """Means passed upward, tanh by tanh.

        Parameters
        ----------
        X : array_like
            (n_samples, n_visible), states of ±1 or means.
        layers : int, optional
            How many layers to pass, from the bottom; all by default.

        Returns
        -------
        ndarray of float32
            (n_samples, units of the last layer passed).

        Examples
        --------
        >>> from spinlens.machines.stacked import StackedRBM
        >>> pairs = RBM.from_weights([[20.0], [20.0]])
        >>> stack = StackedRBM((1, 1), epochs=1).fit([[1, 1], [-1, -1]] * 50, bottom=pairs)
        >>> stack.transform([[1, 1], [-1, -1]], layers=1).tolist()  # tanh ±40
        [[1.0], [-1.0]]
        """
        units = np.asarray(X)
        for layer in self._lowest(layers):
            units = layer.hidden_mean(units)
        return units

    @checked
    def up(self, X: Held, generator: np.random.Generator, layers: int | None = None) -> list[Spins]:
        """Hidden states of each layer in turn, drawn from the bottom up.

        Parameters
        ----------
        X : array_like
            (n_samples, n_visible) of ±1.
        generator : numpy.random.Generator
            Where the random numbers come from.
        layers : int, optional
            How many layers to pass, from the bottom; all by default.

        Returns
        -------
        list of ndarray
            For each layer int8 ±1 (n_samples, units of the layer).

        Examples
        --------
        >>> from spinlens.machines.stacked import StackedRBM
        >>> pairs = RBM.from_weights([[20.0], [20.0]])
        >>> stack = StackedRBM((1, 1), epochs=1).fit([[1, 1], [-1, -1]] * 50, bottom=pairs)
        >>> [states.tolist() for states in stack.up([[1, 1], [-1, -1]], np.random.default_rng(0), layers=1)]
        [[[1], [-1]]]
        """
        states: list[Spins] = []
        for layer in self._lowest(layers):
            states.append(layer.sample_hidden(states[-1] if states else X, generator))
        return states

    @checked
    def down(self, top: npt.ArrayLike, generator: np.random.Generator, layers: int | None = None) -> list[Spins]:
        """States below given hidden states, drawn from there down to the visible units.

        Parameters
        ----------
        top : array_like
            (n_samples, units) of ±1, the hidden states of layer number `layers`.
        generator : numpy.random.Generator
            Where the random numbers come from.
        layers : int, optional
            The layer that `top` belongs to, counted from 1 at the bottom; the highest by default.

        Returns
        -------
        list of ndarray
            Int8 ±1 (n_samples, units) of each layer of units in turn, the visible ones last.

        Examples
        --------
        >>> from spinlens.machines.stacked import StackedRBM
        >>> pairs = RBM.from_weights([[20.0], [20.0]])
        >>> stack = StackedRBM((1, 1), epochs=1).fit([[1, 1], [-1, -1]] * 50, bottom=pairs)
        >>> [states.tolist() for states in stack.down([[1], [-1]], np.random.default_rng(0), layers=1)]
        [[[1, 1], [-1, -1]]]
        """
        states: list[Spins] = []
        for layer in reversed(self._lowest(layers)):
            states.append(layer.sample_visible(states[-1] if states else top, generator))
        return states

    @checked
    def sample(self, n: int, steps: int = 1000, seed: int = 0) -> Spins:
        """Visible states: Gibbs steps of the top machine from free spins, then drawn downward.

        Parameters
        ----------
        n : int
            Independent chains, one state each.
        steps : int
            Gibbs steps of the top machine, well above its τ_int.
        seed : int
            The same seed gives the same states.

        Returns
        -------
        ndarray of int8
            (n, n_visible) of ±1.

        Examples
        --------
        >>> from spinlens.machines.stacked import StackedRBM
        >>> pairs = RBM.from_weights([[20.0], [20.0]])
        >>> stack = StackedRBM((1, 1), epochs=1).fit([[1, 1], [-1, -1]] * 50, bottom=pairs)
        >>> int(np.abs(stack.sample(100, steps=5).sum(axis=1)).min())  # still held together
        2
        """
        *below, top = self.layers_
        generator = seeding.generator(checks.seed(seed), "stack", "sample")
        start = gibbs.random_states(checks.positive_integer("n", n), top.n_visible, generator)
        states = top.gibbs(start, steps, generator)
        return states if not below else self.down(states, generator, len(below))[-1]
