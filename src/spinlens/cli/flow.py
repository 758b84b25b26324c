"""`spinlens flow`: lattice states under a machine, beside block spins and controls, read with every instrument."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spinlens.cli.options import cores, interruptible, make_coupling, one_thread_of_blas, read_states, write_file
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.lattice.ising import IsingModel

_RULES = ("majority", "average", "decimation", "kadanoff")
_NETWORK_FREE = ("energy", "magnetization", "xi", "correlation", "pseudo_likelihood")


def flow(
    states: Annotated[
        Path | None, typer.Argument(help="A file of spinlens sample --keep-spins, or .npy of ±1.", metavar="[FILE]")
    ] = None,
    machine: Annotated[
        Path | None, typer.Option(help="Folder of spinlens train, or what save() wrote.  [default: train one]")
    ] = None,
    temperature: Annotated[str, typer.Option(help="Temperature of the states, in J/k_B, or tc.")] = "tc",
    size: Annotated[int, typer.Option(help="Side L of the lattice, when there is no FILE.")] = 16,
    dimension: Annotated[int, typer.Option(help="Dimension of the lattice: 1, 2 or 3.")] = 2,
    coupling: Annotated[
        str | None, typer.Option(help="nearest-neighbour or power-law.  [default: power-law when --sigma is given]")
    ] = None,
    sigma: Annotated[float | None, typer.Option(help="Power law J(r) = r^-(d+sigma), sigma > 0.")] = None,
    images: Annotated[str, typer.Option(help="Images of the power law: periodic or minimum.")] = "periodic",
    cell: Annotated[str, typer.Option(help="Power law at points (point) or over unit cells (integrated).")] = "point",
    kind: Annotated[str, typer.Option(help="sampled, mean, or mixed (drawn upward, means downward).")] = "sampled",
    steps: Annotated[int, typer.Option(help="Steps v -> h -> v' of the flow.")] = 50,
    block: Annotated[
        str, typer.Option(help="Block-spin rules beside it, comma-separated: majority, average, decimation, kadanoff.")
    ] = "",
    controls: Annotated[
        bool, typer.Option("--controls", help="Set control machines beside it (minutes to hours).")
    ] = False,
    seeds: Annotated[int, typer.Option(help="Control machines of each kind.")] = 5,
    samples: Annotated[int, typer.Option(help="States that flow.")] = 500,
    training: Annotated[int, typer.Option(help="States that machines learn from, at most.")] = 10_000,
    epochs: Annotated[int, typer.Option(help="Training passes of the machine and of the controls.")] = 20,
    network: Annotated[bool, typer.Option("--network", help="Read with the neural network, too.")] = False,
    seed: Annotated[int, typer.Option(help="The one seed; the same seed gives the same numbers.")] = 0,
    workers: Annotated[int | None, typer.Option(help="Cores to use; the numbers do not depend on it.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write; a run that was stopped goes on there.")] = Path("flow"),
) -> None:
    """Let lattice states flow under a machine and read them with every thermometer."""
    one_thread_of_blas()
    from spinlens.checks import choice, positive_integer
    from spinlens.flows.machine_steps import KINDS
    from spinlens.lattice.states_of import states_of
    from spinlens.workflows.flow import FlowSettings, run_flow

    rules: Any = tuple(choice("--block", part, _RULES) for part in block.replace(",", " ").split())
    model, given, known = _lattice(states)
    sampled = model is not None
    if model is None:
        if given is not None:
            sides: tuple[int, ...] = given.shape[1:]
        else:
            sides = (positive_integer("--size", size, 3),) * positive_integer("--dimension", dimension)
        model = _model(sides, make_coupling(coupling, sigma, images, cell))
    elif coupling is not None or sigma is not None:
        raise InputError(f"{states} says which lattice it is; leave --coupling and --sigma out")
    unit = _critical_temperature(model, temperature)
    at = _temperature(temperature, unit, known)
    if sampled:
        given = states_of(given, temperature=at)
    chosen: Any = choice("--kind", kind, KINDS)
    loaded = None if machine is None else _machine(machine)
    settings = FlowSettings(
        model, unit, at, given, loaded, "machine" if machine is None else machine.resolve().name, chosen, steps, rules,
        controls, seeds=seeds, samples=samples, training=training, epochs=epochs, seed=seed, workers=cores(workers),
        instruments=(*_NETWORK_FREE, "network") if network else _NETWORK_FREE,
    )  # fmt: skip
    settings.check()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {out}: {error.strerror or error}") from None
    with interruptible(f"stopped; what is finished is saved in {out}"):
        found = run_flow(settings, out, lambda line: print(line, file=sys.stderr, flush=True))
        _write(out, settings, found)
    _say(found, out)


def _model(sides: tuple[int, ...], coupling: Any) -> IsingModel:
    from spinlens.lattice.ising import IsingModel

    return IsingModel(sides, coupling)


def _lattice(path: Path | None) -> tuple[IsingModel | None, Any, list[float]]:
    """Of a file: the model it names, if any, all that it holds, and its temperatures, none of a plain array."""
    if path is None:
        return None, None, []
    if path.suffix == ".npy":
        import numpy as np

        from spinlens.lattice.states_of import states_of

        try:
            return None, states_of(np.load(path, allow_pickle=False)), []
        except (ValueError, EOFError) as error:
            raise InputError(f"{path} holds no states: {error}") from None
    from spinlens.lattice.model_document import model_of

    dataset = read_states(path)
    return model_of(dataset), dataset, [float(value) for value in dataset.temperature.values]


def _critical_temperature(model: IsingModel, temperature: str) -> float:
    """The best known T_c, else that of a quick look at two small lattices; of a table the temperature given."""
    from spinlens.criticality.search.find import locate
    from spinlens.criticality.universality import reference

    known = reference(model.coupling, model.dimension)
    if known.temperature is not None:
        return known.temperature.estimate.value
    if known.regime == "no transition":
        raise InputError(f"{model.coupling.label} in {model.dimension}D has no critical temperature to flow about")
    if type(model.coupling).__name__ == "CouplingTable":
        if temperature == "tc":
            raise InputError("T_c of a coupling table is not known: give the temperature of the states in its place")
        return _temperature(temperature, math.nan, [])
    small, large = (_model((side,) * model.dimension, model.coupling) for side in (8, 16))
    found = locate(small, large)
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


def _machine(path: Path) -> Any:
    """The RBM or stack at `path`, or in the folder `machine` that `spinlens train` made there."""
    from spinlens.errors import ArtefactError
    from spinlens.machines.rbm import RBM
    from spinlens.machines.stacked import StackedRBM

    inner = path / "machine"
    source = inner if inner.is_dir() else path
    try:
        return RBM.load(source)
    except ArtefactError as error:
        try:
            return StackedRBM.load(source)
        except ArtefactError:
            raise error from None


def _write(out: Path, settings: Any, found: dict[str, Any]) -> None:
    """results.json, two tables, every figure as SVG, and the page."""
    import io

    from spinlens import __version__
    from spinlens.comparisons.compare_flows import Comparison
    from spinlens.report import style
    from spinlens.report.pages import flow as flow_page

    model = settings.model
    shape = " × ".join(map(str, model.shape))
    document = {
        "spinlens": __version__,
        "title": f"{model.coupling.label}, {shape}: flow of {settings.name}",
        "lead": (
            f"{settings.steps} steps, {settings.kind}, of {settings.samples} states from T = 0, from "
            f"T = {settings.temperature:.5g} and from 2.6 T_c; T_c = {settings.unit:.6g}."
        ),
        "provenance": f"spinlens {__version__}, seed {settings.seed}. Errors are one standard deviation.",
        **found,
    }
    Comparison(found["readings"], found["flows"]).save(out)
    write_file(out / "results.json", (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())
    with style.context():
        drawn = flow_page.figures(document)
        for name, (_, figure) in drawn.items():
            buffer = io.BytesIO()
            figure.savefig(buffer, format="svg", metadata={"Date": None})
            write_file(out / f"{name}.svg", buffer.getvalue())
        write_file(out / "index.html", flow_page.render(document, drawn).encode())


def _say(found: dict[str, Any], out: Path) -> None:
    from spinlens.statistics.estimate import Estimate

    for row in found["flows"]:
        if row["control"] != "given":
            continue
        readings = []
        for name in found["instruments"]:
            reading = Estimate(row[f"T_{name}"], row[f"T_{name}_error"])
            readings.append(f"{name} {reading if row[f'in_range_{name}'] else 'out of range'}")
        p = row.get("equilibrium_p")
        chance = "no test in range" if p is None else f"p = {p:.3g}"
        typer.echo(f"{row['start']:>8}: T by {', '.join(readings)}; equilibrium {chance}")
    typer.echo(f"written to {out}: index.html, results.json, readings.csv, flows.csv")
