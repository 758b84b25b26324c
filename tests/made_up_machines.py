"""Results of studies that never ran, of the parts that claims read: what machines truly are goes in, numbers come out.

A `Truth` says what a kind of machine is; `model` measures it with errors that fall as 1/√n and, with a generator, with
noise of just that size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

T_C = 5.0
INSTRUMENTS = ("energy", "xi", "correlation", "pseudo_likelihood")
LAYER_INSTRUMENTS = ("energy", "magnetization", "xi")
GRID = (0.5, 0.9, 0.95, 1.0, 1.05, 1.1, 2.6)
STATES = 3000


@dataclass(frozen=True)
class Truth:
    """What a kind of machine truly is; the default is the lattice itself."""

    temperature: float = 1.0  # T_end / T_c
    apart: float = 0.0  # by how much ξ reads hotter than the other instruments
    starts: float = 0.0  # cold less hot end
    distance: float = 0.0
    delta_spin: float = 0.0
    delta_energy: float = 0.0
    gap: float = 1e-5
    coupling: float = 0.0  # J_eff / (J/T) − 1
    slope: float = 0.0
    scatter: float = 0.0  # between machines, in units of each margin

    def toward(self, other: Truth, part: float) -> Truth:
        """This machine, a part of the way to another one."""
        names = self.__dataclass_fields__
        return Truth(**{k: getattr(self, k) + part * (getattr(other, k) - getattr(self, k)) for k in names})


LATTICE = Truth()
LAZY = Truth(1.08, 0.4, 0.0, 1.2, -0.3, 0.3, 0.3, -0.9, 1.0)
CONTROLS = {
    "exact": replace(LATTICE, gap=0.0),
    "lazy": LAZY,
    "geometry-free": replace(LAZY, temperature=0.9),
    "mean-field": replace(LAZY, gap=0.2),
    "redrawn": replace(LAZY, temperature=1.5),
}


@dataclass(frozen=True)
class Measured:
    """How well things are measured, and the noise."""

    n: int = STATES
    rng: np.random.Generator | None = None
    failures: dict[str, Any] = field(default_factory=dict)

    def __call__(self, value: float, error: float) -> dict[str, float]:
        """A number whose error is `error` at 3,000 states."""
        own = error * math.sqrt(STATES / self.n)
        return {"value": value + (0.0 if self.rng is None else own * self.rng.standard_normal()), "error": own}


def end(truth: Truth, see: Measured, shift: float = 0.0) -> dict[str, Any]:
    T = {name: truth.temperature + shift + truth.apart * (name == "xi") for name in INSTRUMENTS}
    return {
        "temperature": {name: see(T_C * value, 0.003 * T_C) for name, value in T.items()},
        "in_range": dict.fromkeys(INSTRUMENTS, True),
        "equilibrium": {"p": 0.4, "in_range": True, "distance": distance(truth.distance, see)},
        "excess": {"delta_spin": see(truth.delta_spin, 0.004), "delta_energy": see(truth.delta_energy, 0.03)},
    }


def distance(truth: float, see: Measured) -> dict[str, float]:
    """D as the equilibrium test gives it, from a D² that is Gaussian about the true one."""
    spread = 0.04**2 * STATES / see.n + 2 * truth * 0.02 * math.sqrt(STATES / see.n)
    squared = max(truth**2 + spread * (see(0.0, 1.0)["value"] * math.sqrt(see.n / STATES)), 0.0)
    value = math.sqrt(squared)
    near = math.sqrt(spread)
    return {"value": value, "error": min(spread / (2 * value), near) if value > 0 else near}


def couplings(truth: Truth, see: Measured) -> dict[str, Any]:
    r, J = [1.0, math.sqrt(2), 2.0, math.sqrt(5)], [0.15, 0.05, 0.016, 0.011]
    learned = [see(j * (1 + truth.coupling), 0.006 * j) for j in J]
    return {
        "r": r,
        "learned": [found["value"] for found in learned],
        "error": [found["error"] for found in learned],
        "lattice": J,
        "slope": see(truth.slope - 3.2, 0.03),
        "lattice_slope": -3.2,
    }


def machine(recipe: str, number: int, truth: Truth, see: Measured, **about: Any) -> dict[str, Any]:
    training_set = about.get("training_set", "critical")
    return {
        "recipe": recipe,
        "number": number,
        "kind": "trained",
        "control": False,
        "training_set": training_set,
        "family": recipe,
        "gap": see(truth.gap, 2e-5),
        "gibbs_tau": {"value": 20.0, "error": 1.0, "settled": True},
        "end": {
            "steps": 300,
            "settled": True,
            "cold": end(truth, see, truth.starts / 2),
            "hot": end(truth, see, -truth.starts / 2),
            "all": end(truth, see),
        },
        "couplings": couplings(truth, see),
        **about,
    }


def machines(recipe: str, truth: Truth, see: Measured, seeds: int = 8, **about: Any) -> list[dict[str, Any]]:
    return [machine(recipe, number, truth, see, **about) for number in range(seeds)]


def controls(see: Measured, truths: Mapping[str, Truth] = CONTROLS) -> list[dict[str, Any]]:
    kinds = {"exact": "exact", "redrawn": "redrawn"}
    return [machine(k, 0, truth, see, kind=kinds.get(k, "trained"), control=True) for k, truth in truths.items()]


def coarse(see: Measured, y_t: float, y_h: float, learned: tuple[float, float], seeds: int = 8) -> list[dict[str, Any]]:
    """MCRG entries of majority blocks with (y_t, y_h), and of learned maps that differ from them by `learned`."""
    common = {"systematic": {"y_t": 0.01, "y_h": 0.01}, "operators": [6, 3], "sides": [16, 8]}

    def entry(name: str, number: int | None, t: float, h: float) -> dict[str, Any]:
        return {"map": name, "number": number, "y_t": see(y_t + t, 0.01), "y_h": see(y_h + h, 0.005), **common}

    return [
        entry("majority", None, 0, 0),
        entry("kadanoff-machine", None, 0.01, 0.01),
        entry("untrained", 0, -0.6, -0.5),
        *(entry("learned", number, *learned) for number in range(seeds)),
    ]


def fixed_points(
    see: Measured,
    flows: Mapping[str, Mapping[str, float]],
    seeds: int = 8,
    instruments: Sequence[str] = LAYER_INSTRUMENTS,
) -> list[dict[str, Any]]:
    """T*/T_c of flows by instrument."""
    found = []
    for flow, values in flows.items():
        numbers = range(seeds) if flow in ("learned", "stack") else [None]
        for number in numbers:
            for name in instruments:
                place = {"flow": flow, "number": number, "layer": 1, "instrument": name}
                found.append({**place, **see(values[name], 0.003), "above": None, "below": None})
    return found


def model(short_range: bool = False, see: Measured | None = None, **parts: Any) -> dict[str, Any]:
    """A model; `recipes` maps names to truths, `machines` gives machines as they are."""
    see = see or Measured()
    recipes = parts.get("recipes", {"learned": LATTICE})
    learned, stars = parts.get("learned_map", (0.0, 0.0)), parts.get("stars", {"learned": 1.0, "stack": 1.0})
    flows = {
        name: star if isinstance(star, Mapping) else dict.fromkeys(LAYER_INSTRUMENTS, star)
        for name, star in {"majority": 1.0, "average": 0.85, **stars}.items()
    }
    seeds = parts.get("seeds", 8)
    trained = [one for name, truth in recipes.items() for one in machines(name, truth, see, seeds)]
    return {
        "label": "nearest neighbour" if short_range else "power law",
        "short_range": short_range,
        "reference": {
            "temperature": {"value": T_C, "error": 0.0},
            "delta_spin": {"value": 0.4, "error": 0.0},
            "delta_energy": None,
        },
        "critical": {
            **critical(see, **parts.get("critical", {})),
            "by_crossings": critical(see, **parts.get("crossings", {})),
        },
        "equilibrium": {"temperature": T_C, "dimensions": {"temperatures": [T * T_C for T in GRID]}},
        "thermometers": {name: {"bias": 0.002, "spread": 0.1, "pull": 0.9} for name in INSTRUMENTS},
        "machines": [*trained, *controls(see, parts.get("controls", CONTROLS)), *parts.get("machines", [])],
        "coarse": coarse(see, 1.1, 1.6, learned, seeds),
        "fixed_points": fixed_points(see, flows, seeds),
    }


def critical(see: Measured, T: float = T_C, delta_spin: float = 0.4, delta_energy: float = 0.95) -> dict[str, Any]:
    return {
        "temperature": see(T, 0.001),
        "delta_spin": see(delta_spin, 0.002),
        "delta_energy": see(delta_energy, 0.006),
    }


def results(*models: dict[str, Any], grids: Sequence[str] = ()) -> dict[str, Any]:
    """A document; `grids` are names of training grids that hold T_c."""
    listed = [{"name": name, "temperatures": [0.9, 1.0, 1.1]} for name in grids]
    study = {"ensembles": {"temperatures": list(GRID), "grids": listed}}
    return {"format": 2, "study": study, "models": {f"model {k}": one for k, one in enumerate(models)}}


def along(maps: Mapping[float, dict[str, Any]], near: dict[str, Any] | None = None) -> dict[str, Any]:
    """A document of a map: power laws by σ, each with parts as `model` takes them, and nearest neighbours."""
    found = {f"sigma-{sigma:g}": {**model(**parts), "label": f"σ = {sigma:g}"} for sigma, parts in maps.items()}
    listed = [{"name": f"sigma-{sigma:g}", "coupling": "power-law", "sigma": sigma} for sigma in maps]
    models = {"nearest-neighbour": model(**{"short_range": True, **(near or {})}), **found}
    nearest = {"name": "nearest-neighbour", "coupling": "nearest-neighbour"}
    return {"format": 2, "study": {"ensembles": {}, "models": [nearest, *listed]}, "models": models}


def family(see: Measured, shifts: Mapping[str, float], seeds: int = 8, about: float = 1.0) -> list[dict[str, Any]]:
    """Machines that were trained on several grids and end at `about` + shift."""
    return [
        one
        for grid, shift in shifts.items()
        for one in machines(
            f"cd1-{grid}", Truth(temperature=about + shift, gap=0.05), see, seeds, training_set=grid, family="cd1-grid"
        )
    ]
