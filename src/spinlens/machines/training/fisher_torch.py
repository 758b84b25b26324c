"""`Fisher` with tensors of PyTorch: overlaps on the device, the small system of equations in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from spinlens.arrays import AnyArray, Single
from spinlens.machines.training.fisher import Fisher
from spinlens.machines.training.optimizers.optimizer import Tensor
from spinlens.machines.units.translations import Translations


class TorchFisher(Fisher):
    """As `Fisher`, of tensors on a device."""

    def __init__(self, torch: Any, visible: Tensor, hidden: Tensor, tied: Translations | None = None) -> None:
        super().__init__(visible, hidden, tied)
        self.torch = torch
        self._v: Tensor = visible
        self._h: Tensor = hidden
        if tied is not None:
            self._index = torch.as_tensor(tied.parameter.ravel(), device=visible.device)
            self._tensor_statistics = self._make_statistics(tied)

    @property
    def _few(self) -> bool:
        return False  # the system of equations of the states is the one that is formed on the device

    def overlap(self) -> AnyArray:
        if self.tied is None:
            product = (self._v @ self._v.T) * (self._h @ self._h.T)
        else:
            shared = self._tensor_statistics.double()  # as in `Fisher.overlap`
            product = shared @ shared.T
        return np.asarray(product.cpu().numpy())

    def change(self, gradient: Tensor) -> AnyArray:
        tied = self.tied is not None
        found = self._tensor_statistics @ gradient if tied else ((self._v @ gradient) * self._h).sum(dim=1)
        return np.asarray(found.cpu().numpy())

    def combination(self, share: Single) -> Tensor:
        weight = self.torch.as_tensor(share, device=self._v.device)
        if self.tied is None:
            return self._v.T @ (weight[:, None] * self._h)
        return weight @ self._tensor_statistics

    def free(self, gradient: Tensor) -> Tensor:
        if self.tied is None:
            return gradient
        total = gradient.new_zeros(self.tied.n_shared)
        return total.index_add_(0, self._index, gradient.reshape(-1))

    def spread(self, step: Tensor) -> Tensor:
        if self.tied is None:
            return step
        return step[self._index].reshape(self.tied.n_sites, -1)

    def _make_statistics(self, tied: Translations) -> Tensor:
        """`Translations.statistics` by the FFT of the device."""
        axes = tuple(range(-len(tied.shape), 0))
        v = self.torch.fft.rfftn(self._v.reshape(-1, 1, *tied.shape), dim=axes)
        placed = self._h.new_zeros((len(self._h), tied.n_filters, *tied.shape))
        corners = (slice(None), slice(None), *(slice(None, None, tied.stride) for _ in tied.shape))
        placed[corners] = self._h.reshape(-1, tied.n_filters, *tied.places)
        product = v * self.torch.fft.rfftn(placed, dim=axes).conj()
        found: Tensor = self.torch.fft.irfftn(product, s=tied.shape, dim=axes)
        return found.reshape(len(self._v), -1)
