"""What machines of a comparison are made from, and that each is made once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinlens.comparisons.controls import Case
from spinlens.comparisons.kept import KeptFlows
from spinlens.comparisons.machine_builder import KeptMachines, MachineBuilder
from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.progress import Step

MODEL = IsingModel((4, 4), NearestNeighbour())
STATES = np.where(np.random.default_rng(0).random((40, 16)) < 0.7, 1, -1).astype(np.int8)
BUILDER = MachineBuilder(MODEL, 2.4, STATES, {"epochs": 1}, 0)
LATTICE, REDRAWN = Case("lattice", "CD-1", 4), Case("redrawn", "CD-1", 4)


def same(one: RBM, other: RBM) -> bool:
    return np.array_equal(one.weights_, other.weights_)


def test_redrawn_weights_keep_the_mean_of_their_unit_once_its_sign_is_chosen() -> None:
    rng = np.random.default_rng(0)
    weights = (0.5 + 0.1 * rng.normal(size=(16, 40))) * np.where(rng.random(40) < 0.5, -1, 1)
    builder = MachineBuilder(MODEL, 2.4, np.ones((4, 16), dtype=np.int8), {}, 0)
    drawn = builder.build(Case("redrawn", "CD-1", 40), RBM.from_weights(weights)).weights_
    assert drawn.mean() == pytest.approx(0.5, abs=0.02)
    assert drawn.std() == pytest.approx(0.1, abs=0.02)
    assert abs(weights.mean()) < 0.2  # as the signs fell, their mean says nothing


def test_every_control_learns_from_its_own_states(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: dict[str, np.ndarray] = {}
    monkeypatch.setattr(RBM, "fit", lambda self, X, **_: learned.setdefault(str(len(learned)), X) is None or self)
    for control in ("lattice", "geometry-free", "mean-field"):
        BUILDER.build(Case(control, "CD-1", 4))
    lattice, extreme, mean_field = learned.values()
    assert lattice is STATES
    ordered = np.abs(extreme.sum(axis=1)) == 16
    assert 0 < ordered.sum() < len(extreme)  # of T = 0 and of T = ∞
    assert mean_field.shape == STATES.shape
    assert not np.array_equal(mean_field, extreme)


def test_a_machine_that_learns_moves_filters_over_the_lattice_and_takes_the_epochs_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RBM, "fit", lambda self, X, **_: self)
    given = replace(BUILDER, options={"epochs": 7, "learning_rate": 0.9, "l1": 0.1})
    machine = given.build(Case("lattice", "learned", 32))
    usual = RBM.for_lattice((4, 4), 2, epochs=7, seed=machine.seed)
    assert machine.get_params() == usual.get_params()
    other = given.build(Case("lattice", "CD-1", 32))
    assert (other.learning_rate, other.l1, other.torus) == (0.9, 0.1, None)


def test_a_machine_is_made_by_its_case_alone() -> None:
    machine = BUILDER.build(LATTICE)
    assert same(BUILDER.build(LATTICE), machine)
    assert not same(BUILDER.build(replace(LATTICE, number=1)), machine)
    assert not same(replace(BUILDER, seed=1).build(LATTICE), machine)
    exact = BUILDER.build(Case("exact"))
    assert exact.weights_.shape == (16, 32)  # one hidden unit a bond
    with pytest.raises(InputError, match="whose weights are drawn anew"):
        BUILDER.build(REDRAWN)


def test_the_key_of_a_builder_names_all_it_is_made_from() -> None:
    others: dict[str, Any] = {
        "model": IsingModel((4, 4), PowerLaw(1.2)), "temperature": 2.5, "states": -STATES, "seed": 1,
        "options": {"epochs": 2},
    }  # fmt: skip
    assert len({BUILDER.key, *(replace(BUILDER, **{name: value}).key for name, value in others.items())}) == 6


def test_each_machine_is_made_once_and_then_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    build = MachineBuilder.build
    monkeypatch.setattr(
        MachineBuilder, "build", lambda self, case, *rest: built.append(case.name) or build(self, case, *rest)
    )
    told: list[Step] = []
    machines = KeptMachines(BUILDER, KeptFlows(tmp_path), tell=told.append)
    drawn, source = machines.machine(REDRAWN), machines.machine(LATTICE)
    assert built == [LATTICE.name, REDRAWN.name]
    assert str(told[0]) == "training a machine of 4 hidden units on 40 states"
    assert [step.text for step in told[1:]] == [f"epoch {k} of {len(told) - 1}" for k in range(1, len(told))]
    again = KeptMachines(BUILDER, KeptFlows(tmp_path))
    assert same(again.machine(REDRAWN), drawn)
    assert same(again.machine(LATTICE), source)
    assert len(built) == 2
