"""All that is known of one ensemble, as numbers and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens.flows.dimension_curve import dimension_curve
from spinlens.flows.examination import examine
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.impostors import halves
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments
from truths import drawn

MODEL = IsingModel((4, 4), NearestNeighbour())
GRID = [2.2, 2.5, 2.8, 3.1, 3.5, 4.2]


@pytest.fixture(scope="module")
def instruments() -> InstrumentSet:
    states = np.stack([drawn(MODEL, T, 1000, k) for k, T in enumerate(GRID)])
    return calibrate_instruments(MODEL, GRID, states, names=["energy", "magnetization"])


def test_an_equilibrium_ensemble_is_told_from_one_of_two_halves(instruments: InstrumentSet) -> None:
    true = examine(drawn(MODEL, 2.65, 800, 9), instruments, instruments.equilibrium)
    mixed = halves(drawn(MODEL, 2.2, 800, 10), drawn(MODEL, 4.2, 800, 11))
    false = examine(mixed, instruments, instruments.equilibrium)
    for found, equilibrium in ((true, True), (false, False)):
        document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
        assert set(document) == {"temperature", "in_range", "equilibrium", "delta_spin", "delta_energy"}
        assert list(document["temperature"]) == ["energy", "magnetization"]
        entry = document["equilibrium"]
        assert (entry["p"] > 1e-3) == equilibrium
        assert (entry["distance"]["value"] < 4 * entry["distance"]["error"]) == equilibrium
        assert (entry["states_to_tell"] is None or entry["states_to_tell"] > 800) == equilibrium
    assert abs(true.readings["energy"].temperature.deviation(2.65)) < 4


def test_dimensions_are_held_against_equilibrium_at_the_best_temperature(instruments: InstrumentSet) -> None:
    curve = dimension_curve({T: drawn(MODEL, T, 20_000, 20 + k) for k, T in enumerate(GRID)})
    hot = examine(drawn(MODEL, 3.0, 2000, 12), instruments, instruments.equilibrium)
    excess = hot.excess(curve)
    assert abs(excess.delta_spin.deviation(0.0)) < 4
    wrong = hot.dimensions.minus(curve.at(Estimate(2.5, 0.0)))
    assert abs(wrong.delta_spin.deviation(0.0)) > 8
    assert examine(drawn(MODEL, 3.0, 100, 12), instruments).excess(curve) is None


def test_small_lattices_have_no_dimensions_and_ordered_states_no_p(instruments: InstrumentSet) -> None:
    ordered = examine(np.ones((100, 4, 4), dtype=np.int8), instruments, instruments.equilibrium)
    assert ordered.to_dict()["equilibrium"]["p"] is None
    assert ordered.to_dict()["delta_energy"] is None
    model = IsingModel((3, 3), NearestNeighbour())
    states = np.stack([drawn(model, T, 200, k) for k, T in enumerate(GRID)])
    small = calibrate_instruments(model, GRID, states, names=["energy"])
    assert examine(states[1], small, small.equilibrium).dimensions is None
