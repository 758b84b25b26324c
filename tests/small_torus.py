"""All graphs of the 3 × 3 torus, and in how many directions a graph winds, without union–find."""

from __future__ import annotations

import itertools

import numpy as np

L = 3
# every bond of the 3 × 3 torus: a site, the next one along an axis, and how often the step leads around that axis
_BONDS = [
    (L * a + b, L * ((a + (axis == 0)) % L) + (b + (axis == 1)) % L, axis, (a, b)[axis] == L - 1)
    for a, b, axis in itertools.product(range(L), range(L), range(2))
]
ENDS = np.array([(i, j) for i, j, _, _ in _BONDS], np.uint32)
STEPS = np.array([(around * (axis == 0), around * (axis == 1)) for _, _, axis, around in _BONDS])


def all_graphs():
    """Which bonds are there, (2^18, 18)."""
    return (np.arange(2 ** len(ENDS))[:, None] >> np.arange(len(ENDS)) & 1).astype(bool)


def ranks(graphs, ends, steps, n_sites):
    """Independent directions of every graph (n, bonds) and its number of clusters: the lowest label spreads.

    A site that takes the label of another takes its place beside it, too; a bond whose ends lie elsewhere than it says
    then closes a way around the torus.
    """
    label = np.broadcast_to(np.arange(n_sites), (len(graphs), n_sites)).copy()
    place = np.zeros((len(graphs), n_sites, 2), int)
    for _ in range(n_sites):
        for bond, (i, j) in enumerate(ends):
            for near, far, step in ((i, j, steps[bond]), (j, i, -steps[bond])):
                taken = graphs[:, bond] & (label[:, near] < label[:, far])
                label[taken, far] = label[taken, near]
                place[taken, far] = place[taken, near] + step
    first = np.zeros((len(graphs), n_sites, 2), int)
    rank = np.zeros(len(graphs), int)
    for bond, (i, j) in enumerate(ends):
        way = np.where(graphs[:, bond, None], place[:, i] + steps[bond] - place[:, j], 0)
        known = first[np.arange(len(graphs)), label[:, i]]
        winds = way.any(axis=1)
        crossed = winds & (known[:, 0] * way[:, 1] != known[:, 1] * way[:, 0])
        rank = np.where(crossed, 2, np.maximum(rank, winds))
        new = winds & ~known.any(axis=1)
        first[new, label[new, i]] = way[new]
    return rank, (label == np.arange(n_sites)).sum(axis=1)
