"""What every thermometer is: a statistic of one state, and its calibration curve on the same lattice."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray, Array
from spinlens.border import checked_methods, drawing
from spinlens.files.held import Held
from spinlens.lattice.ising import IsingModel
from spinlens.showing import Card, Shown
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers import portrait
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import (
    Calibration,
    Ensemble,
    calibration,
    ensemble,
    fingerprint,
    inflation,
    observed,
    rebuilding,
    require_model,
    rows_of,
    stored,
)
from spinlens.thermometers.readings import Reading, Validation

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@checked_methods
class Thermometer(Shown, ABC):
    """A quantity of an ensemble, known and monotone in T on one lattice.

    The quantity is a mean ⟨A⟩ over states, or a function of several such means: `statistic` gives what is averaged,
    `pseudo_values` one number a state whose mean is the quantity and whose scatter is its error. A new thermometer has
    a `name` and says `_fit` and `_values`; `_linearized` where the quantity is no plain mean, `_own_arrays` and
    `_rebuild` where more than the curve determines it.

    Parameters
    ----------
    model : IsingModel
        The lattice that it was calibrated on.
    curve : Curve
        The quantity against T.
    """

    name: ClassVar[str]

    def __init__(self, model: IsingModel, curve: Curve) -> None:
        self.model = model
        self.curve = curve

    @classmethod
    @abstractmethod
    def _fit(cls, known: Calibration) -> Self:
        """The thermometer of known ensembles."""

    @abstractmethod
    def _values(self, given: Ensemble) -> Array:
        """What is averaged over the n states of an ensemble: (n,) or (n, columns)."""

    def _linearized(self, values: Array) -> Array:
        """The quantity, linearized in each state: rows of `_values` → (n,)."""
        return values

    def _own_arrays(self) -> dict[str, AnyArray]:
        """What determines the readings beside the curve."""
        return {}

    @classmethod
    def _rebuild(cls, model: IsingModel, curve: Curve, arrays: Mapping[str, AnyArray]) -> Self:
        """The inverse of `_own_arrays`."""
        return cls(model, curve)

    def _card(self) -> Card:
        return portrait.card(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the lattice that it was calibrated on."""
        return self.model.shape

    @property
    def range(self) -> tuple[float, float]:
        """The temperatures between which it reads; nan where there are none."""
        return self.curve.range

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: Held) -> Self:
        """Calibrate on equilibrium ensembles.

        Parameters
        ----------
        model : IsingModel
            The lattice; states of this model and shape only can be read.
        temperatures : array_like
            (n_temperatures,) in units of J/k_B, any order, T = 0 allowed; infinity is left out.
        states : array_like
            (n_temperatures, n_samples, *shape) independent equilibrium states, ±1; or (n_temperatures, n_chains,
            n_draws ≥ 8, *shape), correlated draws, whose autocorrelation then enters the errors; or a Dataset of
            `sample` at these temperatures, or its file.

        Returns
        -------
        Thermometer
            Of the class that is asked.

        Raises
        ------
        InputError
            Fewer than 3 finite temperatures, or shapes that do not fit.
        SpinsError
            Entries other than ±1.
        """
        return cls.calibrate_on(calibration(model, temperatures, states))

    @classmethod
    def calibrate_on(cls, known: Calibration, **options: int) -> Self:
        """As `calibrate`, of known ensembles that several instruments share; `options` are those of `calibrate`."""
        return cls._fit(known, **options)

    def statistic(self, states: npt.ArrayLike | Ensemble) -> Array:
        """What is averaged over states.

        Parameters
        ----------
        states : array_like
            (n_samples, *shape), ±1 or a real field.

        Returns
        -------
        ndarray
            (n_samples,), or (n_samples, n_columns) where the quantity is a function of several means.
        """
        return self._values(observed(states, self.model))

    def pseudo_values(self, values: Array) -> Array:
        """One number a state: the quantity is their mean, its error that of their mean.

        Parameters
        ----------
        values : ndarray
            Rows of `statistic`.

        Returns
        -------
        ndarray
            (n_samples,).
        """
        return self._linearized(values)

    def read(self, states: Held) -> Reading:
        """The temperature of an ensemble.

        Parameters
        ----------
        states : array_like, DataArray or Dataset
            (n_samples ≥ 2, *shape) states that are independent of one another; or (n_chains, n_draws, *shape)
            correlated draws of chains, whose autocorrelation then enters the error (`states[None]` for one chain);
            or a Dataset of `sample(..., keep_spins=True)`, which is refused where it belongs to another model. Spins
            ±1, or a real field (marked off-lattice).

        Returns
        -------
        Reading
            Its error contains the sampling of the states, the calibration and the interpolation. Its temperature is
            nan out of range; print the reading itself to see on which side.

        Raises
        ------
        SpinsError
            The states live on another lattice: calibrate an instrument there.
        CalibrationError
            A Dataset of another model.
        """
        seen = ensemble(states, self.model)
        return self.read_values(self._values(seen), seen.off_lattice, seen.chains)

    def read_values(self, values: Array, off_lattice: bool = False, chains: int = 0) -> Reading:
        """As `read`, from the rows of `statistic`.

        Parameters
        ----------
        values : ndarray
            Rows of `statistic`.
        off_lattice : bool, default False
            The states were not all ±1.
        chains : int, default 0
            Above 0 the rows are draws of so many chains, one after the other and equally long.

        Returns
        -------
        Reading
            As of `read`.
        """
        values = self.pseudo_values(rows_of(values, chains))
        mean, deviation = float(values.mean()), float(values.std(ddof=1))
        statistic = Estimate(mean, deviation * inflation(values, chains) / len(values) ** 0.5)
        temperature = self.curve.invert(mean)
        error = float(np.hypot(statistic.error, self.curve.error_at(temperature)))
        width = self.curve.half_width(mean, error)
        slope = abs(self.curve.slope_at(temperature))
        (low, high), (smallest, largest) = self.range, self.curve.ends
        inside = smallest <= mean - error and mean + error <= largest and low <= temperature <= high
        spread = deviation / slope if slope > 0 else float("inf")
        bounds = self._bounds(mean, error, bool(inside))
        return Reading(Estimate(temperature, width), bool(inside), statistic, spread, off_lattice, bounds)

    def _bounds(self, mean: float, error: float, inside: bool) -> tuple[float, float]:
        """The temperatures an error below and above the reading; out of range 0 or infinity on the side where it is."""
        low, high = self.range
        colder, hotter = sorted(self.curve.invert(mean + sign * error) for sign in (-1, 1))
        if inside:
            return colder, hotter
        return (min(colder, high) if colder > low else 0.0, max(hotter, low) if hotter < high else math.inf)

    def excess(self, reading: Reading, temperature: float) -> float:
        """How many errors the ensemble reads hotter (+) or colder (−) than `temperature`.

        It compares the statistic itself with the curve, so it also answers for states beyond the range, such as
        fully ordered ones, of which no temperature can be read.

        Parameters
        ----------
        reading : Reading
            Of the ensemble.
        temperature : float
            Inside the calibrated ones.

        Returns
        -------
        float
            In errors of the reading and the curve together.
        """
        sign = np.sign(self.curve.mean[-1] - self.curve.mean[0])
        error = np.hypot(reading.statistic.error, self.curve.error_at(temperature))
        return float(sign * (reading.statistic.value - self.curve.value(temperature)) / error)

    def validate(self, temperatures: npt.ArrayLike, states: Held) -> Validation:
        """Read ensembles of known finite temperatures.

        Parameters
        ----------
        temperatures, states : array_like
            As in `calibrate`; states that the calibration has not seen.

        Returns
        -------
        Validation
            Bias, error and spread at each temperature.
        """
        return self.validate_on(calibration(self.model, temperatures, states))

    def validate_on(self, known: Calibration) -> Validation:
        """As `validate`."""
        readings = [self.read_values(self.statistic(part), chains=known.chains) for part in known.parts]
        return Validation(
            known.temperatures,
            np.array([reading.nearest.value for reading in readings]) - known.temperatures,
            np.array([reading.nearest.error for reading in readings]),
            np.array([reading.spread for reading in readings]),
            np.array([reading.in_range for reading in readings]),
        )

    def to_arrays(self) -> dict[str, AnyArray]:
        """Everything that determines the readings, as named arrays; `from_arrays` takes it back."""
        own = {f"curve_{name}": part for name, part in self.curve.to_arrays().items()} | self._own_arrays()
        return {"shape": np.array(self.shape), "model": fingerprint(self.model), **own}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray], model: IsingModel) -> Self:
        """The thermometer that `to_arrays` described; `model` is the one it was calibrated with."""
        with rebuilding():
            require_model(arrays, model)
            nodes = (np.asarray(arrays["curve_temperatures"]).size,)
            parts = {item.name: stored(arrays, f"curve_{item.name}", nodes) for item in fields(Curve)}
            return cls._rebuild(model, Curve(**parts), arrays)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the calibration curve; see `spinlens.plot.calibration`."""
        from spinlens.plot.instruments import calibration as draw

        return drawing(draw)(self, ax, **options)


def calibration_curve(values: Array, known: Calibration) -> Curve:
    """The calibration curve of pseudo-values (n_temperatures, n_samples)."""
    factors = np.array([inflation(row, known.chains) for row in values])
    return Curve.fit(known.temperatures, values, known.energies, factors)
