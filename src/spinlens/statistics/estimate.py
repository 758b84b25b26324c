"""A number with its error, printed as physicists print it."""

from __future__ import annotations

import math
from dataclasses import dataclass

_ROUNDING = 1e-13  # relative; a smaller error is rounding, and not printed


@dataclass(frozen=True)
class Estimate:
    """A value with its one-standard-deviation error, in the same units; prints as 2.2692(3).

    The digits in brackets are the error in units of the last digit: one digit, or two where the first is 1.

    Parameters
    ----------
    value : float
        The best estimate.
    error : float
        Its standard error ≥ 0; 0 for a number known exactly, nan where nothing is known of it.

    Raises
    ------
    ValueError
        The error is negative: give its absolute value.

    Examples
    --------
    >>> print(Estimate(2.26919, 0.00031))
    2.2692(3)
    >>> print(Estimate(-0.1234, 0.0152))
    -0.123(15)
    >>> print(Estimate(0.5, 0.0))
    0.5
    """

    value: float
    error: float

    def __post_init__(self) -> None:
        if self.error < 0:
            raise ValueError(f"an error is not negative, got {self.error!r}")

    def __str__(self) -> str:
        if not (math.isfinite(self.value) and math.isfinite(self.error)):
            return f"{self.value:g} ± {self.error:g}"
        if self.error <= _ROUNDING * abs(self.value):
            return f"{self.value:.10g}"
        exponent = math.floor(math.log10(self.error))
        digits = -exponent + (1 if self.error < 1.95 * 10.0**exponent else 0)  # two digits where the first is 1
        if digits <= 0:
            return f"{self.value:.0f}({self.error:.0f})"
        return f"{self.value:.{digits}f}({round(self.error * 10.0**digits)})"

    def deviation(self, other: Estimate | float) -> float:
        """(self − other) in units of the combined error, the errors taken as independent.

        Parameters
        ----------
        other : Estimate or float
            What to compare with; a plain number has no error.

        Returns
        -------
        float
            z, of either sign: beyond ±3 two estimates hardly agree. Without any error 0 where both are equal, else
            ±inf.

        Examples
        --------
        >>> Estimate(1.0, 0.3).deviation(Estimate(0.0, 0.4))
        2.0
        """
        reference = other if isinstance(other, Estimate) else Estimate(float(other), 0.0)
        error = math.hypot(self.error, reference.error)
        difference = self.value - reference.value
        if error == 0:
            return 0.0 if difference == 0 else math.copysign(math.inf, difference)
        return difference / error


def finite(value: float) -> float | None:
    """The number as JSON has it: None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def as_entry(estimate: Estimate | None) -> dict[str, float | None] | None:
    """An estimate as JSON data, ``{"value", "error"}``; None where there is none.

    >>> as_entry(Estimate(2.27, math.inf))
    {'value': 2.27, 'error': None}
    """
    return None if estimate is None else {"value": finite(estimate.value), "error": finite(estimate.error)}
