"""What every thermometer is: a statistic of one state, and its calibration curve at the same lattice size."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.curve import Array, Curve


@dataclass(frozen=True)
class Reading:
    """What a thermometer says about an ensemble.

    Attributes
    ----------
    temperature : T with its error: of the ensemble's mean, of the calibration and of the interpolation.
    in_range : whether the thermometer can read there. Outside, `temperature` is the nearest end of the curve.
    statistic : mean of the statistic over the states; its error takes the states as independent.
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
    """A statistic A(state) whose ensemble mean ⟨A⟩(T) is known and monotone on one lattice."""

    name: ClassVar[str]

    def __init__(self, shape: tuple[int, ...], curve: Curve) -> None:
        self.shape = shape
        self.curve = curve

    @abstractmethod
    def statistic(self, states: npt.ArrayLike) -> Array:
        """A of each state: (n_samples, *shape) → (n_samples,)."""

    def read(self, states: npt.ArrayLike) -> Reading:
        """The temperature of an ensemble.

        Parameters
        ----------
        states : (n_samples ≥ 2, *shape), independent of one another; spins ±1, or a real field (marked off-lattice).

        Raises
        ------
        SpinsError : the states live on another lattice than the calibration.
        """
        field = checks.field("states", states, self.shape)
        if field.ndim != len(self.shape) + 1 or len(field) < 2:
            raise InputError(f"read needs at least 2 states (n_samples, *{self.shape}), got shape {field.shape}")
        return self.read_values(self.statistic(field), off_lattice=field.dtype != np.int8)

    def read_values(self, values: Array, off_lattice: bool = False) -> Reading:
        """As `read`, from the statistic of each state (n_samples,)."""
        mean, deviation = float(values.mean()), float(values.std(ddof=1))
        statistic = Estimate(mean, deviation / len(values) ** 0.5)
        temperature = self.curve.invert(mean)
        error = float(np.hypot(statistic.error, self.curve.error_at(temperature)))
        width = _half_width(self.curve, mean, error)
        slope = abs(self.curve.slope_at(temperature))
        low, high = self.curve.range
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
        """Read ensembles of known finite temperatures: `states` (n_temperatures, n_samples, *shape)."""
        known, ensembles = calibration_input(temperatures, states, self.shape)
        readings = [self.read(ensemble) for ensemble in ensembles]
        return Validation(
            known,
            np.array([reading.temperature.value for reading in readings]) - known,
            np.array([reading.temperature.error for reading in readings]),
            np.array([reading.spread for reading in readings]),
            np.array([reading.in_range for reading in readings]),
        )

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything that determines the readings, as named arrays; `from_arrays` takes it back."""
        return {"shape": np.array(self.shape), **{f"curve_{k}": v for k, v in self.curve.to_arrays().items()}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], model: IsingModel) -> Self:
        """The thermometer that `to_arrays` described; `model` is the one it was calibrated with."""
        shape = tuple(int(side) for side in arrays["shape"])
        if model.shape != shape:
            raise InputError(f"this thermometer was calibrated on {shape}, the model given has shape {model.shape}")
        curve = Curve(**{k.removeprefix("curve_"): np.asarray(v) for k, v in arrays.items() if k.startswith("curve_")})
        return cls._rebuild(shape, curve, arrays, model)

    @classmethod
    def _rebuild(
        cls, shape: tuple[int, ...], curve: Curve, arrays: Mapping[str, npt.NDArray[Any]], model: IsingModel
    ) -> Self:
        return cls(shape, curve)


def calibration_input(
    temperatures: npt.ArrayLike, states: npt.ArrayLike, shape: tuple[int, ...]
) -> tuple[Array, npt.NDArray[np.int8]]:
    """The finite temperatures, rising, and their ensembles (n_temperatures, n_samples, *shape)."""
    grid = np.array(checks.temperatures(np.asarray(temperatures, dtype=np.float64).tolist()))
    ensembles = checks.spins("states", states, shape)
    if ensembles.ndim != len(shape) + 2 or len(ensembles) != len(grid):
        raise InputError(
            f"calibration states must have shape (n_temperatures = {len(grid)}, n_samples, *{shape}), "
            f"got {ensembles.shape}"
        )
    if ensembles.shape[1] < 2:
        raise InputError("calibration needs at least 2 states at each temperature")
    order = np.argsort(grid)
    order = order[np.isfinite(grid[order])]
    return grid[order], ensembles[order]


def fit_curve(grid: Array, values: Array, energies: Array | None) -> Curve:
    """The calibration curve of a statistic (n_temperatures, n_samples)."""
    if len(grid) < 3:
        raise InputError(f"calibration needs at least 3 finite temperatures, got {len(grid)}")
    return Curve.fit(grid, values, energies)


def _half_width(curve: Curve, value: float, error: float) -> float:
    """Error of T from that of ⟨A⟩ by inverting both ends; at an end of the curve the side that is left."""
    centre, one, other = curve.invert(value), curve.invert(value - error), curve.invert(value + error)
    smallest, largest = curve.ends
    if value - error < smallest or value + error > largest:
        return max(abs(one - centre), abs(other - centre))
    return abs(one - other) / 2
