"""One step of the flow that machines make, v → h → v′: up through one machine, or all layers of a stack, and down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from spinlens import checks
from spinlens.arrays import AnyArray, Single
from spinlens.errors import InputError
from spinlens.machines.units import gibbs
from spinlens.machines.units.kernels import Lanes
from spinlens.machines.units.parameters import Layer

Kind = Literal["sampled", "mean", "mixed"]
KINDS: tuple[Kind, ...] = ("sampled", "mean", "mixed")
"""How units pass: "sampled" draws ±1 on both ways, "mean" passes tanh on both, "mixed" draws upward, tanh downward."""

_SCRATCH = 2**24  # units of the widest layer held at once, 64 MB


_MOST = 10**6  # records that are counted one by one


class Passage:
    """v → h₁ → … → h_k → … → v′ through `layers`, the lowest first; buffers are kept from step to step."""

    def __init__(self, layers: Sequence[Layer], kind: Kind, n_samples: int) -> None:
        checks.choice("kind", kind, KINDS)
        for below, above in zip(layers[:-1], layers[1:], strict=True):
            if below.weights_.shape[1] != above.weights_.shape[0]:
                raise InputError(
                    f"a machine of {above.weights_.shape[0]} visible units cannot stand on "
                    f"{below.weights_.shape[1]} hidden ones"
                )
        self.samplers = [gibbs.sampler(layer) for layer in layers]
        self.draws_up, self.draws_down = kind != "mean", kind == "sampled"
        widths = [sampler.weights_.shape[1] for sampler in self.samplers]
        self.rows = min(n_samples, max(1, _SCRATCH // max(widths)))
        self.layers = [np.empty((self.rows, width), np.float32) for width in widths]

    def step(self, visible: Single, lanes: Lanes) -> None:
        """One step of `visible` (n_samples, n_visible), in place."""
        for first in range(0, len(visible), self.rows):
            self._part(visible[first : first + self.rows], lanes)

    def _part(self, visible: Single, lanes: Lanes) -> None:
        units = [visible, *(layer[: len(visible)] for layer in self.layers)]
        for k, sampler in enumerate(self.samplers):
            _pass(sampler.hidden_field(units[k], out=units[k + 1]), lanes, self.draws_up)
        for k in reversed(range(len(self.samplers))):
            _pass(self.samplers[k].visible_field(units[k + 1], out=units[k]), lanes, self.draws_down)


def _pass(field: Single, lanes: Lanes, draw: bool) -> None:
    if draw:
        gibbs.draw(field, lanes)
    else:
        gibbs.mean(field)


def flow_records(
    layers: Sequence[Layer], states: AnyArray, record: Sequence[int], kind: Kind, generator: np.random.Generator
) -> Iterator[tuple[int, AnyArray]]:
    """(step, states) at each step of `record` of the flow of `states` (n_samples, …), one after the other.

    States keep their shape; they are int8 ±1 where `kind` is "sampled" and float64 otherwise.
    """
    passage, kept = Passage(layers, kind, len(states)), recorded(record)
    gibbs.afford_steps("this flow", sum(sampler.work for sampler in passage.samplers), float(len(states)) * kept[-1])
    return _run(passage, states, kept, np.dtype(np.int8 if kind == "sampled" else np.float64), generator)


def _run(
    passage: Passage, states: AnyArray, kept: Sequence[int], dtype: np.dtype[np.generic], generator: np.random.Generator
) -> Iterator[tuple[int, AnyArray]]:
    lanes = gibbs.make_lanes(generator)
    visible = states.reshape(len(states), -1).astype(np.float32)
    wanted = frozenset(kept)
    if 0 in wanted:
        yield 0, states
    for step in range(1, kept[-1] + 1):
        passage.step(visible, lanes)
        if step in wanted:
            yield step, visible.astype(dtype).reshape(states.shape)


def chosen_steps(steps: int, count: int) -> tuple[int, ...]:
    """About `count` steps from 0 to `steps` to record, every one at first and then ever farther apart.

    >>> chosen_steps(1000, 12)
    (0, 1, 2, 4, 7, 12, 23, 43, 81, 152, 285, 534, 1000)
    """
    steps = checks.positive_integer("steps", steps)
    count = checks.positive_integer("count", count, minimum=2)
    if steps < count:
        return tuple(range(steps + 1))
    return tuple(sorted({0, *(round(step) for step in np.geomspace(1, steps, count))}))


def recorded(record: Sequence[int] | int | None, steps: int | None = None) -> tuple[int, ...]:
    """Rising steps to keep: `record`, none of them beyond `steps`; about so many; or all from 0 to `steps`."""
    if record is None:
        if (steps or 0) > _MOST:
            raise InputError(f"{steps} steps are too many to keep every one: choose some with record=, such as 20")
        return tuple(range((steps or 0) + 1))
    if isinstance(record, int | np.integer):
        return chosen_steps(steps or 0, checks.positive_integer("record", record, minimum=2))
    kept = tuple(sorted({checks.positive_integer("record", step, minimum=0) for step in record}))
    if not kept or (steps is not None and kept[-1] > steps):
        raise InputError(f"record must hold steps from 0 to {'any number' if steps is None else steps}, got {record}")
    return kept
