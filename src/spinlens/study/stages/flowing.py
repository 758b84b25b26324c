"""Stages of flowing: what machines and block spins do to lattice states, read with every instrument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import AnyArray, Array, Spins
from spinlens.flows.along import correlations_of, five_figures
from spinlens.flows.dimension_curve import DimensionCurve
from spinlens.flows.examination import Examination
from spinlens.flows.follow import FollowedFlow, follow
from spinlens.flows.patterns import LayerPattern, layer_pattern
from spinlens.flows.placement import Placement
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.reading import read_layers
from spinlens.flows.single_units import SingleUnits, single_units
from spinlens.flows.stacked_flow import place_stack, stacked_flow, visible_centres
from spinlens.lattice.film import Film
from spinlens.lattice.trajectory import Trajectory
from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.seeding import purpose_seed
from spinlens.statistics.estimate import as_entry
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.instruments import instruments_at, reference_curve, states_at
from spinlens.study.stages.lattice import Artefacts, Inputs, make_model, only
from spinlens.study.stages.learning import load_machine, load_stack
from spinlens.study.storage.codec import Arrays
from spinlens.study.storage.labelled import as_arrays
from spinlens.thermometers.instruments import InstrumentSet

STARTS = {"cold": 0.0, "critical": 1.0, "hot": float("inf")}
"""T / T_c of the starting states of a machine's flow; the hot start is the hottest ensemble of the grid."""

MAP_KINDS = ("raw", "connected", "connected_error")
_FIELDS = 8  # receptive fields kept for the report's figure
_UNITS = 24  # units kept of a machine, to be looked through


def _flow_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    n_visible, n_hidden = ensemble["size"] ** 2, inputs["hidden"]
    samples = min(inputs["samples"], ensemble["test"])
    work: costs.Work = {("update", n_visible, n_hidden, 1): 0.25 * 3 * inputs["steps"] * samples / 100}
    spins = 3.0 * len(inputs["record"]) * samples * n_visible
    memory = costs.spins_of(ensemble) * 2 + 3 * spins + 20 * costs.MIB
    return Cost(costs.with_standard(work, 0.1 + 0.04 * len(inputs["record"]) + 1.1e-7 * spins), memory, 120_000)


@costing(_flow_cost)
def flow(inputs: Inputs, artefacts: Artefacts) -> Arrays:
    """The flow of one machine from cold, critical and hot starts, every record read and tested."""
    data = only(artefacts, "ensemble")
    instruments = instruments_at(only(artefacts, "thermometers"), make_model(inputs, data.sizes["x"]))
    rbm, curve = load_machine(only(artefacts, "machine")), reference_curve(only(artefacts, "reference"))

    def path(start: str) -> Trajectory:
        states = start_states(data, start)[: inputs["samples"]]
        seed = purpose_seed(inputs["seed"], "flow", inputs["number"], start)
        return rbm_flow(rbm, states, inputs["steps"], inputs["record"], seed=seed)

    paths = {start: path(start) for start in STARTS}
    flows = {start: follow(path.records(), instruments, instruments.equilibrium) for start, path in paths.items()}
    tables = {start: found.readings() for start, found in flows.items()}
    result = joined(tables, "start")
    films = [Film.of(path) for path in paths.values()]
    result["film"] = (("start", "sample", "byte"), np.stack([film.frames for film in films]))
    correlations = {start: correlations_of(path) for start, path in paths.items()}
    result["correlation"] = (("start", "step", "part", "r"), np.stack(list(correlations.values())))
    result.attrs["film"] = films[0].about()
    result = with_units(result, single_units(rbm, states_at(data, 1.0), _UNITS))
    result.attrs["flows"] = {
        start: {**_summary(flows[start], paths[start], curve), "path": along(tables[start], correlations[start])}
        for start in STARTS
    }
    return as_arrays(result)


def with_units(result: xr.Dataset, units: SingleUnits) -> xr.Dataset:
    """The result with receptive fields and ⟨vh⟩ of single units, (2, unit, x, y), and their numbers."""
    seen = np.stack([units.fields, units.maps]).astype(np.float32)
    found = result.assign(units=(("seen", "shown", "x", "y"), seen))
    return found.assign_attrs(units=units.numbers())


def along(readings: xr.Dataset, correlations: Array) -> dict[str, Any]:
    """A flow step by step as JSON data, to five figures.

    `temperature` by instrument is [T, error] of every record, the nearest end of the calibration and no error where it
    is out of range; `magnetization` is ⟨|m|⟩ likewise, `correlation` G(r) for r = 0, 1, ….
    """
    return {
        "steps": readings["step"].values.tolist(),
        "temperature": {
            str(name): _pairs(readings["nearest"], readings["temperature_error"], name)
            for name in readings["instrument"].values
        },
        "magnetization": _pairs(readings["statistic"], readings["statistic_error"], "magnetization"),
        "correlation": [five_figures(G[np.isfinite(G)]) for G in correlations[:, 0]],
    }


def _pairs(values: xr.DataArray, errors: xr.DataArray, instrument: str) -> list[Any]:
    own = (of.sel(instrument=instrument).values.tolist() for of in (values, errors))
    return [five_figures(pair) for pair in zip(*own, strict=True)]


def start_states(data: xr.Dataset, start: str) -> Spins:
    """States from which a flow starts."""
    if start == "hot":
        return np.asarray(data["test"].values[int(np.argmax(data["relative"].values))])
    return states_at(data, STARTS[start])


def _summary(flow: FollowedFlow, path: Trajectory, curve: DimensionCurve) -> dict[str, Any]:
    """The plateau of a flow with what is known of its last record, and what is known of the end of the flow."""
    summary: dict[str, Any] = {"plateau": None, "end": {"step": flow.steps[-1], **known(flow.end(), curve)}}
    plateau = flow.plateau()
    if plateau is not None:
        last = plateau.steps[1]
        found = known(flow.examination(last, path.at(last)), curve)
        about = {name: getattr(plateau, name) for name in ("reached", "until_end", "steps", "drift")}
        summary["plateau"] = {**about, **found}
    return summary


def known(found: Examination, curve: DimensionCurve) -> dict[str, Any]:
    """An examination as JSON data, with what is left of its dimensions at its own best temperature."""
    excess = found.excess(curve)
    if excess is None:
        return {**found.to_dict(), "excess": {}}
    own = {name: as_entry(getattr(excess, name)) for name in ("delta_spin", "delta_energy")}
    return {**found.to_dict(), "excess": own}


def joined(tables: Mapping[Any, xr.Dataset], dimension: str) -> xr.Dataset:
    """Readings side by side, flags as small integers: netCDF has no booleans."""
    found = xr.concat(list(tables.values()), dim=dimension).assign_coords({dimension: list(tables)})
    return found.assign({name: found[name].astype(np.int8) for name in ("in_range", "off_lattice")})


def _layers_cost(inputs: Inputs, read: Read) -> Cost:
    """Blocks or layers, read from every start with every instrument."""
    sizes = costs.ensembles(read)
    paths = len(inputs["starts"]) * len(inputs.get("rules", (1,)))
    spins = paths * sizes[0]["test"] * sizes[0]["size"] ** 2
    return Cost({costs.STANDARD: 0.3 + 1e-7 * spins}, sum(map(costs.spins_of, sizes)) * 2 + 3.0 * spins, 40_000)


@costing(_layers_cost)
def blocks(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """The block-spin flow under every rule and from every start, and the correlators of one step at T_c."""
    data, instruments = largest_ensemble(artefacts), readers(inputs, artefacts)
    starts = {start: states_at(data, start) for start in inputs["starts"]}
    paths = {
        rule: {
            start: block_spin_flow(
                states, len(instruments) - 1, rule=rule, seed=_block_seed(inputs, rule, start), shape=states.shape[1:]
            )
            for start, states in starts.items()
        }
        for rule in inputs["rules"]
    }
    tables = {rule: _layers_read(own, instruments) for rule, own in paths.items()}
    critical = states_at(data, 1.0)
    seeds = {rule: _block_seed(inputs, rule, 1.0) for rule in inputs["rules"]}
    units = [
        block_spin_flow(critical, 1, rule=rule, seed=seed, shape=critical.shape[1:]).at(1)
        for rule, seed in seeds.items()
    ]
    patterns = [layer_pattern(critical, hidden) for hidden in units]
    result = joined(tables, "rule").assign_coords(kind=list(MAP_KINDS))
    result["maps"] = (("rule", "kind", "x", "y"), np.stack([_maps(pattern) for pattern in patterns]))
    films = {rule: [Film.of(path) for path in own.values()] for rule, own in paths.items()}
    for rule, own in films.items():
        result[f"film_{rule}"] = (("start", "sample", f"byte_{rule}"), np.stack([film.frames for film in own]))
    result.attrs["film"] = {rule: own[0].about() for rule, own in films.items()}
    result.attrs["localization"] = [
        {"rule": rule, **_numbers(pattern)} for rule, pattern in zip(seeds, patterns, strict=True)
    ]
    return result


def _layers_read(paths: Mapping[float, Trajectory], instruments: Any) -> xr.Dataset:
    """`read_layers` with G(r) of every layer."""
    correlations = np.stack([correlations_of(path) for path in paths.values()])
    return read_layers(paths, instruments).assign(correlation=(("start", "layer", "part", "r"), correlations))


def _block_seed(inputs: Inputs, rule: str, start: float) -> int:
    return purpose_seed(inputs["seed"], "blocks", rule, repr(start))


@costing(_layers_cost)
def layers(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """The layers of one stack as lattices: temperatures from every start, correlators at T_c, receptive fields."""
    data, instruments = largest_ensemble(artefacts), readers(inputs, artefacts)
    trained, critical = load_stack(only(artefacts, "stack")), states_at(data, 1.0)
    placements = place_stack(trained, critical.shape[1:])

    def path(start: float) -> Trajectory:
        seed = purpose_seed(inputs["seed"], "layers", inputs["number"], repr(start))
        return stacked_flow(trained, states_at(data, start), seed=seed, placements=placements)

    paths = {start: path(start) for start in inputs["starts"]}
    units = (paths.get(1.0) or path(1.0)).at(1)
    pattern = layer_pattern(critical, units, visible_centres(placements, critical.shape[1:], 1))
    result = joined({inputs["number"]: _layers_read(paths, instruments)}, "seed").isel(seed=0, drop=True)
    result = result.assign_coords(kind=list(MAP_KINDS))
    result["maps"] = (("kind", "x", "y"), _maps(pattern))
    fields = _receptive_fields(trained.layers_[0].weights_, placements[0], critical.shape[1:])
    result["fields"] = (("unit", "x", "y"), fields)
    films = [Film.of(path) for path in paths.values()]
    result["film"] = (("start", "sample", "byte"), np.stack([film.frames for film in films]))
    result.attrs["film"] = films[0].about()
    result.attrs["localization"] = {"seed": inputs["number"], **_numbers(pattern)}
    result.attrs["placement"] = [
        {"quality": p.quality, "concentration": p.concentration, "coherence": p.coherence} for p in placements
    ]
    return result


def readers(inputs: Inputs, artefacts: Artefacts) -> dict[tuple[int, ...], InstrumentSet]:
    """Instruments of every lattice, each calibrated at its own size, the largest first."""
    found = {int(name.rsplit("/L", 1)[1]): name for name in artefacts if name.startswith("thermometers/")}
    sizes = sorted(found, reverse=True)
    return {(L, L): instruments_at(artefacts[found[L]], make_model(inputs, L)) for L in sizes}


def largest_ensemble(artefacts: Artefacts) -> xr.Dataset:
    names = [name for name in artefacts if name.startswith("ensemble/")]
    found: xr.Dataset = artefacts[max(names, key=lambda name: int(name.rsplit("/L", 1)[1]))]
    return found


def _maps(pattern: LayerPattern) -> Array:
    maps = pattern.maps()
    return np.stack([maps[kind] for kind in MAP_KINDS])


def _numbers(pattern: LayerPattern) -> dict[str, Any]:
    return {"layer": pattern.layer, **{name: as_entry(value) for name, value in pattern.numbers().items()}}


def _receptive_fields(weights: AnyArray, placement: Placement, shape: tuple[int, ...]) -> Array:
    units = placement.index[:: max(1, len(placement.index) // _FIELDS)][:_FIELDS]
    return np.asarray(weights[:, units].T.reshape(-1, *shape), dtype=np.float64)
