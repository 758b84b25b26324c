"""What public calls take by the sizes of their arguments: one row a call, held at the border against what there is.

Here stands what grows with an argument and is known before anything is computed. What depends on what the call makes
of its arguments (chains of a run, Gibbs steps, epochs) is said by the same `resources.afford` where it is known.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any

import numpy as np

from spinlens.resources import SWEEP, WEIGHT, afford

_OPERATOR = 2e-9  # seconds of a site and operator
_BIN = 1.2e-3  # seconds of the spectra of one jackknife bin
_TRAINED = 2000 * WEIGHT  # of a weight and training state: between CD-1 and PCD-100 of 30 epochs
_PIXELS = 4 * 120**2  # bytes of a square inch
_MOST = 10**60  # of any size, so that powers of it are numbers


class Sizes:
    """The arguments of a call by how large they are; what has no size counts as 1."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self._arguments = arguments

    def count(self, name: str, default: float = 1.0) -> float:
        """A number itself, the length of anything else; `default` of None."""
        value = self._arguments[name]
        value = getattr(value, "steps", value)  # records of a trajectory
        if value is None:
            return default
        if isinstance(value, int):
            return float(min(value, _MOST))
        return min(float(value), float(_MOST)) if isinstance(value, float | np.number) else _members(value)

    def members(self, name: str) -> float:
        """How many there are of what may be given alone: one of a number."""
        return _members(self._arguments[name])

    def largest(self, name: str) -> float:
        """The largest number of what may be one or several."""
        value = self._arguments[name]
        several = value if isinstance(value, list | tuple) else np.atleast_1d(value)
        return float(min(max(map(int, several), default=1), _MOST))

    def entries(self, name: str) -> float:
        """All numbers in it: of arrays, Datasets, machines, trajectories, and of several of them."""
        return _entries(self._arguments[name])

    def one(self, name: str) -> float:
        """Sites of a model or a shape, visible units of a machine, numbers of one state."""
        value = self._arguments[name]
        if isinstance(value, list | tuple):
            return _product(value) if all(isinstance(side, int) for side in value) else _one(value[0])
        return _one(value)


def _members(value: Any) -> float:
    if isinstance(value, np.ndarray):
        return float(value.size)
    return float(len(value)) if isinstance(value, Sized) and not isinstance(value, str) else 1.0


def _entries(value: Any) -> float:
    value = getattr(value, "weights_", getattr(value, "states", value))
    if isinstance(value, Mapping):
        return sum(map(_entries, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_entries, value))
    size = getattr(value, "size", 1)
    return float(size) if isinstance(size, int | np.integer) else 1.0


def _one(value: Any) -> float:
    if hasattr(value, "weights_"):
        return float(len(value.weights_))
    return float(value.n_sites) if hasattr(value, "n_sites") else _product(getattr(value, "shape", ())[1:])


def _product(sides: Sequence[int]) -> float:
    return float(min(max(1, math.prod(sides)), _MOST))


Taken = Callable[[Sizes], tuple[float, float]]
"""Seconds and bytes."""


def _matching(n: Sizes) -> tuple[float, float]:
    blockings = n.count("steps") * n.members("temperatures") * n.count("bins")
    return 12 * _OPERATOR * (n.entries("large") + n.entries("small")) + 1e-5 * blockings, 500 * blockings


def _mcrg(n: Sizes) -> tuple[float, float]:
    operators = n.count("even", 12) + n.count("odd", 12)
    return _OPERATOR * operators * n.entries("levels") + _BIN * n.count("bins"), 30_000 * n.count("bins")


def _blockings(n: Sizes) -> tuple[float, float]:
    spectra = n.count("maps") * n.count("steps") * n.count("bins")
    return 50 * _OPERATOR * n.count("maps") * n.entries("states") + _BIN * spectra, 30_000 * n.count("bins")


def _compared(n: Sizes) -> tuple[float, float]:
    weights, machines = n.one("model"), n.count("cases", 86) + n.count("machines", 0)  # of each visible unit
    flows = 2 * WEIGHT * n.count("steps") * n.entries("starts")
    return weights * machines * (_TRAINED * n.entries("training") + flows), 50_000 * machines


_CALLS: dict[str, tuple[Taken, str]] = {
    "exact.kaufman:kaufman": (lambda n: (2e-7 * n.count("L"), 500 * n.count("L")), "a smaller lattice"),
    "exact.chain:chain": (lambda n: (4e-7 * n.count("n_sites"), 300 * n.count("n_sites")), "a shorter ring"),
    "sampling.sampler:sample": (
        lambda n: (1e-4 * n.members("temperatures"), 1e4 * n.members("temperatures") * n.count("chains")),
        "fewer temperatures or chains",
    ),
    "criticality.reweighting.reweight:reweight": (
        lambda n: (n.members("temperatures") * (2e-3 + 2e-9 * n.entries("data")), 5_000 * n.members("temperatures")),
        "fewer temperatures",
    ),
    "comparisons.partition_function:log_partition_function": (
        lambda n: (2 * SWEEP * n.one("model") * n.count("nodes") * n.count("draws"), 8 * n.count("nodes") ** 2),
        "fewer nodes or draws",
    ),
    "comparisons.beyond_training_size:beyond_training_size": (
        lambda n: (
            SWEEP * n.one("shape") * n.count("draws") * (3 + n.count("machines")),
            8 * n.one("shape") ** 2 * n.count("machines") + 2 * n.one("shape") * n.count("draws"),
        ),
        "a smaller torus, or fewer machines or draws",
    ),
    "comparisons.depth_against_width:depth_against_width": (
        lambda n: (
            n.count("stacks") * SWEEP * n.one("model") * n.count("draws"),
            4 * n.one("model") * (n.count("draws") + n.one("model") ** 2),
        ),
        "a smaller lattice, or fewer temperatures or draws",
    ),
    "comparisons.learning_law:learning_law": (
        lambda n: (
            100 * WEIGHT * n.one("model") ** 2 * n.count("seeds") * n.members("states") * n.largest("updates"),
            4 * n.one("model") * n.count("seeds") * n.largest("states"),
        ),
        "fewer seeds, states or updates",
    ),
    "comparisons.compare_flows:compare_flows": (_compared, "fewer cases, states or steps"),
    "comparisons.controls:flow_controls": (
        lambda n: (5e-5 * n.count("seeds"), 10_000 * n.count("seeds")), "fewer seeds",
    ),
    "comparisons.blockings:compare_blockings": (_blockings, "fewer bins, maps or states"),
    "renormalization.mcrg:mcrg": (_mcrg, "fewer bins, operators or states"),
    "renormalization.matching:two_lattice_matching": (_matching, "fewer bins, temperatures or states"),
    "thermometers.instruments:calibrate_instruments": (
        lambda n: (0, n.one("model") * n.members("temperatures") * n.count("samples")), "fewer samples",
    ),
    "thermometers.network:_train": (
        lambda n: (
            1e-9 * n.entries("ensembles") * n.count("hidden") * n.count("epochs"),
            32 * n.one("shape") * n.count("hidden"),
        ),
        "fewer hidden units or epochs",
    ),
    "machines.controls:kadanoff_machine": (lambda n: (0, 8 * n.one("shape") ** 2), "a smaller lattice"),
    "machines.likelihood.tempering:tempered_sample": (
        lambda n: (0, 4 * n.count("replicas") * n.one("machine")), "fewer replicas",
    ),
    "machines.rbm:RBM.gibbs_tau": (lambda n: (0, 16 * n.count("chains")), "fewer chains"),
    "machines.reading.weights:spectrum": (
        lambda n: (1e-9 * n.entries("machine") * n.one("machine"), 24 * n.entries("machine")), "fewer units",
    ),
    "machines.reading.effective_couplings:effective_couplings": (
        lambda n: (4e-8 * n.entries("machine") * n.one("machine"), 16 * n.one("machine") ** 2), "fewer units",
    ),
    "machines.reading.learned_couplings:learned_couplings": (
        lambda n: (4e-8 * n.entries("machines") * n.one("machines"), 24 * n.one("machines") ** 2),
        "fewer machines or units",
    ),
    "machines.reading.learned_modes:learned_modes": (
        lambda n: (4e-8 * n.entries("machines") * n.one("machines"), 40 * n.one("machines") ** 2),
        "fewer machines or units",
    ),
    "machines.tori:on_torus": (lambda n: (0, 8 * n.one("shape") ** 2), "a smaller torus"),
    "flows.rbm_flow:rbm_flow": (lambda n: (0, 8 * n.count("record")), "fewer records"),
    "flows.stacked_flow:updown_flow": (lambda n: (0, 8 * n.count("record")), "fewer records"),
    "flows.placement:place_units": (
        lambda n: (
            1e-9 * (n.entries("weights") / n.one("visible_shape")) ** 3,
            32 * (n.entries("weights") / n.one("visible_shape")) ** 2,
        ),
        "fewer units",
    ),
    "flows.correlators:visible_hidden_correlation": (
        lambda n: (
            4e-8 * n.count("bins") * n.one("visible") * n.one("hidden"),
            8 * n.one("visible") * (n.count("bins") + 3 * n.one("hidden")),
        ),
        "fewer bins or units",
    ),
    "plot.movies:movie": (
        lambda n: (0.1 * n.count("trajectory"), _PIXELS * n.count("trajectory") * n.count("width") ** 2),
        "fewer records, as by record=, or a smaller width",
    ),
    "plot.lattices:states": (lambda n: (0, 1_000 * n.count("columns")), "fewer columns"),
    "plot.lattices:receptive_fields": (lambda n: (0, 1_000 * n.count("columns")), "fewer columns"),
}  # fmt: skip


def estimate(function: Callable[..., Any]) -> Callable[[inspect.BoundArguments], None] | None:
    """What holds the arguments of a function against its row; None where it has none."""
    row = _CALLS.get(f"{function.__module__.removeprefix('spinlens.')}:{function.__qualname__}")
    if row is None:
        return None
    taken, fewer = row
    words = function.__name__.strip("_").replace("_", " ")

    def check(bound: inspect.BoundArguments) -> None:
        bound.apply_defaults()
        afford(f"this {words}", *taken(Sizes(bound.arguments)), f"ask for {fewer}")

    return check
