"""Spins as bits: one a site, 1 for +1."""

from __future__ import annotations

import math

import numpy as np

from spinlens.arrays import AnyArray, Flags, Spins
from spinlens.errors import ArtefactError


def pack_spins(spins: AnyArray, site_axes: int = 2) -> Flags:
    """Spins (..., *sites) of ±1 as bits (..., ceil(N/8)): bit 1 is spin +1, sites in C order.

    >>> pack_spins(np.array([[1, -1, -1], [-1, -1, -1], [-1, -1, 1]], dtype=np.int8)).tolist()
    [128, 128]
    """
    leading = spins.shape[: spins.ndim - site_axes]
    return np.packbits(spins.reshape(*leading, math.prod(spins.shape[spins.ndim - site_axes :])) > 0, axis=-1)


def unpack_spins(bits: Flags, sides: tuple[int, ...]) -> Spins:
    """Inverse of `pack_spins`: int8 ±1 of shape (..., *sides).

    >>> unpack_spins(np.array([128, 128], dtype=np.uint8), (3, 3)).tolist()
    [[1, -1, -1], [-1, -1, -1], [-1, -1, 1]]
    """
    n_sites = math.prod(sides)
    if bits.dtype != np.uint8 or min(sides) < 1 or bits.shape[-1] != -(-n_sites // 8):
        raise ArtefactError(f"{bits.shape[-1]} bytes of spins do not make a lattice of {sides}")
    unpacked = np.unpackbits(bits, axis=-1, count=n_sites).astype(np.int8)
    return (2 * unpacked - 1).reshape(*bits.shape[:-1], *sides)
