"""Flows against an enumerated spectrum and exact ensembles, read with every instrument; each with a broken twin."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest

from spinlens.exact.enumeration import all_states
from spinlens.flows.dimensions import compare_dimensions
from spinlens.flows.flow_field import measure_flow_field
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.reading import change, measure
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.renormalization.block_spin import block_spins
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments, sample_independent

T_ISING = 2 / np.log(1 + np.sqrt(2))
RELATIVE = (0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.4, 1.8)


@functools.cache
def instruments(coupling: NearestNeighbour | PowerLaw, unit: float, L: int) -> InstrumentSet:
    grid = [relative * unit for relative in RELATIVE]
    network = {"hidden": 16, "epochs": 5}
    return calibrate_instruments(IsingModel((L, L), coupling), grid, samples=400, seed=1, network=network)


@functools.cache
def ensemble(coupling: NearestNeighbour | PowerLaw, temperature: float, L: int, n: int, seed: int) -> np.ndarray:
    return sample_independent(IsingModel((L, L), coupling), [temperature], n, seed)[0]


@pytest.mark.parametrize(("coupling", "unit"), [(NearestNeighbour(), T_ISING), (PowerLaw(1.2), 6.835)])
def test_the_exact_machine_moves_no_instrument_and_a_machine_of_another_temperature_does(
    coupling: NearestNeighbour | PowerLaw, unit: float
) -> None:
    readers, states = instruments(coupling, unit, 8), ensemble(coupling, unit, 8, 600, 2)
    model = IsingModel((8, 8), coupling)

    def largest(temperature: float) -> dict[str, float]:
        path = rbm_flow(RBM.exact(model, temperature), states, 50, [0, 1, 5, 15, 50], seed=3)
        found = {}
        for name, instrument in readers.items():
            first, *later = (measure(instrument, part) for part in path.states)
            moves = [change(first, part) for part in later]
            found[name] = max(abs(move.value / move.error) for move in moves)
        return found

    assert max(largest(unit).values()) < 4
    assert min(largest(1.25 * unit).values()) > 4


def spectrum(temperature: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Classes of the 512 states of a 3 × 3 lattice under its 72 symmetries: P between classes, m, energy, sizes.

    P(v → v′) = Σ_h p(h|v) p(v′|h) over all 2^18 patterns of the bonds of the exact machine, for one v of each class.
    """
    model = IsingModel((3, 3), NearestNeighbour())
    weights = RBM.exact(model, temperature).weights_
    states = all_states(9).reshape(-1, 3, 3)
    turned = [np.rot90(mirror, k, (1, 2)) for mirror in (states, states.transpose(0, 2, 1)) for k in range(4)]
    moved = [np.roll(part, move, (1, 2)) for part in turned for move in itertools.product(range(3), repeat=2)]
    codes = np.min([((part.reshape(-1, 9) + 1) // 2) @ (1 << np.arange(9)) for part in moved], axis=0)
    _, first, label, sizes = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    flat = states.reshape(-1, 9).astype(float)
    members = np.eye(len(first))[label]
    hidden = all_states(18).astype(float)
    P = np.zeros((len(first), len(first)))
    for part in np.array_split(hidden, 64):
        field, back = flat[first] @ weights, part @ weights.T
        up = np.exp(field @ part.T - np.log(2 * np.cosh(field)).sum(axis=1)[:, None])
        down = np.exp(back @ flat.T - np.log(2 * np.cosh(back)).sum(axis=1)[:, None])
        P += up @ (down @ members)
    return P, flat[first].mean(axis=1), model.energy(states[first]) / 9, sizes


def test_hot_and_cold_starts_relax_as_the_enumerated_spectrum_says() -> None:
    temperature, n = 3.0, 20_000
    P, m, energy, sizes = spectrum(temperature)
    assert np.allclose(P.sum(axis=1), 1)
    boltzmann = sizes * np.exp(-9 * energy / temperature)
    assert np.allclose(boltzmann @ P, boltzmann)  # the exact machine leaves its lattice's distribution alone
    wrong = spectrum(1.1 * temperature)[0]
    model = IsingModel((3, 3), NearestNeighbour())
    cold, free = np.ones((n, 3, 3)), np.where(np.random.default_rng(0).random((n, 3, 3)) < 0.5, 1, -1)
    steps = (1, 2, 4, 8, 12, 16)
    for start, states in (((m == 1).astype(float), cold), (sizes / 512, free)):
        path = rbm_flow(RBM.exact(model, temperature), states, 16, steps, seed=4)
        pulls, broken = [], []
        for step, part in zip(path.steps, path.states, strict=True):
            for observable, values in ((m, part.mean(axis=(1, 2))), (energy, model.energy(part) / 9)):
                error = values.std() / n**0.5
                for matrix, found in ((P, pulls), (wrong, broken)):
                    expected = start @ np.linalg.matrix_power(matrix, step) @ observable
                    found.append(abs(values.mean() - expected) / error)
        assert max(pulls) < 4
        assert max(broken) > 4
    eigenvalues = np.sort(np.abs(np.linalg.eigvals(P)))
    assert eigenvalues[-1] == pytest.approx(1.0)
    path = rbm_flow(RBM.exact(model, temperature), cold, 16, [8, 16], seed=5)
    early, late = (part.mean(axis=(1, 2)) for part in path.states)
    rate = (late.mean() / early.mean()) ** (1 / 8)
    relative = np.hypot(early.std() / early.mean(), late.std() / late.mean()) / n**0.5
    assert abs(rate - eigenvalues[-2]) < 4 * rate * relative / 8
    assert abs(rate - np.sort(np.abs(np.linalg.eigvals(wrong)))[-2]) > 4 * rate * relative / 8


def test_flow_field_of_the_exact_machine_ends_at_its_temperature() -> None:
    readers = instruments(NearestNeighbour(), T_ISING, 8)
    ensembles = {r * T_ISING: ensemble(NearestNeighbour(), r * T_ISING, 8, 500, 7) for r in (0.85, 0.95, 1.15, 1.3)}
    model = IsingModel((8, 8), NearestNeighbour())

    def zero(temperature: float, name: str) -> float:
        machine = RBM.exact(model, temperature)
        fields = measure_flow_field(lambda s, seed: rbm_flow(machine, s, 5, seed=seed).at(5), ensembles, readers, 5)
        (point,) = fields[name].fixed_points
        assert point.stable
        return point.temperature.deviation(1.05 * T_ISING)

    for name in ("energy", "magnetization", "correlation"):
        assert abs(zero(1.05 * T_ISING, name)) < 4
    assert abs(zero(1.2 * T_ISING, "energy")) > 4


def test_flow_field_of_majority_blocks_gives_the_thermal_exponent() -> None:
    shapes = {(L, L): instruments(NearestNeighbour(), T_ISING, L) for L in (16, 8)}
    near = {r * T_ISING: ensemble(NearestNeighbour(), r * T_ISING, 16, 800, 8) for r in (0.92, 0.96, 1.0, 1.04)}

    def block(states: np.ndarray, seed: int) -> np.ndarray:
        return block_spins(states, 2, generator=np.random.default_rng(seed))

    fields = measure_flow_field(block, near, shapes)
    decimated = measure_flow_field(lambda states, seed: block_spins(states, 2, "decimation"), near, shapes)
    for name in ("magnetization", "xi"):
        (point,) = fields[name].fixed_points
        assert not point.stable
        assert point.temperature.value == pytest.approx(T_ISING, rel=0.02)  # shifted by the finite lattice
        y_t = point.exponent(2)
        assert abs(y_t.deviation(1.0)) < 4
        assert y_t.error < 0.25
    assert not decimated["energy"].fixed_points  # the twin: a map that heats at every temperature has no fixed point
    assert np.all(decimated["energy"].change > 4 * decimated["energy"].error)


def test_dimensions_of_an_ensemble_are_its_own_and_those_of_a_hotter_one_are_not() -> None:
    one, other, hot = (
        {L: ensemble(NearestNeighbour(), r * T_ISING, L, 800, seed) for L in (8, 16)}
        for r, seed in ((1.0, 9), (1.0, 10), (1.15, 11))
    )
    same = [entry.difference for entry in compare_dimensions(one, other) if entry.difference is not None]
    assert len(same) >= 5
    assert max(abs(difference.deviation(0.0)) for difference in same) < 4
    spins = [e for e in compare_dimensions(hot, other) if e.dimension == "delta_spin"]
    assert all(entry.difference.deviation(0.0) > 4 for entry in spins)
