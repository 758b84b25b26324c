"""Single-spin, clock and multi-spin moves against exact averages, each with twins that must be found out.

Enumeration: 5 updates × couplings (3, or nearest neighbour alone) × 3 lattices × 3 temperatures × 2 fields, 9 numbers
each, and 3³ lattices against their transfer matrix, 4 numbers each: |z| < 4 each, and the mean z² of all.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.sampling import clock, multispin
from spinlens.sampling.clock import Clock
from spinlens.sampling.multispin import MultiSpin
from spinlens.sampling.single_spin import HeatBath, Metropolis
from spinlens.sampling.updates import ChainState
from spinlens.statistics.autocorrelation import mean_estimate

SHAPES = [(15,), (3, 5), (4, 4)]
CUBE = (3, 3, 3)
UPDATES = {
    "metropolis": Metropolis,
    "heat-bath": HeatBath,
    "clock": Clock,
    "multi-spin metropolis": functools.partial(MultiSpin, rule="metropolis"),
    "multi-spin heat-bath": functools.partial(MultiSpin, rule="heat-bath"),
}
DRAWS, CHAINS, THIN, SKIPPED = 8000, 4, 2, 200


def mixed_signs(shape):
    values = np.random.default_rng(3).normal(size=shape)
    return CouplingTable((values + np.roll(np.flip(values), 1, axis=tuple(range(len(shape))))) / 4)


def couplings(shape):
    return {"nearest-neighbour": NearestNeighbour(), "power law": PowerLaw(1.2), "mixed signs": mixed_signs(shape)}


@functools.cache
def build(shape, name, field=0.0):
    return IsingModel(shape, couplings(shape)[name], field)


def simulate(update, seed=1, chains=CHAINS, draws=DRAWS):
    """(M, E) of (chains, draws) and states (chains, draws, N)."""
    if isinstance(update, MultiSpin):
        state = update.start(seed, 0)
        update.advance_group(state, SKIPPED, 1, False, False)
        parts = list(update.advance_group(state, draws // 8, THIN, True, True, 8 * chains))
    else:
        parts = []
        for chain in range(chains):
            random = np.random.default_rng((seed, chain))
            spins = (2 * random.integers(0, 2, update.model.n_sites) - 1).astype(np.int8)
            state = ChainState(spins, random.integers(1, 2**63, 4).astype(np.uint64))
            update.advance(state, SKIPPED, 1, False, False)
            parts.append(update.advance(state, draws, THIN, True, True))
    series = [np.stack([part["magnetization"] for part in parts]), np.stack([part.energy for part in parts])]
    return (*series, np.stack([part.states for part in parts]))


def scores(update, model, temperature, **options):
    """z of nine averages of a run of `update` against the enumeration of `model`."""
    M, E, states = simulate(update, **options)
    N, truth = model.n_sites, truth_of(model, temperature)
    m = M / N
    pairs = [(E / N, truth.energy), ((E / N) ** 2, truth.energy_squared), (m, truth.magnetization)]
    pairs += [(abs(m), truth.abs_m), (m**2, truth.m2), (m**4, truth.m4)]
    lattice = states.reshape(*states.shape[:2], *model.shape).astype(np.float32)
    axes = tuple(range(2, lattice.ndim))
    for r in ([(1,), (2,), (4,)], [(0, 1), (1, 1), (1, 2)])[model.dimension - 1]:
        series = (lattice * np.roll(lattice, r, axis=axes)).mean(axis=axes, dtype=np.float64)
        pairs.append((series, truth.correlation[r]))
    return np.array([mean_estimate(series).deviation(value) for series, value in pairs])


@functools.cache
def truth_of(model, temperature):
    return exact.enumerate(model, temperature)


def temperatures(model):
    return [factor * float(np.abs(model.coupling_table).sum()) for factor in (0.6, 0.8, 1.2)]


def cases(name):
    kinds = ["nearest-neighbour"] if name.startswith("multi") else list(couplings((3, 3)))
    for shape, kind, field in itertools.product(SHAPES, kinds, (0.0, 0.3)):
        model = build(shape, kind, field)
        yield from ((model, temperature) for temperature in temperatures(model))


@pytest.fixture
def few_near(monkeypatch):
    """Clock tables that use every part of the kernel on small lattices."""
    monkeypatch.setattr(clock, "_NEAR", {1: 2, 2: 4, 3: 6})
    monkeypatch.setattr(clock, "_STRONG", 3)


@pytest.mark.parametrize("name", UPDATES)
def test_agreement_with_enumeration(name, few_near):
    found = np.array([scores(UPDATES[name](*case), *case) for case in cases(name)])
    assert found.size == (162 if name.startswith("multi") else 486)
    assert np.abs(found).max() < 4
    assert 0.6 < np.mean(found**2) < 1.5


@pytest.mark.parametrize("name", UPDATES)
@pytest.mark.parametrize("kind", ["beta", "coupling", "field", "acceptance"])
def test_broken_updates_are_found_out(name, kind, few_near, monkeypatch):
    """β off by 2 %, one displacement pair missing, field off by 10 %, flips at a cost accepted 5 % too often."""
    model = build((3, 5), "nearest-neighbour" if name.startswith("multi") else "power law", 0.3)
    temperature = temperatures(model)[1]
    if kind == "beta":
        broken = UPDATES[name](model, temperature / 1.02)
    elif kind == "field":
        broken = UPDATES[name](IsingModel((3, 5), model.coupling, 0.3 * 1.1), temperature)
    elif kind == "coupling":
        if name.startswith("multi"):
            pytest.skip("one coupling is all there is")
        table = np.array(model.coupling_table)
        table[0, 2] = table[0, -2] = 0.0
        broken = UPDATES[name](IsingModel((3, 5), CouplingTable(table), 0.3), temperature)
    else:
        broken = wrong_acceptance(name, model, temperature, monkeypatch)
    z = scores(broken, model, temperature, draws=4 * DRAWS)
    assert np.abs(z).max() > 4


def wrong_acceptance(name, model, temperature, monkeypatch):
    if name.startswith("multi"):
        right = multispin.flip_probability
        monkeypatch.setattr(multispin, "flip_probability", lambda cost, rule: right(0.95 * cost, rule))
    elif name == "clock":
        right = clock.poisson.cdf
        monkeypatch.setattr(clock.poisson, "cdf", lambda n, mean: right(n, 0.9 * mean))
    else:
        return {"metropolis": HeatBath, "heat-bath": Metropolis}[name](model, 0.97 * temperature)
    return UPDATES[name](model, temperature)


def cube_averages(model, temperature):
    """⟨E⟩, ⟨E²⟩, ⟨M⟩, ⟨M²⟩ of 3³ spins: three layers of 512 states, each pair of layers next to each other."""
    layer = exact.enumeration.all_states(9).astype(np.float64)
    table = model.coupling_table
    site = np.array(list(itertools.product(range(3), repeat=2)))
    difference = (site[:, None] - site[None]) % 3
    inside, between = (table[k][difference[..., 0], difference[..., 1]] for k in (0, 1))
    own = 0.5 * np.einsum("ai,ij,aj->a", layer, inside, layer)
    pair, total = layer @ between @ layer.T, layer.sum(axis=1)

    def log_z(beta, h):
        weights = np.exp(beta * (pair + (own + h * total)[None] / 2 + (own + h * total)[:, None] / 2))
        return np.log(np.trace(weights @ weights @ weights))

    beta, h, step = 1 / temperature, model.field, 1e-3
    E, E_var = derivatives(lambda x: log_z(beta + x, h), step)
    M, M_var = derivatives(lambda x: log_z(beta, h + x / beta), step)
    return -E, E_var + E**2, M, M_var + M**2


def derivatives(function, step):
    """First and second derivative at 0, to fourth order."""
    low2, low, middle, high, high2 = (function(k * step) for k in (-2, -1, 0, 1, 2))
    first = (8 * (high - low) - (high2 - low2)) / (12 * step)
    return first, (16 * (high + low) - high2 - low2 - 30 * middle) / (12 * step**2)


@pytest.mark.parametrize("name", UPDATES)
def test_three_dimensions_against_the_transfer_matrix(name, few_near):
    kinds = ["nearest-neighbour"] if name.startswith("multi") else ["nearest-neighbour", "power law", "mixed signs"]
    found = []
    for kind, field in itertools.product(kinds, (0.0, 0.3)):
        model = build(CUBE, kind, field)
        temperature = temperatures(model)[1]
        M, E, _ = simulate(UPDATES[name](model, temperature))
        for series, value in zip((E, E**2, M, M**2), cube_averages(model, temperature), strict=True):
            found.append(mean_estimate(series).deviation(value))
    assert len(found) == 8 * len(kinds)
    assert max(map(abs, found)) < 4


def test_the_transfer_matrix_sees_two_percent():
    model = build(CUBE, "power law", 0.3)
    temperature = temperatures(model)[1]
    _, E, _ = simulate(Metropolis(model, temperature / 1.02))
    assert abs(mean_estimate(E).deviation(cube_averages(model, temperature)[0])) > 4


@pytest.mark.parametrize("rule", ["metropolis", "heat-bath"])
def test_kaufman(rule):
    """Energies of L = 8, 16, 32 at T = 2, T_c, 2.5 and of L = 64 at 2.5, specific heats of L = 8 and 16; 16 comparisons
    for each rule, and a twin. validation/sampling has the longer runs of every algorithm.
    """
    for L, temperature in itertools.product((8, 16, 32, 64), (2.0, exact.CRITICAL_TEMPERATURE, 2.5)):
        if L == 64 and temperature != 2.5:
            continue
        E = kaufman_run(L, temperature, rule, 300 if L < 64 else 100)
        truth = exact.kaufman(L, temperature)
        mean = E.mean(axis=1)
        assert abs((mean.mean() - truth.energy) / standard_error(mean)) < 4
        if L < 32:
            total = L**2 * ((E - truth.energy) ** 2).mean(axis=1) / temperature**2
            assert abs((total.mean() - truth.specific_heat) / standard_error(total)) < 4
    E = kaufman_run(16, 2.5 / 1.02, rule, 300).mean(axis=1)
    assert abs((E.mean() - exact.kaufman(16, 2.5).energy) / standard_error(E)) > 4


def standard_error(means):
    """Of the mean of 64 independent replicas."""
    return means.std(ddof=1) / np.sqrt(len(means))


def kaufman_run(L, temperature, rule, draws):
    """Energy per spin (64, draws) after 40 L sweeps from ground states."""
    update = UPDATES[f"multi-spin {rule}"](IsingModel((L, L), NearestNeighbour()), temperature)
    state = update.start(5, 0)
    update.advance_group(state, 1, min(40 * L, L * L), False, False)
    return np.stack([part.energy for part in update.advance_group(state, draws, 4, True, False)]) / L**2
