"""A number with its error, printed as physicists print it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

from spinlens.errors import InputError

if TYPE_CHECKING:
    from uncertainties.core import Variable

_SPEC = re.compile(r"(?P<place>(?:.?[<>=^])?\d*)(?:\.(?P<digits>\d)u)?(?P<style>[SPL]?)")
_SIGNS = {"P": "±", "L": r"\pm"}
_ROUNDING = 1e-13  # relative; a smaller error is rounding, and not printed


@dataclass(frozen=True)
class Estimate:
    """A value with its one-standard-deviation error, in the same units; prints as 2.2692(3).

    The digits in brackets are the error in units of the last digit: one digit, or two where the first is 1.

    Estimates calculate with numbers and with one another: + − × / and powers, the error to first order in the errors,
    which are **taken as independent**. So `x - x` has an error though it is 0, and quantities of one fit, as those of a
    `CriticalPoint`, are not independent: use `to_ufloat`, or `CriticalPoint.to_ufloats`, where that matters.
    ``float(x)`` is the value, ``value, error = x`` takes it apart. In a format spec ``.2u`` asks for so many digits of
    the error, "S" for 2.2692(3), "P" for 2.2692 ± 0.0003, "L" for LaTeX, and a width stands before them, as in
    ``{x:>12S}``; a spec for numbers, as ``.4f``, formats value and error alike.

    Parameters
    ----------
    value : float
        The best estimate.
    error : float
        Its standard error ≥ 0; 0 for a number known exactly, nan where nothing is known of it.

    Raises
    ------
    InputError
        The error is negative: give its absolute value.

    Examples
    --------
    >>> print(Estimate(2.26919, 0.00031))
    2.2692(3)
    >>> print(Estimate(-0.1234, 0.0152))
    -0.123(15)
    >>> print(Estimate(0.5, 0.0))
    0.5
    >>> T_c = Estimate(2.26919, 0.00031)
    >>> print(1 / T_c, T_c - Estimate(2.27, 0.0004), f"{T_c:.2u}", f"{T_c:P}")
    0.44069(6) -0.0008(5) 2.26919(31) 2.2692 ± 0.0003
    >>> value, error = T_c
    >>> float(T_c) == value
    True
    """

    value: float
    error: float

    def __post_init__(self) -> None:
        if self.error < 0:
            raise InputError(f"an error is not negative, got {self.error!r}: give its absolute value")

    def __str__(self) -> str:
        return self._styled(None, "S")

    def _repr_html_(self) -> str:
        return str(self)

    def __format__(self, spec: str) -> str:
        found = _SPEC.fullmatch(spec)
        if found is None:
            return f"{self.value:{spec}} ± {self.error:{spec}}"
        text = self._styled(int(found["digits"] or 0) or None, found["style"] or "S")
        return f"{text:{found['place']}}"

    def _styled(self, digits: int | None, style: str) -> str:
        """With so many digits of the error; by default one, or two where the first is 1."""
        if not (math.isfinite(self.value) and math.isfinite(self.error)):
            return f"{self.value:g} ± {self.error:g}"
        if self.error <= _ROUNDING * abs(self.value):
            return f"{self.value:.10g}"
        exponent = math.floor(math.log10(self.error))
        shown = digits or (2 if self.error < 1.95 * 10.0**exponent else 1)
        decimals = max(shown - 1 - exponent, 0)
        value, error = f"{self.value:.{decimals}f}", f"{self.error:.{decimals}f}"
        if style == "S":
            return f"{value}({round(self.error * 10.0**decimals)})"
        return f"{value} {_SIGNS[style]} {error}"

    def __float__(self) -> float:
        return float(self.value)

    def __iter__(self) -> Iterator[float]:
        return iter((self.value, self.error))

    def __neg__(self) -> Estimate:
        return Estimate(-self.value, self.error)

    def __pos__(self) -> Estimate:
        return self

    def __abs__(self) -> Estimate:
        return Estimate(abs(self.value), self.error)

    def __add__(self, other: Estimate | float) -> Estimate:
        return _combined(self, other, lambda x, y: (x + y, 1.0, 1.0))

    def __sub__(self, other: Estimate | float) -> Estimate:
        return _combined(self, other, lambda x, y: (x - y, 1.0, -1.0))

    def __mul__(self, other: Estimate | float) -> Estimate:
        return _combined(self, other, lambda x, y: (x * y, y, x))

    def __truediv__(self, other: Estimate | float) -> Estimate:
        return _combined(self, other, _quotient)

    def __pow__(self, other: Estimate | float) -> Estimate:
        return _combined(self, other, _power)

    def __radd__(self, other: float) -> Estimate:
        return self + other

    def __rsub__(self, other: float) -> Estimate:
        return -self + other

    def __rmul__(self, other: float) -> Estimate:
        return self * other

    def __rtruediv__(self, other: float) -> Estimate:
        return _combined(other, self, _quotient)

    def __rpow__(self, other: float) -> Estimate:
        return _combined(other, self, _power)

    def to_ufloat(self) -> Variable:
        """The same as a number of the package uncertainties, which knows that x − x is 0.

        Returns
        -------
        uncertainties.core.Variable
            Independent of all others; calculations with it keep track of correlations.

        Raises
        ------
        InputError
            The package is missing: pip install 'spinlens[uncertainties]'.

        Examples
        --------
        >>> x = Estimate(2.0, 0.1)
        >>> y = x.to_ufloat()
        >>> print(x - x, y - y)
        0.00(14) 0.0+/-0
        """
        try:
            from uncertainties import ufloat
        except ImportError as error:
            raise InputError("to_ufloat needs uncertainties: pip install 'spinlens[uncertainties]'") from error
        return ufloat(self.value, self.error)

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


_Rule = Callable[[float, float], tuple[float, float, float]]
"""A function of two numbers: its value and its two derivatives."""


def _quotient(x: float, y: float) -> tuple[float, float, float]:
    return x / y, 1 / y, -x / y**2


def _power(x: float, y: float) -> tuple[float, float, float]:
    value = math.pow(x, y)
    return value, y * math.pow(x, y - 1) if y else 0.0, value * math.log(x) if x > 0 else math.nan


def _combined(first: object, second: object, rule: _Rule) -> Estimate:
    """A function of two independent numbers with its error to first order; NotImplemented of what is no number."""
    one, other = _parts(first), _parts(second)
    if one is None or other is None:
        unknown: Estimate = NotImplemented  # then Python asks the other operand
        return unknown
    value, *slopes = rule(one[0], other[0])
    shares = (slope * part[1] for slope, part in zip(slopes, (one, other), strict=True) if part[1] != 0)
    return Estimate(value, math.hypot(*shares))


def _parts(number: object) -> tuple[float, float] | None:
    if isinstance(number, Estimate):
        return number.value, number.error
    return (float(number), 0.0) if isinstance(number, Real) else None


def logarithm(estimate: Estimate) -> Estimate:
    """The logarithm of a number above zero.

    >>> logarithm(Estimate(1.0, 0.1))
    Estimate(value=0.0, error=0.1)
    """
    return Estimate(math.log(estimate.value), estimate.error / estimate.value)


def finite(value: float) -> float | None:
    """The number as JSON has it: None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def as_entry(estimate: Estimate | None) -> dict[str, float | None] | None:
    """An estimate as JSON data, ``{"value", "error"}``; None where there is none.

    >>> as_entry(Estimate(2.27, math.inf))
    {'value': 2.27, 'error': None}
    """
    return None if estimate is None else {"value": finite(estimate.value), "error": finite(estimate.error)}
