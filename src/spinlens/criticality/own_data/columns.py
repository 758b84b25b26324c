"""Means of anyone's Monte Carlo as columns of numbers: whatever holds a table, and what its columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.files.tables import columns_of, numbers

Columns = dict[str, Array]

WORDS: Mapping[str, tuple[str, ...]] = {
    "L": ("L", "size"),
    "T": ("T", "temperature"),
    "beta": ("beta", "β"),
    "m2": ("m2", "m^2", "m²"),
    "m4": ("m4", "m^4", "m⁴"),
    "binder": ("binder", "U4"),
    "xi": ("xi", "ξ"),
    "xi_over_L": ("xi_over_L", "xi/L", "ξ/L"),
}
"""Columns that are understood, by the name that they have here; their errors are called `<name>_error` or `_err`."""

_RATIO, _LENGTH = 0.1, 2.0  # ξ/L and ξ of the largest size below which a column `xi` holds ξ/L


def read_columns(data: Any) -> Columns:
    """The columns of `WORDS` that a table has, with their errors as ``<name>_error``, (rows,) floats each.

    Raises
    ------
    InputError : it is no table, or has no column L, or neither or both of T and beta; the message says what it has.
    """
    table = columns_of(data, "L, T and ⟨m²⟩ …")
    found: Columns = {}
    for name, words in WORDS.items():
        for suffix in ("", "_error"):
            spelled = [word + end for word in words for end in (suffix, "_err" if suffix else suffix)]
            given = [word for word in dict.fromkeys(spelled) if word in table]
            if len(given) > 1:
                raise InputError(f"the columns {' and '.join(given)} say the same: leave one out")
            if given:
                found[name + suffix] = numbers(given[0], table[given[0]])
    _check(found, list(table))
    if "beta" in found:
        found["T"] = 1 / found.pop("beta")
    if "xi" in found:
        _divide_by_size(found)
    return found


def _check(found: Columns, given: list[str]) -> None:
    has = f"; the table has {', '.join(given) or 'no column'}"
    if "L" not in found:
        raise InputError(f"a column L with the linear size is needed{has}")
    if ("T" in found) == ("beta" in found):
        raise InputError(f"one column of T and beta is needed{has}")
    if len({len(column) for column in found.values()}) > 1:
        raise InputError(f"columns differ in length: { {name: len(column) for name, column in found.items()} }")
    for name in ("L", "T", "beta"):
        if name in found and not (found[name] > 0).all():
            raise InputError(f"the column {name} must be above 0, got {found[name].min():g}")
    if (found["L"] % 1).any() or found["L"].min() < 2:
        raise InputError("the column L must hold whole numbers of at least 2")


def _divide_by_size(found: Columns) -> None:
    """ξ in lattice units as ξ/L, unless it seems to be that already."""
    if "xi_over_L" in found:
        raise InputError("the columns xi (in lattice units) and xi_over_L say the same: leave one out")
    largest = found["L"] == found["L"].max()
    xi = found.pop("xi")
    if xi[largest].max() < _RATIO * found["L"].max() and xi[largest].max() < _LENGTH:
        raise InputError(
            f"the column xi is the correlation length in lattice units, but is at most {xi[largest].max():.3g} at "
            f"L = {found['L'].max():g}: if it holds ξ/L, call it xi_over_L"
        )
    found["xi_over_L"] = xi / found["L"]
    if "xi_error" in found:
        found["xi_over_L_error"] = found.pop("xi_error") / found["L"]
