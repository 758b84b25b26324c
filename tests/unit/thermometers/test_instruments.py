"""All instruments together: one call, storage, what they accept, and one typed error for what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinlens.errors import ArtefactError, CalibrationError, InputError, SpinsError
from spinlens.lattice.couplings import CouplingTable, NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.sampling.sampler import sample
from spinlens.thermometers.instruments import THERMOMETERS, InstrumentSet, calibrate_instruments, sample_independent

MODEL = IsingModel((4, 4), PowerLaw(1.2))
GRID = np.array([4.5, 5.5, 6.0, 6.5, 7.0, 8.0, 9.5])


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    return sample_independent(MODEL, [*GRID, np.inf], 400, 1)


@pytest.fixture(scope="module")
def instruments(states: np.ndarray) -> InstrumentSet:
    return calibrate_instruments(MODEL, [*GRID, np.inf], states, network={"hidden": 32, "epochs": 40})


def test_one_call_calibrates_all_and_they_read_alike(instruments: InstrumentSet) -> None:
    assert list(instruments) == list(THERMOMETERS)
    assert instruments.shape == (4, 4)
    unseen = sample_independent(MODEL, [6.25], 400, 2)[0]
    readings = instruments.read(unseen)
    for name, reading in readings.items():
        assert reading.in_range, name
        assert abs(reading.temperature.deviation(6.25)) < 4, name
    assert instruments.test(unseen).p_value > 1e-4


def test_states_are_sampled_where_none_are_given_and_a_seed_fixes_everything() -> None:
    one, two = (calibrate_instruments(MODEL, GRID[2:5], names=["xi"], samples=50, seed=3, workers=w) for w in (1, 2))
    other = calibrate_instruments(MODEL, GRID[2:5], names=["xi"], samples=50, seed=4)
    same, different = (np.array_equal(one["xi"].curve.mean, found["xi"].curve.mean) for found in (two, other))
    assert same
    assert not different


def test_storage_gives_the_same_instruments_and_refuses_other_models(instruments: InstrumentSet) -> None:
    arrays = instruments.to_arrays()
    unseen = sample_independent(MODEL, [6.25], 100, 5)[0]
    again = InstrumentSet.from_arrays(arrays, MODEL)
    assert again.read(unseen) == instruments.read(unseen)
    assert again.test(unseen) == instruments.test(unseen)
    for other in (IsingModel((4, 4), PowerLaw(1.3)), IsingModel((4, 4), PowerLaw(1.2), field=0.1)):
        with pytest.raises(CalibrationError, match="another coupling or field"):
            InstrumentSet.from_arrays(arrays, other)
    with pytest.raises(CalibrationError, match="calibrated on \\(4, 4\\)"):
        InstrumentSet.from_arrays(arrays, IsingModel((5, 5), PowerLaw(1.2)))
    with pytest.raises(InputError, match="no set of instruments"):
        InstrumentSet.from_arrays({"energy.shape": np.array([4, 4])}, MODEL)


@pytest.mark.parametrize("name", list(THERMOMETERS))
def test_states_of_another_lattice_or_model_are_refused(instruments: InstrumentSet, name: str) -> None:
    with pytest.raises(SpinsError, match="last axes \\(4, 4\\)"):
        instruments[name].read(np.ones((10, 8, 8), dtype=np.int8))
    with pytest.raises(InputError, match="at least 2 states"):
        instruments[name].read(np.ones((4, 4), dtype=np.int8))
    foreign = sample(IsingModel((4, 4), NearestNeighbour()), 2.3, 20, 2, keep_spins=True)
    with pytest.raises(CalibrationError, match="NearestNeighbour"):
        instruments[name].read(foreign)
    own = sample(MODEL, [6.0, 6.5], 20, 2, keep_spins=True)
    with pytest.raises(InputError, match="several temperatures"):
        instruments[name].read(own)
    with pytest.raises(InputError, match="holds no states"):
        instruments[name].read(own.drop_vars("spins"))
    first = own.isel(temperature=0)
    assert instruments[name].read(first) == instruments[name].read(first.spins.values)


def test_plain_arrays_of_any_number_type_are_read(instruments: InstrumentSet, states: np.ndarray) -> None:
    found = instruments.read(states[3])
    assert instruments.read(states[3].astype(np.float64)) == found
    assert instruments.read(states[3].tolist()) == found
    with pytest.raises(SpinsError, match="finite real numbers"):
        instruments.read(np.full((3, 4, 4), np.nan))


def test_unknown_names_and_too_few_temperatures(states: np.ndarray) -> None:
    with pytest.raises(InputError, match="name of a thermometer must be one of energy"):
        calibrate_instruments(MODEL, GRID, names=["mercury"])
    for name in THERMOMETERS:
        with pytest.raises(InputError, match=r"at least 3|fewer than 3"):
            calibrate_instruments(MODEL, [6.0, 7.0], states[:2], names=[name])
    with pytest.raises(InputError, match="at least 8 draws"):
        calibrate_instruments(MODEL, [6.0, 7.0, 8.0], np.ones((3, 5, 4, 4, 4), dtype=np.int8), names=["energy"])


def test_stored_instruments_come_back_in_one_order_whatever_that_of_the_arrays(instruments: InstrumentSet) -> None:
    arrays = instruments.to_arrays()
    turned = dict(reversed(list(arrays.items())))
    assert list(InstrumentSet.from_arrays(turned, MODEL)) == list(THERMOMETERS)


def test_instruments_say_their_lattice_and_where_they_read(instruments: InstrumentSet) -> None:
    assert repr(instruments).startswith("InstrumentSet(4×4, power law σ = 1.2: energy, magnetization")
    assert len(str(instruments).splitlines()) == 2 + len(THERMOMETERS)
    energy = instruments["energy"]
    low, high = energy.range
    assert repr(energy) == f"EnergyThermometer(4×4, power law σ = 1.2; reads T from {low:.4g} to {high:.4g})"
    assert len(str(energy).splitlines()) > len(GRID)


def test_instruments_come_back_from_their_file_with_their_model(
    instruments: InstrumentSet, tmp_path: Path, states: np.ndarray
) -> None:
    instruments.save(tmp_path / "instruments.safetensors")
    back = InstrumentSet.load(tmp_path / "instruments.safetensors")
    assert back.model == MODEL
    assert back.read(states[2]) == instruments.read(states[2])
    assert back.test(states[2]) == instruments.test(states[2])


def test_instruments_of_a_table_come_back_too(tmp_path: Path) -> None:
    model = IsingModel((4, 4), CouplingTable(MODEL.coupling_table))
    made = calibrate_instruments(model, GRID[2:5], names=["energy"], samples=50)
    made.save(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(
        InstrumentSet.load(tmp_path / "a.safetensors").model.coupling_table, MODEL.coupling_table
    )


def test_files_of_others_hold_no_instruments(tmp_path: Path) -> None:
    RBM.from_weights([[1.0]]).save(tmp_path / "machine.safetensors")
    for name, message in (("machine.safetensors", "no set of instruments"), ("missing", "readable")):
        with pytest.raises(ArtefactError, match=message):
            InstrumentSet.load(tmp_path / name)


def test_the_curve_of_one_instrument_is_drawn():
    instruments = calibrate_instruments(MODEL, GRID, names=["energy", "xi"], samples=50, seed=3)
    assert instruments.plot().get_ylabel() == instruments["energy"].plot().get_ylabel()
    assert instruments.plot(name="xi").get_ylabel() == instruments["xi"].plot().get_ylabel()
