"""Natural gradient: steps that are of one size in the distribution of the machine, not in its weights.

At criticality the magnetization answers a change of all weights some 10⁵ times as strongly as other directions do. A
rate that suits it leaves the others where they are, and one that suits those makes it swing. Two dampings λ₁ < λ₂ part
the two: along (F + λ₁)⁻¹ g everything moves at the rate of training, and along (F + λ₂)⁻¹ g the directions of Fisher
information well above λ₂ do the rest of a whole step, since their gradient is far above its noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from spinlens.arrays import AnyArray, Single
from spinlens.machines.training.fisher import Fisher
from spinlens.machines.training.optimizers.optimizer import Tensor
from spinlens.machines.units.parameters import Parameters

_LARGEST_CHANGE = 0.2  # r.m.s. change of ln p̃ of a state in one step; beyond it linear response is not to be trusted
_LARGEST_WEIGHT_CHANGE = 0.05


@dataclass(frozen=True)
class Natural:
    """w ← w + r (F + λ₁)⁻¹ g + (1 − r) (F + λ₂)⁻¹ g at the rate r, either part shortened to the trust region."""

    memories: ClassVar[int] = 0
    uses_fisher: ClassVar[bool] = True
    damping: tuple[float, float]

    def ascend(
        self,
        values: Parameters,
        gradient: Parameters,
        memory: Sequence[Single],
        rate: float,
        update: int,
        fisher: Fisher | None,
    ) -> None:
        """Move the weights."""
        values.weights_[...] += self._step(fisher, gradient.weights_, rate)

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
        values[0].add_(self._step(fisher, gradient[0], rate))

    def _step(self, fisher: Fisher | None, gradient: AnyArray, rate: float) -> AnyArray:
        assert fisher is not None
        force = fisher.free(gradient)
        fast, slow = (fisher.solve(force, damping) for damping in self.damping)
        step = _within(rate * fast[0], rate * fast[1]) + _within((1 - rate) * slow[0], (1 - rate) * slow[1])
        return fisher.spread(step)


def _within(step: AnyArray, change: float) -> AnyArray:
    """A step shortened so that neither `change`, its r.m.s. of ln p̃, nor any weight moves too far."""
    largest = max(float(step.max()), -float(step.min()))
    return step * min(1.0, _LARGEST_CHANGE / max(change, 1e-30), _LARGEST_WEIGHT_CHANGE / max(largest, 1e-30))
