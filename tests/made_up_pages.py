"""Documents of `spinlens flow` and `spinlens train` that never ran, to draw their pages from; pages of words alone."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from spinlens.lattice.trajectory import Trajectory
from spinlens.report.illustration import Illustration
from spinlens.workflows.films import film

INSTRUMENTS = ("energy", "magnetization", "xi")
STEPS = (0, 1, 2, 5, 10, 20, 50)
_FIELD = {
    "temperatures": [1.8, 2.0, 2.2, 2.4, 2.6], "change": [0.2, 0.1, 0.02, -0.1, -0.2], "error": [0.01] * 5,
    "fixed_points": [{"temperature": {"value": 2.23, "error": 0.02}, "slope": {"value": -0.6, "error": 0.1},
                      "stable": True}],
}  # fmt: skip


def undrawn(module: ModuleType) -> SimpleNamespace:
    """In the place of a figure of a study: one of its name without panels, for pages that are read for their words."""
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    return SimpleNamespace(illustration=lambda results, data: Illustration(name, "", "", "", ()))


def flow_path(start: str) -> Trajectory:
    """States along the made-up flow of the machine."""
    rng = np.random.default_rng(sum(map(ord, start)))
    states = [np.where(rng.random((3, 8, 8)) < 0.5, 1, -1).astype(np.int8) for _ in STEPS]
    return Trajectory("machine", STEPS, tuple(states))


def flow_document(groups: int = 2) -> dict[str, Any]:
    """results.json of a flow: a machine, and controls beside it."""
    machines = [("given", "machine", 0), *(("exact", "lattice", seed) for seed in range(groups - 1))]
    starts = {"cold": 1.5, "critical": 2.25, "hot": 3.0}
    maps = np.full((8, 8), 0.5)
    shape = (5, 3, len(INSTRUMENTS))
    return {
        "spinlens": "0.1.0", "title": "nearest-neighbour, 8 × 8: flow of machine", "lead": "50 steps.",
        "provenance": "spinlens 0.1.0, seed 0.", "unit": 2.269, "instruments": list(INSTRUMENTS),
        "machine": {"name": "machine", "kind": "sampled", "steps": 50},
        "readings": [_reading(*m, start, T, step, k) for m in machines for start, T in starts.items()
                     for step in STEPS for k in range(len(INSTRUMENTS))],
        "flows": [_end(*m, start) for m in machines for start in starts],
        "fields": {"machine": dict.fromkeys(INSTRUMENTS, _FIELD)},
        "layers": {"majority blocks": {
            "start": [0.9, 0.95, 1.0, 1.05, 1.1], "layer": [8, 4, 2], "instrument": list(INSTRUMENTS),
            "temperature": np.full(shape, 2.3).tolist(), "temperature_error": np.full(shape, 0.02).tolist(),
            "in_range": np.full(shape, True).tolist(),
        }},
        "patterns": [{"source": "machine", "peak": {"value": 0.5, "error": 0.01}}],
        "maps": {"machine": {"raw": maps.tolist(), "connected": (maps - 0.3).tolist(),
                             "connected_error": (0 * maps + 0.01).tolist()}},
        "films": [{"kind": "machine", "source": "machine",
                   "starts": [film(start, flow_path(start)) for start in starts]}],
    }  # fmt: skip


def _reading(control: str, recipe: str, seed: int, start: str, T: float, step: int, k: int) -> dict[str, Any]:
    here = 2.3 + (T - 2.3) * np.exp(-step / 4) + 0.02 * k
    return {
        "control": control, "recipe": recipe, "seed": seed, "n_hidden": 16, "start": start, "step": step,
        "instrument": INSTRUMENTS[k], "temperature": here, "nearest": here, "temperature_error": 0.02, "in_range": True,
    }  # fmt: skip


def _end(control: str, recipe: str, seed: int, start: str) -> dict[str, Any]:
    read = {f"reading_{name}": f"2.3{k}(2)" for k, name in enumerate(INSTRUMENTS)}
    for k, name in enumerate(INSTRUMENTS):
        read |= {f"T_{name}": 2.3 + 0.02 * k, f"nearest_{name}": 2.3 + 0.02 * k, f"T_{name}_error": 0.02,
                 f"in_range_{name}": True}  # fmt: skip
    return {
        "control": control, "recipe": recipe, "seed": seed, "n_hidden": 16, "start": start, "steps": 50,
        "equilibrium_p": 0.3, "equilibrium_T": 2.31, "equilibrium_T_error": 0.02, "plateau": True, "plateau_first": 10,
        "plateau_last": 50, "delta_spin": 0.12, "delta_spin_error": 0.01, "delta_energy": 1.0,
        "delta_energy_error": 0.05, "gibbs_tau": 14.0, "gibbs_tau_error": 2.0, **read,
    }  # fmt: skip


def judged() -> dict[str, Any]:
    """results.json of a training."""
    history = [{"epoch": k, "weight_rms": 0.01 * k, "log_likelihood": -40 + k, "log_likelihood_error": 0.1}
               for k in range(1, 9)]  # fmt: skip
    return {
        "log_likelihood": {"value": -32.0, "error": 0.1}, "gibbs_tau": {"value": 3.6, "error": 0.2},
        "history": history, "singular_values": [3.0, 2.0, 0.5], "noise_edge": 1.0,
        "couplings": [{"displacement": [0, r], "r": float(r), "learned": 0.1 / r, "true": 0.15 / r**3}
                      for r in (1, 2, 3, 4)],
        "gap": {"value": 0.01, "error": 0.001, "method": "overlap", "learned": False},
        "layers": [{"n_visible": 64, "n_hidden": 16, "log_likelihood": {"value": -32.0, "error": 0.1},
                    "gibbs_tau": {"value": 3.6, "error": 0.2}, "history": history, "singular_values": [3.0, 1.0],
                    "noise_edge": 1.0, "placement": {"shape": [4, 4], "quality": 0.9}}],
    }  # fmt: skip
