"""Kaufman's solution against an independent program and enumeration."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, exact


def test_kaufman_agrees_with_the_reference(reference_data):
    for case in reference_data("kaufman")["cases"]:
        result = exact.kaufman(case["L"], case["T"])
        assert result.log_z == pytest.approx(case["log_z"], rel=1e-13)
        assert result.energy == pytest.approx(case["energy"], rel=1e-12)
        assert result.specific_heat == pytest.approx(case["specific_heat"], rel=1e-11)


@pytest.mark.parametrize("temperature", [1.0, 2.0, exact.CRITICAL_TEMPERATURE, 2.269185, 5.0])
def test_kaufman_agrees_with_enumeration(temperature):
    summed = exact.enumerate(IsingModel((4, 4), NearestNeighbour()), temperature)
    closed = exact.kaufman(4, temperature)
    np.testing.assert_allclose(
        [closed.log_z, closed.energy, closed.specific_heat],
        [summed.log_z, summed.energy, summed.specific_heat],
        rtol=1e-11,
    )


def test_kaufman_at_large_size_does_not_overflow():
    assert exact.kaufman(2000, 0.5).energy == pytest.approx(-2.0, abs=1e-5)
