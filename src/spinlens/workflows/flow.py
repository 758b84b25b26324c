"""The whole of `spinlens flow` from Python: instruments, machine, controls, flow fields, layers and patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from spinlens import checks, seeding
from spinlens.arrays import Spins
from spinlens.comparisons.compare_flows import Comparison, compare_flows
from spinlens.comparisons.controls import Case, Workshop, flow_controls
from spinlens.comparisons.kept import Folder, key_of
from spinlens.comparisons.pattern_table import Units, fills_lattices, machine_units, pattern_table, stack_units
from spinlens.errors import InputError
from spinlens.flows.flow_field import FlowField, measure_flow_field
from spinlens.flows.machine_steps import check_machine
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.reading import read_flow
from spinlens.flows.stacked_flow import stacked_flow, updown_flow
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.passage import Kind
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.renormalization.block_spin import BlockRule, block_spin_flow, block_spins
from spinlens.study.storage.codec import plain
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments, sample_independent

GRID = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.35, 1.6, 2.0, 2.6)
"""T / T_c of the ensembles that calibrate instruments and start flow fields."""

LAYER_STARTS = (0.9, 0.95, 1.0, 1.05, 1.1)
SMALLEST = 4  # side of the coarsest lattice that is read
Tell = Callable[[str], None]


@dataclass(frozen=True)
class FlowSettings:
    """What a flow is made of.

    Attributes
    ----------
    model : the lattice. `unit` is its T_c, in which grids are laid.
    temperature : of `states`, and of the states that a machine is trained on where none is given.
    states : (n, *shape) states, of which `samples` (at most half) start the "critical" flow and the others are learned
        from; sampled at `temperature` when None.
    machine : a trained `RBM` or `StackedRBM`; trained here (PCD-10, N/4 hidden units) when None.
    kind, steps : of the flow. `blocks`: rules of block-spin flows beside it, scale 2.
    controls : whether to set the machines of `flow_controls` beside it, `seeds` of each; `cases` names them one by one.
    samples : states that flow. `training`: states that machines learn from. `epochs`, `learning_rate`: of training.
    instruments : names of thermometers.
    """

    model: IsingModel
    unit: float
    temperature: float
    states: Spins | None = None
    machine: RBM | StackedRBM | None = None
    name: str = "machine"
    kind: Kind = "sampled"
    steps: int = 50
    blocks: tuple[BlockRule, ...] = ()
    controls: bool = False
    seeds: int = 5
    cases: tuple[Case, ...] = ()
    samples: int = 500
    training: int = 10_000
    epochs: int = 20
    learning_rate: float = 0.02
    calibration: int = 1000
    instruments: tuple[str, ...] = ("energy", "magnetization", "xi", "correlation", "pseudo_likelihood", "network")
    seed: int = 0
    workers: int = 1

    def check(self) -> None:
        """Raise for what does not fit together, before anything is computed."""
        checks.positive_number("temperature", self.temperature)
        checks.positive_number("unit", self.unit)
        for name in ("steps", "samples", "training", "epochs", "seeds", "calibration"):
            checks.positive_integer(name, getattr(self, name), 2 if name in ("samples", "calibration") else 1)
        if self.machine is not None:
            bottom = self.machine.layers_[0] if isinstance(self.machine, StackedRBM) else self.machine
            check_machine(bottom, self.model.shape)
        sides = self.model.shape
        if self.blocks and any(side % 2 or side // 2 < SMALLEST for side in sides):
            raise InputError(f"blocks of 2 need every L even and at least {2 * SMALLEST}, got {sides}")


def run_flow(settings: FlowSettings, folder: Path | None = None, tell: Tell = lambda line: None) -> dict[str, Any]:
    """Compute everything that the page of `spinlens flow` shows; JSON-able, the same for any number of workers.

    Machines and flows are kept in `folder` as they are finished, and found there by the next run.

    Returns
    -------
    Mapping with `readings` and `flows` (see `Comparison`), `fields` (flow → instrument → flow field), `layers` (flow →
    temperatures layer by layer), `patterns` and `maps` (⟨vh⟩ of the machine and of block spins), `unit`, `instruments`.
    """
    settings.check()
    with threadpool_limits(1):  # sums of matrix products depend on the threads of BLAS
        work = _Work(settings, folder, tell)
        tell("calibrating instruments")
        instruments = work.instruments(settings.model.shape)
        machine = work.machine()
        comparison = work.compare(machine, instruments)
        tell("flow fields and layers")
        patterns, maps = work.patterns(machine)
        fields, layers = work.fields(machine, instruments), work.layers(machine)
    return {
        "unit": settings.unit,
        "instruments": list(instruments),
        "machine": {"name": settings.name, "kind": settings.kind, "steps": settings.steps},
        "readings": comparison.readings,
        "flows": comparison.flows,
        "fields": fields,
        "layers": layers,
        "patterns": patterns,
        "maps": maps,
    }


class _Work:
    """Shared between the parts: ensembles at every temperature of the grid, instruments of every size."""

    def __init__(self, settings: FlowSettings, folder: Path | None, tell: Tell) -> None:
        self.settings, self.folder, self.tell = settings, folder, tell
        self.grid = [relative * settings.unit for relative in GRID]
        self.sets: dict[tuple[int, ...], InstrumentSet] = {}
        s = settings
        model = s.model
        both = sample_independent(model, self.grid, s.calibration + s.samples, self.number("ensembles"), s.workers)
        self.calibration, self.test = both[:, : s.calibration], both[:, s.calibration :]
        given = s.states
        if given is None:
            count = s.samples + s.training
            given = sample_independent(model, [s.temperature], count, self.number("states"), s.workers)[0]
        half = min(s.samples, len(given) // 2)
        if half < 2:
            raise InputError(f"a flow needs at least 4 states, got {len(given)}")
        order = seeding.generator(s.seed, "flow", "halves").permutation(len(given))
        self.starting, self.learning = given[order[:half]], given[order[half:]]

    def number(self, *purpose: str | int) -> int:
        return seeding.purpose_seed(self.settings.seed, "flow", *purpose)

    def instruments(self, shape: tuple[int, ...]) -> InstrumentSet:
        """The calibrated instruments of one lattice size."""
        if shape not in self.sets:
            s = self.settings
            own = shape == s.model.shape
            model = s.model if own else IsingModel(shape, s.model.coupling, s.model.field)
            states = self.calibration if own else None
            self.sets[shape] = calibrate_instruments(
                model, self.grid, states, names=s.instruments, samples=s.calibration,
                seed=self.number("instruments", *shape), workers=s.workers,
            )  # fmt: skip
        return self.sets[shape]

    def machine(self) -> RBM | StackedRBM:
        """The machine given, or one trained on the states."""
        s = self.settings
        if s.machine is not None:
            return s.machine
        case = Case("lattice", "PCD-10", max(1, s.model.n_sites // 4))
        shop, kept = self._workshop(), Folder(self.folder)
        key = key_of(case.name, model_document(s.model), dict(shop.options), shop.seed, shop.states)
        machine = kept.machine("own", key)
        if machine is None:
            self.tell(f"training a machine of {case.n_hidden} hidden units on {len(shop.states)} states")
            machine = shop.build(case, checkpoint=kept.training("own", key))
            kept.keep_machine("own", key, machine)
        if self.folder is not None:
            machine.save(self.folder / "machine")
        return machine

    def _workshop(self) -> Workshop:
        s = self.settings
        options = {"epochs": s.epochs, "learning_rate": s.learning_rate}
        flat = self.learning[: s.training].reshape(-1, s.model.n_sites)
        return Workshop(s.model, s.temperature, flat, options, self.number("training"))

    def compare(self, machine: RBM | StackedRBM, instruments: InstrumentSet) -> Comparison:
        s = self.settings
        shop = self._workshop()
        cold = np.ones((len(self.starting), *s.model.shape), dtype=np.int8)
        cold[::2] = -1
        starts = {"cold": cold, "critical": self.starting, "hot": self.test[-1][: len(self.starting)]}
        cases = s.cases or (flow_controls(s.model.n_sites, s.seeds) if s.controls else ())
        total = 1 + len(cases)
        done = iter(range(1, total + 1))
        return compare_flows(
            s.model, s.temperature, shop.states, starts, instruments, instruments.equilibrium, cases,
            machines={s.name: machine}, steps=s.steps, kind=s.kind, options=shop.options, seed=self.number("flows"),
            workers=s.workers, folder=self.folder,
            progress=lambda name: self.tell(f"{next(done)} of {total}: {name}"),
        )  # fmt: skip

    def fields(self, machine: RBM | StackedRBM, instruments: InstrumentSet) -> dict[str, Any]:
        """Flow fields of one step of the machine, and of one of each block rule."""
        s = self.settings
        ensembles = dict(zip(self.grid, self.test, strict=True))

        def step(states: Any, seed: int) -> Any:
            if isinstance(machine, StackedRBM):
                return updown_flow(machine, states, 1, kind=s.kind, seed=seed).at(1)
            return rbm_flow(machine, states, 1, kind=s.kind, seed=seed).at(1)

        found = {s.name: _rows(measure_flow_field(step, ensembles, instruments, seed=self.number("field")))}
        for rule in s.blocks:
            readers = {shape: self.instruments(shape) for shape in self._shapes(2)}

            def block(states: Any, seed: int, rule: BlockRule = rule) -> Any:
                return block_spins(states, 2, rule, _strength(rule), generator=np.random.default_rng(seed))

            fields = measure_flow_field(block, ensembles, readers, seed=self.number("field", rule))
            found[f"{rule} blocks"] = _rows(fields, 2)
        return found

    def _shapes(self, count: int) -> list[tuple[int, ...]]:
        """The lattice and the next ones over 2, `count` in all at most."""
        shapes = [self.settings.model.shape]
        while len(shapes) < count and all(side % 2 == 0 and side // 2 >= SMALLEST for side in shapes[-1]):
            shapes.append(tuple(side // 2 for side in shapes[-1]))
        return shapes

    def layers(self, machine: RBM | StackedRBM) -> dict[str, Any]:
        """Temperatures layer by layer of block spins and of a stack, from five starting temperatures."""
        s = self.settings
        shapes = self._shapes(3)
        starts = {relative: self.test[GRID.index(relative)] for relative in LAYER_STARTS}
        found = {}
        for rule in s.blocks:
            paths = [
                block_spin_flow(states, len(shapes) - 1, 2, rule, _strength(rule), self.number("layers", rule))
                for states in starts.values()
            ]
            found[f"{rule} blocks"] = self._layer_rows(list(starts), paths)
        if isinstance(machine, StackedRBM) and fills_lattices(machine, s.model.shape):
            paths = [stacked_flow(machine, states, self.number("layers", "stack")) for states in starts.values()]
            kept = sum(min(shape) >= SMALLEST for shape in paths[0].shapes)  # smaller lattices cannot be read
            paths = [Trajectory(path.name, path.steps[:kept], path.states[:kept]) for path in paths]
            found[s.name] = self._layer_rows(list(starts), paths)
        return found

    def _layer_rows(self, starts: Sequence[float], paths: Sequence[Trajectory]) -> dict[str, Any]:
        readers = {shape: self.instruments(shape) for shape in paths[0].shapes}
        tables = [read_flow(path, readers) for path in paths]
        names = ("temperature", "temperature_error", "in_range", "change", "change_error")
        rows = {name: [plain(table[name].values.tolist()) for table in tables] for name in names}
        layer = [int(shape[0]) for shape in paths[0].shapes]
        return {"start": list(starts), "layer": layer, "instrument": list(self.settings.instruments), **rows}

    def patterns(self, machine: RBM | StackedRBM) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """⟨vh⟩ of the placed units, layer by layer of a stack, and of block spins, at the temperature of the states."""
        s, generator = self.settings, seeding.generator(self.settings.seed, "flow", "patterns")
        if len(s.model.shape) != 2:
            return [], {}
        units: dict[str, Units] = {}
        if isinstance(machine, StackedRBM):
            layers = stack_units(machine, self.starting, self.number("patterns"))
            units |= {f"{s.name} layer {k}": layer for k, layer in enumerate(layers, 1)}
        elif (own := machine_units(machine, self.starting, generator)) is not None:
            units[s.name] = own
        for rule in s.blocks:
            units[f"{rule} blocks"] = Units(block_spins(self.starting, 2, rule, _strength(rule), generator))
        return pattern_table(self.starting, units, dict(zip(self.grid, self.test, strict=True)), generator)


def _strength(rule: BlockRule) -> float | None:
    return 2.0 if rule == "kadanoff" else None


def _rows(fields: Mapping[str, FlowField | None], scale: int | None = None) -> dict[str, Any]:
    return {name: None if field is None else field.to_dict(scale) for name, field in fields.items()}
