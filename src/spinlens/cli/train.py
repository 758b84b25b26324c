"""`spinlens train`: a machine from a file of sampled states, with its judgement and its figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spinlens.cli.choices import ENGINES, one_of
from spinlens.cli.options import (
    FILES,
    LATTICE,
    AsJson,
    Force,
    Seed,
    StatesPath,
    echo_json,
    interruptible,
    make_sides,
    one_thread_of_blas,
    read_states,
)
from spinlens.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spinlens.workflows.train import TrainSettings


_FILTERS = "In place of --hidden: so many filters moved over the lattice, by natural gradient; best at criticality."
_OWN_OF_FILTERS = (
    "hidden", "learning_rate", "batch_size", "steps", "persistent", "chains", "translations", "averaging", "l1",
)  # fmt: skip


def train(
    context: typer.Context,
    states: StatesPath,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", "-T", help="Which temperature of the file.", show_default="the only one"),
    ] = None,
    shape: Annotated[
        str | None,
        typer.Option(help="Sides of the lattice of flat states, such as 16x16.", rich_help_panel=LATTICE),
    ] = None,
    hidden: Annotated[
        str, typer.Option(help="Hidden units; of a stack those of its layers, as 64,16.", metavar="LIST")
    ] = "64",
    filters: Annotated[int | None, typer.Option(help=_FILTERS)] = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", "-e", help="Passes over the states.", show_default="100, with --filters 20"),
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="Rate of the first half; then it falls.")] = 0.02,
    batch_size: Annotated[int, typer.Option(help="States per update.")] = 100,
    steps: Annotated[int, typer.Option(help="Gibbs steps per update, the k of CD-k.")] = 1,
    persistent: Annotated[bool, typer.Option("--persistent/--cd", help="Persistent chains, or CD-k.")] = True,
    chains: Annotated[
        int | None, typer.Option("--chains", "-c", help="Persistent chains.", show_default="--batch-size")
    ] = None,
    translations: Annotated[bool, typer.Option("--translations", help="Share weights over translations.")] = False,
    averaging: Annotated[float, typer.Option(help="Average the weights over this last part of the updates.")] = 0.0,
    l1: Annotated[float, typer.Option(help="L1 decay of the weights.")] = 0.0,
    patience: Annotated[int | None, typer.Option(help="Stop after so many judgements without gain.")] = None,
    held_out: Annotated[float, typer.Option(help="Fraction of the states that judge the machine.")] = 0.1,
    engine: Annotated[str, one_of("--engine", ENGINES, "What computes the updates")] = "numpy",
    seed: Seed = 0,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="Folder to write; a killed training in it goes on.", rich_help_panel=FILES),
    ] = Path("machine"),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Train a machine or a stack on sampled states, judge it and draw what it learned."""
    if not 0 < held_out < 1:
        raise InputError(f"--held-out must be between 0 and 1, got {held_out:g}")
    one_thread_of_blas()
    _free_of_filters(context, filters)
    options = {
        "learning_rate": learning_rate, "batch_size": batch_size, "epochs": epochs or 100, "steps": steps,
        "persistent": persistent, "engine": engine, "chains": chains, "l1": l1, "averaging": averaging,
        "patience": patience,
    }  # fmt: skip
    from spinlens.files.locking import alone
    from spinlens.workflows.train import run_training

    settings = _settings(states, temperature, shape, hidden, options, held_out, translations, seed)
    if filters is not None:
        settings = settings.for_lattice(filters, epochs=epochs or 20, engine=engine, patience=patience)
    with alone(out), interruptible(f"stopped; the last state of the training is saved in {out}"):
        judged = run_training(settings, out, True, force)
    if as_json:
        echo_json({**judged, "written": [str(out)]})
        return
    _say(judged)
    typer.echo(f"written to {out}")


def _free_of_filters(context: typer.Context, filters: int | None) -> None:
    """Say which options do not go with filters; nothing that was asked for is passed over."""
    for name in _OWN_OF_FILTERS if filters is not None else ():
        if (source := context.get_parameter_source(name)) is not None and source.name == "COMMANDLINE":
            option = "--persistent/--cd" if name == "persistent" else f"--{name.replace('_', '-')}"
            raise InputError(f"--filters brings its own {option}: leave one of the two out")


def _settings(
    path: Path, temperature: float | None, sides: str | None, hidden: str, options: dict[str, Any], held_out: float,
    translations: bool, seed: int,
) -> TrainSettings:  # fmt: skip
    """What the options ask for; all temperatures of the file need not stay while one is learned from."""
    from spinlens.files.held import has_sites, temperature_in, temperatures_of
    from spinlens.lattice.states_of import states_of
    from spinlens.workflows.train import TrainSettings, known_model, layer_widths

    widths, held = layer_widths(hidden), read_states(path)
    shape = None if sides is None else make_sides(sides, None, None)
    try:
        chosen = temperature_in(held, temperature) if temperatures_of(held) else temperature
    except InputError as error:
        raise InputError(f"{path}: {error} with --temperature") from None
    states = states_of(held, shape, chosen)
    if shape is None and states.ndim == 2 and not has_sites(held):
        raise InputError(f"{path} holds flat states of {states.shape[1]} sites: give their lattice, as --shape 16x16")
    model = None if chosen is None else known_model(held, chosen, tuple(states.shape[1:]))
    couplings = None if model is None or chosen is None else model.coupling_table / chosen
    return TrainSettings(states, widths, options, held_out, translations, couplings, seed, model, chosen)


def _say(judged: Mapping[str, Any]) -> None:
    from spinlens.study.results_document import reference

    typer.echo(f"ln p      {reference(judged['log_likelihood'])} nats a state, held out")
    for number, layer in enumerate(judged.get("layers", [])[1:], start=2):
        value, error = (layer["log_likelihood"][key] for key in ("value", "error"))
        typer.echo(f"layer {number}   ln p {value:.3f}({error:.3f}) nats a state of the layer below")
    typer.echo(f"tau_int   {reference(judged['gibbs_tau'])} Gibbs steps of |m|")
    nearest = judged["couplings"][0]
    if "true" in nearest:
        typer.echo(f"J(1)      {nearest['learned']:.4f} learned, {nearest['true']:.4f} true")
