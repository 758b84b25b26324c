"""Lattices beside another program's averages (`validation/external`): committed rows agree, broken physics does not."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest

from small_torus import ENDS, STEPS, all_graphs
from small_torus import ranks as true_ranks
from spinlens import IsingModel, NearestNeighbour, sample

FOLDER = Path(__file__).parents[2] / "validation" / "external"


@pytest.fixture(scope="module")
def external():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        spec = importlib.util.spec_from_file_location("external_run", FOLDER / "run.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def a_row(external, sigma, L):
    return next(row for row in external.rows_of(64) if (row["sigma"], row["L"]) == (sigma, L))


def z(external, row, lattice=None, beta=None):
    """Deviations of 4 × 2,000 draws, as `run.py` has them."""
    part = external.measured(lattice or external.model(row), beta or row["beta"], 2000, seed=7)
    return external.deviations(row, [part])


@pytest.mark.parametrize(("sigma", "L"), [(0.25, 16), (2.0, 8), ("nearest neighbour", 8)])
def test_a_row_agrees_and_another_temperature_does_not(external, sigma, L):
    row = a_row(external, sigma, L)
    assert max(map(abs, z(external, row).values())) < 4
    wrong = z(external, row, beta=1.03 * row["beta"])
    assert min(abs(wrong[key]) for key in ("m2", "xi_over_L", "R0", "Rp")) > 4


def test_images_that_the_other_program_leaves_out_are_seen(external):
    row = a_row(external, 0.25, 16)
    assert abs(z(external, row, external.model(row, images="periodic"))["energy_per_site"]) > 8


def test_the_energy_is_that_of_nearest_neighbours(external):
    row = a_row(external, "nearest neighbour", 8)
    states = sample(external.model(row), 1 / row["beta"], 50, seed=1, warmup=20, keep_spins=True)
    found = external.near_energies(external.model(row), states.spins.values[0])
    np.testing.assert_allclose(found, states.energy.values[0], rtol=0, atol=1e-12)


def test_committed_rows_agree(external):
    """Seven quantities a row, of which some rise together: χ² per comparison is one, no |z| is four."""
    results = json.loads((FOLDER / "results.json").read_text())
    rows = [row for row in external.rows_of(512) if external.name(row) in results["rows"]]
    found = [(row, external.deviations(row, results["rows"][external.name(row)]["parts"])) for row in rows]
    again = external.summary(found)
    assert again["chi2_per_comparison"]["all"] == pytest.approx(
        results["summary"]["chi2_per_comparison"]["all"], rel=1e-4
    )
    assert abs(again["chi2_per_comparison"]["all"]["value"] - 1) < 4 * again["chi2_per_comparison"]["all"]["error"]
    assert abs(again["worst"]["z"]) < 4


def test_a_committed_row_under_another_s_name_does_not_agree(external):
    """The twin: neighbours in the list exchange their averages."""
    results = json.loads((FOLDER / "results.json").read_text())
    rows = [row for row in external.rows_of(64) if external.name(row) in results["rows"]]
    found = [
        (row, external.deviations(row, results["rows"][external.name(other)]["parts"]))
        for row, other in zip(rows, rows[1:] + rows[:1], strict=True)
    ]
    assert external.summary(found)["chi2_per_comparison"]["all"]["value"] > 100


def test_errors_of_functions_of_means_are_those_of_many_runs(external):
    """Q = ⟨x²⟩²/⟨x⁴⟩ of correlated chains: within 15 % of the scatter of 300 runs."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(300, 1, 2000))
    x = np.empty_like(noise)
    x[..., 0] = noise[..., 0]
    for t in range(1, x.shape[-1]):
        x[..., t] = 0.8 * x[..., t - 1] + 0.6 * noise[..., t]
    found = [external.of_means([run**2, run**4], lambda a, b: a**2 / b) for run in x]
    scatter = float(np.std([item.value for item in found]))
    error = math.sqrt(np.mean([item.error**2 for item in found]))
    assert abs(error / scatter - 1) < 0.15


def test_windings_of_graphs_drawn_anew(external):
    """One cluster in two directions: the sum over all graphs of the smallest torus; all together: at least as often."""
    graphs, temperature = all_graphs(), 3.0
    rank, clusters = true_ranks(graphs, ENDS, STEPS, 9)
    weights = [math.expm1(2 / T) ** graphs.sum(axis=1) * 2.0**clusters for T in (temperature, 3.3)]
    lattice = IsingModel((3, 3), NearestNeighbour())
    states = sample(lattice, temperature, 20_000, chains=1, seed=2, warmup=200, keep_spins=True).spins.values[0, 0]
    one, together = external.ranks(lattice, 1 / temperature, states, seed=3)
    for wanted in (0, 2):
        truth, other = (float(weight[rank == wanted].sum() / weight.sum()) for weight in weights)
        assert abs(np.mean(one == wanted) - truth) < 0.015
        assert abs(np.mean(one == wanted) - other) > 0.03  # another temperature is told apart
    assert np.all(together >= one)
    np.testing.assert_array_equal(together == 0, one == 0)


def test_clusters_of_long_bonds_wind_apart(external):
    """At σ = 0.25 R_2 is 0.085 of all clusters together and 0.080 of one; at short range the two are the same."""
    far, near = a_row(external, 0.25, 16), a_row(external, "nearest neighbour", 8)
    shares = []
    for row in (far, near):
        lattice = external.model(row)
        spins = sample(lattice, 1 / row["beta"], 5000, seed=4, keep_spins=True, energy=False).spins.values[0]
        shares.append(float(external.wind_apart(lattice, row["beta"], spins, 5).mean()))
    assert 0.002 < shares[0] < 0.008
    assert shares[1] == 0
