"""`spinlens flow`: lattice states under a machine, beside block spins and controls, read with every instrument."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from spinlens.cli.choices import BLOCK_RULES, KINDS, one_of, some_of, words
from spinlens.cli.options import (
    FILES,
    LATTICE,
    Cell,
    CouplingName,
    Dimension,
    Force,
    Images,
    Seed,
    Sigma,
    Workers,
    cores,
    interruptible,
    make_coupling,
    make_sides,
    one_thread_of_blas,
    read_states,
)
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.lattice.ising import IsingModel
    from spinlens.machines.machine import Machine
    from spinlens.machines.units.passage import Kind
    from spinlens.renormalization.block_spin import BlockRule
    from spinlens.workflows.flow_settings import FlowSettings


def flow(
    states: Annotated[Path | None, typer.Argument(help="States, as .nc, .npy, .npz or HDF5.", metavar="[FILE]")] = None,
    machine: Annotated[
        Path | None,
        typer.Option(
            "--machine", "-m", help="Folder of spinlens train, or what save() wrote.", show_default="train one"
        ),
    ] = None,
    temperature: Annotated[
        str, typer.Option("--temperature", "-T", help="Temperature of the states, in J/k_B, or tc.", metavar="T")
    ] = "tc",
    kind: Annotated[
        str, one_of("--kind", KINDS, "How states pass through the machine; mixed: drawn upward, means downward")
    ] = "sampled",
    steps: Annotated[int, typer.Option(help="Steps v -> h -> v' of the flow.")] = 50,
    block: Annotated[str, some_of("--block", BLOCK_RULES, "Block-spin rules beside it")] = "",
    controls: Annotated[
        bool, typer.Option("--controls", help="Set control machines beside it (minutes to hours).")
    ] = False,
    seeds: Annotated[int, typer.Option(help="Control machines of each kind.")] = 5,
    samples: Annotated[int, typer.Option(help="States that flow.")] = 500,
    training: Annotated[int, typer.Option(help="States that machines learn from, at most.")] = 10_000,
    epochs: Annotated[
        int, typer.Option("--epochs", "-e", help="Training passes of the machine and of the controls.")
    ] = 20,
    network: Annotated[bool, typer.Option("--network", help="Read with the neural network, too.")] = False,
    seed: Seed = 0,
    workers: Workers = None,
    size: Annotated[
        int,
        typer.Option("--size", "-L", help="Side L of the lattice, when FILE does not say it.", rich_help_panel=LATTICE),
    ] = 16,
    dimension: Dimension = 2,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="Folder to write; a run that was stopped goes on there.", rich_help_panel=FILES
        ),
    ] = Path("flow"),
    force: Force = False,
) -> None:
    """Let lattice states flow under a machine and read them with every thermometer."""
    one_thread_of_blas()
    from spinlens.thermometers.instruments import THERMOMETERS
    from spinlens.workflows.flow_settings import FlowSettings

    rules, chosen = cast("tuple[BlockRule, ...]", words(block)), cast("Kind", kind)
    named = _Named(size, dimension, coupling, sigma, images, cell)
    model, given, unit, at = _states(states, named, temperature)
    loaded = None if machine is None else _machine(machine)
    settings = FlowSettings(
        model, unit, at, given, loaded, "machine" if machine is None else machine.resolve().name, chosen, steps, rules,
        controls, seeds=seeds, samples=samples, training=training, epochs=epochs, seed=seed, workers=cores(workers),
        instruments=tuple(name for name in THERMOMETERS if network or name != "network"),
    )  # fmt: skip
    settings.check()
    _run(settings, out, force)


def _run(settings: FlowSettings, out: Path, force: bool) -> None:
    """Compute, write and say."""
    from spinlens.comparisons.compare_flows import FlowComparison
    from spinlens.report.pages.flow import write_flow
    from spinlens.workflows.flow import run_flow

    with interruptible(f"stopped; what is finished is saved in {out}"):
        found = run_flow(settings, out, True, force)
        FlowComparison(found["readings"], found["flows"]).save(out)
        write_flow(out, _document(settings, found))
    _say(found, out)


@dataclass(frozen=True)
class _Named:
    """The lattice that the options name, for states that do not say theirs."""

    size: int
    dimension: int
    coupling: str | None
    sigma: float | None
    images: str
    cell: str

    def model(self, sides: tuple[int, ...] | None) -> IsingModel:
        from spinlens.lattice.ising import IsingModel

        shape = make_sides(None, self.size, self.dimension) if sides is None else sides
        return IsingModel(shape, make_coupling(self.coupling, self.sigma, self.images, self.cell))


def _states(path: Path | None, named: _Named, temperature: str) -> tuple[IsingModel, Any, float, float]:
    """The lattice, its states (None where they are to be sampled), its T_c and the temperature of the states."""
    from spinlens.lattice.states_of import states_of

    model, given, known = _read(path)
    if model is None:
        flat = given is None or (given.ndim == 2 and named.dimension > 1)
        model = named.model(None if flat else given.shape[1:])
        if flat and given is not None and given.shape[1] != model.n_sites:
            raise InputError(f"{path} holds flat states of {given.shape[1]} sites: give their lattice, as --size 16")
        given = None if given is None else states_of(given, model.shape)
        unit = _critical_temperature(model, temperature)
        return model, given, unit, _temperature(temperature, unit, known)
    if named.coupling is not None or named.sigma is not None:
        raise InputError(f"{path} says which lattice it is; leave --coupling and --sigma out")
    unit = _critical_temperature(model, temperature)
    at = _temperature(temperature, unit, known)
    return model, states_of(given, temperature=at), unit, at


def _read(path: Path | None) -> tuple[IsingModel | None, Any, list[float]]:
    """Of a file: the model it names, if any, all that it holds, and its temperatures, none of a plain array."""
    if path is None:
        return None, None, []
    from spinlens.files.held import array_of, temperatures_of
    from spinlens.lattice.model_document import model_of

    held = read_states(path)
    if hasattr(held, "data_vars") and "model" in held.attrs:
        return model_of(held), held, temperatures_of(held)
    return None, array_of(held), temperatures_of(held)


def _critical_temperature(model: IsingModel, temperature: str) -> float:
    """The best known T_c, else that of a quick look at two small lattices; of a table the temperature given."""
    from spinlens.criticality.search.bracketing import locate
    from spinlens.criticality.universality import reference
    from spinlens.lattice.couplings import CouplingTable
    from spinlens.lattice.ising import IsingModel

    known = reference(model.coupling, model.dimension)
    if known.temperature is not None:
        return known.temperature.estimate.value
    if known.regime == "no transition":
        raise InputError(f"{model.coupling.label} in {model.dimension}D has no critical temperature to flow about")
    if isinstance(model.coupling, CouplingTable):
        if temperature == "tc":
            raise InputError("T_c of a coupling table is not known: give the temperature of the states in its place")
        return _temperature(temperature, math.nan, [])
    small, large = (IsingModel((side,) * model.dimension, model.coupling) for side in (8, 16))
    found = locate(small, large).temperature
    print(f"T_c of {model.coupling.label} is taken as {found:.4g} (about 1 %)", file=sys.stderr)
    return found


def _temperature(text: str, unit: float, known: list[float]) -> float:
    """The temperature that the option names; the only one of a file where the option was left out."""
    if text == "tc":
        return known[0] if len(known) == 1 else min(known, key=lambda value: abs(value - unit), default=unit)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"--temperature must be a number above 0 or tc, got {text!r}")
    return value


def _machine(path: Path) -> Machine:
    """The machine of any kind at `path`, or in the folder `machine` that `spinlens train` made there."""
    from spinlens.machines.kinds import read_machine

    inner = path / "machine"
    return read_machine(inner if inner.is_dir() else path)


def _document(settings: FlowSettings, found: dict[str, Any]) -> dict[str, Any]:
    """What results.json holds: the findings under a title, with what they rest on."""
    from spinlens import __version__

    model = settings.model
    shape = " × ".join(map(str, model.shape))
    return {
        "spinlens": __version__,
        "title": f"{model.coupling.label}, {shape}: flow of {settings.name}",
        "lead": (
            f"{settings.steps} steps, {settings.kind}, of {settings.samples} states from T = 0, from "
            f"T = {settings.temperature:.5g} and from 2.6 T_c; T_c = {settings.unit:.6g}."
        ),
        "provenance": f"spinlens {__version__}, seed {settings.seed}. Errors are one standard deviation.",
        **found,
    }


def _say(found: dict[str, Any], out: Path) -> None:
    for row in found["flows"]:
        if row["control"] != "given":
            continue
        readings = [f"{name} {row[f'reading_{name}']}" for name in found["instruments"]]
        p = row.get("equilibrium_p")
        chance = "no test in range" if p is None else f"p = {p:.3g}"
        typer.echo(f"{row['start']:>8}: T by {', '.join(readings)}; equilibrium {chance}")
    typer.echo(f"written to {out}: index.html, results.json, readings.csv, flows.csv")
