"""A flow read record by record is what is read of its trajectory; its end and its plateau."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.examination import examine
from spinlens.flows.follow import follow
from spinlens.flows.plateau import find_plateau
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.reading import read_flow
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments
from truths import drawn

MODEL = IsingModel((4, 4), NearestNeighbour())
GRID = [1.8, 2.2, 2.6, 3.0, 3.5, 4.2]
RECORD = (0, 1, 3, 6, 10, 15)


@pytest.fixture(scope="module")
def instruments() -> InstrumentSet:
    states = np.stack([drawn(MODEL, T, 600, k) for k, T in enumerate(GRID)])
    return calibrate_instruments(MODEL, GRID, states, names=["energy", "xi", "correlation"])


def test_following_says_what_reading_the_trajectory_says(instruments: InstrumentSet) -> None:
    machine, start = RBM.exact(MODEL, 2.6), drawn(MODEL, 2.2, 300, 9)
    path = rbm_flow(machine, start, 15, RECORD, seed=1)
    followed = follow(machine.records(start, RECORD, seed=1), instruments, instruments.equilibrium)
    readings, table = followed.readings(), read_flow(path, instruments)
    for name in table.data_vars:
        assert np.array_equal(readings[name].values, table[name].values, equal_nan=True)
    tests = [instruments.test(states) for states in path.states]
    assert readings["p_value"].values.tolist() == [test.p_value for test in tests]
    assert readings["distance"].values.tolist() == [test.distance.value for test in tests]
    assert followed.end() == examine(path.at(15), instruments, instruments.equilibrium)
    assert followed.examination(3, path.at(3)) == examine(path.at(3), instruments, instruments.equilibrium)
    values = {
        name: np.stack([thermometer.pseudo_values(thermometer.statistic(states)) for states in path.states])
        for name, thermometer in instruments.items()
    }
    assert followed.plateau() == find_plateau(RECORD, values)


def test_records_are_taken_one_at_a_time_and_let_go(instruments: InstrumentSet) -> None:
    alive = 0

    def records() -> Iterator[tuple[int, np.ndarray]]:
        nonlocal alive
        for step in range(4):
            alive += 1
            assert alive == 1  # the one before has been dealt with
            yield step, drawn(MODEL, 2.6, 50, step)
            alive -= 1

    assert follow(records(), instruments).steps == (0, 1, 2, 3)


def test_short_flows_have_no_plateau_and_none_of_no_records(instruments: InstrumentSet) -> None:
    states = drawn(MODEL, 2.6, 50, 0)
    assert follow([(0, states), (5, states)], instruments).plateau() is None
    assert follow([(0, states)], instruments).end().equilibrium is None
    with pytest.raises(InputError, match="no records"):
        follow([], instruments)
