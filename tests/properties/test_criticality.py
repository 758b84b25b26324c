"""Relations between two analyses: units, orders and shifts that must not matter, and truths that must come out."""

from __future__ import annotations

import dataclasses
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.analysis.crossings import bracket
from spinlens.criticality.analysis.scaling_fit import extrapolate
from spinlens.criticality.correlators.fit import fit_dimension
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.budget import allot
from spinlens.criticality.search.rounds import SearchState, SizeState, next_round
from spinlens.criticality.synthetic import Truth, natural_corrections, synthetic_curves
from spinlens.statistics.reweighting import Histograms

SIZES, GRIDS = (4, 6, 8), {"square": (2.1, 2.3, 2.5), "power law": (5.5, 6.2, 6.9)}
COUPLINGS = {
    "square": lambda strength=1.0: NearestNeighbour(strength),
    "power law": lambda strength=1.0: PowerLaw(1.2, strength=strength),
}
FEW = settings(max_examples=8, deadline=None, derandomize=True)
SOME = settings(max_examples=40, deadline=None)
units = st.floats(0.05, 20.0)


@cache
def runs(name):
    models = [IsingModel((L, L), COUPLINGS[name]()) for L in SIZES]
    return [sample(model, GRIDS[name], 3000, 2, 1, "swendsen-wang", energy=False) for model in models]


def in_units(name, strength):
    """The runs as they would be with couplings c J: the same graphs at temperatures c T."""
    found = []
    for L, data in zip(SIZES, runs(name), strict=True):
        model, T = IsingModel((L, L), COUPLINGS[name](strength)), strength * data.temperature.values
        v = [model.coupling.fugacity.value(float(temperature)) for temperature in T]
        there = data.assign_coords(temperature=("temperature", T), fugacity=("temperature", v))
        found.append(SizeCurves.from_dataset(model, there))
    return found


@cache
def in_plain_units(name):
    return analyse(in_units(name, 1.0))


@pytest.mark.parametrize("name", COUPLINGS)
@given(strength=units)
@settings(FEW, max_examples=4)
def test_temperatures_are_in_units_of_the_coupling(name, strength):
    """J → c J: T_c scales by c and nothing else changes."""
    one, other = in_plain_units(name), analyse(in_units(name, strength))
    assert other.temperature.value == pytest.approx(strength * one.temperature.value, rel=1e-6)
    assert other.temperature.error == pytest.approx(strength * one.temperature.error, rel=1e-3)
    for quantity in ("delta_spin", "delta_energy", "binder"):
        assert getattr(other, quantity).value == pytest.approx(getattr(one, quantity).value, rel=1e-3)


@pytest.mark.parametrize("name", COUPLINGS)
@given(chains=st.permutations(range(2)), temperatures=st.permutations(range(3)), at=st.floats(0.0, 1.0))
@FEW
def test_the_order_of_chains_and_temperatures_does_not_matter(name, chains, temperatures, at):
    data = runs(name)[1]
    model = IsingModel((6, 6), COUPLINGS[name]())
    one = SizeCurves.from_dataset(model, data)
    other = SizeCurves.from_dataset(model, data.isel(chain=list(chains), temperature=list(temperatures)))
    low, high = one.histograms.support
    theta = low + at * (high - low)
    for values, permuted in zip(one.samples(theta), other.samples(theta), strict=True):
        assert permuted[0] == pytest.approx(values[0], rel=1e-6, nan_ok=True)
        assert sorted(permuted[1:]) == pytest.approx(sorted(values[1:]), rel=1e-5, nan_ok=True)


@given(order=st.permutations(range(3)))
@FEW
def test_the_order_in_which_runs_are_joined_does_not_matter(order):
    model, data = IsingModel((6, 6), NearestNeighbour()), runs("square")[1]
    parts = [SizeCurves.from_dataset(model, data.isel(temperature=[k]), 32) for k in range(3)]
    one, other = SizeCurves.joined(parts), SizeCurves.joined([parts[k] for k in order])
    assert other.temperatures == one.temperatures
    theta = one.theta(2.25)
    for values, permuted in zip(one.samples(theta), other.samples(theta), strict=True):
        np.testing.assert_allclose(permuted, values, rtol=1e-6)


series = st.integers(16, 60).flatmap(
    lambda n: st.tuples(
        arrays(np.int64, (1, 2, n), elements=st.integers(0, 30)),
        arrays(np.float64, (1, 2, n), elements=st.floats(-100, 100)),
    )
)


@given(drawn=series, theta=st.floats(-3.0, 1.0))
@SOME
def test_at_the_temperature_of_the_run_an_average_is_the_plain_mean(drawn, theta):
    """And its slope is the covariance with the number of bonds."""
    numbers, values = drawn
    means, slopes = Histograms.from_runs([theta], numbers, [values], 4).full.means(theta)
    assert means[0] == pytest.approx(values.mean(), abs=1e-9)
    covariance = (values * numbers).mean() - values.mean() * numbers.mean()
    assert slopes[0] == pytest.approx(covariance, abs=1e-7)


truths = st.builds(
    Truth,
    temperature=st.floats(0.5, 10.0),
    y_t=st.floats(0.8, 1.2),
    y_h=st.floats(1.7, 1.9),
    field=st.floats(-0.5, 0.5),
)


@given(truth=truths, seed=st.integers(0, 2**31))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_known_exponents_are_recovered_within_errors(truth, seed):
    """Whatever they are, with corrections of natural size; a temperature that is 2 % off is not within errors."""
    corrections = natural_corrections(np.random.default_rng(seed), (1.75, 2.0, 3.0), truth.star, 0.5)
    truth = dataclasses.replace(truth, corrections=corrections)
    point = analyse(synthetic_curves(truth, NearestNeighbour(), (8, 16, 32), (20_000, 15_000, 10_000), seed))
    assert abs(point.temperature.deviation(truth.temperature)) < 4
    assert abs(point.delta_spin.deviation(2 - truth.y_h)) < 4
    assert abs(point.delta_energy.deviation(2 - truth.y_t)) < 4
    assert abs(point.binder.deviation(truth.star[0])) < 4
    assert abs(point.temperature.deviation(1.02 * truth.temperature)) > 4


values = arrays(np.float64, 4, elements=st.floats(-10, 10))


@given(data=values, shift=st.floats(-100, 100), scale=units, order=st.permutations(range(4)))
@SOME
def test_limits_move_and_scale_with_the_data_in_any_order(data, shift, scale, order):
    sizes, errors = np.array([8.0, 12.0, 16.0, 32.0]), np.array([0.3, 0.2, 0.2, 0.1])

    def limit(numbers, unit=1.0, kept=slice(None)):
        covariance = np.diag((unit * errors[kept]) ** 2)
        return extrapolate(sizes[kept], numbers[kept], covariance, (1.0, 2.0))[0]

    plain = limit(data)
    for found, factor, added in (
        (limit(data + shift), 1.0, shift),
        (limit(scale * data, scale), scale, 0.0),
        (limit(data, kept=list(order)), 1.0, 0.0),
    ):
        assert found.value == pytest.approx(factor * plain.value + added, rel=1e-6, abs=1e-6)
        assert found.error == pytest.approx(factor * plain.error, rel=1e-5)


@given(logs=values, factor=st.floats(-20, 20), slope=st.floats(0.0, 1.0))
@SOME
def test_dimensions_do_not_depend_on_the_unit_of_the_correlator(logs, factor, slope):
    """And an additional L^{−2Δ} adds Δ."""
    sizes, errors = (8, 16, 32, 64), [0.02, 0.02, 0.03, 0.05]
    one = fit_dimension(sizes, logs, errors, (1.0,))
    other = fit_dimension(sizes, logs + factor - 2 * slope * np.log(sizes), errors, (1.0,))
    assert other.value.value == pytest.approx(one.value.value + slope, abs=1e-9)
    assert other.value.error == pytest.approx(one.value.error)


@given(values=st.lists(st.floats(-5, 5), min_size=2, max_size=20), scale=units)
@SOME
def test_a_crossing_goes_from_above_to_below(values, scale):
    T, values = np.arange(len(values), dtype=float), np.array(values)
    found = bracket(T, values)
    assert found == bracket(T, scale * values)
    if found is None:
        assert not any(a > 0 >= b for a, b in zip(values[:-1], values[1:], strict=True))
    else:
        below, above = (int(t) for t in found)
        assert above == below + 1
        assert values[below] > 0 >= values[above]


sizes_of = st.lists(
    st.tuples(st.floats(1e-12, 1.0), st.integers(1, 10**6), st.sampled_from([16, 64, 256, 4096])),
    min_size=2,
    max_size=6,
)


@given(parts=sizes_of, updates=st.floats(1e3, 1e9), scale=units, turn=st.integers(0, 5))
@SOME
def test_shares_use_the_budget_whatever_the_order_and_the_unit_of_variances(parts, updates, scale, turn):
    variances, draws, costs = map(np.array, zip(*parts, strict=True))
    shares = allot(variances, draws, costs, updates)
    assert shares.sum() == pytest.approx(updates)
    assert (shares >= 0).all()
    np.testing.assert_allclose(allot(scale * variances, draws, costs, updates), shares, rtol=1e-6, atol=1e-6 * updates)
    turned = allot(*(np.roll(part, turn) for part in (variances, draws, costs)), updates)
    np.testing.assert_allclose(turned, np.roll(shares, turn), rtol=1e-6, atol=1e-6 * updates)


@given(
    draws=st.lists(st.integers(4000, 10**6), min_size=3, max_size=3), budget=st.floats(0.5, 20.0), timed=st.booleans()
)
@SOME
def test_rounds_end_and_keep_the_budget(draws, budget, timed):
    """Rounds planned one after another spend what there is, up to the least that a size is given in a round."""
    models = [IsingModel((L, L), NearestNeighbour()) for L in (8, 16, 32)]
    known = [SimpleNamespace(model=model, L=model.shape[0]) for model in models]  # all that a plan asks of curves
    state = SearchState(tuple(SizeState(size, n, 64) for size, n in zip(known, draws, strict=True)), 2.3)
    total, rounds = budget * state.spent, 0
    while (plan := next_round(state, total, timed, 2.3, (1.0, 2.0, 3.0))) is not None:
        sizes = tuple(
            dataclasses.replace(size, draws=size.draws + 6 * n, rounds=size.rounds + 1)
            for size, n in zip(state.sizes, plan.draws, strict=True)
        )
        state, rounds = dataclasses.replace(state, sizes=sizes), rounds + 1
        assert rounds < 60
    least = 6 * 400 * sum(model.n_sites for model in models)
    begun = sum(n * model.n_sites for n, model in zip(draws, models, strict=True))
    assert 0.99 * total - least <= state.spent <= max(total, begun) + least
