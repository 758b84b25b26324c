"""A few samples of a flow at every record, small enough for a page: a bit a spin, a byte a site of real fields."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Fields
from spinlens.lattice.trajectory import Trajectory

SAMPLES = 3  # of every start


@dataclass(frozen=True, eq=False)
class Film:
    """The first samples of a `Trajectory` at every record.

    Attributes
    ----------
    steps : tuple of int
        Those of the records.
    shapes : tuple of tuple of int
        The lattice at each record.
    real : tuple of bool
        Whether a record holds a real field in [−1, 1], a byte a site in steps of 2/255, instead of ±1.
    frames : ndarray of uint8
        (n_samples, bytes): the records of a sample one after the other, each from a byte of its own; sites in C order,
        +1 as 1, the first site in the highest bit.
    """

    steps: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    real: tuple[bool, ...]
    frames: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, path: Trajectory, samples: int = SAMPLES) -> Film:
        """The film of the first `samples` of a trajectory."""
        frames = np.concatenate([_packed(states[:samples]) for states in path.states], axis=1)
        return cls(path.steps, path.shapes, tuple(states.dtype.kind == "f" for states in path.states), frames)

    def about(self) -> dict[str, Any]:
        """All but the frames, as JSON data."""
        return {"steps": list(self.steps), "shapes": [list(shape) for shape in self.shapes], "real": list(self.real)}

    @classmethod
    def made(cls, about: dict[str, Any], frames: npt.NDArray[np.uint8]) -> Film:
        """The film that `about` and its frames are of."""
        shapes = tuple(tuple(shape) for shape in about["shapes"])
        return cls(tuple(about["steps"]), shapes, tuple(about["real"]), frames)

    def record(self, number: int) -> Fields:
        """The states (n_samples, *shape) of one record: int8 ±1, or the real field to 1/255.

        >>> spins = np.where(np.arange(48).reshape(3, 4, 4) % 3, 1, -1).astype(np.int8)
        >>> film = Film.of(Trajectory("rest", (0, 1), (spins, spins / 2)))
        >>> bool((film.record(0) == spins).all()), bool(abs(film.record(1) - spins / 2).max() < 1 / 255)
        (True, True)
        """
        sizes = [_bytes(shape, real) for shape, real in zip(self.shapes, self.real, strict=True)]
        ends = list(itertools.accumulate(sizes))
        own = self.frames[:, ends[number] - sizes[number] : ends[number]]
        shape = (len(self.frames), *self.shapes[number])
        if self.real[number]:
            return (own / 127.5 - 1).reshape(shape)
        n_sites = int(np.prod(self.shapes[number]))
        return (np.unpackbits(own, axis=1, count=n_sites).astype(np.int8) * 2 - 1).reshape(shape).astype(np.int8)


def _packed(states: Fields) -> npt.NDArray[np.uint8]:
    flat = states.reshape(len(states), -1)
    if states.dtype.kind == "f":
        return np.rint((np.clip(flat, -1, 1) + 1) * 127.5).astype(np.uint8)
    return np.packbits(flat > 0, axis=1)


def _bytes(shape: tuple[int, ...], real: bool) -> int:
    n_sites = int(np.prod(shape))
    return n_sites if real else -(-n_sites // 8)
