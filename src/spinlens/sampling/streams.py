"""Names of random streams."""

from __future__ import annotations

import numpy as np

from spinlens.lattice.ising import IsingModel
from spinlens.seeding import seed_sequence


def model_key(model: IsingModel) -> str:
    """A text that tells two couplings apart, exact to the last bit of every number."""
    table = np.ascontiguousarray(model.coupling_table)
    digest = seed_sequence(0, table.tobytes().hex()).spawn_key[:4]
    return f"{type(model.coupling).__name__}:" + "-".join(map(str, digest))
