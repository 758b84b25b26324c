"""The flow through a stack of machines, its layers as successive lattices."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.flows.placement import Placement, place_units
from spinlens.flows.rbm_flow import check_machine
from spinlens.lattice.states_of import states_of
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.distribution import Distribution
from spinlens.machines.units.passage import KINDS, Kind, flow_records, recorded
from spinlens.progress import Progress, counted, telling


class Stack(Protocol):
    """What a stacked flow needs: the machines from the bottom up."""

    @property
    def layers_(self) -> Sequence[Distribution]: ...


def place_stack(stack: Stack, shape: tuple[int, ...]) -> tuple[Placement, ...]:
    """Place the units of every layer on ever coarser lattices.

    The visible units of an upper layer are the hidden units of the one below, so its weights are brought into the
    order and the signs of that layer's placement first; `centres` of layer k are in sites of the lattice below it.
    """
    placements: list[Placement] = []
    for layer in stack.layers_:
        weights = np.asarray(layer.weights_, dtype=np.float64)
        if placements:
            below = placements[-1]
            weights = weights[below.index] * below.signs[:, None]
        else:
            check_machine(layer, shape)
        placements.append(place_units(weights, placements[-1].hidden_shape if placements else shape))
    return tuple(placements)


@checked
def stacked_flow(
    stack: Stack,
    states: Held,
    seed: int = 0,
    kind: Kind = "sampled",
    placements: Sequence[Placement] | None = None,
) -> Trajectory:
    """Lattice states and what each layer of the stack makes of them, as lattices: the stack's "renormalization".

    Parameters
    ----------
    stack : StackedRBM
        Trained; its bottom machine has a visible unit a site, in C order.
    states : array_like, Dataset or path
        (n_samples, *shape) spins ±1 on the lattice of the bottom machine, or a Dataset of `sample`.
    seed : int, default 0
        Seeds the hidden states h ~ p(h|v) of each layer.
    kind : {"sampled", "mean"}
        "sampled", or "mean" to pass means tanh(…) upward; then the layers become real numbers in [−1, 1].
    placements : sequence of Placement, optional
        Of `place_stack`, when at hand (it is computed otherwise).

    Returns
    -------
    Trajectory
        Step k = lattice of layer k (0 the states given), placed and gauge-fixed: (n, 16, 16), (n, 8, 8), ….

    Raises
    ------
    InputError
        Layers that fill no lattice over one block side, or a stack of another lattice.

    Examples
    --------
    Strong block machines are majority blocks:

    >>> from spinlens import RBM
    >>> class Stack:
    ...     layers_ = (RBM.from_weights(40.0 * np.kron(np.eye(2), np.ones((2, 1)))),)
    >>> stacked_flow(Stack(), [[1, 1, -1, -1]]).at(1).tolist()
    [[1, -1]]
    """
    checks.choice("kind", kind, KINDS[:2])
    spins, mean_field = states_of(states), kind == "mean"
    placed = place_stack(stack, spins.shape[1:]) if placements is None else tuple(placements)
    if len(placed) != len(stack.layers_):
        raise InputError(f"the stack has {len(stack.layers_)} layers, got placements of {len(placed)}")
    check_machine(stack.layers_[0], spins.shape[1:])
    generator = seeding.generator(checks.seed(seed), "stacked flow")
    units: npt.NDArray[Any] = spins.reshape(len(spins), -1)
    records: list[npt.NDArray[Any]] = [spins]
    for layer, placement in zip(stack.layers_, placed, strict=True):
        units = layer.hidden_mean(units) if mean_field else layer.sample_hidden(units, generator)
        arranged = placement.arrange(units)
        records.append(arranged.astype(np.float64) if mean_field else arranged)
    name = "stacked RBM mean field" if mean_field else "stacked RBM"
    return Trajectory(name, tuple(range(len(records))), tuple(records))


@checked
def updown_flow(
    stack: Stack,
    states: Held,
    steps: int,
    record: Sequence[int] | int | None = None,
    kind: Kind = "sampled",
    seed: int = 0,
    layers: int | None = None,
    progress: Progress = None,
) -> Trajectory:
    """The flow of lattice states up through a stack to its top and down again, v → h₁ → … → h_k → … → v′, repeated.

    One step passes every machine twice. With one layer it is `rbm_flow`; with more it is a Markov chain whose end is
    no product of the machines' own distributions, since layers were trained one after another.

    Parameters
    ----------
    stack : StackedRBM
        Trained.
    states : array_like, Dataset or path
        As in `rbm_flow`.
    steps : int
        As in `rbm_flow`.
    record : int or sequence of int, optional
        As in `rbm_flow`.
    kind : {"sampled", "mean", "mixed"}
        As in `rbm_flow`.
    seed : int, default 0
        As in `rbm_flow`.
    layers : int, optional
        How many layers to climb, from the bottom; all by default.
    progress : bool or callable, optional
        As in `rbm_flow`.

    Returns
    -------
    Trajectory
        On the visible lattice, int8 ±1 ("sampled") or float64.

    Examples
    --------
    Machines without weights forget everything:

    >>> from spinlens import RBM
    >>> class Stack:
    ...     layers_ = (RBM.from_weights(np.zeros((4, 2))), RBM.from_weights(np.zeros((2, 1))))
    >>> updown_flow(Stack(), np.ones((1, 2, 2)), 1, kind="mean").at(1).tolist()
    [[[0.0, 0.0], [0.0, 0.0]]]
    """
    spins, machines = states_of(states), list(stack.layers_)
    kept = recorded(record, checks.positive_integer("steps", steps))
    depth = len(machines) if layers is None else checks.positive_integer("layers", layers)
    if depth > len(machines):
        raise InputError(f"layers must be at most {len(machines)}, got {depth}")
    check_machine(machines[0], spins.shape[1:])
    generator = seeding.generator(checks.seed(seed), "stack up and down")
    records = flow_records(machines[:depth], spins, kept, kind, generator)
    with telling(progress) as tell:
        found = dict(counted(records, len(kept), tell, "records"))
    name = {"sampled": "stack", "mean": "stack mean field", "mixed": "stack mixed"}[kind]
    return Trajectory(f"{name} up and down", kept, tuple(found[step] for step in kept))


def visible_centres(placements: Sequence[Placement], shape: tuple[int, ...], layer: int) -> npt.NDArray[np.float64]:
    """(n_hidden, d) positions of the units of layer number `layer` (from 1) in sites of the bottom lattice.

    Each coarse spacing is b fine ones, with the block's centre at (b − 1)/2.
    """
    if not 1 <= layer <= len(placements):
        raise InputError(f"layer must be from 1 to {len(placements)}, got {layer}")
    lattices = [shape, *(placement.hidden_shape for placement in placements)]
    centres = placements[layer - 1].centres
    for fine, coarse in reversed(list(itertools.pairwise(lattices[:layer]))):
        block = fine[0] // coarse[0]
        centres = centres * block + (block - 1) / 2
    return np.asarray(centres)
