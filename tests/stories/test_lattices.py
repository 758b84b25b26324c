"""Stories of lattices: sampled, plotted, brought to their critical point, with couplings and data of one's own."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import spinlens as sl

T_C = 2 / np.log(1 + np.sqrt(2))


def test_sample_and_plot():
    model = sl.IsingModel((16, 16), sl.NearestNeighbour())
    data = sl.sample(model, [2.0, 2.3, 2.6], draws=2000, seed=1)
    table = sl.summary(data).loc[2.3]
    exact = sl.exact.kaufman(16, 2.3).energy
    assert abs(table.loc["energy", "mean"] - exact) < 4 * table.loc["energy", "error"]
    assert (table["r_hat"] < 1.05).all()
    ax = sl.plot.series(data, observable="energy", temperature=2.3)
    assert ax.lines


def test_critical_temperature_of_the_square():
    point = sl.find_critical_point(sl.NearestNeighbour(), sizes=(4, 8, 16), draws=4000, seed=1)
    value, error = point.temperature
    assert abs(value - T_C) < 4 * error
    assert error < 0.01
    assert abs(point.delta_spin.deviation(1 / 8)) < 4


def test_a_coupling_of_my_own():
    table = np.zeros((4, 4))  # J to the nearest and half of it to the next nearest neighbours
    table[[0, 0, 1, 3], [1, 3, 0, 0]] = 1.0
    table[[1, 1, 3, 3], [1, 3, 1, 3]] = 0.5
    model = sl.IsingModel((4, 4), sl.CouplingTable(table))
    assert model.energy(np.ones((4, 4))) == -16 * (4 * 1.0 + 4 * 0.5) / 2
    data = sl.sample(model, 4.0, draws=5000, seed=1)
    energy = sl.summary(data).loc[(4.0, "energy")]
    assert abs(energy["mean"] - sl.exact.enumerate(model, 4.0).energy) < 4 * energy["error"]


def test_curves_between_the_temperatures_that_were_sampled():
    data = sl.sample(sl.IsingModel((16, 16), sl.NearestNeighbour()), [2.2, 2.3, 2.4], draws=4000, seed=1)
    curve = sl.reweight(data, np.linspace(2.2, 2.4, 21))
    exact = [sl.exact.kaufman(16, T).specific_heat for T in curve.temperature.values]
    assert (np.abs(curve.specific_heat - exact) < 4 * curve.specific_heat_error).all()
    peak = float(curve.specific_heat.idxmax("temperature"))
    assert 2.25 < peak < 2.37


def test_exponents_by_the_renormalization_group():
    square = sl.IsingModel((32, 32), sl.NearestNeighbour())
    data = sl.sample(square, T_C, draws=4000, thin=2, keep_spins=True, seed=1)
    found = sl.mcrg(sl.block_spin_flow(data, steps=2), chains=2)
    y_t, y_h = found.exponent("even"), found.exponent("odd")
    assert abs(y_t.value - 1) < 4 * np.hypot(y_t.error, found.systematic("even"))
    assert abs(y_h.value - 15 / 8) < 4 * np.hypot(y_h.error, found.systematic("odd"))
    assert y_h.error < 0.02


def test_stopped_and_continued(tmp_path):
    model, asked = sl.IsingModel((8, 8), sl.NearestNeighbour()), {"temperatures": [2.2, 2.4], "draws": 3000, "seed": 5}

    def impatient(step):
        raise KeyboardInterrupt  # as Ctrl-C does

    with pytest.raises(KeyboardInterrupt):
        sl.sample(model, **asked, checkpoint=tmp_path / "run", progress=impatient)
    data = sl.sample(model, **asked, checkpoint=tmp_path / "run")
    assert data.identical(sl.sample(model, **asked))


def test_how_far_a_long_call_is(capsys):
    shares = []
    model = sl.IsingModel((8, 8), sl.PowerLaw(1.2))
    sl.sample(model, [6.0, 8.0], draws=500, progress=lambda step: shares.append(step.share))
    known = [share for share in shares if share is not None]
    assert known == sorted(known)
    assert known[-1] == 1.0
    sl.sample(model, 6.0, draws=500)
    assert capsys.readouterr().err == ""  # scripts are not disturbed
    sl.sample(model, 6.0, draws=500, progress=True)
    assert "T = 6: warm after" in capsys.readouterr().err


def test_ln_z_of_a_lattice():
    model = sl.IsingModel((8, 8), sl.NearestNeighbour())
    found = sl.log_partition_function(model, 2.5, method="integration", draws=1000, nodes=17)
    assert abs(found.deviation(sl.exact.kaufman(8, 2.5).log_z)) < 4
    assert found.error < 0.2


def my_program(L, T, sweeps, generator, copies=100):
    """What a user brings: heat bath in NumPy, one colour of the chess board after the other; (sweeps, copies, L, L)."""
    chess, spins = np.indices((L, L)).sum(axis=0) % 2, generator.choice([-1, 1], size=(copies, L, L))
    for _ in range(sweeps):
        for colour in (0, 1):
            field = sum(np.roll(spins, shift, axis) for shift in (-1, 1) for axis in (1, 2))
            up = generator.random(spins.shape) < 1 / (1 + np.exp(-2 * field / T))
            spins = np.where(chess == colour, np.where(up, 1, -1), spins)
        yield spins


def test_states_of_my_own_program_have_a_temperature():
    kept = list(my_program(8, 3.0, 400, np.random.default_rng(3)))[100::30]
    states = np.concatenate(kept) == 1  # True is up
    model = sl.IsingModel((8, 8), sl.NearestNeighbour())
    instruments = sl.calibrate_instruments(model, [2.0, 2.3, 2.6, 2.9, 3.2, 3.6], names=["energy", "xi"], samples=400)
    readings = instruments.read(states)
    assert all(abs(reading.temperature.deviation(3.0)) < 4 for reading in readings.values())
    assert instruments.test(states).p_value > 1e-4
    with pytest.raises(sl.errors.SpinsError, match="2 \\* x - 1"):
        instruments.read(states.astype(int))  # 0 and 1 are no spins


def test_means_of_my_own_program_have_a_critical_point():
    rows, generator = [], np.random.default_rng(1)
    for L, T in itertools.product((4, 6, 8), (2.15, 2.25, 2.35, 2.45)):
        m = np.array([spins.mean(axis=(1, 2)) for spins in my_program(L, T, 400, generator)])[100:]
        for part in np.split(m, 10, axis=1):
            rows.append({"L": L, "T": T, "m2": np.mean(part**2), "m4": np.mean(part**4)})
    point = sl.finite_size_scaling(pd.DataFrame(rows), sl.NearestNeighbour())
    assert abs(point.temperature.deviation(T_C)) < 4
    assert point.temperature.error < 0.1
    assert abs(point.delta_spin.deviation(1 / 8)) < 4
