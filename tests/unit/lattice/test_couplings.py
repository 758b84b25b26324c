"""Conventions of couplings, their names, and tables that are none."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, PowerLaw
from spinlens.errors import CouplingError, InputError


def test_bad_cells_are_refused():
    with pytest.raises(InputError, match="cell must be one of point, integrated"):
        PowerLaw(1.2, cell="average")


def test_labels_name_the_convention():
    assert PowerLaw(1.2).label == "power law σ = 1.2"
    both = PowerLaw(1.2, images="minimum", cell="integrated")
    assert both.label == "power law σ = 1.2 (minimum image, integrated over cells)"


def test_minimum_image_takes_half_the_side_once():
    table = PowerLaw(1.0, images="minimum").table((4, 4))
    assert table[2, 0] == pytest.approx(2.0**-3)
    assert table[2, 2] == pytest.approx(8.0**-1.5)


@pytest.mark.parametrize("sigma", [0, -1.2, float("nan"), float("inf"), "1.2", True])
def test_bad_sigma_is_refused(sigma):
    with pytest.raises(InputError, match="sigma must be"):
        PowerLaw(sigma)


def test_tables_must_be_symmetric_and_fit():
    with pytest.raises(CouplingError, match="J\\(r\\) = J\\(−r\\)"):
        CouplingTable([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    with pytest.raises(CouplingError, match="they must agree"):
        _ = IsingModel((4, 4), CouplingTable(np.zeros((3, 3)))).coupling_table
    with pytest.raises(CouplingError, match="coupling must be"):
        IsingModel((4, 4), "nearest")
