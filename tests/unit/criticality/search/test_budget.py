"""Budgets: in words, in updates, and how they are shared."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour
from spinlens.criticality.search import budget
from spinlens.criticality.search.budget import Account, TimeBudget, allot, seconds_of
from spinlens.errors import InputError


def test_allotment_is_neymans():
    """Minimise Σ v_k / n_k at fixed Σ c_k n_k: shares of the cost ∝ √(v_k c_k), apart from the margin of each size."""
    variances, costs = np.array([4.0, 1.0]), np.array([1, 16])
    parts = allot(variances / 10, [10, 10], costs, 1000.0)
    expected = np.sqrt(variances * costs) / np.sqrt(variances * costs).sum()
    np.testing.assert_allclose(parts + 10 * costs, (0.96 * expected + 0.02) * 1170)
    assert parts.sum() == pytest.approx(1000.0)


def test_a_size_that_has_more_than_its_share_waits():
    parts = allot([1e-9, 1.0], [1000, 10], [1, 1], 100.0)
    np.testing.assert_allclose(parts, [0.0, 100.0])


def test_budgets_in_words():
    assert seconds_of("90s") == 90
    assert seconds_of("2h") == 7200
    for text in ("", "5", "m", "-3m", "5 minutes", "nanm"):
        with pytest.raises(InputError, match="90s, 5m or 2h"):
            seconds_of(text)


def test_the_machine_is_timed_with_every_size(monkeypatch):
    """A clock that moves by two seconds at every look: a measurement of n sweeps of N spins takes two seconds."""
    models, now = [IsingModel((L, L), NearestNeighbour()) for L in (8, 16)], iter(range(0, 100, 2))
    monkeypatch.setattr(budget.time, "perf_counter", lambda: next(now))
    updates = [int(2e6 / model.n_sites) * model.n_sites for model in models]
    expected = 3 * 0.85 / np.mean([2 / n for n in updates])
    assert TimeBudget(10.0, 3).speed(models, 2.27) == pytest.approx(expected)


def test_a_number_of_updates_is_what_it_is():
    account = Account.opened(1e6, {"elapsed": 3.0}, (), 2.27)
    assert (account.updates(0), account.updates(5e5), account.timed, account.left) == (1e6, 1e6, False, None)
    assert (account.share(25e4), account.share(2e6)) == (0.25, 1.0)
    assert account.after_round(1e5, 0.0) == account.after_analysis(0.0) == account
    assert account.notes == {}
    with pytest.raises(InputError, match="updates"):
        Account.opened(-1.0, {}, (), 2.27)


def test_a_time_is_worth_what_the_last_round_did_in_it():
    now = [100.0]
    account = Account.opened(
        TimeBudget(60.0, after=5.0, clock=lambda: now[0]), {"elapsed": 10.0, "rate": 1e4}, (), 2.27
    )
    assert (account.elapsed, account.left, account.share(0)) == (10.0, 50.0, 10 / 60)
    assert account.updates(1e5) == 1e5 + (60 - 10 - 5 - 1) * 1e4
    now[0] += 20
    account = account.after_round(1e5, 10.0)
    assert account.updates(2e5) == 2e5 + (60 - 30 - 5 - 1) * 5e3
    now[0] += 4
    account = account.after_analysis(30.0)
    assert account.updates(2e5) == 2e5 + (60 - 34 - 5 - 4) * 5e3
    assert account.notes == {"elapsed": 34.0, "rate": 5e3, "analysis": 4.0}
    now[0] += 1000
    assert account.updates(2e5) == 2e5
