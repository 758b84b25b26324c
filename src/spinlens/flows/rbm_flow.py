"""The flow of lattice states that a trained machine makes: v → h → v′ → …"""

from __future__ import annotations

import math
from collections.abc import Sequence

from spinlens import checks, seeding
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.lattice.states_of import states_of
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.units.parameters import Layer
from spinlens.machines.units.passage import Kind, flow_records, recorded
from spinlens.progress import Progress, counted, telling

_LARGEST = 2**32  # bytes of recorded states

FLOW_NAMES = {"sampled": "RBM", "mean": "RBM mean field", "mixed": "RBM mixed"}


@checked
def rbm_flow(
    machine: Layer,
    states: Held,
    steps: int,
    record: Sequence[int] | int | None = None,
    kind: Kind = "sampled",
    seed: int = 0,
    progress: Progress = None,
) -> Trajectory:
    """Follow lattice states under a machine: h ~ p(h|v_t), v_{t+1} ~ p(v|h), each sample on its own.

    The sampled flow is block Gibbs sampling of the machine, so its end is the machine's own distribution whatever the
    start; what it says about renormalization is whether it passes lattice-like fixed points, and how long it stays
    [Iso2018]_. Cost O(n_samples · N · n_hidden) a step.

    Parameters
    ----------
    machine : RBM
        Trained or built; its visible units are the sites in C order.
    states : array_like, Dataset or path
        (n_samples, *shape) spins ±1, the starting ensemble (T = 0 and T = ∞ are good starts), or a Dataset of
        `sample(..., keep_spins=True)` at one temperature.
    steps : int
        Steps t ≥ 1.
    record : int or sequence of int, optional
        Steps to keep, or about how many from 0 to `steps`: every one at first, then ever farther apart. By default all.
        What is recorded does not change the flow. Thousands of steps need it: only the states kept take memory.
    kind : {"sampled", "mean", "mixed"}
        "sampled" draws both ways. "mean": v_{t+1} = tanh(b + W tanh(c + v_t W)), no noise at all. "mixed": h is drawn
        from p(h|v_t), v_{t+1} = tanh(b + W h) is not. States of the last two are real numbers in [−1, 1], and a real v
        enters p(h|v) as it stands.
    seed : int, default 0
        Seeds the draws.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    Trajectory
        Of (n_samples, *shape) states, int8 ±1 or float64.

    Raises
    ------
    InputError
        Machine and lattice of different sizes; `record` outside 0 … steps, or more states than 4 GB: record fewer.

    References
    ----------
    .. [Iso2018] Iso, Shiba & Yokoo, Phys. Rev. E 97, 053304 (2018).

    Examples
    --------
    A machine without weights forgets everything in one step; its means are 0:

    >>> import numpy as np
    >>> from spinlens import RBM
    >>> free = RBM.from_weights(np.zeros((4, 2)))
    >>> rbm_flow(free, np.ones((1, 2, 2)), 1, kind="mean").at(1).tolist()
    [[[0.0, 0.0], [0.0, 0.0]]]
    """
    spins = states_of(states)
    kept = recorded(record, checks.positive_integer("steps", steps))
    _check_memory(kept, spins.size * (1 if kind == "sampled" else 8))
    check_machine(machine, spins.shape[1:])
    records = flow_records([machine], spins, kept, kind, seeding.generator(checks.seed(seed), "rbm flow"))
    with telling(progress) as tell:
        found = dict(counted(records, len(kept), tell, "records"))
    return Trajectory(FLOW_NAMES[kind], kept, tuple(found[step] for step in kept))


def _check_memory(kept: Sequence[int], size: int) -> None:
    if len(kept) * size > _LARGEST:
        raise InputError(
            f"keeping {len(kept)} records would take {len(kept) * size / 1e9:.1f} GB: choose fewer with record="
        )


def check_machine(machine: Layer, shape: tuple[int, ...]) -> None:
    """Raise where the machine has another number of visible units than the lattice has sites."""
    n_visible, n_sites = len(machine.weights_), math.prod(shape)
    if n_visible != n_sites:
        raise InputError(
            f"the machine has {n_visible} visible units and the lattice {shape} has {n_sites} sites: they must agree"
        )
