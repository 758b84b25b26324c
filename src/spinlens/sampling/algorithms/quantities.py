"""What is measured on every draw: the names, meanings and units of the kernels' rows."""

from __future__ import annotations

from typing import NamedTuple

from spinlens.sampling.kernels import rows


class Quantity(NamedTuple):
    """A measured number: row `row` of the kernels, divided by N^`power`, is the result per spin."""

    row: int
    power: int
    long_name: str
    units: str


QUANTITIES = {
    "bonds": Quantity(rows.BONDS, 0, "frozen bonds of the cluster move", "1"),
    "magnetization": Quantity(rows.MAGNETIZATION, 1, "magnetization per spin", "1"),
    "m2": Quantity(rows.M2, 2, "m² per draw (cluster moves: improved estimator)", "1"),
    "m4": Quantity(rows.M4, 4, "m⁴ per draw (Swendsen–Wang: improved estimator)", "1"),
    "largest_cluster": Quantity(rows.LARGEST_CLUSTER, 1, "largest cluster as a fraction of the sites", "1"),
    "mode_x": Quantity(rows.MODE_X, 2, "|Σ s e^{ikx}|²/N² at k = 2π/L_x (cluster moves: improved estimator)", "1"),
    "mode_y": Quantity(rows.MODE_Y, 2, "|Σ s e^{iky}|²/N² at k = 2π/L_y (cluster moves: improved estimator)", "1"),
    "mode_z": Quantity(rows.MODE_Z, 2, "|Σ s e^{ikz}|²/N² at k = 2π/L_z (cluster moves: improved estimator)", "1"),
    "ghost_bonds": Quantity(rows.GHOST_BONDS, 0, "frozen bonds to the ghost spin of the field", "1"),
    "wraps_none": Quantity(rows.WRAPS_NONE, 0, "whether no cluster winds around the torus, of mean R_0", "1"),
    "wraps_both": Quantity(rows.WRAPS_BOTH, 0, "whether a cluster winds in two directions, of mean R_2", "1"),
    "grown": Quantity(rows.GROWN, 1, "sites of the single clusters grown in a draw, as a fraction of the lattice", "1"),
}

PLAIN = ("magnetization", "m2", "m4")
"""Names of what any state gives."""

MODES = ("mode_x", "mode_y", "mode_z")
"""Names of the lowest Fourier mode of each axis."""
