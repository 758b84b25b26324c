"""Reading results.json: the one place that knows how, for claims, report and command line.

A document may be of a study that never finished, or be damaged: what is missing, null or of another kind reads as
empty, None or NaN, and never raises.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.statistics.estimate import Estimate

Results = Mapping[str, Any]
"""The document, or a mapping in it."""

QUANTITIES = {"temperature": "T_c", "delta_spin": "delta_s", "delta_energy": "delta_eps"}
"""Of a critical point, as a terminal shows them."""


def section(mapping: Results, key: str) -> Results:
    """The mapping under `key`, empty when it is missing or null."""
    found = mapping.get(key)
    return found if isinstance(found, Mapping) else {}


def entries(mapping: Results, key: str) -> list[Results]:
    """The list of mappings under `key`, empty when it is missing or null."""
    found = mapping.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, Sequence) else []


def models(results: Results) -> dict[str, Results]:
    """The models by name in the order of the study, the malformed left out."""
    return {str(name): item for name, item in section(results, "models").items() if isinstance(item, Mapping)}


def power_laws(results: Results) -> dict[str, float]:
    """σ of the power laws by name, from the longest range on, whatever class they are in.

    >>> study = {"models": [{"name": "far", "coupling": "power-law", "sigma": 1.2}]}
    >>> power_laws({"study": study, "models": {"far": {}, "near": {}}})
    {'far': 1.2}
    """
    listed = entries(section(results, "study"), "models")
    known = {str(one.get("name")): finite(one.get("sigma")) for one in listed if one.get("coupling") == "power-law"}
    there = models(results)
    found = [(name, sigma) for name, sigma in known.items() if sigma is not None and name in there]
    return dict(sorted(found, key=lambda item: item[1]))


def label(model: Results, name: str = "unnamed model") -> str:
    """What a model is called in sentences and headings, `name` where it has no label."""
    return str(model.get("label") or name)


def finite(number: object) -> float | None:
    """`number` as a float when it is a finite real number, else None."""
    if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > sys.float_info.max:
        return None
    return None if math.isnan(number) else float(number)


def reference(entry: object) -> Estimate | None:
    """A number to compare with, {"value", "error"}, both finite; an exact one has the error 0."""
    if not isinstance(entry, Mapping):
        return None
    value, error = finite(entry.get("value")), finite(entry.get("error"))
    return None if value is None or error is None or error < 0 else Estimate(value, error)


def measured(entry: object) -> Estimate | None:
    """A measured number: as `reference`, with an error above 0.

    >>> measured({"value": 2.269, "error": 0.001})
    Estimate(value=2.269, error=0.001)
    >>> measured({"value": 2.269, "error": 0.0}) is None
    True
    """
    estimate = reference(entry)
    return estimate if estimate is not None and estimate.error > 0 else None


def number(entry: object, key: str = "value") -> float:
    """A number of an entry such as {"value", "error"} as it stands there, NaN when it is missing."""
    found = entry.get(key) if isinstance(entry, Mapping) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else math.nan


def critical_temperature(model: Results) -> tuple[float, float]:
    """T_c as measured and its error (NaN and 0 when there is none)."""
    entry = section(model, "critical").get("temperature")
    error = number(entry, "error")
    return number(entry), error if math.isfinite(error) else 0.0


def temperature_used(model: Results) -> float | None:
    """The T_c at which the states of machines were drawn; None where it is missing."""
    used = finite(section(model, "equilibrium").get("temperature"))
    return used if used is not None and used > 0 else None


def temperature_unit(model: Results) -> float:
    """The T_c in whose units temperatures are shown: the one used, else the measured one."""
    return temperature_used(model) or critical_temperature(model)[0]
