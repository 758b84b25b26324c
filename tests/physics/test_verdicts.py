"""Rules on real states: Monte Carlo, the exact machine, and states that are none of the critical lattice's."""

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, calibrate_instruments, rbm_flow, sample
from spinlens.files.plain import plain
from spinlens.flows.dimension_curve import dimension_curve
from spinlens.flows.examination import examine
from spinlens.study.claims import claim_b

L, T_C = 8, 2.269185
RELATIVE = (0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2)
INSTRUMENTS = ("energy", "xi", "correlation", "pseudo_likelihood")


def states_at(relative, n, seed):
    model = IsingModel((L, L), NearestNeighbour())
    found = sample(model, [r * T_C for r in relative], n // 2, seed=seed, keep_spins=True, thin=8)
    return found.spins.values.reshape(len(relative), -1, L, L)


@pytest.fixture(scope="module")
def examined():
    """What a study stores of one ensemble."""
    states = states_at(RELATIVE, 4000, 1)
    temperatures = [r * T_C for r in RELATIVE]
    model = IsingModel((L, L), NearestNeighbour())
    instruments = calibrate_instruments(model, temperatures, states, names=INSTRUMENTS)
    curve = dimension_curve(dict(zip(temperatures, states, strict=True)))

    def known(ensemble):
        found = examine(ensemble, instruments, instruments.equilibrium)
        excess = found.excess(curve)
        own = {} if excess is None else {"delta_spin": excess.delta_spin, "delta_energy": excess.delta_energy}
        return plain({**found.to_dict(), "excess": own})

    return known, plain(curve)


def machine(known, recipe, number, cold, hot, **about):
    gap = {"value": 0.0, "error": 1e-5}
    ends = {"cold": known(cold), "hot": known(hot), "all": known(np.concatenate([cold, hot]))}
    plain_machine = {"recipe": recipe, "number": number, "kind": "trained", "control": False, "gap": gap}
    return {**plain_machine, "training_set": "critical", "end": {"settled": True, **ends}, **about}


def negatives(known):
    """Ordered, hot and scrambled states, and those of two temperatures."""
    hot, near = states_at((1.3, 1.1), 1000, 7)
    scrambled = np.random.default_rng(0).permuted(near.reshape(len(near), -1), axis=1).reshape(near.shape)
    mixed = np.concatenate([near[:500], np.ones_like(near[:500])])
    made = {"lazy": np.ones_like(hot), "mean-field": mixed, "redrawn": scrambled, "geometry-free": hot}
    return [machine(known, name, 0, some, some, control=True) for name, some in made.items()]


@pytest.fixture(scope="module")
def exact(examined):
    """The exact machine's chains, ten of its τ after cold and hot starts and then every three τ."""
    rbm, record = RBM.exact(IsingModel((L, L), NearestNeighbour()), T_C), [350, 450, 550, 650, 750]
    starts = {"cold": np.ones((1000, L, L)), "hot": states_at((1.2,), 1000, 3)[0]}
    paths = [rbm_flow(rbm, begin, record[-1], record, seed=k) for k, begin in enumerate(starts.values())]
    ends = [np.concatenate([path.at(step) for step in record]).reshape(-1, L, L) for path in paths]
    return machine(examined[0], "exact", 0, *ends, kind="exact", control=True)


def document(known, curve, machines):
    square = {
        "label": "square",
        "short_range": True,
        "critical": {"temperature": {"value": T_C, "error": 0.0005}},
        "equilibrium": {"temperature": T_C, "dimensions": curve},
        "thermometers": {name: {"pull": 1.0} for name in INSTRUMENTS},
        "machines": machines,
    }
    return {"format": 2, "models": {"square": square}}


@pytest.mark.parametrize(("relative", "outcome"), [(1.0, "supported"), (1.05, "contradicted")])
def test_machines_whose_flows_end_in_lattice_states_are_judged_by_their_temperature(examined, exact, relative, outcome):
    """The exact machine, flowing from cold and hot, opens the gate; states 5 % too hot are outside."""
    known, curve = examined
    learned = [
        machine(known, "learned", seed, *np.split(states_at((relative,), 8000, 10 + seed)[0], 2)) for seed in range(4)
    ]
    verdict = claim_b(document(known, curve, [exact, *negatives(known), *learned]))
    assert verdict.outcome == outcome, verdict.because
