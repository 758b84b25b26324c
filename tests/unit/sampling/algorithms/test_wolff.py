"""The number of single clusters that make a sweep."""

from __future__ import annotations

from spinlens import IsingModel, NearestNeighbour
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain


def test_the_number_of_clusters_is_tuned_to_a_lattice_and_frozen():
    model = IsingModel((32, 32), NearestNeighbour())
    algorithm = make_algorithm(model, 3.0, "wolff")
    chain = start_chain(model, 1, 3.0, 0)
    for _ in range(3):
        algorithm.tune(chain)
        algorithm.advance(chain, 50, 1, energy=False, states=False)
    tuned = chain.clusters
    draws = algorithm.advance(chain, 400, 1, energy=False, states=False)
    assert chain.clusters == tuned > 1
    assert 0.7 < draws["grown"].mean() / model.n_sites < 1.4
