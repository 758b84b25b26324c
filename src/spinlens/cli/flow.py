"""`spinlens flow`: lattice states under a machine, beside block spins and controls, read with every instrument."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from spinlens.cli.choices import BLOCK_RULES, KINDS, one_of, some_of, words
from spinlens.cli.given import NamedLattice, critical_temperature, given_states, machine_at, temperature_of
from spinlens.cli.options import (
    FILES,
    LATTICE,
    AsJson,
    Cell,
    CouplingName,
    Dimension,
    Force,
    Images,
    Seed,
    Sigma,
    Workers,
    cores,
    echo_json,
    interruptible,
    one_thread_of_blas,
)

if TYPE_CHECKING:
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take, from short trials of each training, and stop.")
    ] = False,
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
    as_json: AsJson = False,
) -> None:
    """Let lattice states flow under a machine and read them with every thermometer."""
    one_thread_of_blas()
    from spinlens.thermometers.instruments import THERMOMETERS
    from spinlens.workflows.flow_settings import FlowSettings

    rules, chosen = cast("tuple[BlockRule, ...]", words(block)), cast("Kind", kind)
    given = given_states(states, NamedLattice(size, dimension, coupling, sigma, images, cell))
    unit = critical_temperature(given.model, temperature)
    at = temperature_of(temperature, unit, given.temperatures)
    loaded = None if machine is None else machine_at(machine)
    name = "machine" if machine is None else machine.resolve().name
    settings = FlowSettings(
        given.model, unit, at, given.states(at), loaded, name, chosen, steps, rules, controls, seeds=seeds,
        samples=samples, training=training, epochs=epochs, seed=seed, workers=cores(workers),
        instruments=tuple(name for name in THERMOMETERS if network or name != "network"),
    )  # fmt: skip
    settings.check()
    if dry_run:
        _plan(settings, as_json)
    else:
        _run(settings, out, force, as_json)


def _plan(settings: FlowSettings, as_json: bool) -> None:
    """Say what it would take."""
    from spinlens.workflows.flow_plan import plan_flow

    found = plan_flow(settings, progress=True)
    if as_json:
        echo_json(found.document())
    else:
        typer.echo(found)


def _run(settings: FlowSettings, out: Path, force: bool, as_json: bool) -> None:
    """Compute, write and say."""
    from spinlens.comparisons.compare_flows import FlowComparison
    from spinlens.files.locking import alone
    from spinlens.report.pages.flow import write_flow
    from spinlens.workflows.citing import cite
    from spinlens.workflows.flow import run_flow

    with alone(out), interruptible(f"stopped; what is finished is saved in {out}"):
        found = run_flow(settings, out, True, force)
        FlowComparison(found["readings"], found["flows"]).save(out)
        document = _document(settings, found)
        write_flow(out, document, cite(document))
    if as_json:
        names = ("made_with", "unit", "instruments", "machine", "flows")
        echo_json({**{name: found[name] for name in names}, "written": [str(out)]})
    else:
        _say(found, out)


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
