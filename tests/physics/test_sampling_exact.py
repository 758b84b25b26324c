"""Monte Carlo against exact averages, with twins whose physics is broken and which must be found out.

Each case makes 5 to 6 scalar comparisons and 5 of G(r); about 500 in all, |z| < 4 each.
"""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact, sample
from spinlens.statistics.autocorrelation import mean_estimate

COUPLINGS = {
    "nearest-neighbour": (NearestNeighbour(), (2.0, exact.CRITICAL_TEMPERATURE)),
    **{
        f"sigma={sigma} {images}": (PowerLaw(sigma, images=images), temperatures)
        for sigma, temperatures in ((1.0, (6.0, 9.0)), (1.2, (5.5, 8.0)), (1.75, (4.0, 6.5)))
        for images in ("periodic", "minimum")
    },
}
DISTANCES = [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]


def deviations(model, data, temperature):
    """z-scores of one temperature of `data` against the enumeration of `model`."""
    truth = exact.enumerate(model, temperature)
    pairs = {
        "energy": (data.energy, truth.energy),
        "energy²": (data.energy**2, truth.energy_squared),
        "|m|": (abs(data.magnetization), truth.abs_m),
        "m²": (data.m2, truth.m2),
        "m⁴": (data.m4, truth.m4),
    }
    if "bonds" in data and not isinstance(model.coupling, NearestNeighbour):
        pairs["energy from bonds"] = (
            model.coupling_sum / 2 - data.bonds * temperature / model.n_sites,
            truth.energy,
        )
    scores = {name: mean_estimate(series.values).deviation(value) for name, (series, value) in pairs.items()}
    spins = data.spins.values.astype(np.float64)
    for r in DISTANCES:
        series = (spins * np.roll(spins, r, axis=(-2, -1))).mean(axis=(-2, -1))
        scores[f"G{r}"] = mean_estimate(series).deviation(truth.correlation[r])
    return scores


@pytest.mark.parametrize("algorithm", ["swendsen-wang", "metropolis"])
@pytest.mark.parametrize("name", COUPLINGS)
def test_sampling_agrees_with_enumeration(name, algorithm):
    coupling, temperatures = COUPLINGS[name]
    model = IsingModel((4, 4), coupling)
    data = sample(model, temperatures, 50_000, chains=2, seed=11, algorithm=algorithm, keep_spins=True)
    for temperature in temperatures:
        scores = deviations(model, data.sel(temperature=temperature), temperature)
        assert max(map(abs, scores.values())) < 4, scores


@pytest.mark.parametrize("algorithm", ["swendsen-wang", "metropolis"])
@pytest.mark.parametrize("name", COUPLINGS)
def test_beta_wrong_by_two_percent_is_found_out(name, algorithm):
    coupling, (temperature, _) = COUPLINGS[name]
    model = IsingModel((4, 4), coupling)
    data = sample(model, temperature / 1.02, 50_000, chains=2, seed=11, algorithm=algorithm, keep_spins=True)
    scores = deviations(model, data.isel(temperature=0), temperature)
    assert max(map(abs, scores.values())) > 4, scores


def test_a_missing_displacement_is_found_out():
    model = IsingModel((4, 4), PowerLaw(1.2))
    table = np.array(model.coupling_table)
    table[2, 2] = 0.0
    broken = sample(IsingModel((4, 4), CouplingTable(table)), 5.5, 50_000, chains=2, seed=11, keep_spins=True)
    scores = deviations(model, broken.isel(temperature=0), 5.5)
    assert max(map(abs, scores.values())) > 4, scores


@pytest.mark.parametrize("shape", [(9,), (3, 5), (3, 3), (3, 3, 2 + 1)])
@pytest.mark.parametrize("coupling", [NearestNeighbour(), PowerLaw(0.9)])
def test_odd_and_unequal_sides(shape, coupling):
    """All dimensions and sides that are not powers of two, by energy and m² (27 spins: against Metropolis)."""
    model = IsingModel(shape, coupling)
    temperature = 0.6 * model.coupling_sum
    data = sample(model, temperature, 40_000, chains=2, seed=5).isel(temperature=0)
    if model.n_sites <= 20:
        truth = exact.enumerate(model, temperature)
        expected = {"energy": truth.energy, "m2": truth.m2}
    else:
        other = sample(model, temperature, 40_000, chains=2, seed=6, algorithm="metropolis").isel(temperature=0)
        expected = {name: mean_estimate(other[name].values) for name in ("energy", "m2")}
    for name, value in expected.items():
        assert abs(mean_estimate(data[name].values).deviation(value)) < 4


def test_onsager_kaufman_energy_at_criticality():
    temperature = exact.CRITICAL_TEMPERATURE
    data = sample(IsingModel((32, 32), NearestNeighbour()), temperature, 200_000, chains=2, seed=3, workers=2)
    estimate = mean_estimate(data.energy.values[0])
    assert estimate.error < 5e-4
    assert abs(estimate.deviation(-1.4336584661)) < 4
    assert abs(estimate.deviation(-1.4336584661 * 1.003)) > 4  # an error of 0.3 % would be seen


def test_cluster_moves_take_mixed_signs_to_metropolis():
    table = np.zeros((3, 5))
    table[0, 1] = table[0, -1] = 1.0
    table[1, 0] = table[-1, 0] = -0.7
    model = IsingModel((3, 5), CouplingTable(table))
    data = sample(model, 1.5, 40_000, chains=2, seed=2)
    assert data.attrs["algorithm"] == "Metropolis"
    truth = exact.enumerate(model, 1.5)
    assert abs(mean_estimate(data.energy.values[0]).deviation(truth.energy)) < 4


def test_limits_of_temperature():
    model = IsingModel((4, 4), PowerLaw(1.2))
    data = sample(model, (0.0, float("inf")), 4000, chains=2, seed=9)
    assert np.all(np.abs(data.magnetization.sel(temperature=0.0)) == 1)
    assert abs(mean_estimate(data.magnetization.values[0]).deviation(0.0)) < 4
    assert abs(mean_estimate(data.m2.values[1]).deviation(1 / 16)) < 4
    assert abs(mean_estimate(data.energy.values[1]).deviation(0.0)) < 4
