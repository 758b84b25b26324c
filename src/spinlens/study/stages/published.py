"""Estimators of published flows beside ours: on machines, on controls that learned nothing, and on the lattice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spinlens import seeding
from spinlens.arrays import Fields, Spins
from spinlens.files.plain import plain
from spinlens.flows.correlators import visible_hidden_correlation
from spinlens.flows.localization import localization
from spinlens.flows.own_states import taken_apart
from spinlens.flows.published import SMALLEST, PublishedDimensions, dimensions_by_label, published_dimensions
from spinlens.flows.stacked_flow import place_stack, stacked_flow, visible_centres
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.units import gibbs
from spinlens.machines.units.bonds import Bonds
from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.seeding import purpose_seed
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.flowing import largest_ensemble, readers
from spinlens.study.stages.instruments import states_at
from spinlens.study.stages.lattice import Artefacts, Inputs, make_model, only
from spinlens.study.stages.learning import load_any, load_stack
from spinlens.thermometers.network import NetworkThermometer

SORTED, AVERAGES, RAW = "sorted by label", "averages read formally", "raw vh"
_STATES = 40  # of each temperature that flow
_LAYERS = 2  # of averages, as far as they are large enough


def _machine_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    N, temperatures = ensemble["size"] ** 2, len(ensemble["temperatures"])
    states = temperatures * min(_STATES, ensemble["test"])
    hidden = min(inputs["hidden"], 4 * N)
    work: costs.Work = {("update", N, hidden, 1): 0.25 * inputs["steps"] * states / 100}
    spins = float(states * inputs["steps"] * N)
    memory = 2 * costs.spins_of(ensemble) + 6 * spins + 40 * costs.MIB
    return Cost(costs.with_standard(work, 0.2 + 6e-8 * spins), memory, 2000)


@costing(_machine_cost)
def machine(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """The flow of one machine from states of all temperatures, its states sorted by the network's label."""
    data = only(artefacts, "ensemble")
    model = make_model(inputs, data.sizes["x"])
    rbm, steps = load_any(only(artefacts, "machine"), model), inputs["steps"]
    states = data["test"].values[:, :_STATES].reshape(-1, *model.shape)
    seed = purpose_seed(inputs["seed"], "published", inputs["recipe"], inputs["number"])
    flow = _flow(rbm, states, steps, seed)
    (instruments,) = readers(inputs, artefacts).values()
    entry = _at_label(flow.reshape(-1, *model.shape), instruments["network"], data.attrs["T_c"])
    result: dict[str, Any] = plain({"published": [_named(inputs["recipe"], inputs["number"], SORTED, entry)]})
    return result


def _flow(machine: RBM | Bonds, states: Spins, steps: int, seed: int) -> Spins:
    """Every step of the flow, (n_samples, steps, n_visible)."""
    sampler, lanes = gibbs.chained(machine), gibbs.make_lanes(seeding.generator(seed, "published flow"))
    start = states.reshape(len(states), -1).astype(np.float32)
    return taken_apart(sampler, start, lanes, 1, steps + 1)[:, 1:]


def _at_label(states: Fields, network: Any, T_c: float) -> dict[str, Any]:
    """Δ of the states that the network calls critical."""
    assert isinstance(network, NetworkThermometer)
    critical = float(network.classes[np.argmin(np.abs(network.classes - T_c))])
    found = dimensions_by_label(states, network, [critical]).get(critical)
    return _dimensions(found, critical / T_c, len(states))


def _dimensions(found: PublishedDimensions | None, label: float | None, total: int) -> dict[str, Any]:
    count = 0 if found is None else found.states
    return {
        "delta_spin": None if found is None else found.delta_spin,
        "delta_energy": None if found is None else found.delta_energy,
        "at_label": label,
        "note": f"{count} of {total} states",
    }


def _named(case: str, number: int, estimator: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"case": case, "number": number, "estimator": estimator, **entry}


def _lattice_cost(inputs: Inputs, read: Read) -> Cost:
    sizes = costs.ensembles(read)
    largest = sizes[0]
    mixed = min(10 * _STATES, largest["test"]) * len(largest["temperatures"])
    spins = (largest["test"] + mixed) * largest["size"] ** 2
    return Cost({costs.STANDARD: 0.5 + 3e-7 * spins}, 2 * sum(map(costs.spins_of, sizes)) + 60.0 * spins, 5000)


@costing(_lattice_cost)
def lattice(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """The same without a machine: Monte Carlo states sorted or at T_c, their averages, raw ⟨vh⟩ of what coarsens."""
    data, instruments = largest_ensemble(artefacts), readers(inputs, artefacts)
    T_c, critical = data.attrs["T_c"], states_at(data, 1.0)
    network = instruments[critical.shape[1:]]["network"]
    mixed = data["test"].values[:, : 10 * _STATES].reshape(-1, *critical.shape[1:])
    entries = [
        _named("Monte Carlo", 0, SORTED, _at_label(mixed, network, T_c)),
        _named("Monte Carlo at T_c", 0, SORTED, _whole(critical)),
        *_averages(critical, {shape: found["network"] for shape, found in instruments.items()}, T_c),
        *_raw_maps(critical, artefacts),
    ]
    result: dict[str, Any] = plain({"published": entries})
    return result


def _whole(critical: Spins) -> dict[str, Any]:
    """Δ of states at T_c, by temperature and not by label."""
    return _dimensions(published_dimensions(critical), 1.0, len(critical))


def _averages(critical: Spins, networks: Mapping[tuple[int, ...], Any], T_c: float) -> Iterator[dict[str, Any]]:
    """Δ of averages of averages of critical states, and the temperature that the network reads of these real fields."""
    shapes = [shape for shape in networks if min(shape) >= SMALLEST][1 : _LAYERS + 1]
    if not shapes:
        return
    flow = block_spin_flow(critical, len(shapes), rule="average", shape=critical.shape[1:])
    for layer, shape in enumerate(shapes, 1):
        states = flow.at(layer)
        read = networks[shape].read(states).temperature.value / T_c
        found = _dimensions(published_dimensions(states), read, len(states))
        note = f"layer {layer} of {shape[0]}x{shape[1]} averages, real fields; at_label is what the network reads"
        yield _named("averages at T_c", layer, AVERAGES, {**found, "note": note})


def _raw_maps(critical: Spins, artefacts: Artefacts) -> Iterator[dict[str, Any]]:
    """How wide raw ⟨v h⟩ with means tanh of the hidden units is, of the first dense stack, learned map and averages."""
    units: dict[str, tuple[Fields, Any, float | None]] = {}
    if critical.shape[1] % 2 == 0:
        units["average"] = (block_spin_flow(critical, 1, rule="average", shape=critical.shape[1:]).at(1), None, None)
    for name in artefacts:
        stage = name.split("/", 1)[0]
        if stage in ("stack", "coarse"):
            units["learned" if stage == "coarse" else stage] = _means(critical, load_stack(artefacts[name]))
    for case, (hidden, centres, quality) in units.items():
        found = localization(visible_hidden_correlation(critical, hidden, connected=False, centres=centres))
        placed = "" if quality is None else f", placement quality {quality:.2f}"
        yield _named(case, 0, RAW, {
            "delta_spin": None, "delta_energy": None, "at_label": 1.0, "radius": found.rms_radius,
            "peak_to_background": found.peak_to_background, "note": f"first layer at T_c{placed}",
        })  # fmt: skip


def _means(critical: Spins, stack: StackedRBM) -> tuple[Fields, Any, float]:
    """Means of the units of the first layer as a lattice, their centres, and how well they could be placed."""
    shape = critical.shape[1:]
    placements = place_stack(stack, shape)
    hidden = stacked_flow(stack, critical, kind="mean", placements=placements).at(1)
    return hidden, visible_centres(placements, shape, 1), placements[0].quality


def published_entries(model: str, artefacts: Artefacts) -> list[dict[str, Any]]:
    """What the results hold of these estimators, those without a machine first."""
    names = [f"published/{model}", *(name for name in artefacts if name.startswith(f"published/{model}/"))]
    return [entry for name in names if name in artefacts for entry in artefacts[name]["published"]]
