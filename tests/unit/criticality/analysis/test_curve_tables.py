"""What figures show of a critical point."""

from __future__ import annotations

import numpy as np

from spinlens import NearestNeighbour
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.analysis.curve_tables import scaling_curves
from spinlens.criticality.synthetic import Truth, synthetic_curves


def test_curves_of_all_sizes_collapse():
    truth = Truth()
    curves = synthetic_curves(truth, NearestNeighbour(), (8, 16, 32), (40_000,) * 3, 1)
    tables, T_c = scaling_curves(curves), analyse(curves).temperature.value
    assert list(tables) == [8, 16, 32]
    at = []
    for L, table in tables.items():
        assert (np.diff(table.temperature) > 0).all()
        x = np.log(T_c / np.array(table.temperature)) * L
        at.append([np.interp(place, x[::-1], table.binder[::-1]) for place in (-0.5, 0.0, 0.5)])
    assert np.ptp(at, axis=0).max() < 0.03  # U4 of one x, whatever L
    assert np.ptp(at, axis=1).min() > 0.3
