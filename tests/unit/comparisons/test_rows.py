"""Rows of a comparison say what the flow says, and name all that determines them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinlens.comparisons.rows import FlowMeasurement, pair, reading_rows
from spinlens.errors import InputError
from spinlens.flows.follow import follow
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments
from truths import drawn

MODEL = IsingModel((3, 3), NearestNeighbour())
GRID = [2.0, 2.6, 3.4, 4.4]
STATES = np.stack([drawn(MODEL, T, 300, k) for k, T in enumerate(GRID)])


@pytest.fixture(scope="module")
def instruments() -> InstrumentSet:
    return calibrate_instruments(MODEL, GRID, STATES, names=["energy", "magnetization"])


def of(instruments: InstrumentSet, **options) -> FlowMeasurement:
    settings = {"steps": 6, "record": (0, 3, 6), "kind": "sampled", "seed": 0, **options}
    return FlowMeasurement.of((3, 3), {"critical": STATES[1]}, instruments, instruments.equilibrium, **settings)


def test_rows_are_the_readings_and_the_end_of_the_flow(instruments: InstrumentSet) -> None:
    measurement, machine = of(instruments), RBM.from_weights(0.3 * np.eye(9))
    calls = []
    rows = measurement.rows("mine", {"control": "given"}, machine, lambda: calls.append(None))
    assert len(calls) == 3
    assert [(row["step"], row["instrument"]) for row in rows["readings"]] == [
        (step, name) for step in (0, 3, 6) for name in ("energy", "magnetization")
    ]
    end = rows["flows"][0]
    last = {row["instrument"]: row for row in rows["readings"] if row["step"] == 6}
    assert {name: end[f"T_{name}"] for name in last} == {name: row["temperature"] for name, row in last.items()}
    assert end["equilibrium_p"] == last["energy"]["equilibrium_p"]
    assert (end["n_hidden"], end["steps"], end["start"]) == (9, 6, "critical")
    again = measurement.rows("mine", {"control": "given"}, machine, lambda: None)
    assert again == rows
    assert measurement.rows("other", {}, machine, lambda: None)["readings"][-1] != rows["readings"][-1]  # its own seed


def test_without_a_test_its_columns_are_left_out(instruments: InstrumentSet) -> None:
    flow = follow([(0, STATES[0]), (1, STATES[0])], {"energy": instruments["energy"]}, None)
    rows = reading_rows(flow)
    assert rows[0].keys() == rows[1].keys()
    assert not any(name.startswith("equilibrium") for name in rows[0])
    assert rows[1]["change"] == 0
    assert rows[0]["change"] is None  # nothing came before


def test_the_key_names_all_but_the_machine(instruments: InstrumentSet) -> None:
    one = of(instruments)
    other = calibrate_instruments(MODEL, GRID, STATES[:, ::-1][:, :200], names=["energy", "magnetization"])
    keys = [
        one.key, of(instruments, seed=1).key, of(instruments, record=(0, 6)).key, of(instruments, kind="mean").key,
        of(other).key, replace(one, starts={"critical": STATES[2]}).key, replace(one, starts={"hot": STATES[1]}).key,
        replace(one, equilibrium=None).key,
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert of(instruments).key == one.key


def test_columns_of_an_estimate() -> None:
    assert pair("T", Estimate(2.5, 0.1)) == {"T": 2.5, "T_error": 0.1}
    assert pair("T", Estimate(float("nan"), float("inf"))) == {"T": None, "T_error": None}
    assert pair("T", None) == {"T": None, "T_error": None}


def test_other_lattices_and_nothing_to_read_are_refused(instruments: InstrumentSet) -> None:
    with pytest.raises(InputError, match="at least one start and one instrument"):
        FlowMeasurement.of((3, 3), {}, instruments, None, 6, None, "sampled", 0)
    with pytest.raises(InputError, match="calibrated on a lattice"):
        FlowMeasurement.of((4, 4), {"up": np.ones((9, 4, 4))}, instruments, None, 6, None, "sampled", 0)
