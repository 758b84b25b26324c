"""What instruments accept: plain arrays of states, chains of correlated ones, Datasets that know their model."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.arrays import AnyArray, Array, Fields
from spinlens.errors import ArtefactError, CalibrationError, InputError, SpinlensError
from spinlens.files.held import Held, array_of, has_sites, labelled, opened
from spinlens.lattice.correlation import axis_correlation, structure_factor
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document, model_of
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.thermometers.observables import distances, waves

_SHORTEST = 8  # draws of a chain from which its autocorrelation can be told


@dataclass(frozen=True, eq=False)
class Ensemble:
    """States (n_samples, *shape) of one model, with what instruments see in each of them, computed once.

    States are int8 where all are ±1 and float64 otherwise. `chains` is the number of chains that the samples come from,
    one after another and equally long; 0 where the samples are independent.
    """

    model: IsingModel
    states: Fields
    chains: int = 0

    @property
    def off_lattice(self) -> bool:
        """The states are not all ±1."""
        return self.states.dtype != np.int8

    @cached_property
    def energy(self) -> Array:
        """Total energy of each state, (n,)."""
        return self.model.energy(self.states)

    @cached_property
    def magnetization(self) -> Array:
        """m of each state, (n,)."""
        return np.asarray(self.states.mean(axis=tuple(range(1, self.states.ndim)), dtype=np.float64))

    @cached_property
    def correlation(self) -> Array:
        """G(r) of each state along the axes at `distances`, (n, R)."""
        return axis_correlation(self.states)[:, distances(self.model.shape)]

    @cached_property
    def structure(self) -> Array:
        """S(k) of each state at k = 0, at `waves` along the axes and on the diagonal, (n, 1 + K)."""
        return structure_factor(self.states, waves(self.model.shape))

    @cached_property
    def joint(self) -> Array:
        """(n, F) observables of the equilibrium test, in the order of `joint_names`."""
        energy, m = self.energy / self.model.n_sites, self.magnetization
        return np.column_stack([energy, np.abs(m), energy**2, m**2, self.correlation, self.structure[:, 1:]])


def observed(states: npt.ArrayLike | Ensemble, model: IsingModel) -> Ensemble:
    """Independent states (n_samples, *shape) as an ensemble of `model`; one of this very model as it stands."""
    if isinstance(states, Ensemble):
        return states if states.model is model else Ensemble(model, states.states, states.chains)
    return Ensemble(model, checks.field("states", states, model.shape))


def ensemble(states: Held | Ensemble, model: IsingModel) -> Ensemble:
    """An ensemble at one temperature of whatever holds it.

    Parameters
    ----------
    states : (n_samples ≥ 2, *shape) independent states; or (n_chains, n_draws ≥ 8, *shape), whose draws are correlated
        (`states[None]` makes one chain of an array); or a Dataset of `sample(..., keep_spins=True)` of one temperature.
    model : of the calibration.

    Raises
    ------
    SpinsError : another lattice, or entries that are not numbers. CalibrationError : a Dataset of another model.
    """
    if isinstance(states, Ensemble):
        return observed(states, model)
    values, dimension = _values(opened(states), model), model.dimension
    field = checks.field("states", values, model.shape)
    if field.ndim == dimension + 1 and len(field) >= 2:
        return Ensemble(model, field)
    if field.ndim == dimension + 2 and field.shape[1] >= _SHORTEST:
        return Ensemble(model, field.reshape(-1, *model.shape), len(field))
    sides = ", ".join(map(str, model.shape))
    raise InputError(
        f"an instrument needs at least 2 states (n_samples, {sides}), or chains of at least {_SHORTEST} draws "
        f"(n_chains, n_draws, {sides}); got shape {field.shape}"
    )


@dataclass(frozen=True, eq=False)
class Calibration:
    """Equilibrium ensembles, equally large, at rising finite temperatures (K,)."""

    model: IsingModel
    temperatures: Array
    parts: tuple[Ensemble, ...]

    @property
    def chains(self) -> int:
        """Chains that the samples of each ensemble come from; 0 where they are independent."""
        return self.parts[0].chains

    @cached_property
    def energies(self) -> Array:
        """Total energies, (K, n)."""
        return np.stack([part.energy for part in self.parts])

    def warm(self) -> Self:
        """Without T = 0; there must be three temperatures above it."""
        warm = np.flatnonzero(self.temperatures > 0)
        if len(warm) < 3:
            raise InputError(f"calibration needs at least 3 finite temperatures above 0, got {len(warm)}")
        return type(self)(self.model, self.temperatures[warm], tuple(self.parts[k] for k in warm))


def calibration(model: IsingModel, temperatures: npt.ArrayLike, states: Held) -> Calibration:
    """Checked states of the finite temperatures.

    `states` is (n_temperatures, n_samples ≥ 2, *shape), independent, or (n_temperatures, n_chains, n_draws, *shape), or
    a Dataset that has these temperatures.
    """
    grid = np.array(checks.temperatures(np.asarray(temperatures, dtype=np.float64).tolist()))
    shape, spins = model.shape, checks.spins("states", _at(opened(states), grid, model), model.shape)
    extra = spins.ndim - len(shape)
    if extra not in (2, 3) or len(spins) != len(grid):
        raise InputError(
            f"calibration states must have shape (n_temperatures = {len(grid)}, n_samples, *{shape}), or have "
            f"(n_chains, n_draws) for n_samples; got {spins.shape}"
        )
    chains = spins.shape[1] if extra == 3 else 0
    if chains and spins.shape[2] < _SHORTEST:
        raise InputError(f"chains to calibrate with need at least {_SHORTEST} draws, got {spins.shape[2]}")
    spins = spins.reshape(len(grid), -1, *shape)
    if spins.shape[1] < 2:
        raise InputError("calibration needs at least 2 states at each temperature")
    order = np.argsort(grid)
    order = order[np.isfinite(grid[order])]
    if len(order) < 3:
        raise InputError(f"calibration needs at least 3 finite temperatures, got {len(order)}")
    return Calibration(model, grid[order], tuple(Ensemble(model, spins[k], chains) for k in order))


def inflation(values: Array, chains: int) -> float:
    """√(2 τ_int): how much the error of a mean exceeds that of independent values (n,) of `chains` equal chains."""
    if chains == 0:
        return 1.0
    return math.sqrt(2 * integrated_time(values.reshape(chains, -1)).value)


def fingerprint(model: IsingModel) -> Array:
    """A few numbers that tell couplings and fields apart: ΣJ, ΣJ², Σ J_k weighted by rank, and h."""
    table = model.coupling_table.ravel()
    ranks = np.arange(len(table)) / len(table)
    return np.array([table.sum(), table @ table, table @ ranks**2, model.field])


@contextlib.contextmanager
def rebuilding() -> Iterator[None]:
    """Whatever arrays provoke that are not those of an instrument is an `ArtefactError`."""
    try:
        yield
    except SpinlensError:
        raise
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
        said = f"{type(error).__name__}: {error}"[:200]
        raise ArtefactError(f"these arrays are not those of an instrument ({said}): calibrate it again") from None


def stored(arrays: Mapping[str, AnyArray], name: str, shape: tuple[int, ...]) -> AnyArray:
    """The stored numbers of that name and shape; `ArtefactError` for others: readings of them would look like any."""
    found = np.asarray(arrays[name])
    if found.shape != shape or found.dtype.kind not in "biuf" or bool(np.isnan(found).any()):
        raise ArtefactError(f"{name!r} of these arrays must be {shape} numbers, got {found.shape} of {found.dtype}")
    return found


def require_model(arrays: Any, model: IsingModel) -> None:
    """Raise `CalibrationError` where stored arrays were calibrated on another lattice or with another coupling."""
    checks.instance("model", model, IsingModel, "an IsingModel(shape, coupling)")
    shape = tuple(np.asarray(arrays["shape"]).tolist())
    if model.shape != shape:
        raise CalibrationError(f"this instrument was calibrated on {shape}, the model given has shape {model.shape}")
    if not np.allclose(stored(arrays, "model", (4,)), fingerprint(model), rtol=1e-9, atol=1e-12):
        raise CalibrationError(f"this instrument was calibrated with another coupling or field than {model!r}")


def _values(states: Any, model: IsingModel) -> npt.ArrayLike:
    if not has_sites(states):
        return array_of(states)
    values = labelled(states)
    _require_states_of(states, model)
    return values


def _at(states: Any, grid: Array, model: IsingModel) -> npt.ArrayLike:
    """Of a Dataset its states at each temperature, (n_temperatures, n_chains, n_draws, *shape)."""
    if not has_sites(states):
        return array_of(states)
    _require_states_of(states, model)
    return np.stack([labelled(states, temperature) for temperature in grid])


def _require_states_of(states: Any, model: IsingModel) -> None:
    if isinstance(states, xr.Dataset) and model_document(own := model_of(states)) != model_document(model):
        raise CalibrationError(f"the states were sampled from {own!r}, the instrument is one of {model!r}")


def rows_of(values: Array, chains: int) -> Array:
    """Rows of `statistic`, of finite numbers, as many of each chain; `InputError` for anything else."""
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim == 0 or not len(rows) or not np.all(np.isfinite(rows)):
        raise InputError(f"values must be rows of finite numbers, as statistic gives, got shape {rows.shape}")
    if len(rows) % max(1, checks.positive_integer("chains", chains, 0)):
        raise InputError(f"{len(rows)} rows are not {chains} chains of equal length")
    return rows
