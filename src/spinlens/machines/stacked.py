"""A stack of machines: each layer is trained on the hidden states of the one below."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import AnyArray, Single, Spins
from spinlens.errors import ArtefactError, InputError
from spinlens.machines import gibbs, storage
from spinlens.machines.machine import Machine
from spinlens.machines.packed import unpacked_states
from spinlens.machines.rbm import RBM
from spinlens.machines.training.loop import Callback
from spinlens.machines.training.recipe import Recipe


class StackedRBM(Machine):
    """Greedily trained stack of RBMs with ±1 units; n_hidden = n_visible / 4 per layer matches blocks of 2 × 2.

    Parameters
    ----------
    n_hidden : hidden units of each layer, from the bottom.
    upward : what a layer is trained on: "sampled" hidden states of the layer below, h ~ p(h | v), or the signs of their
        means ("mean", ±1 as well, the most probable state).
    seed : each layer has a stream of its own.
    **options : training options of every layer, those of `RBM`.

    Attributes
    ----------
    layers_ : the trained `RBM` objects, from the bottom.
    """

    kind: ClassVar[str] = "stack"
    stream: ClassVar[str] = "stack up and down"
    _layers: list[RBM] | None = None

    def __init__(
        self, n_hidden: tuple[int, ...] = (64, 16), upward: str = "sampled", seed: int = 0, **options: Any
    ) -> None:
        if not n_hidden:
            raise InputError("n_hidden is empty: give the hidden units of at least one layer")
        self.n_hidden = tuple(checks.positive_integer("n_hidden", width) for width in n_hidden)
        self.upward, self.seed = checks.choice("upward", upward, ("sampled", "mean")), checks.seed(seed)
        try:
            Recipe(self.n_hidden[0], **options)
        except TypeError as error:
            raise InputError(f"StackedRBM: {error}") from error
        self.options = options

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"n_hidden": self.n_hidden, "upward": self.upward, "seed": self.seed, **self.options}

    def fit(
        self,
        X: npt.ArrayLike,
        *,
        validation: npt.ArrayLike | None = None,
        callback: Callback | None = None,
        bottom: RBM | None = None,
        checkpoint: str | Path | None = None,
    ) -> Self:
        """Train the layers from the bottom on X (n_samples, n_visible) of ±1; `callback` entries carry `layer`.

        `bottom` is a machine trained on X already, taken as it is for the first layer. `checkpoint` is a folder for the
        training states of the layers: a killed training goes on from there and ends with the same bits.
        """
        folder = None if checkpoint is None else Path(checkpoint)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        data = unpacked_states(X)
        held_out = None if validation is None else unpacked_states(validation, data.shape[1])
        layers: list[RBM] = []
        for number, width in enumerate(self.n_hidden):
            if number == 0 and bottom is not None:
                layer = _checked_bottom(bottom, data.shape[1], width)
            else:
                layer_seed = seeding.purpose_seed(self.seed, "stack", number, bits=32)
                layer = RBM(width, **{**self.options, "seed": layer_seed})
                state = None if folder is None else folder / f"layer{number}.safetensors"
                layer.fit(data, validation=held_out, callback=_numbered(callback, number), checkpoint=state)
            layers.append(layer)
            generator = seeding.generator(self.seed, "stack", "upward", number)
            data = self._upward(layer, data, generator)
            held_out = None if held_out is None else self._upward(layer, held_out, generator)
        self._layers = layers
        return self

    def _upward(self, layer: RBM, states: Spins, generator: np.random.Generator) -> Spins:
        if self.upward == "sampled":
            return layer.sample_hidden(states, generator)
        return np.where(layer.hidden_mean(states) >= 0, 1, -1).astype(np.int8)

    @property
    def layers_(self) -> list[RBM]:
        """The trained machines from the bottom up."""
        if self._layers is None:
            raise InputError("this StackedRBM has no layers yet: call fit or load first")
        return self._layers

    def gibbs_tau(self, start: npt.ArrayLike, *, chains: int = 40, steps: int = 400, seed: int = 0) -> None:
        """None: the layers were trained one after another, and have no chain whose end is their distribution."""

    def _lowest(self, layers: int | None) -> list[RBM]:
        trained = self.layers_
        if layers is None:
            return trained
        if checks.positive_integer("layers", layers) > len(trained):
            raise InputError(f"layers must be at most {len(trained)}, got {layers}")
        return trained[:layers]

    def transform(self, X: npt.ArrayLike, layers: int | None = None) -> Single:
        """Means passed upward, tanh by tanh, through `layers` layers (all by default); float32 (n_samples, units)."""
        units = np.asarray(X)
        for layer in self._lowest(layers):
            units = layer.hidden_mean(units)
        return units

    def up(self, X: npt.ArrayLike, generator: np.random.Generator, layers: int | None = None) -> list[Spins]:
        """Sampled hidden states of each layer in turn, from the bottom: int8 ±1 (n_samples, units of the layer)."""
        states: list[Spins] = []
        for layer in self._lowest(layers):
            states.append(layer.sample_hidden(states[-1] if states else X, generator))
        return states

    def down(self, top: npt.ArrayLike, generator: np.random.Generator, layers: int | None = None) -> list[Spins]:
        """Sampled states below hidden states `top` of layer number `layers`, from there down to the visible units."""
        states: list[Spins] = []
        for layer in reversed(self._lowest(layers)):
            states.append(layer.sample_visible(states[-1] if states else top, generator))
        return states

    def sample(self, n: int, steps: int = 1000, seed: int = 0) -> Spins:
        """`n` visible states: `steps` Gibbs steps of the top machine from free spins, then sampled downward."""
        *below, top = self.layers_
        generator = seeding.generator(checks.seed(seed), "stack", "sample")
        start = gibbs.random_states(checks.positive_integer("n", n), top.n_visible, generator)
        states = top.gibbs(start, steps, generator)
        return states if not below else self.down(states, generator, len(below))[-1]

    def to_arrays(self) -> dict[str, AnyArray]:
        """The parameter arrays of all layers, names prefixed with "layer0." and so on."""
        named = [(f"layer{number}.", layer.to_arrays()) for number, layer in enumerate(self.layers_)]
        return {prefix + name: array for prefix, arrays in named for name, array in arrays.items()}

    def config(self) -> dict[str, Any]:
        """Constructor arguments and the settings of each layer, JSON-able."""
        return {"parameters": self.get_params(), "layers": [layer.config() for layer in self.layers_]}

    @classmethod
    def from_parts(cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object = "stack") -> Self:
        """The inverse of `config` and `to_arrays`; what does not fit together is an `ArtefactError`."""
        try:
            stack = cls(**storage.tuples(config["parameters"]))
            layers = [dict(layer) for layer in config["layers"]]
        except (KeyError, TypeError, ValueError, InputError) as error:
            raise ArtefactError(f"the settings of {source} do not describe a stack ({error})") from error
        stack._layers = [
            RBM.from_parts(layer, arrays, source, f"layer{number}.") for number, layer in enumerate(layers)
        ]
        if tuple(layer.n_hidden for layer in stack.layers_) != stack.n_hidden or any(
            upper.n_visible != lower.n_hidden
            for lower, upper in zip(stack.layers_[:-1], stack.layers_[1:], strict=True)
        ):
            raise ArtefactError(f"{source}: the layers do not fit on each other")
        return stack


def _checked_bottom(bottom: RBM, n_visible: int, n_hidden: int) -> RBM:
    if bottom.weights_.shape != (n_visible, n_hidden):
        raise InputError(f"bottom has weights {bottom.weights_.shape}, the first layer needs ({n_visible}, {n_hidden})")
    return bottom


def _numbered(callback: Callback | None, number: int) -> Callback | None:
    if callback is None:
        return None
    return lambda entry: callback({"layer": number, **entry})
