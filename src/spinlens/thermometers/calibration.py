"""What every thermometer is: a statistic of one state, and its calibration curve on the same lattice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.states_of import Held
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import (
    calibration_ensembles,
    ensemble,
    fingerprint,
    inflation,
    require_model,
)


@dataclass(frozen=True)
class Reading:
    """What a thermometer says about an ensemble.

    Attributes
    ----------
    temperature : T with its error: of the ensemble's mean, of the calibration and of the interpolation.
    in_range : whether the thermometer can read there. Outside, `temperature` is the nearest end of the curve.
    statistic : the quantity that is read, of the ensemble; its error is that of the states, autocorrelation included
        where they come from chains.
    spread : standard deviation in T of a single state, spread of the statistic / |slope|; inf where the curve is flat.
    off_lattice : the states are not all ±1 (block averages, mean-field states): T is formal.
    """

    temperature: Estimate
    in_range: bool
    statistic: Estimate
    spread: float
    off_lattice: bool = False


@dataclass(frozen=True, eq=False)
class Validation:
    """A thermometer read on ensembles of known temperature that it has not seen; arrays over these temperatures.

    `bias` = T read − T, `error` its standard error, `spread` of single states, `in_range`; `pull` = bias / error
    has unit variance where the errors are right.
    """

    temperatures: Array
    bias: Array
    error: Array
    spread: Array
    in_range: npt.NDArray[np.bool_]

    @property
    def pull(self) -> Array:
        """bias / error; nan where the thermometer is out of range."""
        return np.where(self.in_range, self.bias / np.where(self.error > 0, self.error, np.nan), np.nan)


class Thermometer(ABC):
    """A quantity of an ensemble, known and monotone in T on one lattice.

    The quantity is a mean ⟨A⟩ over states, or a function of several such means. `statistic` gives what is averaged,
    `pseudo_values` turns it into one number a state whose mean is the quantity and whose scatter is its error.
    """

    name: ClassVar[str]

    def __init__(self, model: IsingModel, curve: Curve) -> None:
        self.model = model
        self.curve = curve

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the lattice that it was calibrated on."""
        return self.model.shape

    @property
    def range(self) -> tuple[float, float]:
        """The temperatures between which it reads; nan where there are none."""
        return self.curve.range

    @classmethod
    @abstractmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """The thermometer of equilibrium `states` (n_temperatures, n_samples, *shape) of `model`."""

    @abstractmethod
    def statistic(self, states: npt.ArrayLike) -> Array:
        """What is averaged over states: (n_samples, *shape) → (n_samples,) or (n_samples, n_columns)."""

    def pseudo_values(self, values: Array) -> Array:
        """(n_samples,) of the rows of `statistic`: the quantity is their mean, its error that of their mean."""
        return values

    def read(self, states: Held) -> Reading:
        """The temperature of an ensemble.

        Parameters
        ----------
        states : (n_samples ≥ 2, *shape) states that are independent of one another; or (n_chains, n_draws, *shape)
            correlated draws of chains, whose autocorrelation then enters the error (`states[None]` for one chain);
            or a Dataset of `sample(..., keep_spins=True)`, which is refused where it belongs to another model. Spins
            ±1, or a real field (marked off-lattice).

        Returns
        -------
        Reading. The error contains the sampling of the states, the calibration and the interpolation.

        Raises
        ------
        SpinsError : the states live on another lattice; CalibrationError : a Dataset of another model.
        """
        given = ensemble(states, self.model)
        return self.read_values(self.statistic(given.states), given.off_lattice, given.chains)

    def read_values(self, values: Array, off_lattice: bool = False, chains: int = 0) -> Reading:
        """As `read`, from the rows of `statistic`; `chains` > 0 says that they are draws of so many equal chains."""
        values = self.pseudo_values(values)
        mean, deviation = float(values.mean()), float(values.std(ddof=1))
        statistic = Estimate(mean, deviation * inflation(values, chains) / len(values) ** 0.5)
        temperature = self.curve.invert(mean)
        error = float(np.hypot(statistic.error, self.curve.error_at(temperature)))
        width = _half_width(self.curve, mean, error)
        slope = abs(self.curve.slope_at(temperature))
        low, high = self.range
        smallest, largest = self.curve.ends
        inside = smallest <= mean - error and mean + error <= largest and low <= temperature <= high
        spread = deviation / slope if slope > 0 else float("inf")
        return Reading(Estimate(temperature, width), bool(inside), statistic, spread, off_lattice)

    def excess(self, reading: Reading, temperature: float) -> float:
        """How many errors the ensemble reads hotter (+) or colder (−) than `temperature`.

        It compares the statistic itself with the curve, so it also answers for states beyond the range, such as
        fully ordered ones, of which no temperature can be read.
        """
        sign = np.sign(self.curve.mean[-1] - self.curve.mean[0])
        error = np.hypot(reading.statistic.error, self.curve.error_at(temperature))
        return float(sign * (reading.statistic.value - self.curve.value(temperature)) / error)

    def validate(self, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Validation:
        """Read ensembles of known finite temperatures: `states` (n_temperatures, n_samples, *shape).

        With (n_temperatures, n_chains, n_draws, *shape) autocorrelations enter the errors.
        """
        known, ensembles, chains = calibration_ensembles(temperatures, states, self.shape)
        readings = [self.read_values(self.statistic(part), chains=chains) for part in ensembles]
        return Validation(
            known,
            np.array([reading.temperature.value for reading in readings]) - known,
            np.array([reading.temperature.error for reading in readings]),
            np.array([reading.spread for reading in readings]),
            np.array([reading.in_range for reading in readings]),
        )

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything that determines the readings, as named arrays; `from_arrays` takes it back."""
        curve = {f"curve_{k}": v for k, v in self.curve.to_arrays().items()}
        return {"shape": np.array(self.shape), "model": fingerprint(self.model), **curve}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], model: IsingModel) -> Self:
        """The thermometer that `to_arrays` described; `model` is the one it was calibrated with."""
        require_model(arrays, model)
        curve = Curve(**{k.removeprefix("curve_"): np.asarray(v) for k, v in arrays.items() if k.startswith("curve_")})
        return cls._rebuild(model, curve, arrays)

    @classmethod
    def _rebuild(cls, model: IsingModel, curve: Curve, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        return cls(model, curve)


def calibration_curve(values: Array, grid: Array, energies: Array | None, chains: int) -> Curve:
    """The calibration curve of pseudo-values (n_temperatures, n_samples)."""
    if len(grid) < 3:
        raise InputError(f"calibration needs at least 3 finite temperatures, got {len(grid)}")
    return Curve.fit(grid, values, energies, np.array([inflation(row, chains) for row in values]))


def _half_width(curve: Curve, value: float, error: float) -> float:
    """Error of T from that of ⟨A⟩ by inverting both ends; at an end of the curve the side that is left."""
    centre, one, other = curve.invert(value), curve.invert(value - error), curve.invert(value + error)
    smallest, largest = curve.ends
    if value - error < smallest or value + error > largest:
        return max(abs(one - centre), abs(other - centre))
    return abs(one - other) / 2
