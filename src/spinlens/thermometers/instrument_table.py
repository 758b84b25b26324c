"""The instrument table: what each thermometer is worth on lattices, and what it says of states that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.border import checked
from spinlens.files.held import Held
from spinlens.statistics.estimate import finite
from spinlens.thermometers.ensembles import Calibration, calibration
from spinlens.thermometers.instruments import InstrumentSet
from spinlens.thermometers.network import NetworkThermometer
from spinlens.thermometers.readings import EquilibriumTest
from spinlens.thermometers.thermometer import Thermometer

_LEVEL = 0.05  # at which held-out ensembles count as rejected


@dataclass(frozen=True)
class InstrumentTable:
    """Plain numbers (JSON-able), by instrument and by kind of states.

    Attributes
    ----------
    temperatures : list of float
        Of the held-out ensembles.
    thermometers : dict of str to dict
        Name → `range` (low, high); `bias`, `error`, `spread`, `pull`, `in_range` at each temperature (see
        `Validation`); `largest_bias` and `rms_pull` within the range, and `pulls`, how many; for the network
        `coverage`, see `posterior_coverage`.
    equilibrium : dict
        `p_value`, `distance`, `in_range` of the held-out ensembles; `rejected` at 5 % of `tests` in range.
    made_up : dict of str to dict
        Kind of states → `readings` (name → `T`, `error`, `in_range`), `disagreement`, the largest difference between
        two readings in range in units of their errors, and `equilibrium` (`p_value`, `T`, `chi2`, `degrees`,
        `distance`, `distance_error`, `states_to_tell`, `in_range`).
    """

    temperatures: list[float]
    thermometers: dict[str, dict[str, Any]]
    equilibrium: dict[str, Any]
    made_up: dict[str, dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """All of it as one dict, JSON-able; what is not finite is None."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@checked
def instrument_table(
    instruments: InstrumentSet,
    temperatures: npt.ArrayLike,
    states: npt.ArrayLike,
    made_up: Mapping[str, Held] | None = None,
) -> InstrumentTable:
    """Bias, spread, range and pulls of every thermometer on held-out ensembles, and its readings of made-up states.

    Parameters
    ----------
    instruments : InstrumentSet
        Of `calibrate_instruments`.
    temperatures, states : array_like
        Ensembles of known temperatures that the calibration has not seen, (n_temperatures,) and (n_temperatures,
        n_samples, *shape), or with (n_chains, n_draws) for n_samples. Infinity is left out.
    made_up : dict of str to array_like, optional
        Name → states at no temperature (or any others), such as those of `thermometers.impostors`.

    Returns
    -------
    InstrumentTable
        Plain numbers; errors are one standard deviation.

    Examples
    --------
    >>> from spinlens import IsingModel, NearestNeighbour, calibrate_instruments, sample
    >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0, 3.5]
    >>> known, unseen = (sample(model, T, 500, seed=k, keep_spins=True, thin=8).spins.values for k in (0, 1))
    >>> instruments = calibrate_instruments(model, T, known, names=["energy"])
    >>> row = instrument_table(instruments, T, unseen).thermometers["energy"]
    >>> row["pulls"] <= 4 and all(abs(pull) < 4 for pull in row["pull"] if pull is not None)
    True
    """
    known = calibration(instruments.model, temperatures, states)
    rows = {name: _row(thermometer, known) for name, thermometer in instruments.items()}
    others = {name: _off(instruments, kind) for name, kind in (made_up or {}).items()}
    tests = [instruments.test(part) for part in known.parts]
    return InstrumentTable(known.temperatures.tolist(), rows, _equilibrium(tests), others)


def posterior_coverage(network: NetworkThermometer, states: npt.ArrayLike, classes: npt.ArrayLike) -> dict[str, float]:
    """Shares of states whose true class lies in the central 50 % and 90 % of the network's posterior.

    `states` (n_classes, n_samples, *shape) at the temperatures `classes` of the calibration, equally many of each. A
    class straddles the limits of an interval; it then counts with the part of its probability inside, so that a
    calibrated posterior gives 0.5 and 0.9 exactly on average.
    """
    low, high = [], []
    for temperature, part in zip(np.asarray(classes, dtype=np.float64), np.asarray(states), strict=True):
        truth = int(np.argmin(np.abs(network.classes - temperature)))
        posterior = network.posterior(part)
        below = posterior[:, :truth].sum(axis=1)
        low.append(below)
        high.append(below + posterior[:, truth])
    a, b = np.concatenate(low), np.concatenate(high)
    width = np.maximum(b - a, 1e-300)
    found = {}
    for share in (0.5, 0.9):
        left, right = (1 - share) / 2, (1 + share) / 2
        found[f"{share:.0%}"] = float(np.mean(np.clip(np.minimum(b, right) - np.maximum(a, left), 0, None) / width))
    return found


def _row(thermometer: Thermometer, known: Calibration) -> dict[str, Any]:
    found = thermometer.validate_on(known)
    pulls = found.pull[np.isfinite(found.pull)]
    row: dict[str, Any] = {
        "range": [finite(x) for x in thermometer.range],
        **{key: [finite(x) for x in getattr(found, key)] for key in ("bias", "error", "spread", "pull")},
        "in_range": [bool(x) for x in found.in_range],
        "largest_bias": finite(np.abs(found.bias[found.in_range]).max()) if found.in_range.any() else None,
        "rms_pull": finite(np.sqrt(np.mean(pulls**2))) if len(pulls) else None,
        "pulls": len(pulls),
    }
    if isinstance(thermometer, NetworkThermometer):
        row["coverage"] = _coverage(thermometer, known)
    return row


def _coverage(network: NetworkThermometer, known: Calibration) -> dict[str, float] | None:
    same = np.flatnonzero(np.isin(np.round(known.temperatures, 12), np.round(network.classes, 12)))
    if not len(same):
        return None
    return posterior_coverage(network, np.stack([known.parts[k].states for k in same]), known.temperatures[same])


def _equilibrium(tests: Sequence[EquilibriumTest]) -> dict[str, Any]:
    rejected = [test.p_value < _LEVEL for test in tests if test.in_range]
    return {
        "p_value": [finite(test.p_value) for test in tests],
        "distance": [finite(test.distance.value) for test in tests],
        "in_range": [test.in_range for test in tests],
        "tests": len(rejected),
        "rejected": sum(rejected),
    }


def _off(instruments: InstrumentSet, states: Held) -> dict[str, Any]:
    readings, test = instruments.read(states), instruments.test(states)
    inside = [reading.temperature for reading in readings.values() if reading.in_range]
    return {
        "readings": {
            name: {
                "T": finite(reading.temperature.value),
                "error": finite(reading.temperature.error),
                "in_range": reading.in_range,
            }
            for name, reading in readings.items()
        },
        "disagreement": max((abs(a.deviation(b)) for a, b in combinations(inside, 2)), default=None),
        "equilibrium": {
            "p_value": finite(test.p_value),
            "T": finite(test.temperature.value),
            "chi2": finite(test.chi2),
            "degrees": test.degrees,
            "distance": finite(test.distance.value),
            "distance_error": finite(test.distance.error),
            "states_to_tell": finite(test.states_to_tell),
            "in_range": test.in_range,
        },
    }
