"""Algorithms on small systems of any kind: exact averages, and relations between runs that must hold to the last bit.

Examples are the same in every run (`derandomize`), so that a deviation of five errors is a defect and no bad luck.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.sampling.algorithms import clock
from spinlens.sampling.algorithms.algorithm import ChainState
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.algorithms.multispin import MultiSpin, ReplicaState
from spinlens.statistics.autocorrelation import mean_estimate
from truths import boltzmann

CLUSTERS = ("swendsen-wang", "wolff")
SINGLE = ("metropolis", "heat-bath", "clock")
MULTI = ("multi-spin-metropolis", "multi-spin-heat-bath")
ALGORITHMS = (*CLUSTERS, *SINGLE, *MULTI)
SHAPES = [(3,), (5,), (8,), (3, 3), (4, 3)]
FEW = settings(max_examples=12, deadline=None, derandomize=True)


@pytest.fixture(scope="module", autouse=True)
def few_near():
    """Tables that make clock moves use every part of their kernel on small lattices."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "NEAR", {1: 2, 2: 3, 3: 3})
        patch.setattr(clock, "STRONG", 2)
        yield


def symmetric(values):
    """The part of a table with J(r) = J(−r)."""
    return (values + np.roll(np.flip(values), 1, axis=tuple(range(values.ndim)))) / 2


@st.composite
def systems(draw, kinds, shapes=SHAPES):
    """A model and a temperature between 0.6 and 3 times the sum of its couplings."""
    shape, kind = draw(st.sampled_from(shapes)), draw(st.sampled_from(kinds))
    field = draw(st.sampled_from([0.0, 0.3, -0.1]))
    strength = draw(st.floats(0.25, 4.0))
    if kind == "nearest":
        coupling = NearestNeighbour(strength)
    elif kind == "power":
        images, cell = draw(st.sampled_from(["periodic", "minimum"])), draw(st.sampled_from(["point", "integrated"]))
        coupling = PowerLaw(draw(st.floats(0.3, 3.0)), images, cell, strength)
    else:
        random = np.random.default_rng(draw(st.integers(0, 99)))
        values = random.normal(size=shape) if kind == "mixed" else random.random(shape) ** 2
        coupling = CouplingTable(strength * symmetric(values))
    unit = float(np.abs(coupling.table(shape)).sum())
    return IsingModel(shape, coupling, field * unit), draw(st.floats(0.6, 3.0)) * unit


def kinds_of(name):
    """The couplings that an algorithm takes."""
    if name in MULTI:
        return ("nearest",)
    return ("nearest", "power", "table") if name in CLUSTERS else ("nearest", "power", "table", "mixed")


def start_of(algorithm, seed):
    """A state of random spins and a stream that the seed alone decides, whatever the model."""
    random, n_sites = np.random.default_rng(seed), algorithm.model.n_sites
    if isinstance(algorithm, MultiSpin):
        words, streams = random.integers(0, 2**64, n_sites, np.uint64), random.integers(1, 2**64, 128, np.uint64)
        return ReplicaState(words, streams)
    return ChainState(random.choice(np.array([-1, 1], np.int8), n_sites), random.integers(1, 2**64, 4, np.uint64))


def turned(state):
    """The same with all spins turned over."""
    if isinstance(state, ReplicaState):
        return ReplicaState(~state.words, state.streams.copy())
    return ChainState(-state.spins, state.words.copy())


def advance(algorithm, state, draws, thin=1):
    """Draws of a chain, or of the first of a group."""
    if isinstance(algorithm, MultiSpin):
        return next(iter(algorithm.advance_group(state, draws, thin, True, True)))
    return algorithm.advance(state, draws, thin, True, True)


def largest_z(model, temperature, name, sampled_at):
    """The largest deviation, in errors, of ⟨E⟩, ⟨E²⟩, ⟨m⟩, ⟨m²⟩ of the states from the sum over all states."""
    all_of_them, p = boltzmann(model, temperature)
    algorithm = make_algorithm(model, sampled_at, name)
    states = advance(algorithm, start_of(algorithm, 1), 20_000).states[100:].reshape(-1, *model.shape)
    z = []
    for values in (model.energy, lambda s: s.reshape(len(s), -1).mean(axis=1)):
        measured, known = values(states), values(all_of_them)
        for power in (1, 2):
            z.append(mean_estimate(measured**power).deviation(float(p @ known**power)))
    return max(map(abs, z))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_averages_are_those_of_all_states(name):
    """12 systems of each algorithm, 4 averages of each, 336 comparisons."""

    @FEW
    @given(systems(kinds_of(name)))
    def check(system):
        model, temperature = system
        assert largest_z(model, temperature, name, temperature) < 5

    check()


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_wrong_temperature_is_found_out(name):
    """The twin: 10 % off, on one system of each algorithm."""
    model = IsingModel((3, 3), NearestNeighbour() if name in MULTI else PowerLaw(1.2), field=0.2)
    temperature = 1.2 * model.coupling_sum
    assert largest_z(model, temperature, name, temperature) < 5
    assert largest_z(model, temperature, name, 1.1 * temperature) > 5


@pytest.mark.parametrize("name", ALGORITHMS)
def test_twice_the_couplings_at_twice_the_temperature_are_the_same_chain(name):
    """β H is the same, so every random number decides the same: to the last bit."""

    @FEW
    @given(systems(kinds_of(name)), st.integers(0, 99))
    def check(system, seed):
        model, temperature = system
        doubled = IsingModel(model.shape, scaled(model.coupling, 2.0), 2.0 * model.field)
        one, other = make_algorithm(model, temperature, name), make_algorithm(doubled, 2.0 * temperature, name)
        found = [advance(algorithm, start_of(algorithm, seed), 20) for algorithm in (one, other)]
        np.testing.assert_array_equal(found[0].states, found[1].states)
        np.testing.assert_allclose(2 * found[0].energy, found[1].energy, rtol=1e-12, atol=1e-12)

    check()


def scaled(coupling, factor):
    if isinstance(coupling, CouplingTable):
        return CouplingTable(factor * np.asarray(coupling.values))
    if isinstance(coupling, NearestNeighbour):
        return NearestNeighbour(factor * coupling.strength)
    return PowerLaw(coupling.sigma, coupling.images, coupling.cell, factor * coupling.strength)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_turned_spins_in_the_opposite_field_are_the_same_chain(name):
    """h → −h and s → −s leave the energy as it is: all states are turned over, to the last bit."""

    @FEW
    @given(systems(kinds_of(name)), st.integers(0, 99))
    def check(system, seed):
        model, temperature = system
        opposite = IsingModel(model.shape, model.coupling, -model.field)
        one, other = make_algorithm(model, temperature, name), make_algorithm(opposite, temperature, name)
        draws = advance(one, start_of(one, seed), 20)
        flipped = advance(other, turned(start_of(other, seed)), 20)
        np.testing.assert_array_equal(flipped.states, -draws.states)
        np.testing.assert_array_equal(flipped["magnetization"], -draws["magnetization"])
        np.testing.assert_array_equal(flipped["m2"], draws["m2"])
        np.testing.assert_allclose(flipped.energy, draws.energy, rtol=1e-12, atol=1e-12)

    check()


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_run_in_pieces_is_the_run(name):
    """Wherever it is cut: the same states and the same stream, and measurements that belong to the states."""

    @FEW
    @given(systems(kinds_of(name)), st.integers(1, 29), st.integers(1, 3))
    def check(system, cut, thin):
        model, temperature = system
        algorithm = make_algorithm(model, temperature, name)
        whole, pieces = start_of(algorithm, 1), start_of(algorithm, 1)
        if isinstance(whole, ChainState):
            whole.clusters = pieces.clusters = 2  # a sweep of Wolff, tuned beforehand
        together = advance(algorithm, whole, 30, thin)
        parts = [advance(algorithm, pieces, n, thin) for n in (cut, 30 - cut)]
        np.testing.assert_array_equal(together.states, np.concatenate([part.states for part in parts]))
        np.testing.assert_array_equal(whole.words, pieces.words)
        states = together.states.reshape(-1, *model.shape)
        np.testing.assert_allclose(together.energy, model.energy(states), rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(together["magnetization"], together.states.sum(axis=1))

    check()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(systems(("nearest", "power", "table", "mixed"), [(3, 4), (4, 4), (3, 5), (3, 4, 3)]))
def test_relabelled_axes_change_nothing(system):
    """The lattice lying on its side: couplings, energies of states, and exact averages where there are few spins."""
    model, temperature = system
    back = tuple(reversed(range(model.dimension)))
    coupling = model.coupling
    if isinstance(coupling, CouplingTable):
        coupling = CouplingTable(np.transpose(np.asarray(coupling.values), back))
    aside = IsingModel(model.shape[::-1], coupling, model.field)
    np.testing.assert_allclose(aside.coupling_table, np.transpose(model.coupling_table, back), rtol=1e-12, atol=1e-15)
    states = np.random.default_rng(0).choice([-1, 1], size=(5, *model.shape))
    turned_states = np.transpose(states, (0, *(1 + axis for axis in back)))
    scale = float(np.abs(model.energy(states)).max())
    np.testing.assert_allclose(aside.energy(turned_states), model.energy(states), rtol=1e-12, atol=1e-12 * scale)
    if model.n_sites <= 16:
        one, other = exact.enumerate(model, temperature), exact.enumerate(aside, temperature)
        np.testing.assert_allclose(one.correlation, np.transpose(other.correlation, back), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_lattice_on_its_side_has_the_same_averages(name):
    """(3, 5) and (5, 3): other moves in another order, the same ⟨E⟩, ⟨m²⟩, and modes that change places."""
    coupling = NearestNeighbour() if name in MULTI else PowerLaw(1.2)
    found = []
    for shape in ((3, 5), (5, 3)):
        model = IsingModel(shape, coupling, field=0.2)
        algorithm = make_algorithm(model, 0.8 * model.coupling_sum, name)
        states = advance(algorithm, start_of(algorithm, 2), 20_000).states[100:].reshape(-1, *shape)
        modes = np.abs(np.fft.fft2(states)) ** 2
        first, second = (modes[:, 1, 0], modes[:, 0, 1])[:: 1 if shape == (3, 5) else -1]
        series = (model.energy(states), states.mean(axis=(1, 2)) ** 2, first, second)
        found.append([mean_estimate(values) for values in series])
    assert max(abs(one.deviation(other)) for one, other in zip(*found, strict=True)) < 4
