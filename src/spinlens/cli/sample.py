"""``spinlens sample``: draws of a lattice at given temperatures, with progress, signals and checkpoints around them."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from spinlens.cli.options import (
    Cell,
    CouplingName,
    Force,
    Images,
    Seed,
    Sigma,
    Workers,
    check_output,
    cores,
    interruptible,
    make_coupling,
    make_sides,
    numbers,
)
from spinlens.cli.progress import terminal
from spinlens.progress import duration

if TYPE_CHECKING:
    import xarray as xr

    from spinlens.lattice.ising import IsingModel
    from spinlens.sampling.sampler import ChainProgress

_LINE_SECONDS = 10.0
_BAR_SECONDS = 0.5
_ALGORITHMS = (
    "auto, swendsen-wang, wolff, metropolis, heat-bath, clock, or for many chains of nearest neighbours "
    "multi-spin-metropolis or multi-spin-heat-bath (64 a word)."
)
_CHECKPOINT = "Folder to save chains in, kept for longer runs.  [default: OUT.checkpoint, until OUT is there]"


def sample(
    temperatures: Annotated[str, typer.Option(help="Comma-separated, in J/k_B; 0 and inf are legal.")],
    size: Annotated[int | None, typer.Option(help="Side L of the lattice, at least 3.  [default: 32]")] = None,
    dimension: Annotated[int | None, typer.Option(help="Dimension of the lattice: 1, 2 or 3.  [default: 2]")] = None,
    shape: Annotated[str | None, typer.Option(help="Unequal sides, such as 32x16, instead of --size.")] = None,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    strength: Annotated[float, typer.Option(help="Amplitude J of the coupling, above 0.")] = 1.0,
    draws: Annotated[int, typer.Option(help="Measurements per chain.")] = 1000,
    chains: Annotated[int, typer.Option(help="Independent chains per temperature.")] = 2,
    thin: Annotated[int, typer.Option(help="Sweeps between draws.")] = 1,
    warmup: Annotated[int | None, typer.Option(help="Sweeps to discard.  [default: decided from the data]")] = None,
    field: Annotated[float, typer.Option(help="Uniform field h, in J.")] = 0.0,
    algorithm: Annotated[str, typer.Option(help=_ALGORITHMS)] = "auto",
    exchange: Annotated[
        bool, typer.Option("--exchange", help="Single-spin chains of neighbouring temperatures swap their states.")
    ] = False,
    keep_spins: Annotated[bool, typer.Option("--keep-spins", help="Keep the states (one bit a spin).")] = False,
    averages: Annotated[
        bool, typer.Option("--averages", help="Keep bin means instead of every draw: for runs of any length.")
    ] = False,
    correlations: Annotated[
        bool, typer.Option("--correlations", help="Average the correlation function G(r).")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when the chains have not converged.")] = False,
    checkpoint: Annotated[Path | None, typer.Option(help=_CHECKPOINT)] = None,
    seed: Seed = 0,
    workers: Workers = None,
    out: Annotated[Path, typer.Option(help="netCDF file to write.")] = Path("sample.nc"),
    force: Force = False,
) -> None:
    """Sample a lattice at given temperatures and write a netCDF file."""
    grid = numbers("--temperatures", temperatures, float)
    check_output(out, force)
    chosen = make_coupling(coupling, sigma, images, cell, strength)
    sides = make_sides(shape, size, dimension)
    from spinlens.lattice.ising import IsingModel

    options = {
        "draws": draws, "chains": chains, "seed": seed, "algorithm": algorithm, "keep_spins": keep_spins,
        "workers": cores(workers), "thin": thin, "warmup": warmup, "series": not averages,
        "correlations": correlations, "exchange": exchange, "strict": strict,
    }  # fmt: skip
    data = run(IsingModel(sides, chosen, field), grid, out, checkpoint, options)
    typer.echo(table(data))
    typer.echo(f"written to {out}")


def run(
    model: IsingModel, temperatures: Sequence[float], out: Path, checkpoint: Path | None, options: dict[str, Any]
) -> xr.Dataset:
    """`sample` with progress on stderr, saving into `checkpoint`, or beside `out` until `out` is written."""
    from spinlens.files.atomic import write_file
    from spinlens.sampling import sampler
    from spinlens.study.storage.codec import dataset_bytes

    folder = checkpoint if checkpoint is not None else out.with_name(f"{out.name}.checkpoint")
    display = make_display(temperatures, options["chains"], options["draws"], options["exchange"])
    with interruptible(f"stopped; what is done is saved in {folder}"), display:
        data = sampler.sample(model, temperatures, progress=display, checkpoint=folder, **options)
        write_file(out, dataset_bytes(data))
    if checkpoint is None:
        shutil.rmtree(folder, ignore_errors=True)
    return data


class Lines:
    """In a pipe: a line when the chains of a temperature are warm, and where the run stands every ten seconds."""

    seconds = _LINE_SECONDS

    def __init__(
        self,
        temperatures: Sequence[float],
        chains: int,
        draws: int,
        exchange: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        self.stream = stream or sys.stderr
        self.total = len(temperatures) * chains * draws
        self.warming = len(temperatures) * chains if exchange else chains  # chains whose warm-up is told in one line
        self.label = f"{min(temperatures):g} to {max(temperatures):g}" if exchange else ""
        self._lock = threading.Lock()
        self._draws: dict[tuple[float, int], int] = {}
        self._times: dict[tuple[float, int], float] = {}
        self._warm: dict[float, dict[int, ChainProgress]] = {}
        self._kept = self._sweeps = 0
        self._begun = self._told = time.monotonic()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __call__(self, step: ChainProgress) -> None:
        """Take one step of a chain; called from any thread."""
        with self._lock:
            key = step.temperature, step.chain
            if key not in self._draws:
                self._kept += step.draws * step.together
            self._draws[key] = step.draws * step.together
            self._sweeps += step.sweeps * step.together
            self._note_warmup(step)
            now = time.monotonic()
            if now - self._told >= self.seconds:
                self._told = now
                if step.draws >= 4:
                    self._times[key] = step.tau_int()
                self.show()

    def show(self) -> None:
        """Say where the run stands."""
        self.say(f"{sum(self._draws.values())} of {self.total} draws, {self.standing()}")

    def say(self, message: str) -> None:
        """One line for the user."""
        print(message, file=self.stream, flush=True)

    def standing(self) -> str:
        """Sweeps a second, τ_int, effective draws, time left."""
        done, spent = sum(self._draws.values()), time.monotonic() - self._begun
        parts = [f"{_number(self._sweeps / max(spent, 1e-9))} sweeps/s"]
        if self._times:
            tau = max(self._times.values())
            parts += [f"tau_int {tau:.3g} draws", f"{_number(done / (2 * tau))} effective"]
        if done > self._kept:
            parts.append(f"{duration(spent * (self.total - done) / (done - self._kept))} left")
        return ", ".join(parts)

    def _note_warmup(self, step: ChainProgress) -> None:
        known = self._warm.setdefault(step.temperature, {})
        if step.warm is None or step.chain in known:
            return
        known[step.chain] = step
        if sum(other.together for other in known.values()) == self.warming:
            spent = ", ".join(str(known[chain].warmup) for chain in sorted(known))
            warm = all(other.warm for other in known.values())
            label = self.label or f"{step.temperature:g}"
            self.say(f"T = {label}: {'warm' if warm else 'NOT warm'} after {spent} sweeps")


class Bar(Lines):
    """On a terminal: one bar."""

    seconds = _BAR_SECONDS

    def __init__(self, temperatures: Sequence[float], chains: int, draws: int, exchange: bool = False) -> None:
        super().__init__(temperatures, chains, draws, exchange)
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

        columns = (TextColumn("draws"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        self._display = terminal(*columns)
        self._task = self._display.add_task("warming up", total=self.total)

    def __enter__(self) -> Bar:
        self._display.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.show()
        self._display.stop()

    def show(self) -> None:
        self._display.update(self._task, completed=sum(self._draws.values()), description=self.standing())

    def say(self, message: str) -> None:
        self._display.console.print(message, markup=False, highlight=False)


def make_display(temperatures: Sequence[float], chains: int, draws: int, exchange: bool) -> Lines:
    """A bar on a terminal, lines in a pipe."""
    if sys.stderr.isatty() and temperatures and chains > 0 and draws > 0:
        return Bar(temperatures, chains, draws, exchange)
    return Lines(temperatures, chains, draws, exchange)


def table(data: xr.Dataset) -> str:
    """Averages over chains and draws with their errors, one line a temperature."""
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
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:.0f}" if value < 1e5 else f"{value:.2g}"
