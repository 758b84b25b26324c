"""What an optimizer owes, and the part that optimizers of single numbers share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from spinlens.arrays import Single
from spinlens.machines.training.fisher import Fisher
from spinlens.machines.units.parameters import Parameters

Tensor = Any  # of PyTorch, which is an optional extra


class Optimizer(Protocol):
    """A frozen dataclass whose fields are those options of the recipe that it uses, under the same names.

    What continues from update to update is kept in the training state, `memories` flat arrays for each parameter array:
    first those of W, b and c for the first memory, then for the next.
    """

    memories: ClassVar[int]
    uses_fisher: ClassVar[bool]  # whether `fisher` is to be made: it costs as much as a small update
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def ascend(
        self,
        values: Parameters,
        gradient: Parameters,
        memory: Sequence[Single],
        rate: float,
        update: int,
        fisher: Fisher | None,
    ) -> None:
        """Move `values` in place up the `gradient`; `update` counts from 1, `fisher` is made of states of the model.

        It is None for optimizers that do not use it, and where no states were drawn, since the gradient is exact.
        """
        ...

    def ascend_tensors(
        self,
        values: Sequence[Tensor],
        gradient: Sequence[Tensor],
        memory: Sequence[Tensor],
        rate: float,
        update: int,
        fisher: Fisher | None,
    ) -> None:
        """The same with tensors of PyTorch."""
        ...


@dataclass(frozen=True)
class Elementwise(ABC):
    """Each number of a parameter array goes its own way; weights decay, biases do not."""

    memories: ClassVar[int]
    uses_fisher: ClassVar[bool] = False
    l2: float
    l1: float
    biases: bool

    def ascend(
        self,
        values: Parameters,
        gradient: Parameters,
        memory: Sequence[Single],
        rate: float,
        update: int,
        fisher: Fisher | None,
    ) -> None:
        """Move the weights, and the biases where they are trained."""
        for number in range(3 if self.biases else 1):
            l2, l1 = (self.l2, self.l1) if number == 0 else (0.0, 0.0)
            flat = values[number].reshape(-1), gradient[number].reshape(-1)
            self.step(*flat, memory[number::3], rate, update, l2, l1)

    def ascend_tensors(
        self,
        values: Sequence[Tensor],
        gradient: Sequence[Tensor],
        memory: Sequence[Tensor],
        rate: float,
        update: int,
        fisher: Fisher | None,
    ) -> None:
        """As `ascend`."""
        for number in range(3 if self.biases else 1):
            value, force = values[number], gradient[number]
            if number == 0:
                force = force - self.l2 * value - self.l1 * value.sign()
            self.step_tensor(value, force, [part.view_as(value) for part in memory[number::3]], rate, update)

    @abstractmethod
    def step(
        self, value: Single, gradient: Single, memory: Sequence[Single], rate: float, update: int, l2: float, l1: float
    ) -> None:
        """One step of a flat array along gradient − l2 · value − l1 · sign value."""

    @abstractmethod
    def step_tensor(self, value: Tensor, force: Tensor, memory: Sequence[Tensor], rate: float, update: int) -> None:
        """One step of a tensor along a force that has its decay in it."""
