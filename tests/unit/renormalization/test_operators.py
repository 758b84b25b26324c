"""Operator sums against slow references, the sets that are given, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError, SpinsError
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.renormalization.default_operators import default_operators, pair_operators
from spinlens.renormalization.kernels import count_bits
from spinlens.renormalization.operators import CouplingOperator, Operator, operator_values


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


def slow_values(states: np.ndarray, operator: Operator) -> np.ndarray:
    axes = tuple(range(1, states.ndim))
    total = np.zeros(len(states))
    for cluster in operator.clusters:
        product = np.ones(states.shape)
        for site in cluster:
            product *= np.roll(states, [-x for x in site], axis=axes)
        total += product.sum(axis=axes)
    return total


@pytest.mark.parametrize("shape", [(7,), (16,), (2, 2), (5, 6), (8, 8), (3, 4, 5)])
def test_sums_agree_with_products_of_shifted_lattices(shape: tuple[int, ...]) -> None:
    states = random_spins(130, *shape)  # two words of 64 states and a rest
    for parity in ("even", "odd"):
        operators = default_operators(len(shape), parity)
        found = operator_values(states, operators)
        for k, operator in enumerate(operators):
            assert np.array_equal(found[:, k], slow_values(states, operator)), operator.name
            assert np.array_equal(operator_values(-states, [operator])[:, 0], found[:, k] * (-1) ** (parity == "odd"))


@pytest.mark.parametrize(("dimension", "side"), [(1, 7), (2, 6), (3, 4)])
def test_sums_do_not_notice_translations_and_turns_of_the_lattice(dimension: int, side: int) -> None:
    states = random_spins(20, *(side,) * dimension, seed=1)
    operators = [*default_operators(dimension, "even"), *default_operators(dimension, "odd")]
    values = operator_values(states, operators)
    axes = tuple(range(1, dimension + 1))
    moved = np.roll(states, np.arange(1, dimension + 1), axis=axes)
    turned = np.flip(np.transpose(moved, (0, *reversed(axes))), axis=1)
    assert np.array_equal(operator_values(turned, operators), values)


@pytest.mark.parametrize("length", [8, 64, 72, 4096])
def test_bits_are_counted(length: int) -> None:
    rng = np.random.default_rng(length)
    words = rng.integers(0, 2**64, length, dtype=np.uint64)
    words[: length // 2] |= np.uint64(1)
    counts = np.empty(64, dtype=np.int64)
    for line in (words, np.zeros_like(words), np.full_like(words, 2**64 - 1)):
        count_bits(line, np.empty(16, dtype=np.uint64), counts)
        bits = (line[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
        assert np.array_equal(counts, bits.sum(axis=0))


def test_clusters_are_all_orientations_once() -> None:
    counts = {operator.name: len(operator.clusters) for operator in default_operators(2, "even")}
    assert [counts[name] for name in ("nn", "nnn", "plaquette", "(2,1)", "zigzag", "L")] == [2, 2, 1, 4, 4, 8]
    assert len(Operator("nn", ((0, 0, 0), (0, 0, 1))).clusters) == 3
    moved = Operator("nnn", ((4, 4), (5, 3)))
    assert moved.clusters == Operator("nnn", ((0, 0), (1, 1))).clusters
    for dimension in (1, 2, 3):
        for parity in ("even", "odd"):
            operators = default_operators(dimension, parity)
            assert all(operator.parity == parity for operator in operators)
            assert len({operator.clusters for operator in operators}) == len(operators)


def test_default_operators_fit_the_lattice() -> None:
    assert max(operator.extent for operator in default_operators(2, "even", side=4)) == 2
    assert [operator.name for operator in default_operators(2, "odd", side=2)] == ["m", "corner"]
    assert [operator.name for operator in default_operators(1, "even", side=3)] == ["nn"]


@pytest.mark.parametrize(("shape", "coupling"), [((6, 4), NearestNeighbour()), ((5, 4), PowerLaw(1.2))])
def test_coupling_operator_is_minus_the_energy_pair_by_pair(
    shape: tuple[int, ...], coupling: NearestNeighbour | PowerLaw
) -> None:
    states = random_spins(300, *shape)  # more than one batch
    found = operator_values(states, [CouplingOperator("J", coupling), *pair_operators([(1, 0)])])
    table = coupling.table(shape)
    slow = np.zeros(len(states))
    for site in np.ndindex(*shape):
        slow += 0.5 * table[site] * (states * np.roll(states, site, axis=(1, 2))).sum(axis=(1, 2))
    assert np.allclose(found[:, 0], slow, rtol=0, atol=1e-9)
    assert np.array_equal(found[:, 1], slow_values(states, pair_operators([(1, 0)])[0]))


def test_bad_input_gets_one_clear_error() -> None:
    states = random_spins(3, 6, 6)
    with pytest.raises(InputError, match="different displacements"):
        Operator("twice", ((0, 0), (0, 0)))
    with pytest.raises(InputError, match="different displacements"):
        Operator("none", ())
    with pytest.raises(InputError, match="1 components, the lattice"):
        operator_values(states, default_operators(1, "even"))
    with pytest.raises(SpinsError, match=r"only \+1 and -1"):
        operator_values(0.5 * states, default_operators(2, "even"))
    with pytest.raises(InputError, match="one to three sides"):
        operator_values(states.ravel(), default_operators(1, "even"))
    with pytest.raises(InputError, match="dimension must be 1, 2 or 3"):
        default_operators(4, "even")
    with pytest.raises(InputError, match="parity must be one of"):
        default_operators(2, "both")
