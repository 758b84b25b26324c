"""States and machines that a command is given, and the lattice that they, or the options, name."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinlens.cli.options import make_coupling, make_sides, read_states
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.arrays import Spins
    from spinlens.lattice.ising import IsingModel
    from spinlens.machines.machine import Machine


@dataclass(frozen=True)
class NamedLattice:
    """The lattice that the options name, for states that do not say theirs."""

    size: int | None
    dimension: int
    coupling: str | None
    sigma: float | None
    images: str
    cell: str
    shape: str | None = None

    def model(self, sides: tuple[int, ...] | None = None) -> IsingModel:
        """With the `sides` that states have, or those that the options give."""
        from spinlens.lattice.ising import IsingModel

        if sides is None:
            sides = make_sides(self.shape, None if self.shape else self.size, None if self.shape else self.dimension)
        return IsingModel(sides, make_coupling(self.coupling, self.sigma, self.images, self.cell))


@dataclass(frozen=True)
class Given:
    """A lattice, its states as they are held (None where there are none), and the temperatures that their file says."""

    model: IsingModel
    held: Any
    temperatures: list[float]

    def states(self, temperature: float | None = None) -> Spins | None:
        """(n, *shape); of a file of several temperatures those of one."""
        from spinlens.lattice.states_of import states_of

        if self.held is None or not hasattr(self.held, "data_vars"):
            return self.held  # type: ignore[no-any-return]
        return states_of(self.held, self.model.shape, temperature)


def given_states(path: Path | None, named: NamedLattice) -> Given:
    """The states of a file and their lattice, which the file says, or its shape and the options."""
    from spinlens.files.held import array_of, temperatures_of
    from spinlens.lattice.model_document import model_of
    from spinlens.lattice.states_of import states_of

    if path is None:
        return Given(named.model(), None, [])
    held = read_states(path)
    known = temperatures_of(held)
    if hasattr(held, "data_vars") and "model" in held.attrs:
        if named.coupling is not None or named.sigma is not None:
            raise InputError(f"{path} says which lattice it is; leave --coupling and --sigma out")
        return Given(model_of(held), held, known)
    array = array_of(held)
    flat = array.ndim == 2 and (named.dimension > 1 or named.shape is not None)
    model = named.model(None if flat else array.shape[1:])
    if flat and array.shape[1] != model.n_sites:
        raise InputError(f"{path} holds flat states of {array.shape[1]} sites: give their lattice, as --size 16")
    return Given(model, states_of(array, model.shape), known)


def critical_temperature(model: IsingModel, temperature: str = "tc") -> float:
    """The best known T_c, else that of a quick look at two small lattices; of a table the temperature given."""
    from spinlens.criticality.search.bracketing import locate
    from spinlens.criticality.universality import reference
    from spinlens.lattice.couplings import CouplingTable
    from spinlens.lattice.ising import IsingModel

    known = reference(model.coupling, model.dimension)
    if known.temperature is not None:
        return known.temperature.estimate.value
    if known.regime == "no transition":
        raise InputError(f"{model.coupling.label} in {model.dimension}D has no critical temperature to go by")
    if isinstance(model.coupling, CouplingTable):
        if temperature == "tc":
            raise InputError("T_c of a coupling table is not known: give the temperature of the states in its place")
        return temperature_of(temperature, math.nan)
    small, large = (IsingModel((side,) * model.dimension, model.coupling) for side in (8, 16))
    found = locate(small, large).temperature
    print(f"T_c of {model.coupling.label} is taken as {found:.4g} (about 1 %)", file=sys.stderr)
    return found


def temperature_of(text: str, unit: float, known: list[float] | None = None) -> float:
    """The temperature that the option names; for tc the one of a file that is nearest to it, where there are any."""
    if text == "tc":
        return min(known or [unit], key=lambda value: abs(value - unit))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"--temperature must be a number above 0 or tc, got {text!r}")
    return value


def machine_at(path: Path) -> Machine:
    """The machine of any kind at `path`, or in the folder `machine` that `spinlens train` made there."""
    from spinlens.machines.kinds import read_machine

    inner = path / "machine"
    return read_machine(inner if inner.is_dir() else path)
