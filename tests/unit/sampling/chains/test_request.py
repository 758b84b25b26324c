"""What cannot be asked for is refused, in words that say what can."""

from __future__ import annotations

import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import InputError


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"temperatures": -1.0}, "temperature must be ≥ 0"),
        ({"temperatures": float("nan")}, "temperatures must be a finite number"),
        ({"temperatures": []}, "empty"),
        ({"temperatures": [1.0, 1.0]}, "repeat"),
        ({"draws": 0}, "draws must be an integer"),
        ({"draws": 2.5}, "draws must be an integer"),
        ({"chains": 0}, "chains"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"algorithm": "cluster"}, "algorithm must be one of"),
    ],
)
def test_bad_arguments_are_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        sample(IsingModel((4, 4), NearestNeighbour()), **{"temperatures": 2.0, "draws": 5, **arguments})


def test_keep_spins_and_averages_exclude_each_other():
    with pytest.raises(InputError, match="keep_spins needs series=True"):
        sample(IsingModel((4, 4), NearestNeighbour()), 2.5, 10, keep_spins=True, series=False)


@pytest.mark.parametrize("temperatures", [[2.0], [0.0, 1.0]])
def test_ladders_that_cannot_be_are_refused(temperatures):
    with pytest.raises(InputError, match="two or more temperatures above 0"):
        sample(IsingModel((4, 4), NearestNeighbour()), temperatures, 5, exchange=True)


def test_cluster_moves_do_not_exchange():
    with pytest.raises(InputError, match="exchange is for single-spin moves"):
        sample(IsingModel((4, 4), NearestNeighbour()), (2.0, 3.0), 5, algorithm="wolff", exchange=True)
