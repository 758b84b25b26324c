"""Single clusters: agreement with all clusters near the transition, and the bias that a stopping rule has."""

from __future__ import annotations

import numpy as np

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain
from spinlens.statistics.autocorrelation import mean_estimate


def run(model, temperature, name, draws=20_000, seed=1):
    """Measured draws of one chain, its number of clusters tuned twice."""
    algorithm = make_algorithm(model, temperature, name)
    chain = start_chain(model, seed, temperature, 0)
    for _ in range(2):
        algorithm.tune(chain)
        algorithm.advance(chain, 200, 1, energy=False, states=False)
    return algorithm.advance(chain, draws, 1, energy=True, states=True)


def test_all_algorithms_agree_near_the_transition():
    """m², both modes and energy of L = 16 at T_c, long range: 4 comparisons of Wolff with Swendsen–Wang, |z| < 4."""
    model = IsingModel((16, 16), PowerLaw(1.2))
    results = [run(model, 6.8351, name, 6000) for name in ("wolff", "swendsen-wang")]
    for name in ("m2", "mode_x", "mode_y"):
        one, other = (mean_estimate(draws[name][None]) for draws in results)
        assert abs(one.value - other.value) < 4 * np.hypot(one.error, other.error), name
    one, other = (mean_estimate(draws.energy[None]) for draws in results)
    assert abs(one.value - other.value) < 4 * np.hypot(one.error, other.error)


def test_a_stopping_rule_is_biased_and_a_fixed_number_of_clusters_is_not():
    """Averaging cluster sizes over "clusters until N spins are turned" is what a frozen number avoids."""
    model, temperature = IsingModel((6, 6), NearestNeighbour()), 2.6
    algorithm = make_algorithm(model, temperature, "wolff")
    chain = start_chain(model, 2, temperature, 0)
    algorithm.advance(chain, 200, 1, energy=False, states=False)
    reference = mean_estimate(run(model, temperature, "swendsen-wang", 40_000)["m2"][None])
    chain.clusters = 1
    sizes = algorithm.advance(chain, 60_000, 1, energy=False, states=False)["grown"]
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
