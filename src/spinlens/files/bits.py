"""Spins as bits: one a site, 1 for +1. A stretch at a time, so that no second array of all spins is ever there."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from spinlens.arrays import AnyArray, Flags, Spins
from spinlens.errors import ArtefactError

_STRETCH = 1 << 22  # spins at a time


def pack_spins(spins: AnyArray, site_axes: int = 2) -> Flags:
    """Spins (..., *sites) of ±1 as bits (..., ceil(N/8)): bit 1 is spin +1, sites in C order.

    >>> pack_spins(np.array([[1, -1, -1], [-1, -1, -1], [-1, -1, 1]], dtype=np.int8)).tolist()
    [128, 128]
    """
    leading = spins.shape[: spins.ndim - site_axes]
    rows = spins.reshape(math.prod(leading), math.prod(spins.shape[spins.ndim - site_axes :]))
    bits = np.empty((len(rows), -(-rows.shape[1] // 8)), np.uint8)
    for part in _stretches(*rows.shape):
        bits[part] = np.packbits(rows[part] > 0, axis=1)
    return bits.reshape(*leading, bits.shape[1])


def unpack_spins(bits: Flags, sides: tuple[int, ...]) -> Spins:
    """Inverse of `pack_spins`: int8 ±1 of shape (..., *sides).

    >>> unpack_spins(np.array([128, 128], dtype=np.uint8), (3, 3)).tolist()
    [[1, -1, -1], [-1, -1, -1], [-1, -1, 1]]
    """
    n_sites = math.prod(sides)
    if bits.dtype != np.uint8 or min(sides) < 1 or bits.shape[-1] != -(-n_sites // 8):
        raise ArtefactError(f"{bits.shape[-1]} bytes of spins do not make a lattice of {sides}")
    spins = np.empty((math.prod(bits.shape[:-1]), n_sites), np.int8)
    unpack_into(spins, bits.reshape(len(spins), bits.shape[-1]))
    return spins.reshape(*bits.shape[:-1], *sides)


def unpack_into(spins: Spins, bits: Flags) -> None:
    """Fill `spins` (n, N) with the ±1 of `bits` (n, ceil(N/8))."""
    for part in _stretches(*spins.shape):
        stretch = spins[part]
        stretch[...] = np.unpackbits(bits[part], axis=1, count=spins.shape[1])
        stretch *= 2
        stretch -= 1


def only_signs(values: AnyArray) -> bool:
    """Whether all of them, one at least, are +1 or −1."""
    flat = values.reshape(-1)
    return flat.size > 0 and all(bool(np.all(np.abs(flat[part]) == 1)) for part in _stretches(flat.size, 1))


def _stretches(rows: int, width: int) -> Iterator[slice]:
    step = max(1, _STRETCH // max(1, width))
    return (slice(first, first + step) for first in range(0, rows, step))
