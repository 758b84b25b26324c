"""Which machines stand for all: the best, and those that miss."""

from __future__ import annotations

import pytest

from spinlens.report.answers.groups import Group, extremes
from spinlens.statistics.estimate import Estimate


def group(name: str, found: str) -> Group:
    return Group(name, name, name == "learned", Estimate(0.1, 0.01), found, None)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({"learned": "inside", "dense": "outside", "cd1": "undecided"}, ["learned", "dense"]),
        ({"learned": "inside", "dense": "outside", "cd1": "no temperature"}, ["learned", "cd1"]),
        ({"learned": "inside", "dense": "inside", "cd1": "undecided"}, ["learned", "cd1"]),
        ({"learned": "outside"}, ["learned"]),
        ({}, []),
    ],
)
def test_the_worst_is_one_that_misses_where_any_does(found, shown) -> None:
    groups = [group(name, side) for name, side in found.items()]
    assert [one.recipe for one in extremes(groups)] == shown
