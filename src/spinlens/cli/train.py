"""`spinlens train`: a machine from a file of sampled states, with its judgement and its figures."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spinlens.cli.options import one_thread_of_blas, read_states, write_file
from spinlens.cli.train_stack import svg, train_stack
from spinlens.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from spinlens.machines.rbm import RBM
    from spinlens.machines.reading.learned_couplings import LearnedCouplings

    Spins = npt.NDArray[np.int8]

_TRACKED = 8


def train(
    states: Annotated[Path, typer.Argument(help="A file of spinlens sample --keep-spins.", metavar="FILE")],
    temperature: Annotated[
        float | None, typer.Option(help="Which temperature of the file.  [default: the only]")
    ] = None,
    hidden: Annotated[str, typer.Option(help="Hidden units; of a stack those of its layers, as 64,16.")] = "64",
    epochs: Annotated[int, typer.Option(help="Passes over the states.")] = 100,
    learning_rate: Annotated[float, typer.Option(help="Rate of the first half; then it falls.")] = 0.02,
    batch_size: Annotated[int, typer.Option(help="States per update.")] = 100,
    steps: Annotated[int, typer.Option(help="Gibbs steps per update, the k of CD-k.")] = 1,
    persistent: Annotated[bool, typer.Option("--persistent/--cd", help="Persistent chains, or CD-k.")] = True,
    chains: Annotated[int | None, typer.Option(help="Persistent chains.  [default: --batch-size]")] = None,
    translations: Annotated[bool, typer.Option("--translations", help="Share weights over translations.")] = False,
    averaging: Annotated[float, typer.Option(help="Average the weights over this last part of the epochs.")] = 0.0,
    l1: Annotated[float, typer.Option(help="L1 decay of the weights.")] = 0.0,
    patience: Annotated[int | None, typer.Option(help="Stop after so many judgements without gain.")] = None,
    held_out: Annotated[float, typer.Option(help="Fraction of the states that judge the machine.")] = 0.1,
    engine: Annotated[str, typer.Option(help="numpy, torch or torch-cuda.")] = "numpy",
    seed: Annotated[int, typer.Option(help="The one seed; the same seed gives the same machine.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder to write; a killed training in it goes on.")] = Path("machine"),
) -> None:
    """Train a machine or a stack on sampled states, judge it and draw what it learned."""
    if not 0 < held_out < 1:
        raise InputError(f"--held-out must be between 0 and 1, got {held_out:g}")
    one_thread_of_blas()
    from spinlens.machines.rbm import RBM

    widths = _widths(hidden)
    dataset = read_states(states)
    data, chosen = _choose(dataset, states, temperature)
    shape = tuple(data.shape[1:])
    couplings = _reduced_couplings(dataset, chosen, shape)
    del dataset  # all temperatures of it need not stay while one is learned from
    training, judges = _split(data.reshape(len(data), -1), held_out, seed)
    options: dict[str, Any] = {
        "learning_rate": learning_rate, "batch_size": batch_size, "epochs": epochs, "steps": steps,
        "persistent": persistent, "engine": engine, "chains": chains, "l1": l1, "averaging": averaging,
        "track": "ais", "patience": patience, "track_at": tuple(k / _TRACKED for k in range(1, _TRACKED + 1)),
    }  # fmt: skip
    machine = RBM(widths[0], **options, seed=seed, torus=shape if translations else None)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / "training-state.safetensors"
    machine.fit(
        training, validation=judges, callback=_Lines(epochs), checkpoint=checkpoint, observables=_observables(shape)
    )
    layers: list[dict[str, Any]] = []
    if len(widths) == 1:
        machine.save(out / "machine")
    else:
        layers = train_stack(out, machine, widths, {**options, "seed": seed}, training, judges, shape, _Lines(epochs))
    _write_results(out, machine, shape, judges, couplings, layers)
    checkpoint.unlink()


def _widths(hidden: str) -> tuple[int, ...]:
    """Hidden units of each layer, from the bottom."""
    from spinlens import checks

    try:
        return tuple(checks.positive_integer("n_hidden", int(part)) for part in hidden.split(","))
    except ValueError:
        raise InputError(f"--hidden must be n_hidden, or those of layers as 64,16; got {hidden!r}") from None


def _choose(dataset: xr.Dataset, path: Path, temperature: float | None) -> tuple[Spins, float]:
    """States (n_samples, *shape) at one temperature of what `path` holds, and that temperature."""
    from spinlens.lattice.states_of import states_of, temperature_in

    try:
        at = temperature_in(dataset, temperature)
    except InputError as error:
        raise InputError(f"{path}, --temperature: {error}") from None
    return states_of(dataset, temperature=at), at


def _split(states: Spins, held_out: float, seed: int) -> tuple[Spins, Spins]:
    """Training states, and the last part of a shuffled order to judge them by."""
    from spinlens import seeding

    order = seeding.generator(seed, "train", "held out").permutation(len(states))
    count = max(2, round(held_out * len(states)))
    if count >= len(states):
        raise InputError(f"{len(states)} states are too few to hold out {count}: sample more draws")
    return states[order[count:]], states[order[:count]]


def _observables(shape: tuple[int, ...]) -> dict[str, Any]:
    """|m|, m² and the correlation of neighbours and of sites half a side away: what a lattice state shows at once."""
    import numpy as np

    def correlation(distance: int) -> Any:
        def measure(states: Spins) -> Any:
            lattice = states.reshape(-1, *shape)
            return (lattice * np.roll(lattice, distance, axis=1)).mean(axis=tuple(range(1, lattice.ndim)))

        return measure

    return {
        "abs_m": lambda states: np.abs(states.mean(axis=1)),
        "m2": lambda states: states.mean(axis=1) ** 2,
        "G_1": correlation(1),
        "G_half": correlation(shape[0] // 2),
    }


class _Lines:
    """One line a judged epoch: likelihood, size of the weights, worst observable, time left."""

    def __init__(self, epochs: int) -> None:
        self.epochs, self.begun, self.first = epochs, time.monotonic(), 0

    def __call__(self, entry: dict[str, float]) -> None:
        epoch = int(entry["epoch"])
        self.first = self.first or epoch
        if "log_likelihood" not in entry:
            return
        per_epoch = (time.monotonic() - self.begun) / (epoch - self.first + 1)
        deviations = [abs(value) for name, value in entry.items() if name.endswith("_deviation")]
        layer = f"layer {entry['layer'] + 1:.0f}  " if "layer" in entry else ""
        print(
            f"{layer}epoch {epoch}/{self.epochs}  "
            f"ln p {entry['log_likelihood']:.3f}({entry['log_likelihood_error']:.3f})  "
            f"|W| {entry['weight_rms']:.4f}  {_worst(deviations)}"
            f"{per_epoch * (self.epochs - epoch):.0f} s left",
            file=sys.stderr,
            flush=True,
        )


def _worst(deviations: list[float]) -> str:
    return f"worst observable {max(deviations):.1f} errors  " if deviations else ""


def _reduced_couplings(dataset: xr.Dataset, temperature: float, shape: tuple[int, ...]) -> Any:
    """J(r) / T of the lattice that was sampled, (*shape), or None where the file does not say which."""
    from spinlens.lattice.model_document import model_of

    try:
        model = model_of(dataset)
    except InputError:
        return None
    if not 0 < temperature < float("inf") or model.shape != tuple(shape):
        return None
    return model.coupling_table / temperature


def _write_results(
    out: Path, machine: RBM, shape: tuple[int, ...], judges: Spins, true: Any, layers: list[dict[str, Any]]
) -> None:
    """results.json and the figures, and the findings in four lines."""
    import numpy as np

    from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
    from spinlens.machines.reading.learned_couplings import learned_couplings
    from spinlens.machines.reading.weights import receptive_fields, spectrum
    from spinlens.report import style
    from spinlens.report.figures import learning

    likelihood = machine.log_likelihood(judges, "ais")
    tau = gibbs_autocorrelation(machine, chains=50, steps=1000, start=judges[:50], absolute=True)
    found, modes = learned_couplings([machine], shape), spectrum(machine)
    at_distance = None if true is None else np.array([true[components] for components in found.components])
    with style.context():
        figures = {
            "learning-curve": learning.learning_curve(machine.history_),
            "spectrum": learning.spectrum(modes.values, modes.noise_edge),
            "couplings": learning.couplings(found.distance, found.coupling, found.error, at_distance),
        }
        if len(shape) == 2:
            figures["receptive-fields"] = learning.receptive_fields(receptive_fields(machine, shape, 16))
        for name, figure in figures.items():
            write_file(out / f"{name}.svg", svg(figure))
    judged = {
        "log_likelihood": {"value": likelihood.value, "error": likelihood.error},
        "gibbs_tau": {"value": tau.value, "error": tau.error},
        "history": machine.history_,
        "couplings": _coupling_rows(found, at_distance),
        "singular_values": modes.values.tolist(),
        "noise_edge": modes.noise_edge,
    }
    if layers:
        judged["layers"] = layers
    write_file(out / "results.json", (json.dumps(judged, indent=1) + "\n").encode())
    typer.echo(f"ln p      {likelihood} nats a state, held out")
    for number, layer in enumerate(layers[1:], start=2):
        value, error = (layer["log_likelihood"][key] for key in ("value", "error"))
        typer.echo(f"layer {number}   ln p {value:.3f}({error:.3f}) nats a state of the layer below")
    typer.echo(f"tau_int   {tau} Gibbs steps of |m|")
    if at_distance is not None:
        typer.echo(f"J(1)      {found.coupling[0]:.4f} learned, {at_distance[0]:.4f} true")
    typer.echo(f"written to {out}")


def _coupling_rows(found: LearnedCouplings, true: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for k, components in enumerate(found.components):
        row = {"displacement": list(components), "r": float(found.distance[k]), "learned": float(found.coupling[k])}
        rows.append(row if true is None else {**row, "true": float(true[k])})
    return rows
