"""What of a figure can be taken along: the drawing, the numbers drawn, the lines of Python that make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from markupsafe import Markup

from spinlens.arrays import Array
from spinlens.report.illustration import Data
from spinlens.report.interactive.embedding import embedded
from spinlens.study.results_document import Results, label, models

KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "crossings": {"critical": ("binder", "binder_error", "measured", "measured_error")},
    "calibration": {"thermometers": ("mean", "error", "spread", "read", "read_error")},
    "correlations": {"correlation": ("G", "G_error")},
    "flow-temperatures": {"flow": ("temperature", "temperature_error", "in_range")},
    "layers": dict.fromkeys(("rg", "stack"), ("temperature", "temperature_error", "in_range")),
    "maps": {"maps": ("raw", "connected", "connected_error")},
}
"""Of figures drawn from datasets: which of them, and which of their variables. Other figures have a table."""

_LINES = """import spinlens as sl

(panel, *others) = sl.study_figures("{folder}", "{name}")["{name}"]  # matplotlib Figures
panel.axes[0].set_title("…")
panel.savefig("{name}.pdf")
"""


@dataclass(frozen=True)
class Take:
    """What stands below a figure: files that lie beside the page (words, address), data for the scripts, Python."""

    files: tuple[tuple[str, str], ...] = ()
    data: Markup | None = None
    python: str = ""


def take(name: str, results: Results, data: Data, pdf: bool = False, folder: str = "study") -> Take:
    """What can be taken along of the figure `name` of the study in `folder`."""
    files = (("PDF", f"figures/{name}.pdf"),) if pdf else ()
    return Take(files, block_data(name, numbers(name, results, data)), _LINES.format(folder=folder, name=name))


def block_data(name: str, blocks: Sequence[Mapping[str, Any]]) -> Markup | None:
    """Blocks of numbers for the script, which makes rows of them: each with `dims`, their labels, and `values`."""
    return embedded(f"numbers-{name}", blocks) if blocks else None


def numbers(name: str, results: Results, data: Data) -> list[dict[str, Any]]:
    """The datasets of a figure as JSON data: a block for all variables of a dataset with the same dimensions."""
    return [
        {"lattice": label(model, of), "source": kind, **block}
        for of, model in models(results).items()
        for kind, variables in KINDS.get(name, {}).items()
        for block in _blocks(data.get(f"{kind}/{of}"), variables)
    ]


def _blocks(found: xr.Dataset | None, variables: tuple[str, ...]) -> list[dict[str, Any]]:
    by_dims: dict[tuple[str, ...], dict[str, Any]] = {}
    for name in variables:
        if found is not None and name in found:
            by_dims.setdefault(tuple(map(str, found[name].dims)), {})[name] = short(found[name].values)
    return [
        {"dims": {dim: _labels(found, dim) for dim in dims}, "values": values}
        for dims, values in by_dims.items()
        if found is not None
    ]


def short(values: Any) -> list[float | int]:
    """All values in a row, floats to six figures."""
    flat = np.asarray(values).ravel()
    return [float(f"{value:.6g}") for value in flat.tolist()] if flat.dtype.kind == "f" else flat.astype(int).tolist()


def _labels(found: xr.Dataset, dim: str) -> list[Any]:
    values = found[dim].values
    return short(values) if values.dtype.kind == "f" else values.tolist()


def grid(values: Array, dims: Sequence[str], name: str) -> dict[str, Any]:
    """A block of values on a grid, whose places are counted along each of `dims`."""
    labels = {dim: list(range(size)) for dim, size in zip(dims, values.shape, strict=True)}
    return {"dims": labels, "values": {name: short(values)}}
