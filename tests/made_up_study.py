"""A study that never ran: results and datasets of the shape a study leaves behind, with made-up numbers.

`make(seed)` returns (results, data). Nothing in it is physics; it is there to draw and to judge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

INSTRUMENTS = ["energy", "magnetization", "network"]
STARTS = [0.9, 0.95, 1.0, 1.05, 1.1]
RECIPES = ["cd1-grid", "pcd10-grid", "pcd10-critical"]
SEEDS = [0, 1, 2]
LAYERS = [16, 8, 4]
MODELS = {
    "nearest-neighbour": ("nearest neighbour", True, 2.269185),
    "power-law": ("power law σ = 1.2", False, 6.12),
}


def e(value: float, error: float) -> dict[str, float]:
    return {"value": float(value), "error": float(error)}


def make(seed: int = 0) -> tuple[dict[str, Any], dict[str, xr.Dataset]]:
    """Results (without claims) and datasets of two models."""
    rng = np.random.default_rng(seed)
    results: dict[str, Any] = {
        "format": 2,
        "spinlens": "0.1.0",
        "study": {"name": "quick", "seed": seed, "machines": {"hidden": 64, "seeds": 3}, "flows": {"steps": 60}},
        "models": {},
    }
    data: dict[str, xr.Dataset] = {}
    for name, (label, short_range, t_c) in MODELS.items():
        results["models"][name] = model_results(label, short_range, t_c, rng)
        data |= {f"{kind}/{name}": values for kind, values in model_data(t_c, rng).items()}
    return results, data


def model_results(label: str, short_range: bool, t_c: float, rng: np.random.Generator) -> dict[str, Any]:
    def noisy(value: float, error: float) -> dict[str, float]:
        return e(value + error * rng.normal(), error)

    known = {**e(t_c, 0.0), "source": "Onsager, Phys. Rev. 65, 117 (1944)"} if short_range else None
    delta = 0.125 if short_range else 0.4
    readings = {"energy": noisy(t_c, 0.02), "magnetization": noisy(t_c * 1.04, 0.05), "network": noisy(t_c, 0.09)}
    return {
        "label": label,
        "short_range": short_range,
        "dimension": 2,
        "reference": {
            "temperature": known,
            "delta_spin": {**e(delta, 0.0), "source": "exact"},
            "delta_energy": {**e(1.0, 0.0), "source": "exact"} if short_range else None,
        },
        "critical": {
            "temperature": noisy(t_c, 0.003 * t_c),
            "delta_spin": noisy(delta, 0.012),
            "delta_energy": noisy(1.0 if short_range else 0.92, 0.06),
            "binder": noisy(0.61, 0.004),
            "sizes": [8, 16, 32],
            "crossings": [
                {
                    "sizes": [size, 2 * size],
                    "temperature": noisy(t_c * (1 + 0.04 / size), 0.003 * t_c),
                    "value": noisy(0.6, 0.006),
                    "delta_spin": noisy(delta, 0.02),
                    "delta_energy": noisy(0.95, 0.09),
                }
                for size in (8, 16)
            ],
        },
        "size": 16,
        "equilibrium": {"temperature": t_c, "delta_spin": e(delta + 0.02, 0.006), "delta_energy": e(0.9, 0.04)},
        "thermometers": {
            "energy": {"bias": 0.008, "spread": 0.21, "pull": 1.03},
            "magnetization": {"bias": 0.013, "spread": 0.34, "pull": 0.95},
            "network": {"bias": 0.031, "spread": 0.3, "pull": 1.2},
        },
        "machines": [
            {
                "recipe": recipe,
                "training_set": recipe.rsplit("-", 1)[1],
                "seed": seed,
                "log_likelihood": noisy(-92.3, 0.2),
                "late_gain": noisy(0.3, 0.1),
                "converged": recipe != "cd1-grid",
                "gibbs_tau": 14.2 + seed,
            }
            for recipe in RECIPES
            for seed in SEEDS
        ],
        "flows": [
            {
                "recipe": recipe,
                "seed": seed,
                "start": start,
                "plateau": {
                    "reached": (recipe, start) != ("cd1-grid", "cold"),
                    "steps": [22, 60],
                    "temperature": readings,
                    "in_range": dict.fromkeys(INSTRUMENTS, True),
                    "equilibrium": {"p": 0.03},
                    "delta_spin": noisy(delta + (0.1 if recipe == "cd1-grid" else 0.02), 0.02),
                    "delta_energy": noisy(0.9, 0.1),
                },
            }
            for recipe in RECIPES
            for seed in SEEDS
            for start in ("cold", "critical", "hot")
        ],
        "rg": [
            {"rule": rule, "start": start, "layers": layers(t_c, start, rng)}
            for rule in ("majority", "average")
            for start in STARTS
        ],
        "stack": [
            {"seed": seed, "start": start, "converged": True, "layers": layers(t_c, start, rng)}
            for seed in SEEDS
            for start in STARTS
        ],
        "localization": {
            "rg": [{"rule": rule, "layer": 1, **localization(rng)} for rule in ("majority", "average")],
            "stack": [{"seed": seed, "layer": 1, "converged": True, **localization(rng)} for seed in SEEDS],
        },
    }  # fmt: skip


def layers(t_c: float, start: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    return [
        {
            "size": size,
            "temperature": {n: e(t_c * (1 + (start - 1) * 2**k + 0.01 * rng.normal()), 0.03) for n in INSTRUMENTS},
            "in_range": dict.fromkeys(INSTRUMENTS, True),
        }
        for k, size in enumerate(LAYERS)
    ]


def localization(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "rms_radius": e(2.1 + 0.1 * rng.normal(), 0.1),
        "peak_to_background": e(7 + rng.normal(), 0.8),
        "participation": e(12 + rng.normal(), 1.0),
    }


def model_data(t_c: float, rng: np.random.Generator) -> dict[str, xr.Dataset]:
    return {
        "critical": critical(t_c, rng),
        "snapshots": snapshots(t_c, rng),
        "thermometers": thermometers(t_c, rng),
        "flow": flow(t_c, rng),
        "correlation": correlation(rng),
        "rg": layer_flow(t_c, "rule", ["majority", "average"], rng),
        "stack": layer_flow(t_c, "seed", SEEDS, rng),
        "maps": maps(rng),
    }


def spins(rng: np.random.Generator, *shape: int, width: float = 1.0) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Lattices (…, x, y) of ±1 with clusters of about `width` sites."""
    k = 2 * np.pi * np.hypot(np.fft.fftfreq(shape[-2])[:, None], np.fft.fftfreq(shape[-1])[None, :])
    smooth = np.fft.ifft2(np.fft.fft2(rng.normal(size=shape)) * np.exp(-((k * width) ** 2) / 2)).real
    return np.where(smooth >= 0, 1, -1).astype(np.int8)


def critical(t_c: float, rng: np.random.Generator) -> xr.Dataset:
    sizes, fine, coarse = np.array([8, 16, 32]), t_c * np.linspace(0.85, 1.15, 121), t_c * np.linspace(0.86, 1.14, 8)

    def curve(t: Any) -> Any:
        return 0.61 - 0.35 * np.tanh((np.asarray(t) / t_c - 1) * sizes[:, None] * 0.3)

    error = np.full((3, 8), 0.006)
    return xr.Dataset(
        {
            "binder": (("size", "temperature"), curve(fine)),
            "binder_error": (("size", "temperature"), np.full((3, 121), 0.004)),
            "measured": (("size", "measured_temperature"), curve(coarse) + error * rng.normal(size=(3, 8))),
            "measured_error": (("size", "measured_temperature"), error),
        },
        coords={"size": sizes, "temperature": fine, "measured_temperature": coarse},
    )


def snapshots(t_c: float, rng: np.random.Generator) -> xr.Dataset:
    temperatures = t_c * np.array([0.8, 0.95, 1.0, 1.05, 1.3, 2.5])
    states = np.stack([spins(rng, 64, 64, width=w) for w in (14, 8, 4, 2.5, 1.2, 0.3)])
    return xr.Dataset(
        {"spins": (("temperature", "x", "y"), states)}, coords={"temperature": temperatures}, attrs={"T_c": t_c}
    )


def thermometers(t_c: float, rng: np.random.Generator) -> xr.Dataset:
    temperature = t_c * np.linspace(0.0, 2.6, 27)
    x = temperature / t_c
    mean = np.stack([-2 / (1 + x**3), 1 / (1 + x**5), x / (0.4 + x)])
    error, spread = np.full_like(mean, 0.004), np.full_like(mean, 0.06)
    read_error = np.full_like(mean, 0.02 * t_c)
    dims = ("instrument", "temperature")
    return xr.Dataset(
        {
            "mean": (dims, mean),
            "error": (dims, error),
            "spread": (dims, spread),
            "read": (dims, temperature + read_error * rng.normal(size=mean.shape)),
            "read_error": (dims, read_error),
            "in_range": (dims, np.broadcast_to((x > 0.3) & (x < 2.4), mean.shape).copy()),
        },
        coords={"instrument": INSTRUMENTS, "temperature": temperature},
    )


def flow(t_c: float, rng: np.random.Generator) -> xr.Dataset:
    step, starts = np.arange(0, 61, 2), np.array([0.1, 1.0, 2.4])
    rate, end = np.array([9.0, 14.0, 20.0]), np.array([1.3, 1.0, 1.02])
    line = end[:, None, None] + (starts - end[:, None])[:, :, None] * np.exp(-step / rate[:, None, None])
    temperature = t_c * line[:, None, :, :, None] * (1 + 0.02 * rng.normal(size=(3, 3, 3, len(step), 3)))
    dims = ("recipe", "seed", "start", "step", "instrument")
    shots = spins(rng, 3, 3, 5, 16, 16, width=1.5)
    shots[:, 0, 0], shots[:, 2, 0] = 1, spins(rng, 16, 16, width=0.1)
    return xr.Dataset(
        {
            "temperature": (dims, temperature),
            "temperature_error": (dims, np.full_like(temperature, 0.03 * t_c)),
            "in_range": (dims, temperature < 2.2 * t_c),
            "flow_spins": (("recipe", "start", "snapshot_step", "x", "y"), shots),
        },
        coords={
            "recipe": RECIPES, "seed": SEEDS, "start": ["cold", "critical", "hot"], "step": step,
            "instrument": INSTRUMENTS, "snapshot_step": [0, 2, 10, 30, 60],
        },
    )  # fmt: skip


def correlation(rng: np.random.Generator) -> xr.Dataset:
    starts = ("cold", "critical", "hot")
    curves = ["Monte Carlo, T_c", *(f"RBM {recipe}, {start} start" for recipe in RECIPES for start in starts)]
    r = np.arange(0, 9)
    value = np.maximum(r, 0.7) ** -np.array([0.3, 0.9, 0.6, 0.7, 0.25, *[0.32] * 5])[:, None] * 0.7
    value[1, -1] = -0.01
    error = np.full_like(value, 0.015)
    return xr.Dataset(
        {"G": (("curve", "r"), value + error * rng.normal(size=value.shape)), "G_error": (("curve", "r"), error)},
        coords={"curve": curves, "r": r},
    )


def layer_flow(t_c: float, dimension: str, labels: list[Any], rng: np.random.Generator) -> xr.Dataset:
    dims = (dimension, "start", "layer", "instrument")
    start = np.array(STARTS)[None, :, None, None]
    growth = np.array([0, 1, 2])[None, None, :, None]
    fan = 1 + (start - 1) * 2.0**growth if dimension == "rule" else start - 0.12 * growth
    shape = (len(labels), 5, 3, 3)
    temperature = t_c * (fan + 0.02 * rng.normal(size=shape))
    return xr.Dataset(
        {
            "temperature": (dims, temperature),
            "temperature_error": (dims, np.full(shape, 0.025 * t_c)),
            "in_range": (dims, rng.random(shape) > 0.1),
        },
        coords={dimension: labels, "start": STARTS, "layer": LAYERS, "instrument": INSTRUMENTS},
    )


def maps(rng: np.random.Generator) -> xr.Dataset:
    sources, x = ["stacked RBM", "majority blocks", "block average"], np.arange(-8, 8)
    r = np.hypot(x[:, None], x[None, :])
    connected = np.stack([0.3 * np.exp(-r / w) for w in (3.0, 1.2, 1.0)]) + 0.004 * rng.normal(size=(3, 16, 16))
    units = np.arange(-8, 8)
    fields = np.stack(
        [np.exp(-np.hypot(units[:, None] - a, units[None, :] - b) / 2) for a, b in rng.integers(-7, 7, (8, 2))]
    )
    dims = ("source", "x", "y")
    return xr.Dataset(
        {
            "raw": (dims, connected + 0.15),
            "connected": (dims, connected),
            "connected_error": (dims, np.full_like(connected, 0.006)),
            "fields": (("unit", "x", "y"), fields + 0.05 * rng.normal(size=fields.shape)),
        },
        coords={"source": sources},
    )  # fmt: skip
