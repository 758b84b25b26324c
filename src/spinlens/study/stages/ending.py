"""The end of a machine's flow: states of its own, their gap to the lattice, what instruments see, what it couples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import Spins
from spinlens.comparisons.coupling_curve import coupling_curve
from spinlens.comparisons.gap import Gap, gap
from spinlens.files.plain import plain
from spinlens.flows.examination import Examination, examine
from spinlens.flows.own_states import SNAPSHOTS, OwnStates, own_states
from spinlens.lattice.ising import IsingModel
from spinlens.machines.likelihood.gibbs_time import GibbsTime, gibbs_autocorrelation
from spinlens.machines.rbm import RBM
from spinlens.machines.units.bonds import Bonds
from spinlens.seeding import purpose_seed
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.flowing import known, start_states
from spinlens.study.stages.instruments import instruments_at, reference_curve, states_at
from spinlens.study.stages.lattice import Artefacts, Inputs, make_model, only
from spinlens.study.stages.learning import load_any
from spinlens.study.storage.codec import Arrays
from spinlens.thermometers.instruments import InstrumentSet

STARTS = ("cold", "hot")
_ROUNDING = 1e-7  # of fields in single precision: the gap of the exact machine has no other error
_TAU_CHAINS = 20  # that measure τ_int
_ANNEALING = (100, 1000)  # of machines so far from the lattice that their ln Z is needed
_LARGEST_COUPLINGS = 2**31  # hidden units · N² of an exact machine whose effective couplings are computed


def _end_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    N, hidden, states = ensemble["size"] ** 2, inputs["hidden"], 2.0 * inputs["states"]
    exact = inputs["recipe"] == "exact"
    tau = (0.12 if hidden > 16 * N else 0.5 if exact else 0.3) * N  # of the square at T_c, and of a power law
    steps = min(tau, inputs["most_steps"] / 100) * (100 * _TAU_CHAINS + (8 / SNAPSHOTS + 2) * states)
    memory = 2 * costs.spins_of(ensemble) + 8 * states * N + 30 * costs.MIB
    seconds = 0.4 + 3e-7 * states * N
    if exact:
        weights = 24.0 * N * hidden if N**2 * hidden <= _LARGEST_COUPLINGS else 64.0 * hidden
        return Cost({costs.STANDARD: seconds + 1.3e-9 * hidden * steps}, memory + weights, 15_000)
    work: costs.Work = {("update", N, hidden, 1): 0.25 * steps / 100}
    memory += 24.0 * N * hidden + 4.0 * inputs["states"] / SNAPSHOTS * hidden
    return Cost(costs.with_standard(work, seconds), memory, 15_000)


@costing(_end_cost)
def end(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """States of one machine from cold and from hot, at least 10 τ of its chain later, and all that is known of them."""
    data, stored, reference = (only(artefacts, stage) for stage in ("ensemble", "machine", "reference"))
    model = make_model(inputs, data.sizes["x"])
    instruments, curve = instruments_at(only(artefacts, "thermometers"), model), reference_curve(reference)
    rbm, critical = load_any(stored, model), states_at(data, 1.0)
    tau = _tau(inputs, rbm, critical)
    found = {start: _own(inputs, rbm, data, start, tau) for start in STARTS}
    both = found["cold"].with_those_of(found["hot"])
    apart = gap(
        rbm, model, data.attrs["T_c"], critical, own=both, log_z=Estimate(**reference["log_z"]), annealing=_ANNEALING,
        seed=_seed(inputs, "gap"), workers=1,
    )  # fmt: skip
    examined = {start: known(_examined(own, instruments), curve) for start, own in {**found, "all": both}.items()}
    result: dict[str, Any] = plain({
        "gap": _gap_entry(apart),
        "gibbs_tau": {**_entry(tau), "settled": tau.settled},
        "end": {"steps": both.steps, "settled": both.settled, **examined},
        "couplings": _couplings(rbm, stored, model, data.attrs["T_c"]),
    })  # fmt: skip
    return result


def _tau(inputs: Inputs, rbm: RBM | Bonds, critical: Spins) -> GibbsTime:
    """τ_int of |m| of the machine's chain."""
    begin = np.resize(critical.reshape(len(critical), -1), (_TAU_CHAINS, rbm.n_visible))
    steps, seed = inputs["most_steps"], _seed(inputs, "tau")
    return gibbs_autocorrelation(rbm, chains=_TAU_CHAINS, most_steps=steps, absolute=True, seed=seed, start=begin)


def _own(inputs: Inputs, rbm: RBM | Bonds, data: xr.Dataset, start: str, tau: GibbsTime) -> OwnStates:
    """States of the machine from one start."""
    states, chains = start_states(data, start), math.ceil(inputs["states"] / SNAPSHOTS)
    begin = states[np.arange(chains) % len(states)]
    seed = _seed(inputs, start)
    return own_states(rbm, begin, tau, most_steps=inputs["most_steps"], seed=seed)


def _examined(own: OwnStates, instruments: InstrumentSet) -> Examination:
    return examine(own.on(instruments.shape), instruments, instruments.equilibrium, own.chains)


def _gap_entry(found: Gap) -> dict[str, Any]:
    value = Estimate(found.value.value, max(found.value.error, _ROUNDING))
    return {**_entry(value), "bound": as_entry(found.bound), "method": found.method, "learned": found.learned}


def _entry(found: Estimate) -> dict[str, float | None]:
    return as_entry(found) or {}


def _couplings(rbm: RBM | Bonds, stored: Arrays, model: IsingModel, T_c: float) -> dict[str, Any] | None:
    """Learned couplings beside those of the lattice; None of an exact machine that is too large."""
    if isinstance(rbm, Bonds):
        if len(rbm.weights) * rbm.n_visible**2 > _LARGEST_COUPLINGS:
            return None
        rbm = RBM.exact(model, T_c)
    states = stored.attrs["states"]
    curve = coupling_curve(rbm, model, T_c, math.inf if states is None else states)
    return {**vars(curve), "slope": as_entry(curve.slope)}


def _seed(inputs: Inputs, purpose: str) -> int:
    return purpose_seed(inputs["seed"], "end", inputs["recipe"], inputs["number"], purpose)
