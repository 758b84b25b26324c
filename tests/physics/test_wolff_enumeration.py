"""Single clusters and clusters in a field against enumeration, with twins whose physics is broken.

Energy, m², m⁴ and one Fourier mode an axis, at two temperatures: 4 or 5 comparisons each, 112 in all, |z| < 4. χ² of
all z is 1 a number on average; as those of one system go together, 28 count as 12: up to 1 + 4 sqrt(2/12) = 2.6.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.chains import start_chain
from spinlens.statistics.autocorrelation import mean_estimate

COUPLINGS = {"nearest": NearestNeighbour(0.8), "long-range": PowerLaw(1.2)}
SYSTEMS = [((5,), 0.3), ((4, 4), 0.0), ((3, 5), -0.2)]


def run(model, temperature, algorithm, draws=20_000, seed=1):
    """Measured draws of one chain, its number of clusters tuned twice."""
    update = make_algorithm(model, temperature, algorithm)
    chain = start_chain(model, seed, temperature, 0)
    for _ in range(2):
        update.tune(chain)
        update.advance(chain, 200, 1, energy=False, states=False)
    return update.advance(chain, draws, 1, energy=True, states=True)


def deviations(model, draws, temperature):
    """z of energy, m², m⁴ and the lowest Fourier modes against enumeration."""
    truth, n = exact.enumerate(model, temperature), model.n_sites
    modes = np.fft.fftn(truth.correlation).real / n
    expected = {"m2": truth.m2 * n**2, "m4": truth.m4 * n**4}
    for axis, name in enumerate(("mode_x", "mode_y")[: model.dimension]):
        expected[name] = modes[tuple(int(other == axis) for other in range(model.dimension))] * n**2
    scores = {name: mean_estimate(draws[name][None]).deviation(value) for name, value in expected.items()}
    return scores | {"energy": mean_estimate(draws.energy[None] / n).deviation(truth.energy)}


@pytest.mark.parametrize("algorithm", ["wolff", "swendsen-wang"])
@pytest.mark.parametrize("name", COUPLINGS)
def test_clusters_agree_with_enumeration(name, algorithm):
    every = []
    for shape, field in SYSTEMS:
        model = IsingModel(shape, COUPLINGS[name], field)
        for factor in (0.5, 0.8):
            temperature = factor * model.coupling_sum
            draws = run(model, temperature, algorithm)
            np.testing.assert_allclose(model.energy(draws.states.reshape(-1, *shape)), draws.energy, atol=1e-9)
            np.testing.assert_array_equal(draws.states.sum(axis=1), draws["magnetization"])
            scores = deviations(model, draws, temperature)
            assert max(map(abs, scores.values())) < 4, (shape, field, temperature, scores)
            every += scores.values()
    assert np.mean(np.square(every)) < 2.6


@pytest.mark.parametrize("algorithm", ["wolff", "swendsen-wang"])
@pytest.mark.parametrize("name", COUPLINGS)
@pytest.mark.parametrize("broken", ["temperature", "field"])
def test_two_percent_of_temperature_or_ten_of_field_are_found_out(name, algorithm, broken):
    model = IsingModel((3, 5), COUPLINGS[name], 0.3)
    temperature = 0.8 * model.coupling_sum
    if broken == "field":
        draws = run(IsingModel((3, 5), COUPLINGS[name], 0.33), temperature, algorithm, 200_000)
    else:
        draws = run(model, temperature / 1.02, algorithm, 200_000)
    assert max(map(abs, deviations(model, draws, temperature).values())) > 4


def test_all_algorithms_agree_near_the_transition():
    """m², both modes and energy of L = 16 at T_c, long range: 4 comparisons of Wolff with Swendsen–Wang, |z| < 4."""
    model = IsingModel((16, 16), PowerLaw(1.2))
    results = [run(model, 6.8351, algorithm, 6000) for algorithm in ("wolff", "swendsen-wang")]
    for name in ("m2", "mode_x", "mode_y"):
        one, other = (mean_estimate(draws[name][None]) for draws in results)
        assert abs(one.value - other.value) < 4 * np.hypot(one.error, other.error), name
    one, other = (mean_estimate(draws.energy[None]) for draws in results)
    assert abs(one.value - other.value) < 4 * np.hypot(one.error, other.error)


def test_a_stopping_rule_is_biased_and_a_fixed_number_of_clusters_is_not():
    """Averaging cluster sizes over "clusters until N spins are turned" is what a frozen number avoids."""
    model, temperature = IsingModel((6, 6), NearestNeighbour()), 2.6
    update = make_algorithm(model, temperature, "wolff")
    chain = start_chain(model, 2, temperature, 0)
    update.advance(chain, 200, 1, energy=False, states=False)
    reference = mean_estimate(run(model, temperature, "swendsen-wang", 40_000)["m2"][None])
    chain.clusters = 1
    sizes = update.advance(chain, 60_000, 1, energy=False, states=False)["grown"]
    stopped, first, total = [], 0, 0.0
    for last, size in enumerate(sizes, start=1):
        total += size
        if total >= model.n_sites:
            stopped.append(model.n_sites * total / (last - first))
            first, total = last, 0.0
    fixed = mean_estimate(model.n_sites * sizes[None])
    biased = mean_estimate(np.array(stopped)[None])
    assert abs(fixed.value - reference.value) < 4 * np.hypot(fixed.error, reference.error)
    assert biased.value - reference.value > 4 * np.hypot(biased.error, reference.error)


def test_the_number_of_clusters_is_tuned_to_a_lattice_and_frozen():
    model = IsingModel((32, 32), NearestNeighbour())
    update = make_algorithm(model, 3.0, "wolff")
    chain = start_chain(model, 1, 3.0, 0)
    for _ in range(3):
        update.tune(chain)
        update.advance(chain, 50, 1, energy=False, states=False)
    tuned = chain.clusters
    draws = update.advance(chain, 400, 1, energy=False, states=False)
    assert chain.clusters == tuned > 1
    assert 0.7 < draws["grown"].mean() / model.n_sites < 1.4


def test_modes_can_be_left_out():
    model = IsingModel((4, 4), NearestNeighbour())
    update = make_algorithm(model, 2.5, "swendsen-wang")
    without = dataclasses.replace(update, modes=False)
    one, other = (u.advance(start_chain(model, 1, 2.5, 0), 20, 1, True, True) for u in (update, without))
    np.testing.assert_array_equal(one.states, other.states)
    assert set(one.names) - set(other.names) == {"mode_x", "mode_y"}
    with pytest.raises(KeyError, match="mode_x was not measured; measured: bonds"):
        other["mode_x"]
