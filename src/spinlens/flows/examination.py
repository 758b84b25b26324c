"""All that is known of one ensemble, such as the end of a flow: temperatures, the joint test, scaling dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from spinlens.arrays import Fields
from spinlens.flows.dimension_curve import DimensionCurve
from spinlens.flows.dimensions import EffectiveDimensions, effective_dimensions
from spinlens.flows.reading import Instruments, measure, shared
from spinlens.statistics.estimate import as_entry, finite
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.thermometers.readings import EquilibriumTest, Reading

_SMALLEST = 4  # sides from which effective dimensions are defined


@dataclass(frozen=True)
class Examination:
    """What instruments, the joint test and the estimators of dimensions say of one ensemble.

    `equilibrium` is None where no reference was given, `dimensions` None on lattices smaller than 4.
    """

    readings: Mapping[str, Reading]
    equilibrium: EquilibriumTest | None
    dimensions: EffectiveDimensions | None

    @classmethod
    def of(cls, states: Fields, readings: Mapping[str, Reading], equilibrium: EquilibriumTest | None) -> Self:
        """With the effective dimensions of `states` (n_samples, *shape)."""
        large = min(states.shape[1:]) >= _SMALLEST
        return cls(readings, equilibrium, effective_dimensions(states) if large else None)

    def excess(self, curve: DimensionCurve) -> EffectiveDimensions | None:
        """Δ − Δ of equilibrium at the temperature that the joint test finds best; None without test or dimensions.

        Effective dimensions of one lattice size are thermometers: some percent of T are many errors of Δ. What is left
        at the ensemble's own temperature is not a matter of temperature. The errors of Δ, of the curve and of the best
        temperature are taken as independent, although the first and the last come from the same states.
        """
        if self.equilibrium is None or self.dimensions is None:
            return None
        return self.dimensions.minus(curve.at(self.equilibrium.temperature))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: `temperature` and `in_range` by instrument, `equilibrium`, `delta_spin`, `delta_energy`.

        Out of range a temperature is the nearest end of the calibration: rules take it for a bound.
        """
        found = self.dimensions
        return {
            "temperature": {name: as_entry(reading.nearest) for name, reading in self.readings.items()},
            "in_range": {name: reading.in_range for name, reading in self.readings.items()},
            "equilibrium": None if self.equilibrium is None else equilibrium_entry(self.equilibrium),
            "delta_spin": as_entry(found.delta_spin if found else None),
            "delta_energy": as_entry(found.delta_energy if found else None),
        }


def examine(
    states: Fields, instruments: Instruments, equilibrium: EquilibriumReference | None = None, chains: int = 0
) -> Examination:
    """Read one ensemble (n_samples, *shape) with all instruments, test it and measure its dimensions.

    With `chains` the states are equally many draws of so many chains, chain by chain, whose correlation errors take
    into account.
    """
    given = shared(states, instruments, chains)
    readings = {name: measure(instrument, given).reading for name, instrument in instruments.items()}
    return Examination.of(states, readings, None if equilibrium is None else equilibrium.test(given))


def equilibrium_entry(test: EquilibriumTest) -> dict[str, Any]:
    """JSON-able: `p` (None where the test does not count), `distance` D, `states_to_tell`, and what pulls most."""
    worst = max(test.pulls, key=lambda name: abs(test.pulls[name]))
    return {
        "p": finite(test.p_value) if test.in_range else None,
        "in_range": test.in_range,
        "distance": as_entry(test.distance),
        "states_to_tell": finite(test.states_to_tell),
        "temperature": as_entry(test.temperature),
        "chi2": finite(test.chi2),
        "degrees": test.degrees,
        "worst": {"observable": worst, "pull": finite(test.pulls[worst])},
    }
