"""What a determination of a critical point gives."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spinlens.border import checked_methods, drawing
from spinlens.criticality.analysis import account
from spinlens.criticality.analysis.class_check import ClassCheck
from spinlens.criticality.analysis.crossings import Crossing
from spinlens.criticality.analysis.curve_tables import Curve
from spinlens.criticality.analysis.fit_quality import FitQuality
from spinlens.criticality.universality import Regime
from spinlens.files.plain import plain, read_json, write_json
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.model_document import coupling_of
from spinlens.showing import Card, Shown, data_frame
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from uncertainties.core import AffineScalarFunc


@checked_methods
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
        Δ_s = d − y_h and Δ_ε = d − y_t; what own data lack the moments for is nan.
    binder, xi : Estimate
        U4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²) and the second-moment ξ/L at T_c as L → ∞; `xi` is None where ξ outgrows the lattice,
        above the upper critical dimension, and where it was not measured.
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
        Total covariances of temperature, delta_spin, delta_energy and the ratios, by two names; their roots on the
        diagonal are the errors. nan between T_c and the rest where T_c comes from fits of its own: above the upper
        critical dimension and at it. Empty where it was read from a file that lacks them.
    curves : dict of Curve
        By size, U4, ξ/L and ⟨m²⟩ with errors around T_c, as `spinlens.plot.crossings` and `collapse` draw them.
    critical_polynomial : Estimate, optional
        R_p = R_2 − 2 R_0 of wrapping clusters at T_c as L → ∞, 0 for lattices of the class of the square; None where it
        was not measured.
    polynomial_crossings : tuple of Crossing
        Where R_p of consecutive sizes agrees, as `crossings`.
    coupling_document : dict
        The coupling as JSON data, see `coupling`; empty where none was named.
    dimension : int
        Of the lattices.
    made_from : {"runs", "series", "table"}
        Reweighted runs of spinlens; series of energies, or a table of means, of any program.
    notes : tuple of str
        What the data could not tell, and what was assumed instead.

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
    curves: dict[int, Curve] = field(default_factory=dict, compare=False)
    critical_polynomial: Estimate | None = None
    polynomial_crossings: tuple[Crossing, ...] = ()
    coupling_document: dict[str, Any] = field(default_factory=dict)
    dimension: int = 2
    made_from: Literal["runs", "series", "table"] = "runs"
    notes: tuple[str, ...] = ()

    @property
    def coupling(self) -> Coupling | None:
        """The coupling that it is the critical point of; None where none was named."""
        return coupling_of(self.coupling_document) if self.coupling_document else None

    def _card(self) -> Card:
        return account.card(self)

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
        crossed = {name: (self.by_crossings or {}).get(name, none) for name in account.WORDS}
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
            for name, estimate in account.estimates(self).items()
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
        return account.correlated(self)

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

        return drawing(drift)(self, ax, **options)

    def page(self, path: str | Path, title: str | None = None) -> None:
        """Write its page, one HTML file that needs no network: what was measured beside what is known, and figures.

        Parameters
        ----------
        path : path
            The file, by custom of suffix .html.
        title : str, optional
            What T_c is of, as in "nearest-neighbour lattice in 2D", which is the default where a coupling was named.

        Examples
        --------
        >>> import tempfile
        >>> from spinlens import NearestNeighbour, find_critical_point
        >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     point.page(f"{folder}/point.html")
        ...     "nearest-neighbour" in Path(f"{folder}/point.html").read_text()
        True
        """
        importlib.import_module("spinlens.workflows.critical_page").write_page(self, path, title)  # a layer above
