"""Measurements of a draw: improved against plain estimators, energies against bonds, rings, fields."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain
from spinlens.statistics.autocorrelation import mean_estimate

CASES = [
    (NearestNeighbour(), (6, 5), 2.4, "swendsen-wang"),
    (NearestNeighbour(), (4, 3, 5), 4.0, "swendsen-wang"),
    (NearestNeighbour(), (6, 5), 2.4, "wolff"),
    (NearestNeighbour(), (4, 3, 5), 4.0, "wolff"),
    (PowerLaw(1.2), (6, 5), 6.5, "swendsen-wang"),
    (PowerLaw(1.2), (6, 5), 6.5, "wolff"),
    (PowerLaw(0.8), (17,), 2.0, "wolff"),
]


def measure(model, temperature, name, draws, states=True):
    algorithm = make_algorithm(model, temperature, name)
    chain = start_chain(model, 4, temperature, 0)
    for _ in range(2):
        algorithm.tune(chain)
        algorithm.advance(chain, 200, 1, energy=False, states=False)
    return algorithm.advance(chain, draws, 1, energy=True, states=states)


def plain(draws, shape, shift=0):
    """M², M⁴ and |Σ s e^{ikx}|² of the kept states; `shift` spoils the wave number."""
    spins = draws.states.reshape(-1, *shape).astype(np.float64)
    total = spins.reshape(len(spins), -1).sum(axis=1)
    series = {"m2": total**2, "m4": total**4}
    for axis, side in enumerate(shape):
        profile = spins.sum(axis=tuple(1 + other for other in range(len(shape)) if other != axis))
        series[f"mode_{'xyz'[axis]}"] = np.abs(profile @ np.exp(2j * np.pi * (1 + shift) * np.arange(side) / side)) ** 2
    return series


@pytest.mark.parametrize(("coupling", "shape", "temperature", "algorithm"), CASES)
def test_improved_and_plain_estimators_agree(coupling, shape, temperature, algorithm):
    """z of the mean difference, 3 to 5 numbers a case, 29 in all; the improved ones scatter less without correlations.

    The twin takes the next wave number.
    """
    draws = measure(IsingModel(shape, coupling), temperature, algorithm, 20_000)
    for name, series in plain(draws, shape).items():
        assert abs(mean_estimate((draws[name] - series)[None]).deviation(0.0)) < 4, name
        if algorithm == "swendsen-wang":
            assert draws[name].std() < series.std()
    if shape != (4, 3, 5):  # at side 3 the next wave number is the same mode
        spoiled = plain(draws, shape, shift=1)["mode_x"]
        assert abs(mean_estimate((draws["mode_x"] - spoiled)[None]).deviation(0.0)) > 4


@pytest.mark.parametrize("field", [0.0, 0.5])
@pytest.mark.parametrize(("off", "agrees"), [(1.0, True), (1.02, False)])
def test_energy_agrees_with_the_number_of_bonds(field, off, agrees):
    """⟨bonds⟩ = β Σ_{i<j} J (1 + ⟨s s⟩): 1 comparison each, and a twin that draws at a temperature 2 % off."""
    model, temperature = IsingModel((16, 16), PowerLaw(1.2), field), 6.8351
    draws = measure(model, off * temperature, "swendsen-wang", 8000)
    pairs = model.n_sites * model.coupling_sum / 2 - temperature * draws["bonds"]
    from_bonds = pairs - field * draws["magnetization"]
    assert (abs(mean_estimate((from_bonds - draws.energy)[None]).deviation(0.0)) < 4) is agrees


@pytest.mark.parametrize("name", ["swendsen-wang", "wolff"])
@pytest.mark.parametrize(("off", "agrees"), [(1.0, True), (1.03, False)])
def test_correlation_length_of_the_nearest_neighbour_ring(name, off, agrees):
    """m² and mode_x of a ring of 64, which make ξ, against its G(r); the twin draws at a temperature 3 % off."""
    model, temperature = IsingModel((64,), NearestNeighbour()), 0.9
    correlation, r = exact.chain(64, temperature).correlation, np.arange(64)
    draws = measure(model, off * temperature, name, 20_000, states=False)
    for quantity, k in (("m2", 0), ("mode_x", 2 * np.pi / 64)):
        truth = 64 * (correlation * np.cos(k * r)).sum()
        assert (abs(mean_estimate(draws[quantity][None]).deviation(truth)) < 4) is agrees


def test_a_strong_field_holds_every_cluster():
    """At β|h| = 20 all spins are along the field, and bonds to the ghost are as many as spins."""
    for algorithm in ("swendsen-wang", "wolff"):
        model = IsingModel((5, 5), NearestNeighbour(), -60.0)
        draws = measure(model, 3.0, algorithm, 50)
        assert np.all(draws["magnetization"] == -25)
        assert np.all(draws["m2"] == 625)
    assert exact.enumerate(IsingModel((3, 3), NearestNeighbour(), -60.0), 3.0).m2 == pytest.approx(1.0)


def test_draws_know_what_was_measured():
    draws = measure(IsingModel((3, 4), NearestNeighbour(), 0.2), 3.0, "swendsen-wang", 10)
    assert len(draws) == 10
    for name in draws.names:
        assert draws[name].shape == (10,)
    assert "ghost_bonds" in draws.names
