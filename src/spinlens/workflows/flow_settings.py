"""What `spinlens flow` is asked for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from spinlens import checks
from spinlens.arrays import Spins
from spinlens.comparisons.controls import Case
from spinlens.errors import InputError
from spinlens.files.plain import plain
from spinlens.files.run_folder import digest
from spinlens.flows.rbm_flow import check_machine
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.machines.machine import Machine
from spinlens.machines.units.passage import Kind
from spinlens.renormalization.block_spin import BlockRule
from spinlens.thermometers.instruments import THERMOMETERS
from spinlens.versions import versions

SMALLEST = 4  # side of the coarsest lattice that is read


@dataclass(frozen=True)
class FlowSettings:
    """What a flow is made of.

    Attributes
    ----------
    model : the lattice. `unit` is its T_c, in which grids are laid.
    temperature : of `states`, and of the states that a machine is trained on where none is given.
    states : (n, *shape) states, of which `samples` (at most half) start the "critical" flow and the others are learned
        from; sampled at `temperature` when None.
    machine : a trained `RBM` or `StackedRBM`; trained here when None, as
        `RBM.for_lattice` with one filter.
    kind, steps : of the flow. `blocks`: rules of block-spin flows beside it, scale 2.
    controls : whether to set the machines of `flow_controls` beside it, `seeds` of each; `cases` names them one by one.
    samples : states that flow. `training`: states that machines learn from. `epochs`, `learning_rate`: of training.
    instruments : names of thermometers.
    """

    model: IsingModel
    unit: float
    temperature: float
    states: Spins | None = None
    machine: Machine | None = None
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
    instruments: tuple[str, ...] = tuple(THERMOMETERS)
    seed: int = 0
    workers: int = 1

    @property
    def arguments(self) -> dict[str, Any]:
        """All that determines what is found, as JSON data; the number of workers does not."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        del given["workers"]
        machine, states, model = given.pop("machine"), given.pop("states"), given.pop("model")
        named = {
            "model": model_document(model),
            "states": digest([states]),
            "machine": digest([None] if machine is None else machine.to_arrays().values()),
        }
        return {"spinlens": versions()["spinlens"], **named, **plain(given)}

    def check(self) -> None:
        """Raise for what does not fit together, before anything is computed."""
        checks.positive_number("temperature", self.temperature)
        checks.positive_number("unit", self.unit)
        checks.seed(self.seed)
        for name in ("steps", "samples", "training", "epochs", "seeds", "calibration"):
            checks.positive_integer(name, getattr(self, name), 2 if name in ("samples", "calibration") else 1)
        count = self.samples + self.training if self.states is None else len(self.states)
        if count < 4:
            raise InputError(f"a flow needs at least 4 states, got {count}")
        if self.machine is not None:
            check_machine(self.machine.bottom, self.model.shape)
        sides = self.model.shape
        if self.blocks and any(side % 2 or side // 2 < SMALLEST for side in sides):
            raise InputError(f"blocks of 2 need every L even and at least {2 * SMALLEST}, got {sides}")
