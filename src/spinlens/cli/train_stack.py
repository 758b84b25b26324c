"""The layers above the bottom machine of `spinlens train --hidden 64,16`: trained, judged and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinlens.cli.options import write_file
from spinlens.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.figure import Figure

    from spinlens.machines.rbm import RBM
    from spinlens.machines.training.loop import Callback

    Spins = npt.NDArray[np.int8]


def train_stack(
    out: Path,
    bottom: RBM,
    widths: tuple[int, ...],
    options: dict[str, Any],
    training: Spins,
    judges: Spins,
    shape: tuple[int, ...],
    callback: Callback,
) -> list[dict[str, Any]]:
    """The layers above `bottom`, each on the hidden states of the one below; saves the stack, judges every layer."""
    import shutil

    from spinlens import seeding
    from spinlens.machines.stacked import StackedRBM

    kept = out / "training-states-of-layers"
    stack = StackedRBM(widths, **options)
    stack.fit(training, validation=judges, bottom=bottom, callback=callback, checkpoint=kept)
    stack.save(out / "machine")
    states = [judges, *stack.up(judges, seeding.generator(options["seed"], "train", "upward"))]
    found, lattice = [], shape
    for layer, held_out in zip(stack.layers_, states[:-1], strict=True):
        entry, lattice = _judged_layer(layer, held_out, lattice)
        found.append(entry)
    _draw_layers(out, stack.layers_)
    shutil.rmtree(kept, ignore_errors=True)
    return found


def _judged_layer(layer: RBM, held_out: Spins, shape: tuple[int, ...]) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Likelihood, mixing, spectrum and placement of one layer; and the lattice of its hidden units, () without one."""
    from spinlens.flows.placement import place_units
    from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
    from spinlens.machines.reading.weights import spectrum

    likelihood = layer.log_likelihood(held_out, "ais")
    tau = gibbs_autocorrelation(layer, chains=50, steps=1000, start=held_out[:50], absolute=True)
    modes = spectrum(layer)
    entry: dict[str, Any] = {
        "n_visible": layer.n_visible,
        "n_hidden": layer.n_hidden,
        "log_likelihood": {"value": likelihood.value, "error": likelihood.error},
        "gibbs_tau": {"value": tau.value, "error": tau.error},
        "history": layer.history_,
        "singular_values": modes.values.tolist(),
        "noise_edge": modes.noise_edge,
    }
    try:
        placed = place_units(layer.weights_, shape) if shape else None
    except InputError:  # the units do not fill a coarser lattice
        placed = None
    if placed is None:
        return entry, ()
    entry["placement"] = {
        "shape": list(placed.hidden_shape), "quality": placed.quality, "concentration": placed.concentration,
        "coherence": placed.coherence,
    }  # fmt: skip
    return entry, tuple(placed.hidden_shape)


def _draw_layers(out: Path, layers: list[RBM]) -> None:
    """Learning curve and spectrum of every layer above the bottom, which has its figures as a machine alone has."""
    from spinlens.machines.reading.weights import spectrum
    from spinlens.report import style
    from spinlens.report.figures import learning

    with style.context():
        for number, layer in enumerate(layers[1:], start=2):
            modes = spectrum(layer)
            write_file(out / f"learning-curve-layer{number}.svg", svg(learning.learning_curve(layer.history_)))
            figure = learning.spectrum(modes.values, modes.noise_edge)
            write_file(out / f"spectrum-layer{number}.svg", svg(figure))


def svg(figure: Figure) -> bytes:
    """A figure as SVG, the same bytes each time."""
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
