"""Series of energies at several temperatures from any Monte Carlo: tables, Datasets, and output of `sample`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.files.tables import columns_of, numbers
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_of

_TOTAL = {"E": "energy", "M": "magnetization"}  # of all spins, beside the names per spin
_WORDS = {"energy": "energy", "e": "energy", "magnetization": "magnetization", "m": "magnetization"}
_DIMS = ("temperature", "chain", "draw")
_OF_SAMPLE = ("energy", "magnetization")  # what else it gives may be an improved estimator, which knows more than E
_WANTED = "T (or beta) and energy per spin (or E, total), a row each draw"


@dataclass(frozen=True)
class EnergyRun:
    """One temperature: series (chains, draws) per spin by name, "energy" always among them.

    Of the magnetization |m|, m² and m⁴, whose means do not depend on which of both signs the run was in.
    """

    temperature: float
    series: dict[str, Array]


@dataclass(frozen=True)
class EnergyRuns:
    """Runs of one lattice of `n_sites` spins, by increasing temperature."""

    runs: tuple[EnergyRun, ...]
    n_sites: int


def energy_runs(data: Any, model: IsingModel | None, n_sites: int | None) -> EnergyRuns:
    """Whatever holds series of the energy, checked.

    Raises
    ------
    InputError : it lacks temperatures, energies or the number of spins; the message says what it has.
    """
    if isinstance(data, xr.Dataset) and "model" in data.attrs and model is None:
        model = model_of(data)
    if model is not None and n_sites not in (None, model.n_sites):
        raise InputError(f"n_sites = {n_sites}, but the lattice has {model.n_sites} spins: leave one of them out")
    if model is None and n_sites is None:
        raise InputError("how many spins have these energies? Give n_sites, or the model")
    sites = model.n_sites if model is not None else checks.positive_integer("n_sites", n_sites)
    runs = _of_dataset(data, sites) if _has_draws(data) else _of_table(columns_of(data, _WANTED), sites)
    for run in runs:
        if not (np.isfinite(run.temperature) and run.temperature > 0):
            raise InputError(f"a run at T = {run.temperature:g} has no weight at another temperature: leave it out")
    if len(numbers_of := {run.series["energy"].shape[0] for run in runs}) > 1:
        raise InputError(f"runs of {sorted(numbers_of)} chains: give every temperature as many")
    return EnergyRuns(tuple(sorted(runs, key=lambda run: run.temperature)), sites)


def _has_draws(data: Any) -> bool:
    return isinstance(data, xr.Dataset) and {"temperature", "draw"} <= set(data.dims)


def _of_dataset(data: xr.Dataset, sites: int) -> list[EnergyRun]:
    """Of `sample`, or laid out like it; a dimension chain may be missing."""
    full = data if "chain" in data.dims else data.expand_dims("chain")
    own = {str(name): item for name, item in full.data_vars.items() if set(item.dims) == set(_DIMS)}
    kept = {name: item for name, item in own.items() if "model" not in data.attrs or name in _OF_SAMPLE}
    named = _per_spin({name: item.transpose(*_DIMS).values for name, item in kept.items()}, sites)
    return [
        _run(float(T), {name: np.asarray(values[k], dtype=np.float64) for name, values in named.items()})
        for k, T in enumerate(full["temperature"].values)
    ]


def _of_table(table: Mapping[str, Any], sites: int) -> list[EnergyRun]:
    given = [name for name in ("T", "temperature", "beta") if name in table]
    if len(given) != 1:
        raise InputError(f"one column of T and beta is needed; the table has {', '.join(table) or 'no column'}")
    column = numbers(given[0], table[given[0]])
    T = 1 / column if given[0] == "beta" else column
    chain = numbers("chain", table["chain"]) if "chain" in table else np.zeros(len(T))
    rest = {name: numbers(name, item) for name, item in table.items() if name not in (given[0], "chain")}
    if any(len(item) != len(T) for item in (chain, *rest.values())):
        raise InputError(f"columns differ in length: {given[0]} has {len(T)} rows")
    named = _per_spin(rest, sites)
    groups = [(float(value), np.flatnonzero(value == T)) for value in np.unique(T)]
    return [
        _run(value, {name: _by_chain(item[here], chain[here]) for name, item in named.items()})
        for value, here in groups
    ]


def _run(temperature: float, series: dict[str, Array]) -> EnergyRun:
    m = series.pop("magnetization", None)
    if m is not None:
        series |= {"abs_magnetization": np.abs(m), "m2": m**2, "m4": m**4}
    for name, values in series.items():
        if not np.isfinite(values).all():
            raise InputError(
                f"{name} at T = {temperature:g} has entries that are not finite numbers: leave those draws out"
            )
    return EnergyRun(temperature, series)


def _by_chain(values: Array, chain: Array) -> Array:
    """(chains, draws), all cut to the shortest."""
    rows = [values[chain == one] for one in np.unique(chain)]
    shortest = min(map(len, rows))
    return np.stack([row[:shortest] for row in rows])


def _per_spin(columns: Mapping[str, Any], sites: int) -> dict[str, Any]:
    """Under the names that they have here, energies and magnetizations per spin."""
    found: dict[str, Any] = {}
    for name, values in columns.items():
        called = _TOTAL.get(name) or _WORDS.get(name, name)
        if called in found:
            raise InputError(f"{called} is given twice, per spin and in all: leave one out")
        found[called] = values / sites if name in _TOTAL else values
    if "energy" not in found:
        raise InputError(f"series of the energy are needed, {_WANTED}; there are {', '.join(columns) or 'no columns'}")
    return found
