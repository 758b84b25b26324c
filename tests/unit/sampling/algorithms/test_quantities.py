"""Rows of the kernels and their names."""

from __future__ import annotations

from spinlens.sampling.algorithms.quantities import QUANTITIES
from spinlens.sampling.kernels import rows


def test_rows_have_names():
    """Each name reads the row that the kernels fill for it, and is divided by its power of N."""
    assert [(name, quantity.row, quantity.power) for name, quantity in QUANTITIES.items()] == [
        ("bonds", 0, 0),
        ("magnetization", 1, 1),
        ("m2", 2, 2),
        ("m4", 3, 4),
        ("largest_cluster", 4, 1),
        ("mode_x", 5, 2),
        ("mode_y", 6, 2),
        ("mode_z", 7, 2),
        ("ghost_bonds", 8, 0),
        ("wraps_none", 10, 0),
        ("wraps_both", 11, 0),
        ("grown", 9, 1),
    ]
    assert len(QUANTITIES) == rows.COUNT
