"""Flow fields with known zeros, and plateaus of made-up flows."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.flow_field import flow_field
from spinlens.flows.plateau import find_plateau
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


def correlated_records(n_records: int, n_samples: int, seed: int) -> np.ndarray:
    """A stationary chain per sample, strongly correlated from record to record."""
    rng = np.random.default_rng(seed)
    table = np.empty((n_records, n_samples))
    table[0] = rng.normal(size=n_samples)
    for t in range(1, n_records):
        table[t] = 0.95 * table[t - 1] + np.sqrt(1 - 0.95**2) * rng.normal(size=n_samples)
    return table


def test_false_alarms_on_a_stationary_flow_are_rare_though_records_are_correlated() -> None:
    steps = range(0, 42, 2)
    whole = [find_plateau(steps, {"energy": correlated_records(21, 300, s)}).steps == (0, 40) for s in range(100)]
    assert sum(whole) >= 96


def test_plateau_ends_where_one_instrument_leaves() -> None:
    energy, size = correlated_records(41, 300, 0), correlated_records(41, 300, 1)
    size[25:] += 0.2 * np.arange(16)[:, None]
    found = find_plateau(range(41), {"energy": energy, "magnetization": size})
    assert found.reached
    assert found.steps[0] <= 2
    assert 20 <= found.steps[1] <= 27
    assert not found.until_end


def test_no_plateau_in_a_steady_drift_and_bad_input() -> None:
    drifting = correlated_records(21, 300, 2) + 0.2 * np.arange(21)[:, None]
    assert not find_plateau(range(21), {"energy": drifting}).reached
    assert not find_plateau(range(5), {"energy": correlated_records(5, 300, 3)}, length=10).reached
    with pytest.raises(InputError, match="energy must have shape"):
        find_plateau(range(21), {"energy": drifting[:5]})
    with pytest.raises(InputError, match="at least 3 records"):
        find_plateau([0, 1], {"energy": drifting[:2]})
