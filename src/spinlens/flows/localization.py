"""How far a hidden unit sees: one number for the width of its correlation map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.flows.correlators import CorrelationMap
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import estimate_where_defined, jackknife_error


@dataclass(frozen=True)
class Localization:
    """Localization of a correlation map C(r) about its unit; an entry is None where it is undefined.

    Attributes
    ----------
    peak : Estimate or None
        Mean of C over the unit's own block.
    background : Estimate or None
        Mean of C over the sites at least L/2 away from the unit's centre; near and below T_c it is the square of the
        magnetization rather than anything about the unit.
    peak_to_background : Estimate or None
        Their ratio; None where the background is within two errors of zero.
    rms_radius : Estimate or None
        sqrt(Σ D² r² / Σ D²) in visible sites, with D = C − background and r to the unit's centre on the torus.
    participation : Estimate or None
        (Σ D²)² / Σ D⁴, the number of sites that take part, from 1 to N.
    """

    peak: Estimate | None
    background: Estimate | None
    peak_to_background: Estimate | None
    rms_radius: Estimate | None
    participation: Estimate | None


@checked
def localization(correlation: CorrelationMap) -> Localization:
    """Measure the localization of a map, with errors by jackknife over its bins of samples.

    The sums of D² and D⁴ are freed of what the noise adds on average (σ², and 6 D² σ² + 3 σ⁴, with σ the error of D
    at each site), so that few samples do not look like delocalization.

    Parameters
    ----------
    correlation : CorrelationMap
        Of `visible_hidden_correlation`, raw or connected.

    Returns
    -------
    Localization
        Peak, background, radius and participation with jackknife errors.

    Examples
    --------
    >>> values = np.zeros((8, 8)); values[3:5, 3:5] = 0.5
    >>> exact = CorrelationMap(values, 0 * values, np.stack([values] * 3), (3.5, 3.5), 2, True)
    >>> result = localization(exact)
    >>> result.participation.value, result.rms_radius.value == 0.5**0.5
    (4.0, True)
    """
    squared = _squared_distance(correlation)
    block = squared <= len(correlation.centre) * ((correlation.block - 1) / 2) ** 2 + 1e-9
    far = squared >= (min(correlation.values.shape) / 2) ** 2
    maps = np.concatenate([correlation.values[None], correlation.replicas])
    peak, background = maps[:, block].mean(axis=1), maps[:, far].mean(axis=1)
    excess = maps - background.reshape(-1, *([1] * (maps.ndim - 1)))
    noise = jackknife_error(excess[1:]) ** 2
    power = excess**2 - noise
    fourth = excess**4 - 6 * power * noise - 3 * noise**2
    floor = _estimate(background)
    resolved = floor is not None and abs(floor.value) > 2 * floor.error
    return Localization(
        _estimate(peak),
        floor,
        _estimate(_ratio(peak, background)) if resolved else None,
        _estimate(_root(_ratio(_total(power * squared), _total(power)))),
        _estimate(_ratio(_total(power) ** 2, _total(fourth))),
    )


def _squared_distance(correlation: CorrelationMap) -> Array:
    shape = correlation.values.shape
    total = np.zeros(())
    for side, centre in zip(shape, correlation.centre, strict=True):
        offset = np.abs(np.arange(side) - centre)
        total = np.add.outer(total, np.minimum(offset, side - offset) ** 2)
    return np.asarray(total)


def _total(maps: Array) -> Array:
    return np.asarray(maps.reshape(len(maps), -1).sum(axis=1))


def _ratio(top: Array, bottom: Array) -> Array:
    return np.where(bottom != 0, top, np.nan) / np.where(bottom != 0, bottom, 1.0)


def _root(values: Array) -> Array:
    return np.where(values >= 0, np.sqrt(np.abs(values)), np.nan)


def _estimate(values: Array) -> Estimate | None:
    return estimate_where_defined(float(values[0]), values[1:])
