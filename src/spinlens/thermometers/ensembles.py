"""What instruments accept: plain arrays of states, chains of correlated ones, Datasets that know their model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import CalibrationError, InputError
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document, model_of
from spinlens.lattice.states_of import Held, labelled
from spinlens.statistics.autocorrelation import integrated_time

_SHORTEST = 8  # draws of a chain from which its autocorrelation can be told


@dataclass(frozen=True, eq=False)
class Ensemble:
    """States (n_samples, *shape), int8 where all are ±1 and float64 otherwise.

    `chains` is the number of chains that the samples come from, one after another and equally long; 0 where the
    samples are independent.
    """

    states: npt.NDArray[Any]
    chains: int = 0

    @property
    def off_lattice(self) -> bool:
        """The states are not all ±1."""
        return self.states.dtype != np.int8


def ensemble(states: Held, model: IsingModel) -> Ensemble:
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
    values, dimension = _values(states, model), model.dimension
    field = checks.field("states", values, model.shape)
    if field.ndim == dimension + 1 and len(field) >= 2:
        return Ensemble(field)
    if field.ndim == dimension + 2 and field.shape[1] >= _SHORTEST:
        return Ensemble(field.reshape(-1, *model.shape), len(field))
    sides = ", ".join(map(str, model.shape))
    raise InputError(
        f"an instrument needs at least 2 states (n_samples, {sides}), or chains of at least {_SHORTEST} draws "
        f"(n_chains, n_draws, {sides}); got shape {field.shape}"
    )


def calibration_ensembles(
    temperatures: npt.ArrayLike, states: npt.ArrayLike, shape: tuple[int, ...]
) -> tuple[Array, npt.NDArray[np.int8], int]:
    """The finite temperatures, rising, their ensembles (n_temperatures, n_samples, *shape), and the number of chains.

    `states` is (n_temperatures, n_samples, *shape), independent (0 chains), or (n_temperatures, n_chains, n_draws,
    *shape).
    """
    grid = np.array(checks.temperatures(np.asarray(temperatures, dtype=np.float64).tolist()))
    spins = checks.spins("states", states, shape)
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
    return grid[order], spins[order], chains


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


def require_model(arrays: Any, model: IsingModel) -> None:
    """Raise `CalibrationError` where stored arrays were calibrated on another lattice or with another coupling."""
    shape = tuple(int(side) for side in arrays["shape"])
    if model.shape != shape:
        raise CalibrationError(f"this instrument was calibrated on {shape}, the model given has shape {model.shape}")
    if "model" in arrays and not np.allclose(arrays["model"], fingerprint(model), rtol=1e-9, atol=1e-12):
        raise CalibrationError(f"this instrument was calibrated with another coupling or field than {model!r}")


def _values(states: Held, model: IsingModel) -> npt.ArrayLike:
    if not isinstance(states, xr.Dataset | xr.DataArray):
        return states
    values = labelled(states)
    if isinstance(states, xr.Dataset) and model_document(own := model_of(states)) != model_document(model):
        raise CalibrationError(f"the states were sampled from {own!r}, the instrument is one of {model!r}")
    return values
