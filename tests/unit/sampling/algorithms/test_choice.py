"""Algorithms refuse couplings that they cannot move."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, PowerLaw, sample
from spinlens.errors import CouplingError


def test_cluster_moves_refuse_negative_couplings():
    table = np.full((4, 4), -0.1)
    with pytest.raises(CouplingError, match="use 'metropolis'"):
        sample(IsingModel((4, 4), CouplingTable(table)), 2.0, 5, algorithm="swendsen-wang")
    with pytest.raises(CouplingError, match="T = 0"):
        sample(IsingModel((4, 4), CouplingTable(table)), 0.0, 5)


def test_multispin_refusals():
    with pytest.raises(
        CouplingError, match=r"needs NearestNeighbour\(\), got PowerLaw.*use 'metropolis' or 'heat-bath'"
    ):
        sample(IsingModel((4, 4), PowerLaw(1.2)), 2.0, 5, algorithm="multi-spin-heat-bath")
