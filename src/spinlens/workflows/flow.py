"""The whole of `spinlens flow` from Python: instruments, machine, controls, flow fields, layers and patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from spinlens import seeding
from spinlens.arrays import Fields, Spins
from spinlens.comparisons.compare_flows import FlowComparison, compare_flows
from spinlens.comparisons.controls import Case, flow_controls
from spinlens.comparisons.kept import KeptFlows
from spinlens.comparisons.machine_builder import KeptMachines, MachineBuilder
from spinlens.comparisons.pattern_table import Units, fills_lattices, machine_units, pattern_table, stack_units
from spinlens.comparisons.rows import RECORDS
from spinlens.files.plain import plain
from spinlens.files.run_folder import claim
from spinlens.flows.flow_field import FlowField, fields_of, measure_flow_field
from spinlens.flows.reading import read_layers
from spinlens.flows.stacked_flow import place_stack, stacked_flow
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.machine import Machine
from spinlens.machines.units.passage import chosen_steps
from spinlens.progress import Progress, Step, Tell, telling
from spinlens.renormalization.block_spin import BlockRule, block_spin_flow, block_spins
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments, sample_independent
from spinlens.versions import made_with
from spinlens.workflows.films import layer_films, machine_films
from spinlens.workflows.flow_settings import SMALLEST, FlowSettings

GRID = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.35, 1.6, 2.0, 2.6)
"""T / T_c of the ensembles that calibrate instruments and start flow fields."""

LAYER_STARTS = (0.9, 0.95, 1.0, 1.05, 1.1)


def run_flow(
    settings: FlowSettings, out: Path | None = None, progress: Progress = None, force: bool = False
) -> dict[str, Any]:
    """Compute everything that the page of `spinlens flow` shows; JSON-able, the same for any number of workers.

    Machines and flows are kept in `out` as they are finished, and found there by the same call. The folder of
    another run is refused unless `force`, which removes that run.

    Returns
    -------
    Mapping with `readings` and `flows` (see `FlowComparison`), `fields` (flow → instrument → flow field), `layers`
    (flow → temperatures layer by layer), `patterns` and `maps` (⟨vh⟩ of the machine and of block spins), `films` (spins
    step by step from each start), `unit`, `instruments`; `made_with`: libraries and processors that computed it, one
    unless it is a mixture.
    """
    settings.check()
    makes = [made_with()] if out is None else claim(out, "flow", settings.arguments, force)
    with threadpool_limits(1), telling(progress) as tell:  # sums of matrix products depend on the threads of BLAS
        drawn = _drawn(settings, tell)
        tell(Step("calibrating instruments", lasting=True))
        own = _calibrated(settings, settings.model.shape, drawn.calibration)
        builder = _builder(settings, drawn)
        machine = settings.machine or _trained(builder, out, tell)
        comparison = _compared(settings, drawn, builder, machine, own, out, tell)
        tell(Step("flow fields and layers", lasting=True))
        paths = _layer_paths(settings, drawn, machine)
        smaller = {shape for flows in paths.values() for path in flows.values() for shape in path.shapes} - {own.shape}
        readers = {own.shape: own, **{shape: _calibrated(settings, shape) for shape in sorted(smaller, reverse=True)}}
        tables = {source: read_layers(flows, readers) for source, flows in paths.items()}
        fields = {settings.name: _entries(_machine_field(settings, drawn, machine, own))}
        fields |= {_of_layers(source): _entries(fields_of(table), 2) for source, table in tables.items()}
        patterns, maps = _patterns(settings, drawn, machine)
        films = _films(settings, drawn, machine, paths)
    return {
        "made_with": makes,
        "unit": settings.unit,
        "instruments": list(own),
        "machine": {"name": settings.name, "kind": settings.kind, "steps": settings.steps},
        "readings": comparison.readings,
        "flows": comparison.flows,
        "fields": fields,
        "layers": {source: _layer_rows(table, settings.unit) for source, table in tables.items()},
        "patterns": patterns,
        "maps": maps,
        "films": films,
    }


def _titled(tell: Tell, part: str) -> Tell:
    """What a part of the work, which has a share of its own, tells its steps to."""
    return lambda step: tell(replace(step, part=part, text=step.text if step.lasting else f"{part}: {step.text}"))


def _number(settings: FlowSettings, *purpose: str | int) -> int:
    return seeding.purpose_seed(settings.seed, "flow", *purpose)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """States: `calibration` and `test` (K, n, *shape) at `grid`; those that flow and those that machines learn from."""

    grid: list[float]
    calibration: Spins
    test: Spins
    starting: Spins
    learning: Spins

    @property
    def ensembles(self) -> dict[float, Spins]:
        """Temperature → the states that were not used to calibrate."""
        return dict(zip(self.grid, self.test, strict=True))

    @property
    def starts(self) -> dict[str, Spins]:
        """The states from which machines flow."""
        cold = np.ones_like(self.starting)
        cold[::2] = -1
        return {"cold": cold, "critical": self.starting, "hot": self.test[-1][: len(self.starting)]}


def _drawn(s: FlowSettings, tell: Tell) -> _Drawn:
    grid = [relative * s.unit for relative in GRID]
    told = _titled(tell, "states of the lattice")
    both = sample_independent(s.model, grid, s.calibration + s.samples, _number(s, "ensembles"), s.workers, told)
    given = s.states
    if given is None:
        count = s.samples + s.training
        given = sample_independent(s.model, [s.temperature], count, _number(s, "states"), s.workers)[0]
    half = min(s.samples, len(given) // 2)
    order = seeding.generator(s.seed, "flow", "halves").permutation(len(given))
    learning = given[order[half:]][: s.training]
    return _Drawn(grid, both[:, : s.calibration], both[:, s.calibration :], given[order[:half]], learning)


def _calibrated(s: FlowSettings, shape: tuple[int, ...], states: Spins | None = None) -> InstrumentSet:
    """The instruments of one lattice size, on states given or sampled."""
    model = s.model if shape == s.model.shape else replace(s.model, shape=shape)
    return calibrate_instruments(
        model, [relative * s.unit for relative in GRID], states, names=s.instruments,
        samples=s.calibration, seed=_number(s, "instruments", *shape), workers=s.workers,
    )  # fmt: skip


def _builder(s: FlowSettings, drawn: _Drawn) -> MachineBuilder:
    options = {"epochs": s.epochs, "learning_rate": s.learning_rate}
    flat = drawn.learning.reshape(-1, s.model.n_sites)
    return MachineBuilder(s.model, s.temperature, flat, options, _number(s, "training"))


def _trained(builder: MachineBuilder, out: Path | None, tell: Tell) -> Machine:
    """A machine trained on the states, or the one that lies in the folder."""
    case = Case("lattice", "learned", builder.model.n_sites)
    machine = KeptMachines(builder, KeptFlows(out), _titled(tell, "machine")).machine(case)
    if out is not None:
        machine.save(out / "machine")
    return machine


def _compared(
    s: FlowSettings, drawn: _Drawn, builder: MachineBuilder, machine: Machine, instruments: InstrumentSet,
    out: Path | None, tell: Tell,
) -> FlowComparison:  # fmt: skip
    """The flow of the machine from cold, critical and hot states, beside those of the controls."""
    cases = s.cases or (flow_controls(s.model.n_sites, s.seeds) if s.controls else ())
    return compare_flows(
        s.model, s.temperature, builder.states, drawn.starts, instruments, instruments.equilibrium, cases,
        machines={s.name: machine}, steps=s.steps, kind=s.kind, options=builder.options, seed=_number(s, "flows"),
        workers=s.workers, checkpoint=out, progress=_titled(tell, "flows"),
    )  # fmt: skip


def _machine_field(
    s: FlowSettings, drawn: _Drawn, machine: Machine, instruments: InstrumentSet
) -> dict[str, FlowField | None]:
    """The flow field of one step v → h → v′ of the machine."""

    def step(states: Fields, seed: int) -> Fields:
        return next(machine.records(states, [1], s.kind, seed))[1]

    return measure_flow_field(step, drawn.ensembles, instruments, seed=_number(s, "field"))


def _layer_paths(s: FlowSettings, drawn: _Drawn, machine: Machine) -> dict[str, dict[float, Trajectory]]:
    """Block spins of every rule, and the layers of a stack, from every temperature."""
    paths = {}
    for rule in s.blocks:
        steps, p = len(_sizes(s.model.shape)) - 1, _strength(rule)
        paths[f"{rule} blocks"] = {
            T: block_spin_flow(states, steps, 2, rule, p, _number(s, "layers", rule, k), shape=s.model.shape)
            for k, (T, states) in enumerate(drawn.ensembles.items())
        }
    if len(machine.layers_) > 1 and fills_lattices(machine, s.model.shape):
        placements = place_stack(machine, s.model.shape)
        paths[s.name] = {
            T: _readable(stacked_flow(machine, states, _number(s, "layers", "stack", k), placements=placements))
            for k, (T, states) in enumerate(drawn.ensembles.items())
        }
    return paths


def _sizes(shape: tuple[int, ...], count: int = 3) -> list[tuple[int, ...]]:
    """The lattice and the next ones over 2, `count` in all at most."""
    shapes = [shape]
    while len(shapes) < count and all(side % 2 == 0 and side // 2 >= SMALLEST for side in shapes[-1]):
        shapes.append(tuple(side // 2 for side in shapes[-1]))
    return shapes


def _readable(path: Trajectory) -> Trajectory:
    """Without the layers that are too small for instruments."""
    kept = sum(min(shape) >= SMALLEST for shape in path.shapes)
    return Trajectory(path.name, path.steps[:kept], path.states[:kept])


def _films(
    s: FlowSettings, drawn: _Drawn, machine: Machine, paths: Mapping[str, Mapping[float, Trajectory]]
) -> list[dict[str, Any]]:
    """Films of the machine, of blocks and of the layers of a stack; of square lattices alone, which can be shown."""
    if len(s.model.shape) != 2:
        return []
    record = chosen_steps(s.steps, RECORDS)
    machine_flow = machine_films(machine, drawn.starts, record, s.kind, _number(s, "films"))
    layers = [
        {
            "kind": "blocks" if source.endswith("blocks") else "stack",
            "source": source,
            "starts": layer_films(own, LAYER_STARTS, s.unit),
        }
        for source, own in paths.items()
    ]
    return [{"kind": "machine", "source": s.name, "starts": machine_flow}, *layers]


def _patterns(s: FlowSettings, drawn: _Drawn, machine: Machine) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """⟨vh⟩ of the placed units, layer by layer of a stack, and of block spins, at the temperature of the states."""
    generator = seeding.generator(s.seed, "flow", "patterns")
    if len(s.model.shape) != 2:
        return [], {}
    units: dict[str, Units] = {}
    if len(machine.layers_) > 1:
        layers = stack_units(machine, drawn.starting, _number(s, "patterns"))
        units |= {f"{s.name} layer {k}": layer for k, layer in enumerate(layers, 1)}
    elif (own := machine_units(machine.bottom, drawn.starting, generator)) is not None:
        units[s.name] = own
    for rule in s.blocks:
        blocked = block_spins(drawn.starting, 2, rule, _strength(rule), generator, shape=s.model.shape)
        units[f"{rule} blocks"] = Units(blocked)
    return pattern_table(drawn.starting, units, drawn.ensembles, generator)


def _strength(rule: BlockRule) -> float | None:
    return 2.0 if rule == "kadanoff" else None


def _of_layers(source: str) -> str:
    """The name of the flow field of a step from layer to layer."""
    return source if source.endswith("blocks") else f"{source}, layer 1"


def _entries(fields: Mapping[str, FlowField | None], scale: int | None = None) -> dict[str, Any]:
    return {name: None if field is None else field.to_dict(scale) for name, field in fields.items()}


def _layer_rows(table: xr.Dataset, unit: float) -> dict[str, Any]:
    """Readings (start, layer, instrument) from the temperatures of `LAYER_STARTS`."""
    near = table.sel(start=[relative * unit for relative in LAYER_STARTS], method="nearest")
    names = ("temperature", "temperature_error", "in_range", "change", "change_error")
    rows = {name: plain(near[name].transpose("start", "layer", "instrument").values) for name in names}
    about = {name: table[name].values.tolist() for name in ("layer", "instrument")}
    return {"start": list(LAYER_STARTS), **about, **rows}
