"""``spinlens sample``: draws of a lattice at given temperatures, with progress, signals and checkpoints around them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spinlens.cli.choices import ALGORITHMS, one_of
from spinlens.cli.lists import numbers
from spinlens.cli.options import (
    FILES,
    LATTICE,
    AsJson,
    Cell,
    CouplingName,
    Force,
    Images,
    Seed,
    Shape,
    Sigma,
    Size,
    Strength,
    Temperatures,
    Workers,
    anew_if_forced,
    check_output,
    cores,
    echo_json,
    interruptible,
    make_coupling,
    make_sides,
)

if TYPE_CHECKING:
    import xarray as xr

    from spinlens.lattice.ising import IsingModel

_CHECKPOINT = "Folder to save chains in, kept for longer runs."


def sample(
    temperatures: Temperatures,
    draws: Annotated[int, typer.Option("--draws", "-n", help="Measurements per chain.")] = 1000,
    chains: Annotated[int, typer.Option("--chains", "-c", help="Independent chains per temperature.")] = 2,
    thin: Annotated[int, typer.Option(help="Sweeps between draws.")] = 1,
    warmup: Annotated[int | None, typer.Option(help="Sweeps to discard.", show_default="decided from the data")] = None,
    algorithm: Annotated[
        str, one_of("--algorithm", ALGORITHMS, "How spins move; multi-spin: 64 chains a word", "-a", callback=None)
    ] = "auto",
    exchange: Annotated[
        bool, typer.Option("--exchange", help="Single-spin chains of neighbouring temperatures swap their states.")
    ] = False,
    keep_spins: Annotated[bool, typer.Option("--keep-spins", "-k", help="Keep the states (one bit a spin).")] = False,
    averages: Annotated[
        bool, typer.Option("--averages", help="Keep bin means instead of every draw: for runs of any length.")
    ] = False,
    correlations: Annotated[
        bool, typer.Option("--correlations", help="Average the correlation function G(r).")
    ] = False,
    wrapping: Annotated[
        bool, typer.Option("--wrapping", help="Say of every draw whether clusters wind around the torus (2D).")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when the chains have not converged.")] = False,
    seed: Seed = 0,
    workers: Workers = None,
    size: Size = None,
    dimension: Annotated[
        int | None,
        typer.Option(
            "--dimension", "-d", help="Dimension of the lattice: 1, 2 or 3.", show_default="2", rich_help_panel=LATTICE
        ),
    ] = None,
    shape: Shape = None,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    strength: Strength = 1.0,
    field: Annotated[float, typer.Option(help="Uniform field h, in J.", rich_help_panel=LATTICE)] = 0.0,
    out: Annotated[Path, typer.Option("--out", "-o", help="netCDF file to write.", rich_help_panel=FILES)] = Path(
        "sample.nc"
    ),
    checkpoint: Annotated[
        Path | None,
        typer.Option(help=_CHECKPOINT, show_default="OUT.checkpoint, until OUT is there", rich_help_panel=FILES),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Sample a lattice at given temperatures and write a netCDF file."""
    grid = numbers("--temperatures", temperatures, float)
    chosen = make_coupling(coupling, sigma, images, cell, strength)
    sides = make_sides(shape, size, dimension)
    from spinlens.lattice.ising import IsingModel
    from spinlens.sampling.chain_layout import ChainLayout
    from spinlens.sampling.chains.request import RunRequest

    model, count = IsingModel(sides, chosen, field), cores(workers)
    drawn: dict[str, Any] = {
        "draws": draws, "chains": chains, "seed": seed, "algorithm": algorithm, "keep_spins": keep_spins, "thin": thin,
        "warmup": warmup, "series": not averages, "correlations": correlations, "exchange": exchange,
        "wrapping": wrapping,
    }  # fmt: skip
    ChainLayout(RunRequest(model, tuple(grid), **drawn)).algorithms  # noqa: B018  before any file is looked at
    check_output(out, force)
    data = run(model, grid, out, checkpoint, {**drawn, "workers": count, "strict": strict}, force)
    if as_json:
        echo_json({"written": [str(out)], **document(data)})
        return
    typer.echo(table(data))
    typer.echo(f"written to {out}")


def run(
    model: IsingModel, temperatures: Sequence[float], out: Path, checkpoint: Path | None, options: dict[str, Any],
    force: bool = False,
) -> xr.Dataset:  # fmt: skip
    """`sample` with progress on stderr, saving into `checkpoint`, or beside `out` until `out` is written."""
    from spinlens.files.atomic import write_file
    from spinlens.files.locking import alone
    from spinlens.files.netcdf import dataset_bytes
    from spinlens.sampling import sampler

    folder = checkpoint if checkpoint is not None else out.with_name(f"{out.name}.checkpoint")
    with alone(folder), interruptible(f"stopped; what is done is saved in {folder}"):
        drawing = partial(sampler.sample, model, temperatures, progress=True, checkpoint=folder, **options)
        data = anew_if_forced(drawing, folder, force and checkpoint is None)
        write_file(out, dataset_bytes(data))
        if checkpoint is None:
            shutil.rmtree(folder, ignore_errors=True)
    return data


def document(data: xr.Dataset) -> dict[str, Any]:
    """Averages with their errors and τ as rows, and what to do where it is needed."""
    from spinlens.lattice.model_document import model_of
    from spinlens.sampling.dataset import remedies
    from spinlens.sampling.inference import summary

    said = {f"{T:g}": text for T, text in remedies(data, bool(model_of(data).field)).items()}
    return {"rows": summary(data).reset_index().to_dict("records"), "not_converged": said}


def table(data: xr.Dataset) -> str:
    """Averages over chains and draws with their errors, one line a temperature; below what to do where it is needed."""
    from spinlens.lattice.model_document import model_of
    from spinlens.sampling.dataset import remedies
    from spinlens.statistics.estimate import Estimate

    names = [name for name in ("energy", "abs_magnetization", "m2") if name in data.observable]
    titles = {"energy": "energy/J", "abs_magnetization": "|m|", "m2": "m²"}
    lines = [f"{'T':>10}" + "".join(f"  {titles[name]:>16}" for name in names) + f"  {'tau_int':>8}"]
    for temperature in data.temperature.values:
        at = data.sel(temperature=temperature)
        found = [Estimate(float(at["average"].sel(observable=n)), float(at["error"].sel(observable=n))) for n in names]
        note = "" if bool(at.converged) else "  not converged"
        tau = float(at.tau_int.sel(observable=names).max())
        lines.append(f"{temperature:>10.6g}" + "".join(f"  {item!s:>16}" for item in found) + f"  {tau:>8.3g}{note}")
    said = remedies(data, bool(model_of(data).field))
    return "\n".join([*lines, *(f"T = {temperature:g}: {text}" for temperature, text in said.items())])
