"""A study that never ran: results and datasets of the shape a study leaves behind, with made-up numbers.

`make(seed, near=…, far=…)` returns (results, data); a `Case` says how each lattice comes out. Nothing in it is physics;
it is there to draw and to judge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import xarray as xr

from made_up_data import INSTRUMENTS, LAYERS, SEEDS, STARTS, STEPS, model_data

MODELS = {
    "nearest-neighbour": ("nearest neighbour", True, 2.269185),
    "power-law": ("power law σ = 1.2", False, 6.12),
}


UNITS = [{"norm": 4.0 - k, "participation": 4.0 * (k + 1), "radius": float(k == 2)} for k in range(4)]
GRID = [0.0, 0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.6]
ENSEMBLES = {
    "temperatures": GRID,
    "grids": [{"name": "low", "temperatures": GRID[:6]}, {"name": "high", "temperatures": GRID[3:]}],
}


@dataclass(frozen=True)
class Case:
    """How one lattice comes out.

    `machines`: learned ones right and published ones wrong ("depends"), all right or all wrong, errors too large to
    tell, no learned machine at all ("lazy"), or an exact machine that fails ("ungated"). `coarse`: the learned map has
    the exponents of blocks, or other ones. `fixed`: T* of the stack above that of blocks, at it, or another one by each
    instrument ("none"). `composition`: T_end moves with the training set, or stays at T_c. `blur` multiplies errors.
    """

    machines: Literal["depends", "right", "wrong", "unclear", "lazy", "ungated"] = "depends"
    coarse: Literal["same", "different"] = "same"
    fixed: Literal["apart", "same", "none"] = "none"
    composition: Literal["moves", "stays"] = "moves"
    seeds: int = len(SEEDS)
    blur: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """Machines of one recipe: gap in nats per site, T_end/T_c, spread of the instruments, D, excess Δ_s and Δ_ε."""

    name: str
    training_set: str
    family: str
    gap: float
    temperature: float
    spread: float = 0.0
    distance: float = 0.05
    excess: tuple[float, float] = (0.0, 0.0)
    kind: str = "trained"
    control: bool = False
    tied: bool = False
    sees: float = 1.0  # J_eff(r ≥ 2) over J(r) / T_c


RECIPES = (
    Recipe("learned", "critical", "learned", 3e-4, 1.003, 0.004, 0.05, (0.004, 0.02), tied=True),
    Recipe("learned-grid", "grid", "learned", 5e-3, 0.94, 0.02, 0.31, (0.02, 0.1), tied=True, sees=1.2),
    Recipe("learned-low", "low", "learned", 7e-3, 0.87, 0.02, 0.35, (0.02, 0.1), tied=True, sees=1.3),
    Recipe("learned-high", "high", "learned", 6e-3, 1.06, 0.02, 0.33, (0.02, 0.1), tied=True, sees=0.9),
    Recipe("cd1-critical", "critical", "cd1-grid", 9e-3, 0.97, 0.05, 0.3, (0.09, 0.45), sees=0.7),
    Recipe("cd1-grid", "grid", "cd1-grid", 2.4e-2, 0.91, 0.08, 0.6, (0.14, 0.8), sees=0.5),
    Recipe("sister-code", "grid", "sister-code", 3.5e-2, 1.12, 0.12, 0.8, (0.2, 1.0), sees=0.4),
)
CONTROLS = (
    Recipe("exact", "critical", "exact", 0.0, 1.0, 0.0, 0.03, kind="exact", control=True),
    Recipe("lazy", "critical", "lazy", 4e-2, 0.8, 0.3, 1.4, (-0.1, 1.5), control=True, sees=0.3),
    Recipe("geometry-free", "geometry-free", "geometry-free", 0.3, 0.6, 0.4, 2.1, (-0.1, 2.0), control=True, sees=0.1),
    Recipe("mean-field", "mean-field", "mean-field", 0.2, 1.3, 0.3, 1.7, (-0.1, 1.6), control=True, sees=0.1),
    Recipe("redrawn", "critical", "redrawn", 0.4, 2.2, 0.3, 2.6, (0.5, 2.0), "redrawn", True, sees=0.05),
)
WRONG = {"temperature": 0.95, "spread": 0.05, "distance": 0.4, "excess": (0.09, 0.5), "sees": 0.6}
RIGHT = {"temperature": 1.002, "spread": 0.003, "distance": 0.04, "excess": (0.003, 0.01), "sees": 1.0}


def e(value: float, error: float) -> dict[str, float]:
    return {"value": float(value), "error": float(error)}


def make(
    seed: int = 0, near: Case = Case(), far: Case = Case()
) -> tuple[dict[str, Any], dict[str, xr.Dataset]]:  # fmt: skip
    """Results (without claims) and datasets of a nearest-neighbour (`near`) and a power-law model (`far`)."""
    rng = np.random.default_rng(seed)
    results: dict[str, Any] = {
        "format": 2,
        "spinlens": "0.1.0",
        "study": {"name": "quick", "seed": seed, "machines": {"hidden": 64, "seeds": 4}, "ensembles": ENSEMBLES},
        "models": {},
    }
    data: dict[str, xr.Dataset] = {}
    for (name, about), case in zip(MODELS.items(), (near, far), strict=True):
        results["models"][name] = Maker(*about, case, rng).model()
        data |= {f"{kind}/{name}": values for kind, values in model_data(about[2], rng).items()}
    return results, data


def make_map(sigmas: tuple[float, ...] = (0.8, 1.2, 3.0), seed: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """As `make`, of nearest neighbours and power laws of these σ."""
    results, data = make(seed)
    rng = np.random.default_rng(seed)
    listed: list[dict[str, Any]] = [{"name": "nearest-neighbour", "coupling": "nearest-neighbour"}]
    for sigma in sigmas:
        name = f"sigma-{sigma:g}"
        listed.append({"name": name, "coupling": "power-law", "sigma": sigma})
        case = Case(coarse="same" if sigma > 2 else "different")
        results["models"][name] = Maker(f"power law σ = {sigma:g}", sigma > 2, 6.0, case, rng).model()
        data |= {f"{kind}/{name}": values for kind, values in model_data(6.0, rng).items()}
    del results["models"]["power-law"]
    results["study"]["models"] = listed
    return results, data


def recipes(case: Case) -> list[Recipe]:
    """The recipes and controls of a study that comes out as `case` says."""
    trained = list(RECIPES)
    if case.machines == "right":
        trained = [replace(recipe, **RIGHT) for recipe in trained]
    elif case.machines == "wrong":
        trained = [replace(recipe, **WRONG) if recipe.gap < 1e-3 else recipe for recipe in trained]
    elif case.machines == "lazy":
        trained = [replace(CONTROLS[1], name="slow", family="slow", control=False)]
    if case.composition == "stays":
        trained = [replace(r, temperature=1.003) if r.family == "learned" else r for r in trained]
    controls = list(CONTROLS)
    if case.machines == "ungated":
        controls[0] = replace(controls[0], **WRONG)
    return trained + controls


class Maker:
    """The numbers of one model."""

    def __init__(self, label: str, short_range: bool, t_c: float, case: Case, rng: np.random.Generator) -> None:
        self.label, self.short_range, self.t_c, self.case, self.rng = label, short_range, t_c, case, rng
        self.delta = 0.125 if short_range else 0.4
        self.scale = case.blur * (15.0 if case.machines == "unclear" else 1.0)

    def noisy(self, value: float, error: float) -> dict[str, float]:
        return e(value + error * self.rng.normal(), error)

    def shaky(self, value: float, error: float) -> dict[str, float]:
        """A number of a machine, whose errors the case may blow up."""
        return self.noisy(value, error * self.scale)

    def model(self) -> dict[str, Any]:
        machines = [self.machine(r, k) for r in recipes(self.case) for k in range(1 if r.control else self.case.seeds)]
        notes = {name: {"bias": 0.004, "spread": 0.2, "pull": 1.03} for name in INSTRUMENTS}
        return {
            "label": self.label,
            "short_range": self.short_range,
            "regime": "short-range" if self.short_range else "long-range",
            "dimension": 2,
            "reference": self.reference(),
            "critical": self.critical(),
            "size": 16,
            "equilibrium": self.equilibrium(),
            "thermometers": notes,
            "thermometers_by_size": {str(size): notes for size in LAYERS},
            "machines": machines,
            "flows": self.flows(),
            "rg": [
                {"rule": rule, "start": start, "layers": self.layers(start)}
                for rule in ("majority", "average") for start in STARTS
            ],
            "stack": [
                {"seed": seed, "start": start, "layers": self.layers(start), "placement": [0.3, 0.2]}
                for seed in range(self.case.seeds) for start in STARTS
            ],
            "stacks": [{"recipe": "stack", "training_set": "critical", "seed": k} for k in range(self.case.seeds)],
            "localization": {
                "rg": [{"rule": rule, "layer": 1, **self.localization()} for rule in ("majority", "average")],
                "stack": [{"seed": seed, "layer": 1, **self.localization()} for seed in range(self.case.seeds)],
            },
            "units": dict.fromkeys(("learned", "stack"), UNITS),
            "coarse": self.coarse(),
            "fixed_points": self.fixed_points(),
            "published": self.published(),
        }  # fmt: skip

    def reference(self) -> dict[str, Any]:
        source = "Onsager, Phys. Rev. 65, 117 (1944)" if self.short_range else "cluster Monte Carlo"
        return {
            "temperature": {**e(self.t_c, 0.0 if self.short_range else 0.002), "source": source},
            "delta_spin": {**e(self.delta, 0.0), "source": "exact"},
            "delta_energy": {**e(1.0, 0.0), "source": "exact"} if self.short_range else None,
        }

    def critical(self) -> dict[str, Any]:
        spin, energy = self.delta, 1.0 if self.short_range else 0.92
        first = {"temperature": self.noisy(self.t_c, 0.0003 * self.t_c), "delta_spin": self.noisy(spin, 0.003),
                 "delta_energy": self.noisy(energy, 0.008), "binder": self.noisy(0.61, 0.004)}  # fmt: skip
        pairs = [
            {"sizes": [size, 2 * size], "temperature": self.noisy(self.t_c * (1 + 0.04 / size), 0.003 * self.t_c),
             "value": self.noisy(0.6, 0.006), "delta_spin": self.noisy(spin, 0.02),
             "delta_energy": self.noisy(0.95, 0.09)}
            for size in (8, 16)
        ]  # fmt: skip
        second = {key: self.noisy(value["value"], value["error"]) for key, value in first.items()}
        return {**first, "sizes": [8, 16, 32], "crossings": pairs, "by_crossings": second}

    def equilibrium(self) -> dict[str, Any]:
        test = {"p": 0.4, "in_range": True, "distance": e(0.02, 0.02), "states_to_tell": None,
                "temperature": self.noisy(self.t_c, 0.002 * self.t_c)}  # fmt: skip
        temperatures = [self.t_c * ratio for ratio in (0.6, 0.8, 0.9, 1.0, 1.1, 1.3, 1.7, 2.6)]
        return {
            "dimensions": {"temperatures": temperatures, "near": [2, 1]}, "temperature": self.t_c,
            "delta_spin": e(self.delta + 0.02, 0.003), "delta_energy": e(0.9, 0.015),
            "read": {name: self.noisy(self.t_c, 0.002 * self.t_c) for name in INSTRUMENTS}, "test": test,
        }  # fmt: skip

    def machine(self, recipe: Recipe, number: int) -> dict[str, Any]:
        exact, gap = recipe.kind == "exact", recipe.gap * (1 + 0.08 * self.rng.normal())
        bound = recipe.name in ("geometry-free", "redrawn")
        own = e(0.0, 0.0) if exact else self.noisy(gap, 2e-5 + 0.01 * gap)
        method = "ln Z" if exact else "bound" if bound else "overlap"
        ends = {start: self.examined(recipe) for start in ("cold", "hot", "all")}
        return {
            "recipe": recipe.name, "number": number, "kind": recipe.kind, "control": recipe.control,
            "training_set": recipe.training_set, "family": recipe.family, "tied": recipe.tied,
            "hidden": 512 if recipe.tied else 64,
            "gap": {**own, "bound": e(gap, 1e-3), "method": method, "learned": not bound and recipe.gap < 1e-3},
            "gibbs_tau": {**self.noisy(40.0, 3.0), "settled": True},
            "end": {"steps": 400, "settled": True, **ends},
            "couplings": None if exact and not self.short_range else self.couplings(recipe),
        }  # fmt: skip

    def examined(self, recipe: Recipe) -> dict[str, Any]:
        """What is known of the end of a flow, as `Examination.to_dict` has it, and the excess."""
        places = np.linspace(-0.5, 0.5, len(INSTRUMENTS))
        shift = [recipe.temperature + recipe.spread * place for place in places]
        read = {name: self.shaky(self.t_c * t, 0.0015 * self.t_c) for name, t in zip(INSTRUMENTS, shift, strict=True)}
        spin, energy = recipe.excess
        test = {"p": 0.2 if recipe.distance < 0.1 else 1e-9, "in_range": True, "chi2": 20.0, "degrees": 14,
                "distance": self.shaky(recipe.distance, 0.02), "states_to_tell": 10 / recipe.distance**2,
                "temperature": self.shaky(self.t_c * recipe.temperature, 0.002 * self.t_c),
                "worst": {"observable": "S(1,1)", "pull": 1.0}}  # fmt: skip
        return {
            "temperature": read, "in_range": dict.fromkeys(INSTRUMENTS, True), "equilibrium": test,
            "delta_spin": self.shaky(self.delta + spin, 0.003), "delta_energy": self.shaky(0.9 + energy, 0.015),
            "excess": {"delta_spin": self.shaky(spin, 0.004), "delta_energy": self.shaky(energy, 0.02)},
        }  # fmt: skip

    def couplings(self, recipe: Recipe) -> dict[str, Any]:
        r = np.array([1.0, 2**0.5, 2.0, 8**0.5, 3.0, 4.0, 18**0.5, 5.0, 6.0, 7.0, 8.0])
        lattice = np.where(r == 1, 0.44, 0.0) if self.short_range else 0.13 * r**-3.2
        learned = lattice * np.where(r < 2, 0.5 + 0.5 * recipe.sees, recipe.sees) + 4e-4 * self.rng.normal(size=r.size)
        slope = None if self.short_range else self.shaky(-3.2 + 1.5 * (recipe.sees - 1), 0.04)
        return {
            "r": r.tolist(), "learned": learned.tolist(), "error": np.full(r.size, 4e-4).tolist(),
            "lattice": lattice.tolist(), "slope": slope, "lattice_slope": None if self.short_range else -3.2,
        }  # fmt: skip

    def flows(self) -> list[dict[str, Any]]:
        return [
            {
                "recipe": recipe.name, "seed": number, "start": start,
                "plateau": {"reached": True, "steps": [22, 60], **self.examined(recipe)},
                "end": {"step": 60, **self.examined(recipe)},
                "path": self.path(recipe),
            }
            for recipe in recipes(self.case) if not recipe.control
            for number in range(self.case.seeds) for start in ("cold", "critical", "hot")
        ]  # fmt: skip

    def path(self, recipe: Recipe) -> dict[str, Any]:
        """Step by step; the network out of range at the first one."""
        fall = [0.3 / (1 + step) for step in STEPS]
        pairs = [[round(self.t_c * (recipe.temperature + part), 4), round(0.01 * self.t_c, 4)] for part in fall]
        temperature = {name: [list(pair) for pair in pairs] for name in INSTRUMENTS}
        temperature["network"][0][1] = None
        return {
            "steps": STEPS, "temperature": temperature, "magnetization": [[0.5 + part, 0.004] for part in fall],
            "correlation": [[1.0, *(0.7 * r**-0.5 - part for r in range(1, 9))] for part in fall],
        }  # fmt: skip

    def layers(self, start: float) -> list[dict[str, Any]]:
        fan = [self.t_c * (1 + (start - 1) * 2**k) for k in range(len(LAYERS))]
        flags = dict.fromkeys(INSTRUMENTS, True)
        return [
            {"size": size, "temperature": {name: self.noisy(t, 0.01 * self.t_c) for name in INSTRUMENTS},
             "change": {name: self.noisy(t - start * self.t_c, 0.01) for name in INSTRUMENTS},
             "in_range": flags, "off_lattice": False, "magnetization": e(0.6, 0.01),
             "correlation": [1.0, *(0.6 * r**-0.5 for r in range(1, size // 2 + 1))]}
            for size, t in zip(LAYERS, fan, strict=True)
        ]  # fmt: skip

    def localization(self) -> dict[str, Any]:
        return {"rms_radius": self.noisy(2.1, 0.1), "peak_to_background": self.noisy(7, 0.8),
                "participation": self.noisy(12, 1.0)}  # fmt: skip

    def coarse(self) -> list[dict[str, Any]]:
        y_t, y_h = (0.96, 1.88) if self.short_range else (0.92, 1.64)
        off = (0.0, -0.01) if self.case.coarse == "same" else (-0.27, -0.2)
        shifts = {"majority": (0.0, 0.0), "average": (0.02, 0.01), "decimation": (-0.3, -0.15),
                  "kadanoff-machine": (0.01, 0.0), "untrained": (-0.5, -0.4)}  # fmt: skip
        found = [(name, None, shift) for name, shift in shifts.items()]
        found += [("learned", number, off) for number in range(self.case.seeds)]
        return [
            {"map": name, "number": number, "y_t": self.shaky(y_t + dt, 0.008), "y_h": self.shaky(y_h + dh, 0.002),
             "systematic": {"y_t": 0.004, "y_h": 0.002}, "operators": [4, 3], "sides": [16, 8]}
            for name, number, (dt, dh) in found
        ]  # fmt: skip

    def fixed_points(self) -> list[dict[str, Any]]:
        """T* / T_c: blocks at 1.0; averages lie below every start, as where they heat at all of them."""
        shifts = {"apart": np.full(6, 0.07), "same": np.zeros(6), "none": np.linspace(0.01, 0.1, 6)}[self.case.fixed]
        blocks = [("majority", None, np.zeros(6)), ("average", None, np.full(6, np.nan))]
        machines = [(flow, k, shifts) for flow in ("learned", "stack") for k in range(self.case.seeds)]
        found = []
        for flow, number, shift in blocks + machines:
            for name, by in zip(INSTRUMENTS, shift, strict=True):
                crossing = {"value": None, "error": None} if np.isnan(by) else self.shaky(1.0 + by, 0.003)
                bounds = {"above": None, "below": 0.9 if np.isnan(by) else None}
                found.append({"flow": flow, "number": number, "layer": 1, "instrument": name, **crossing, **bounds})
        return found

    def published(self) -> list[dict[str, Any]]:
        return [
            {"case": case, "number": 0, "estimator": estimator, "delta_spin": self.noisy(self.delta + by, 0.02),
             "delta_energy": self.noisy(0.9, 0.1), "at_label": 2.2, "note": ""}
            for estimator in ("sorted by label", "averages read formally", "raw vh")
            for case, by in (("redrawn", 0.2), ("geometry-free", -0.03), ("exact", 0.01), ("cd1-grid", 0.02))
        ]  # fmt: skip
