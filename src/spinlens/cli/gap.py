"""``spinlens gap``: how far a machine is from the lattice that it learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from spinlens.cli.given import NamedLattice, critical_temperature, machine_at, temperature_of
from spinlens.cli.options import (
    AsJson,
    Cell,
    CouplingName,
    Dimension,
    FlatShape,
    Images,
    Seed,
    Sigma,
    Workers,
    cores,
    echo_json,
    make_sides,
    one_thread_of_blas,
    read_states,
)
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.machines.rbm import RBM


def gap(
    machine: Annotated[Path, typer.Argument(help="Folder of spinlens train, or what save() wrote.", metavar="MACHINE")],
    temperature: Annotated[
        str, typer.Option("--temperature", "-T", help="Of the lattice, in J/k_B, or tc.", metavar="T")
    ] = "tc",
    states: Annotated[
        Path | None,
        typer.Option(help="States of the lattice at T that it did not learn from.", show_default="2000 are sampled"),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    dimension: Dimension = 2,
    shape: FlatShape = None,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    as_json: AsJson = False,
) -> None:
    """How much less probable the states of a lattice are to a machine than to the lattice itself, in nats a site."""
    one_thread_of_blas()
    layer = cast("RBM", machine_at(machine).bottom)
    sides = _sides(layer.n_visible, dimension) if shape is None else make_sides(shape, None, None)
    model = NamedLattice(None, dimension, coupling, sigma, images, cell).model(sides)
    if model.n_sites != layer.n_visible:
        raise InputError(f"{machine} has {layer.n_visible} visible units and the lattice {sides} {model.n_sites} sites")
    at = temperature_of(temperature, critical_temperature(model, temperature) if temperature == "tc" else 0.0)
    from spinlens.comparisons.gap import LEARNED
    from spinlens.comparisons.gap import gap as measure

    held = None if states is None else read_states(states)
    found = measure(layer, model, at, held, seed=seed, workers=cores(workers), progress=True)
    if as_json:
        echo_json(
            {"temperature": at, "lattice": model.coupling.label, "shape": sides, "learned": found.learned, "gap": found}
        )
        return
    typer.echo(f"gap       {found.value} nats a site at T = {at:.6g}, by {found.method}")
    typer.echo(f"          {'learned' if found.learned else 'not learned'}: below {LEARNED:g} counts as learned")
    typer.echo(f"bound     {found.bound} nats a site at most")
    typer.echo(f"tau_int   {found.tau} Gibbs steps of the machine")


def _sides(n_visible: int, dimension: int) -> tuple[int, ...]:
    """Equal sides of a lattice of so many sites."""
    side = round(n_visible ** (1 / dimension))
    if side**dimension != n_visible:
        raise InputError(f"{n_visible} visible units are no lattice of {dimension} equal sides: give --shape")
    return (side,) * dimension
