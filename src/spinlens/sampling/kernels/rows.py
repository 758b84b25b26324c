"""Rows of the measurements that kernels fill: a column a draw, a row a quantity, each a total of the lattice.

A kernel fills the rows that it can and leaves the others; `algorithms.quantities` gives them their names.
"""

from __future__ import annotations

BONDS = 0  # frozen bonds of the cluster move
MAGNETIZATION = 1  # M = Σ s
M2 = 2
M4 = 3
LARGEST_CLUSTER = 4  # sites
MODE_X = 5  # |Σ s e^{ikx}|² at k = 2π/L_x, the first axis of the lattice; the others follow
MODE_Y = 6
MODE_Z = 7
GHOST_BONDS = 8  # of the ghost spin, which stands for a field
GROWN = 9  # sites of all single clusters of the draw
WRAPS_NONE = 10  # 1 where no cluster winds around the torus
WRAPS_BOTH = 11  # 1 where a cluster winds around in two independent directions
COUNT = 12
