"""Ensembles under a flow."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from spinlens.arrays import Fields
from spinlens.border import drawing
from spinlens.errors import ArtefactError, InputError
from spinlens.files.atomic import write_file
from spinlens.files.formats import TRAJECTORY
from spinlens.showing import Card, Shown, sides

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory(Shown):
    """The same samples after 0, 1, 2, … applications of a map.

    Parameters
    ----------
    name : str
        Which flow, e.g. "majority" or "RBM".
    steps : tuple of int
        How many times the map was applied at each record, rising, usually from 0.
    states : tuple of ndarray
        One array a record, each (n_samples, *shape of the lattice at that step): int8 ±1, or float64 where the map
        leaves ±1 (block average, mean-field flow). Sample i of every record descends from sample i of the first, so
        differences between records are paired.

    Examples
    --------
    >>> import numpy as np
    >>> spins = np.ones((5, 4, 4), dtype=np.int8)
    >>> Trajectory("rest", (0, 1), (spins, spins)).at(1).shape
    (5, 4, 4)
    """

    name: str
    steps: tuple[int, ...]
    states: tuple[Fields, ...]

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.states):
            raise InputError(f"a trajectory needs one array a step, got {len(self.steps)} and {len(self.states)}")
        if any(later <= earlier for earlier, later in itertools.pairwise(self.steps)):
            raise InputError(f"steps of a trajectory must rise, got {self.steps}")

    def _card(self) -> Card:
        kinds = ["±1" if array.dtype.kind == "i" else "real" for array in self.states]
        rows = [(step, sides(shape), kind) for step, shape, kind in zip(self.steps, self.shapes, kinds, strict=True)]
        lattices = list(dict.fromkeys(lattice for _, lattice, _ in rows))
        states = f"of {len(self.states[0])} states, {' → '.join(lattices)}" if rows else ""
        line = f"Trajectory({self.name}: {len(self)} records {states}".rstrip() + ")"
        return Card(line, {}, [("step", "lattice", "entries"), *rows])

    def save(self, path: str | Path) -> None:
        """Write name, steps and states into one compressed .npz file, complete or not at all."""
        stream = io.BytesIO()
        arrays: dict[str, Any] = {TRAJECTORY: np.array(self.name)}
        arrays |= {str(step): array for step, array in self.records()}
        np.savez_compressed(stream, **arrays)
        write_file(Path(path), stream.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> Trajectory:
        """Read what `save` wrote; `ArtefactError` for anything else."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {int(key): file[key] for key in file if key != TRAJECTORY}
                return cls(str(file[TRAJECTORY]), tuple(arrays), tuple(arrays.values()))
        except OSError as error:
            raise ArtefactError(f"cannot read {path}: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError, AttributeError, BadZipFile) as error:
            raise ArtefactError(f"{path} holds no trajectory: give a file that its save() wrote ({error})") from None

    def __len__(self) -> int:
        return len(self.steps)

    def records(self) -> Iterator[tuple[int, Fields]]:
        """(step, states) of one record after another."""
        return zip(self.steps, self.states, strict=True)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The lattice at each record."""
        return tuple(tuple(states.shape[1:]) for states in self.states)

    def at(self, step: int) -> Fields:
        """The states after `step` applications."""
        if step not in self.steps:
            raise InputError(f"step {step} was not recorded; recorded: {self.steps}")
        return self.states[self.steps.index(step)]

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw one state at up to eight records; see `spinlens.plot.states`."""
        from spinlens.plot.lattices import states

        return drawing(states)(self, ax, **options)
