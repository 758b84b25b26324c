"""Names of random streams, and numbers without the bits that depend on who added them up."""

from __future__ import annotations

import hashlib

import numpy as np

from spinlens.arrays import Array
from spinlens.lattice.ising import IsingModel

_BITS = 32
PIECE = 1 << 20
"""Bytes of a table that are read at a time."""


def model_key(model: IsingModel) -> str:
    """A text that tells two couplings apart by the `first_bits` of every number.

    The table is read in pieces: as one text it would take four times its memory.
    """
    table = np.ascontiguousarray(model.coupling_table).reshape(-1)
    digest = hashlib.sha256(b"str:")
    for first in range(0, table.size, PIECE // table.itemsize):
        digest.update(first_bits(table[first : first + PIECE // table.itemsize]).tobytes().hex().encode())
    words = np.frombuffer(digest.digest()[:16], dtype="<u4")
    return f"{type(model.coupling).__name__}:" + "-".join(str(word) for word in words)


def first_bits(numbers: Array) -> Array:
    """Numbers to their first 32 bits, or nine digits: the last ones depend on the library and the processor.

    Tables that bonds are drawn from are made of these: equal couplings are equal, their order is one, and so is the
    pairing of an alias table, which goes by comparisons. Odds are right to 2·10⁻¹⁰.

    >>> first_bits(np.array([0.1 + 0.2, 0.3])).tolist()
    [0.30000000004656613, 0.30000000004656613]
    """
    fraction, exponent = np.frexp(numbers)
    rounded: Array = np.ldexp(np.rint(np.ldexp(fraction, _BITS)), exponent - _BITS)
    return rounded
