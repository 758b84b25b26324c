"""Windings of clusters: union–find against labels that spread along bonds, graph by graph."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from small_torus import ENDS, STEPS, all_graphs, ranks
from spinlens.sampling.kernels.clusters import find
from spinlens.sampling.kernels.wrapping import AROUND, join_links, join_near

CODES = np.array([AROUND[1] * b + AROUND[2] * c for b, c in STEPS], np.uint32)


@numba.njit
def joined(graphs, ends, codes, n_sites):
    """The same of `join_links`: bonds in the cell are joined first, links in the order given."""
    found = np.empty((len(graphs), 2), np.int64)
    links, room = np.empty((3, len(ends)), np.uint32), np.empty((3, n_sites), np.uint32)
    for number in range(len(graphs)):
        parent, count = np.arange(n_sites).astype(np.uint32), 0
        for bond in range(len(ends)):
            if graphs[number, bond]:
                links[0, count], links[1, count], links[2, count] = ends[bond, 0], ends[bond, 1], codes[bond]
                count += 1
        found[number, 0] = join_links(parent, links, count, room)
        roots = 0
        for site in range(n_sites):
            roots += find(parent, np.uint32(site)) == site
        found[number, 1] = roots
    return found


def test_every_graph_of_the_smallest_torus():
    graphs = all_graphs()
    rank, clusters = ranks(graphs, ENDS, STEPS, 9)
    found = joined(graphs, ENDS, CODES, 9)
    np.testing.assert_array_equal(found[:, 0], rank)
    np.testing.assert_array_equal(found[:, 1], clusters)
    assert set(rank) == {0, 1, 2}


def shortest(step, side, lower):
    """Windings −1, 0, 1 of the shortest way of a displacement in the cell; of equally short ones, by the lower site."""
    ways = sorted((abs(step + side * around), around) for around in (-1, 0, 1))
    if ways[0][0] == ways[1][0]:
        return 0 if lower % 2 == 0 else max((way[1] for way in ways[:2]), key=abs)
    return ways[0][1]


@pytest.mark.parametrize("shape", [(4, 4), (5, 4), (2, 6)])
def test_bonds_of_any_length_take_the_shortest_way(shape):
    rng, (B, C) = np.random.default_rng(5), shape
    n_sites, seen = B * C, set()
    for count in (3, 6, 10, 15, 25) * 20:
        i, j = rng.integers(n_sites, size=(2, count))
        i, j = i[i != j].astype(np.uint32), j[i != j].astype(np.uint32)
        pairs, parent = np.zeros((3, count), np.uint32), np.arange(n_sites, dtype=np.uint32)
        pairs[:2, : len(i)] = i, j
        n_links = join_near(parent, pairs, len(i), np.array([1, B, C]))
        found = join_links(parent, pairs, n_links, np.empty((3, n_sites), np.uint32))
        ends, steps = np.stack([i, j], axis=1).astype(int), []
        for one, two in ends:
            lower = min(one, two)
            steps.append([shortest(two // C - one // C, B, lower), shortest(two % C - one % C, C, lower)])
        graphs = np.ones((1, len(i)), bool)
        rank, clusters = ranks(graphs, ends, np.array(steps).reshape(-1, 2), n_sites)
        roots = sum(find(parent, np.uint32(site)) == site for site in range(n_sites))
        assert (found, roots) == (rank[0], clusters[0])
        seen.add(found)
    assert seen == {0, 1, 2}
