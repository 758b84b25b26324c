"""One step of a flow: up through one machine, or through all machines of a stack, and down again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from spinlens import checks
from spinlens.errors import InputError
from spinlens.machines import gibbs
from spinlens.machines.gibbs import Machine
from spinlens.machines.kernels import Float32, Lanes

Kind = Literal["sampled", "mean", "mixed"]
KINDS: tuple[Kind, ...] = ("sampled", "mean", "mixed")
"""How units pass: "sampled" draws ±1 on both ways, "mean" passes tanh on both, "mixed" draws upward, tanh downward."""

_SCRATCH = 2**24  # units of the widest layer held at once, 64 MB


class Passage:
    """v → h₁ → … → h_k → … → v′ through `machines`, the lowest first; buffers are kept from step to step."""

    def __init__(self, machines: Sequence[Machine], kind: Kind, n_samples: int) -> None:
        checks.choice("kind", kind, KINDS)
        for below, above in zip(machines[:-1], machines[1:], strict=True):
            if below.weights_.shape[1] != above.weights_.shape[0]:
                raise InputError(
                    f"a machine of {above.weights_.shape[0]} visible units cannot stand on "
                    f"{below.weights_.shape[1]} hidden ones"
                )
        self.samplers = [gibbs.sampler(machine) for machine in machines]
        self.draws_up, self.draws_down = kind != "mean", kind == "sampled"
        widths = [sampler.weights.shape[1] for sampler in self.samplers]
        self.rows = min(n_samples, max(1, _SCRATCH // max(widths)))
        self.layers = [np.empty((self.rows, width), np.float32) for width in widths]

    def step(self, visible: Float32, lanes: Lanes) -> None:
        """One step of `visible` (n_samples, n_visible), in place."""
        for first in range(0, len(visible), self.rows):
            self._part(visible[first : first + self.rows], lanes)

    def _part(self, visible: Float32, lanes: Lanes) -> None:
        units = [visible, *(layer[: len(visible)] for layer in self.layers)]
        for k, sampler in enumerate(self.samplers):
            _pass(sampler.hidden_field(units[k], out=units[k + 1]), lanes, self.draws_up)
        for k in reversed(range(len(self.samplers))):
            _pass(self.samplers[k].visible_field(units[k + 1], out=units[k]), lanes, self.draws_down)


def _pass(field: Float32, lanes: Lanes, draw: bool) -> None:
    if draw:
        gibbs.draw(field, lanes)
    else:
        gibbs.mean(field)


def check_machine(machine: Machine, shape: tuple[int, ...]) -> None:
    """Raise where the machine has another number of visible units than the lattice has sites."""
    n_visible, n_sites = len(machine.weights_), int(np.prod(shape))
    if n_visible != n_sites:
        raise InputError(
            f"the machine has {n_visible} visible units and the lattice {shape} has {n_sites} sites: they must agree"
        )
