"""MCRG and two-lattice matching against exact maps of small systems and the known exponents, with broken twins."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest
from scipy.special import expit

from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.rbm import RBM
from spinlens.renormalization import linearized
from spinlens.renormalization.block_spin import block_spin_flow, block_spins
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.linearized import linearized_map
from spinlens.renormalization.matching import TwoLatticeMatching, two_lattice_matching
from spinlens.renormalization.mcrg import MCRG, BlockingStep, mcrg
from spinlens.renormalization.operators import CouplingOperator, Operator, operator_values
from spinlens.sampling.sampler import sample
from truths import all_states, normalised

EVEN = default_operators(2, "even", side=2)  # nn, nnn, plaquette: every even coupling that a 2 × 2 lattice has
ODD = default_operators(2, "odd", side=2)  # m, corner: every odd one
T_POWER = 6.835  # of σ = 1.2, ± 0.007


def ring(K: float, n: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """All states of a ring and their probabilities."""
    states = all_states(n)
    bonds = operator_values(states, default_operators(1, "even")[:1])[:, 0]
    return states, normalised(K * bonds)


@pytest.mark.parametrize("K", [0.1, 0.4, 1.0])
def test_decimated_ring_has_its_exact_derivatives(K: float) -> None:
    """dK′/dK = tanh 2K, nothing but K′ depends on K, and dh′/dh = 1 + tanh 2K at h = 0."""
    states, weights = ring(K)
    kept = block_spins(states, 2, "decimation")
    even, odd = default_operators(1, "even", side=8), default_operators(1, "odd")[:1]
    T = linearized_map(operator_values(kept, even), operator_values(states, even), weights)
    assert T[:, 0] == pytest.approx([np.tanh(2 * K), *[0.0] * (len(even) - 1)], abs=1e-10)
    alone = linearized_map(operator_values(kept, even[:1]), operator_values(states, even[:1]), weights)
    assert alone[0, 0] == pytest.approx(np.tanh(2 * K), rel=1e-10)
    field = linearized_map(operator_values(kept, odd), operator_values(states, odd), weights)
    assert field[0, 0] == pytest.approx(1 + np.tanh(2 * K), rel=1e-10)
    other = block_spins(states, 2, "majority", generator=np.random.default_rng(0))  # the twin: another map
    wrong = linearized_map(operator_values(other, even), operator_values(states, even), weights)
    assert T[:, 0] != pytest.approx(wrong[:, 0], abs=1e-3)


@functools.cache
def small_map(p: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """4 × 4 lattices, 2 × 2 lattices, and P(coarse | fine) = Π_blocks e^{p s′Σs} / 2 cosh(pΣs), written out."""
    fine, coarse = all_states(16).reshape(-1, 4, 4), all_states(4).reshape(-1, 2, 2)
    probability = np.ones((len(fine), len(coarse)))
    for x, y in itertools.product(range(2), repeat=2):
        total = fine[:, 2 * x : 2 * x + 2, 2 * y : 2 * y + 2].sum(axis=(1, 2), dtype=float)
        up = np.heaviside(total, 0.5) if np.isinf(p) else expit(2 * p * total)
        probability *= np.where(coarse[:, x, y] == 1, up[:, None], 1 - up[:, None])
    return fine, coarse, probability


def couplings(operators: tuple[Operator, ...], K: np.ndarray, p: float) -> np.ndarray:
    """K′ of the 2 × 2 lattice: ln of its exact weights in terms of a constant and all couplings of one parity."""
    fine, coarse, probability = small_map(p)
    log = np.log(normalised(operator_values(fine, [*EVEN, *ODD]) @ K) @ probability)
    basis = np.column_stack([np.ones(len(coarse)), operator_values(coarse, [*EVEN, *ODD])])
    solution, residual, rank, _ = np.linalg.lstsq(basis, log, rcond=None)
    assert rank == 6
    assert np.all(residual < 1e-20)
    names = [operator.name for operator in (*EVEN, *ODD)]
    return solution[[1 + names.index(operator.name) for operator in operators]]


K_SMALL = np.array([0.35, 0.06, 0.03, 0.0, 0.0])  # nn, nnn, plaquette, m, corner


def exact_small_map(operators: tuple[Operator, ...], p: float) -> np.ndarray:
    """T from all pairs of states with their joint probabilities."""
    fine, coarse, probability = small_map(p)
    weights = normalised(operator_values(fine, [*EVEN, *ODD]) @ K_SMALL)[:, None] * probability
    values = operator_values(coarse, operators), operator_values(fine, operators)
    pairs = np.tile(values[0], (len(fine), 1)), np.repeat(values[1], len(coarse), axis=0)
    return linearized_map(*pairs, weights.ravel())


@pytest.mark.parametrize("p", [0.4, np.inf])
@pytest.mark.parametrize(("operators", "first"), [(EVEN, 0), (ODD, 3)])
def test_the_map_is_the_derivative_of_the_exact_couplings(
    operators: tuple[Operator, ...], first: int, p: float
) -> None:
    """On 4 × 4 → 2 × 2 no truncation is left: T_αβ is ∂K′_α/∂K_β, found here by differences of exact couplings."""
    T = exact_small_map(operators, p)
    step = 1e-4
    derivative = np.empty_like(T)
    for k in range(len(operators)):
        shift = step * (np.arange(5) == first + k)
        ahead, behind = couplings(operators, K_SMALL + shift, p), couplings(operators, K_SMALL - shift, p)
        derivative[:, k] = (ahead - behind) / (2 * step)
    assert np.allclose(T, derivative, rtol=1e-5, atol=1e-6)
    assert not np.allclose(T.T, derivative, rtol=1e-2, atol=1e-2)  # the twin: indices exchanged


@functools.cache
def drawn(p: float, n: int = 60_000) -> list[np.ndarray]:
    """Independent states of the 4 × 4 lattice and their blocks."""
    fine = small_map(p)[0]
    weights = normalised(operator_values(fine, [*EVEN, *ODD]) @ K_SMALL)
    rng = np.random.default_rng(1)
    states = fine[rng.choice(len(fine), n, p=weights)]
    rule = "majority" if np.isinf(p) else "kadanoff"
    return [states, block_spins(states, 2, rule, None if np.isinf(p) else p, rng)]


BROKEN = {
    "B transposed": lambda A, B: np.linalg.solve(A, B.T),
    "A on the wrong side": lambda A, B: B @ np.linalg.inv(A),
    "inverted": lambda A, B: np.linalg.solve(B, A),
}


@pytest.mark.parametrize("p", [0.4, np.inf])
def test_samples_give_the_exact_map_within_errors_and_broken_estimators_do_not(
    p: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = drawn(p)
    found = mcrg(levels, EVEN, ODD, bins=100).steps[0]
    exact, right = [exact_small_map(operators, p) for operators in (EVEN, ODD)], (found.even[-1], found.odd[-1])

    def worst(step: BlockingStep) -> list[float]:
        """The largest pull of a matrix element of each sector, in errors of the right estimator."""
        parts = zip((step.even[-1], step.odd[-1]), exact, right, strict=True)
        return [float(np.abs((spectrum.matrix - T) / own.matrix_error).max()) for spectrum, T, own in parts]

    assert max(worst(found)) < 4
    for T, spectrum in zip(exact, right, strict=True):
        assert abs(spectrum.leading.deviation(max(np.linalg.eigvals(T).real))) < 4
    for broken in BROKEN.values():
        with monkeypatch.context() as patch:
            patch.setattr(linearized, "solve", broken)
            assert min(worst(mcrg(levels, EVEN, ODD, bins=100).steps[0])) > 4
    other = mcrg([levels[0], block_spins(levels[0], 2, "decimation")], EVEN, ODD, bins=100).steps[0].odd[-1]
    assert np.any(np.abs(other.matrix - exact_small_map(ODD, p)) > 4 * other.matrix_error)  # another map


def test_pulls_of_exponents_have_unit_variance() -> None:
    """Forty ensembles of 1,500 states, two sectors: χ² of 80 pulls has an error of √160."""
    exact = [np.log2(max(np.linalg.eigvals(exact_small_map(operators, 0.4)).real)) for operators in (EVEN, ODD)]
    pulls = []
    for first in range(0, 60_000, 1500):
        step = mcrg([level[first : first + 1500] for level in drawn(0.4)], EVEN, ODD, bins=30).steps[0]
        found = (step.even[-1].exponent, step.odd[-1].exponent)
        pulls.extend(y.deviation(known) for y, known in zip(found, exact, strict=True) if y)
    assert len(pulls) == 80
    assert abs((np.square(pulls).sum() - 80) / np.sqrt(160)) < 4
    repeated = []  # the twin: every state four times in a row, in bins of one
    for first in range(0, 8 * 375, 375):
        levels = [level[first : first + 375].repeat(4, axis=0) for level in drawn(0.4)]
        step = mcrg(levels, EVEN, ODD, bins=1500).steps[0]
        found = (step.even[-1].exponent, step.odd[-1].exponent)
        repeated.extend(y.deviation(known) for y, known in zip(found, exact, strict=True) if y)
    assert (np.square(repeated).sum() - len(repeated)) / np.sqrt(2 * len(repeated)) > 4


def test_hidden_units_of_a_block_machine_have_the_map_of_kadanoff_blocks() -> None:
    """p(h | v) ∝ e^{w h Σ v} over a block is Kadanoff's rule with p = w, so T of the machine is known exactly."""
    states = drawn(0.4)[0]
    home = (np.arange(4)[:, None] // 2) * 2 + np.arange(4) // 2
    rng = np.random.default_rng(2)

    def machine(strength: float, order: np.ndarray) -> BlockingStep:
        weights = np.zeros((16, 4))
        weights[np.arange(16), home.ravel()] = strength
        hidden = RBM.from_weights(weights[order]).sample_hidden(states.reshape(len(states), 16), rng)
        return mcrg([states, hidden.reshape(-1, 2, 2)], EVEN, ODD, bins=100).steps[0]

    def worst(found: BlockingStep) -> float:
        pairs = ((found.even[-1], EVEN), (found.odd[-1], ODD))
        return max(float(np.abs((s.matrix - exact_small_map(o, 0.4)) / s.matrix_error).max()) for s, o in pairs)

    assert worst(machine(0.4, np.arange(16))) < 4
    assert worst(machine(0.5, np.arange(16))) > 4  # the twins: another strength, and fields that are no blocks
    assert worst(machine(0.4, rng.permutation(16))) > 4


@functools.cache
def flow(name: str, ratio: float = 1.0, L: int = 32) -> Trajectory:
    """16,000 nearly independent states at `ratio` times T_c and three steps of majority blocks."""
    temperature = ratio * (CRITICAL_TEMPERATURE if name == "nearest" else T_POWER)
    model = IsingModel((L, L), NearestNeighbour() if name == "nearest" else PowerLaw(1.2))
    data = sample(model, temperature, 4000, 4, 7, keep_spins=True, thin=2, warmup=200, energy=False)
    return block_spin_flow(data.spins.values.reshape(-1, L, L), 3, seed=8)


@functools.cache
def renormalized(name: str, ratio: float = 1.0, L: int = 32) -> MCRG:
    return mcrg(flow(name, ratio, L), chains=4)


def test_square_lattice_has_its_exponents() -> None:
    """y_t = 1 and y_h = 15/8 from 64 × 64 down to 8 × 8, within statistical errors alone at the last step."""
    found = renormalized("nearest", L=64)
    assert found.reliable
    assert found.steps[-1].after == (8, 8)
    for parity, exact, error in (("even", 1.0, 0.02), ("odd", 15 / 8, 0.001)):
        y = found.exponent(parity)
        assert y.error < error
        assert abs(y.deviation(exact)) < 4
        assert found.systematic(parity) < 2 * error
    first, second = found.exponent("odd", 0), found.exponent("odd", 1)
    assert first.deviation(15 / 8) > 4  # the first steps are still on their way to the fixed point
    assert abs(second.value - 15 / 8) < 0.5 * abs(first.value - 15 / 8)
    assert found.exponent("even", 2, operators=1).deviation(1.0) < -2  # nearest neighbours alone are a truncation


@pytest.mark.parametrize(("parity", "exact"), [("even", 1.0), ("odd", 15 / 8)])
def test_above_the_critical_point_there_are_no_such_exponents(parity: str, exact: float) -> None:
    found = renormalized("nearest", 1.1)
    y = found.exponent(parity, 1)
    assert abs(y.value - exact) > 4 * float(np.hypot(y.error, found.truncation(parity, 1)))


def test_power_law_comes_down_to_half_of_d_plus_sigma() -> None:
    """y_h = 1.6 at σ = 1.2, approached slowly (ω is small): each step is nearer, and far from other fixed points."""
    found = renormalized("power")
    steps = [found.exponent("odd", step) for step in range(3)]
    distance = [y.value - 1.6 for y in steps]
    assert distance[0] > distance[1] > distance[2]
    assert abs(distance[2]) < 4 * float(np.hypot(steps[2].error, found.systematic("odd")))
    for y in steps:
        assert y.deviation(15 / 8) < -4
        assert y.deviation(3 / 2) > 4
    nearest = renormalized("nearest").exponent("odd", 2)
    assert abs(nearest.value - 1.6) > 0.2  # the twin: other couplings, other exponent


def test_other_blocks_come_to_the_exponent_of_the_power_law_from_the_other_side() -> None:
    """Blocks of 3 × 3: y_h rises to 1.6, where blocks of 2 × 2 fall. Transients belong to the map, the exponent not."""
    model = IsingModel((54, 54), PowerLaw(1.2))
    data = sample(model, T_POWER, 3000, 4, 11, keep_spins=True, thin=2, warmup=200, energy=False)
    found = mcrg(block_spin_flow(data.spins.values.reshape(-1, 54, 54), 2, scale=3, seed=12), even=(), chains=4)
    first, second = found.exponent("odd", 0), found.exponent("odd", 1)
    assert first.deviation(1.6) < -4
    assert abs(second.value - 1.6) < 0.25 * abs(first.value - 1.6)
    assert renormalized("power").exponent("odd", 0).deviation(1.6) > 4
    wrong = second.value * np.log(3) / np.log(2)  # the power check: y with another b
    assert abs(wrong - 1.6) > 0.25 * abs(first.value - 1.6)


def test_tail_of_couplings_removes_the_truncation_of_the_power_law() -> None:
    """With Σ J(r) s s among the operators one truncation is as good as another; with near pairs alone each one adds."""
    near = default_operators(2, "even", side=4)
    tail = CouplingOperator("J", PowerLaw(1.2))
    wrong = CouplingOperator("J", NearestNeighbour())  # the twin: a tail that the lattice does not have

    def values(*operators: Operator | CouplingOperator) -> list[float]:
        found = mcrg(flow("power").states[:2], operators, (), chains=4).steps[0].even
        return [spectrum.exponent.value for spectrum in found if spectrum.exponent]

    without, with_tail, with_wrong = values(*near), values(tail, *near), values(wrong, *near[1:])
    assert np.ptp(with_tail) < 0.5 * np.ptp(without)
    assert np.ptp(with_wrong) > 0.9 * np.ptp(without)
    assert with_tail[0] > without[-1]
    assert values(*near, tail)[-1] == pytest.approx(with_tail[-1], rel=1e-9)


@functools.cache
def matched(name: str, wrong: float = 1.0) -> TwoLatticeMatching:
    """16 × 16 against 8 × 8, the small lattice run at `wrong` times its temperatures."""
    coupling = NearestNeighbour() if name == "nearest" else PowerLaw(1.2)
    grid = np.array([0.98, 1.0, 1.02]) * (CRITICAL_TEMPERATURE if name == "nearest" else T_POWER)
    states = []
    for L, factor in ((32, 1.0), (16, wrong)):
        model = IsingModel((L, L), coupling)
        data = sample(
            model, (factor * grid).tolist(), 2000, 2, 9 + L, keep_spins=True, thin=2, warmup=200, energy=False
        )
        states.append(data.spins.values.reshape(3, -1, L, L))
    return two_lattice_matching(coupling, grid, *states, chains=2, seed=10)


@pytest.mark.parametrize(("name", "known"), [("nearest", CRITICAL_TEMPERATURE), ("power", T_POWER)])
def test_two_lattices_match_at_the_critical_point(name: str, known: float) -> None:
    found = matched(name)
    assert [matching.shape for matching in found.matchings] == [(16, 16), (8, 8), (4, 4)]
    error = float(np.hypot(found.temperature.error, found.systematic))
    assert error < 0.01 * known
    assert abs(found.temperature.value - known) < 4 * error
    first = found.matchings[0].combined
    assert abs(first.value - known) > abs(found.temperature.value - known)  # blocking brings it nearer
    wrong = matched(name, wrong=1.02)
    assert abs(wrong.temperature.value - known) > 3 * float(np.hypot(wrong.temperature.error, wrong.systematic))
