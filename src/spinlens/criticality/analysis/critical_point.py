"""What a determination of a critical point gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinlens.criticality.analysis.class_check import ClassCheck
from spinlens.criticality.analysis.crossings import Crossing
from spinlens.criticality.universality import Regime
from spinlens.errors import InputError
from spinlens.files.plain import plain, read_json, write_json
from spinlens.showing import Card, Shown, data_frame
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from uncertainties.core import AffineScalarFunc

_WORDS = {
    "temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε", "binder": "U4", "xi": "ξ/L", "nu": "ν",
    "eta": "η",
}  # fmt: skip


@dataclass(frozen=True)
class FitQuality:
    """How well the fit of the largest weight describes the data, and over how many fits was averaged.

    `corrections` are (kind, exponent) as in `FitModel`, `residuals` (quantity, L, (data − fit) / error) at T_c.
    """

    chi2: float
    freedom: float
    p_value: float
    fits: int
    smallest: int
    order: int
    corrections: tuple[tuple[str, float], ...]
    residuals: tuple[tuple[str, int, float], ...]


@dataclass(frozen=True, repr=False)
class CriticalPoint(Shown):
    """A critical point: temperature, scaling dimensions, and U4 and ξ/L there, with total errors.

    ⟨m²⟩ ~ L^{−2Δ_s} and x = ln(T_c/T) L^{d − Δ_ε}. An error is one standard deviation of noise, of the spread between
    fits and of unknown corrections to scaling together; `statistical` and `systematic` have the two parts.

    Parameters
    ----------
    temperature : Estimate
        T_c in units of J/k_B, from the global fit of all sizes, averaged over hypotheses.
    delta_spin, delta_energy : Estimate
        Δ_s = d − y_h and Δ_ε = d − y_t.
    binder, xi : Estimate
        U4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²) and the second-moment ξ/L at T_c as L → ∞; `xi` is None where ξ outgrows the lattice,
        above the upper critical dimension, and where no Fourier modes were measured.
    crossings, xi_crossings : tuple of Crossing
        Where U4 and ξ/L of consecutive sizes agree, of the pairs that cross.
    sizes : tuple of int
        Linear sizes used.
    systematic, statistical : dict of float
        By quantity, the two parts of each error.
    nu, eta : Estimate
        1/(d − Δ_ε) and 2 Δ_s + 2 − d.
    by_crossings : dict of Estimate, optional
        The same quantities from crossings of consecutive sizes extrapolated in L; None where none cross.
    regime : str
        The universality class assumed.
    check : ClassCheck
        How the data agree with it.
    quality : FitQuality
        Of the fit of the largest weight.
    influence : dict of float
        Share of each size in the statistical variance of T_c.
    covariance : dict of dict of float
        Total covariances of temperature, delta_spin, delta_energy, binder and xi, by two names; their roots on the
        diagonal are the errors. nan between T_c and the rest where T_c comes from fits of its own: above the upper
        critical dimension and at it. Empty where it was read from a file that lacks them.

    Examples
    --------
    >>> from spinlens import NearestNeighbour, find_critical_point
    >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
    >>> point.sizes, point.regime, bool(abs(point.temperature.deviation(2.269185)) < 4)
    ((4, 6, 8), 'short-range', True)
    """

    temperature: Estimate
    delta_spin: Estimate
    delta_energy: Estimate
    binder: Estimate
    xi: Estimate | None
    crossings: tuple[Crossing, ...]
    xi_crossings: tuple[Crossing, ...]
    sizes: tuple[int, ...]
    systematic: dict[str, float]
    statistical: dict[str, float]
    nu: Estimate
    eta: Estimate
    by_crossings: dict[str, Estimate] | None
    regime: Regime
    check: ClassCheck
    quality: FitQuality
    influence: dict[int, float]
    covariance: dict[str, dict[str, float]] = field(default_factory=dict)

    def _card(self) -> Card:
        quality, found = self.quality, self._estimates()
        facts = {
            "sizes": ", ".join(map(str, self.sizes)),
            "class": f"{self.regime}; {self.check.text}",
            "fit": f"χ² = {quality.chi2:.1f} for {quality.freedom:.1f} degrees of freedom (p = {quality.p_value:.2g}), "
            f"L ≥ {quality.smallest}, average over {quality.fits} fits",
        }
        rows = [(_WORDS[name], value, *self._parts(name)) for name, value in found.items()]
        line = f"CriticalPoint(T_c = {self.temperature}, Δ_s = {self.delta_spin}, Δ_ε = {self.delta_energy})"
        return Card(line, facts, [("", "measured", "statistical", "systematic", "by crossings"), *rows])

    def _estimates(self) -> dict[str, Estimate]:
        found = {name: getattr(self, name) for name in _WORDS}
        return {name: value for name, value in found.items() if value is not None}

    def _parts(self, name: str) -> tuple[str, str, str]:
        noise, rest = (f"{part[name]:.1g}" if name in part else "" for part in (self.statistical, self.systematic))
        return noise, rest, str((self.by_crossings or {}).get(name, ""))

    def to_dict(self) -> dict[str, Any]:
        """All of it as dicts, lists and numbers, JSON-able.

        Returns
        -------
        dict
            By field; what is not finite is None.

        Examples
        --------
        >>> from spinlens import NearestNeighbour, find_critical_point
        >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
        >>> point.to_dict()["temperature"]["error"] == point.temperature.error
        True
        """
        document: dict[str, Any] = plain(self)
        return document

    def to_dataframe(self) -> pd.DataFrame:
        """The quantities as a table of pandas.

        Returns
        -------
        pandas.DataFrame
            A row a quantity, with columns value, error, statistical, systematic, by_crossings and by_crossings_error;
            nan where there is none.

        Examples
        --------
        >>> from spinlens import NearestNeighbour, find_critical_point
        >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
        >>> list(point.to_dataframe().index)
        ['temperature', 'delta_spin', 'delta_energy', 'binder', 'xi', 'nu', 'eta']
        """
        none = Estimate(math.nan, math.nan)
        crossed = {name: (self.by_crossings or {}).get(name, none) for name in _WORDS}
        rows = [
            {
                "quantity": name,
                "value": estimate.value,
                "error": estimate.error,
                "statistical": self.statistical.get(name, math.nan),
                "systematic": self.systematic.get(name, math.nan),
                "by_crossings": crossed[name].value,
                "by_crossings_error": crossed[name].error,
            }
            for name, estimate in self._estimates().items()
        ]
        return data_frame(rows, "quantity")

    def to_ufloats(self) -> dict[str, AffineScalarFunc]:
        """The quantities as correlated numbers of the package uncertainties.

        Returns
        -------
        dict of str to uncertainties.UFloat
            Those of `covariance`; what is calculated from them has the right error. Those whose covariances are not
            known are taken as independent.

        Raises
        ------
        InputError
            The package is missing: pip install 'spinlens[uncertainties]'; or the point was read from a file without
            covariances.

        Examples
        --------
        >>> from spinlens import NearestNeighbour, find_critical_point
        >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
        >>> T_c = point.to_ufloats()["temperature"]
        >>> bool(abs(T_c.std_dev - point.temperature.error) < 1e-9), (T_c - T_c).std_dev
        (True, 0.0)
        """
        try:
            from uncertainties import correlated_values
        except ImportError as error:
            raise InputError("to_ufloats needs uncertainties: pip install 'spinlens[uncertainties]'") from error
        if not self.covariance:
            raise InputError("this critical point was read from a file without covariances: search again")
        known = {
            name: {other: 0.0 if math.isnan(entry) else entry for other, entry in row.items()}
            for name, row in self.covariance.items()
        }
        values = [getattr(self, name).value for name in known]
        return dict(zip(known, correlated_values(values, [list(row.values()) for row in known.values()]), strict=True))

    def save(self, path: str | Path) -> None:
        """Write it as JSON, complete or not at all.

        Parameters
        ----------
        path : path
            The file, by custom of suffix .json.

        Examples
        --------
        >>> import tempfile
        >>> from spinlens import NearestNeighbour, find_critical_point
        >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     point.save(f"{folder}/point.json")
        ...     CriticalPoint.load(f"{folder}/point.json").temperature == point.temperature
        True
        """
        write_json(path, self.to_dict())

    @classmethod
    def load(cls, path: str | Path) -> CriticalPoint:
        """Read what `save` wrote, or ``spinlens critical --out``.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        CriticalPoint
            The same numbers; what is infinite is nan.

        Raises
        ------
        ArtefactError
            No such file, or one that holds something else.

        Examples
        --------
        >>> CriticalPoint.load("missing.json")
        Traceback (most recent call last):
        spinlens.errors.ArtefactError: cannot read missing.json: No such file or directory
        """
        return read_json(path, cls, "critical point")

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw where pairs of sizes cross against 1/L, beside T_c; see `spinlens.plot.drift`.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        **options : dict
            Those of `spinlens.plot.drift`, such as a `known` T_c.

        Returns
        -------
        Axes
            1/L of the smaller size along x.

        Examples
        --------
        >>> from spinlens import NearestNeighbour, find_critical_point
        >>> find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1).plot(known=2.269185).get_xlabel()
        '1 / L of the smaller size'
        """
        from spinlens.plot.scaling import drift

        return drift(self, ax, **options)
