"""What an RBM and a stack of them have in common: layers, the flow of states through them, and files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import AnyArray
from spinlens.border import checked
from spinlens.errors import ArtefactError, InputError, SpinlensError
from spinlens.files.held import Held
from spinlens.machines import portrait
from spinlens.machines.distribution import Distribution
from spinlens.machines.estimator import Estimator
from spinlens.machines.files import rbms_file, storage
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.machines.units.passage import Kind, flow_records
from spinlens.showing import Card, Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Machine(Estimator, Shown, ABC):
    """An `RBM`, or a `StackedRBM`; whoever lets states flow under a machine need not ask which."""

    kind: ClassVar[str]
    """Its name in files."""
    stream: ClassVar[str]
    """The name of the random numbers of its flow."""

    @property
    @abstractmethod
    def layers_(self) -> Sequence[Distribution]:
        """The trained machines from the bottom up; of an RBM it alone."""

    def _card(self) -> Card:
        return portrait.card(self)

    @property
    def bottom(self) -> Distribution:
        """The layer whose visible units are the sites of the lattice."""
        return self.layers_[0]

    @checked
    def records(
        self, states: Held, record: Sequence[int], kind: Kind = "sampled", seed: int = 0
    ) -> Iterator[tuple[int, AnyArray]]:
        """The flow v → h → v′ → … of states, through all layers up and down, at chosen steps.

        Parameters
        ----------
        states : array_like
            (n_samples, …) of ±1, with as many entries each as the bottom layer has visible units.
        record : sequence of int
            Steps ≥ 0 that are given; the flow does not depend on them.
        kind : {"sampled", "mean", "mixed"}
            Draw ±1 both ways; pass means tanh θ both ways; draw upward and pass means downward.
        seed : int
            Seeds the draws.

        Returns
        -------
        iterator of (int, ndarray)
            Step and states of the shape given, one after the other so that none need be kept: int8 ±1 where they are
            drawn, float64 in [−1, 1] otherwise.
        """
        array = checks.units("states", states)
        width = self.bottom.n_visible
        if array.ndim < 2 or array[0].size != width:
            raise InputError(f"states must have shape (n_samples, …) with {width} units each, got {array.shape}")
        return flow_records(self.layers_, array, record, kind, seeding.generator(checks.seed(seed), self.stream))

    @checked
    def gibbs_tau(
        self, start: npt.ArrayLike, *, chains: int = 40, most_steps: int = 20_000, seed: int = 0
    ) -> GibbsTime | None:
        """τ_int of |m| of the machine's own Gibbs chain, where it has one.

        Parameters
        ----------
        start : array_like
            States (n_samples, …) of ±1 at which the chains begin, in turn.
        chains, most_steps : int
            Independent chains, and the most steps v → h → v of each: they go on until they are 100 τ_int long.
        seed : int
            Seeds the draws.

        Returns
        -------
        GibbsTime or None
            An `Estimate` in Gibbs steps, see `gibbs_autocorrelation`; a lower bound where it is not `settled`. None of
            a stack: its layers were trained one after another, and no chain ends in their distribution.
        """
        return None

    @checked
    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw how the weights are distributed, layer by layer; see `spinlens.plot.weights`.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        **options
            Of `spinlens.plot.weights`.

        Returns
        -------
        Axes
            Weight along x.
        """
        from spinlens.plot.machines import weights
        from spinlens.plot.style import SERIES

        if len(self.layers_) == 1:
            return weights(self.layers_[0], ax, **options)
        for number, layer in enumerate(self.layers_, 1):
            look = {"label": f"layer {number}", "color": SERIES[number % len(SERIES)]}
            ax = weights(layer, ax, **{**look, **options})
        assert ax is not None
        return ax

    def to_arrays(self) -> dict[str, AnyArray]:
        """The parameter arrays by name, as they go into files.

        Returns
        -------
        dict of ndarray
            weights, visible_bias and hidden_bias; of a stack those of all layers, names behind "layer0." and so on.
        """
        return {
            f"{self._prefix(number)}{name}": part
            for number, layer in enumerate(self.layers_)
            for name, part in zip(
                storage.PARAMETERS, (layer.weights_, layer.visible_bias_, layer.hidden_bias_), strict=True
            )
        }

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """What is kept of a machine beside its arrays, JSON-able."""

    @classmethod
    def from_parts(
        cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object = "machine", prefix: str = ""
    ) -> Self:
        """The inverse of `config` and `to_arrays`.

        Parameters
        ----------
        config : mapping
            As `config` gives it, or as it comes back from JSON.
        arrays : mapping of ndarray
            As `to_arrays` gives them, each name behind `prefix`.
        source : object
            What messages call the place where they came from.
        prefix : str
            Before the names of the arrays.

        Returns
        -------
        RBM or StackedRBM
            Without the training state: it samples, and can be the `start` of a new training.

        Raises
        ------
        ArtefactError
            Settings or arrays that do not make a machine.
        """
        try:
            return cls._assembled(config, arrays, source, prefix)
        except ArtefactError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, SpinlensError) as error:
            raise ArtefactError(f"the settings of {source} do not describe a {cls.kind} ({error})") from error

    @classmethod
    @abstractmethod
    def _assembled(
        cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object, prefix: str
    ) -> Self: ...

    @staticmethod
    def _prefix(number: int) -> str:
        """Before the names of the arrays of a layer."""
        return f"layer{number}."

    @checked
    def save(self, path: str | Path) -> None:
        """Write the machine, complete or not at all; the same machine gives the same bytes.

        Parameters
        ----------
        path : path
            One safetensors file with everything in it where it ends in .safetensors; a file of the package rbms, which
            has the weights but not the options and the history, where it ends in .h5 or .hdf5; otherwise a folder with
            weights.safetensors and config.json.

        Raises
        ------
        InputError
            A stack and a file of rbms, which holds one layer: save the `layers_`.
        """
        if Path(path).suffix in rbms_file.SUFFIXES:
            rbms_file.write(Path(path), self._single_layer())
            return
        storage.write(path, self.kind, self.config(), self.to_arrays())

    def _single_layer(self) -> Distribution:
        if len(self.layers_) > 1:
            raise InputError("a file of rbms holds one layer: save each of layers_ in a file of its own")
        return self.bottom

    @classmethod
    @checked
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. The training state is not kept: training goes on with `start` or `checkpoint`.

        Parameters
        ----------
        path : path
            The file or the folder; also an HDF5 file of the package rbms (.h5, .hdf5), of which the machine after the
            last update is taken, with its 0/1 units as ±1.

        Returns
        -------
        RBM or StackedRBM
            The machine, of the class whose `load` is called.

        Raises
        ------
        ArtefactError
            Nothing there, a damaged or foreign file, or a machine of the other class.
        """
        kind, config, arrays = storage.read(path)
        if kind != cls.kind:
            raise ArtefactError(
                f"{path} holds a machine of kind {kind!r}, expected {cls.kind!r}: use the other class's load"
            )
        return cls.from_parts(config, arrays, path)
