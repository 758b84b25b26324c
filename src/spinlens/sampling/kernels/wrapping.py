"""Whether the clusters of a sweep wind around a two-dimensional torus.

Bonds that cross the edge of the cell (links) are put aside until all others are joined. No cluster winds by then, so
that the windings to be followed are those of links between whole clusters: O(L) of them for nearest neighbours. A
winding (w_b, w_c) around both axes is the one number 65536 w_b + w_c, modulo 2^32.
"""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Integers, Sites
from spinlens.sampling.kernels.clusters import find, merge
from spinlens.sampling.kernels.compiled import kernel

AROUND = (np.uint32(0), np.uint32(65536), np.uint32(1))
"""Once around each axis of the sides (A, B, C)."""

_HALF = 32768


@kernel
def join_near(parent: Sites, pairs: Sites, count: int, sides: Integers) -> int:
    """Join the first `count` of the pairs of sites whose shortest way stays in the cell; the others become links.

    `pairs` (3, n): two sites; links move to the front and get the winding of the way from one site to the other. Of two
    equally short ways, across half the torus, each is that of every other pair. Returns the number of links.
    """
    C, inverse_c = sides[2], 1.0 / sides[2]
    n_links = 0
    for n in range(count):
        i, j = np.int64(pairs[0, n]), np.int64(pairs[1, n])
        row_i, row_j = np.int64((i + 0.5) * inverse_c), np.int64((j + 0.5) * inverse_c)
        odd = min(i, j) & 1
        around = (_winding(row_j - row_i, sides[1], odd) << 16) + _winding(j - i - (row_j - row_i) * C, C, odd)
        if around == 0:
            merge(parent, pairs[0, n], pairs[1, n])
        else:
            pairs[0, n_links], pairs[1, n_links], pairs[2, n_links] = i, j, np.uint32(around & 0xFFFFFFFF)
            n_links += 1
    return n_links


@kernel
def _winding(step: np.int64, side: np.int64, odd: np.int64) -> int:
    """How often, −1, 0 or 1 times, the shortest way of a displacement in the cell leads around an axis."""
    double = 2 * abs(step)
    if double < side or (double == side and odd == 0):
        return 0
    return -1 if step > 0 else 1


@kernel
def join_links(parent: Sites, links: Sites, count: int, room: Sites) -> int:
    """Join what `count` links connect; returns in how many independent directions a cluster winds at most: 0, 1 or 2.

    `room` (3, N) is scratch for the sites that are roots now: the one above, the winding from there, and one closed
    way of the cluster, 0 without.
    """
    up, offset, closed = room[0], room[1], room[2]
    for n in range(count):
        for end in range(2):
            root = find(parent, links[end, n])
            links[end, n] = root
            up[root], offset[root], closed[root] = root, 0, 0
    rank = 0
    for n in range(count):
        if rank < 2:
            rank = max(rank, _follow(up, offset, closed, links[0, n], links[1, n], links[2, n]))
        merge(parent, links[0, n], links[1, n])
    return rank


@kernel
def _follow(up: Sites, offset: Sites, closed: Sites, i: np.uint32, j: np.uint32, around: np.uint32) -> int:
    """Note a link from i to j; returns in how many independent directions its cluster is known to wind."""
    root, way_i = _climb(up, offset, i)
    other, way_j = _climb(up, offset, j)
    way = np.uint32(way_i + around - way_j)
    if root == other:
        found = way
    else:
        up[other], offset[other] = root, way
        found = closed[other]
    if found == 0:
        return 0
    known = closed[root]
    closed[root] = known if known != 0 else found
    return 2 if known != 0 and _crossed(known, found) else 1


@kernel
def _climb(up: Sites, offset: Sites, site: np.uint32) -> tuple[np.uint32, np.uint32]:
    """Root of a site and the winding from there, halving the way."""
    way = np.uint32(0)
    while up[site] != site:
        above = up[site]
        if up[above] != above:
            offset[site] = np.uint32(offset[site] + offset[above])
            up[site] = up[above]
        way = np.uint32(way + offset[site])
        site = up[site]
    return site, way


@kernel
def _crossed(one: np.uint32, two: np.uint32) -> bool:
    """Whether two windings point into different directions."""
    c_one, c_two = _low(np.int64(one)), _low(np.int64(two))
    b_one, b_two = _low((np.int64(one) - c_one) >> 16), _low((np.int64(two) - c_two) >> 16)
    return bool(b_one * c_two != b_two * c_one)


@kernel
def _low(number: np.int64) -> np.int64:
    """The lower half of a word, between −2^15 and 2^15."""
    low = number & np.int64(0xFFFF)
    return low - 2 * _HALF if low >= _HALF else low
