"""The gap between machines and lattices, against enumeration."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.comparisons.gap import gap
from spinlens.errors import SpinsError
from truths import boltzmann, drawn, machine_distribution

SQUARE = IsingModel((3, 3), NearestNeighbour())


def exact_gap(machine: RBM, model: IsingModel, T: float) -> float:
    """Σ_v p(v) ln[p(v) / q(v)] / N."""
    states, p = boltzmann(model, T)
    _, q = machine_distribution(machine)
    assert (states.reshape(len(states), -1) == machine_distribution(machine)[0]).all()
    return float((p * np.log(p / q)).sum() / model.n_sites)


def shifted(machine: RBM, scale: float, seed: int = 0) -> RBM:
    """The machine with noise on its weights."""
    noise = scale * np.random.default_rng(seed).normal(size=machine.weights_.shape)
    return RBM.from_weights(machine.weights_ + noise)


@pytest.mark.parametrize("coupling", [NearestNeighbour(), PowerLaw(1.2)])
def test_the_exact_machine_has_none(coupling):
    model = IsingModel((4, 4), coupling)
    found = gap(RBM.exact(model, 4.0), model, 4.0, seed=1)
    assert abs(found.value.value) < 1e-6
    assert found.learned
    assert found.method == "overlap"


@pytest.mark.parametrize("scale", [0.1, 0.3])
def test_of_a_machine_beside_the_lattice(scale):
    T = 3.0
    machine = shifted(RBM.exact(SQUARE, T), scale)
    known = exact_gap(machine, SQUARE, T)
    found = gap(machine, SQUARE, T, drawn(SQUARE, T, 20_000, 1), chains=2000, seed=2)
    assert abs(found.value.value - known) < 4 * found.value.error
    assert found.value.error < 0.3 * known
    assert not found.learned


def test_of_the_lattice_at_another_temperature():
    """A machine that is exact elsewhere has the divergence between two temperatures."""
    machine = RBM.exact(SQUARE, 3.5)
    known = exact_gap(machine, SQUARE, 2.8)
    found = gap(machine, SQUARE, 2.8, drawn(SQUARE, 2.8, 20_000, 1), chains=2000, seed=2)
    assert abs(found.value.value - known) < 4 * found.value.error
    assert found.bound.value > found.value.value


def test_states_at_another_temperature_are_seen():
    """With states that are not the lattice's at T the gap of the exact machine is still 0, of another one it is off."""
    machine = shifted(RBM.exact(SQUARE, 3.0), 0.3)
    known = exact_gap(machine, SQUARE, 3.0)
    wrong = gap(machine, SQUARE, 3.0, drawn(SQUARE, 2.0, 20_000, 1), chains=2000, seed=2)
    assert abs(wrong.value.value - known) > 5 * wrong.value.error


def test_without_overlap_each_partition_function_is_found():
    """An untrained machine has few states in common with a cold lattice."""
    model = IsingModel((8, 8), NearestNeighbour())
    machine = RBM.from_weights(np.full((64, 4), 1e-3))
    found = gap(machine, model, 1.6, seed=4)
    lattice = exact.kaufman(8, 1.6)
    known = np.log(2) - (lattice.log_z / 64 + lattice.energy / 1.6)  # −ln p of the machine less −ln p of the lattice
    assert found.method == "ln Z"
    assert found.value.value == pytest.approx(known, abs=4 * found.value.error + 0.01)


def test_states_of_another_lattice_are_refused():
    with pytest.raises(SpinsError):
        gap(RBM.exact(SQUARE, 3.0), SQUARE, 3.0, np.ones((10, 4, 4)))
