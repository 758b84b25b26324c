"""Traps that users walked into: each gave wrong or lost results without a word."""

from __future__ import annotations

import numpy as np
import pytest

import spinlens as sl
from spinlens.errors import CalibrationError, CouplingError, InputError, SpinsError
from spinlens.machines.files.packed import pack_states
from spinlens.machines.reading.physics_check import compare_physics
from spinlens.thermometers.instruments import THERMOMETERS, InstrumentSet

MODEL = sl.IsingModel((4, 4), sl.NearestNeighbour())
GRID = [1.8, 2.2, 2.6, 3.0, 3.4]
RNG = np.random.default_rng


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    """(n_temperatures, n_samples, 4, 4)"""
    return sl.sample(MODEL, GRID, 300, chains=1, thin=8, keep_spins=True).spins.values[:, 0]


@pytest.fixture(scope="module")
def instruments(states: np.ndarray) -> InstrumentSet:
    return sl.calibrate_instruments(MODEL, GRID, states, network={"hidden": 8, "epochs": 5})


@pytest.fixture(scope="module")
def machine(states: np.ndarray) -> sl.RBM:
    return sl.RBM(4, epochs=2).fit(states[2].reshape(-1, 16))


@pytest.fixture(scope="module")
def stack(states: np.ndarray) -> sl.StackedRBM:
    return sl.StackedRBM((4, 2), epochs=2).fit(states[2].reshape(-1, 16))


DOORS = {
    "energy": lambda x, made: MODEL.energy(x),
    "calibrate": lambda x, made: sl.calibrate_instruments(MODEL, GRID, [x] * 5),
    "equilibrium test": lambda x, made: made["instruments"].test(x),
    "all instruments": lambda x, made: made["instruments"].read(x),
    "RBM.fit": lambda x, made: sl.RBM(4).fit(x.reshape(-1, 16)),
    "RBM.fit, validation": lambda x, made: sl.RBM(4).fit(2 * x.reshape(-1, 16) - 1, validation=x.reshape(-1, 16)),
    "StackedRBM.fit": lambda x, made: sl.StackedRBM((4, 2)).fit(x.reshape(-1, 16)),
    "pack_states": lambda x, made: pack_states(x.reshape(-1, 16)),
    "free_energy": lambda x, made: made["machine"].free_energy(x.reshape(-1, 16)),
    "transform": lambda x, made: made["machine"].transform(x.reshape(-1, 16)),
    "stack.transform": lambda x, made: made["stack"].transform(x.reshape(-1, 16)),
    "log_likelihood": lambda x, made: made["machine"].log_likelihood(x.reshape(-1, 16), "exact"),
    "pseudo_log_likelihood": lambda x, made: sl.pseudo_log_likelihood(made["machine"], x.reshape(-1, 16)),
    "sample_hidden": lambda x, made: made["machine"].sample_hidden(x.reshape(-1, 16), RNG(0)),
    "gibbs": lambda x, made: made["machine"].gibbs(x.reshape(-1, 16), 1, RNG(0)),
    "gibbs_autocorrelation": lambda x, made: sl.gibbs_autocorrelation(made["machine"], start=x.reshape(-1, 16)),
    "records": lambda x, made: list(made["machine"].records(x, [0, 1])),
    "compare_physics": lambda x, made: compare_physics(made["machine"], x.reshape(-1, 16), {"m": np.mean}),
    "rbm_flow": lambda x, made: sl.rbm_flow(made["machine"], x, 2),
    "stacked_flow": lambda x, made: sl.stacked_flow(made["stack"], x),
    "updown_flow": lambda x, made: sl.updown_flow(made["stack"], x, 2),
    "block_spins": lambda x, made: sl.block_spins(x, 2, "average"),
    "block_spin_flow": lambda x, made: sl.block_spin_flow(x, 1),
    "mcrg": lambda x, made: sl.mcrg([x, x[:, ::2, ::2]]),
    "matching": lambda x, made: sl.two_lattice_matching(MODEL.coupling, GRID, [x] * 5, [x[:, ::2, ::2]] * 5),
    "spin_correlation": lambda x, made: sl.spin_correlation(x),
    "visible_hidden_correlation": lambda x, made: sl.visible_hidden_correlation(x, x[:, ::2, ::2]),
    "effective_dimensions": lambda x, made: sl.effective_dimensions(x),
    "measure_flow_field": lambda x, made: sl.measure_flow_field(lambda s, seed: s, {2.2: x}, made["instruments"]),
    "gap": lambda x, made: sl.gap(made["machine"], MODEL, 2.6, x),
    "compare_flows": lambda x, made: sl.compare_flows(MODEL, 2.6, x, {"a": x}, made["instruments"]),
    "compare_flows, starts": lambda x, made: sl.compare_flows(MODEL, 2.6, 2 * x - 1, {"a": x}, made["instruments"]),
    "compare_blockings": lambda x, made: sl.compare_blockings(x, {}, 1),
}


@pytest.mark.parametrize("door", DOORS)
def test_states_of_0_and_1_are_refused_at_every_door(door, states, instruments, machine, stack):
    """They were read as states of another temperature, with `in_range` true."""
    bits = (states[2] > 0).astype(np.int8)
    with pytest.raises(SpinsError, match=r"got only 0 and 1; for 0/1 data pass 2 \* x - 1"):
        DOORS[door](bits, {"instruments": instruments, "machine": machine, "stack": stack})


@pytest.mark.parametrize("name", THERMOMETERS)
@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32])
def test_no_thermometer_reads_bits_of_any_type(name, kind, states, instruments):
    with pytest.raises(SpinsError, match="got only 0 and 1"):
        instruments[name].read((states[2] > 0).astype(kind))


@pytest.mark.parametrize("name", THERMOMETERS)
def test_true_is_up_and_flat_states_are_states(name, states, instruments):
    expected = instruments[name].read(states[2])
    assert instruments[name].read(states[2] > 0) == expected
    assert instruments[name].read(states[2].reshape(-1, 16)) == expected


def test_flat_and_bool_states_have_their_energy(states):
    np.testing.assert_array_equal(MODEL.energy(states.reshape(5, -1, 16) > 0), MODEL.energy(states))


@pytest.mark.parametrize("name", THERMOMETERS)
def test_a_reading_out_of_range_is_no_number_and_says_so(name, states, instruments):
    """It was the end of the calibration with error 0.0, printed as an exact temperature."""
    free = RNG(0).choice([-1, 1], size=(4000, 4, 4))
    hot, inside = instruments[name].read(free), instruments[name].read(states[2])
    assert np.isnan(hot.temperature.value)
    assert str(hot).startswith(("> ", "out of range"))
    assert str(hot).endswith("out of range)")
    assert float(str(hot).split()[1]) <= GRID[-1]
    assert str(inside) == str(inside.temperature)


@pytest.mark.parametrize("coupling", [sl.NearestNeighbour, sl.PowerLaw, sl.CouplingTable])
def test_the_class_of_a_coupling_is_none(coupling):
    for take in (lambda: sl.IsingModel((4, 4), coupling), lambda: sl.find_critical_point(coupling, (4, 8, 16))):
        with pytest.raises(
            (CouplingError, InputError), match=f"got the class {coupling.__name__} itself: make an object of it"
        ):
            take()


def test_the_class_of_a_model_is_none():
    with pytest.raises(InputError, match="got the class IsingModel itself"):
        sl.sample(sl.IsingModel, 2.0, 10)


def test_instruments_are_calibrated_with_a_dataset_as_with_its_chains(tmp_path):
    data = sl.sample(MODEL, GRID, 200, chains=2, keep_spins=True)
    sl.save(data, tmp_path / "grid.nc")
    chained = sl.EnergyThermometer.calibrate(MODEL, GRID[::-1], data.spins.values[::-1])
    for held in (data, tmp_path / "grid.nc"):
        own = sl.EnergyThermometer.calibrate(MODEL, GRID[::-1], held)
        np.testing.assert_array_equal(own.curve.mean, chained.curve.mean)
    with pytest.raises(InputError, match=r"no temperature 2.3"):
        sl.EnergyThermometer.calibrate(MODEL, [1.8, 2.2, 2.3], data)
    with pytest.raises(CalibrationError, match="the states were sampled from"):
        sl.EnergyThermometer.calibrate(sl.IsingModel((4, 4), sl.PowerLaw(1.2)), GRID, data)


FIRST = [sl.default_operators(2, parity)[:1] for parity in ("even", "odd")]
TAKERS = {
    "energy": lambda x, made: MODEL.energy(x),
    "read": lambda x, made: made["instruments"]["energy"].read(x),
    "test": lambda x, made: made["instruments"].test(x).p_value,
    "fit": lambda x, made: sl.RBM(4, epochs=2).fit(x).weights_,
    "stack": lambda x, made: sl.StackedRBM((4, 2), epochs=1).fit(x).layers_[1].weights_,
    "transform": lambda x, made: made["machine"].transform(x),
    "log_likelihood": lambda x, made: made["machine"].log_likelihood(x, method="exact"),
    "mcrg": lambda x, made: sl.mcrg([x, sl.block_spin_flow(x, 1).at(1)], *FIRST, bins=16).exponent("even"),
    "rbm_flow": lambda x, made: sl.rbm_flow(made["machine"], x, 2).at(2),
    "updown_flow": lambda x, made: sl.updown_flow(made["stack"], x, 2).at(2),
    "block_spin_flow": lambda x, made: sl.block_spin_flow(x, 1).at(1),
    "spin_correlation": lambda x, made: sl.spin_correlation(x).value,
    "effective_dimensions": lambda x, made: sl.effective_dimensions(x, near=1).delta_spin,
    "gap": lambda x, made: sl.gap(made["machine"], MODEL, 2.6, x, chains=50).value,
}


@pytest.mark.parametrize("taker", TAKERS)
def test_states_are_taken_from_datasets_and_files_as_from_arrays(taker, tmp_path, instruments, machine, stack):
    data = sl.sample(MODEL, 2.6, 100, chains=1, thin=8, keep_spins=True)
    sl.save(data, tmp_path / "states.nc")
    sl.save(data.spins.values[0, 0], tmp_path / "states.npy")
    made = {"instruments": instruments, "machine": machine, "stack": stack}
    take = TAKERS[taker]
    chained = data.spins.values[0] if taker in ("read", "test") else data.spins.values[0, 0]  # one chain, not one row
    for held in (data, data.spins, tmp_path / "states.nc", sl.open(tmp_path / "states.nc")):
        np.testing.assert_equal(take(held, made), take(chained, made))
    plain = data.spins.values[0, 0]
    np.savez(tmp_path / "states.npz", samples=plain)
    for path in ("states.npy", "states.npz"):
        np.testing.assert_equal(take(str(tmp_path / path), made), take(plain, made))
    for same in (plain > 0, plain.tolist(), plain.astype(float), {"states": plain}, sl.open(tmp_path / "states.npy")):
        np.testing.assert_equal(take(same, made), take(plain, made))
