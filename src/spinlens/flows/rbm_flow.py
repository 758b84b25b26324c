"""The flow of lattice states that a trained machine makes: v → h → v′ → …"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.errors import InputError
from spinlens.renormalization.trajectory import Trajectory


class Machine(Protocol):
    """What a flow needs of a machine: the two conditional distributions, on flat visible units."""

    @property
    def weights_(self) -> npt.NDArray[Any]: ...
    def hidden_mean(self, visible: npt.ArrayLike) -> npt.NDArray[Any]: ...
    def visible_mean(self, hidden: npt.ArrayLike) -> npt.NDArray[Any]: ...
    def sample_hidden(self, visible: npt.ArrayLike, generator: np.random.Generator) -> npt.NDArray[np.int8]: ...
    def sample_visible(self, hidden: npt.ArrayLike, generator: np.random.Generator) -> npt.NDArray[np.int8]: ...


def rbm_flow(
    machine: Machine,
    states: npt.ArrayLike,
    steps: int,
    record: Sequence[int] | None = None,
    mean_field: bool = False,
    seed: int = 0,
) -> Trajectory:
    """Follow lattice states under a machine: h ~ p(h|v_t), v_{t+1} ~ p(v|h), each sample on its own.

    This is block Gibbs sampling of the machine, so its end is the machine's own distribution whatever the start; what
    it says about renormalization is whether it passes lattice-like fixed points, and how long it stays there.

    Parameters
    ----------
    machine : trained or built `RBM`; its visible units are the sites in C order.
    states : (n_samples, *shape) spins ±1, the starting ensemble (T = 0 and T = ∞ are good starts).
    steps : steps t ≥ 1.
    record : steps to keep; default all, 0 … steps. What is recorded does not change the flow.
    mean_field : v_{t+1} = tanh(b + W tanh(c + v_t W)) without sampling; the states become real numbers in [−1, 1].
    seed : seeds the sampled flow.

    Returns
    -------
    Trajectory of (n_samples, *shape) states, int8 ±1 or float64.

    Notes
    -----
    Cost O(n_samples · N · n_hidden) a step: ≈ 1.5 ms for 500 states of 16×16 and 64 hidden units on one core.
    """
    steps = checks.positive_integer("steps", steps)
    spins = checks.spins("states", states)
    if spins.ndim < 2:
        raise InputError(f"states must have shape (n_samples, L_1, …), got {spins.shape}")
    check_machine(machine, spins.shape[1:])
    kept = _records(record, steps)
    generator = seeding.generator(checks.seed(seed), "rbm flow")
    visible: npt.NDArray[Any] = spins.reshape(len(spins), -1)
    found: dict[int, npt.NDArray[Any]] = {0: spins}
    for step in range(1, kept[-1] + 1):
        if mean_field:
            visible = machine.visible_mean(machine.hidden_mean(visible))
        else:
            visible = machine.sample_visible(machine.sample_hidden(visible, generator), generator)
        if step in kept:
            found[step] = np.asarray(visible, dtype=np.float64 if mean_field else np.int8).reshape(spins.shape)
    return Trajectory("RBM mean field" if mean_field else "RBM", kept, tuple(found[step] for step in kept))


def check_machine(machine: Machine, shape: tuple[int, ...]) -> None:
    """Raise where the machine has another number of visible units than the lattice has sites."""
    n_visible, n_sites = len(machine.weights_), int(np.prod(shape))
    if n_visible != n_sites:
        raise InputError(
            f"the machine has {n_visible} visible units and the lattice {shape} has {n_sites} sites: they must agree"
        )


def _records(record: Sequence[int] | None, steps: int) -> tuple[int, ...]:
    if record is None:
        return tuple(range(steps + 1))
    kept = tuple(sorted({checks.positive_integer("record", step, minimum=0) for step in record}))
    if not kept or kept[-1] > steps:
        raise InputError(f"record must hold steps from 0 to {steps}, got {tuple(record)}")
    return kept
