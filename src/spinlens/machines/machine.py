"""What an RBM and a stack of them have in common: layers, the flow of states through them, and files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import AnyArray
from spinlens.errors import InputError
from spinlens.machines import storage
from spinlens.machines.distribution import Distribution
from spinlens.machines.passage import Kind, flow_records
from spinlens.statistics.estimate import Estimate


class Machine(ABC):
    """An `RBM`, or a `StackedRBM`; whoever lets states flow under a machine need not ask which."""

    kind: ClassVar[str]
    """Its name in files."""
    stream: ClassVar[str]
    """The name of the random numbers of its flow."""

    @property
    @abstractmethod
    def layers_(self) -> Sequence[Distribution]:
        """The trained machines from the bottom up; of an RBM it alone."""

    @property
    def bottom(self) -> Distribution:
        """The layer whose visible units are the sites of the lattice."""
        return self.layers_[0]

    def records(
        self, states: npt.ArrayLike, record: Sequence[int], kind: Kind = "sampled", seed: int = 0
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
        array = np.asarray(states)
        width = self.bottom.n_visible
        if array.ndim < 2 or array[0].size != width:
            raise InputError(f"states must have shape (n_samples, …) with {width} units each, got {array.shape}")
        return flow_records(self.layers_, array, record, kind, seeding.generator(checks.seed(seed), self.stream))

    @abstractmethod
    def gibbs_tau(self, start: npt.ArrayLike, *, chains: int = 40, steps: int = 400, seed: int = 0) -> Estimate | None:
        """τ_int of |m| of the machine's own chain, where it has one."""

    @abstractmethod
    def to_arrays(self) -> dict[str, AnyArray]:
        """The parameter arrays by name."""

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Constructor arguments and history, JSON-able."""

    @classmethod
    @abstractmethod
    def from_parts(cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object = "machine") -> Self:
        """The inverse of `config` and `to_arrays`; what does not fit together is an `ArtefactError`."""

    def save(self, path: str | Path) -> None:
        """Write to one file (a path ending in .safetensors) or to a folder with weights.safetensors and config.json."""
        storage.write(path, self.kind, self.config(), self.to_arrays())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote; a damaged or foreign file is an `ArtefactError`. Training state is not kept."""
        return cls.from_parts(*storage.read(path, cls.kind), source=path)
