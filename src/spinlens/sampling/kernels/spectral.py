"""Sums over Fourier modes, in double precision whatever that of the modes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens.sampling.kernels.compiled import kernel


@kernel
def weighted_power(modes: npt.NDArray[np.complex64], weights: npt.NDArray[np.float32]) -> float:
    """Σ_k w_k |s_k|² of flat modes (K,) and weights (K,)."""
    total = 0.0
    for k in range(modes.size):
        real, imaginary = float(modes[k].real), float(modes[k].imag)
        total += float(weights[k]) * (real * real + imaginary * imaginary)
    return total
