"""The whole of ``spinlens train`` from Python: a machine or a stack learned from states, judged, with its figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from spinlens import checks, seeding
from spinlens.arrays import Array, Spins
from spinlens.comparisons.gap import gap
from spinlens.errors import ConvergenceError, InputError
from spinlens.files.plain import plain
from spinlens.files.run_folder import claim, digest
from spinlens.flows.placement import place_units
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_of
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.learned_couplings import learned_couplings
from spinlens.machines.reading.weights import receptive_fields, spectrum
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.tori import one_of_each, tied
from spinlens.machines.training.learner import lattice_options
from spinlens.progress import Parts, Progress, Step, Tell, telling
from spinlens.report.pages.training import draw_layers, write_training
from spinlens.versions import versions
from spinlens.workflows.citing import cite

_TRACKED = 8  # judgements of a training
_FIELDS = 16  # receptive fields drawn
_GAP_SITES = 1024  # sites up to which the gap to the lattice is measured: some seconds

Judged = dict[str, Any]


@dataclass(frozen=True)
class TrainSettings:
    """What a machine, or with several `widths` a stack, learns from, and how; `options` are those of `RBM`."""

    states: Spins  # (n_samples, *shape)
    widths: tuple[int, ...] = (64,)
    options: dict[str, Any] = field(default_factory=dict)
    held_out: float = 0.1
    translations: bool = False
    couplings: Array | None = None  # J(r) / T of the lattice, (*shape)
    seed: int = 0
    model: IsingModel | None = None  # the lattice of the states and their temperature, where they are known
    temperature: float | None = None

    def __post_init__(self) -> None:
        checks.seed(self.seed)

    def for_lattice(self, filters: int, **options: Any) -> TrainSettings:
        """The same training of so many filters moved over the lattice, as `RBM.for_lattice`."""
        machine = RBM.for_lattice(self.shape, filters, **options)
        changed = {**lattice_options(filters), **options}
        return replace(self, widths=(machine.n_hidden,), options=changed, translations=True)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the lattice."""
        return tuple(self.states.shape[1:])

    def all_options(self) -> dict[str, Any]:
        """The options of every layer: eight judgements by annealed importance sampling among them."""
        at = tuple(k / _TRACKED for k in range(1, _TRACKED + 1))
        return {**self.options, "track": "ais", "track_at": at, "seed": self.seed}

    @property
    def about(self) -> dict[str, str]:
        """What learned from what, in words for the page."""
        shape, count = " × ".join(map(str, self.shape)), f"{len(self.states):,}".replace(",", "\u202f")
        lattice = (
            "" if self.model is None else f" of the {self.model.coupling.label} lattice at T = {self.temperature:g} J"
        )
        widths = " + ".join(map(str, self.widths))
        machine = f"{'a stack' if len(self.widths) > 1 else 'an RBM'} of {widths} hidden units"
        options = ", ".join(f"{name} = {value}" for name, value in self.options.items() if value is not None)
        return {
            "machine": machine, "states": f"{count} states {shape}{lattice}", "options": options,
            "held out": f"{self.held_out:g} of the states", "seed": str(self.seed),
            "spinlens": str(versions()["spinlens"]),
        }  # fmt: skip

    @property
    def arguments(self) -> dict[str, Any]:
        """All that determines the machine, as JSON data."""
        states = {"sides": list(self.shape), "states": digest([self.states]), "couplings": digest([self.couplings])}
        rest = {name: getattr(self, name) for name in ("widths", "held_out", "translations", "seed")}
        return {"spinlens": versions()["spinlens"], **states, **rest, **self.options}


def layer_widths(text: str) -> tuple[int, ...]:
    """Hidden units of each layer, from the bottom, of a text such as "64,16"."""
    try:
        return tuple(checks.positive_integer("n_hidden", int(part)) for part in text.split(","))
    except ValueError:
        raise InputError(f"--hidden must be n_hidden, or those of layers as 64,16; got {text!r}") from None


def known_model(dataset: xr.Dataset, temperature: float, shape: tuple[int, ...]) -> IsingModel | None:
    """The lattice that was sampled at a temperature above 0, or None where the file does not say which."""
    try:
        model = model_of(dataset)
    except InputError:
        return None
    return model if 0 < temperature < float("inf") and model.shape == shape else None


def run_training(settings: TrainSettings, out: Path, progress: Progress = None, force: bool = False) -> Judged:
    """Train, judge and draw; what is done is kept in the folder `out`, and found there by the same call.

    The folder of another run is refused unless `force`, which removes that run. Returns the document of results.json.
    """
    s = settings
    training, judges = _split(s)
    machine = RBM(s.widths[0], **s.all_options(), torus=s.shape if s.translations else None)
    makes = claim(out, "train", s.arguments, force)
    checkpoint = out / "training-state.safetensors"
    with telling(progress) as tell:
        parts = Parts(tell, _work(training.shape[1], s.widths))
        told = _judgements(tell, parts.part(0), machine.epochs)
        machine.fit(
            training, validation=judges, progress=told, checkpoint=checkpoint, observables=_observables(s.shape)
        )  # fmt: skip
        layers: list[Judged] = []
        if len(s.widths) == 1:
            machine.save(out / "machine")
        else:
            told = _judgements(tell, parts.part(1), machine.epochs)
            layers = _stack(s, machine, out, training, judges, told)
    judged = _judged(machine, judges) | {"couplings": _coupling_rows(machine, s), "gap": _gap(machine, s)}
    judged["made_with"] = makes
    if layers:
        judged["layers"] = layers
    write_training(out, judged, s.about, _fields(machine, s.shape), cite(machine))
    checkpoint.unlink()
    return judged


def _split(s: TrainSettings) -> tuple[Spins, Spins]:
    """Training states, and the last part of a shuffled order to judge them by, both flat."""
    flat = s.states.reshape(len(s.states), -1)
    order = seeding.generator(s.seed, "train", "held out").permutation(len(flat))
    count = max(2, round(s.held_out * len(flat)))
    if count >= len(flat):
        raise InputError(f"{len(flat)} states are too few to hold out {count}: sample more draws")
    return flat[order[count:]], flat[order[:count]]


def _observables(shape: tuple[int, ...]) -> dict[str, Callable[[Spins], Any]]:
    """|m|, m² and the correlation of neighbours and of sites half a side away: what a lattice state shows at once."""

    def correlation(distance: int) -> Callable[[Spins], Any]:
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


def _work(units: int, widths: Sequence[int]) -> list[int]:
    """What the bottom layer takes, and all others together, in weights."""
    weights = [below * above for below, above in pairwise((units, *widths))]
    return [weights[0], sum(weights[1:])]


def _judgements(tell: Tell, moved: Tell, epochs: int) -> Tell:
    """Tells `moved` every epoch of a training, and `tell` a line for each that was judged."""

    def told(step: Step) -> None:
        moved(step)
        if "log_likelihood" in step.numbers:
            tell(Step(_line(step.numbers, epochs), numbers=step.numbers, lasting=True))

    return told


def _likelihood(entry: Mapping[str, float]) -> str:
    """In words where it is not known; one epoch is not worth annealing more slowly."""
    value, error = entry["log_likelihood"], entry["log_likelihood_error"]
    return f"{value:.3f}({error:.3f})" if np.isfinite(value) else "not known (the annealing did not converge)"


def _line(entry: Mapping[str, float], epochs: int) -> str:
    """Likelihood, size of the weights and the worst observable of an epoch."""
    deviations = [abs(value) for name, value in entry.items() if name.endswith("_deviation")]
    parts = [
        *([f"layer {entry['layer'] + 1:.0f}"] if "layer" in entry else []),
        f"epoch {entry['epoch']:.0f}/{epochs}",
        f"ln p {_likelihood(entry)}",
        f"|W| {entry['weight_rms']:.4f}",
        *([f"worst observable {max(deviations):.1f} errors"] if deviations else []),
    ]
    return "  ".join(parts)


def _stack(s: TrainSettings, bottom: RBM, out: Path, training: Spins, judges: Spins, tell: Tell) -> list[Judged]:
    """The layers above `bottom`, each on the hidden states of the one below; saves the stack, judges every layer."""
    kept = out / "training-states-of-layers"
    stack = StackedRBM(s.widths, **s.all_options())
    stack.fit(training, validation=judges, bottom=bottom, progress=tell, checkpoint=kept)
    stack.save(out / "machine")
    states = [judges, *stack.up(judges, seeding.generator(s.seed, "train", "upward"))]
    found, shape = [], s.shape
    for layer, held_out in zip(stack.layers_, states[:-1], strict=True):
        entry = {"n_visible": layer.n_visible, "n_hidden": layer.n_hidden, **_judged(layer, held_out)}
        placement, shape = _placement(layer, shape)
        found.append(entry | placement)
    draw_layers(out, found)
    shutil.rmtree(kept, ignore_errors=True)
    return found


def _judged(machine: RBM, held_out: Spins) -> Judged:
    """Likelihood, mixing and spectrum of a machine or a layer."""
    likelihood = machine.log_likelihood(held_out, "ais")
    tau = gibbs_autocorrelation(machine, chains=50, steps=1000, start=held_out[:50], absolute=True)
    modes = spectrum(machine)
    return {
        "log_likelihood": {"value": likelihood.value, "error": likelihood.error},
        "gibbs_tau": {"value": tau.value, "error": tau.error},
        "history": machine.history_,
        "singular_values": modes.values.tolist(),
        "noise_edge": modes.noise_edge,
        "filters": None if (torus := tied(machine)) is None else torus.n_filters,
    }


def _fields(machine: RBM, shape: tuple[int, ...]) -> Array | None:
    """Receptive fields to draw: of shared weights one of each filter, whose copies look the same everywhere."""
    if len(shape) != 2:
        return None
    return receptive_fields(one_of_each(machine)[0], shape, _FIELDS)


def _placement(layer: RBM, shape: tuple[int, ...]) -> tuple[Judged, tuple[int, ...]]:
    """Where the hidden units of a layer lie on the lattice below, and the lattice that they make; () without one."""
    try:
        placed = place_units(layer.weights_, shape) if shape else None
    except InputError:  # the units do not fill a coarser lattice
        placed = None
    if placed is None:
        return {}, ()
    quality = {name: getattr(placed, name) for name in ("quality", "concentration", "coherence")}
    return {"placement": {"shape": list(placed.hidden_shape), **quality}}, tuple(placed.hidden_shape)


def _gap(machine: RBM, s: TrainSettings) -> Judged | None:
    """How far the machine, of a stack the bottom one, is from the lattice; None where that is unknown or takes long."""
    if s.model is None or s.temperature is None or s.model.n_sites > _GAP_SITES:
        return None
    seed = seeding.purpose_seed(s.seed, "train", "gap")
    try:
        found = gap(machine, s.model, s.temperature, seed=seed)
    except ConvergenceError:
        return None
    return {**plain(found.value), "method": found.method, "learned": found.learned}


def _coupling_rows(machine: RBM, s: TrainSettings) -> list[dict[str, Any]]:
    """Learned couplings by displacement, beside those of the lattice where they are known."""
    found = learned_couplings([machine], s.shape)
    rows: list[dict[str, Any]] = []
    for components, distance, learned in zip(found.components, found.distance, found.coupling, strict=True):
        row = {"displacement": list(components), "r": float(distance), "learned": float(learned)}
        rows.append(row if s.couplings is None else {**row, "true": float(s.couplings[components])})
    return rows
