"""Spins along the flows of `spinlens flow`, kept for the player of its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spinlens.arrays import Spins
from spinlens.flows.along import correlations_of, five_figures
from spinlens.lattice.film import Film
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.machine import Machine
from spinlens.machines.units.passage import Kind
from spinlens.report.interactive.embedding import packed


def machine_films(
    machine: Machine, starts: Mapping[str, Spins], record: Sequence[int], kind: Kind, seed: int
) -> list[dict[str, Any]]:
    """A film of the flow of a machine from each start, run for it alone: as its readings up to the random numbers."""
    found = []
    for name, states in starts.items():
        steps, records = zip(*machine.records(states, record, kind, seed), strict=True)
        found.append(film(name, Trajectory("machine", steps, records)))
    return found


def layer_films(paths: Mapping[float, Trajectory], starts: Sequence[float], unit: float) -> list[dict[str, Any]]:
    """A film of block spins or layers from the temperatures nearest to each of `starts`, in units of T_c."""
    temperatures = np.array(list(paths))
    nearest = {start: temperatures[np.abs(temperatures - start * unit).argmin()].item() for start in starts}
    return [film(f"{start:.2f} T_c", paths[temperature]) for start, temperature in nearest.items()]


def film(name: str, path: Trajectory) -> dict[str, Any]:
    """The film of one flow with G(r) of every record, as JSON data."""
    kept = Film.of(path)
    G = [five_figures(row[np.isfinite(row)]) for row in correlations_of(path)[:, 0]]
    return {"name": name, **kept.about(), "frames": [packed(sample) for sample in kept.frames], "G": G}
