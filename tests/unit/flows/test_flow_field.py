"""Flow fields with known zeros, from pairs of readings and from tables of readings."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.flow_field import flow_field
from spinlens.statistics.estimate import Estimate


def test_zeros_and_slopes_of_a_cubic_flow() -> None:
    temperatures = np.linspace(0.5, 1.5, 41)
    change = (temperatures - 0.7) * (temperatures - 1.0) * (temperatures - 1.2)
    field = flow_field(
        [Estimate(t, 0.0) for t in temperatures[::-1]],
        [Estimate(t + c, 1e-4) for t, c in zip(temperatures[::-1], change[::-1], strict=True)],
    )
    zeros = [point.temperature.value for point in field.fixed_points]
    assert zeros == pytest.approx([0.7, 1.0, 1.2], abs=1e-3)
    assert [point.stable for point in field.fixed_points] == [False, True, False]
    assert field.fixed_points[1].slope.value == pytest.approx(-0.06, abs=0.005)
    assert np.all(np.diff(field.temperatures) > 0)


def test_error_of_a_zero_covers_repeated_measurements() -> None:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(300):
        after = [Estimate(t + 0.5 * (t - 1) + 0.006 * rng.normal(), 0.006) for t in (0.9, 1.1)]
        found.append(flow_field([Estimate(0.9, 0), Estimate(1.1, 0)], after).fixed_points[0].temperature)
    pulls = [(zero.value - 1) / zero.error for zero in found]
    assert np.std(pulls) == pytest.approx(1.0, abs=0.15)


def test_flow_field_refuses_what_is_out_of_range() -> None:
    with pytest.raises(InputError, match="finite readings"):
        flow_field([Estimate(1, 0), Estimate(2, 0)], [Estimate(1, 0), Estimate(float("inf"), 0)])
    with pytest.raises(InputError, match="at least two pairs"):
        flow_field([Estimate(1, 0)], [Estimate(1, 0)])


def test_a_field_says_its_fixed_points():
    field = flow_field([Estimate(T, 0.0) for T in (0.8, 1.0, 1.2)], [Estimate(T, 0.01) for T in (0.7, 0.95, 1.25)])
    assert repr(field) == "FlowField(3 temperatures from 0.8 to 1.2; fixed points: repulsive at T = 1.100(14))"
    assert "slope 0.50(7)" in str(field)
    frame = field.to_dataframe()
    assert (frame.loc[1.2, "change"], frame.loc[1.2, "error"]) == pytest.approx((0.05, 0.01))
    calm = flow_field([Estimate(1.0, 0.0), Estimate(2.0, 0.0)], [Estimate(1.5, 0.01), Estimate(2.5, 0.01)])
    assert repr(calm).endswith("fixed points: none)")
