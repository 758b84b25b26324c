"""Names of random streams."""

from __future__ import annotations

import hashlib

import numpy as np

from spinlens.lattice.ising import IsingModel

PIECE = 1 << 20
"""Bytes of a table that are read at a time."""


def model_key(model: IsingModel) -> str:
    """A text that tells two couplings apart, exact to the last bit of every number.

    The table is read in pieces: as one text it would take four times its memory.
    """
    table = np.ascontiguousarray(model.coupling_table).reshape(-1).view(np.uint8)
    digest = hashlib.sha256(b"str:")
    for first in range(0, table.size, PIECE):
        digest.update(table[first : first + PIECE].tobytes().hex().encode())
    words = np.frombuffer(digest.digest()[:16], dtype="<u4")
    return f"{type(model.coupling).__name__}:" + "-".join(str(word) for word in words)
