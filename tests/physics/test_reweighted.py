"""Tables of thermodynamic functions against sums over all states at temperatures that were not run."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import Estimate, IsingModel, NearestNeighbour, PowerLaw, exact, reweight, sample
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.statistics.resampling import estimate_of_rows
from truths import boltzmann, second_moment_xi

CASES = [(NearestNeighbour(), (2.1, 2.3, 2.5), 2.0), (PowerLaw(1.2), (5.0, 5.5, 6.0), 1.2)]
VALUES = ("energy", "abs_magnetization", "m2", "m4", "binder", "susceptibility", "xi")
SLOPES = ("specific_heat", "binder_slope", "log_m2_slope", "xi_slope")


def relabelled(data, power, factor):
    """The same draws, said to be of temperatures that are larger by a factor."""
    v = data.fugacity.values
    scaled = v / factor if power == 1.2 else np.expm1(np.log1p(v) / factor)
    return data.assign_coords(temperature=data.temperature * factor, fugacity=("temperature", scaled))


def between(grid):
    return np.array([0.97, 1.02, 1.06]) * grid[1]


@pytest.fixture(scope="module", params=CASES, ids=["nearest-neighbour", "power law"])
def case(request):
    coupling, grid, power = request.param
    model = IsingModel((4, 4), coupling)
    return model, grid, power, sample(model, grid, 40_000, seed=1, keep_spins=True)


def exact_values(model, temperature, power):
    found = exact.enumerate(model, temperature)
    return {
        "energy": found.energy,
        "specific_heat": found.specific_heat,
        "abs_magnetization": found.abs_m,
        "m2": found.m2,
        "m4": found.m4,
        "binder": found.binder,
        "susceptibility": model.n_sites * found.m2 / temperature,
        "xi": second_moment_xi(found.correlation, power) / 4,
    }


def exact_table(model, temperature, power, step=1e-4):
    """Values, and differences of values over 2 `step` in β for the slopes."""
    up, down = (exact_values(model, 1 / (1 / temperature + s * step), power) for s in (1, -1))
    return exact_values(model, temperature, power) | {
        "binder_slope": (up["binder"] - down["binder"]) / (2 * step),
        "log_m2_slope": np.log(up["m2"] / down["m2"]) / (2 * step),
        "xi_slope": (up["xi"] - down["xi"]) / (2 * step),
    }


def deviations(table, model, power, names, factor=1.0):
    """(found − factor × exact) / error, (temperature, name)."""
    exact_rows = [exact_table(model, T, power) for T in table.temperature.values.tolist()]
    return np.array([
        [(table[name].values[k] - factor * row[name]) / table[f"{name}_error"].values[k] for name in names]
        for k, row in enumerate(exact_rows)
    ])  # fmt: skip


def test_functions_and_slopes_agree_with_enumeration(case):
    """Eleven functions at three temperatures; the power check: slopes 20 % off are seen."""
    model, grid, power, data = case
    table = reweight(data, between(grid))
    found = deviations(table, model, power, VALUES + SLOPES)
    assert np.abs(found).max() < 4
    assert np.sqrt(np.mean(found**2)) < 1.6
    assert np.abs(deviations(table, model, power, SLOPES, factor=1.2)).min() > 4
    assert (table.effective_draws > 10_000).all()


def test_lengths_are_of_the_power_of_k_that_the_coupling_has(case):
    """ξ of a power law with p = 2, or of the square with p = 1.2, is another number."""
    model, grid, power, data = case
    other = {2.0: 1.2, 1.2: 2.0}[power]
    assert np.abs(deviations(reweight(data, between(grid)), model, other, ("xi",))).min() > 4


def test_runs_at_other_temperatures_than_they_say_are_found_out(case):
    model, grid, power, data = case
    wrong = relabelled(data, power, 1.03)
    table = reweight(wrong, between(grid))
    assert np.abs(deviations(table, model, power, VALUES)).min() > 4


def test_plain_averages_lie_on_the_reweighted_functions(case):
    """|m| and the energy measured on the states of one run, beside functions of all runs at its temperature.

    The power check: 5 % are seen.
    """
    _, grid, _, data = case
    table = reweight(data, grid[1])
    for name, series in (("energy", data.energy), ("abs_magnetization", np.abs(data.magnetization))):
        run = series.values[1]
        error = np.hypot(float(table[f"{name}_error"][0]), np.sqrt(4 * run.var() / run.size))
        assert abs(float(table[name][0]) - run.mean()) < 4 * error
        assert abs(float(table[name][0]) - 1.05 * run.mean()) > 4 * error


def test_bonds_of_another_draw_give_a_wrong_magnetization(case):
    """Reweighting needs bonds and state of one pair: with those of distant draws |m| does not move with T."""
    model, grid, power, data = case
    shifted = data.assign(magnetization=data.magnetization.roll(draw=1000))
    table = reweight(shifted.isel(temperature=[1]), grid[1] * np.array([0.97, 1.03]))
    assert np.abs(deviations(table, model, power, ("abs_magnetization",))).min() > 4
    table = reweight(data.isel(temperature=[1]), grid[1] * np.array([0.97, 1.03]))
    assert np.abs(deviations(table, model, power, ("abs_magnetization",))).max() < 4


OF_ENERGIES = ("energy", "specific_heat", "abs_magnetization", "m2", "m4", "binder", "binder_slope", "log_m2_slope")


@pytest.fixture(scope="module", params=CASES, ids=["nearest-neighbour", "power law"])
def single_spin(request):
    """Series of a program that knows no graph: energies on a grid, and real numbers."""
    coupling, grid, power = request.param
    model = IsingModel((4, 4), coupling)
    data = sample(model, grid, 20_000, seed=2, chains=2, algorithm="heat-bath")
    table = {"T": np.repeat(grid, 40_000), "chain": np.tile(np.repeat([0, 1], 20_000), 3)}
    table |= {name: data[name].values.ravel() for name in ("energy", "magnetization")}
    return model, grid, power, table


def test_energies_of_any_program_give_the_exact_functions(single_spin):
    """Eight functions at three temperatures; the power check: slopes 20 % off are seen."""
    model, grid, power, own = single_spin
    table = reweight(own, between(grid), n_sites=16)
    found = deviations(table, model, power, OF_ENERGIES)
    assert np.abs(found).max() < 4
    assert np.sqrt(np.mean(found**2)) < 1.6
    assert np.abs(deviations(table, model, power, SLOPES[:3], factor=1.2)).min() > 4


def test_energies_of_another_temperature_are_found_out(single_spin):
    model, grid, power, own = single_spin
    table = reweight({**own, "T": 1.05 * own["T"]}, between(grid), n_sites=16)
    assert np.abs(deviations(table, model, power, OF_ENERGIES[:6])).min() > 4


def test_energies_in_other_units_than_n_sites_says_are_found_out(single_spin):
    """Totals given as energies per spin, or the other way, weigh by a wrong power: here a factor of 2."""
    model, grid, power, own = single_spin
    table = reweight({**own, "energy": 2 * own["energy"]}, between(grid)[:1], n_sites=16)
    assert abs(deviations(table, model, power, ("m2",))[0, 0]) > 4


@pytest.mark.filterwarnings("ignore")
def test_pymbar_finds_the_same_between_the_runs(single_spin):
    """Of one draw in eight, which hardly know one another, as pymbar assumes: means to rounding, errors to 20 %."""
    pymbar = pytest.importorskip("pymbar", reason="pip install 'spinlens[neighbours]'")
    _, grid, _, own = single_spin
    part = {name: column[::8] for name, column in own.items()}
    T = between(grid)[0]
    table = reweight(part, T, n_sites=16)
    energies = 16 * part["energy"]
    counts = [int((part["T"] == value).sum()) for value in grid]
    states = np.vstack([energies / value for value in grid])
    theirs = pymbar.MBAR(states, counts, relative_tolerance=1e-12).compute_expectations(
        part["magnetization"] ** 2, u_kn=energies[None] / T
    )
    assert float(table.m2[0]) == pytest.approx(theirs["mu"].item(), rel=2e-4)
    assert float(table.m2_error[0]) == pytest.approx(theirs["sigma"].item(), rel=0.3)


def exact_correlators(model, temperature):
    """G(r) and the connected ⟨ε_0 ε_r⟩ along the axes for r = 0, 1, 2, by rolls of all states."""
    states, weights = boltzmann(model, temperature)
    bonds = (states * np.roll(states, -1, 1) + states * np.roll(states, -1, 2)) / 2
    mean = weights @ bonds.mean(axis=(1, 2))

    def along(field, r):
        pairs = sum(field * np.roll(field, r, axis) for axis in (1, 2)) / 2
        return weights @ pairs.mean(axis=(1, 2))

    return np.array([[along(field, r) for r in range(3)] for field in (states, bonds)]) - np.array([[0], [mean**2]])


def test_correlation_functions_agree_with_enumeration(case):
    """Three temperatures, G(1), G(2) and ⟨εε⟩ at 0, 1, 2; runs that say they are 3 % hotter are found out."""
    model, grid, power, data = case
    table = reweight(data, between(grid))
    wrong = reweight(relabelled(data, power, 1.03), between(grid))
    np.testing.assert_allclose(table.correlation[:, 0], 1, atol=1e-12)
    for k, T in enumerate(table.temperature.values.tolist()):
        truth = exact_correlators(model, T)
        np.testing.assert_allclose(truth[0, 2], exact.enumerate(model, T).correlation[0, 2], rtol=1e-9)
        for row, name, first in ((0, "correlation", 1), (1, "energy_correlation", 0)):
            for one, accepted in ((table, True), (wrong, False)):
                error = one[f"{name}_error"].values[k, first:]
                off = np.abs(one[name].values[k, first:] - truth[row, first:]) / error
                assert off.max() < 4 if accepted else off.max() > 4


def test_correlations_of_other_draws_do_not_move_with_temperature(case):
    """States must belong to the bonds that they are reweighted in."""
    model, grid, _, data = case
    one, T = data.isel(temperature=[1]), grid[1] * 1.03
    truth = exact_correlators(model, T)[0, 2]
    for spins, accepted in ((one.spins, True), (one.spins.roll(draw=1000), False)):
        table = reweight(one.assign(spins=spins), T)
        off = abs(float(table.correlation[0, 2]) - truth) / float(table.correlation_error[0, 2])
        assert off < 4 if accepted else off > 4


def test_correlations_and_other_functions_are_of_the_same_draws():
    """On a ring G(1) is minus the energy, and ⟨m²⟩ is the mean of G(r), whatever the temperature."""
    ring = IsingModel((12,), NearestNeighbour())
    table = reweight(sample(ring, (1.4, 1.6), 20_000, seed=2, keep_spins=True), (1.45, 1.55, 9.0))
    G = table.correlation.values
    assert np.isnan(G[2]).all()
    around = np.concatenate([G[:, :1], 2 * G[:, 1:6], G[:, 6:]], axis=1).sum(axis=1) / 12
    for found, name in ((-G[:2, 1], "energy"), (around[:2], "m2")):
        error = table[f"{name}_error"].values[:2]  # of the bonds and of clusters; that of the states is of its size
        assert (np.abs(found - table[name].values[:2]) < 4 * np.sqrt(2) * error).all()
    t = np.tanh(1 / 1.45)
    exact_G = (t ** np.arange(7) + t ** (12 - np.arange(7))) / (1 + t**12)
    assert np.abs((G[0, 1:] - exact_G[1:]) / table.correlation_error.values[0, 1:]).max() < 4
    assert np.abs((G[1, 1:] - exact_G[1:]) / table.correlation_error.values[1, 1:]).max() > 4


def test_curves_agree_with_a_run_at_a_temperature_not_used():
    """All functions of L = 12 from runs at other temperatures; the power check: 20 % off would be seen."""
    model = IsingModel((12, 12), PowerLaw(1.2))
    curves = SizeCurves.from_dataset(model, sample(model, (6.4, 6.8, 7.2), 10_000, seed=3, energy=False, wrapping=True))
    direct = SizeCurves.from_dataset(model, sample(model, (6.6,), 20_000, seed=4, energy=False, wrapping=True))
    rows = [size.samples(size.theta(6.6)) for size in (curves, direct)]
    for name in rows[0]._fields:
        one, other = (estimate_of_rows(getattr(part, name)) for part in rows)
        assert abs(one.deviation(other)) < 4, name
        assert abs(one.deviation(Estimate(1.2 * other.value, other.error))) > 4, name


def test_effective_draws_fall_away_from_the_runs(case):
    model, grid, _, data = case
    curves = SizeCurves.from_dataset(model, data)
    inside, outside = (curves.histograms.full.effective_draws(curves.theta(T)) for T in (grid[1], 0.6 * grid[0]))
    assert outside < 0.05 * inside
