"""Datasets of the figures of a study that never ran, beside the numbers of `made_up_study`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from spinlens.lattice.film import Film
from spinlens.lattice.trajectory import Trajectory

INSTRUMENTS = ["energy", "magnetization", "xi", "correlation", "pseudo_likelihood", "network"]
STARTS = [0.9, 0.95, 1.0, 1.05, 1.1]
LAYERS = [16, 8, 4]
SEEDS = [0, 1, 2, 3]
STEPS = [0, 2, 10, 60]
SHOWN = ["learned", "learned-grid", "cd1-grid"]


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
        **films(np.random.default_rng(7)),
        **units(np.random.default_rng(8)),
    }


def films(rng: np.random.Generator) -> dict[str, xr.Dataset]:
    """Spins along flows: of machines from named starts, of a stack and of blocks from temperatures."""
    machines = {f"film/machine/{recipe}": film(rng, ["cold", "critical", "hot"], STEPS, [16] * 4) for recipe in SHOWN}
    return {
        **machines,
        "film/stack/stack": film(rng, STARTS, [0, 1, 2], LAYERS),
        "film/blocks/majority": film(rng, STARTS, [0, 1, 2], LAYERS),
        "film/blocks/average": film(rng, STARTS, [0, 1, 2], LAYERS, real=True),
    }


def film(
    rng: np.random.Generator, starts: list[Any], steps: list[int], sides: list[int], real: bool = False
) -> xr.Dataset:
    """Two samples from every start."""
    paths = [Trajectory("made up", tuple(steps), tuple(spins(rng, 2, L, L, width=1.2) for L in sides)) for _ in starts]
    if real:
        paths = [replace(p, states=(p.states[0], *(rng.uniform(-1, 1, s.shape) for s in p.states[1:]))) for p in paths]
    found = [Film.of(path) for path in paths]
    frames = (("start", "sample", "byte"), np.stack([each.frames for each in found]))
    return xr.Dataset({"frames": frames}, {"start": starts}, {"number": 0, "film": found[0].about()})


def units(rng: np.random.Generator) -> dict[str, xr.Dataset]:
    """Receptive fields and ⟨vh⟩ of single units, one of them of the largest weight at its place."""
    r = np.hypot(*np.meshgrid(np.arange(-8, 8), np.arange(-8, 8)))
    fields = np.exp(-r / np.array([1.0, 2.0, 4.0, 8.0])[:, None, None]) + 0.02 * rng.normal(size=(4, 16, 16))
    seen = xr.Dataset({"units": (("seen", "shown", "x", "y"), np.stack([fields, 0.3 * fields]))})
    return {"units/machine/learned": seen, "units/stack/stack": seen}


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
    mean = np.stack([-2 / (1 + x**3), 1 / (1 + x**5), 1 / (1 + x**4), 1 / (0.3 + x), 2 - x / 3, x / (0.4 + x)])
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
    shape = (3, len(SEEDS), 3, len(step), len(INSTRUMENTS))
    temperature = t_c * line[:, None, :, :, None] * (1 + 0.02 * rng.normal(size=shape))
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
            "recipe": SHOWN, "seed": SEEDS, "start": ["cold", "critical", "hot"], "step": step,
            "instrument": INSTRUMENTS, "snapshot_step": [0, 2, 10, 30, 60],
        },
    )  # fmt: skip


def correlation(rng: np.random.Generator) -> xr.Dataset:
    starts = ("cold", "critical", "hot")
    curves = ["Monte Carlo, T_c", *(f"RBM {recipe}, {start} start" for recipe in SHOWN for start in starts)]
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
    shape = (len(labels), 5, 3, len(INSTRUMENTS))
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
