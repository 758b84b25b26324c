"""Stories of machines: trained, judged, in a pipeline of scikit-learn, and their flows read, compared and filmed."""

from __future__ import annotations

import numpy as np
import pytest

import spinlens as sl

MODEL = sl.IsingModel((4, 4), sl.NearestNeighbour())
GRID = [1.8, 2.2, 2.6, 3.0, 3.5, 4.0]


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    """(n_temperatures, n_samples, 4, 4), as every user begins."""
    data = sl.sample(MODEL, GRID, draws=1000, chains=1, thin=8, keep_spins=True, seed=1)
    return data.spins.values[:, 0]


def test_phases_told_apart_in_a_pipeline(states):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    X = np.concatenate([states[0], states[-1]]).reshape(-1, 16)
    y = np.repeat(["cold", "hot"], len(states[0]))
    size = FunctionTransformer(np.abs)  # a phase does not depend on the sign of its magnetization
    pipeline = make_pipeline(sl.RBM(8, epochs=20, persistent=True), size, LogisticRegression())
    assert pipeline.fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.75


def test_a_machine_learns_its_lattice(states):
    X = states[2].reshape(-1, 16)
    machines = [sl.RBM.from_weights(np.zeros((16, 16))), sl.RBM.for_lattice((4, 4)).fit(X), sl.RBM.exact(MODEL, 2.6)]
    free, learned, exact = (sl.gap(machine, MODEL, 2.6).value for machine in machines)
    assert free.value > 0.05
    assert learned.value < free.value / 10
    assert abs(exact.value) < 1e-6


def test_what_a_machine_thinks_of_neighbours():
    couplings = sl.effective_couplings(sl.RBM.exact(MODEL, 2.5))
    neighbours = couplings[0].reshape(4, 4)
    assert neighbours[0, 1] == pytest.approx(1 / 2.5)
    assert neighbours[2, 2] == pytest.approx(0, abs=1e-6)


def test_a_flow_and_where_it_ends(states):
    thermometer = sl.EnergyThermometer.calibrate(MODEL, GRID, states)
    flow = sl.rbm_flow(sl.RBM.exact(MODEL, 2.6), states[-2], steps=60, record=12, seed=1)
    begin, end = (thermometer.read(flow.states[k]).temperature for k in (0, -1))
    assert abs(begin.deviation(3.5)) < 4
    assert abs(end.deviation(2.6)) < 4  # the exact machine leads every state to its own temperature
    readings = sl.read_flow(flow, {"energy": thermometer})
    assert readings.temperature.values[-1, 0] == pytest.approx(end.value)
    assert sl.plot.flow(readings, unit=2.6).lines


def test_a_film_of_blocking(tmp_path):
    from PIL import Image

    states = sl.sample(sl.IsingModel((16, 16), sl.NearestNeighbour()), 1.5, 20, chains=1, keep_spins=True, seed=1)
    flow = sl.block_spin_flow(states, steps=2)
    film = sl.plot.movie(flow, tmp_path / "blocks.gif")
    with Image.open(film) as frames:
        assert frames.n_frames >= 3
    order = [np.abs(level.mean(axis=(1, 2))).mean() for level in flow.states]
    assert order[0] < order[-1]  # below T_c blocks are colder


def test_machines_beside_their_controls(states):
    thermometer = sl.EnergyThermometer.calibrate(MODEL, GRID, states)
    cases = sl.flow_controls(16, seeds=1, recipes=["CD-1"], widths=[8])
    found = sl.compare_flows(
        MODEL, 2.6, states[2], {"hot": states[-1]}, {"energy": thermometer}, cases=cases, options={"epochs": 10}
    )
    end = {row["control"]: row for row in found.flows}
    assert {"exact", "lattice", "redrawn"} <= set(end)
    exact = end["exact"]
    assert abs(exact["T_energy"] - 2.6) < 4 * exact["T_energy_error"]
