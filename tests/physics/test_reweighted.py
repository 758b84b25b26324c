"""Tables of thermodynamic functions against sums over all states at temperatures that were not run."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact, reweight, sample

CASES = [(NearestNeighbour(), (2.1, 2.3, 2.5), 2.0), (PowerLaw(1.2), (5.0, 5.5, 6.0), 1.2)]
VALUES = ("energy", "abs_magnetization", "m2", "m4", "binder", "susceptibility", "xi")
SLOPES = ("specific_heat", "binder_slope", "log_m2_slope", "xi_slope")


def between(grid):
    return np.array([0.97, 1.02, 1.06]) * grid[1]


@pytest.fixture(scope="module", params=CASES, ids=["nearest-neighbour", "power law"])
def case(request):
    coupling, grid, power = request.param
    model = IsingModel((4, 4), coupling)
    return model, grid, power, sample(model, grid, 40_000, seed=1)


def exact_values(model, temperature, power):
    found = exact.enumerate(model, temperature)
    G = found.correlation
    mode = float((G * np.cos(np.pi / 2 * np.arange(4))[:, None]).sum()) / 16
    xi = (G.sum() / 16 / mode - 1) ** (1 / power) / (8 * np.sin(np.pi / 4))
    return {
        "energy": found.energy,
        "specific_heat": found.specific_heat,
        "abs_magnetization": found.abs_m,
        "m2": found.m2,
        "m4": found.m4,
        "binder": found.binder,
        "susceptibility": model.n_sites * found.m2 / temperature,
        "xi": xi,
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
    """Eleven functions at three temperatures; slopes that are 20 % off are seen."""
    model, grid, power, data = case
    table = reweight(data, between(grid))
    found = deviations(table, model, power, VALUES + SLOPES)
    assert np.abs(found).max() < 4
    assert np.sqrt(np.mean(found**2)) < 1.6
    assert np.abs(deviations(table, model, power, SLOPES, factor=1.2)).min() > 4
    assert (table.effective_draws > 10_000).all()


def test_runs_at_other_temperatures_than_they_say_are_found_out(case):
    model, grid, power, data = case
    v = data.fugacity.values if power == 1.2 else np.log1p(data.fugacity.values)
    scaled = v / 1.03 if power == 1.2 else np.expm1(v / 1.03)
    wrong = data.assign_coords(temperature=data.temperature * 1.03, fugacity=("temperature", scaled))
    table = reweight(wrong, between(grid))
    assert np.abs(deviations(table, model, power, VALUES)).min() > 4


def test_plain_averages_lie_on_the_reweighted_functions(case):
    """|m| and the energy measured on the states of one run, beside functions of all runs at its temperature."""
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
