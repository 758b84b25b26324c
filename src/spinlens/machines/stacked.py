"""A stack of machines: each layer is trained on the hidden states of the one below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import AnyArray, Spins
from spinlens.border import checked
from spinlens.errors import ArtefactError, InputError
from spinlens.files.held import Held
from spinlens.machines.files import storage
from spinlens.machines.files.packed import unpacked_states
from spinlens.machines.layered import Layered
from spinlens.machines.rbm import RBM
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.units.translations import torus_of_layer
from spinlens.progress import Parts, Progress, Step, Tell, telling


class StackedRBM(Layered):
    """Greedily trained stack of RBMs with ±1 units: each layer learns the hidden states of the one below.

    n_hidden = n_visible / 4 in each layer matches blocks of 2 × 2. The layers are no joint model: only the top one has
    its own distribution, from which states are drawn and passed down.

    Parameters
    ----------
    n_hidden : tuple of int
        Hidden units of each layer, from the bottom.
    upward : {"sampled", "mean"}
        What a layer is trained on: h ~ p(h | v) of the layer below, or the signs of their means (±1 as well, the most
        probable state).
    seed : int
        The one seed; each layer has a stream of its own.
    **options
        Training options of every layer, those of `RBM`. `torus` is that of the bottom layer: with a `stride` of b every
        layer has one filter, and stands on the sites of a lattice of sides b times smaller than the one below.

    Attributes
    ----------
    layers_ : list of RBM
        The trained machines, from the bottom.

    Raises
    ------
    InputError
        No layers, or options that `RBM` does not have or take.

    Notes
    -----
    The published comparison of machines with the renormalization group is of such stacks [DeMelloKoch2020]_. Hidden
    units have no position of their own, see `place_units`.

    References
    ----------
    .. [DeMelloKoch2020] de Mello Koch, de Mello Koch, Kastanos and Cheng, Phys. Rev. E 102, 013307 (2020).

    Examples
    --------
    >>> stack = StackedRBM((4, 1), epochs=1).fit([[1] * 16, [-1] * 16] * 50)
    >>> [layer.weights_.shape for layer in stack.layers_]
    [(16, 4), (4, 1)]
    """

    kind: ClassVar[str] = "stack"
    stream: ClassVar[str] = "stack up and down"

    def __init__(
        self, n_hidden: tuple[int, ...] = (64, 16), upward: str = "sampled", seed: int = 0, **options: Any
    ) -> None:
        widths = tuple(checks.positive_integer("n_hidden", width) for width in checks.several("n_hidden", n_hidden))
        plain = isinstance(n_hidden, tuple) and all(type(width) is int for width in n_hidden)
        self.n_hidden = n_hidden if plain else widths  # `clone` wants back what it gave
        self.upward, self.seed = checks.choice("upward", upward, ("sampled", "mean")), checks.seed(seed)
        self.options = options
        try:
            for number, width in enumerate(self.n_hidden):
                Recipe(width, **self._layer_options(number))
        except TypeError as error:
            raise InputError(f"StackedRBM: {error}") from error

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments.

        Parameters
        ----------
        deep : bool
            For scikit-learn; nothing is nested here.

        Returns
        -------
        dict
            n_hidden, upward, seed, and the options that were given.

        Examples
        --------
        >>> StackedRBM((4, 1), epochs=5).get_params()
        {'n_hidden': (4, 1), 'upward': 'sampled', 'seed': 0, 'epochs': 5}
        """
        return {"n_hidden": self.n_hidden, "upward": self.upward, "seed": self.seed, **self.options}

    def set_params(self, **params: Any) -> Self:
        """Change options; what is learned stays as it is until the next `fit`.

        Parameters
        ----------
        **params
            Options by name, those of the layers among them.

        Returns
        -------
        StackedRBM
            The stack itself.

        Raises
        ------
        InputError
            An unknown option, or a value that is refused: then nothing is changed.

        Examples
        --------
        >>> StackedRBM((4, 1)).set_params(epochs=5, upward="mean")
        StackedRBM(n_hidden=(4, 1), upward='mean', epochs=5)
        """
        changed = type(self)(**{**self.get_params(), **params})
        self.n_hidden, self.upward, self.seed, self.options = (
            changed.n_hidden, changed.upward, changed.seed, changed.options,
        )  # fmt: skip
        return self

    @checked
    def fit(
        self,
        X: Held,
        y: object = None,
        *,
        validation: npt.ArrayLike | None = None,
        progress: Progress = None,
        bottom: RBM | None = None,
        checkpoint: str | Path | None = None,
    ) -> Self:
        """Train the layers one after another, from the bottom.

        Parameters
        ----------
        X : array_like
            States (n_samples, n_visible) of ±1.
        y : object, optional
            Ignored, as scikit-learn gives one: nothing is to be predicted.
        validation : array_like, optional
            Held-out states (n, n_visible); those of upper layers are their hidden states.
        progress : bool or callable, optional
            True shows how far it is, False does not; by default a bar in notebooks and at the prompt. A callable is
            told a `Step` after each epoch, whose `numbers` have the `layer` from 0, too; see `spinlens.progress`.
        bottom : RBM, optional
            A machine trained on X already, taken as it is for the first layer.
        checkpoint : path, optional
            Folder for the training states of the layers: a killed training goes on from there and ends with the same
            bits.

        Returns
        -------
        StackedRBM
            The stack itself, with `layers_`.

        Raises
        ------
        InputError
            States that are not ±1 or not flat, or a `bottom` of another shape.

        Examples
        --------
        >>> pairs = RBM.from_weights([[20.0], [20.0]])  # two units held together
        >>> stack = StackedRBM((1, 1), epochs=1).fit([[1, 1], [-1, -1]] * 50, bottom=pairs)
        >>> stack.layers_[0] is pairs, stack.layers_[1].weights_.shape
        (True, (1, 1))
        """
        data = unpacked_states(X)
        held_out = None if validation is None else unpacked_states(validation, data.shape[1], "validation")
        layers: list[RBM] = []
        with telling(progress) as tell:
            told = _Layers(tell, (data.shape[1], *self.n_hidden), bottom is not None)
            for number, width in enumerate(self.n_hidden):
                if number == 0 and bottom is not None:
                    layer = _checked_bottom(bottom, data.shape[1], width)
                else:
                    layer = RBM(width, **{**self._layer_options(number), "seed": self._seed(number)})
                    state = None if checkpoint is None else Path(checkpoint) / f"layer{number}.safetensors"
                    layer.fit(data, validation=held_out, progress=told.layer(number), checkpoint=state)
                layers.append(layer)
                generator = seeding.generator(self.seed, "stack", "upward", number)
                data = self._upward(layer, data, generator)
                held_out = None if held_out is None else self._upward(layer, held_out, generator)
        self._layers = layers
        return self

    def _layer_options(self, number: int) -> dict[str, Any]:
        """The options of a layer: shared weights live on the lattice of the layer below it."""
        torus, stride = self.options.get("torus"), self.options.get("stride", 1)
        if torus is None:
            return self.options
        return {**self.options, "torus": torus_of_layer(torus, stride, (None, *self.n_hidden)[: number + 1])}

    def _seed(self, number: int) -> int:
        return seeding.purpose_seed(self.seed, "stack", number, bits=32)

    def _upward(self, layer: RBM, states: Spins, generator: np.random.Generator) -> Spins:
        if self.upward == "sampled":
            return layer.sample_hidden(states, generator)
        return np.where(layer.hidden_mean(states) >= 0, 1, -1).astype(np.int8)

    def config(self) -> dict[str, Any]:
        """What is kept of a stack beside its arrays.

        Returns
        -------
        dict
            `parameters`, the constructor's arguments, and `layers`, the `config` of each; JSON-able.

        Examples
        --------
        >>> stack = StackedRBM((4, 1), epochs=1).fit([[1] * 16, [-1] * 16] * 50)
        >>> sorted(stack.config()), len(stack.config()["layers"])
        (['layers', 'parameters'], 2)
        """
        return {"parameters": self.get_params(), "layers": [layer.config() for layer in self.layers_]}

    @classmethod
    def _assembled(cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object, prefix: str) -> Self:
        stack = cls(**storage.tuples(config["parameters"]))
        stack._layers = [
            RBM.from_parts(layer, arrays, source, prefix + cls._prefix(number))
            for number, layer in enumerate(config["layers"])
        ]
        pairs = zip(stack._layers[:-1], stack._layers[1:], strict=True)
        if tuple(layer.n_hidden for layer in stack._layers) != stack.n_hidden or any(
            upper.n_visible != lower.n_hidden for lower, upper in pairs
        ):
            raise ArtefactError(f"{source}: the layers do not fit on each other")
        return stack


def _checked_bottom(bottom: RBM, n_visible: int, n_hidden: int) -> RBM:
    if bottom.weights_.shape != (n_visible, n_hidden):
        raise InputError(f"bottom has weights {bottom.weights_.shape}, the first layer needs ({n_visible}, {n_hidden})")
    return bottom


class _Layers:
    """The trainings of the layers told as one; they take time in proportion to their weights."""

    def __init__(self, tell: Tell, units: Sequence[int], trained: bool) -> None:
        weights = [float(visible * hidden) for visible, hidden in pairwise(units)]
        self._tell, self._parts = tell, Parts(tell, [0.0, *weights[1:]] if trained else weights)

    def layer(self, number: int) -> Tell:
        def told(step: Step) -> None:
            whole = self._parts.at(number, f"layer {number + 1}: {step.text}", step.share or 0.0)
            self._tell(replace(whole, numbers={"layer": number, **step.numbers}))

        return told
