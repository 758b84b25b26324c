"""The linearized map and its errors against slow twins, what the result says of itself, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import ConvergenceError, InputError, SpinsError
from spinlens.renormalization.block_spin import block_spin_flow, block_spins
from spinlens.renormalization.default_operators import default_operators, pair_operators
from spinlens.renormalization.linearized import connected, linearized_map, spectra
from spinlens.renormalization.mcrg import analyse, mcrg
from spinlens.renormalization.measurements import Measurements, measure


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


def correlated(n: int, L: int, seed: int = 0) -> np.ndarray:
    """Independent states with correlations between neighbours: signs of smoothed noise."""
    noise = np.random.default_rng(seed).normal(size=(n, L, L))
    smooth = noise + 0.7 * (np.roll(noise, 1, axis=1) + np.roll(noise, 1, axis=2))
    return np.where(smooth > 0, 1, -1).astype(np.int8)


def test_the_map_solves_the_chain_rule_and_no_other_equation() -> None:
    rng = np.random.default_rng(0)
    coarse, fine = rng.normal(size=(50, 3)), rng.normal(size=(50, 3))
    fine[:, 0] += 2 * coarse[:, 1]
    A = np.cov(coarse.T, bias=True)
    B = (coarse - coarse.mean(axis=0)).T @ (fine - fine.mean(axis=0)) / 50
    T = linearized_map(coarse, fine)
    assert np.allclose(connected(coarse, coarse), A)
    assert np.allclose(A @ T, B)
    assert not np.allclose(A @ T.T, B)
    doubled = np.concatenate([coarse, coarse[:10]]), np.concatenate([fine, fine[:10]])
    weights = np.where(np.arange(50) < 10, 2.0, 1.0)
    assert np.allclose(linearized_map(coarse, fine, weights), linearized_map(*doubled))


def test_errors_are_those_of_leaving_out_a_bin() -> None:
    states = correlated(400, 8)
    measured = measure(block_spin_flow(states, 1, seed=1), default_operators(2, "even")[:3], ())
    coarse, fine = measured.values[1], measured.values[0]
    parts = measured.bins(10)
    found = spectra(["a", "b", "c"], coarse, fine, parts, 2.0)
    assert [spectrum.operators for spectrum in found] == [("a",), ("a", "b"), ("a", "b", "c")]
    for m, spectrum in enumerate(found, 1):
        keep = [np.delete(np.arange(400), np.arange(part.start, part.stop)) for part in parts]
        replicas = np.array([linearized_map(coarse[k, :m], fine[k, :m]) for k in keep])
        leading = np.array([np.abs(np.linalg.eigvals(T)).max() for T in replicas])
        assert np.allclose(spectrum.matrix, linearized_map(coarse[:, :m], fine[:, :m]))
        assert np.allclose(spectrum.matrix_error, np.sqrt(9 * replicas.var(axis=0)))
        assert spectrum.leading.error == pytest.approx(np.sqrt(9 * leading.var()))
        assert spectrum.leading.value == pytest.approx(spectrum.eigenvalues[0].real)
        assert spectrum.exponent is not None
        assert spectrum.exponent.value == pytest.approx(np.log2(spectrum.leading.value))
        assert spectrum.exponent.error == pytest.approx(np.sqrt(9 * np.log2(leading).var()))


def test_bins_stay_within_chains_and_parts_join() -> None:
    states = correlated(90, 4)
    coarse = block_spins(states, generator=np.random.default_rng(0))
    whole = measure([states, coarse], chains=3)
    assert [(part.start, part.stop) for part in whole.bins(6)] == [
        (0, 15),
        (15, 30),
        (30, 45),
        (45, 60),
        (60, 75),
        (75, 90),
    ]
    assert [(part.start, part.stop) for part in whole.bins(12)][3:5] == [(21, 28), (30, 37)]
    halves = [measure([states[part], coarse[part]]) for part in (slice(0, 45), slice(45, 90))]
    joined = Measurements.joined(halves)
    assert joined.chains == 2
    assert all(np.array_equal(a, b) for a, b in zip(joined.values, whole.values, strict=True))


def test_what_the_result_says_of_itself() -> None:
    states = correlated(640, 16)
    found = mcrg(block_spin_flow(states, 2, seed=2), bins=20)
    assert [(step.before, step.after, step.scale) for step in found.steps] == [
        ((16, 16), (8, 8), 2.0),
        ((8, 8), (4, 4), 2.0),
    ]
    even, odd = found.steps[0].even, found.steps[0].odd
    assert [len(spectrum.operators) for spectrum in even] == list(range(1, len(even) + 1))
    assert found.exponent("even") == found.steps[1].even[-1].exponent
    assert found.exponent("odd", 0, 1) == odd[0].exponent
    last = [spectrum.exponent.value for spectrum in odd[len(odd) // 2 :] if spectrum.exponent]
    assert found.truncation("odd", 0) == pytest.approx(max(last) - min(last))
    moved = abs(found.exponent("odd", 1).value - found.exponent("odd", 0).value)
    assert found.systematic("odd") == pytest.approx(max(moved, found.truncation("odd")))
    assert found.bin_length == 32
    assert found.reliable == (20 * found.tau_int <= 32)
    lines = found.table().splitlines()
    assert len(lines) == 2 * (len(even) + len(odd))
    assert "(16, 16) → (8, 8)" in lines[0]
    slow = np.repeat(states, 16, axis=0)  # every state sixteen times: bins of 20 draws are far too short
    assert not mcrg([slow, block_spins(slow, generator=np.random.default_rng(3))], bins=512).reliable


def test_a_map_on_the_same_lattice_has_eigenvalues_and_no_exponents() -> None:
    states = correlated(300, 6)
    same = mcrg([states, states], even=default_operators(2, "even")[:3])
    assert np.allclose(same.steps[0].even[-1].matrix, np.eye(3), atol=1e-12)
    assert same.steps[0].even[-1].exponent is None
    assert same.steps[0].even[-1].leading.value == pytest.approx(1)
    with pytest.raises(InputError, match="does not change the lattice"):
        same.exponent("even")
    assert same.table()


def test_complex_and_negative_eigenvalues_are_not_made_into_numbers() -> None:
    rng = np.random.default_rng(4)
    coarse = rng.normal(size=(200, 2))
    parts = [slice(k, k + 20) for k in range(0, 200, 20)]
    turned = spectra(["a", "b"], coarse, coarse @ np.array([[0.0, -1.0], [1.0, 0.0]]), parts, 2.0)[-1]
    assert np.isnan(turned.leading.value)
    assert np.allclose(np.abs(turned.eigenvalues), 1)
    negative = spectra(["a"], coarse[:, :1], -coarse[:, :1], parts, 2.0)[0]
    assert negative.leading.value == pytest.approx(-1)
    assert negative.exponent is not None
    assert np.isnan(negative.exponent.value)


def test_bad_input_gets_one_clear_error() -> None:
    states = random_spins(64, 8, 8)
    coarse = block_spins(states, generator=np.random.default_rng(5))
    with pytest.raises(InputError, match="before and after"):
        mcrg([states])
    with pytest.raises(InputError, match="same samples"):
        mcrg([states, coarse[1:]])
    with pytest.raises(InputError, match="multiple of 3 chains"):
        mcrg([states, coarse], chains=3)
    with pytest.raises(InputError, match="divided by one scale"):
        mcrg([states, states[:, ::2]])
    with pytest.raises(InputError, match="divided by one scale"):
        mcrg([coarse, states])
    with pytest.raises(SpinsError, match="level 1 must hold only"):
        mcrg([states, block_spins(states, rule="average")])
    with pytest.raises(InputError, match="m are not even"):
        mcrg([states, coarse], even=default_operators(2, "odd")[:1])
    with pytest.raises(InputError, match="give operators, each once"):
        mcrg([states, coarse], even=(), odd=())
    with pytest.raises(InputError, match="give operators, each once"):
        mcrg([states, coarse], even=default_operators(2, "even")[:1] * 2)
    with pytest.raises(ConvergenceError, match="linearly dependent"):
        mcrg([states, coarse], even=pair_operators([(1, 0), (3, 0)]))  # the same pairs on a side of 4
    with pytest.raises(ConvergenceError, match="linearly dependent"):
        mcrg([states, coarse], even=pair_operators([(4, 0)]))  # a constant on a side of 4
    with pytest.raises(InputError, match="cannot fill 64 bins"):
        mcrg([states[:1], coarse[:1]])
    found = mcrg([states, coarse], even=default_operators(2, "even")[:2], odd=())
    with pytest.raises(InputError, match="no odd operators"):
        found.exponent("odd")
    with pytest.raises(InputError, match="3 even operators"):
        found.exponent("even", operators=3)
    with pytest.raises(InputError, match="step 1 was asked for"):
        found.exponent("even", step=1)
    with pytest.raises(InputError, match="to be joined"):
        Measurements.joined([measure([states, coarse]), measure([states, coarse], odd=())])
    with pytest.raises(InputError, match="nothing to join"):
        Measurements.joined([])
    with pytest.raises(InputError, match="bins must be"):
        analyse(measure([states, coarse]), bins=1)
