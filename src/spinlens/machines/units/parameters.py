"""The parameters of one RBM, and what anything that has them is called."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Single
from spinlens.errors import InputError

Weights = npt.NDArray[np.float32] | npt.NDArray[np.float64]


class Layer(Protocol):
    """Anything with the three parameter arrays of one RBM: an `RBM`, a layer of a stack, `Parameters`, a `Sampler`."""

    @property
    def weights_(self) -> Weights: ...
    @property
    def visible_bias_(self) -> Weights: ...
    @property
    def hidden_bias_(self) -> Weights: ...


class Parameters(NamedTuple):
    """W (n_visible, n_hidden), b (n_visible,) and c (n_hidden,) in float32, as training holds them; or a gradient."""

    weights_: Single
    visible_bias_: Single
    hidden_bias_: Single

    def copy(self) -> Parameters:
        """The same numbers in arrays of their own."""
        return Parameters(*(part.copy() for part in self))


def checked_parameters(
    weights: npt.ArrayLike, visible_bias: npt.ArrayLike | None, hidden_bias: npt.ArrayLike | None
) -> tuple[Weights, Weights, Weights]:
    """Copies of W (n_visible, n_hidden) and biases (zero for None), float32 or float64 as W is; all finite."""
    array = checks.real_array("weights", weights)
    array = array if array.dtype == np.float32 else array.astype(np.float64)
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"weights must have shape (n_visible, n_hidden), got {array.shape}")
    first, second = (
        checks.real_array("biases", np.zeros(width) if bias is None else bias).astype(array.dtype)
        for bias, width in ((visible_bias, array.shape[0]), (hidden_bias, array.shape[1]))
    )
    if (*first.shape, *second.shape) != array.shape:
        raise InputError(f"biases of shapes {[first.shape, second.shape]} do not fit weights {array.shape}")
    checks.machine("machine", Parameters(array, first, second))
    return array, first, second
