"""The table says what the instruments say, and the posterior of the network covers what it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens.lattice.couplings import PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.impostors import halves
from spinlens.thermometers.instrument_table import instrument_table, posterior_coverage
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments
from truths import drawn

MODEL = IsingModel((4, 4), PowerLaw(1.2))
GRID = np.array([4.5, 5.5, 6.0, 6.5, 7.0, 8.0, 9.5])


def ensembles(seed: int) -> np.ndarray:
    return np.stack([drawn(MODEL, T, 400, 100 * seed + k) for k, T in enumerate(GRID)])


@pytest.fixture(scope="module")
def instruments() -> InstrumentSet:
    return calibrate_instruments(MODEL, GRID, ensembles(1), network={"hidden": 32, "epochs": 40})


def test_the_table_says_what_the_instruments_say(instruments: InstrumentSet) -> None:
    held_out = ensembles(6)
    table = instrument_table(instruments, GRID, held_out, {"half": halves(held_out[0], held_out[-1])})
    document = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert document["temperatures"] == GRID.tolist()
    for name, row in document["thermometers"].items():
        assert len(row["bias"]) == len(GRID)
        assert 0.3 < row["rms_pull"] < 2.5, name
    mixed_row = document["made_up"]["half"]
    direct = instruments.test(halves(held_out[0], held_out[-1]))
    assert mixed_row["equilibrium"]["p_value"] == direct.p_value
    assert mixed_row["equilibrium"]["distance"] == direct.distance.value
    assert direct.p_value < 1e-6
    assert mixed_row["disagreement"] > 1


def test_the_posterior_of_the_network_covers_what_it_says(instruments: InstrumentSet) -> None:
    """Binomial errors over 2800 states are 0.009 and 0.006; the twin sharpens the scores by a factor of three."""
    network = instruments["network"]
    held_out = ensembles(7)
    posterior = network.posterior(held_out[3])
    assert posterior.shape == (400, len(GRID))
    assert np.allclose(posterior.sum(axis=1), 1)
    found = posterior_coverage(network, held_out, GRID)
    assert abs(found["50%"] - 0.5) < 4 * 0.0125  # the calibration has half as many states
    assert abs(found["90%"] - 0.9) < 4 * 0.008
    sharp = type(network)(
        MODEL, network.curve, (*network.layers[:2], 3 * network.layers[2], 3 * network.layers[3]), network.classes
    )
    assert posterior_coverage(sharp, held_out, GRID)["90%"] < 0.85
