"""What instruments say: a reading, a validation on known ensembles, the outcome of the equilibrium test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.files.plain import plain
from spinlens.showing import Card, Shown, data_frame
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class Reading(Shown):
    """What a thermometer says about an ensemble; prints as "2.27(3)", or as "> 3.2 (out of range)".

    Attributes
    ----------
    nearest : Estimate
        T on the calibration curve with its error: of the ensemble's mean, of the calibration and of the interpolation.
        Out of range it may be the end of the curve.
    in_range : bool
        Whether the thermometer can read there.
    statistic : Estimate
        The quantity that is read, of the ensemble; its error is that of the states, autocorrelation included where
        they come from chains.
    spread : float
        Standard deviation in T of a single state, spread of the statistic / |slope|; inf where the curve is flat.
    off_lattice : bool
        The states are not all ±1 (block averages, mean-field states): T is formal.
    bounds : tuple of float
        Between which temperatures T must lie: infinity is the upper one of an ensemble that is hotter than the
        thermometer can read, 0 the lower one of a colder ensemble.
    """

    nearest: Estimate
    in_range: bool
    statistic: Estimate
    spread: float
    off_lattice: bool = False
    bounds: tuple[float, float] = (0.0, math.inf)

    @property
    def temperature(self) -> Estimate:
        """T with its error; nan out of range."""
        return self.nearest if self.in_range else Estimate(math.nan, math.nan)

    def to_dict(self) -> dict[str, Any]:
        """All of it as dicts and numbers, JSON-able.

        Returns
        -------
        dict
            `temperature` and the fields, each `Estimate` as {"value", "error"}; what is not finite is None.

        Examples
        --------
        >>> Reading(Estimate(2.3, 0.1), True, Estimate(-1.2, 0.05), 0.4).to_dict()["temperature"]
        {'value': 2.3, 'error': 0.1}
        """
        document: dict[str, Any] = plain({"temperature": self.temperature, **vars(self)})
        return document

    def _card(self) -> Card:
        formal = {"states": "not all ±1: T is formal"} if self.off_lattice else {}
        facts = {"quantity read": self.statistic, "T of single states": f"± {self.spread:.3g}", **formal}
        return Card(f"Reading(T {'= ' if self.in_range else ''}{self})", facts)

    def __str__(self) -> str:
        if self.in_range:
            return str(self.temperature)
        low, high = self.bounds
        if low > 0:
            return f"> {low:.4g} (out of range)"
        return f"< {high:.4g} (out of range)" if high < math.inf else "out of range"


class Readings(Shown, dict[str, Reading]):
    """What every instrument says about the same ensemble, by name."""

    def _card(self) -> Card:
        said = ", ".join(f"{name} {reading}" for name, reading in self.items())
        rows = [(name, reading, reading.statistic, f"{reading.spread:.3g}") for name, reading in self.items()]
        return Card(f"Readings({said})", {}, [("instrument", "T", "quantity read", "± of single states"), *rows])

    def to_dataframe(self) -> pd.DataFrame:
        """A row an instrument: T with its error (nan out of range) and bounds, the quantity read, the spread in T."""
        rows = [
            {
                "instrument": name,
                "temperature": reading.temperature.value,
                "temperature_error": reading.temperature.error,
                "lower": reading.bounds[0],
                "upper": reading.bounds[1],
                "in_range": reading.in_range,
                "off_lattice": reading.off_lattice,
                "statistic": reading.statistic.value,
                "statistic_error": reading.statistic.error,
                "spread": reading.spread,
            }
            for name, reading in self.items()
        ]
        return data_frame(rows, "instrument")


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

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw T read − T; see `spinlens.plot.validation`."""
        from spinlens.plot.instruments import validation

        return validation(self, ax, **options)


@dataclass(frozen=True, repr=False)
class EquilibriumTest(Shown):
    """Outcome of the test: whether the states can be told from equilibrium, and how far they are from it.

    Attributes
    ----------
    p_value : float
        Probability that an equilibrium ensemble, at its best temperature, deviates as much.
    temperature : Estimate
        The best temperature; its error is 1/√(Fisher information), calibration included.
    chi2 : float
        χ² at the best temperature, of so many `degrees` of freedom.
    degrees : int
        Independent observables less one.
    in_range : bool
        The best temperature lies inside the calibrated ones, not at an end of them, and there are enough states for
        means to be Gaussian there (at low T a few excitations are not). The p-value counts only in range.
    pulls : dict of str to float
        Deviation of each observable at the best temperature in units of its own error. Grows with √n.
    distance : Estimate
        How different the states are, whatever their number: D = √(δᵀ Σ⁻¹ δ), the deviation δ of the mean observables
        in units of the spread Σ of a single equilibrium state (Mahalanobis), without the part of noise. 0 within its
        error in equilibrium.
    shifts : dict of str to float
        Deviation of each observable in standard deviations of a single equilibrium state.
    states_to_tell : float
        Independent states of which, at that distance, a test at 5 % rejects half the ensembles, at least 1; inf where
        the distance is 0.
    """

    p_value: float
    temperature: Estimate
    chi2: float
    degrees: int
    in_range: bool
    pulls: dict[str, float]
    distance: Estimate
    shifts: dict[str, float]
    states_to_tell: float

    def _card(self) -> Card:
        best = f"T = {self.temperature}" if self.in_range else f"T = {self.temperature}, out of range"
        facts = {
            "p-value": f"{self.p_value:.2g}" + ("" if self.in_range else ", which does not count out of range"),
            "χ²": f"{self.chi2:.1f} for {self.degrees} degrees of freedom",
            "distance": f"{self.distance} spreads of a single state",
            "to tell it takes": f"{self.states_to_tell:.3g} independent states",
        }
        rows = [(name, f"{pull:+.1f}", f"{self.shifts[name]:+.3f}") for name, pull in self.pulls.items()]
        line = f"EquilibriumTest(p = {self.p_value:.2g}, distance {self.distance}, {best})"
        return Card(line, facts, [("observable", "in its errors", "in spreads of a state"), *rows])
