"""Every algorithm on every kind of lattice and coupling against exact averages, and twins that must be found out.

Lattices of up to 16 spins are enumerated, 3 × 3 × 3 spins summed by layers of 512 states. Three temperatures each; E,
E², |m|, m², m⁴, G(r) at three displacements, the lowest Fourier modes, with a field m, and of power laws the energy
from the number of frozen bonds: `COMPARISONS` numbers, |z| < 4 each, and χ² of all against its expectation, which is
how many they are. Numbers of one run go together, so the spread of χ² is taken from that between the independent runs.
"""

from __future__ import annotations

import functools
import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact, sample
from spinlens.sampling.algorithms import clock, multispin, single_spin, swendsen_wang, wolff
from spinlens.sampling.kernels import single_spin as kernels
from spinlens.statistics.autocorrelation import mean_estimate

COMPARISONS = 2994
CUBE = (3, 3, 3)
FACTORS = {1: (0.6, 0.8, 1.2), 2: (0.6, 0.8, 1.2), 3: (0.8, 1.0, 1.3)}
"""Temperatures in units of Σ|J|. At 0.6 the cube in a field changes sign every hundred sweeps, which the energy hardly
feels: its own τ_int is 1, and the sums over runs of this length scatter three times as much as that says."""
CLUSTERS = ("swendsen-wang", "wolff")
SINGLE = ("metropolis", "heat-bath", "clock")
MULTI = ("multi-spin-metropolis", "multi-spin-heat-bath")
DISPLACEMENTS = {1: [(1,), (2,), (4,)], 2: [(0, 1), (1, 1), (1, 2)], 3: [(0, 1, 1), (1, 0, 0), (1, 2, 1)]}


def table(shape, mixed):
    """A coupling with J(r) = J(−r) and no other symmetry."""
    random = np.random.default_rng(3)
    values = random.normal(size=shape) / 4 if mixed else random.random(shape) ** 2
    return CouplingTable((values + np.roll(np.flip(values), 1, axis=tuple(range(len(shape))))) / 2)


SYSTEMS = {
    "nearest, ring, J = 0.8": ((9,), NearestNeighbour(0.8), 0.0),
    "nearest, 3 × 5, field": ((3, 5), NearestNeighbour(), 0.3),
    "nearest, 4 × 4": ((4, 4), NearestNeighbour(), 0.0),
    "nearest, cube, J = 0.7": (CUBE, NearestNeighbour(0.7), 0.0),
    "nearest, cube, field": (CUBE, NearestNeighbour(), -0.3),
    "power law, ring": ((13,), PowerLaw(0.8), 0.0),
    "power law, 3 × 5, field": ((3, 5), PowerLaw(1.2), -0.2),
    "power law, 4 × 4, J = 0.7": ((4, 4), PowerLaw(1.2, strength=0.7), 0.0),
    "power law, cube, field": (CUBE, PowerLaw(1.2), 0.3),
    "minimum image, 4 × 4, field": ((4, 4), PowerLaw(1.0, images="minimum"), 0.2),
    "minimum image, 3 × 4": ((3, 4), PowerLaw(1.75, images="minimum"), 0.0),
    "integrated, ring, field": ((11,), PowerLaw(0.6, cell="integrated"), 0.2),
    "integrated, 3 × 5": ((3, 5), PowerLaw(1.0, cell="integrated"), 0.0),
    "integrated, cube": (CUBE, PowerLaw(1.0, cell="integrated"), 0.0),
    "table, 3 × 5, field": ((3, 5), table((3, 5), mixed=False), 0.3),
    "mixed signs, ring": ((12,), table((12,), mixed=True), 0.0),
    "mixed signs, 3 × 5, field": ((3, 5), table((3, 5), mixed=True), 0.3),
    "mixed signs, cube": (CUBE, table(CUBE, mixed=True), 0.0),
}


def algorithms(name):
    if name.startswith("mixed"):
        return SINGLE
    return CLUSTERS + SINGLE + (MULTI if name.startswith("nearest") else ())


PAIRS = [(name, algorithm) for name in SYSTEMS for algorithm in algorithms(name)]


@functools.cache
def model_of(name):
    return IsingModel(*SYSTEMS[name])


def temperatures(model):
    return [factor * float(np.abs(model.coupling_table).sum()) for factor in FACTORS[model.dimension]]


@functools.cache
def truth_of(name, temperature):
    model = model_of(name)
    return cube_averages(model, temperature) if model.shape == CUBE else exact.enumerate(model, temperature)


def cube_averages(model, temperature):
    """Averages of 3 × 3 × 3 spins: Z = tr W³ with W between layers of 512 states, the one after the other."""
    layers = exact.enumeration.all_states(9).astype(np.float64)
    site = np.array(list(itertools.product(range(3), repeat=2)))
    difference = (site[:, None] - site[None]) % 3
    inside, between = (model.coupling_table[k][difference[..., 0], difference[..., 1]] for k in (0, 1))
    M = layers.sum(axis=1)
    own = 0.5 * np.einsum("ai,ij,aj->a", layers, inside, layers) + model.field * M
    energies = layers @ between @ layers.T + (own[None] + own[:, None]) / 2

    def log_z(beta):
        W = np.exp(beta * (energies - energies.max()))
        return np.log(((W @ W) * W.T).sum()) + 3 * beta * energies.max()

    beta, step = 1 / temperature, 1e-3
    low2, low, middle, high, high2 = (log_z(beta + k * step) for k in (-2, -1, 0, 1, 2))
    E = -(8 * (high - low) - (high2 - low2)) / (12 * step)
    variance = (16 * (high + low) - high2 - low2 - 30 * middle) / (12 * step**2)
    W = np.exp(beta * (energies - energies.max()))
    pairs = W * (W @ W).T
    pairs /= pairs.sum()  # probabilities of a layer (rows) and of the one before it
    correlation = np.zeros(CUBE)
    for k, products in enumerate((layers.T * pairs.sum(axis=1) @ layers, layers.T @ pairs @ layers)):
        for r in itertools.product(range(3), repeat=2):
            correlation[(k, *r)] = products[(difference == r).all(axis=2)].mean()
    correlation[2] = correlation[1][np.ix_([0, 2, 1], [0, 2, 1])]
    m, p = magnetizations(W, M)
    return SimpleNamespace(
        energy=E / 27, energy_squared=(variance + E**2) / 27**2, magnetization=p @ m, abs_m=p @ abs(m), m2=p @ m**2,
        m4=p @ m**4, correlation=correlation,
    )  # fmt: skip


def magnetizations(W, M):
    """The values of m of the cube and their probabilities."""
    kinds = np.unique(M)
    member = (M[:, None] == kinds).astype(np.float64)
    odds = {}
    for k, third in enumerate(kinds):
        chosen = member[:, k] > 0
        found = member.T @ (W * (W[:, chosen] @ W[chosen]).T) @ member
        for (a, b), value in np.ndenumerate(found):
            total = kinds[a] + kinds[b] + third
            odds[total] = odds.get(total, 0.0) + value
    p = np.array([odds[total] for total in sorted(odds)])
    return np.array(sorted(odds)) / 27, p / p.sum()


def run(model, algorithm, grid, draws=16_000):
    chains, thin = {True: (32, 2), False: (2, 2 if algorithm in SINGLE else 1)}[algorithm in MULTI]
    return sample(
        model, grid, draws // chains, chains, 1, algorithm, keep_spins=True, warmup=200, thin=thin,
    )  # fmt: skip


def scores(model, data, temperature, truth):
    """z of every average of one temperature."""
    at, n = data.sel(temperature=temperature), model.n_sites
    pairs = [
        (at.energy, truth.energy), (at.energy**2, truth.energy_squared), (abs(at.magnetization), truth.abs_m),
        (at.m2, truth.m2), (at.m4, truth.m4),
    ]  # fmt: skip
    if model.field:
        pairs.append((at.magnetization, truth.magnetization))
    power = np.fft.fftn(truth.correlation).real / n
    for axis in range(model.dimension):
        pairs.append((at["mode_" + "xyz"[axis]], power[tuple(int(axis == other) for other in range(model.dimension))]))
    if "bonds" in at and isinstance(model.coupling, PowerLaw):
        from_bonds = model.coupling_sum / 2 - at.bonds * temperature / n - model.field * at.magnetization
        pairs.append((from_bonds, truth.energy))
    spins, axes = at.spins.values.astype(np.float32), tuple(range(2, 2 + model.dimension))
    for r in DISPLACEMENTS[model.dimension]:
        products = (spins * np.roll(spins, [-x for x in r], axis=axes)).mean(axis=axes, dtype=np.float64)
        pairs.append((products, truth.correlation[r]))
    return np.array([mean_estimate(np.asarray(series)).deviation(value) for series, value in pairs])


@pytest.fixture(scope="module", autouse=True)
def few_near():
    """Tables that make clock moves use every part of their kernel on small lattices."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "NEAR", {1: 2, 2: 4, 3: 6})
        patch.setattr(clock, "STRONG", 3)
        yield


@functools.cache
def compare(name, algorithm):
    """z of the three temperatures of a pair."""
    model = model_of(name)
    grid = temperatures(model)
    data = run(model, algorithm, grid)
    return [scores(model, data, temperature, truth_of(name, temperature)) for temperature in grid]


@pytest.mark.parametrize(("name", "algorithm"), PAIRS)
def test_averages_are_exact(name, algorithm):
    found = np.concatenate(compare(name, algorithm))
    assert np.abs(found).max() < 4, np.round(found, 1)


def test_all_deviations_together_are_those_of_chance():
    runs = [found for pair in PAIRS for found in compare(*pair)]
    assert sum(len(found) for found in runs) == COMPARISONS
    excess = np.array([(found**2 - 1).sum() for found in runs])  # χ² of a run minus its expectation
    assert abs(excess.sum()) < 4 * np.sqrt(len(runs)) * excess.std(ddof=1)


BROKEN = ["beta", "field", "displacement", "acceptance"]
KERNELS = [
    *(("nearest, 3 × 5, field", algorithm) for algorithm in CLUSTERS + SINGLE + MULTI),
    *(("power law, 3 × 5, field", algorithm) for algorithm in CLUSTERS + SINGLE),
]


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize(("name", "algorithm"), KERNELS)
def test_broken_twins_are_found_out(name, algorithm, kind, monkeypatch):
    """β off by 2 %, the field by 25 %, a pair of displacements missing, a wrong acceptance: at least one |z| > 4."""
    model = model_of(name)
    temperature = temperatures(model)[1]
    truth, broken, at = truth_of(name, temperature), model, temperature
    if kind == "beta":
        at = temperature / 1.02
    elif kind == "field":
        broken = IsingModel(model.shape, model.coupling, 1.25 * model.field)
    elif kind == "acceptance":
        spoil(algorithm, model, monkeypatch)
    elif isinstance(model.coupling, NearestNeighbour):  # the kernel cannot leave it out, so that the truth must
        truth = exact.enumerate(without(model, (1, 0)), temperature)
    else:
        broken = without(model, (1, 2))
    data = run(broken, algorithm, [at], 64_000).assign_coords(temperature=[temperature])
    if kind == "displacement" and "bonds" in data:
        data = data.drop_vars("bonds")  # their relation to the energy is that of the broken coupling
    assert np.abs(scores(model, data, temperature, truth)).max() > 4


def without(model, r):
    """The model without its couplings at ± r."""
    values = np.array(model.coupling_table)
    values[r] = values[tuple(-x for x in r)] = 0.0
    return IsingModel(model.shape, CouplingTable(values), model.field)


def spoil(algorithm, model, monkeypatch):
    """Bonds frozen, flips at a cost accepted, or vetoes drawn, 5 to 10 % too rarely or too often."""
    if algorithm in MULTI:
        right = multispin.flip_probability
        monkeypatch.setattr(multispin, "flip_probability", lambda cost, rule: right(0.95 * cost, rule))
    elif algorithm == "clock" and not isinstance(model.coupling, NearestNeighbour):
        right_cdf = clock.pdtr
        monkeypatch.setattr(clock, "pdtr", lambda n, mean: right_cdf(n, 0.9 * mean))
    elif algorithm != "clock" and algorithm in SINGLE and isinstance(model.coupling, NearestNeighbour):
        right_chance = single_spin.flip_chance
        monkeypatch.setattr(single_spin, "flip_chance", lambda cost, heat_bath: right_chance(0.95 * cost, heat_bath))
    elif algorithm in SINGLE:
        module, name, place = (clock, "clock_chain", 3) if algorithm == "clock" else (kernels, "single_spin_chain", 6)
        right_kernel = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given: right_kernel(*given[:place], 0.95 * given[place], *given[place + 1 :])
        )
    elif isinstance(model.coupling, NearestNeighbour):
        right_word = swendsen_wang.probability_word
        for module in (swendsen_wang, wolff):
            monkeypatch.setattr(module, "probability_word", lambda exponent: right_word(0.95 * exponent))
    else:
        right_table, right_pmf = swendsen_wang.poisson_table, wolff.poisson
        monkeypatch.setattr(swendsen_wang, "poisson_table", lambda mean: right_table(0.95 * mean))
        monkeypatch.setattr(wolff, "poisson", lambda n, mean: right_pmf(n, 0.95 * mean))
