"""U4, ξ/L and ln⟨m²⟩ of every size and temperature with covariances, from means with errors or from replicas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import block_diag

from spinlens.arrays import Array
from spinlens.criticality.analysis.scaling_data import FAMILIES, ScalingData
from spinlens.criticality.own_data.columns import Columns
from spinlens.errors import InputError
from spinlens.statistics.cumulants import binder
from spinlens.statistics.resampling import jackknife_covariance

_FEWEST = 4  # replicas of one size and temperature: the variance of fewer has no inverse of finite mean
_LIKELY = 0.9  # correlation of U4, ξ/L and ln⟨m²⟩ of one run at criticality: all three follow |m|

UNCORRELATED = (
    "covariances are not known: the fit takes U4, ξ/L and ⟨m²⟩ of a row as uncorrelated, so that p says little, and "
    f"errors allow for a correlation of {_LIKELY}; several rows of each L and T, from independent runs, tell it"
)
MOMENTS = (
    "the error of U4 is that of uncorrelated ⟨m²⟩ and ⟨m⁴⟩, several times too large: give a column binder_error, or "
    "replicas"
)


@dataclass(frozen=True)
class Points:
    """What was measured, a row each size and temperature, by increasing L and then T.

    Attributes
    ----------
    sizes, temperature : (rows,).
    names : those of `FAMILIES` that were measured, k of them.
    values : (rows, k).
    covariance : (rows, k, k) as far as it is known.
    propagated : (rows, k, k) that errors of a fit come from.
    notes : what was assumed.
    """

    sizes: Array
    temperature: Array
    names: tuple[str, ...]
    values: Array
    covariance: Array
    propagated: Array
    notes: tuple[str, ...]

    def column(self, name: str) -> tuple[Array, Array]:
        """Values and errors of a family, nan where it was not measured."""
        if name not in self.names:
            return (np.full(len(self.sizes), np.nan),) * 2
        k = self.names.index(name)
        return self.values[:, k], np.sqrt(self.covariance[:, k, k])

    def without(self, name: str, note: str) -> Points:
        """The same without one family, and why."""
        if name not in self.names:
            return self
        kept = [k for k, own in enumerate(self.names) if own != name]
        return replace(
            self, names=tuple(self.names[k] for k in kept), values=self.values[:, kept],
            covariance=self.covariance[:, kept][:, :, kept], propagated=self.propagated[:, kept][:, :, kept],
            notes=(*self.notes, note),
        )  # fmt: skip

    def scaling_data(self) -> ScalingData:
        """The same for the global fit."""
        count = len(self.names)
        return ScalingData(
            np.repeat(self.sizes, count), np.tile([FAMILIES.index(name) for name in self.names], len(self.sizes)),
            np.repeat(np.log(self.temperature), count), self.values.ravel(), block_diag(*self.covariance),
            block_diag(*self.propagated), windows=False,
        )  # fmt: skip


def points_of(table: Columns) -> Points:
    """From columns: of replicas where one (L, T) has several rows and no errors are given, else of means with errors.

    Raises
    ------
    InputError : no errors and no replicas, or too few of them; no ratio that crosses. The message says what is needed.
    """
    _check(table)
    order = np.lexsort((table["T"], table["L"]))
    table = {name: column[order] for name, column in table.items()}
    return _of_means(table) if any(name.endswith("_error") for name in table) else _of_replicas(table)


def _check(table: Columns) -> None:
    if not {"binder", "xi_over_L"} & set(table) and not {"m2", "m4"} <= set(table):
        raise InputError(
            "nothing that crosses at T_c: columns m2 and m4 are needed (for U4), or binder, or xi_over_L or xi; the "
            f"table has {', '.join(table)}"
        )
    for name in {"m2", "m4"} & set(table):
        if not (table[name] > 0).all():
            raise InputError(f"the column {name} must be above 0, got {table[name].min():g}")


def _of_means(table: Columns) -> Points:
    families: dict[str, tuple[Array, Array]] = {}
    notes = [UNCORRELATED]
    if "binder" in table:
        families["binder"] = table["binder"], _error(table, "binder")
    elif {"m2", "m4"} <= set(table):
        m2, m4 = table["m2"], table["m4"]
        slopes = 2 * m4 / (3 * m2**3), 1 / (3 * m2**2)  # of U4 in ⟨m²⟩, and less that in ⟨m⁴⟩
        families["binder"] = binder(m2, m4), np.hypot(slopes[0] * _error(table, "m2"), slopes[1] * _error(table, "m4"))
        notes.append(MOMENTS)
    if "xi_over_L" in table:
        families["xi"] = table["xi_over_L"], _error(table, "xi_over_L")
    if "m2" in table:
        families["log_m2"] = np.log(table["m2"]), _error(table, "m2") / table["m2"]
    values, errors = (np.stack([pair[k] for pair in families.values()], axis=1) for k in (0, 1))
    alone, likely = np.eye(len(families)), np.full((len(families),) * 2, _LIKELY)
    np.fill_diagonal(likely, 1.0)
    squares = errors[:, :, None] * errors[:, None, :]
    kept = notes if len(families) > 1 else notes[1:]
    return Points(table["L"], table["T"], tuple(families), values, squares * alone, squares * likely, tuple(kept))


def _error(table: Columns, name: str) -> Array:
    found = table.get(f"{name}_error")
    if found is None:
        raise InputError(
            f"the column {name} has no errors: give {name}_error, or leave all errors out and give replicas"
        )
    if not (found > 0).all():
        raise InputError(f"the column {name}_error must be above 0, got {found.min():g}")
    return found


_OF_MEANS: dict[str, tuple[tuple[str, ...], Callable[..., Array]]] = {
    "binder": (("m2", "m4"), binder),
    "xi": (("xi_over_L",), lambda xi: xi),
    "log_m2": (("m2",), np.log),
}
"""By family, the columns whose means it is a function of."""


def _of_replicas(table: Columns) -> Points:
    """A jackknife over the rows of each size and temperature, with one matrix of correlations for all of them."""
    direct = "binder" in table and not {"m2", "m4"} <= set(table)
    rules = _OF_MEANS | {"binder": (("binder",), lambda value: value)} if direct else _OF_MEANS
    names = tuple(name for name in FAMILIES if name in rules and set(rules[name][0]) <= set(table))
    keys, starts = np.unique(np.stack([table["L"], table["T"]], axis=1), axis=0, return_index=True)
    groups = [slice(a, b) for a, b in zip(starts, [*starts[1:], len(table["L"])], strict=True)]
    fewest = min(part.stop - part.start for part in groups)
    if fewest < _FEWEST:
        L, T = keys[[part.stop - part.start for part in groups].index(fewest)]
        raise InputError(
            f"no errors are known: L = {L:g} at T = {T:g} has {fewest} row(s). Give a column of errors beside each of "
            f"means, as m2_error, or at least {_FEWEST} rows from independent runs for every L and T"
        )
    values, covariances = [], []
    for part in groups:
        own = {name: column[part] for name, column in table.items()}
        values.append([rules[name][1](*(own[column].mean() for column in rules[name][0])) for name in names])
        n = part.stop - part.start
        left = {name: (column.sum() - column) / (n - 1) for name, column in own.items()}
        replicas = np.stack([rules[name][1](*(left[column] for column in rules[name][0])) for name in names], axis=1)
        covariances.append(jackknife_covariance(replicas) * (n - 1) / (n - 3))  # the inverse of a variance is unbiased
    covariance = _with_common_correlations(np.array(covariances))
    return Points(keys[:, 0], keys[:, 1], names, np.array(values), covariance, covariance, ())


def _with_common_correlations(covariances: Array) -> Array:
    """Own variances, and correlations averaged over all sizes and temperatures: few replicas do not tell their own."""
    errors = np.sqrt(np.einsum("nkk->nk", covariances))  # (n, k)
    if not (np.isfinite(errors).all() and (errors > 0).all()):
        raise InputError("replicas of one L and T are all equal: give independent runs")
    squares = errors[:, :, None] * errors[:, None, :]
    return np.asarray(squares * (covariances / squares).mean(axis=0))
