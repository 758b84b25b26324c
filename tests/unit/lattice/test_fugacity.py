"""Fugacities of frozen bonds: of the moves that freeze them, their inverse and their derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, sample

CASES = [(NearestNeighbour(), 2.3), (NearestNeighbour(0.5), 0.7), (PowerLaw(1.2), 6.8), (PowerLaw(0.8), 0.4)]


@pytest.mark.parametrize(("coupling", "temperature"), CASES)
def test_the_temperature_is_the_inverse(coupling, temperature):
    v = coupling.fugacity
    assert v.log(temperature) == pytest.approx(math.log(v.value(temperature)), rel=1e-12)
    there = v.temperature([v.log(temperature), v.log(2 * temperature)])
    np.testing.assert_allclose(there, [temperature, 2 * temperature], rtol=1e-12)


@pytest.mark.parametrize(("coupling", "temperature"), CASES)
def test_slopes_are_derivatives(coupling, temperature):
    step, v = 1e-4, coupling.fugacity
    up, here, down = (v.log(1 / (1 / temperature + s * step)) for s in (1, 0, -1))
    first, second = v.slopes(temperature)
    assert first == pytest.approx((up - down) / (2 * step), rel=1e-6)
    assert second == pytest.approx((up - 2 * here + down) / step**2, rel=1e-4)


def test_low_temperatures_do_not_overflow():
    assert NearestNeighbour().fugacity.log(1e-3) == pytest.approx(2000.0)


@pytest.mark.parametrize("coupling", [NearestNeighbour(0.5), PowerLaw(1.2), CouplingTable(PowerLaw(1.2).table((4, 4)))])
def test_what_the_moves_freeze_weighs_what_the_coupling_says(coupling):
    """⟨n⟩ of v^n: at J − E it is known, ⟨n⟩ dθ/dβ = Σ_{i<j} J − ⟨E⟩; with bonds that weigh 5 % more it is not."""
    model, T = IsingModel((4, 4), coupling), 2.5 * coupling.table((4, 4)).sum() / 4
    data = sample(model, T, 20_000, seed=1)
    assert data.fugacity.values[0] == coupling.fugacity.value(T)
    expected = model.n_sites * (model.coupling_sum / 2 - float(data.energy.mean()))
    energy_error = model.n_sites * float(data.error.sel(observable="energy")[0])
    bonds, error = float(data.bonds.mean()), float(data.error.sel(observable="bonds")[0])
    slope = coupling.fugacity.slopes(T)[0]
    assert abs(slope * bonds - expected) < 4 * math.hypot(energy_error, slope * error)
    assert abs(1.05 * slope * bonds - expected) > 4 * math.hypot(energy_error, slope * error)
