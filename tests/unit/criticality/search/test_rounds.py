"""The frozen state of a budget: what is planned from it, and what runs make of it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.criticality.search.rounds import RoundPlan, SearchState, SizeState, absorb, next_round, window_draws

MODELS = [IsingModel((L, L), NearestNeighbour()) for L in (4, 8)]


def runs(model, draws=200, grid=(2.2, 2.3, 2.4), seed=1):
    return sample(model, grid, draws, 2, seed, "swendsen-wang", energy=False)


@pytest.fixture(scope="module")
def state():
    return SearchState(tuple(SizeState.first(model, runs(model)) for model in MODELS), 2.3)


def test_what_is_spent_is_counted_in_spin_updates(state):
    assert state.draws == {4: 1200, 8: 1200}
    assert state.spent == 1200 * 16 + 1200 * 64
    assert state.rounds == 1
    assert state.underway is None


def test_a_round_is_a_fifth_of_the_budget_where_sizes_matter(state):
    plan = next_round(state, 1e7, False, 2.27, (1.0, 1.0))
    assert (plan.number, plan.temperature) == (1, 2.27)
    updates = sum(6 * n * model.n_sites for n, model in zip(plan.draws, MODELS, strict=True))
    assert updates == pytest.approx(2e6, rel=0.01)
    one, other = (next_round(state, 1e7, False, 2.27, part).draws for part in ((1.0, 0.01), (0.01, 1.0)))
    assert one[0] > plan.draws[0] > other[0]
    assert one[1] < plan.draws[1] < other[1]


def test_nothing_is_planned_when_the_budget_is_spent(state):
    assert next_round(state, state.spent + 6 * 399 * 16, False, 2.27, (1.0, 1.0)) is None
    assert next_round(state, 0.9 * state.spent, False, 2.27, (1.0, 1.0)) is None


def test_the_last_round_takes_what_is_left_or_of_a_time_first_its_larger_part(state):
    budget = state.spent + 2e5
    for timed, share in ((False, 1.0), (True, 0.6)):
        plan = next_round(replace(state), 1.2 * budget if timed else budget, timed, 2.27, (1.0, 1.0))
        updates = sum(6 * n * model.n_sites for n, model in zip(plan.draws, MODELS, strict=True))
        assert updates <= 1.01 * (budget * (1.2 if timed else 1) - state.spent) * max(share, 0.6)


def test_states_do_not_change(state):
    plan = RoundPlan(1, 2.27, (100, 0))
    before = state.sizes[0].curves.histograms.counts.copy()
    after = absorb(absorb(replace(state, plan=plan), 1, 0, runs(MODELS[0], 100, (2.25, 2.27, 2.29), 2)), 1, 1, None)
    assert (state.sizes[0].curves.histograms.counts == before).all()
    assert state.draws == {4: 1200, 8: 1200}
    assert after.draws == {4: 1800, 8: 1200}
    assert after.rounds == 2
    with pytest.raises(FrozenInstanceError):
        state.centre = 2.0


def test_a_round_is_underway_until_all_sizes_have_finished_it(state):
    planned = replace(state, plan=RoundPlan(1, 2.27, (100, 100)))
    assert planned.underway == planned.plan
    half = absorb(planned, 1, 1, None)
    assert half.underway == planned.plan
    assert absorb(half, 1, 0, None).underway is None


def test_grids_stay_until_the_temperature_moves(state):
    size = state.sizes[1]
    grid = size.next_grid(2.27)
    moved = size.joined(runs(MODELS[1], 100, grid, 2))
    assert moved.grid == grid
    assert moved.next_grid(2.271) == grid
    assert moved.next_grid(2.32) != grid
    assert np.mean(moved.next_grid(2.32)) > np.mean(grid)


def test_first_runs_have_enough_draws_and_fit_the_memory():
    assert window_draws(MODELS[1], 1e3, 5) == 400
    assert window_draws(MODELS[1], 1e6, 5) == 1_000_000 // (2 * 5 * 64)
    assert window_draws(MODELS[1], 1e12, 5) == 200_000
