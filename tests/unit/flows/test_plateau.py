"""Plateaus of made-up flows: false alarms, ends, lifetimes."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.plateau import find_plateau, find_plateaus


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


def test_all_plateaus_of_a_flow_with_their_lifetimes() -> None:
    rng = np.random.default_rng(0)
    level = np.concatenate([np.zeros(15), np.linspace(1, 8, 6), np.full(20, 9.0)])
    table = level[:, None] + 0.1 * rng.normal(size=(41, 300))
    first, last = find_plateaus(range(41), {"energy": table})
    assert abs(first.steps[0]) <= 1
    assert abs(first.steps[1] - 14) <= 1
    assert not first.until_end
    least, most = first.lifetime
    assert least <= 14 <= most
    assert last.until_end
    assert last.lifetime[1] is None
    assert abs(last.steps[0] - 21) <= 2
    drifting = np.arange(41)[:, None] + 0.1 * rng.normal(size=(41, 300))
    assert find_plateaus(range(41), {"energy": drifting}) == ()
