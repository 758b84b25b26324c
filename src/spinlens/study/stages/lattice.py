"""Stages of the lattice itself: bracket, scans, critical point, ensembles. Each is a pure function of its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.reweighting.size_curves import SizeCurves, measured_binder
from spinlens.criticality.search import bracketing, windows
from spinlens.criticality.search.windows import Prospect, window_runs
from spinlens.criticality.universality import Known, reference
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import coupling_of
from spinlens.sampling.sampler import sample
from spinlens.seeding import computed_temperature, purpose_seed
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing

Inputs = Mapping[str, Any]
Artefacts = Mapping[str, Any]

_CURVE_POINTS = 41
_SERIES = ("m2", "m4", "mode_x", "mode_y", "bonds")  # of a scan, what the analysis of the square lattice takes
_ROWS = 7  # series that a saved chain holds


def make_model(inputs: Inputs, size: int, dimension: int = 2) -> IsingModel:
    """The square lattice of side `size` with the coupling that task inputs name."""
    return IsingModel((size,) * dimension, coupling_of(inputs["model"]))


def only(artefacts: Artefacts, stage: str) -> Any:
    """The one artefact of a stage."""
    (name,) = (name for name in artefacts if name.startswith(stage + "/"))
    return artefacts[name]


def _locate_cost(inputs: Inputs, read: Read) -> Cost:
    steps = 8  # of the ladder down from the mean-field value, then six temperatures
    count = (2 * steps + 6) * 2 * (2000 + costs.WARMUP)
    return Cost(
        costs.with_standard(costs.sweeps(inputs, dict.fromkeys(inputs["sizes"], count)), 0.7), 60 * costs.MIB, 400
    )


@costing(_locate_cost)
def locate(inputs: Inputs, artefacts: Artefacts) -> dict[str, float]:
    """A first look for T_c with two small sizes."""
    small, large = (make_model(inputs, size) for size in inputs["sizes"])
    return asdict(bracketing.locate(small, large, inputs["seed"]))


def _scan_cost(inputs: Inputs, read: Read) -> Cost:
    L, runs = inputs["size"], inputs["chains"] * inputs["points"]
    work = costs.sweeps(inputs, {L: runs * (inputs["draws"] + costs.WARMUP)})
    series = 8.0 * runs * inputs["draws"]
    piece = max(1, costs.CHUNK // L**2)
    kept = 8.0 * runs * _ROWS * (inputs["draws"] // piece) * piece
    read_series = 2 * len(_SERIES) if "before" in inputs else 0  # of the size before, the file and its arrays
    memory = costs.lattice_tables(L) + (16 + read_series) * series + 20 * costs.MIB
    return Cost(costs.with_standard(work, 0.1), memory, len(_SERIES) * series + kept + 2e5)


@costing(_scan_cost)
def scan(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> xr.Dataset:
    """Series of the graph estimators of one L around its crossing with the size before; goes on from `checkpoint`."""
    model = make_model(inputs, inputs["size"])
    run = window_runs(inputs["draws"], inputs["chains"], inputs["seed"], checkpoint=checkpoint)
    data, prospect = windows.scan(model, _prospect(inputs, artefacts), inputs["points"], run)
    return data[[*_SERIES, "warmup", "warm"]].assign_attrs(crossing=prospect.temperature)


def _prospect(inputs: Inputs, artefacts: Artefacts) -> Prospect:
    """What the size before, or the first look, says about where to run."""
    if "before" not in inputs:
        return Prospect.first(bracketing.FirstLook(**only(artefacts, "locate")))
    data = only(artefacts, "scan")
    return Prospect.after(windows.first_draws(make_model(inputs, inputs["before"]), data), data.attrs["crossing"])


def _scans(artefacts: Artefacts) -> list[xr.Dataset]:
    found = {int(name.rsplit("/L", 1)[1]): name for name in artefacts if name.startswith("scan/")}
    return [artefacts[found[L]] for L in sorted(found)]


def _size_curves(inputs: Inputs, artefacts: Artefacts) -> list[SizeCurves]:
    models = [make_model(inputs, L) for L in sorted(inputs["sizes"])]
    return [SizeCurves.from_dataset(model, data) for model, data in zip(models, _scans(artefacts), strict=True)]


def _analysis_cost(inputs: Inputs, read: Read) -> Cost:
    draws = sum(scan["draws"] * scan["chains"] * scan["points"] for scan in read.values() if "points" in scan)
    return Cost({costs.STANDARD: 0.2 + 2.2e-6 * draws}, 8.0 * 8 * draws + 30 * costs.MIB, 13_000)


@costing(_analysis_cost)
def critical(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """Critical point of one model, beside what is known of it."""
    coupling = coupling_of(inputs["model"])
    point = analyse(_size_curves(inputs, artefacts))
    known = reference(coupling, 2)
    return {
        "label": coupling.label,
        "regime": known.regime,
        "reference": {name: _known(getattr(known, name)) for name in ("temperature", "delta_spin", "delta_energy")}
        | {name: _known(entry) for name in ("binder", "xi") if (entry := getattr(known, name)) is not None},
        "critical": point,
        "warm": all(bool(data["warm"].all()) for data in _scans(artefacts)),
    }


def _known(entry: Known | None) -> dict[str, Any] | None:
    """A number from elsewhere with its source."""
    if entry is None:
        return None
    return {"value": entry.estimate.value, "error": entry.estimate.error, "source": entry.source}


@costing(_analysis_cost)
def curves(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """U4 against T for every L: reweighted curves where the runs reach, and the measured points."""
    sizes, runs = _size_curves(inputs, artefacts), _scans(artefacts)
    T_c = only(artefacts, "critical")["critical"]["temperature"]["value"]
    middle = sizes[len(sizes) // 2].temperatures
    half = max(max(middle) - T_c, T_c - min(middle))
    grid = np.linspace(T_c - half, T_c + half, _CURVE_POINTS)
    values = np.array([[_inside(size, T) for T in grid] for size in sizes])  # (size, temperature, [value, error])
    measured = [(run["temperature"].values, *measured_binder(run)) for run in runs]
    padded = np.full((3, len(runs), max(run.sizes["temperature"] for run in runs)), np.nan)
    for k, rows in enumerate(measured):  # sizes that were run in several windows have more points than others
        padded[:, k, : len(rows[0])] = rows
    points = ("size", "measured_point")
    return xr.Dataset(
        {
            "binder": (("size", "temperature"), values[:, :, 0]),
            "binder_error": (("size", "temperature"), values[:, :, 1]),
            **{
                name: (points, table)
                for name, table in zip(("measured_temperature", "measured", "measured_error"), padded, strict=True)
            },
        },
        coords={"size": [size.L for size in sizes], "temperature": grid},
    )


def _inside(size: SizeCurves, temperature: float) -> tuple[float, float]:
    if not min(size.temperatures) <= temperature <= max(size.temperatures):
        return float("nan"), float("nan")
    return size.binder_with_error(temperature)


def critical_temperature(artefacts: Artefacts) -> float:
    """T_c as it is sampled at."""
    return computed_temperature(only(artefacts, "critical")["critical"]["temperature"]["value"])


def _grid(inputs: Inputs, artefacts: Artefacts) -> tuple[float, list[float]]:
    T_c = critical_temperature(artefacts)
    return T_c, [relative * T_c for relative in inputs["temperatures"]]


def kept_spins(
    inputs: Inputs, size: int, grid: Sequence[float], draws: int, purpose: str, checkpoint: Path | None = None
) -> xr.DataArray:
    seed = purpose_seed(inputs["seed"], purpose)
    model = make_model(inputs, size)
    state = None if checkpoint is None else checkpoint / purpose.replace(" ", "-")
    data = sample(
        model, grid, draws, 1, seed, keep_spins=True, workers=1, thin=inputs["thin"], energy=False, checkpoint=state
    )  # fmt: skip
    return data["spins"].isel(chain=0).drop_vars(["fugacity", "chain"])


def _snapshots_cost(inputs: Inputs, read: Read) -> Cost:
    L = inputs["size"]
    work, spins = costs.drawn_states(inputs, L, {len(inputs["temperatures"]): 1})
    return Cost(costs.with_standard(work, 0.05), costs.lattice_tables(L) + 4 * spins + 20 * costs.MIB, spins / 8 + 8000)


@costing(_snapshots_cost)
def snapshots(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """One state of a large lattice at each of some temperatures, to look at."""
    T_c, grid = _grid(inputs, artefacts)
    spins = kept_spins(inputs, inputs["size"], grid, 1, "snapshots").isel(draw=0)
    return xr.Dataset({"spins": spins}, attrs={"T_c": T_c})


def _training_cost(inputs: Inputs, read: Read) -> Cost:
    work, grid = costs.drawn_states(inputs, inputs["size"], {len(inputs["temperatures"]): inputs["draws"]})
    more, critical = costs.drawn_states(inputs, inputs["size"], {1: inputs["critical_draws"]})
    spins = grid + critical
    disk = costs.states_on_disk(spins, inputs["thin"])
    return Cost(costs.with_standard(costs.together(work, more), 0.1), 4 * spins + 30 * costs.MIB, disk)


@costing(_training_cost)
def training(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> xr.Dataset:
    """States to learn from: a grid of temperatures, and T_c alone; goes on from what `checkpoint` holds."""
    T_c, grid = _grid(inputs, artefacts)
    several = kept_spins(inputs, inputs["size"], grid, inputs["draws"], "training", checkpoint)
    single = kept_spins(inputs, inputs["size"], [T_c], inputs["critical_draws"], "training at T_c", checkpoint)
    single = single.isel(temperature=0).drop_vars("temperature").rename(draw="critical_draw")
    relative = ("temperature", list(inputs["temperatures"]))
    return xr.Dataset({"grid": several, "critical": single}, coords={"relative": relative}, attrs={"T_c": T_c})


def _ensemble_cost(inputs: Inputs, read: Read) -> Cost:
    n = len(inputs["temperatures"])
    first, one = costs.drawn_states(inputs, inputs["size"], {n: inputs["calibration"]})
    second, two = costs.drawn_states(inputs, inputs["size"], {n: inputs["test"]})
    disk = costs.states_on_disk(one + two, inputs["thin"])
    return Cost(costs.with_standard(costs.together(first, second), 0.1), 4 * (one + two) + 30 * costs.MIB, disk)


@costing(_ensemble_cost)
def ensemble(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> xr.Dataset:
    """Equilibrium states to calibrate thermometers with, and others to test and to start flows from."""
    T_c, grid = _grid(inputs, artefacts)
    size = inputs["size"]
    parts = {
        purpose: kept_spins(inputs, size, grid, inputs[purpose], purpose, checkpoint).rename(draw=f"{purpose}_draw")
        for purpose in ("calibration", "test")
    }
    relative = ("temperature", list(inputs["temperatures"]))
    return xr.Dataset(parts, coords={"relative": relative}, attrs={"T_c": T_c})
