"""Stages of flowing: what machines and block spins do to lattice states, read with every instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from spinlens.flows.correlators import CorrelationMap, spin_correlation, visible_hidden_correlation
from spinlens.flows.localization import localization
from spinlens.flows.placement import Placement
from spinlens.flows.plateau import find_plateau
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.stacked_flow import place_stack, stacked_flow, visible_centres
from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.seeding import purpose_seed
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.instruments import (
    INSTRUMENTS,
    dimensions,
    equilibrium,
    equilibrium_reference,
    states_at,
    thermometers,
)
from spinlens.study.stages.lattice import Artefacts, Inputs, make_model, only
from spinlens.study.stages.learning import load_machine, load_stack
from spinlens.study.storage.codec import plain
from spinlens.thermometers.calibration import Reading, Thermometer

Array = np.ndarray[Any, Any]

STARTS = {"cold": 0.0, "critical": 1.0, "hot": float("inf")}
"""T / T_c of the starting states of a machine's flow; the hot start is the hottest ensemble of the grid."""

_FIELDS = 8  # receptive fields kept for the report


def _flow_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    (machine,) = (item for item in read.values() if "options" in item)
    n_visible, n_hidden = ensemble["size"] ** 2, machine["hidden"]
    samples = min(inputs["samples"], ensemble["test"])
    work: costs.Work = {("update", n_visible, n_hidden, 1): 0.25 * 3 * inputs["steps"] * samples / 100}
    spins = 3.0 * len(inputs["record"]) * samples * n_visible
    memory = costs.spins_of(ensemble) * 2 + 3 * spins + 20 * costs.MIB
    return Cost(costs.with_standard(work, 0.1 + 3e-8 * spins), memory, 23_000)


@costing(_flow_cost)
def flow(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """The flow of one machine from cold, critical and hot starts, every record read with every instrument."""
    data = only(artefacts, "ensemble")
    model = make_model(inputs, data.sizes["x"])
    stored = only(artefacts, "thermometers")
    instruments, reference = thermometers(stored, model), equilibrium_reference(stored, model)
    rbm = load_machine(only(artefacts, "machine"))
    readings, snapshots, correlations, plateaus = [], [], [], {}
    for start in STARTS:
        states = start_states(data, start)[: inputs["samples"]]
        seed = purpose_seed(inputs["seed"], "flow", inputs["number"], start)
        path = rbm_flow(rbm, states, inputs["steps"], inputs["record"], seed=seed)
        values = {name: np.stack([t.statistic(s) for s in path.states]) for name, t in instruments.items()}
        readings.append(
            [[t.read_values(values[name][k]) for name, t in instruments.items()] for k in range(len(path.steps))]
        )
        stretch = find_plateau(path.steps, values)
        last = path.states[path.steps.index(stretch.steps[1])]
        read = dict(zip(instruments, readings[-1][path.steps.index(stretch.steps[1])], strict=True))
        plateaus[start] = {
            "reached": stretch.reached,
            "until_end": stretch.until_end,
            "steps": stretch.steps,
            "drift": stretch.drift,
            "temperature": {name: reading.temperature for name, reading in read.items()},
            "in_range": {name: reading.in_range for name, reading in read.items()},
            **equilibrium(reference, last),
            **dimensions(last),
        }
        correlation = spin_correlation(path.states[-1])
        correlations.append(np.stack([correlation.value, correlation.error]))
        snapshots.append(np.stack([path.states[k][0] for k in _spread(len(path.steps))]))
    result = readings_dataset(readings, ("start", "step"), {"start": list(STARTS), "step": list(inputs["record"])})
    result["spins"] = (("start", "snapshot", "x", "y"), np.stack(snapshots))
    result["snapshot_step"] = ("snapshot", [inputs["record"][k] for k in _spread(len(inputs["record"]))])
    result["correlation"] = (("start", "part", "r"), np.stack(correlations))
    result.attrs["plateaus"] = plain(plateaus)
    return result


def start_states(data: xr.Dataset, start: str) -> Array:
    """States from which a flow starts."""
    if start == "hot":
        return np.asarray(data["test"].values[int(np.argmax(data["relative"].values))])
    return states_at(data, STARTS[start])


def _spread(count: int) -> list[int]:
    """At most five of `count` records: the first, the last and some between."""
    return sorted({round(k) for k in np.geomspace(1, count, min(5, count)) - 1})


def readings_dataset(readings: Sequence[Any], dims: tuple[str, ...], coords: Mapping[str, Sequence[Any]]) -> xr.Dataset:
    """Nested lists of `Reading`, the innermost over instruments, as temperature, its error and in_range."""

    def pick(attribute: Any) -> Array:
        def walk(item: Any) -> Any:
            return attribute(item) if isinstance(item, Reading) else [walk(part) for part in item]

        return np.array(walk(readings))

    axes = (*dims, "instrument")
    return xr.Dataset(
        {
            "temperature": (axes, pick(lambda r: r.temperature.value)),
            "temperature_error": (axes, pick(lambda r: r.temperature.error)),
            "in_range": (axes, pick(lambda r: int(r.in_range)).astype(np.int8)),
            "off_lattice": (axes, pick(lambda r: int(r.off_lattice)).astype(np.int8)),
            "statistic": (axes, pick(lambda r: r.statistic.value)),
            "statistic_error": (axes, pick(lambda r: r.statistic.error)),
        },
        coords={**coords, "instrument": list(INSTRUMENTS)},
    )


def _readers(inputs: Inputs, artefacts: Artefacts) -> dict[int, dict[str, Thermometer]]:
    """Thermometers of every lattice size."""
    found = {int(name.rsplit("/L", 1)[1]): name for name in artefacts if name.startswith("thermometers/")}
    return {L: thermometers(artefacts[found[L]], make_model(inputs, L)) for L in sorted(found, reverse=True)}


def _largest_ensemble(artefacts: Artefacts) -> xr.Dataset:
    names = [name for name in artefacts if name.startswith("ensemble/")]
    found: xr.Dataset = artefacts[max(names, key=lambda name: int(name.rsplit("/L", 1)[1]))]
    return found


def _read_layers(states: Sequence[Array], readers: Mapping[int, Mapping[str, Thermometer]]) -> list[list[Reading]]:
    return [[t.read(layer) for t in readers[layer.shape[-1]].values()] for layer in states]


def _layers_cost(inputs: Inputs, read: Read) -> Cost:
    """Blocks or layers, read from every start with every instrument."""
    sizes = costs.ensembles(read)
    paths = len(inputs["starts"]) * len(inputs.get("rules", (1,)))
    spins = paths * sizes[0]["test"] * sizes[0]["size"] ** 2
    return Cost({costs.STANDARD: 0.09 + 6e-8 * spins}, sum(map(costs.spins_of, sizes)) * 2 + 3.0 * spins, 40_000)


@costing(_layers_cost)
def blocks(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """The block-spin flow under every rule and from every start, and the correlators of one step at T_c."""
    data, readers = _largest_ensemble(artefacts), _readers(inputs, artefacts)
    steps, rules = len(readers) - 1, list(inputs["rules"])
    readings: list[Any] = []
    for rule in rules:
        readings.append([])
        for start in inputs["starts"]:
            path = block_spin_flow(states_at(data, start), steps, rule=rule, seed=_block_seed(inputs, rule, start))
            readings[-1].append(_read_layers(path.states, readers))
    result = readings_dataset(
        readings, ("rule", "start", "layer"), {"rule": rules, "start": list(inputs["starts"]), "layer": list(readers)}
    )
    critical = states_at(data, 1.0)
    hidden = [block_spin_flow(critical, 1, rule=rule, seed=_block_seed(inputs, rule, 1.0)).states[1] for rule in rules]
    maps = [correlation_maps(critical, units) for units in hidden]
    result["maps"] = (("rule", "kind", "x", "y"), np.stack([stacked for stacked, _ in maps]))
    result = result.assign_coords(kind=list(MAP_KINDS))
    result.attrs["localization"] = plain(
        [{"rule": rule, "layer": 1, **found} for rule, (_, found) in zip(rules, maps, strict=True)]
    )
    return result


def _block_seed(inputs: Inputs, rule: str, start: float) -> int:
    return purpose_seed(inputs["seed"], "blocks", rule, repr(start))


MAP_KINDS = ("raw", "connected", "connected_error")


def correlation_maps(visible: Array, hidden: Array, centres: Array | None = None) -> tuple[Array, dict[str, Any]]:
    """Raw and connected maps with the error of the latter (3, L, L), and the localization of the connected one."""
    raw = visible_hidden_correlation(visible, hidden, connected=False, centres=centres)
    connected: CorrelationMap = visible_hidden_correlation(visible, hidden, connected=True, centres=centres)
    found = localization(connected)
    return np.stack([raw.values, connected.values, connected.errors]), {
        "rms_radius": found.rms_radius,
        "peak_to_background": found.peak_to_background,
        "participation": found.participation,
        "peak": found.peak,
        "background": found.background,
    }


@costing(_layers_cost)
def layers(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """The layers of one stack as lattices: temperatures from every start, correlators at T_c, receptive fields."""
    data, readers = _largest_ensemble(artefacts), _readers(inputs, artefacts)
    stored = only(artefacts, "stack")
    trained = load_stack(stored)
    critical = states_at(data, 1.0)
    placements = place_stack(trained, critical.shape[1:])
    readings = []
    for start in inputs["starts"]:
        seed = purpose_seed(inputs["seed"], "layers", inputs["number"], repr(start))
        path = stacked_flow(trained, states_at(data, start), seed=seed, placements=placements)
        readings.append(_read_layers(path.states, readers))
        if start == 1.0:
            at_critical = path
    result = readings_dataset(readings, ("start", "layer"), {"start": list(inputs["starts"]), "layer": list(readers)})
    centres = visible_centres(placements, critical.shape[1:], 1)
    maps, found = correlation_maps(critical, at_critical.states[1], centres)
    result["maps"] = (("kind", "x", "y"), maps)
    result["fields"] = (
        ("unit", "x", "y"),
        _receptive_fields(trained.layers_[0].weights_, placements[0], critical.shape[1:]),
    )
    result = result.assign_coords(kind=list(MAP_KINDS))
    result.attrs["localization"] = plain({"seed": inputs["number"], "layer": 1, **found})
    result.attrs["placement"] = [
        {"quality": p.quality, "concentration": p.concentration, "coherence": p.coherence} for p in placements
    ]
    result.attrs["converged"] = stored.attrs["converged"]
    return result


def _receptive_fields(weights: Array, placement: Placement, shape: tuple[int, ...]) -> Array:
    units = placement.index[:: max(1, len(placement.index) // _FIELDS)][:_FIELDS]
    return np.asarray(weights[:, units].T.reshape(-1, *shape), dtype=np.float64)
