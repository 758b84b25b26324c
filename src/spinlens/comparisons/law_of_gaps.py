"""The law by which gaps of machines fall with their states or their updates, and how many a gap takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.optimize import curve_fit

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked_methods, drawing
from spinlens.criticality.analysis.scaling_fit import p_value
from spinlens.errors import ConvergenceError, InputError
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Along = Literal["states", "updates"]

LEAST = 4  # numbers that a law of three parameters is fitted to


@checked_methods
@dataclass(frozen=True)
class LearningLaw:
    """g(n) = g₀ + A n^{−α}: the gap of a state in nats against a number of states or of updates.

    Attributes
    ----------
    along : {"states", "updates"}
        What n counts.
    counts : tuple of int
        n, increasing.
    gaps : tuple of tuple of Estimate
        In nats a state, of the machines of each n.
    floor, amplitude, exponent : Estimate
        g₀ ≥ 0, A and α.
    counting : Estimate
        A where α = 1 is held, P/2 for machines of P free parameters that can be their lattice and are trained to the
        end [Akaike1974]_.
    chi2, freedom : float
        Of the law with α free.
    covariance : tuple of tuple of float
        (3, 3), of ln A, α and g₀.

    References
    ----------
    .. [Akaike1974] H. Akaike, IEEE Trans. Automat. Contr. 19, 716 (1974).

    Examples
    --------
    >>> law = LearningLaw.from_gaps({n: [Estimate(32 / n + 1e-3, 1e-4)] for n in (100, 400, 1600, 6400)})
    >>> law.exponent.value.__round__(3), law.needed(0.021).value.__round__()
    (1.0, 1600)
    """

    along: Along
    counts: tuple[int, ...]
    gaps: tuple[tuple[Estimate, ...], ...]
    floor: Estimate
    amplitude: Estimate
    exponent: Estimate
    counting: Estimate
    chi2: float
    freedom: float
    covariance: tuple[tuple[float, ...], ...]

    @classmethod
    def from_gaps(cls, gaps: Mapping[int, Sequence[Estimate]], along: Along = "states") -> LearningLaw:
        """The law of gaps that are known.

        Parameters
        ----------
        gaps : mapping of int to sequence of Estimate
            n → gaps in nats a state of machines that differ in their seed alone, as `Gap.per_state` has them.
        along : {"states", "updates"}
            What n counts.

        Returns
        -------
        LearningLaw
            By least squares. Errors are those of means over seeds, whose relative spread is taken to be the same at
            every n; where each n has one machine, those given. Gaps that do not fall have a law of nan.

        Raises
        ------
        InputError
            Fewer than four n, or an n without a gap.

        Examples
        --------
        >>> law = LearningLaw.from_gaps({n: [Estimate(5 / n**0.5, 1e-3)] for n in (16, 64, 256, 1024)}, "updates")
        >>> law.exponent.value.__round__(2)
        0.5
        """
        counts = tuple(sorted(checks.positive_integer(along, n) for n in gaps))
        if len(counts) < LEAST or not all(len(gaps[n]) for n in counts):
            raise InputError(f"a law needs gaps at {LEAST} numbers of {along} or more, got {list(counts)}")
        rows = tuple(tuple(gaps[n]) for n in counts)
        means, errors = _means(rows)
        if not (means > 0).all() or means[-1] >= means[0]:
            none = Estimate(math.nan, math.nan)
            return cls(along, counts, rows, none, none, none, none, math.nan, 0.0, ((math.nan,) * 3,) * 3)
        n = np.array(counts, dtype=np.float64)
        least = float(means.min())
        start = (math.log((means[0] - 0.5 * least) * n[0]), 1.0, 0.5 * least)
        bounds = ([-np.inf, 0.02, 0.0], [np.inf, 5.0, least])
        best, covariance = curve_fit(_law, n, means, start, errors, absolute_sigma=True, bounds=bounds)
        held, spread = curve_fit(
            lambda n, log_a, floor: _law(n, log_a, 1.0, floor), n, means, (start[0], start[2]), errors,
            absolute_sigma=True, bounds=([-np.inf, 0.0], [np.inf, least]),
        )  # fmt: skip
        error, amplitude, counting = np.sqrt(np.diag(covariance)), math.exp(best[0]), math.exp(held[0])
        return cls(
            along, counts, rows,
            floor=Estimate(float(best[2]), float(error[2])),
            amplitude=Estimate(amplitude, amplitude * float(error[0])),
            exponent=Estimate(float(best[1]), float(error[1])),
            counting=Estimate(counting, counting * math.sqrt(spread[0, 0])),
            chi2=float((((means - _law(n, *best)) / errors) ** 2).sum()),
            freedom=float(len(n) - 3),
            covariance=tuple(tuple(float(c) for c in row) for row in covariance),
        )  # fmt: skip

    @property
    def p_value(self) -> float:
        """Probability of a larger χ² if the law holds."""
        return p_value(self.chi2, self.freedom)

    def mean(self, n: int) -> Estimate:
        """The mean gap of the machines of one n, with its error.

        Parameters
        ----------
        n : int
            One of `counts`.

        Returns
        -------
        Estimate
            In nats a state.

        Raises
        ------
        InputError
            Another n.

        Examples
        --------
        >>> LearningLaw.from_gaps({n: [Estimate(32 / n, 1e-4)] for n in (100, 400, 1600, 6400)}).mean(400).value
        0.08
        """
        if n not in self.counts:
            raise InputError(f"n must be one of {', '.join(map(str, self.counts))}, got {n}")
        means, errors = _means(self.gaps)
        place = self.counts.index(n)
        return Estimate(float(means[place]), float(errors[place]))

    def needed(self, gap: float) -> Estimate:
        """How many states or updates a gap takes.

        Parameters
        ----------
        gap : float
            In nats a state; a gap of ½ is a temperature off by one standard deviation of a single state.

        Returns
        -------
        Estimate
            n with the error that the parameters of the law leave; far outside `counts` the law itself may be another.

        Raises
        ------
        ConvergenceError
            A gap at or below g₀, which n alone does not reach; gaps that do not fall.

        Examples
        --------
        >>> law = LearningLaw.from_gaps({n: [Estimate(32 / n + 1e-2, 1e-4)] for n in (100, 400, 1600, 6400)})
        >>> law.needed(0.005)
        Traceback (most recent call last):
        spinlens.errors.ConvergenceError: gaps end at 0.0100...: more states alone do not reach 0.005; ...
        """
        room = checks.positive_number("gap", gap) - self.floor.value
        if math.isnan(room):
            first, last = (self.mean(n) for n in (self.counts[0], self.counts[-1]))
            raise ConvergenceError(
                f"gaps do not fall from {self.counts[0]} to {self.counts[-1]} {self.along} ({first} to {last}): give "
                "numbers farther apart, or machines that learn"
            )
        if room <= 0:
            other = "updates, or units" if self.along == "states" else "states, or units"
            raise ConvergenceError(
                f"gaps end at {self.floor}: more {self.along} alone do not reach {gap:g}; give more {other}"
            )
        log_a, alpha = math.log(self.amplitude.value), self.exponent.value
        log_n = (log_a - math.log(room)) / alpha
        gradient = np.array([1 / alpha, -log_n / alpha, 1 / (alpha * room)])
        error = math.sqrt(float(gradient @ np.array(self.covariance) @ gradient))
        return Estimate(math.exp(log_n), math.exp(log_n) * error)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw gaps and law; see `spinlens.plot.learning_law`.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        **options : dict
            Those of `spinlens.plot.learning_law`.

        Returns
        -------
        Axes
            n along x, both axes logarithmic.

        Examples
        --------
        >>> LearningLaw.from_gaps({n: [Estimate(32 / n, 1e-4)] for n in (100, 400, 1600, 6400)}).plot().get_xscale()
        'log'
        """
        from spinlens.plot.laws import learning_law as draw

        return drawing(draw)(self, ax, **options)


def _law(n: Array, log_a: float, alpha: float, floor: float) -> Array:
    return np.asarray(floor + np.exp(log_a - alpha * np.log(n)))


def _means(gaps: Sequence[Sequence[Estimate]]) -> tuple[Array, Array]:
    """Means over machines and their errors, of the relative spread of all n together but no less than their own."""
    values = [np.array([one.value for one in row]) for row in gaps]
    means = np.array([row.mean() for row in values])
    own = np.array([math.sqrt(sum(one.error**2 for one in row)) / len(row) for row in gaps])
    freedom = sum(len(row) - 1 for row in values)
    if not freedom:
        return means, own
    spread = math.sqrt(sum(((row / row.mean() - 1) ** 2).sum() for row in values) / freedom)
    return means, np.maximum(spread * np.abs(means) / np.sqrt([len(row) for row in values]), own)
