"""The end of the flows of some machines as effects: temperatures, distance, scaling dimensions, starts."""

from __future__ import annotations

from dataclasses import replace

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.bounded import Bounded, bounded_effect, mean, minus
from spinlens.study.claims.effects import Effect, effect, over_machines
from spinlens.study.claims.recipes import Recipe
from spinlens.study.results_document import Results, finite, measured, reference, section, temperature_used

INSTRUMENTS = {"energy": "energy", "xi": "ξ", "correlation": "G(r)", "pseudo_likelihood": "pseudo-likelihood"}
RELAXING = ("energy", "xi", "correlation")
"""Instruments by which cold and hot starts are compared. Pseudo-likelihood has the largest error, and sees how spins
follow their neighbours, which is forgotten in a few steps."""
TEMPERATURE, DISTANCE, DELTA_SPIN, DELTA_ENERGY = 0.02, 0.15, 0.03, 0.15  # margins
MARGINS = (
    "temperatures by energy, ξ, G(r) and pseudo-likelihood within 2 % of T_c, cold and hot starts within 2 % of "
    "each other by the first three, instruments likewise, distance D of the equilibrium test below 0.15, and "
    "at the states' own best temperature Δ_s within 0.03 and Δ_ε within 0.15 of Monte Carlo on the same lattice"
)
_END = 1e-9  # relative


def end_effects(recipe: Recipe) -> tuple[Effect, ...]:
    """All effects of the end of a recipe's flows.

    Where a chain did not settle they are unmeasured, as its flow may not have ended; what a negative control shows may
    be on its way.
    """
    found = (
        *(_starts(recipe, name) for name in RELAXING),
        *temperature_at_all(recipe),
        *dimension_effects(recipe),
    )
    return (*temperature_effects(recipe), *_where_settled(recipe, found))


def temperature_effects(recipe: Recipe) -> tuple[Effect, ...]:
    """T_end/T_c − 1 by every instrument, unmeasured where `end_effects` are."""
    return _where_settled(recipe, tuple(_temperature(recipe, name) for name in INSTRUMENTS))


def _where_settled(recipe: Recipe, found: tuple[Effect, ...]) -> tuple[Effect, ...]:
    if settled(recipe) or recipe.negative:
        return found
    return tuple(replace(item, value=None, error=None, bound="") for item in found)


def temperature_at_all(recipe: Recipe) -> tuple[Effect, Effect]:
    """Whether the ends have one temperature: the spread of the instruments and the squared distance D²."""
    spreads = mean(_spread(recipe.model, machine) for machine in recipe.machines)
    distances = over_machines(_distance_squared(machine) for machine in recipe.machines)
    return (
        bounded_effect("spread of the instruments / T_c", spreads, TEMPERATURE, recipe.subject),
        effect("D²", distances, DISTANCE**2, recipe.subject),
    )


def dimension_effects(recipe: Recipe) -> tuple[Effect, Effect]:
    """Δ_s and Δ_ε less those of equilibrium at the states' own best temperature."""
    margins = {"delta_spin": ("Δ_s − Monte Carlo", DELTA_SPIN), "delta_energy": ("Δ_ε − Monte Carlo", DELTA_ENERGY)}
    spin, energy = (
        effect(name, over_machines(_excess(machine, key) for machine in recipe.machines), margin, recipe.subject)
        for key, (name, margin) in margins.items()
    )
    return spin, energy


def settled(recipe: Recipe) -> bool:
    """Whether the flows of all machines ended after ten or more times a τ that is known."""
    return all(section(machine, "end").get("settled") is True for machine in recipe.machines)


def end_temperature(recipe: Recipe, instrument: str) -> Bounded | None:
    """T at the end over T_c by one instrument, the mean over machines, without the error of T_c."""
    return mean(_reading(recipe.model, machine, "all", instrument) for machine in recipe.machines)


def _temperature(recipe: Recipe, instrument: str) -> Effect:
    unit = _unit(recipe.model)
    found = minus(end_temperature(recipe, instrument), None if unit is None else Bounded(unit))
    return bounded_effect(f"T_end/T_c − 1 by {INSTRUMENTS[instrument]}", found, TEMPERATURE, recipe.subject)


def _starts(recipe: Recipe, instrument: str) -> Effect:
    pairs = [
        [_reading(recipe.model, machine, start, instrument) for start in ("cold", "hot")] for machine in recipe.machines
    ]
    found = mean(minus(cold, hot) for cold, hot in pairs)
    return bounded_effect(f"(T_cold − T_hot)/T_c by {INSTRUMENTS[instrument]}", found, TEMPERATURE, recipe.subject)


def _spread(model: Results, machine: Results) -> Bounded | None:
    """Largest less smallest reading of one machine's end; a lower bound where an instrument has none."""
    readings = [_reading(model, machine, "all", name) for name in INSTRUMENTS]
    known = [reading for reading in readings if reading is not None]
    if len(known) < 2:
        return None
    high = max(known, key=lambda reading: reading.estimate.value)
    low = min(known, key=lambda reading: reading.estimate.value)
    found = minus(high, low)
    if found is None or len(known) == len(readings):
        return found
    return Bounded(found.estimate, "lower") if found.bound != "upper" else None


def _reading(model: Results, machine: Results, part: str, instrument: str) -> Bounded | None:
    """One instrument's temperature over T_c: measured, a bound at the end of its curve, or None."""
    known, unit = section(section(machine, "end"), part), temperature_used(model)
    pull = finite(section(section(model, "thermometers"), instrument).get("pull"))
    entry = section(known, "temperature").get(instrument)
    if unit is None or pull is None:
        return None
    if section(known, "in_range").get(instrument) is not True:
        return _pinned(model, reference(entry), unit)
    found = measured(entry)
    return None if found is None else Bounded(Estimate(found.value / unit, found.error * max(pull, 1.0) / unit))


def _pinned(model: Results, found: Estimate | None, unit: float) -> Bounded | None:
    """A bound where a reading out of range lies at an end of the calibrated temperatures, or beyond."""
    grid = section(section(model, "equilibrium"), "dimensions").get("temperatures")
    known = [T for T in map(finite, grid if isinstance(grid, list | tuple) else ()) if T is not None and T > 0]
    if found is None or not known:
        return None
    low, high, error = min(known), max(known), found.error / unit
    if found.value <= low * (1 + _END):
        return Bounded(Estimate(low / unit, error), "upper")
    return Bounded(Estimate(high / unit, error), "lower") if found.value >= high * (1 - _END) else None


def _distance_squared(machine: Results) -> Estimate | None:
    """D², which is what is measured: Gaussian also about 0, where the error s of D is the root of that of D²."""
    test = section(section(section(machine, "end"), "all"), "equilibrium")
    found = measured(test.get("distance"))
    if found is None or test.get("in_range") is not True:
        return None
    return Estimate(found.value * found.value, found.error * max(found.error, 2 * abs(found.value)))


def _excess(machine: Results, key: str) -> Estimate | None:
    return measured(section(section(section(machine, "end"), "all"), "excess").get(key))


def _unit(model: Results) -> Estimate | None:
    """T_c over itself: 1 with the error of its determination."""
    used, found = temperature_used(model), measured(section(model, "critical").get("temperature"))
    return None if used is None or found is None else Estimate(1.0, found.error / used)
